/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading JSON: what is taken, what is refused, and nothing beyond the end. */
#include "core/json/json.h"

#include "lib/test.h"
#include <stdlib.h>

static char texts[512];
static struct cf_json_member members[] = {{.name = {"a", 1}}, {.name = {"b", 1}}};
static struct cf_str other;

/* A copy of its exact length, so that the sanitizer sees what is read behind it. */
static enum cf_err read_exactly(struct cf_str text, size_t room_size) {
    struct cf_writer room;
    char *copy = malloc(text.len + 1);
    assert_non_null(copy);
    memcpy(copy, text.at, text.len);
    char *exact = realloc(copy, text.len == 0 ? 1 : text.len);
    assert_non_null(exact);
    cf_writer_init(&room, texts, room_size);
    other = CF_STR_NONE;
    enum cf_err err = cf_json_object(cf_str_n(exact, text.len), members, 2, &room, &other);
    free(exact);
    return err;
}

static enum cf_err read_it(const char *text) {
    return read_exactly(cf_str_of(text), sizeof texts);
}

static void values_are_read(void **state) {
    (void)state;
    assert_ok(read_it(" { \"a\" : \"x\\n\\u00e4\\ud83d\\ude00\\/\" , \"b\" : -12 } "));
    assert_int_equal(members[0].value.kind, CF_JSON_TEXT);
    assert_str(members[0].value.text, CF_STR("x\n\xc3\xa4\xf0\x9f\x98\x80/"));
    assert_true(members[1].value.is_integer);
    assert_int_equal(members[1].value.integer, -12);
    assert_null(other.at);
    assert_ok(read_it("{\"a\":true,\"b\":null}"));
    assert_true(members[0].value.kind == CF_JSON_FLAG && members[0].value.flag);
    assert_int_equal(members[1].value.kind, CF_JSON_NULL);
    assert_ok(read_it("{\"b\":false,\"c\":{\"a\":[1,{}]},\"d\":1}"));
    assert_int_equal(members[0].value.kind, CF_JSON_ABSENT);
    assert_str(other, CF_STR("c"));
    assert_ok(read_it("{\"a\":1.5e3,\"b\":9223372036854775807}"));
    assert_false(members[0].value.is_integer);
    assert_int_equal(members[1].value.integer, INT64_MAX);
    assert_ok(read_it("{\"a\":9223372036854775808}"));
    assert_false(members[0].value.is_integer);
    assert_ok(read_it("{}"));
    assert_ok(read_it("{\"a\":\"\"}"));
    assert_int_equal(members[0].value.kind, CF_JSON_TEXT);
    assert_int_equal(members[0].value.text.len, 0);
}

static void arrays_are_walked(void **state) {
    char more[64];
    struct cf_writer room;
    struct cf_json_value value;
    struct cf_str text = CF_STR("{\"a\":[ \"x\" , \"y\\\"\",[1], 7 ],\"b\":[]}");
    (void)state;
    cf_writer_init(&room, texts, sizeof texts);
    assert_ok(cf_json_object(text, members, 2, &room, NULL));
    struct cf_str rest = members[0].value.text;
    cf_writer_init(&room, more, sizeof more);
    assert_true(cf_json_next(&rest, &room, &value));
    assert_str(value.text, CF_STR("x"));
    assert_true(cf_json_next(&rest, &room, &value));
    assert_str(value.text, CF_STR("y\""));
    assert_true(cf_json_next(&rest, &room, &value));
    assert_int_equal(value.kind, CF_JSON_ARRAY);
    assert_true(cf_json_next(&rest, &room, &value));
    assert_int_equal(value.integer, 7);
    assert_false(cf_json_next(&rest, &room, &value));
    rest = members[1].value.text;
    assert_false(cf_json_next(&rest, &room, &value));
}

static void what_is_not_json_is_refused(void **state) {
    static const char *const bad[] = {
        "",
        " ",
        "[]",
        "1",
        "null",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":0x1}",
        "{\"a\":NaN}",
        "{\"a\":tru}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud83d\"}",
        "{\"a\":\"\\ud83d\\u0041\"}",
        "{\"a\":\"\\ude00\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"x}",
        "{\"a\":\"x\\",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":{\"x\":}}",
        "{\"a\":[}",
        "{\"c\":[[[[[[[[[1]]]]]]]]]}",
        "{\"\\u0061\":1,\"a\":2}",
        "/**/{}",
        "\xef\xbb\xbf{}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (read_it(bad[i]) != CF_ERR_MALFORMED) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    assert_int_equal(read_exactly(CF_STR("{\"a\":\"\0\"}"), sizeof texts), CF_ERR_MALFORMED);
    assert_int_equal(read_exactly(CF_STR("{\"a\":\"long enough not to fit\"}"), 8), CF_ERR_NO_ROOM);
}

/* Every beginning of a text, and every text with one octet changed: an answer, and no read beyond. */
static void damaged_texts_do_no_harm(void **state) {
    static const char whole[] = "{\"a\":[\"x\\ud83d\\ude00\",{\"k\":-1.5e+2}],\"b\":{\"n\":[true,null]},\"z\":\"\\u00e4\\\\\"}";
    char copy[sizeof whole];
    (void)state;
    for (size_t len = 0; len + 1 < sizeof whole; len++) {
        assert_int_equal(read_exactly(cf_str_n(whole, len), sizeof texts), CF_ERR_MALFORMED);
    }
    for (size_t at = 0; at + 1 < sizeof whole; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(copy, whole, sizeof whole);
            copy[at] = (char)((unsigned char)copy[at] ^ (1U << bit));
            enum cf_err err = read_exactly(cf_str_n(copy, sizeof whole - 1), sizeof texts);
            assert_true(err == CF_OK || err == CF_ERR_MALFORMED);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(values_are_read), cmocka_unit_test(arrays_are_walked),
             cmocka_unit_test(what_is_not_json_is_refused), cmocka_unit_test(damaged_texts_do_no_harm))
