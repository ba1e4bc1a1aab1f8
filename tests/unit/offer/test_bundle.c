/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BUNDLE groups. */
#include "core/offer/bundle.h"

#include "lib/test.h"

#define HEAD "v=0\no=- 1 1 IN IP4 h\n"
#define LINE(port, mid) "m=audio " port " RTP/AVP 0\na=rtcp-mux\na=mid:" mid "\n"

static struct cf_sdp_line lines[2][128];
static struct cf_sdp_media media[2][8];
static struct cf_sdp sdp[2];
static struct cf_session_part parts[2];
static const bool all[8] = {true, true, true, true, true, true, true, true};

static const struct cf_session_part *read_part(size_t which, struct cf_str text) {
    const struct cf_sdp_room room = {lines[which], 128, media[which], 8};
    struct cf_parse_error error;
    assert_ok(cf_sdp_parse(text, &room, &sdp[which], &error));
    cf_session_part_read(&sdp[which], &parts[which]);
    return &parts[which];
}

static void the_first_that_is_taken_and_has_a_port_is_tagged(void **state) {
    (void)state;
    struct cf_bundle b;
    const bool not_first[8] = {false, true, true, true};
    const struct cf_session_part *p = read_part(0, CF_STR(HEAD "a=group:LS a b\na=group:BUNDLE b a c nobody\n" LINE("1", "a")
                                                              LINE("0", "b") LINE("2", "c") LINE("3", "d")));
    cf_bundle_read(p, all, &b);
    assert_true(b.is_used);
    assert_int_equal(b.tagged, 0);
    assert_int_equal(b.of[1], 0);
    assert_int_equal(b.of[3], CF_BUNDLE_NONE);
    cf_bundle_read(p, not_first, &b);
    assert_int_equal(b.tagged, 2);
    assert_int_equal(b.of[0], CF_BUNDLE_NONE);
    assert_int_equal(b.of[1], 2);
}

static void without_a_port_or_mux_there_is_no_group(void **state) {
    (void)state;
    struct cf_bundle b;
    cf_bundle_read(read_part(0, CF_STR(HEAD "a=group:BUNDLE a\n" LINE("0", "a"))), all, &b);
    assert_false(b.is_used);
    cf_bundle_read(read_part(0, CF_STR(HEAD "a=group:BUNDLE a\nm=audio 1 RTP/AVP 0\na=mid:a\n")), all, &b);
    assert_false(b.is_used);
    assert_int_equal(b.of[0], CF_BUNDLE_NONE);
    cf_bundle_read(read_part(0, CF_STR(HEAD LINE("1", "a"))), all, &b);
    assert_false(b.is_used);
}

static void a_mid_used_twice_names_the_first(void **state) {
    (void)state;
    struct cf_bundle b;
    cf_bundle_read(read_part(0, CF_STR(HEAD "a=group:BUNDLE a a\n" LINE("1", "a") LINE("2", "a"))), all, &b);
    assert_int_equal(b.of[0], 0);
    assert_int_equal(b.of[1], CF_BUNDLE_NONE);
}

static void an_answer_can_not_add_to_the_group(void **state) {
    (void)state;
    struct cf_bundle b;
    const struct cf_session_part *offer =
        read_part(0, CF_STR(HEAD "a=group:BUNDLE a b\n" LINE("1", "a") LINE("2", "b") LINE("3", "c") LINE("4", "d")));
    const struct cf_session_part *answer = read_part(
        1, CF_STR(HEAD "a=group:BUNDLE c b a\n" LINE("5", "a") LINE("0", "b") "a=bundle-only\n" LINE("7", "c") LINE("8", "d")));
    cf_bundle_agreed(offer, answer, &b);
    assert_int_equal(b.tagged, 0);
    assert_int_equal(b.of[1], 0);
    assert_int_equal(b.of[2], CF_BUNDLE_NONE);
    /* Port 0 without bundle-only is a refusal. */
    answer = read_part(1, CF_STR(HEAD "a=group:BUNDLE a b\n" LINE("5", "a") LINE("0", "b") LINE("7", "c") LINE("8", "d")));
    cf_bundle_agreed(offer, answer, &b);
    assert_int_equal(b.of[1], CF_BUNDLE_NONE);
}

static void all_sections_can_be_in_one(void **state) {
    (void)state;
    static char text[65536];
    static struct cf_sdp_line many_lines[1024];
    static struct cf_sdp_media many_media[CF_SDP_MEDIA_MAX];
    static const struct cf_sdp_room room = {many_lines, 1024, many_media, CF_SDP_MEDIA_MAX};
    bool is_taken[CF_SDP_MEDIA_MAX];
    struct cf_writer w;
    struct cf_sdp many;
    struct cf_session_part part;
    struct cf_bundle b;
    struct cf_parse_error error;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, HEAD "a=group:BUNDLE");
    for (size_t i = CF_SDP_MEDIA_MAX; i > 0; i--) {
        cf_put_lit(&w, " v");
        cf_put_dec(&w, i - 1);
    }
    for (size_t i = 0; i < CF_SDP_MEDIA_MAX; i++) {
        cf_put_lit(&w, "\nm=video 1 RTP/AVP 96\na=rtcp-mux\na=mid:v");
        cf_put_dec(&w, i);
        is_taken[i] = true;
    }
    assert_ok(cf_sdp_parse(cf_writer_str(&w), &room, &many, &error));
    cf_session_part_read(&many, &part);
    cf_bundle_read(&part, is_taken, &b);
    for (size_t i = 0; i < CF_SDP_MEDIA_MAX; i++) {
        assert_int_equal(b.of[i], CF_SDP_MEDIA_MAX - 1);
    }
}

static void the_tagged_one_is_written_first(void **state) {
    (void)state;
    char out[64];
    struct cf_writer w;
    struct cf_bundle b;
    const struct cf_str mids[] = {CF_STR_INIT("a"), CF_STR_INIT("b"), CF_STR_INIT("c")};
    cf_writer_init(&w, out, sizeof out);
    cf_bundle_none(&b);
    cf_put_bundle(&w, &b, mids, 3);
    assert_int_equal(w.len, 0);
    b.is_used = true;
    b.tagged = 1;
    b.of[0] = 1;
    b.of[1] = 1;
    cf_put_bundle(&w, &b, mids, 3);
    assert_str(cf_writer_str(&w), CF_STR("a=group:BUNDLE b a\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(the_first_that_is_taken_and_has_a_port_is_tagged),
             cmocka_unit_test(without_a_port_or_mux_there_is_no_group), cmocka_unit_test(a_mid_used_twice_names_the_first),
             cmocka_unit_test(an_answer_can_not_add_to_the_group), cmocka_unit_test(all_sections_can_be_in_one),
             cmocka_unit_test(the_tagged_one_is_written_first))
