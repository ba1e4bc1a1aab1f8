/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written multiparts read back. */
#include "core/mime/mime.h"
#include "lib/test.h"

static void what_is_written_reads_back(void **state) {
    (void)state;
    char buffer[512];
    struct cf_writer w;
    struct cf_mime_walk walk;
    struct cf_mime_part part;
    struct cf_mime_part root = {.depth = 0};
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_mime_put_part(&w, CF_STR("xyz"),
                     &(struct cf_mime_part_out){.content_type = CF_STR("application/sdp"), .body = CF_STR("v=0\r\n")});
    cf_mime_put_part(&w, CF_STR("xyz"),
                     &(struct cf_mime_part_out){.content_type = CF_STR("a/b"),
                                                .disposition = CF_STR("recipient-list"),
                                                .content_id = CF_STR("i@h"),
                                                .encoding = CF_STR("deflate"),
                                                .body = CF_STR("")});
    cf_mime_put_end(&w, CF_STR("xyz"));
    assert_true(cf_writer_ok(&w));
    assert_ok(cf_mime_type_parse(CF_STR("multipart/mixed;boundary=xyz"), &root.type));
    root.body = cf_writer_str(&w);
    assert_ok(cf_mime_walk_begin(&root, &walk));
    assert_ok(cf_mime_walk_next(&walk, &part));
    assert_str(part.body, CF_STR("v=0\r\n"));
    assert_null(part.content_id.at);
    assert_ok(cf_mime_walk_next(&walk, &part));
    assert_str(part.content_id, CF_STR("i@h"));
    assert_str(part.encoding, CF_STR("deflate"));
    assert_str(part.disposition.type, CF_STR("recipient-list"));
    assert_int_equal(part.body.len, 0);
    assert_int_equal(cf_mime_walk_next(&walk, &part), CF_ERR_NOT_FOUND);
}

static void no_value_makes_a_field_of_its_own(void **state) {
    (void)state;
    char buffer[256];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_mime_put_part(&w, CF_STR("b"),
                     &(struct cf_mime_part_out){.content_type = CF_STR("a/b\r\nX: y"), .content_id = CF_STR("i\r\n\r\nz")});
    assert_str(cf_writer_str(&w), CF_STR("--b\r\nContent-Type: a/b X: y\r\nContent-ID: <i z>\r\n\r\n\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(what_is_written_reads_back), cmocka_unit_test(no_value_makes_a_field_of_its_own))
