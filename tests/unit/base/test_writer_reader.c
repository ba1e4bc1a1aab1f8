/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writer, reader, base64, hexadecimal. */
#include "base/reader.h"
#include "base/writer.h"

#include "lib/test.h"

static void writes_and_reads_numbers(void **state) {
    (void)state;
    uint8_t buffer[32];
    struct cf_writer w;
    struct cf_reader r;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_u8(&w, 0x01);
    cf_put_u16(&w, 0x0203);
    cf_put_u24(&w, 0x040506);
    cf_put_u32(&w, 0x0708090a);
    cf_put_u64(&w, UINT64_C(0x0b0c0d0e0f101112));
    assert_true(cf_writer_ok(&w));
    cf_reader_init(&r, cf_writer_span(&w));
    assert_int_equal(cf_take_u8(&r), 0x01);
    assert_int_equal(cf_take_u16(&r), 0x0203);
    assert_int_equal(cf_take_u24(&r), 0x040506);
    assert_int_equal(cf_take_u32(&r), 0x0708090a);
    assert_true(cf_take_u64(&r) == UINT64_C(0x0b0c0d0e0f101112));
    assert_true(cf_reader_ok(&r));
    assert_int_equal(cf_take_u8(&r), 0);
    assert_false(cf_reader_ok(&r));
}

static void sticks_to_the_first_error(void **state) {
    (void)state;
    char buffer[4];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_lit(&w, "abc");
    cf_put_lit(&w, "de");
    cf_put_lit(&w, "f");
    assert_false(cf_writer_ok(&w));
    assert_str(cf_writer_str(&w), CF_STR("abc"));
}

static void writes_text(void **state) {
    (void)state;
    char buffer[64];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_dec(&w, 0);
    cf_put_char(&w, ' ');
    cf_put_dec(&w, UINT64_MAX);
    cf_put_char(&w, ' ');
    cf_put_hex(&w, (struct cf_span){(const uint8_t *)"\x00\xfe", 2});
    assert_str(cf_writer_str(&w), CF_STR("0 18446744073709551615 00fe"));
}

static void encodes_and_decodes_base64(void **state) {
    (void)state;
    /* RFC 4648 section 10 */
    const char *const vectors[][2] = {{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="},
                                      {"fooba", "Zm9vYmE="},
                                      {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < 7; i++) {
        char text[16];
        uint8_t octets[8];
        size_t len = 99;
        struct cf_writer w;
        cf_writer_init(&w, text, sizeof text);
        cf_put_base64(&w, cf_str_span(cf_str_of(vectors[i][0])));
        assert_str(cf_writer_str(&w), cf_str_of(vectors[i][1]));
        assert_ok(cf_base64_decode(cf_str_of(vectors[i][1]), octets, sizeof octets, &len));
        assert_str(cf_str_n((char *)octets, len), cf_str_of(vectors[i][0]));
    }
    uint8_t out[2];
    size_t len = 0;
    assert_ok(cf_base64_decode(CF_STR("Zm8"), out, sizeof out, &len));
    assert_int_equal(cf_base64_decode(CF_STR("Zm9v"), out, sizeof out, &len), CF_ERR_NO_ROOM);
    assert_int_equal(cf_base64_decode(CF_STR("Zg!="), out, sizeof out, &len), CF_ERR_MALFORMED);
    assert_int_equal(cf_base64_decode(CF_STR("Z"), out, sizeof out, &len), CF_ERR_MALFORMED);
}

static void decodes_hex(void **state) {
    (void)state;
    uint8_t out[2];
    size_t len = 0;
    assert_ok(cf_hex_decode(CF_STR("00fE"), out, sizeof out, &len));
    assert_int_equal(out[1], 0xfe);
    assert_int_equal(cf_hex_decode(CF_STR("0"), out, sizeof out, &len), CF_ERR_MALFORMED);
    assert_int_equal(cf_hex_decode(CF_STR("0g"), out, sizeof out, &len), CF_ERR_MALFORMED);
    assert_int_equal(cf_hex_decode(CF_STR("000000"), out, sizeof out, &len), CF_ERR_NO_ROOM);
}

CF_TEST_MAIN(cmocka_unit_test(writes_and_reads_numbers), cmocka_unit_test(sticks_to_the_first_error),
             cmocka_unit_test(writes_text), cmocka_unit_test(encodes_and_decodes_base64), cmocka_unit_test(decodes_hex))
