/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Priorities and sensible pairs. */
#include "core/ice/candidate.h"

#include "lib/test.h"

static struct cf_addr addr(const char *text) {
    struct cf_addr a;
    assert_ok(cf_addr_parse(cf_str_of(text), &a));
    return a;
}

static void has_the_priorities_of_everybody(void **state) {
    (void)state;
    assert_int_equal(cf_ice_priority(CF_ICE_HOST, 65535, 1), 2130706431);
    assert_int_equal(cf_ice_priority(CF_ICE_SRFLX, 65535, 2), 1694498814);
    assert_int_equal(cf_ice_priority(CF_ICE_RELAY, 0, 1), 255);
    assert_int_equal(cf_ice_reflexive_priority(2130706431), 1862270975);
    assert_true(cf_ice_pair_priority(7, 5) == (UINT64_C(5) << 32 | 15));
    assert_true(cf_ice_pair_priority(5, 7) == (UINT64_C(5) << 32 | 14));
    assert_true(cf_ice_pair_priority(UINT32_MAX, UINT32_MAX - 1) > cf_ice_pair_priority(UINT32_MAX - 1, UINT32_MAX - 1));
}

/* RFC 6544 section 4.2: all of UDP before all of TCP, those that connect before those that wait. */
static void puts_tcp_behind_udp(void **state) {
    (void)state;
    uint32_t active = cf_ice_tcp_priority(CF_ICE_TCP_ACTIVE, UINT16_MAX, 1);
    uint32_t passive = cf_ice_tcp_priority(CF_ICE_TCP_PASSIVE, UINT16_MAX, 1);
    assert_int_equal(active, 90U << 24 | 0xdfffU << 8 | 255U);
    assert_true(passive < active && active < cf_ice_priority(CF_ICE_SRFLX, 0, 2));
    assert_true(cf_ice_tcp_priority(CF_ICE_TCP_PASSIVE, 0, 2) > cf_ice_priority(CF_ICE_RELAY, 65535, 1));
    assert_true(cf_ice_reflexive_priority(active) < passive &&
                cf_ice_reflexive_priority(active) > cf_ice_reflexive_priority(passive));
    assert_true(cf_ice_is_transport_pair(CF_ICE_UDP, CF_ICE_UDP));
    assert_true(cf_ice_is_transport_pair(CF_ICE_TCP_ACTIVE, CF_ICE_TCP_PASSIVE));
    assert_true(cf_ice_is_transport_pair(CF_ICE_TCP_PASSIVE, CF_ICE_TCP_ACTIVE));
    assert_false(cf_ice_is_transport_pair(CF_ICE_TCP_PASSIVE, CF_ICE_TCP_PASSIVE));
    assert_false(cf_ice_is_transport_pair(CF_ICE_TCP_ACTIVE, CF_ICE_TCP_ACTIVE));
    assert_false(cf_ice_is_transport_pair(CF_ICE_UDP, CF_ICE_TCP_PASSIVE));
}

static void targets_hosts_only(void **state) {
    (void)state;
    static const char *const good[] = {"192.0.2.1:1", "10.0.0.1:65535",  "127.0.0.1:9",
                                       "[::1]:9",     "[2001:db8::1]:9", "[fe80::1]:9"};
    static const char *const bad[] = {"192.0.2.1:0",   "0.0.0.0:9",         "[::]:9",      "0.0.0.1:9",
                                      "224.0.0.251:9", "255.255.255.255:9", "[ff02::fb]:9"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct cf_addr a = addr(good[i]);
        assert_true(cf_ice_is_target(&a));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct cf_addr a = addr(bad[i]);
        assert_false(cf_ice_is_target(&a));
    }
}

static void pairs_what_can_reach_each_other(void **state) {
    (void)state;
    static const struct {
        const char *local;
        const char *remote;
        bool is_pair;
    } rows[] = {
        {"192.0.2.1:1", "10.0.0.1:2", true},       {"192.0.2.1:1", "[2001:db8::1]:2", false},
        {"127.0.0.1:1", "127.0.0.1:2", true},      {"192.0.2.1:1", "127.0.0.1:2", false},
        {"127.0.0.1:1", "192.0.2.1:2", false},     {"0.0.0.0:1", "127.0.0.1:2", true},
        {"[2001:db8::1]:1", "[fe80::1]:2", false}, {"[fe80::2]:1", "[fe80::1]:2", true},
        {"192.0.2.1:1", "169.254.1.2:2", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cf_addr local = addr(rows[i].local);
        struct cf_addr remote = addr(rows[i].remote);
        assert_int_equal(cf_ice_is_pair(&local, &remote), rows[i].is_pair);
    }
}

CF_TEST_MAIN(cmocka_unit_test(has_the_priorities_of_everybody), cmocka_unit_test(puts_tcp_behind_udp),
             cmocka_unit_test(targets_hosts_only), cmocka_unit_test(pairs_what_can_reach_each_other))
