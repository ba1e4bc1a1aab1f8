/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header extensions, RFC 8285. */
#include "core/rtp/extension.h"

#include "lib/test.h"
#include <stdlib.h>

static struct cf_rtp_view view_of(uint16_t profile, const void *data, size_t len) {
    return (struct cf_rtp_view){.extension_profile = profile, .extension = {data, len}};
}

/* Ids and lengths of all elements as "id:len " text. */
static struct cf_str list(uint16_t profile, const void *data, size_t len, char *text, size_t size) {
    struct cf_rtp_view view = view_of(profile, data, len);
    struct cf_rtp_ext_iter iter;
    struct cf_rtp_ext ext;
    struct cf_writer w;
    cf_writer_init(&w, text, size);
    cf_rtp_ext_iter_init(&iter, &view);
    while (cf_rtp_ext_next(&iter, &ext)) {
        assert_true(ext.data.at >= (const uint8_t *)data && ext.data.at + ext.data.len <= (const uint8_t *)data + len);
        cf_put_dec(&w, ext.id);
        cf_put_char(&w, ':');
        cf_put_dec(&w, ext.data.len);
        cf_put_char(&w, ' ');
    }
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void visits_the_one_byte_form(void **state) {
    (void)state;
    char text[64];
    /* RFC 8285 section 4.2's example shape: a one-octet element, a two-octet one, padding, four octets. */
    assert_str(list(0xbede, "\x10\xaa\x21\xbb\xbb\0\0\x33\xcc\xcc\xcc\xcc", 12, text, sizeof text), CF_STR("1:1 2:2 3:4 "));
}

static void visits_the_two_byte_form(void **state) {
    (void)state;
    char text[64];
    const char block[] = "\x01\x00\x02\x01\xbb\0\x80\x04\xcc\xcc\xcc\xcc";
    assert_str(list(0x1000, block, 12, text, sizeof text), CF_STR("1:0 2:1 128:4 "));
    assert_str(list(0x100f, block, 12, text, sizeof text), CF_STR("1:0 2:1 128:4 "));
}

static void stops_at_id_15_in_the_one_byte_form(void **state) {
    (void)state;
    char text[64];
    assert_str(list(0xbede, "\x10\xaa\xf0\xbb\x20\xcc\0\0", 8, text, sizeof text), CF_STR("1:1 "));
}

static void passes_over_id_0_with_a_length(void **state) {
    (void)state;
    char text[64];
    assert_str(list(0xbede, "\x01\xaa\xbb\x20\xcc\0\0\0", 8, text, sizeof text), CF_STR("2:1 "));
}

static void ignores_other_profiles(void **state) {
    (void)state;
    char text[64];
    assert_str(list(0xabcd, "\x10\xaa\0\0", 4, text, sizeof text), CF_STR(""));
    assert_str(list(0, NULL, 0, text, sizeof text), CF_STR(""));
}

static void ends_where_an_element_runs_past_the_block(void **state) {
    (void)state;
    char text[64];
    assert_str(list(0xbede, "\x10\xaa\x2f\xbb", 4, text, sizeof text), CF_STR("1:1 "));
    assert_str(list(0x1000, "\x01\x01\xaa\x02", 4, text, sizeof text), CF_STR("1:1 "));
    assert_str(list(0x1000, "\x01\xff\xaa\x02", 4, text, sizeof text), CF_STR(""));
}

static void finds_the_first_of_an_id(void **state) {
    (void)state;
    struct cf_rtp_view view = view_of(0xbede,
                                      "\x10"
                                      "A\x20"
                                      "B\x10"
                                      "C\0\0",
                                      8);
    struct cf_span data = {NULL, 9};
    assert_true(cf_rtp_ext_find(&view, 1, &data));
    assert_str(cf_span_str(data), CF_STR("A"));
    assert_true(cf_rtp_ext_find(&view, 2, &data));
    assert_str(cf_span_str(data), CF_STR("B"));
    assert_false(cf_rtp_ext_find(&view, 3, &data));
    assert_false(cf_rtp_ext_find(&view, 0, &data));
    assert_str(cf_span_str(data), CF_STR("B"));
}

static struct cf_rtp_ext element(uint8_t id, const char *text) {
    return (struct cf_rtp_ext){cf_str_span(cf_str_of(text)), id};
}

static void assert_round_trip(const struct cf_rtp_ext *in, size_t count, uint16_t expected_profile) {
    uint8_t out[64];
    struct cf_writer w;
    struct cf_rtp_ext_iter iter;
    struct cf_rtp_ext ext;
    cf_writer_init(&w, out, sizeof out);
    uint16_t profile = cf_rtp_put_extensions(&w, in, count);
    assert_true(cf_writer_ok(&w));
    assert_int_equal(profile, expected_profile);
    assert_int_equal(w.len % 4, 0);
    struct cf_rtp_view view = view_of(profile, out, w.len);
    cf_rtp_ext_iter_init(&iter, &view);
    for (size_t i = 0; i < count; i++) {
        assert_true(cf_rtp_ext_next(&iter, &ext));
        assert_int_equal(ext.id, in[i].id);
        assert_str(cf_span_str(ext.data), cf_span_str(in[i].data));
    }
    assert_false(cf_rtp_ext_next(&iter, &ext));
}

static void writes_the_shorter_form_that_fits(void **state) {
    (void)state;
    const struct cf_rtp_ext small[] = {element(1, "as"), element(14, "0123456789abcdef")};
    const struct cf_rtp_ext high_id[] = {element(1, "as"), element(15, "x")};
    const struct cf_rtp_ext empty[] = {element(1, "")};
    const struct cf_rtp_ext large[] = {element(3, "0123456789abcdefg")};
    assert_round_trip(small, 2, CF_RTP_EXT_ONE_BYTE);
    assert_round_trip(high_id, 2, CF_RTP_EXT_TWO_BYTE);
    assert_round_trip(empty, 1, CF_RTP_EXT_TWO_BYTE);
    assert_round_trip(large, 1, CF_RTP_EXT_TWO_BYTE);
    assert_round_trip(NULL, 0, 0);
}

static void terminates_on_every_short_block(void **state) {
    (void)state;
    /* All blocks of one word over a few telling octets, in both forms, in memory of exact size. */
    static const uint8_t octets[] = {0x00, 0x01, 0x0f, 0x10, 0x13, 0xf0, 0xff};
    enum { N = sizeof octets };
    for (size_t i = 0; i < (size_t)N * N * N * N; i++) {
        uint8_t *block = malloc(4);
        char text[64];
        assert_non_null(block);
        size_t rest = i;
        for (size_t k = 0; k < 4; k++, rest /= N) {
            block[k] = octets[rest % N];
        }
        (void)list(0xbede, block, 4, text, sizeof text);
        (void)list(0x1000, block, 4, text, sizeof text);
        free(block);
    }
}

CF_TEST_MAIN(cmocka_unit_test(visits_the_one_byte_form), cmocka_unit_test(visits_the_two_byte_form),
             cmocka_unit_test(stops_at_id_15_in_the_one_byte_form), cmocka_unit_test(passes_over_id_0_with_a_length),
             cmocka_unit_test(ignores_other_profiles), cmocka_unit_test(ends_where_an_element_runs_past_the_block),
             cmocka_unit_test(finds_the_first_of_an_id), cmocka_unit_test(writes_the_shorter_form_that_fits),
             cmocka_unit_test(terminates_on_every_short_block))
