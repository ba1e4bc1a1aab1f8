/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public and special addresses (attacks T30, T45). */
#include "base/public_addr.h"

#include "lib/test.h"

static bool is_public(const char *text) {
    struct cf_addr addr;
    assert_ok(cf_addr_parse_ip(cf_str_of(text), &addr));
    return cf_addr_is_public(&addr);
}

static void special_ones_are_known(void **state) {
    static const char *const special[] = {"0.0.0.0",
                                          "0.255.255.255",
                                          "10.0.0.1",
                                          "100.64.0.1",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.255.254",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.8",
                                          "192.0.2.1",
                                          "192.31.196.1",
                                          "192.52.193.1",
                                          "192.88.99.1",
                                          "192.168.0.1",
                                          "192.175.48.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.1",
                                          "203.0.113.1",
                                          "224.0.0.1",
                                          "239.1.1.1",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:127.0.0.1",
                                          "::ffff:8.8.8.8",
                                          "64:ff9b::a00:1",
                                          "64:ff9b:1::1",
                                          "100::1",
                                          "2001::1",
                                          "2001:db8::1",
                                          "2002:7f00:1::",
                                          "2620:4f:8000::1",
                                          "3fff::1",
                                          "5f00::1",
                                          "fc00::1",
                                          "fd00::1",
                                          "fe80::1",
                                          "ff02::1"};
    (void)state;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        if (is_public(special[i])) {
            fail_msg("public: %s", special[i]);
        }
    }
}

static void others_are_public(void **state) {
    static const char *const others[] = {
        "1.1.1.1",     "8.8.8.8",    "9.255.255.255", "11.0.0.0",    "100.63.255.255", "100.128.0.0",
        "126.0.0.1",   "128.0.0.1",  "172.15.0.1",    "172.32.0.1",  "192.0.1.1",      "192.167.1.1",
        "192.169.1.1", "198.17.0.1", "198.20.0.1",    "223.255.0.1", "2a00::1",        "2001:4860:4860::8888",
        "2600::1",     "2620:fe::9"};
    struct cf_addr none = {.family = CF_FAMILY_NONE};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!is_public(others[i])) {
            fail_msg("special: %s", others[i]);
        }
    }
    assert_false(cf_addr_is_public(&none));
}

CF_TEST_MAIN(cmocka_unit_test(special_ones_are_known), cmocka_unit_test(others_are_public))
