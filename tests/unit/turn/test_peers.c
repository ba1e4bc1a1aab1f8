/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom the relay sends to: attacks T30, a relay as a way into the network it is in. */
#include "base/public_addr.h"
#include "core/turn/peers.h"

#include "lib/test.h"

static struct cf_addr addr(const char *text) {
    struct cf_addr a;
    assert_ok(cf_addr_parse(cf_str_of(text), &a));
    return a;
}

static const char *const special[] = {
    "0.0.0.0",     "0.1.2.3",         "10.0.0.1",         "10.255.255.255",  "100.64.0.1",      "100.127.255.255",
    "127.0.0.1",   "127.255.255.254", "169.254.169.254",  "172.16.0.1",      "172.31.255.255",  "192.0.0.8",
    "192.0.2.1",   "192.88.99.1",     "192.168.1.1",      "198.18.0.1",      "198.19.255.255",  "198.51.100.7",
    "203.0.113.9", "224.0.0.1",       "239.255.255.255",  "240.0.0.1",       "255.255.255.255", "::",
    "::1",         "::127.0.0.1",     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "100::1",      "2001::1",         "2001:0:7f00:1::",  "2001:db8::1",     "2002:7f00:1::1",  "2002:a00:1::",
    "3fff::1",     "5f00::1",         "fc00::1",          "fd12:3456::1",    "fe80::1",         "fec0::1",
    "ff02::1",     "ff0e::1",         "2620:4f:8000::1",
};

static const char *const normal[] = {
    "1.1.1.1",     "9.255.255.255", "11.0.0.1",    "100.63.255.255", "100.128.0.1",     "126.255.255.255",
    "128.0.0.1",   "169.253.1.1",   "169.255.1.1", "172.15.255.1",   "172.32.0.1",      "192.0.1.1",
    "192.167.1.1", "192.169.1.1",   "198.17.1.1",  "198.20.0.1",     "203.0.114.1",     "223.255.255.1",
    "2003::1",     "2a00:1450::1",  "2001:200::1", "2001:db9::1",    "2620:4f:8001::1", "3ffe::1",
};

static void special_addresses_are_not_public(void **state) {
    (void)state;
    struct cf_turn_peers peers = {.has_public = true};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        struct cf_addr a = addr(special[i]);
        a.port = 80;
        assert_false(cf_addr_is_public(&a));
        assert_false(cf_turn_peers_permit(&peers, &a));
        assert_false(cf_turn_peers_allow(&peers, &a));
    }
    for (size_t i = 0; i < sizeof normal / sizeof *normal; i++) {
        struct cf_addr a = addr(normal[i]);
        assert_true(cf_addr_is_public(&a));
        assert_true(cf_turn_peers_permit(&peers, &a));
        assert_false(cf_turn_peers_allow(&peers, &a)); /* port 0 */
        a.port = 9;
        assert_true(cf_turn_peers_allow(&peers, &a));
    }
}

static void by_default_there_is_nothing_but_our_media(void **state) {
    (void)state;
    struct cf_turn_peers peers = {.own_count = 2, .own = {addr("10.0.0.5:10000"), addr("[2a00:1450::5]:10000")}};
    struct cf_addr none = {.family = CF_FAMILY_NONE, .port = 10000};
    for (size_t i = 0; i < sizeof normal / sizeof *normal; i++) {
        struct cf_addr a = addr(normal[i]);
        a.port = 10000;
        assert_false(cf_turn_peers_permit(&peers, &a));
        assert_false(cf_turn_peers_allow(&peers, &a));
    }
    for (size_t i = 0; i < peers.own_count; i++) {
        struct cf_addr a = peers.own[i];
        assert_true(cf_turn_peers_permit(&peers, &a));
        assert_true(cf_turn_peers_allow(&peers, &a));
        for (int public = 0; public < 2; public ++) {
            /* Our other ports are none of theirs, even if the address is a public one. */
            peers.has_public = public == 1;
            a.port = 5060;
            assert_true(cf_turn_peers_permit(&peers, &a));
            assert_false(cf_turn_peers_allow(&peers, &a));
        }
        peers.has_public = false;
    }
    assert_false(cf_turn_peers_permit(&peers, &none));
    assert_false(cf_turn_peers_allow(&peers, &none));
}

CF_TEST_MAIN(cmocka_unit_test(special_addresses_are_not_public), cmocka_unit_test(by_default_there_is_nothing_but_our_media))
