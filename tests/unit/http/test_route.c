/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes: which one, with what values, and what is refused. */
#include "core/http/route.h"

#include "lib/test.h"

static const struct cf_http_route routes[] = {
    {CF_STR_INIT("GET"), CF_STR_INIT("/api/rooms")},
    {CF_STR_INIT("POST"), CF_STR_INIT("/api/rooms")},
    {CF_STR_INIT("GET"), CF_STR_INIT("/api/rooms/{room}")},
    {CF_STR_INIT("DELETE"), CF_STR_INIT("/api/rooms/{room}/members/{member}")},
};

static struct cf_http_match match;

static unsigned find(const char *method, const char *path) {
    struct cf_http_request request = {.method = cf_str_of(method), .path = cf_str_of(path)};
    return cf_http_route_find(routes, sizeof routes / sizeof *routes, &request, &match);
}

static void values_come_out_of_braces(void **state) {
    (void)state;
    assert_int_equal(find("GET", "/api/rooms"), 0);
    assert_int_equal(match.index, 0);
    assert_int_equal(match.count, 0);
    assert_int_equal(find("POST", "/api/rooms"), 0);
    assert_int_equal(match.index, 1);
    assert_int_equal(find("HEAD", "/api/rooms/tea%20time"), 0);
    assert_int_equal(match.index, 2);
    assert_str(match.params[0], CF_STR("tea time"));
    assert_int_equal(find("DELETE", "/api/rooms/a/members/sip:b@c"), 0);
    assert_str(match.params[0], CF_STR("a"));
    assert_str(match.params[1], CF_STR("sip:b@c"));
}

static void what_is_not_there_is_told(void **state) {
    (void)state;
    assert_int_equal(find("GET", "/api/room"), 404);
    assert_int_equal(find("GET", "/api/rooms/"), 404);
    assert_int_equal(find("GET", "/api/rooms/a/b"), 404);
    assert_int_equal(find("GET", ""), 404);
    assert_int_equal(find("GET", "/"), 404);
    assert_int_equal(find("DELETE", "/api/rooms"), 405);
    assert_string_equal(match.allow, "GET, HEAD, POST");
    assert_int_equal(find("GET", "/api/rooms/a/members/b"), 405);
    assert_string_equal(match.allow, "DELETE");
}

/* T24: nothing that means another place, or an end, hides in a value. */
static void escapes_hide_nothing(void **state) {
    (void)state;
    static const char *const bad[] = {"%2f", "..%2Fx", "%00", "a%5c", "%", "%4", "%zz", "%0d%0a", "%7f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char path[64];
        snprintf(path, sizeof path, "/api/rooms/%s", bad[i]);
        assert_int_equal(find("GET", path), 400);
    }
    assert_int_equal(find("GET", "/api/rooms/%41%c3%a4"), 0);
    assert_str(match.params[0], CF_STR("A\xc3\xa4"));
}

static void long_values_are_refused(void **state) {
    (void)state;
    char path[CF_HTTP_PARAMS_ROOM + 40] = "/api/rooms/";
    memset(path + 11, 'a', CF_HTTP_PARAMS_ROOM);
    assert_int_equal(find("GET", path), 0);
    path[11 + CF_HTTP_PARAMS_ROOM] = 'a';
    assert_int_equal(find("GET", path), 400);
}

CF_TEST_MAIN(cmocka_unit_test(values_come_out_of_braces), cmocka_unit_test(what_is_not_there_is_told),
             cmocka_unit_test(escapes_hide_nothing), cmocka_unit_test(long_values_are_refused))
