/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mime/cpim.h"

#include "lib/test.h"
#include <stdlib.h>

static const char whole[] = "From: Alice <sip:alice@example.org>\r\nTo: <sip:focus@example.org;conf-id=x>\r\n"
                            "DateTime: 2026-01-01T00:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 1\r\n\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n\r\nHello: all\r\n\r\nbye";

static void a_message_is_taken_apart(void **state) {
    (void)state;
    struct cf_cpim message;
    assert_ok(cf_cpim_parse(cf_str_of(whole), &message));
    assert_str(message.from, CF_STR("sip:alice@example.org"));
    assert_str(message.content_type, CF_STR("text/plain; charset=utf-8"));
    assert_str(message.body, CF_STR("Hello: all\r\n\r\nbye"));
}

static void what_is_written_is_read(void **state) {
    (void)state;
    char text[512];
    struct cf_writer w;
    struct cf_cpim message;
    const struct cf_cpim_out out = {.from_name = CF_STR("Bob B."),
                                    .from = CF_STR("sip:bob@example.org"),
                                    .to = CF_STR("sip:focus@example.org"),
                                    .date_time = CF_STR("2026-01-01T00:00:00Z"),
                                    .content_type = CF_STR("text/plain"),
                                    .body = CF_STR("line\r\n\r\nline")};
    cf_writer_init(&w, text, sizeof text);
    cf_put_cpim(&w, &out);
    assert_true(cf_writer_ok(&w));
    assert_ok(cf_cpim_parse(cf_writer_str(&w), &message));
    assert_str(message.from, out.from);
    assert_str(message.content_type, out.content_type);
    assert_str(message.body, out.body);
}

/* A name that looks like an address must not become one (attacks T22). */
static void a_name_is_no_address(void **state) {
    (void)state;
    char text[512];
    struct cf_writer w;
    struct cf_cpim message;
    const struct cf_cpim_out out = {.from_name = CF_STR("\"Alice\" <sip:alice@example.org>"),
                                    .from = CF_STR("sip:mallory@example.org"),
                                    .to = CF_STR("sip:focus@example.org"),
                                    .date_time = CF_STR("2026-01-01T00:00:00Z"),
                                    .content_type = CF_STR("text/plain"),
                                    .body = CF_STR("x")};
    cf_writer_init(&w, text, sizeof text);
    cf_put_cpim(&w, &out);
    assert_ok(cf_cpim_parse(cf_writer_str(&w), &message));
    assert_str(message.from, CF_STR("sip:mallory@example.org"));
}

static void broken_ones_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "\r\n",
                                        "From: <sip:a@b>\r\n\r\n",
                                        "From: sip:a@b\r\n\r\n\r\n",
                                        "From: <>\r\n\r\n\r\n",
                                        "From: <sip:a@b\r\n\r\n\r\n",
                                        "From: <sip:a@b>\r\nFrom: <sip:c@d>\r\n\r\n\r\n",
                                        "From: \"<sip:a@b>\" <sip:c@d>\r\n\r\n\r\n",
                                        "From: <sip:a@b> <sip:c@d>\r\n\r\n\r\n",
                                        ": x\r\n\r\n\r\n",
                                        "no colon\r\n\r\n\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cf_cpim message;
        assert_int_equal(cf_cpim_parse(cf_str_of(texts[i]), &message), CF_ERR_MALFORMED);
    }
}

/* Cut anywhere and with any octet changed: no read behind the end (sanitizers), and views stay inside. */
static void no_text_leads_astray(void **state) {
    (void)state;
    for (size_t len = 0; len < sizeof whole; len++) {
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, whole, len);
        struct cf_cpim message;
        if (cf_cpim_parse(cf_str_n(copy, len), &message) == CF_OK) {
            assert_true(message.body.at >= copy && message.body.at + message.body.len <= copy + len);
        }
        for (unsigned bit = 0; len > 0 && bit < 8; bit++) {
            copy[len - 1] = (char)(whole[len - 1] ^ (1 << bit));
            (void)(cf_cpim_parse(cf_str_n(copy, len), &message) == CF_OK);
        }
        free(copy);
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_message_is_taken_apart), cmocka_unit_test(what_is_written_is_read),
             cmocka_unit_test(a_name_is_no_address), cmocka_unit_test(broken_ones_are_refused),
             cmocka_unit_test(no_text_leads_astray))
