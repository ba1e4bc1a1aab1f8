/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scopes: words and sets. */
#include "core/auth/scope.h"

#include "lib/test.h"

static void words_and_sets_are_the_same(void **state) {
    char text[128];
    unsigned scopes = 0;
    struct cf_writer w;
    (void)state;
    for (unsigned set = 1; set <= CF_SCOPE_ALL; set++) {
        cf_writer_init(&w, text, sizeof text);
        cf_put_scopes(&w, set);
        assert_true(cf_scopes_parse(cf_writer_str(&w), &scopes));
        assert_int_equal(scopes, set);
    }
    assert_true(cf_scopes_parse(CF_STR("rooms:read,links, admin"), &scopes));
    assert_int_equal(scopes, CF_SCOPE_ROOMS_READ | CF_SCOPE_LINKS | CF_SCOPE_ADMIN);
    assert_true(cf_scopes_parse(CF_STR("all"), &scopes));
    assert_int_equal(scopes, CF_SCOPE_ALL);
}

static void others_are_refused(void **state) {
    static const char *const bad[] = {"", ",", " ", "rooms", "ROOMS:READ", "links;admin", "admin,everything"};
    unsigned scopes = 0;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cf_scopes_parse(cf_str_of(bad[i]), &scopes));
    }
    assert_false(cf_scopes_parse(CF_STR_NONE, &scopes));
    assert_int_equal(scopes, 0);
}

CF_TEST_MAIN(cmocka_unit_test(words_and_sets_are_the_same), cmocka_unit_test(others_are_refused))
