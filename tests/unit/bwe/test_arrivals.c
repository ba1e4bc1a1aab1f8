/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feedback for what comes in: everything is told of, once, in time. */
#include "core/bwe/arrivals.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem m;
static struct cf_arrivals a;
static cf_usec told[65536];   /* by sequence number; 0: not told of */
static size_t missing[65536]; /* times told as missing */
static size_t messages;

static void begin(void) {
    test_mem_init(&m);
    assert_ok(cf_arrivals_init(&a, &m.mem));
    memset(told, 0, sizeof told);
    memset(missing, 0, sizeof missing);
    messages = 0;
}

static void end(void) {
    cf_arrivals_fini(&a);
    test_mem_fini(&m);
}

static void read_message(const struct cf_writer *w) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_feedback feedback;
    struct cf_twcc twcc;
    struct cf_twcc_iter visit;
    struct cf_twcc_status status;
    assert_true(cf_writer_ok(w));
    assert_ok(cf_rtcp_check(cf_writer_span(w), true));
    cf_rtcp_iter_init(&iter, cf_writer_span(w));
    assert_true(cf_rtcp_next(&iter, &packet));
    assert_ok(cf_rtcp_parse_feedback(&packet, &feedback));
    assert_ok(cf_twcc_parse(&feedback, &twcc));
    assert_int_equal(twcc.feedback_count, (uint8_t)messages);
    messages++;
    cf_twcc_iter_init(&visit, &twcc);
    while (cf_twcc_next(&visit, &status)) {
        if (status.is_received) {
            told[status.sequence] = status.arrival;
        } else {
            missing[status.sequence]++;
        }
    }
}

static void poll(cf_usec now) {
    uint8_t octets[1200];
    struct cf_writer w;
    for (;;) {
        cf_writer_init(&w, octets, sizeof octets);
        if (!cf_arrivals_poll(&a, &w, 1, 2, now)) {
            assert_int_equal(w.len, 0);
            return;
        }
        read_message(&w);
    }
}

static void tells_of_everything_in_time(void **state) {
    (void)state;
    begin();
    cf_usec now = CF_SEC(3);
    assert_int_equal(cf_arrivals_deadline(&a), CF_USEC_NEVER);
    for (uint32_t i = 0; i < 3000; i++, now += CF_MSEC(2)) {
        uint16_t sequence = (uint16_t)(65000 + i);
        if (i % 10 != 3) {
            cf_arrivals_on_packet(&a, sequence, 1000, now);
            assert_true(cf_arrivals_deadline(&a) <= now + CF_ARRIVALS_INTERVAL_MAX);
        }
        if (now >= cf_arrivals_deadline(&a)) {
            poll(now);
        }
    }
    poll(now + CF_SEC(1));
    for (uint32_t i = 0; i < 3000; i++) {
        uint16_t sequence = (uint16_t)(65000 + i);
        assert_int_equal(told[sequence] != 0, i % 10 != 3);
        assert_int_equal(missing[sequence], i % 10 == 3);
    }
    assert_int_equal(told[(uint16_t)(65000 + 100)] - told[65000], CF_MSEC(200));
    assert_in_range(messages, 6000 / 250, 6000 / 50 + 1); /* 4 Mbit/s: every 50 ms */
    end();
}

static void tells_again_of_what_comes_late(void **state) {
    (void)state;
    begin();
    cf_arrivals_on_packet(&a, 10, 100, CF_SEC(1));
    cf_arrivals_on_packet(&a, 12, 100, CF_SEC(1) + 1000);
    poll(CF_SEC(2));
    assert_int_equal(missing[11], 1);
    cf_arrivals_on_packet(&a, 13, 100, CF_SEC(2));
    cf_arrivals_on_packet(&a, 11, 100, CF_SEC(2) + 1000);
    cf_arrivals_on_packet(&a, 11, 100, CF_SEC(2) + 2000);
    poll(CF_SEC(3));
    assert_true(told[11] > told[12]);
    assert_true(told[13] != 0);
    assert_int_equal(a.duplicates, 1);
    /* Much later it is of no interest. */
    cf_arrivals_on_packet(&a, 15, 100, CF_SEC(4));
    poll(CF_SEC(5));
    cf_arrivals_on_packet(&a, 14, 100, CF_SEC(5));
    poll(CF_SEC(6));
    assert_int_equal(told[14], 0);
    end();
}

static void begins_anew_after_a_jump(void **state) {
    (void)state;
    begin();
    cf_arrivals_on_packet(&a, 10, 100, CF_SEC(1));
    cf_arrivals_on_packet(&a, 30000, 100, CF_SEC(1) + 10);
    poll(CF_SEC(2));
    assert_true(told[30000] != 0);
    assert_int_equal(a.jumps, 1);
    end();
}

static void survives_any_order(void **state) {
    (void)state;
    struct cf_rng rng;
    begin();
    cf_rng_init(&rng, 5);
    cf_usec now = 0;
    uint16_t sequence = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        now += cf_rng_below(&rng, 4000);
        sequence = (uint16_t)(sequence + cf_rng_below(&rng, 40) - (cf_rng_below(&rng, 50) == 0 ? cf_rng_below(&rng, 3000) : 10));
        cf_arrivals_on_packet(&a, sequence, cf_rng_below(&rng, 1500), now);
        if (cf_rng_below(&rng, 20) == 0) {
            poll(now);
            assert_true(cf_arrivals_deadline(&a) > now);
        }
        assert_true(a.next - a.begin <= CF_ARRIVALS_WINDOW);
    }
    end();
}

static void needs_memory(void **state) {
    (void)state;
    test_mem_init(&m);
    m.fail_at = 0;
    struct cf_arrivals none = {.mem = NULL};
    assert_int_equal(cf_arrivals_init(&none, &m.mem), CF_ERR_NO_MEMORY);
    cf_arrivals_fini(&none);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(tells_of_everything_in_time), cmocka_unit_test(tells_again_of_what_comes_late),
             cmocka_unit_test(begins_anew_after_a_jump), cmocka_unit_test(survives_any_order), cmocka_unit_test(needs_memory))
