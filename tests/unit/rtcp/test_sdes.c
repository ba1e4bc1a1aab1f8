/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source descriptions. */
#include "core/rtcp/sdes.h"

#include "lib/test.h"
#include <stdlib.h>

/* All items as "ssrc/type=value " text. */
static struct cf_str list(const void *body, size_t len, uint8_t count, char *text, size_t size) {
    struct cf_rtcp_packet packet = {.body = {body, len}, .type = CF_RTCP_SDES, .count = count};
    struct cf_sdes_iter iter;
    struct cf_sdes_item item;
    struct cf_writer w;
    cf_writer_init(&w, text, size);
    cf_sdes_iter_init(&iter, &packet);
    while (cf_sdes_next(&iter, &item)) {
        cf_put_dec(&w, item.ssrc);
        cf_put_char(&w, '/');
        cf_put_dec(&w, item.type);
        cf_put_char(&w, '=');
        cf_put(&w, item.value);
        cf_put_char(&w, ' ');
    }
    return cf_writer_str(&w);
}

static void writes_items_and_ends_the_chunk_for_every_length(void **state) {
    (void)state;
    static const char name[] = "0123456789abcdef";
    for (size_t len = 0; len <= 16; len++) {
        uint8_t out[64];
        char text[64];
        char expected[64];
        struct cf_writer w;
        struct cf_writer e;
        struct cf_sdes_item item = {.type = CF_SDES_CNAME, .value = cf_str_n(name, len)};
        cf_writer_init(&w, out, sizeof out);
        cf_put_rtcp_sdes(&w, 5, &item, 1);
        assert_ok(cf_rtcp_check(cf_writer_span(&w), true));
        cf_writer_init(&e, expected, sizeof expected);
        cf_put_lit(&e, "5/1=");
        cf_put(&e, cf_str_n(name, len));
        cf_put_char(&e, ' ');
        assert_int_equal(out[w.len - 1], 0);
        assert_str(list(out + 4, w.len - 4, 1, text, sizeof text), cf_writer_str(&e));
    }
}

static void visits_several_chunks(void **state) {
    (void)state;
    char text[64];
    /* An item that fills its words exactly is followed by four zeros; an empty chunk is four zeros. */
    static const char body[] = "\0\0\0\1\1\2ab\0\0\0\0"
                               "\0\0\0\2\0\0\0\0"
                               "\0\0\0\3\1\1x\12\2as\0";
    assert_str(list(body, 32, 3, text, sizeof text), CF_STR("1/1=ab 3/1=x 3/10=as "));
    assert_str(list(body, 32, 31, text, sizeof text), CF_STR("1/1=ab 3/1=x 3/10=as "));
    assert_str(list(body, 32, 1, text, sizeof text), CF_STR("1/1=ab "));
    assert_str(list(body, 32, 0, text, sizeof text), CF_STR(""));
}

static void ends_where_an_item_runs_past_the_packet(void **state) {
    (void)state;
    char text[64];
    assert_str(list("\0\0\0\1\1\1a\1\4ab\0", 12, 1, text, sizeof text), CF_STR("1/1=a "));
}

static void survives_every_truncation(void **state) {
    (void)state;
    static const char body[] = "\0\0\0\1\1\2ab\2\4cdef\0\0\0\0\0\2\1\6ghijkl\0\0\0\0";
    for (size_t len = 0; len <= sizeof body - 1; len++) {
        char text[128];
        uint8_t *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, body, len);
        (void)list(exact, len, 3, text, sizeof text);
        free(exact);
    }
}

static void knows_both_numbers_of_mid(void **state) {
    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        assert_int_equal(cf_sdes_is_mid((uint8_t)type), type == 10 || type == 15);
    }
}

CF_TEST_MAIN(cmocka_unit_test(writes_items_and_ends_the_chunk_for_every_length), cmocka_unit_test(visits_several_chunks),
             cmocka_unit_test(ends_where_an_item_runs_past_the_packet), cmocka_unit_test(survives_every_truncation),
             cmocka_unit_test(knows_both_numbers_of_mid))
