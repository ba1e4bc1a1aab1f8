/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE attributes. */
#include "core/sdp/candidate.h"

#include "lib/test.h"

static struct cf_sdp_candidate of(const char *text) {
    struct cf_sdp_candidate c = {0};
    assert_true(cf_sdp_candidate_parse(cf_str_of(text), &c));
    return c;
}

static void reads_candidates(void **state) {
    (void)state;
    struct cf_sdp_candidate c = of("1 2 UDP 2130706302 192.0.2.1 42809 typ host");
    assert_int_equal(c.component, 2);
    assert_int_equal(c.priority, 2130706302);
    assert_int_equal(c.addr.port, 42809);
    assert_int_equal(c.type, CF_CANDIDATE_HOST);
    assert_int_equal(c.transport, CF_CANDIDATE_UDP);
    c = of("candidate:842163049 1 udp 1677729535 203.0.113.5 3478 typ srflx raddr 10.0.0.1 rport 4000 generation 0 network-cost "
           "999");
    assert_int_equal(c.type, CF_CANDIDATE_SRFLX);
    assert_int_equal(c.related.port, 4000);
    assert_int_equal(c.related.ip[0], 10);
    c = of("a+/ 1 tcp 1518280447 2001:db8::1 9 typ host tcptype active");
    assert_int_equal(c.transport, CF_CANDIDATE_TCP_ACTIVE);
    assert_int_equal(c.addr.family, CF_FAMILY_IP6);
    assert_int_equal(of("1 1 tcp 1 ::1 9 typ relay tcptype x").transport, CF_CANDIDATE_TRANSPORT_OTHER);
    assert_int_equal(of("1 1 sctp 1 ::1 9 typ magic").type, CF_CANDIDATE_OTHER);
}

static void never_takes_a_name_for_an_address(void **state) {
    (void)state;
    struct cf_sdp_candidate c = of("1 1 udp 1 3a5b2a3e-1ac0.local 5000 typ host");
    assert_int_equal(c.addr.family, CF_FAMILY_NONE);
    assert_int_equal(c.addr.port, 0);
    assert_str(c.host, CF_STR("3a5b2a3e-1ac0.local"));
}

static void refuses_what_breaks_the_grammar(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",
        "1",
        "1 1 udp 1 ::1",
        "1 1 udp 1 ::1 9",
        "1 1 udp 1 ::1 9 typ",
        "1 1 udp 1 ::1 9 host x",
        "1 0 udp 1 ::1 9 typ host",
        "1 257 udp 1 ::1 9 typ host",
        "1 1 udp 4294967296 ::1 9 typ host",
        "1 1 udp 1 ::1 65536 typ host",
        "a=b 1 udp 1 ::1 9 typ host",
        "123456789012345678901234567890123 1 udp 1 ::1 9 typ host",
        "1 1 udp 1 ::1 9 typ srflx raddr ::1 rport x",
    };
    struct cf_sdp_candidate c;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(cf_sdp_candidate_parse(cf_str_of(rows[i]), &c));
    }
}

static void writes_what_it_reads(void **state) {
    (void)state;
    static const char *const rows[] = {
        "1 1 UDP 2130706303 192.0.2.1 42809 typ host",
        "2 1 UDP 1 192.0.2.1 1 typ srflx raddr 10.0.0.1 rport 4000",
        "3 1 TCP 1 2001:db8::1 9 typ prflx tcptype so",
        "4 2 TCP 1 2001:db8::1 9 typ relay raddr ::1 rport 2 tcptype passive",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[256];
        struct cf_writer w;
        struct cf_sdp_candidate c = of(rows[i]);
        cf_writer_init(&w, out, sizeof out);
        cf_put_sdp_candidate(&w, &c);
        assert_str(cf_str_trim(cf_str_skip(cf_writer_str(&w), 12)), cf_str_of(rows[i]));
    }
}

#define PWD "442527cf0dcc5ac458c26e"

static struct cf_sdp_ice ice_of(const char *text) {
    static struct cf_sdp_line lines[32];
    static struct cf_sdp_media media[1];
    const struct cf_sdp_room room = {lines, 32, media, 1};
    struct cf_sdp sdp;
    struct cf_parse_error error;
    struct cf_sdp_ice ice = {0};
    assert_ok(cf_sdp_parse(cf_str_of(text), &room, &sdp, &error));
    for (size_t i = 0; i < sdp.lines.count; i++) {
        cf_sdp_ice_read(&sdp.lines.at[i], &ice);
    }
    for (size_t i = 0; i < sdp.media[0].lines.count; i++) {
        cf_sdp_ice_read(&sdp.media[0].lines.at[i], &ice);
    }
    return ice;
}

static void reads_credentials_of_section_or_session(void **state) {
    (void)state;
    struct cf_sdp_ice ice =
        ice_of("v=0\no=- 1 1 IN IP4 h\na=ice-lite\na=ice-ufrag:0ef0\na=ice-pwd:" PWD "\na=ice-options:ice2 trickle\n"
               "m=audio 1 RTP/AVP 0\na=ice-ufrag:abcdef\na=candidate:x\na=end-of-candidates\n");
    assert_str(ice.ufrag, CF_STR("abcdef"));
    assert_str(ice.pwd, CF_STR(PWD));
    assert_true(ice.is_lite);
    assert_true(ice.can_trickle);
    assert_true(ice.has_candidate);
    assert_true(ice.is_ended);
}

static void ignores_credentials_of_wrong_form(void **state) {
    (void)state;
    struct cf_sdp_ice ice = ice_of("v=0\no=- 1 1 IN IP4 h\nm=audio 1 RTP/AVP 0\na=ice-ufrag:abc\na=ice-pwd:" PWD "$\n");
    assert_null(ice.ufrag.at);
    assert_null(ice.pwd.at);
    assert_false(ice.is_lite);
}

static void writes_credentials(void **state) {
    (void)state;
    char out[80];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_sdp_ice(&w, CF_STR("abcd"), CF_STR(PWD));
    assert_str(cf_writer_str(&w), CF_STR("a=ice-ufrag:abcd\r\na=ice-pwd:" PWD "\r\n"));
}

static void remote_candidates_are_of_components(void **state) {
    (void)state;
    char out[160];
    struct cf_writer w;
    struct cf_addr found[CF_SDP_REMOTE_CANDIDATES_MAX];
    cf_writer_init(&w, out, sizeof out);
    assert_true(cf_sdp_remote_candidates_parse(CF_STR("1 192.0.2.3 45664 2 2001:db8::3 45665 7 192.0.2.3 1"), found));
    cf_put_sdp_remote_candidates(&w, found, 2);
    assert_str(cf_writer_str(&w), CF_STR("a=remote-candidates:1 192.0.2.3 45664 2 2001:db8::3 45665\r\n"));
    assert_true(cf_sdp_remote_candidates_parse(CF_STR("2 private.local 45664"), found));
    assert_int_equal(found[0].family, CF_FAMILY_NONE);
    assert_int_equal(found[1].family, CF_FAMILY_NONE); /* names are never resolved */
    static const char *const wrong[] = {
        "", "1", "1 192.0.2.3", "0 192.0.2.3 1", "257 192.0.2.3 1", "1 192.0.2.3 65536", "x 192.0.2.3 1", "1 192.0.2.3 1 2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        found[0].port = 77;
        assert_false(cf_sdp_remote_candidates_parse(cf_str_of(wrong[i]), found));
        assert_int_equal(found[0].port, 77);
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_candidates), cmocka_unit_test(never_takes_a_name_for_an_address),
             cmocka_unit_test(refuses_what_breaks_the_grammar), cmocka_unit_test(writes_what_it_reads),
             cmocka_unit_test(reads_credentials_of_section_or_session), cmocka_unit_test(ignores_credentials_of_wrong_form),
             cmocka_unit_test(writes_credentials), cmocka_unit_test(remote_candidates_are_of_components))
