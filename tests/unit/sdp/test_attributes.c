/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small attributes: bandwidth.c, connection.c, content.c, direction.c, group.c, msid.c, rtcp.c, ssrc.c. */
#include "core/sdp/bandwidth.h"
#include "core/sdp/connection.h"
#include "core/sdp/content.h"
#include "core/sdp/direction.h"
#include "core/sdp/group.h"
#include "core/sdp/msid.h"
#include "core/sdp/rtcp.h"
#include "core/sdp/ssrc.h"

#include "lib/test.h"

static char out[256];
static struct cf_writer w;

static void fresh(void) {
    cf_writer_init(&w, out, sizeof out);
}

static void addresses_are_read_and_names_never_resolved(void **state) {
    (void)state;
    struct cf_sdp_connection c;
    assert_true(cf_sdp_connection_parse(CF_STR("IN IP4 224.2.1.1/127/3"), &c));
    assert_str(c.host, CF_STR("224.2.1.1"));
    assert_true(cf_sdp_is_multicast(&c.addr));
    assert_true(cf_sdp_connection_parse(CF_STR("in ip6 2001:db8::1"), &c));
    assert_int_equal(c.addr.family, CF_FAMILY_IP6);
    assert_false(cf_sdp_is_multicast(&c.addr));
    static const char *const unusable[] = {"IN IP4 phone.example", "IN IP4 ::1", "IN IP6 1.2.3.4", "ATM NSAP 47.0091",
                                           "IN IP4 1.2.3"};
    for (size_t i = 0; i < sizeof unusable / sizeof unusable[0]; i++) {
        assert_true(cf_sdp_connection_parse(cf_str_of(unusable[i]), &c));
        assert_int_equal(c.addr.family, CF_FAMILY_NONE);
    }
    assert_false(cf_sdp_connection_parse(CF_STR("IN IP4"), &c));
    assert_false(cf_sdp_connection_parse(CF_STR(""), &c));
}

static void rtcp_port_may_have_an_address(void **state) {
    (void)state;
    struct cf_sdp_rtcp r;
    assert_true(cf_sdp_rtcp_parse(CF_STR("53020"), &r));
    assert_int_equal(r.port, 53020);
    assert_false(r.connection.is_present);
    assert_true(cf_sdp_rtcp_parse(CF_STR("53020 IN IP6 2001:db8::9"), &r));
    assert_int_equal(r.connection.addr.family, CF_FAMILY_IP6);
    assert_false(cf_sdp_rtcp_parse(CF_STR("65536"), &r));
    assert_false(cf_sdp_rtcp_parse(CF_STR("5 IN"), &r));
    assert_false(cf_sdp_rtcp_parse(CF_STR(""), &r));
    struct cf_addr rtp = {.ip = {192, 0, 2, 1}, .port = 1, .family = CF_FAMILY_IP4};
    struct cf_addr rtcp = {.ip = {192, 0, 2, 1}, .port = 9, .family = CF_FAMILY_IP4};
    fresh();
    cf_put_sdp_rtcp(&w, &rtcp, &rtp);
    rtcp.ip[3] = 2;
    cf_put_sdp_rtcp(&w, &rtcp, &rtp);
    cf_put_sdp_connection(&w, &rtp);
    assert_str(cf_writer_str(&w), CF_STR("a=rtcp:9\r\na=rtcp:9 IN IP4 192.0.2.2\r\nc=IN IP4 192.0.2.1\r\n"));
}

static void directions_mirror_and_meet(void **state) {
    (void)state;
    enum cf_direction d = CF_DIRECTION_INACTIVE;
    assert_true(cf_direction_of_name(CF_STR("recvonly"), &d));
    assert_int_equal(d, CF_DIRECTION_RECVONLY);
    assert_false(cf_direction_of_name(CF_STR("recv"), &d));
    assert_int_equal(cf_direction_mirror(CF_DIRECTION_SENDONLY), CF_DIRECTION_RECVONLY);
    assert_int_equal(cf_direction_mirror(CF_DIRECTION_RECVONLY), CF_DIRECTION_SENDONLY);
    assert_int_equal(cf_direction_mirror(CF_DIRECTION_SENDRECV), CF_DIRECTION_SENDRECV);
    assert_int_equal(cf_direction_mirror(CF_DIRECTION_INACTIVE), CF_DIRECTION_INACTIVE);
    assert_int_equal(cf_direction_common(CF_DIRECTION_SENDONLY, CF_DIRECTION_RECVONLY), CF_DIRECTION_INACTIVE);
    assert_true(cf_direction_sends(CF_DIRECTION_SENDONLY));
    assert_false(cf_direction_receives(CF_DIRECTION_SENDONLY));
    fresh();
    cf_put_direction(&w, CF_DIRECTION_INACTIVE);
    assert_str(cf_writer_str(&w), CF_STR("a=inactive\r\n"));
}

static void bandwidths_are_in_bits_per_second(void **state) {
    (void)state;
    static const struct cf_sdp_line lines[] = {
        {'b', {NULL, 0}, CF_STR_INIT("AS:1000")},     {'b', {NULL, 0}, CF_STR_INIT("AS:2000")},
        {'b', {NULL, 0}, CF_STR_INIT("TIAS:900000")}, {'b', {NULL, 0}, CF_STR_INIT("RR:x")},
        {'b', {NULL, 0}, CF_STR_INIT("X-Q:9")},       {'b', {NULL, 0}, CF_STR_INIT("CT:4294967295")},
        {'a', {NULL, 0}, CF_STR_INIT("RS:5")},
    };
    struct cf_sdp_bandwidth b;
    cf_sdp_bandwidth_read((struct cf_sdp_lines){lines, 7}, &b);
    assert_int_equal(b.as_bps, 1000000);
    assert_int_equal(b.tias_bps, 900000);
    assert_int_equal(b.rr_bps, CF_BANDWIDTH_NONE);
    assert_int_equal(b.rs_bps, CF_BANDWIDTH_NONE);
    assert_int_equal(b.ct_bps, CF_BANDWIDTH_NONE - 1);
    assert_int_equal(cf_sdp_bandwidth_media_bps(&b), 900000);
    fresh();
    cf_put_sdp_bandwidth(&w, 64);
    assert_str(cf_writer_str(&w), CF_STR("b=AS:64\r\n"));
}

static void contents_are_known_by_their_first_known_word(void **state) {
    (void)state;
    assert_int_equal(cf_content_parse(CF_STR_NONE), CF_CONTENT_NONE);
    assert_int_equal(cf_content_parse(CF_STR("thumbnail")), CF_CONTENT_THUMBNAIL);
    assert_int_equal(cf_content_parse(CF_STR("x, Slides,main")), CF_CONTENT_SLIDES);
    assert_int_equal(cf_content_parse(CF_STR("DTX")), CF_CONTENT_OTHER);
    assert_int_equal(cf_content_parse(CF_STR("")), CF_CONTENT_OTHER);
    assert_str(cf_content_name(CF_CONTENT_SPEAKER), CF_STR("speaker"));
}

static void groups_have_members(void **state) {
    (void)state;
    struct cf_sdp_group g;
    assert_true(cf_sdp_group_parse(CF_STR("BUNDLE as vs vs~z17ytHFg"), &g));
    assert_str(g.semantics, CF_STR("BUNDLE"));
    assert_true(cf_sdp_group_has(&g, CF_STR("vs~z17ytHFg")));
    assert_false(cf_sdp_group_has(&g, CF_STR("v")));
    assert_true(cf_sdp_group_parse(CF_STR("LS"), &g));
    assert_false(cf_sdp_group_has(&g, CF_STR("")));
    assert_false(cf_sdp_group_parse(CF_STR(""), &g));
}

static void sources_may_have_an_attribute(void **state) {
    (void)state;
    struct cf_sdp_ssrc s;
    struct cf_sdp_ssrc_group g;
    assert_true(cf_sdp_ssrc_parse(CF_STR("3825407196"), &s));
    assert_int_equal(s.ssrc, 3825407196U);
    assert_null(s.attribute.at);
    assert_true(cf_sdp_ssrc_parse(CF_STR("1 cname:sip:a@b;conf-id=x y"), &s));
    assert_str(s.attribute, CF_STR("cname"));
    assert_str(s.value, CF_STR("sip:a@b;conf-id=x y"));
    assert_false(cf_sdp_ssrc_parse(CF_STR("4294967296 cname:x"), &s));
    assert_false(cf_sdp_ssrc_parse(CF_STR(""), &s));
    assert_true(cf_sdp_ssrc_group_parse(CF_STR("FID 1 2"), &g));
    assert_str(g.ssrcs, CF_STR("1 2"));
    assert_false(cf_sdp_ssrc_group_parse(CF_STR("FID 1 x"), &g));
    assert_false(cf_sdp_ssrc_group_parse(CF_STR(""), &g));
    fresh();
    cf_put_sdp_ssrc(&w, 1, CF_STR_NONE);
    cf_put_sdp_ssrc(&w, 2, CF_STR("c"));
    assert_str(cf_writer_str(&w), CF_STR("a=ssrc:1\r\na=ssrc:2 cname:c\r\n"));
}

static void tracks_belong_to_streams(void **state) {
    (void)state;
    struct cf_sdp_msid m;
    assert_true(cf_sdp_msid_parse(CF_STR("- 4d1e"), &m));
    assert_str(m.track, CF_STR("4d1e"));
    fresh();
    cf_put_sdp_msid(&w, &m);
    assert_true(cf_sdp_msid_parse(CF_STR("s"), &m));
    assert_null(m.track.at);
    cf_put_sdp_msid(&w, &m);
    assert_str(cf_writer_str(&w), CF_STR("a=msid:- 4d1e\r\na=msid:s\r\n"));
    assert_false(cf_sdp_msid_parse(CF_STR(""), &m));
    assert_false(cf_sdp_msid_parse(CF_STR("a b c"), &m));
    assert_false(cf_sdp_msid_parse(CF_STR("12345678901234567890123456789012345678901234567890123456789012345"), &m));
}

CF_TEST_MAIN(cmocka_unit_test(addresses_are_read_and_names_never_resolved), cmocka_unit_test(rtcp_port_may_have_an_address),
             cmocka_unit_test(directions_mirror_and_meet), cmocka_unit_test(bandwidths_are_in_bits_per_second),
             cmocka_unit_test(contents_are_known_by_their_first_known_word), cmocka_unit_test(groups_have_members),
             cmocka_unit_test(sources_may_have_an_attribute), cmocka_unit_test(tracks_belong_to_streams))
