/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters of several workers. */
#include "server/worker_totals.h"

#include "lib/test.h"

static void what_workers_tell_is_summed_up(void **state) {
    struct cf_worker_totals totals = {{{.datagrams_in = 0}}};
    struct cf_engine_totals first = {.datagrams_in = 10, .datagrams_used = 7, .datagrams_out = 100, .dropped_out = 1};
    struct cf_engine_totals last = {.datagrams_in = 1, .failures_out = 3, .repeats_lost = 4};
    (void)state;
    first.discards[CF_MEDIA_DISCARD_BUDGET] = 3;
    last.discards[CF_MEDIA_DISCARD_BUDGET] = 1;
    last.discards[CF_MEDIA_DISCARD_COUNT - 1] = 5;
    struct cf_engine_totals sum = cf_worker_totals_note(&totals, 0, &first);
    assert_int_equal(sum.datagrams_in, 10);
    sum = cf_worker_totals_note(&totals, CF_PORT_WORKERS_MAX - 1, &last);
    assert_int_equal(sum.datagrams_in, 11);
    assert_int_equal(sum.datagrams_used, 7);
    assert_int_equal(sum.datagrams_out, 100);
    assert_int_equal(sum.dropped_out, 1);
    assert_int_equal(sum.failures_out, 3);
    assert_int_equal(sum.repeats_lost, 4);
    assert_int_equal(sum.discards[CF_MEDIA_DISCARD_BUDGET], 4);
    assert_int_equal(sum.discards[CF_MEDIA_DISCARD_COUNT - 1], 5);
    /* Counters are told whole, not as what was added. */
    first.datagrams_in = 12;
    sum = cf_worker_totals_note(&totals, 0, &first);
    assert_int_equal(sum.datagrams_in, 13);
}

CF_TEST_MAIN(cmocka_unit_test(what_workers_tell_is_summed_up))
