/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compound RTCP, BYE, APP. */
#include "core/rtcp/rtcp.h"

#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/sdes.h"
#include "lib/test.h"
#include <stdlib.h>

static struct cf_span span(const void *at, size_t len) {
    return (struct cf_span){at, len};
}

/* RR, SDES, PLI, BYE with reason. */
static struct cf_span compound(uint8_t *out, size_t size) {
    struct cf_writer w;
    struct cf_report_block block = {.ssrc = 9, .lost = -5, .jitter = 7};
    struct cf_sdes_item items[] = {{.type = CF_SDES_CNAME, .value = CF_STR("abc@x")},
                                   {.type = CF_SDES_MID, .value = CF_STR("as")}};
    const uint32_t gone[] = {1, 2};
    cf_writer_init(&w, out, size);
    cf_put_rtcp_rr(&w, 1, &block, 1);
    cf_put_rtcp_sdes(&w, 1, items, 2);
    cf_put_rtcp_pli(&w, 1, 9);
    cf_put_rtcp_bye(&w, gone, 2, CF_STR("over"));
    assert_true(cf_writer_ok(&w));
    return cf_writer_span(&w);
}

static void visits_every_packet_of_a_compound(void **state) {
    (void)state;
    static const uint8_t types[] = {CF_RTCP_RR, CF_RTCP_SDES, CF_RTCP_PSFB, CF_RTCP_BYE};
    uint8_t out[256];
    struct cf_span all = compound(out, sizeof out);
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    assert_ok(cf_rtcp_check(all, false));
    assert_int_equal(cf_rtcp_sender_ssrc(all), 1);
    cf_rtcp_iter_init(&iter, all);
    for (size_t i = 0; i < sizeof types; i++) {
        assert_true(cf_rtcp_next(&iter, &packet));
        assert_int_equal(packet.type, types[i]);
        assert_int_equal(packet.body.len % 4, 0);
    }
    struct cf_rtcp_bye bye;
    uint32_t ssrc = 0;
    assert_ok(cf_rtcp_parse_bye(&packet, &bye));
    assert_true(cf_rtcp_ssrc_at(bye.ssrcs, 1, &ssrc));
    assert_int_equal(ssrc, 2);
    assert_false(cf_rtcp_ssrc_at(bye.ssrcs, 2, &ssrc));
    assert_str(bye.reason, CF_STR("over"));
    assert_false(cf_rtcp_next(&iter, &packet));
}

static void refuses_every_truncation(void **state) {
    (void)state;
    uint8_t out[256];
    struct cf_span all = compound(out, sizeof out);
    for (size_t len = 0; len < all.len; len++) {
        uint8_t *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, out, len);
        /* Cut between two packets it is a shorter compound, and good. */
        bool at_border = len == 32 || len == 32 + 20 || len == 32 + 20 + 12;
        assert_int_equal(cf_rtcp_check(span(exact, len), false) == CF_OK, at_border);
        free(exact);
    }
}

static void wants_a_report_first_unless_reduced_size(void **state) {
    (void)state;
    uint8_t out[32];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_pli(&w, 1, 2);
    assert_int_equal(cf_rtcp_check(cf_writer_span(&w), false), CF_ERR_MALFORMED);
    assert_ok(cf_rtcp_check(cf_writer_span(&w), true));
}

static void allows_padding_that_leaves_the_header(void **state) {
    (void)state;
    /* An RR padded by eight octets, then perhaps another. */
    uint8_t two[24] = {0xa0, 201, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 8, 0x80, 201, 0, 1, 0, 0, 0, 1};
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    assert_ok(cf_rtcp_check(span(two, 16), false));
    cf_rtcp_iter_init(&iter, span(two, 16));
    assert_true(cf_rtcp_next(&iter, &packet));
    assert_int_equal(packet.body.len, 4);
    /* Browsers pad wherever they need it, and by octets. */
    assert_ok(cf_rtcp_check(span(two, 24), false));
    cf_rtcp_iter_init(&iter, span(two, 24));
    assert_true(cf_rtcp_next(&iter, &packet) && cf_rtcp_next(&iter, &packet));
    assert_int_equal(packet.body.len, 4);
    for (unsigned padding = 0; padding < 256; padding++) {
        two[15] = (uint8_t)padding;
        bool sound = padding > 0 && padding <= 12;
        assert_int_equal(cf_rtcp_check(span(two, 16), false), sound ? CF_OK : CF_ERR_MALFORMED);
    }
}

static void refuses_other_versions_anywhere(void **state) {
    (void)state;
    uint8_t out[256];
    struct cf_span all = compound(out, sizeof out);
    out[32] = (uint8_t)(out[32] ^ 0x40);
    assert_int_equal(cf_rtcp_check(all, false), CF_ERR_MALFORMED);
}

static void reads_a_bye_without_reason_and_refuses_a_cut_one(void **state) {
    (void)state;
    struct cf_rtcp_bye bye;
    struct cf_rtcp_packet packet = {.body = span("\0\0\0\1", 4), .type = CF_RTCP_BYE, .count = 1};
    assert_ok(cf_rtcp_parse_bye(&packet, &bye));
    assert_null(bye.reason.at);
    packet.count = 2;
    assert_int_equal(cf_rtcp_parse_bye(&packet, &bye), CF_ERR_TRUNCATED);
    packet = (struct cf_rtcp_packet){.body = span("\0\0\0\1\5abc", 8), .type = CF_RTCP_BYE, .count = 1};
    assert_int_equal(cf_rtcp_parse_bye(&packet, &bye), CF_ERR_TRUNCATED);
}

static void round_trips_app(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_app in = {.ssrc = 5, .subtype = 3, .name = CF_STR("TEST"), .data = span("12345678", 8)};
    struct cf_rtcp_app app;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_app(&w, &in);
    cf_rtcp_iter_init(&iter, cf_writer_span(&w));
    assert_true(cf_rtcp_next(&iter, &packet));
    assert_ok(cf_rtcp_parse_app(&packet, &app));
    assert_int_equal(app.ssrc, 5);
    assert_int_equal(app.subtype, 3);
    assert_str(app.name, CF_STR("TEST"));
    assert_str(cf_span_str(app.data), CF_STR("12345678"));
    packet.body.len = 4;
    assert_int_equal(cf_rtcp_parse_app(&packet, &app), CF_ERR_TRUNCATED);
}

static void writes_no_length_into_a_full_buffer(void **state) {
    (void)state;
    uint8_t reference[256];
    size_t whole = compound(reference, sizeof reference).len;
    for (size_t size = 0; size < whole; size++) {
        uint8_t out[256];
        struct cf_writer w;
        const uint32_t gone[] = {1, 2};
        struct cf_sdes_item item = {.type = CF_SDES_CNAME, .value = CF_STR("abc@x")};
        cf_writer_init(&w, out, size);
        cf_put_rtcp_sdes(&w, 1, &item, 1);
        cf_put_rtcp_bye(&w, gone, 2, CF_STR("over"));
        assert_true(w.len <= size);
    }
}

CF_TEST_MAIN(cmocka_unit_test(visits_every_packet_of_a_compound), cmocka_unit_test(refuses_every_truncation),
             cmocka_unit_test(wants_a_report_first_unless_reduced_size), cmocka_unit_test(allows_padding_that_leaves_the_header),
             cmocka_unit_test(refuses_other_versions_anywhere),
             cmocka_unit_test(reads_a_bye_without_reason_and_refuses_a_cut_one), cmocka_unit_test(round_trips_app),
             cmocka_unit_test(writes_no_length_into_a_full_buffer))
