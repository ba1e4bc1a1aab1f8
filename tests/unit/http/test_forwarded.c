/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks behind reverse proxies: only what a trusted one has seen is believed. */
#include "core/http/forwarded.h"

#include "lib/test.h"

#define PROXIES CF_STR("192.0.2.1 2001:db8::1 127.0.0.1")

static void asks(const char *peer, const char *first, const char *second, const char *expected) {
    char text[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    struct cf_addr addr;
    struct cf_http_request request = {.field_count = 0};
    if (first != NULL) {
        request.fields[request.field_count++] = (struct cf_http_field){CF_STR("X-Forwarded-For"), cf_str_of(first)};
    }
    request.fields[request.field_count++] = (struct cf_http_field){CF_STR("Host"), CF_STR("a")};
    if (second != NULL) {
        request.fields[request.field_count++] = (struct cf_http_field){CF_STR("x-forwarded-for"), cf_str_of(second)};
    }
    assert_ok(cf_addr_parse(cf_str_of(peer), &addr));
    struct cf_addr asker = cf_http_asker(&request, &addr, PROXIES);
    assert_int_equal(asker.port, addr.port);
    cf_writer_init(&w, text, sizeof text);
    cf_put_ip(&w, &asker);
    assert_str(cf_writer_str(&w), cf_str_of(expected));
}

static void proxies_are_believed(void **state) {
    (void)state;
    asks("192.0.2.1:5000", "203.0.113.9", NULL, "203.0.113.9");
    asks("192.0.2.1:5000", "198.51.100.1, 203.0.113.9", NULL, "203.0.113.9");
    asks("192.0.2.1:5000", "203.0.113.9 ,127.0.0.1", NULL, "203.0.113.9");
    asks("127.0.0.1:5000", "203.0.113.9", "192.0.2.1", "203.0.113.9");
    asks("[2001:db8::1]:5000", "2001:db8::99", NULL, "2001:db8::99");
    asks("192.0.2.1:5000", NULL, NULL, "192.0.2.1");
    asks("192.0.2.1:5000", "127.0.0.1", NULL, "127.0.0.1");
}

static void others_are_not(void **state) {
    (void)state;
    asks("203.0.113.66:5000", "10.0.0.1", NULL, "203.0.113.66");
    asks("192.0.2.1:5000", "10.0.0.1, 203.0.113.9", "198.51.100.7", "198.51.100.7");
    asks("192.0.2.1:5000", "10.0.0.1, nonsense", NULL, "192.0.2.1");
    asks("192.0.2.1:5000", "203.0.113.9, ", NULL, "192.0.2.1");
    asks("192.0.2.1:5000", "", NULL, "192.0.2.1");
    asks("192.0.2.1:5000", "203.0.113.9:80", NULL, "192.0.2.1");
    struct cf_addr addr;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.1:1"), &addr));
    assert_false(cf_http_is_proxy(CF_STR(""), &addr));
    assert_false(cf_http_is_proxy(CF_STR_NONE, &addr));
    assert_true(cf_http_is_proxy(PROXIES, &addr));
}

CF_TEST_MAIN(cmocka_unit_test(proxies_are_believed), cmocka_unit_test(others_are_not))
