/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates that come later in INFO (RFC 8840 section 9). */
#include "core/offer/fragment.h"

#include "lib/test.h"

#define CANDIDATE "a=candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host\r\n"

static void reads_the_sections_of_the_rfc(void **state) {
    (void)state;
    const struct cf_str body = CF_STR("a=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=ice-ufrag:8hhY\r\n"
                                      "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n" CANDIDATE
                                      "a=candidate:2 1 UDP 1694498815 192.0.2.3 5010 typ srflx raddr 10.0.1.1 rport 8998\r\n"
                                      "m=audio 9 RTP/AVP 0\r\na=mid:2\r\na=end-of-candidates\r\n"
                                      "m=audio 9 RTP/AVP 0\r\na=mid:3\r\n"
                                      "m=audio 9 RTP/AVP 0\r\na=mid:4\r\na=ice-ufrag:other\r\n" CANDIDATE);
    struct cf_ice_fragments walk;
    struct cf_ice_fragment f;
    cf_ice_fragments_init(&walk, body);
    assert_true(cf_ice_fragments_next(&walk, &f));
    assert_str(f.mid, CF_STR("1"));
    assert_str(f.ufrag, CF_STR("8hhY"));
    assert_int_equal(f.candidate_count, 2);
    assert_int_equal(f.candidates[1].type, CF_ICE_SRFLX);
    assert_int_equal(f.candidates[1].addr.port, 5010);
    assert_false(f.is_ended);
    assert_true(cf_ice_fragments_next(&walk, &f));
    assert_str(f.mid, CF_STR("2"));
    assert_true(f.is_ended);
    assert_int_equal(f.candidate_count, 0);
    assert_true(cf_ice_fragments_next(&walk, &f)); /* mid 3 says nothing */
    assert_str(f.mid, CF_STR("4"));
    assert_str(f.ufrag, CF_STR("other"));
    assert_false(cf_ice_fragments_next(&walk, &f));
}

static void reads_what_is_written(void **state) {
    (void)state;
    char text[512];
    struct cf_writer w;
    struct cf_ice_fragments walk;
    struct cf_ice_fragment f;
    struct cf_local_ice ice = {.is_open = true, .count = 2};
    ice.candidates[0] = (struct cf_local_candidate){.addr = {.family = CF_FAMILY_IP4, .ip = {203, 0, 113, 9}, .port = 6000},
                                                    .base = {.family = CF_FAMILY_IP4, .ip = {10, 0, 0, 1}, .port = 5000},
                                                    .preference = 65535,
                                                    .component = 1};
    ice.candidates[1] = ice.candidates[0];
    ice.candidates[1].component = 2;
    for (size_t i = 0; i < 2; i++) {
        cf_writer_init(&w, text, sizeof text);
        cf_put_lit(&w, "m=audio 9 RTP/AVP 0\r\na=mid:as\r\n");
        cf_put_ice_fragment(&w, CF_STR("8hhY"), CF_STR("asd88fgpdd777uzjYhagZg"), &ice, (uint8_t)(i + 1));
        cf_ice_fragments_init(&walk, cf_writer_str(&w));
        assert_true(cf_ice_fragments_next(&walk, &f));
        assert_str(f.mid, CF_STR("as"));
        assert_str(f.ufrag, CF_STR("8hhY"));
        assert_int_equal(f.candidate_count, i + 1);
        assert_true(cf_addr_eq(&f.candidates[0].addr, &ice.candidates[0].addr));
        assert_int_equal(f.candidates[0].type, CF_ICE_SRFLX);
        assert_int_equal(f.is_ended, i == 1);
        assert_false(cf_ice_fragments_next(&walk, &f));
        ice.is_open = false;
    }
}

static void the_end_may_be_said_for_all(void **state) {
    (void)state;
    struct cf_ice_fragments walk;
    struct cf_ice_fragment f;
    cf_ice_fragments_init(
        &walk, CF_STR("a=ice-ufrag:8hhY\na=end-of-candidates\nm=audio 9 RTP/AVP 0\na=mid:1\nm=video 9 RTP/AVP 0\na=mid:2\n"));
    assert_true(cf_ice_fragments_next(&walk, &f) && f.is_ended);
    assert_str(f.mid, CF_STR("1"));
    assert_true(cf_ice_fragments_next(&walk, &f) && f.is_ended);
    assert_str(f.mid, CF_STR("2"));
    assert_false(cf_ice_fragments_next(&walk, &f));
    cf_ice_fragments_init(&walk, CF_STR("a=end-of-candidates"));
    assert_true(cf_ice_fragments_next(&walk, &f) && f.is_ended && f.mid.at == NULL);
    assert_false(cf_ice_fragments_next(&walk, &f));
}

static void nonsense_says_nothing(void **state) {
    (void)state;
    static const char *const bodies[] = {"",
                                         "\r\n",
                                         "m=",
                                         "m=audio",
                                         "a=",
                                         "a=candidate:",
                                         "a=candidate:1 1 UDP 1 example.org 7 typ host\r\n",
                                         "a=candidate:1 1 TCP 1 192.0.2.1 9 typ host tcptype active\r\n",
                                         "hello\r\nworld\r\n"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct cf_ice_fragments walk;
        struct cf_ice_fragment f;
        cf_ice_fragments_init(&walk, cf_str_of(bodies[i]));
        assert_false(cf_ice_fragments_next(&walk, &f));
    }
}

static void more_than_there_is_room_for_is_left_out(void **state) {
    (void)state;
    char body[4096] = "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n";
    struct cf_ice_fragments walk;
    struct cf_ice_fragment f;
    for (size_t i = 0; i < 40; i++) {
        size_t len = strlen(body);
        (void)snprintf(body + len, sizeof body - len, CANDIDATE);
    }
    cf_ice_fragments_init(&walk, cf_str_of(body));
    assert_true(cf_ice_fragments_next(&walk, &f));
    assert_int_equal(f.candidate_count, CF_MEDIA_CANDIDATES_MAX);
    assert_false(cf_ice_fragments_next(&walk, &f));
}

CF_TEST_MAIN(cmocka_unit_test(reads_the_sections_of_the_rfc), cmocka_unit_test(reads_what_is_written),
             cmocka_unit_test(the_end_may_be_said_for_all), cmocka_unit_test(nonsense_says_nothing),
             cmocka_unit_test(more_than_there_is_room_for_is_left_out))
