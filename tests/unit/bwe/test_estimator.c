/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimator as a whole, against feedback that is made by hand: honest, missing, absurd. Links are in sim/bandwidth. */
#include "core/bwe/estimator.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static const struct cf_bwe_bounds bounds = {CF_BWE_MIN_BPS, 20000000};
static struct test_mem m;
static struct cf_bwe_estimator e;

static void begin(void) {
    test_mem_init(&m);
    assert_ok(cf_bwe_estimator_init(&e, &m.mem, &bounds, 500000, 65000));
}

static void end(void) {
    cf_bwe_estimator_fini(&e);
    test_mem_fini(&m);
}

/* Feedback on @p count packets from @p base on, @p gap apart. */
static enum cf_err tell(uint16_t base, size_t count, cf_usec first, cf_usec gap, cf_usec now) {
    static uint8_t octets[4096];
    cf_usec arrivals[CF_TWCC_PRINT_MAX];
    struct cf_writer w;
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_feedback feedback;
    struct cf_twcc twcc;
    for (size_t i = 0; i < count; i++) {
        arrivals[i] = first + (cf_usec)i * gap;
    }
    cf_writer_init(&w, octets, sizeof octets);
    const struct cf_twcc_report report = {.base = base, .arrivals = arrivals, .count = count};
    assert_int_equal(cf_put_rtcp_transport_cc(&w, &report), count);
    cf_rtcp_iter_init(&iter, cf_writer_span(&w));
    assert_true(cf_rtcp_next(&iter, &packet));
    assert_ok(cf_rtcp_parse_feedback(&packet, &feedback));
    assert_ok(cf_twcc_parse(&feedback, &twcc));
    return cf_bwe_estimator_on_feedback(&e, &twcc, now);
}

/* @p count packets, 10 ms apart, told of in tens, 50 ms after. Returns the time after. */
static cf_usec send_and_tell(size_t count, cf_usec now) {
    for (size_t i = 0; i < count; i += 10) {
        uint16_t base = 0;
        for (size_t k = 0; k < 10; k++, now += CF_MSEC(10)) {
            uint16_t sequence = cf_bwe_estimator_on_sent(&e, 1000, 0, now);
            base = k == 0 ? sequence : base;
        }
        assert_ok(tell(base, 10, now + CF_SEC(50), CF_MSEC(10), now + CF_MSEC(50)));
    }
    return now;
}

static void starts_with_what_it_is_told_and_probes(void **state) {
    (void)state;
    struct cf_bwe_cluster c;
    begin();
    assert_int_equal(cf_bwe_estimator_target(&e), 500000);
    assert_int_equal(cf_bwe_estimator_cause(&e), CF_BWE_CAUSE_START);
    assert_int_equal(cf_bwe_estimator_deadline(&e), CF_USEC_NEVER);
    assert_false(cf_bwe_estimator_poll_cluster(&e, &c));
    assert_int_equal(cf_bwe_estimator_on_sent(&e, 1000, 0, 1), 65000);
    assert_true(cf_bwe_estimator_poll_cluster(&e, &c));
    assert_int_equal(e.counts.clusters, 1);
    end();
}

static void grows_on_good_news(void **state) {
    (void)state;
    begin();
    (void)send_and_tell(2000, CF_SEC(1));
    assert_true(cf_bwe_estimator_target(&e) > 1000000);
    assert_int_equal(cf_bwe_estimator_cause(&e), CF_BWE_CAUSE_DELAY);
    assert_int_equal(e.counts.received, 2000);
    assert_int_equal(e.counts.lost, 0);
    end();
}

static void obeys_the_peer_but_not_below_the_least(void **state) {
    (void)state;
    begin();
    cf_bwe_estimator_set_limit(&e, 200000);
    assert_int_equal(cf_bwe_estimator_target(&e), 200000);
    assert_int_equal(cf_bwe_estimator_cause(&e), CF_BWE_CAUSE_PEER);
    cf_bwe_estimator_set_limit(&e, 0);
    assert_int_equal(cf_bwe_estimator_target(&e), CF_BWE_MIN_BPS);
    cf_bwe_estimator_set_limit(&e, UINT64_MAX);
    assert_int_equal(cf_bwe_estimator_target(&e), 500000);
    end();
}

static void halves_when_feedback_stops(void **state) {
    (void)state;
    begin();
    cf_usec now = send_and_tell(500, CF_SEC(1));
    uint64_t before = e.estimate_bps;
    for (int i = 0; i < 300; i++, now += CF_MSEC(10)) {
        (void)cf_bwe_estimator_on_sent(&e, 1000, 0, now);
        if (now >= cf_bwe_estimator_deadline(&e)) {
            cf_bwe_estimator_on_deadline(&e, now);
        }
    }
    assert_in_range(e.estimate_bps, before / 8 - 1000, before / 2);
    assert_int_equal(cf_bwe_estimator_cause(&e), CF_BWE_CAUSE_SILENCE);
    end();
}

static void does_not_mistake_ignorance_for_silence(void **state) {
    (void)state;
    begin();
    for (cf_usec now = 0; now < CF_SEC(20); now += CF_MSEC(10)) {
        (void)cf_bwe_estimator_on_sent(&e, 1000, 0, now);
        cf_bwe_estimator_on_deadline(&e, now);
    }
    assert_int_equal(cf_bwe_estimator_target(&e), 500000);
    end();
}

static void refuses_more_than_was_sent(void **state) {
    (void)state;
    begin();
    (void)cf_bwe_estimator_on_sent(&e, 1000, 0, 0);
    struct cf_twcc storm = {.base = 1, .count = CF_BWE_HISTORY_SIZE + 1};
    assert_int_equal(cf_bwe_estimator_on_feedback(&e, &storm, 1), CF_ERR_LIMIT);
    assert_int_equal(e.counts.refused, 1);
    /* News of packets that were never sent are counted and change nothing. */
    assert_ok(tell(30000, 100, CF_SEC(5), 10, CF_SEC(1)));
    assert_int_equal(e.counts.unknown, 100);
    assert_int_equal(cf_bwe_estimator_target(&e), 500000);
    end();
}

static void survives_lies(void **state) {
    (void)state;
    struct cf_rng rng;
    begin();
    cf_rng_init(&rng, 11);
    for (cf_usec now = 0; now < CF_SEC(30); now += CF_MSEC(10)) {
        uint16_t sequence = cf_bwe_estimator_on_sent(&e, 1 + cf_rng_below(&rng, 1400), (uint8_t)cf_rng_below(&rng, 4), now);
        struct cf_bwe_cluster c;
        (void)cf_bwe_estimator_poll_cluster(&e, &c);
        if (cf_rng_below(&rng, 3) == 0) {
            cf_usec first = (cf_usec)cf_rng_u32(&rng) * 4000;
            cf_usec gap = (cf_usec)cf_rng_below(&rng, 20000) - 10000;
            assert_ok(tell((uint16_t)(sequence - cf_rng_below(&rng, 200)), 1 + cf_rng_below(&rng, 200), first, gap, now));
        }
        cf_bwe_estimator_on_deadline(&e, now);
        assert_in_range(cf_bwe_estimator_target(&e), bounds.min_bps, bounds.max_bps);
        assert_true(cf_bwe_estimator_deadline(&e) > now);
    }
    end();
}

static void goes_on_when_the_reference_wraps(void **state) {
    (void)state;
    begin();
    cf_usec now = CF_SEC(1);
    for (int i = 0; i < 60; i++) {
        uint16_t base = cf_bwe_estimator_on_sent(&e, 1000, 0, now);
        for (int k = 1; k < 10; k++) {
            (void)cf_bwe_estimator_on_sent(&e, 1000, 0, now + k * CF_MSEC(10));
        }
        assert_ok(tell(base, 10, CF_TWCC_WRAP - CF_SEC(3) + now, CF_MSEC(10), now + CF_MSEC(150)));
        now += CF_MSEC(100);
    }
    assert_int_equal(e.counts.overuses, 0);
    uint64_t acked = 0;
    assert_true(cf_bwe_acked_rate(&e.acked, &acked));
    assert_in_range(acked, 750000, 850000);
    end();
}

static void needs_memory(void **state) {
    (void)state;
    test_mem_init(&m);
    m.fail_at = 0;
    assert_int_equal(cf_bwe_estimator_init(&e, &m.mem, &bounds, 1, 1), CF_ERR_NO_MEMORY);
    cf_bwe_estimator_fini(&e);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(starts_with_what_it_is_told_and_probes), cmocka_unit_test(grows_on_good_news),
             cmocka_unit_test(obeys_the_peer_but_not_below_the_least), cmocka_unit_test(halves_when_feedback_stops),
             cmocka_unit_test(does_not_mistake_ignorance_for_silence), cmocka_unit_test(refuses_more_than_was_sent),
             cmocka_unit_test(survives_lies), cmocka_unit_test(goes_on_when_the_reference_wraps), cmocka_unit_test(needs_memory))
