/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into requests; types of files. */
#include "core/http/request.h"

#include "core/http/media_type.h"
#include "lib/test.h"

static const struct cf_http_request request = {.method = CF_STR_INIT("GET"),
                                               .field_count = 5,
                                               .fields = {{CF_STR_INIT("Host"), CF_STR_INIT("[::1]:8443")},
                                                          {CF_STR_INIT("Connection"), CF_STR_INIT("keep-alive , Upgrade")},
                                                          {CF_STR_INIT("Accept"), CF_STR_INIT("a, b")},
                                                          {CF_STR_INIT("accept"), CF_STR_INIT("C")},
                                                          {CF_STR_INIT("X-Empty"), CF_STR_INIT("")}}};

static void fields_are_found_by_name(void **state) {
    (void)state;
    assert_str(cf_http_value(&request, CF_STR("ACCEPT")), CF_STR("a, b"));
    assert_null(cf_http_value(&request, CF_STR("Accep")).at);
    assert_non_null(cf_http_value(&request, CF_STR("x-empty")).at);
    assert_int_equal(cf_http_count(&request, CF_STR("Accept")), 2);
    assert_int_equal(cf_http_count(&request, CF_STR("Other")), 0);
}

static void tokens_are_found_in_lists(void **state) {
    (void)state;
    assert_true(cf_http_has_token(&request, CF_STR("connection"), CF_STR("upgrade")));
    assert_false(cf_http_has_token(&request, CF_STR("connection"), CF_STR("upgrad")));
    assert_true(cf_http_has_token(&request, CF_STR("Accept"), CF_STR("c")));
    assert_false(cf_http_has_token(&request, CF_STR("X-Empty"), CF_STR("c")));
}

static void the_host_has_no_port(void **state) {
    (void)state;
    struct cf_http_request other = request;
    assert_str(cf_http_host(&other), CF_STR("[::1]"));
    other.fields[0].value = CF_STR("meet.example:8443");
    assert_str(cf_http_host(&other), CF_STR("meet.example"));
    other.fields[0].value = CF_STR("meet.example");
    assert_str(cf_http_host(&other), CF_STR("meet.example"));
    other.fields[0].value = CF_STR("[::1");
    assert_str(cf_http_host(&other), CF_STR("[::1"));
    other.fields[2].name = CF_STR("host");
    assert_null(cf_http_host(&other).at);
}

static void files_have_types(void **state) {
    (void)state;
    assert_str(cf_media_type_of(CF_STR("/index.html")), CF_STR("text/html; charset=utf-8"));
    assert_str(cf_media_type_of(CF_STR("/a.b/app.js")), CF_STR("text/javascript; charset=utf-8"));
    assert_str(cf_media_type_of(CF_STR("/noending")), CF_STR("application/octet-stream"));
    assert_str(cf_media_type_of(CF_STR("")), CF_STR("application/octet-stream"));
}

CF_TEST_MAIN(cmocka_unit_test(fields_are_found_by_name), cmocka_unit_test(tokens_are_found_in_lists),
             cmocka_unit_test(the_host_has_no_port), cmocka_unit_test(files_have_types))
