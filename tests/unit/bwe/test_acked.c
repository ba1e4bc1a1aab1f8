/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much arrives. */
#include "core/bwe/acked.h"

#include "lib/test.h"

/* @p bps for @p duration from *at on, in packets of 1000 octets. */
static void feed(struct cf_bwe_acked *a, uint64_t bps, cf_usec duration, cf_usec *at, bool is_idle) {
    for (cf_usec end = *at + duration; *at < end; *at += (cf_usec)(8000 * UINT64_C(1000000) / bps)) {
        cf_bwe_acked_on_packet(a, 1000, *at, is_idle);
    }
}

static uint64_t rate_of(const struct cf_bwe_acked *a) {
    uint64_t bps = 0;
    assert_true(cf_bwe_acked_rate(a, &bps));
    return bps;
}

static void follows_what_arrives(void **state) {
    (void)state;
    struct cf_bwe_acked a = {.octets = 0};
    cf_usec at = 5;
    uint64_t bps = 77;
    assert_false(cf_bwe_acked_rate(&a, &bps));
    assert_int_equal(bps, 77);
    assert_int_equal(cf_bwe_acked_peak(&a), 0);
    feed(&a, 1000000, CF_MSEC(490), &at, false);
    assert_false(cf_bwe_acked_rate(&a, &bps)); /* half a second for the first one */
    feed(&a, 1000000, CF_SEC(2), &at, false);
    assert_in_range(rate_of(&a), 950000, 1060000);
    feed(&a, 300000, CF_SEC(3), &at, false);
    assert_in_range(rate_of(&a), 250000, 380000);
    feed(&a, 5000000, CF_SEC(3), &at, false);
    assert_in_range(rate_of(&a), 4500000, 5200000);
}

static void sees_a_sudden_rise_at_once(void **state) {
    (void)state;
    struct cf_bwe_acked a = {.octets = 0};
    cf_usec at = 0;
    feed(&a, 300000, CF_SEC(3), &at, false);
    feed(&a, 3000000, CF_MSEC(310), &at, false);
    assert_true(rate_of(&a) < 2500000);
    assert_in_range(cf_bwe_acked_peak(&a), 2800000, 3200000);
}

static void believes_idle_senders_less(void **state) {
    (void)state;
    struct cf_bwe_acked busy = {.octets = 0};
    cf_usec at = 0;
    feed(&busy, 1000000, CF_SEC(3), &at, false);
    struct cf_bwe_acked idle = busy;
    cf_usec idle_at = at;
    feed(&busy, 200000, CF_MSEC(300), &at, false);
    feed(&idle, 200000, CF_MSEC(300), &idle_at, true);
    assert_true(rate_of(&idle) > rate_of(&busy));
}

static void is_not_fooled_by_times(void **state) {
    (void)state;
    struct cf_bwe_acked a = {.octets = 0};
    cf_usec at = CF_SEC(10);
    feed(&a, 1000000, CF_SEC(2), &at, false);
    at += CF_SEC(3600); /* a pause says nothing about the link */
    feed(&a, 1000000, CF_SEC(1), &at, false);
    assert_in_range(rate_of(&a), 900000, 1100000);
    at -= CF_SEC(1000); /* nor does a clock that goes back */
    feed(&a, 1000000, CF_SEC(1), &at, false);
    assert_in_range(rate_of(&a), 900000, 1100000);
}

CF_TEST_MAIN(cmocka_unit_test(follows_what_arrives), cmocka_unit_test(sees_a_sudden_rise_at_once),
             cmocka_unit_test(believes_idle_senders_less), cmocka_unit_test(is_not_fooled_by_times))
