/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies: leaves in order, limits, and every way to get a delimiter wrong. */
#include "core/mime/mime.h"
#include "lib/test.h"

static struct cf_mime_walk walk;
static struct cf_mime_part part;
static struct cf_sip_message message;
static char text[32768];

/* A multipart with that boundary parameter and body. */
static struct cf_mime_part root(const char *type, struct cf_str body) {
    struct cf_mime_part made = {.body = body};
    assert_ok(cf_mime_type_parse(cf_str_of(type), &made.type));
    return made;
}

static enum cf_err begin(const char *type, struct cf_str body) {
    struct cf_mime_part made = root(type, body);
    return cf_mime_walk_begin(&made, &walk);
}

/* All leaf bodies, each followed by '|', and the error at the end if it is one. */
static struct cf_str leaves(const char *type, struct cf_str body) {
    static char buffer[1024];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    enum cf_err err = begin(type, body);
    while (err == CF_OK) {
        err = cf_mime_walk_next(&walk, &part);
        if (err == CF_OK) {
            cf_put(&w, part.body);
            cf_put_char(&w, '|');
        }
    }
    if (err != CF_ERR_NOT_FOUND) {
        cf_put(&w, cf_str_of(cf_err_name(err)));
    }
    assert_int_equal(cf_mime_walk_next(&walk, &part), CF_ERR_NOT_FOUND);
    return cf_writer_str(&w);
}

#define MIXED "multipart/mixed;boundary=b"

static void parts_come_in_order(void **state) {
    (void)state;
    assert_str(
        leaves(MIXED, CF_STR("preamble\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: a/b\r\n\r\ntwo\r\n\r\n--b--\r\nepilogue")),
        CF_STR("one|two\r\n|"));
    assert_str(leaves(MIXED, CF_STR("--b\r\n\r\none\r\n--b--")), CF_STR("one|"));
    assert_str(leaves("text/plain", CF_STR("--b\r\n")), CF_STR("--b\r\n|"));
}

static void a_part_says_what_it_is(void **state) {
    (void)state;
    assert_ok(begin(MIXED, CF_STR("--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n"
                                  "Content-ID: <x@y>\r\nContent-Encoding: deflate\r\ncontent-transfer-encoding: binary\r\n"
                                  "Content-Language: de\r\nc: text/html\r\nX-Y:\r\n z\r\n\r\n\0\xFF\r\n--b--")));
    assert_ok(cf_mime_walk_next(&walk, &part));
    assert_true(cf_mime_type_is(&part.type, CF_STR("application/resource-lists+xml")));
    assert_str(cf_mime_part_disposition(&part), CF_STR("recipient-list"));
    assert_str(part.content_id, CF_STR("x@y"));
    assert_str(part.encoding, CF_STR("deflate"));
    assert_str(part.transfer_encoding, CF_STR("binary"));
    assert_str(part.language, CF_STR("de"));
    assert_str(part.body, CF_STR("\0\xFF"));
    assert_int_equal(part.depth, 1);
}

static void a_part_that_says_nothing_is_plain_text(void **state) {
    (void)state;
    assert_ok(begin(MIXED, CF_STR("--b\r\n\r\nx\r\n--b\r\nContent-Type: application/sdp\r\n\r\ny\r\n--b--")));
    assert_ok(cf_mime_walk_next(&walk, &part));
    assert_true(cf_mime_type_is(&part.type, CF_STR("text/plain")));
    assert_str(cf_mime_part_disposition(&part), CF_STR("render"));
    assert_ok(cf_mime_walk_next(&walk, &part));
    assert_str(cf_mime_part_disposition(&part), CF_STR("session"));
}

static void nested_parts_come_depth_first(void **state) {
    (void)state;
    assert_str(
        leaves(
            MIXED,
            CF_STR(
                "--b\r\nContent-Type: multipart/alternative;boundary=\"b-\"\r\n\r\n--b-\r\n\r\n1\r\n--b-\r\n\r\n2\r\n--b---\r\n"
                "--b\r\n\r\n3\r\n--b--")),
        CF_STR("1|2|3|"));
}

static void a_delimiter_is_a_whole_line(void **state) {
    (void)state;
    assert_str(leaves(MIXED, CF_STR("--b \t\r\n\r\nx --b\r\n--bb\r\n--b-\r\n --b\r\n-- b\r\n\r--b\r\n--b\t\r\n\r\ny\r\n--b-- ")),
               CF_STR("x --b\r\n--bb\r\n--b-\r\n --b\r\n-- b\r\n\r--b|y|"));
}

static void headers_may_end_the_part(void **state) {
    (void)state;
    assert_str(leaves(MIXED, CF_STR("--b\r\nContent-Type: a/b\r\n\r\n--b\r\n\r\n--b\r\n--b--")), CF_STR("|||"));
}

static void broken_bodies_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *type;
        struct cf_str body;
        const char *leaves;
    } cases[] = {
        {"multipart/mixed", CF_STR_INIT("--b\r\n\r\nx\r\n--b--"), "MALFORMED"},
        {"multipart/mixed;boundary=\"\"", CF_STR_INIT("--\r\n\r\nx\r\n----"), "MALFORMED"},
        {"multipart/mixed;boundary=\"b \"", CF_STR_INIT("--b \r\n\r\nx\r\n--b --"), "MALFORMED"},
        {"multipart/mixed;boundary=\"b\\\"\"", CF_STR_INIT("--b\"\r\n\r\nx\r\n--b\"--"), "MALFORMED"},
        {"multipart/mixed;boundary=b@", CF_STR_INIT("--b@\r\n\r\nx\r\n--b@--"), "MALFORMED"},
        {"multipart/mixed;boundary=12345678901234567890123456789012345678901234567890123456789012345678901", CF_STR_INIT("x"),
         "MALFORMED"},
        {MIXED, CF_STR_INIT(""), "MALFORMED"},
        {MIXED, CF_STR_INIT("x"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b--\r\n"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\n\r\nx"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\n\r\nx\r\n--b\r\n"), "x|MALFORMED"},
        {MIXED, CF_STR_INIT("--b\n\nx\n--b--\n"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\nno colon\r\n\r\nx\r\n--b--"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\nContent-Type: x\r\n\r\nx\r\n--b--"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\nContent-Type: x/y\r\nContent-Type: x/z\r\n\r\nx\r\n--b--"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\nContent-Disposition: x\r\ncontent-disposition: y\r\n\r\nx\r\n--b--"), "MALFORMED"},
        {MIXED, CF_STR_INIT("--b\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--b--"), "MALFORMED"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_mime_part made = root(cases[i].type, cases[i].body);
        if (cf_mime_walk_begin(&made, &walk) != CF_OK) {
            assert_string_equal(cases[i].leaves, "MALFORMED");
            continue;
        }
        assert_str(leaves(cases[i].type, cases[i].body), cf_str_of(cases[i].leaves));
    }
}

/* Multiparts in one another, @p depth of them, with one leaf in the innermost. */
static struct cf_str nested(unsigned depth) {
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    for (unsigned i = 0; i < depth; i++) {
        cf_put_lit(&w, "--b");
        cf_put_dec(&w, i);
        if (i + 1 < depth) {
            cf_put_lit(&w, "\r\nContent-Type: multipart/mixed;boundary=b");
            cf_put_dec(&w, i + 1);
        }
        cf_put_lit(&w, "\r\n\r\n");
    }
    cf_put_lit(&w, "leaf");
    for (unsigned i = depth; i > 0; i--) {
        cf_put_lit(&w, "\r\n--b");
        cf_put_dec(&w, i - 1);
        cf_put_lit(&w, "--");
    }
    return cf_writer_str(&w);
}

static void nesting_has_a_limit(void **state) {
    (void)state;
    assert_str(leaves("multipart/mixed;boundary=b0", nested(CF_MIME_DEPTH_MAX)), CF_STR("leaf|"));
    assert_str(leaves("multipart/mixed;boundary=b0", nested(CF_MIME_DEPTH_MAX + 1)), CF_STR("LIMIT"));
    assert_str(leaves("multipart/mixed;boundary=b0", nested(500)), CF_STR("LIMIT"));
}

static struct cf_str repeated(const char *head, const char *piece, unsigned count, const char *tail) {
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, cf_str_of(head));
    for (unsigned i = 0; i < count; i++) {
        cf_put(&w, cf_str_of(piece));
    }
    cf_put(&w, cf_str_of(tail));
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void parts_and_fields_have_limits(void **state) {
    (void)state;
    struct cf_str found = leaves(MIXED, repeated("", "--b\r\n\r\n\r\n", CF_MIME_PARTS_MAX, "--b--"));
    assert_int_equal(found.len, CF_MIME_PARTS_MAX);
    found = leaves(MIXED, repeated("", "--b\r\n\r\n\r\n", CF_MIME_PARTS_MAX + 1, "--b--"));
    assert_true(cf_str_ends(found, CF_STR("|LIMIT")));
    assert_str(leaves(MIXED, repeated("--b\r\n", "A: b\r\n", CF_MIME_FIELDS_MAX, "\r\nx\r\n--b--")), CF_STR("x|"));
    assert_str(leaves(MIXED, repeated("--b\r\n", "A: b\r\n", CF_MIME_FIELDS_MAX + 1, "\r\nx\r\n--b--")), CF_STR("LIMIT"));
}

static void parse_message(const char *fields, const char *body) {
    static char raw[2048];
    struct cf_parse_error error;
    snprintf(
        raw, sizeof raw,
        "MESSAGE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: sip:a\r\nTo: sip:b\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n%s\r\n%s",
        fields, body);
    assert_ok(cf_sip_parse(cf_str_of(raw), &message, &error));
}

static void parts_are_found_by_type_and_disposition(void **state) {
    (void)state;
    parse_message("Content-Type: " MIXED "\r\n", "--b\r\nContent-Type: application/sdp\r\nContent-Disposition: "
                                                 "other\r\n\r\n1\r\n--b\r\nContent-Type: application/sdp\r\n\r\n2\r\n"
                                                 "--b\r\nContent-Type: a/b\r\nContent-Disposition: recipient-list\r\nContent-ID: "
                                                 "<>\r\n\r\n3\r\n--b\r\nContent-ID: <i>\r\n\r\n4\r\n--b--");
    assert_ok(cf_mime_find(&message, CF_STR("application/sdp"), CF_STR("session"), &part));
    assert_str(part.body, CF_STR("2"));
    assert_ok(cf_mime_find(&message, CF_STR("application/sdp"), CF_STR_NONE, &part));
    assert_str(part.body, CF_STR("1"));
    assert_ok(cf_mime_find(&message, CF_STR_NONE, CF_STR("Recipient-List"), &part));
    assert_str(part.body, CF_STR("3"));
    assert_int_equal(part.content_id.len, 0);
    assert_ok(cf_mime_find_id(&message, CF_STR("i"), &part));
    assert_str(part.body, CF_STR("4"));
    assert_int_equal(cf_mime_find_id(&message, CF_STR("j"), &part), CF_ERR_NOT_FOUND);
    assert_int_equal(cf_mime_find(&message, CF_STR("x/y"), CF_STR_NONE, &part), CF_ERR_NOT_FOUND);
}

static void a_single_body_is_found_too(void **state) {
    (void)state;
    parse_message("c: application/sdp\r\nContent-Encoding: deflate\r\nContent-ID: <\r\nContent-Disposition: session\r\n", "v=0");
    assert_ok(cf_mime_find(&message, CF_STR("application/sdp"), CF_STR("session"), &part));
    assert_str(part.body, CF_STR("v=0"));
    assert_str(part.encoding, CF_STR("deflate"));
    assert_str(part.content_id, CF_STR("<"));
    assert_int_equal(part.depth, 0);
    parse_message("Content-Type: broken\r\n", "x");
    assert_int_equal(cf_mime_find(&message, CF_STR("a/b"), CF_STR_NONE, &part), CF_ERR_MALFORMED);
    parse_message("Content-Type: a/b\r\n", "");
    assert_int_equal(cf_mime_find(&message, CF_STR("a/b"), CF_STR_NONE, &part), CF_ERR_NOT_FOUND);
    parse_message("", "x");
    assert_int_equal(cf_mime_find(&message, CF_STR("a/b"), CF_STR_NONE, &part), CF_ERR_NOT_FOUND);
}

static void never_reads_outside_a_truncated_or_flipped_body(void **state) {
    (void)state;
    const struct cf_str whole =
        CF_STR("p\r\n--b\r\nContent-Type: multipart/x;boundary=\"c d\"\r\n\r\n--c d\r\nContent-ID: <a>\r\n\r\n1\r\n--c d--\r\n"
               "--b\r\nContent-Disposition: x;handling=optional\r\n\r\n2\r\n--b--");
    for (size_t len = 0; len <= whole.len; len++) {
        char *copy = test_malloc(len == 0 ? 1 : len);
        for (size_t bit = 0; bit < 8; bit++) {
            memcpy(copy, whole.at, len);
            if (len > 0) {
                copy[(len * 7 + bit) % len] ^= (char)(1 << bit);
            }
            enum cf_err err = begin(MIXED, cf_str_n(copy, len));
            unsigned count = 0;
            while (err == CF_OK && (err = cf_mime_walk_next(&walk, &part)) == CF_OK) {
                assert_true(part.body.at >= copy && part.body.at + part.body.len <= copy + len);
                count++;
            }
            assert_true(err == CF_ERR_NOT_FOUND || err == CF_ERR_MALFORMED);
            assert_true(count <= 4);
        }
        test_free(copy);
    }
}

CF_TEST_MAIN(cmocka_unit_test(parts_come_in_order), cmocka_unit_test(a_part_says_what_it_is),
             cmocka_unit_test(a_part_that_says_nothing_is_plain_text), cmocka_unit_test(nested_parts_come_depth_first),
             cmocka_unit_test(a_delimiter_is_a_whole_line), cmocka_unit_test(headers_may_end_the_part),
             cmocka_unit_test(broken_bodies_are_refused), cmocka_unit_test(nesting_has_a_limit),
             cmocka_unit_test(parts_and_fields_have_limits), cmocka_unit_test(parts_are_found_by_type_and_disposition),
             cmocka_unit_test(a_single_body_is_found_too), cmocka_unit_test(never_reads_outside_a_truncated_or_flipped_body))
