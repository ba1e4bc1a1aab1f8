/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTCP intervals and early feedback in virtual time. */
#include "core/rtcp/schedule.h"

#include "lib/test.h"

/* What was sent in a run. */
struct tally {
    unsigned regular;
    unsigned feedback;
    unsigned wakes;
    cf_usec first;   /**< time of the first packet */
    cf_usec last;    /**< of the last regular one */
    cf_usec min_gap; /**< between regular ones */
    cf_usec max_gap;
};

static struct cf_rtcp_schedule_config avp(void) {
    return (struct cf_rtcp_schedule_config){
        .bandwidth_bps = 64000 / CF_RTCP_SHARE, .minimum_usec = CF_RTCP_MINIMUM, .packet_octets = 120};
}

static struct cf_rtcp_schedule_config avpf(cf_usec trr_int_usec) {
    return (struct cf_rtcp_schedule_config){.bandwidth_bps = 1000000 / CF_RTCP_SHARE,
                                            .is_avpf = true,
                                            .minimum_usec = CF_RTCP_MINIMUM,
                                            .trr_int_usec = trr_int_usec,
                                            .packet_octets = 120,
                                            .seed = 7};
}

static void tally_one(struct tally *t, enum cf_rtcp_due due, cf_usec now) {
    t->first = t->regular + t->feedback == 0 ? now : t->first;
    if (due == CF_RTCP_DUE_FEEDBACK) {
        t->feedback++;
        return;
    }
    if (t->regular > 0) {
        cf_usec gap = now - t->last;
        t->min_gap = t->min_gap == 0 || gap < t->min_gap ? gap : t->min_gap;
        t->max_gap = gap > t->max_gap ? gap : t->max_gap;
    }
    t->regular++;
    t->last = now;
}

/* Runs until @until; every packet has @octets. */
static void run(struct cf_rtcp_schedule *s, struct tally *t, size_t octets, cf_usec until) {
    while (cf_rtcp_schedule_deadline(s) <= until) {
        cf_usec now = cf_rtcp_schedule_deadline(s);
        cf_rtcp_schedule_on_deadline(s, now);
        t->wakes++;
        assert_true(t->wakes < 10000000);
        enum cf_rtcp_due due = cf_rtcp_schedule_poll(s);
        assert_int_equal(cf_rtcp_schedule_poll(s), CF_RTCP_DUE_NONE);
        if (due != CF_RTCP_DUE_NONE) {
            cf_rtcp_schedule_on_sent(s, octets);
            tally_one(t, due, now);
        }
    }
}

static void keeps_the_five_seconds_of_avp(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct cf_rtcp_schedule s;
        struct tally t = {0};
        struct cf_rtcp_schedule_config config = avp();
        config.seed = seed;
        cf_rtcp_schedule_init(&s, &config, CF_SEC(100));
        run(&s, &t, 120, CF_SEC(100 + 3600));
        /* Half the minimum before the first one, divided by 1.218, times 0.5..1.5; then around five seconds in the mean. */
        assert_true(t.first - CF_SEC(100) >= CF_MSEC(1026) && t.first - CF_SEC(100) <= CF_MSEC(3079));
        assert_true(t.min_gap >= CF_MSEC(2052) && t.max_gap <= CF_MSEC(6157));
        assert_true(t.regular > 3600 / 5 * 8 / 10 && t.regular < 3600 / 5 * 12 / 10);
    }
}

static void stays_within_the_bandwidth_in_a_large_group(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct tally t = {0};
    struct cf_rtcp_schedule_config config = avp();
    cf_rtcp_schedule_init(&s, &config, 0);
    cf_rtcp_schedule_on_members(&s, 1000, 1, false, 0);
    run(&s, &t, 120, CF_SEC(360000));
    /* 999 receivers share three quarters of 3200 bit/s: 960 bit each, so one in 399.6 s, also after reconsideration. */
    double mean = 360000.0 / t.regular;
    assert_true(mean > 399.6 * 0.9 && mean < 399.6 * 1.1);
}

static void gives_few_senders_a_quarter_of_the_bandwidth(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct tally t = {0};
    struct cf_rtcp_schedule_config config = avp();
    config.minimum_usec = 0;
    cf_rtcp_schedule_init(&s, &config, 0);
    cf_rtcp_schedule_on_members(&s, 1000, 2, true, 0);
    run(&s, &t, 120, CF_SEC(10000));
    /* Two senders share 800 bit/s: one report of 960 bit in 2.4 s. */
    double mean = 10000.0 / t.regular;
    assert_true(mean > 2.4 * 0.9 && mean < 2.4 * 1.1);
}

static void comes_forward_when_members_leave(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avp();
    struct tally t = {0};
    cf_rtcp_schedule_init(&s, &config, 0);
    cf_rtcp_schedule_on_members(&s, 10000, 1, false, 0);
    run(&s, &t, 120, CF_SEC(20000));
    cf_usec now = t.last + CF_SEC(1);
    assert_true(cf_rtcp_schedule_deadline(&s) - now > CF_SEC(1000));
    cf_rtcp_schedule_on_members(&s, 2, 1, false, now);
    assert_true(cf_rtcp_schedule_deadline(&s) - now < CF_SEC(7));
}

static void sends_feedback_at_once_on_unicast(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avpf(CF_SEC(1));
    struct tally t = {0};
    cf_rtcp_schedule_init(&s, &config, 0);
    run(&s, &t, 120, CF_MSEC(500));
    assert_int_equal(t.regular, 1);
    cf_usec now = CF_MSEC(500);
    assert_int_not_equal(cf_rtcp_schedule_on_feedback(&s, CF_SEC(1), now), CF_RTCP_FEEDBACK_DISCARD);
    assert_true(cf_rtcp_schedule_deadline(&s) <= now);
    run(&s, &t, 120, now);
    cf_rtcp_schedule_on_deadline(&s, now);
    assert_int_equal(t.feedback, 1);
    assert_int_equal(t.regular, 1);
}

static void merges_feedback_that_waits_already(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avpf(0);
    config.is_multiparty = true;
    config.bandwidth_bps = 1000;
    cf_rtcp_schedule_init(&s, &config, 0);
    assert_int_equal(cf_rtcp_schedule_on_feedback(&s, CF_SEC(1), 0), CF_RTCP_FEEDBACK_EARLY);
    cf_usec deadline = cf_rtcp_schedule_deadline(&s);
    assert_int_equal(cf_rtcp_schedule_on_feedback(&s, CF_SEC(1), 0), CF_RTCP_FEEDBACK_EARLY);
    assert_true(cf_rtcp_schedule_deadline(&s) == deadline);
}

static void allows_one_early_packet_an_interval(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avpf(0);
    struct tally t = {0};
    config.bandwidth_bps = 1000; /* an interval of about two seconds */
    cf_rtcp_schedule_init(&s, &config, 0);
    run(&s, &t, 120, CF_SEC(20));
    cf_usec now = t.last + CF_MSEC(1);
    t = (struct tally){0};
    assert_int_equal(cf_rtcp_schedule_on_feedback(&s, CF_MSEC(100), now), CF_RTCP_FEEDBACK_EARLY);
    run(&s, &t, 120, now);
    assert_int_equal(t.feedback, 1);
    assert_int_equal(cf_rtcp_schedule_on_feedback(&s, CF_MSEC(100), now), CF_RTCP_FEEDBACK_DISCARD);
    assert_true(cf_rtcp_schedule_deadline(&s) > now);
    assert_int_equal(cf_rtcp_schedule_on_feedback(&s, CF_SEC(60), now), CF_RTCP_FEEDBACK_REGULAR);
}

static void stays_within_the_bandwidth_under_a_storm_of_feedback(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avpf(CF_SEC(1));
    struct tally t = {0};
    config.bandwidth_bps = 10000;
    cf_rtcp_schedule_init(&s, &config, 0);
    for (cf_usec now = 0; now < CF_SEC(100); now += CF_MSEC(5)) {
        (void)cf_rtcp_schedule_on_feedback(&s, CF_MSEC(50), now);
        run(&s, &t, 120, now);
    }
    /* Two members share 10000 bit/s: 960 bit each 192 ms for each of them, about 520 packets in 100 s. */
    unsigned packets = t.regular + t.feedback;
    assert_true(packets > 300 && packets < 624);
    assert_true(t.feedback > t.regular);
}

static void reports_by_trr_int_without_waking_up_in_vain(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avpf(CF_SEC(1));
    struct tally t = {0};
    cf_rtcp_schedule_init(&s, &config, 0);
    run(&s, &t, 120, CF_SEC(1000));
    assert_true(t.regular > 900 && t.regular < 1100);
    assert_true(t.min_gap >= CF_MSEC(500));
    assert_int_equal(t.feedback, 0);
    assert_true(t.wakes < 2 * t.regular);
}

static void sends_waiting_feedback_before_trr_int(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avpf(CF_SEC(100));
    struct tally t = {0};
    cf_rtcp_schedule_init(&s, &config, 0);
    run(&s, &t, 120, CF_SEC(1));
    assert_int_equal(t.regular, 1);
    assert_int_not_equal(cf_rtcp_schedule_on_feedback(&s, CF_SEC(1), CF_SEC(1)), CF_RTCP_FEEDBACK_DISCARD);
    run(&s, &t, 120, CF_SEC(2));
    assert_int_equal(t.regular, 1);
    assert_int_equal(t.feedback, 1);
}

static void keeps_feedback_for_the_report_without_avpf(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avp();
    struct tally t = {0};
    cf_rtcp_schedule_init(&s, &config, 0);
    assert_int_equal(cf_rtcp_schedule_on_feedback(&s, 1, 0), CF_RTCP_FEEDBACK_REGULAR);
    run(&s, &t, 120, CF_SEC(60));
    assert_int_equal(t.feedback, 0);
    assert_true(t.regular > 5);
}

static void does_nothing_before_its_time(void **state) {
    (void)state;
    struct cf_rtcp_schedule s;
    struct cf_rtcp_schedule_config config = avp();
    cf_rtcp_schedule_init(&s, &config, 0);
    cf_usec deadline = cf_rtcp_schedule_deadline(&s);
    cf_rtcp_schedule_on_deadline(&s, deadline - 1);
    assert_int_equal(cf_rtcp_schedule_poll(&s), CF_RTCP_DUE_NONE);
    assert_true(cf_rtcp_schedule_deadline(&s) == deadline);
}

static void survives_extreme_configurations(void **state) {
    (void)state;
    const uint32_t rates[] = {1, 1000, UINT32_MAX};
    const uint32_t members[] = {0, 1, 2, UINT32_MAX};
    for (size_t i = 0; i < 12; i++) {
        struct cf_rtcp_schedule s;
        struct tally t = {0};
        struct cf_rtcp_schedule_config config = avpf(CF_MSEC(100));
        config.bandwidth_bps = rates[i % 3];
        cf_rtcp_schedule_init(&s, &config, 0);
        cf_rtcp_schedule_on_members(&s, members[i / 3], UINT32_MAX, true, 0);
        cf_rtcp_schedule_on_received(&s, SIZE_MAX);
        run(&s, &t, 1500, CF_SEC(20));
        assert_true(cf_rtcp_schedule_deadline(&s) < CF_SEC(10000));
        assert_true(cf_rtcp_schedule_timeout(&s) >= CF_SEC(25));
    }
}

CF_TEST_MAIN(cmocka_unit_test(keeps_the_five_seconds_of_avp), cmocka_unit_test(stays_within_the_bandwidth_in_a_large_group),
             cmocka_unit_test(gives_few_senders_a_quarter_of_the_bandwidth), cmocka_unit_test(comes_forward_when_members_leave),
             cmocka_unit_test(sends_feedback_at_once_on_unicast), cmocka_unit_test(merges_feedback_that_waits_already),
             cmocka_unit_test(allows_one_early_packet_an_interval),
             cmocka_unit_test(stays_within_the_bandwidth_under_a_storm_of_feedback),
             cmocka_unit_test(reports_by_trr_int_without_waking_up_in_vain),
             cmocka_unit_test(sends_waiting_feedback_before_trr_int),
             cmocka_unit_test(keeps_feedback_for_the_report_without_avpf), cmocka_unit_test(does_nothing_before_its_time),
             cmocka_unit_test(survives_extreme_configurations))
