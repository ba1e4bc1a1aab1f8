/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notifier's end of a subscription, against our subscriber. */
#include "core/dialog/notifier.h"

#include "lib/subscription_pair.h"
#include "lib/test.h"

static void a_subscription_from_beginning_to_end(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_begin(&p, 600, false);
    subscription_pair_run_for(&p, CF_MSEC(100));
    subscription_pair_change(&p);
    subscription_pair_run_for(&p, CF_MSEC(100));
    cf_subscriber_end(&p.subscriber, p.net.now);
    subscription_pair_run_for(&p, CF_SEC(40));
    transcript_is(&p.net.transcript, "[0] A>B SUBSCRIBE 1\n"
                                     "[10] B: SUBSCRIBED\n"
                                     "[10] B>A 200 SUBSCRIBE 1\n"
                                     "[10] B>A NOTIFY 1 +\n"
                                     "[20] A: ACCEPTED\n"
                                     "[20] A: NOTIFIED active state 0\n"
                                     "[20] A>B 200 NOTIFY 1\n"
                                     "[100] B>A NOTIFY 2 +\n"
                                     "[110] A: NOTIFIED active state 1\n"
                                     "[110] A>B 200 NOTIFY 2\n"
                                     "[200] A: ENDED LOCAL\n"
                                     "[200] A>B SUBSCRIBE 2\n"
                                     "[210] B: ENDED UNSUBSCRIBED\n"
                                     "[210] B>A 200 SUBSCRIBE 2\n"
                                     "[210] B>A NOTIFY 3 +\n"
                                     "[220] A: GONE\n"
                                     "[220] A>B 200 NOTIFY 3\n"
                                     "[230] B: GONE\n");
    subscription_pair_fini(&p);
}

static void it_is_refreshed_in_time_and_expires_when_it_is_not(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_establish(&p, 600);
    subscription_pair_run_for(&p, CF_SEC(3000));
    assert_true(p.has_notifier && p.has_subscriber);
    /* The subscriber is gone without a word. */
    sip_pair_lose(&p.net, 0, "SUBSCRIBE", 1000);
    subscription_pair_run_for(&p, CF_SEC(700));
    assert_true(p.is_notifier_gone);
    assert_int_equal(p.notifier_cause, CF_NOTIFIER_CAUSE_EXPIRED);
    subscription_pair_fini(&p);
}

static void too_brief_is_refused_and_asked_again(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    p.rules.expires_min_sec = 120;
    subscription_pair_begin(&p, 30, false);
    subscription_pair_run_for(&p, CF_MSEC(100));
    /* RFC 6665 section 4.2.1.1: 423 with Min-Expires; B's first notifier is gone then, and the test's B takes but one. */
    assert_true(p.is_notifier_gone);
    subscription_pair_fini(&p);
}

static void one_notify_at_a_time_and_not_too_often(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    p.rules.interval_usec = CF_SEC(1);
    subscription_pair_establish(&p, 600);
    uint64_t before = p.net.sides[1].sent;
    for (unsigned i = 0; i < 100; i++) {
        subscription_pair_change(&p);
        subscription_pair_run_for(&p, CF_MSEC(50));
    }
    subscription_pair_run_for(&p, CF_SEC(2));
    assert_int_equal(p.seen, 100);
    assert_true(p.net.sides[1].sent - before <= 7);
    subscription_pair_fini(&p);
}

static void a_refusal_with_retry_after_is_heeded(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_establish(&p, 600);
    p.refuse_status = 500;
    p.refuse_fields = "Retry-After: 20\r\n";
    subscription_pair_change(&p);
    subscription_pair_run_for(&p, CF_SEC(1));
    uint64_t before = p.net.sides[1].sent;
    p.refuse_status = 0;
    subscription_pair_change(&p);
    subscription_pair_run_for(&p, CF_SEC(18));
    assert_int_equal(p.net.sides[1].sent, before);
    subscription_pair_run_for(&p, CF_SEC(2));
    assert_int_equal(p.seen, 2);
    subscription_pair_fini(&p);
}

static void who_knows_nothing_of_it_has_unsubscribed(void **state) {
    (void)state;
    static const unsigned fatal[] = {481, 404, 410, 489, 604};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct subscription_pair p;
        subscription_pair_init(&p, 1);
        subscription_pair_establish(&p, 600);
        p.refuse_status = fatal[i];
        subscription_pair_change(&p);
        subscription_pair_run_for(&p, CF_SEC(1));
        assert_true(p.is_notifier_gone);
        assert_int_equal(p.notifier_cause, CF_NOTIFIER_CAUSE_LOST);
        subscription_pair_fini(&p);
    }
}

/* RFC 6665 section 4.1.2.2: some answers to a refresh end it; with others it lives on until its time is over. */
static void some_refusals_of_a_refresh_end_it(void **state) {
    (void)state;
    static const struct {
        unsigned status;
        bool is_fatal;
    } cases[] = {{480, true}, {481, true}, {405, true}, {604, true}, {500, false}, {486, false}, {606, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct subscription_pair p;
        subscription_pair_init(&p, 1);
        subscription_pair_establish(&p, 600);
        p.refuse_refresh = cases[i].status;
        subscription_pair_run_for(&p, CF_SEC(595));
        assert_int_equal(p.is_subscriber_gone, cases[i].is_fatal);
        p.refuse_refresh = 0;
        subscription_pair_run_for(&p, CF_SEC(100));
        assert_int_equal(p.is_subscriber_gone, cases[i].is_fatal);
        assert_int_equal(p.subscriber_cause, cases[i].is_fatal ? CF_SUBSCRIBER_CAUSE_LOST : CF_SUBSCRIBER_CAUSE_NONE);
        subscription_pair_fini(&p);
    }
}

/* Section 4.1.2.2, timer N: who answers a refresh and says nothing any more has forgotten us. */
static void a_refresh_that_is_told_nothing_ends_it(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_establish(&p, 600);
    subscription_pair_run_for(&p, CF_SEC(530));
    sip_pair_lose(&p.net, 1, "NOTIFY", 1000);
    subscription_pair_run_for(&p, CF_SEC(40));
    assert_false(p.is_subscriber_gone);
    subscription_pair_run_for(&p, CF_SEC(5));
    assert_true(p.is_subscriber_gone);
    assert_int_equal(p.subscriber_cause, CF_SUBSCRIBER_CAUSE_SILENT);
    subscription_pair_fini(&p);
}

/* Timers N and F end together: no answer at all is no silence of somebody who is there. */
static void a_refresh_that_nobody_answers_ends_it(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_establish(&p, 600);
    subscription_pair_run_for(&p, CF_SEC(530));
    sip_pair_lose(&p.net, 0, "SUBSCRIBE", 1000);
    subscription_pair_run_for(&p, CF_SEC(45));
    assert_true(p.is_subscriber_gone);
    assert_int_equal(p.subscriber_cause, CF_SUBSCRIBER_CAUSE_UNREACHABLE);
    assert_int_equal(p.status, 408);
    subscription_pair_fini(&p);
}

static void nobody_answers(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_establish(&p, 600);
    sip_pair_lose(&p.net, 0, "200 NOTIFY", 1000);
    subscription_pair_change(&p);
    subscription_pair_run_for(&p, CF_SEC(40));
    assert_true(p.is_notifier_gone);
    assert_int_equal(p.notifier_cause, CF_NOTIFIER_CAUSE_UNREACHABLE);
    subscription_pair_fini(&p);
}

static void pending_becomes_active(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    p.accepts = CF_SUBSCRIPTION_PENDING;
    subscription_pair_begin(&p, 600, false);
    subscription_pair_run_for(&p, CF_MSEC(100));
    cf_notifier_activate(&p.notifier, p.net.now);
    cf_notifier_activate(&p.notifier, p.net.now); /* once is enough */
    subscription_pair_run_for(&p, CF_MSEC(100));
    transcript_is(&p.net.transcript, "[0] A>B SUBSCRIBE 1\n"
                                     "[10] B: SUBSCRIBED\n"
                                     "[10] B>A 200 SUBSCRIBE 1\n"
                                     "[10] B>A NOTIFY 1 +\n"
                                     "[20] A: ACCEPTED\n"
                                     "[20] A: NOTIFIED pending state 0\n"
                                     "[20] A>B 200 NOTIFY 1\n"
                                     "[100] B>A NOTIFY 2 +\n"
                                     "[110] A: NOTIFIED active state 0\n"
                                     "[110] A>B 200 NOTIFY 2\n");
    subscription_pair_fini(&p);
}

static void a_fetch_is_told_once(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_begin(&p, 0, false);
    subscription_pair_run_for(&p, CF_SEC(40));
    assert_true(p.is_notifier_gone && p.is_subscriber_gone);
    assert_int_equal(p.notifier_cause, CF_NOTIFIER_CAUSE_UNSUBSCRIBED);
    assert_int_equal(p.net.sides[1].sent, 2);
    subscription_pair_fini(&p);
}

static void refused_and_ended_by_the_notifier(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    p.leaves_request = true;
    subscription_pair_begin(&p, 600, false);
    subscription_pair_run_for(&p, CF_MSEC(100));
    assert_ok(cf_notifier_reject(&p.notifier, 603, CF_STR_NONE, p.net.now));
    assert_int_equal(cf_notifier_accept(&p.notifier, CF_SUBSCRIPTION_ACTIVE, CF_STR_NONE, p.net.now), CF_ERR_NOT_FOUND);
    subscription_pair_run_for(&p, CF_SEC(1));
    assert_int_equal(p.subscriber_cause, CF_SUBSCRIBER_CAUSE_REJECTED);
    assert_int_equal(p.status, 603);
    subscription_pair_fini(&p);
    subscription_pair_init(&p, 1);
    subscription_pair_establish(&p, 600);
    cf_notifier_end(&p.notifier, CF_SUBSCRIPTION_REASON_NORESOURCE, 0, p.net.now);
    subscription_pair_run_for(&p, CF_SEC(40));
    assert_int_equal(p.subscriber_cause, CF_SUBSCRIBER_CAUSE_TERMINATED);
    assert_true(p.is_notifier_gone && p.is_subscriber_gone);
    subscription_pair_fini(&p);
}

static void refer_makes_one_too(void **state) {
    (void)state;
    struct subscription_pair p;
    subscription_pair_init(&p, 1);
    subscription_pair_begin(&p, 0, true);
    subscription_pair_run_for(&p, CF_MSEC(100));
    assert_true(p.has_notifier && p.has_subscriber);
    assert_str(cf_notifier_package(&p.notifier), CF_STR("refer"));
    cf_notifier_end(&p.notifier, CF_SUBSCRIPTION_REASON_NORESOURCE, 0, p.net.now);
    subscription_pair_run_for(&p, CF_SEC(40));
    assert_true(p.is_notifier_gone && p.is_subscriber_gone);
    subscription_pair_fini(&p);
}

/* Whatever is lost, doubled or late: both end, or both know the same. */
static void a_bad_network_changes_nothing(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct subscription_pair p;
        subscription_pair_init(&p, seed);
        p.net.dice = (struct sip_pair_dice){.loss_ppm = 200000, .duplicate_ppm = 100000, .jitter_usec = CF_MSEC(80)};
        subscription_pair_begin(&p, 600, false);
        for (unsigned i = 0; i < 30; i++) {
            subscription_pair_change(&p);
            subscription_pair_run_for(&p, CF_SEC(3));
        }
        p.net.dice = (struct sip_pair_dice){.loss_ppm = 0};
        subscription_pair_run_for(&p, CF_SEC(70));
        if (p.has_notifier && p.has_subscriber) {
            assert_int_equal(p.seen, p.state);
            cf_subscriber_end(&p.subscriber, p.net.now);
        }
        subscription_pair_run_for(&p, CF_SEC(700));
        assert_false(p.has_notifier);
        subscription_pair_fini(&p);
    }
}

static void memory_may_fail_anywhere(void **state) {
    (void)state;
    for (unsigned side = 0; side < 2; side++) {
        for (size_t n = 1; n < 120; n++) {
            struct subscription_pair p;
            if (subscription_pair_init_failing(&p, side, n)) {
                subscription_pair_begin(&p, 600, false);
                subscription_pair_run_for(&p, CF_SEC(5));
                subscription_pair_change(&p);
                subscription_pair_run_for(&p, CF_SEC(5));
                if (p.has_subscriber) {
                    cf_subscriber_end(&p.subscriber, p.net.now);
                }
                subscription_pair_run_for(&p, CF_SEC(700));
                assert_false(p.has_subscriber);
                assert_false(p.has_notifier);
            }
            subscription_pair_fini(&p);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_subscription_from_beginning_to_end),
             cmocka_unit_test(it_is_refreshed_in_time_and_expires_when_it_is_not),
             cmocka_unit_test(too_brief_is_refused_and_asked_again), cmocka_unit_test(one_notify_at_a_time_and_not_too_often),
             cmocka_unit_test(a_refusal_with_retry_after_is_heeded), cmocka_unit_test(who_knows_nothing_of_it_has_unsubscribed),
             cmocka_unit_test(some_refusals_of_a_refresh_end_it), cmocka_unit_test(a_refresh_that_is_told_nothing_ends_it),
             cmocka_unit_test(a_refresh_that_nobody_answers_ends_it), cmocka_unit_test(nobody_answers),
             cmocka_unit_test(pending_becomes_active), cmocka_unit_test(a_fetch_is_told_once),
             cmocka_unit_test(refused_and_ended_by_the_notifier), cmocka_unit_test(refer_makes_one_too),
             cmocka_unit_test(a_bad_network_changes_nothing), cmocka_unit_test(memory_may_fail_anywhere))
