/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads of responses, and when none is needed. */
#include "core/http/response.h"

#include "lib/test.h"

static char out[CF_HTTP_RESPONSE_HEAD_MAX + 1];

static const char *head(const struct cf_http_response *response) {
    struct cf_writer w;
    cf_writer_init(&w, out, CF_HTTP_RESPONSE_HEAD_MAX);
    cf_http_put_head(&w, response);
    assert_true(cf_writer_ok(&w));
    out[w.len] = '\0';
    return out;
}

static void a_page_is_safe(void **state) {
    (void)state;
    const char *text = head(&(struct cf_http_response){
        .status = 200, .type = CF_STR("text/html"), .etag = CF_STR("abc"), .body = cf_str_span(CF_STR("12345"))});
    static const char *const wanted[] = {"HTTP/1.1 200 OK\r\n",         "default-src 'none'",
                                         "frame-ancestors 'none'",      "X-Content-Type-Options: nosniff\r\n",
                                         "Cache-Control: no-cache\r\n", "Content-Type: text/html\r\n",
                                         "ETag: \"abc\"\r\n",           "Content-Length: 5\r\n",
                                         "Connection: keep-alive\r\n"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_non_null(strstr(text, wanted[i]));
    }
    assert_null(strstr(text, "unsafe"));
    assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
}

static void others_say_what_they_must(void **state) {
    (void)state;
    assert_null(strstr(head(&(struct cf_http_response){.status = 304, .etag = CF_STR("a")}), "Content-Length"));
    assert_non_null(strstr(head(&(struct cf_http_response){.status = 405, .allow = CF_STR("GET"), .closes = true}),
                           "Allow: GET\r\nContent-Length: 0\r\nConnection: close\r\n"));
    assert_non_null(strstr(head(&(struct cf_http_response){.status = 200, .is_immutable = true}), "immutable"));
    assert_string_equal(head(&(struct cf_http_response){.status = 101, .fields = CF_STR("Upgrade: websocket\r\n")}),
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    assert_str(cf_http_reason_of(299), CF_STR("Status"));
}

static void a_tag_saves_the_body(void **state) {
    (void)state;
    struct cf_http_request request = {.field_count = 1, .fields = {{CF_STR("If-None-Match"), CF_STR("\"x\", W/\"abc\"")}}};
    assert_true(cf_http_is_fresh(&request, CF_STR("abc")));
    assert_true(cf_http_is_fresh(&request, CF_STR("x")));
    assert_false(cf_http_is_fresh(&request, CF_STR("ab")));
    assert_false(cf_http_is_fresh(&request, CF_STR_NONE));
    request.fields[0].value = CF_STR("*");
    assert_true(cf_http_is_fresh(&request, CF_STR("abc")));
    request.fields[0].value = CF_STR("abc");
    assert_false(cf_http_is_fresh(&request, CF_STR("abc")));
    request.field_count = 0;
    assert_false(cf_http_is_fresh(&request, CF_STR("abc")));
}

CF_TEST_MAIN(cmocka_unit_test(a_page_is_safe), cmocka_unit_test(others_say_what_they_must),
             cmocka_unit_test(a_tag_saves_the_body))
