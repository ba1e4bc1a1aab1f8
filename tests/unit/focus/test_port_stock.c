/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open ports for the next call: oldest first, each kind apart, so many and no more. */
#include "core/focus/port_stock.h"

#include "lib/test.h"

static struct cf_port_stock stock;

static struct cf_port_pair pair_of(enum cf_family family, uint16_t port, bool with_rtcp) {
    struct cf_port_pair pair = {.rtp = {.family = (uint8_t)family, .port = port}};
    pair.rtcp.family = with_rtcp ? (uint8_t)family : CF_FAMILY_NONE;
    pair.rtcp.port = with_rtcp ? (uint16_t)(port + 1) : 0;
    return pair;
}

static int begin(void **state) {
    (void)state;
    stock = (struct cf_port_stock){0};
    return 0;
}

static void gives_the_oldest_of_the_kind_that_is_asked_for(void **state) {
    (void)state;
    struct cf_port_pair got;
    struct cf_port_pair put[] = {pair_of(CF_FAMILY_IP4, 10, true), pair_of(CF_FAMILY_IP6, 20, true),
                                 pair_of(CF_FAMILY_IP4, 30, false), pair_of(CF_FAMILY_IP4, 40, true)};
    for (size_t i = 0; i < 4; i++) {
        assert_true(cf_port_stock_put(&stock, &put[i]));
    }
    assert_true(cf_port_stock_take(&stock, CF_FAMILY_IP4, true, &got));
    assert_int_equal(got.rtp.port, 10);
    assert_int_equal(got.rtcp.port, 11);
    assert_true(cf_port_stock_take(&stock, CF_FAMILY_IP4, true, &got));
    assert_int_equal(got.rtp.port, 40);
    assert_false(cf_port_stock_take(&stock, CF_FAMILY_IP4, true, &got));
    assert_false(cf_port_stock_take(&stock, CF_FAMILY_IP6, false, &got));
    assert_true(cf_port_stock_take(&stock, CF_FAMILY_IP6, true, &got));
    assert_int_equal(got.rtp.port, 20);
    assert_true(cf_port_stock_take(&stock, CF_FAMILY_IP4, false, &got));
    assert_int_equal(got.rtp.port, 30);
}

static void takes_no_more_than_it_holds(void **state) {
    (void)state;
    struct cf_port_pair got;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < CF_PORT_STOCK_MAX; i++) {
            struct cf_port_pair pair = pair_of(CF_FAMILY_IP4, (uint16_t)(2 * i), true);
            assert_true(cf_port_stock_put(&stock, &pair));
        }
        struct cf_port_pair more = pair_of(CF_FAMILY_IP4, 9, true);
        assert_false(cf_port_stock_put(&stock, &more));
        for (unsigned i = 0; i < CF_PORT_STOCK_MAX; i++) {
            assert_true(cf_port_stock_take(&stock, CF_FAMILY_IP4, true, &got));
            assert_int_equal(got.rtp.port, 2 * i);
        }
        /* The next round begins elsewhere in the ring. */
        assert_true(cf_port_stock_put(&stock, &more));
        assert_true(cf_port_stock_take(&stock, CF_FAMILY_IP4, true, &got));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_the_oldest_of_the_kind_that_is_asked_for, begin),
        cmocka_unit_test_setup(takes_no_more_than_it_holds, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
