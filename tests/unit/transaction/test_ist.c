/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE server transaction in virtual time. */
#include "core/transaction/ist.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/transaction_check.h"

/** A transaction and what it did. */
struct fixture {
    struct cf_sip_timers timers;
    struct cf_ist ist;
    struct transcript transcript;
};

static void begin(struct fixture *f, bool is_reliable) {
    *f = (struct fixture){.timers = CF_SIP_TIMERS_DEFAULT};
    transcript_init(&f->transcript);
    cf_ist_init(&f->ist, &f->timers, is_reliable, 0);
    drain_transaction(&f->ist.t, 0, &f->transcript);
}

static void again(struct fixture *f, cf_usec now) {
    run_transaction(&f->ist.t, now, &f->transcript);
    cf_ist_on_request(&f->ist, now);
    drain_transaction(&f->ist.t, now, &f->transcript);
}

static void answer(struct fixture *f, unsigned status, cf_usec now) {
    run_transaction(&f->ist.t, now, &f->transcript);
    cf_ist_on_answer(&f->ist, status, now);
    drain_transaction(&f->ist.t, now, &f->transcript);
}

static void ack(struct fixture *f, cf_usec now) {
    run_transaction(&f->ist.t, now, &f->transcript);
    cf_ist_on_ack(&f->ist, now);
    drain_transaction(&f->ist.t, now, &f->transcript);
}

static void ends_with(struct fixture *f, const char *expected) {
    run_transaction(&f->ist.t, CF_SEC(1000), &f->transcript);
    transcript_is(&f->transcript, expected);
    assert_true(cf_transaction_is_terminated(&f->ist.t));
    transcript_fini(&f->transcript);
}

/* RFC 3261 section 17.2.1: 100 after 200 ms of silence; repeated requests are answered by the last response. */
static void says_100_if_the_user_is_slow(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    again(&f, CF_MSEC(100));
    again(&f, CF_MSEC(500));
    answer(&f, 180, CF_SEC(1));
    again(&f, CF_MSEC(1500));
    transcript_is(&f.transcript, "[0] pass\n[200] trying\n[500] send\n[1000] send\n[1500] send\n");
    assert_int_equal(cf_ist_deadline(&f.ist), CF_USEC_NEVER);
    transcript_fini(&f.transcript);
}

static void repeats_a_refusal_until_the_ack(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    answer(&f, 486, CF_MSEC(100));
    again(&f, CF_MSEC(500));
    ack(&f, CF_MSEC(2000));
    ack(&f, CF_MSEC(2100));
    again(&f, CF_MSEC(2200));
    ends_with(&f, "[0] pass\n[100] send\n[500] send\n[600] send\n[1600] send\n[7000] terminated\n");
}

static void gives_up_a_refusal_without_ack_after_64_t1(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    answer(&f, 404, 0);
    ends_with(&f, "[0] pass\n[0] send\n[500] send\n[1500] send\n[3500] send\n[7500] send\n[11500] send\n[15500] send\n"
                  "[19500] send\n[23500] send\n[27500] send\n[31500] send\n[32000] timeout\n[32000] terminated\n");
}

static void sends_a_refusal_once_over_a_connection(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    answer(&f, 404, 0);
    ack(&f, CF_MSEC(50));
    ends_with(&f, "[0] pass\n[0] send\n[50] terminated\n");
}

/* RFC 3261 section 13.3.1.4: on every transport, because the ACK comes from the far end. */
static void repeats_a_2xx_until_its_ack_was_seen(void **state) {
    (void)state;
    for (int is_reliable = 0; is_reliable < 2; is_reliable++) {
        struct fixture f;
        begin(&f, is_reliable);
        answer(&f, 200, CF_MSEC(100));
        again(&f, CF_MSEC(200));
        run_transaction(&f.ist.t, CF_SEC(2), &f.transcript);
        cf_ist_on_ack_seen(&f.ist, CF_SEC(2));
        drain_transaction(&f.ist.t, CF_SEC(2), &f.transcript);
        again(&f, CF_MSEC(2500));
        ends_with(&f, "[0] pass\n[100] send\n[600] send\n[1600] send\n[32100] terminated\n");
    }
}

static void reports_a_2xx_that_nobody_acknowledges(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    answer(&f, 200, 0);
    transcript_reset(&f.transcript);
    run_transaction(&f.ist.t, CF_MSEC(31999), &f.transcript);
    transcript_reset(&f.transcript);
    ends_with(&f, "[32000] timeout\n[32000] terminated\n");
}

/* RFC 6026 section 7.1: a proxy passes each 2xx, and an ACK with the same branch goes up. */
static void relays_several_2xx_and_repeats_none(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    for (unsigned i = 0; i < 3; i++) {
        run_transaction(&f.ist.t, CF_SEC(i), &f.transcript);
        cf_ist_on_relay(&f.ist, 200, CF_SEC(i));
        drain_transaction(&f.ist.t, CF_SEC(i), &f.transcript);
    }
    ack(&f, CF_SEC(3));
    ends_with(&f, "[0] pass\n[0] send\n[1000] send\n[2000] send\n[3000] pass\n[32000] terminated\n");
}

static void reports_a_broken_transport_while_ringing(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    answer(&f, 180, CF_MSEC(100));
    cf_ist_on_transport_error(&f.ist, CF_SEC(1));
    drain_transaction(&f.ist.t, CF_SEC(1), &f.transcript);
    ends_with(&f, "[0] pass\n[100] send\n[1000] transport\n[1000] terminated\n");
}

static void any_input(struct cf_ist *ist, struct cf_rng *rng, cf_usec now) {
    switch (cf_rng_below(rng, 10)) {
    case 0:
        cf_ist_on_answer(ist, 100 + cf_rng_below(rng, 600), now);
        break;
    case 1:
        cf_ist_on_relay(ist, 100 + cf_rng_below(rng, 600), now);
        break;
    case 2:
        cf_ist_on_request(ist, now);
        break;
    case 3:
        cf_ist_on_ack(ist, now);
        break;
    case 4:
        cf_ist_on_ack_seen(ist, now);
        break;
    case 5:
        if (cf_rng_chance(rng, 100000)) {
            cf_ist_on_transport_error(ist, now);
        }
        break;
    default:
        cf_ist_on_deadline(ist, now);
        break;
    }
}

/* Attack sweep: TERMINATED comes once, TIMEOUT and TRANSPORT at most once and not both. */
static void ends_once_whatever_comes(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct cf_rng rng;
        struct cf_sip_timers timers = CF_SIP_TIMERS_DEFAULT;
        struct cf_ist ist;
        unsigned count[CF_TRANSACTION_TERMINATED + 1] = {0};
        cf_usec now = 0;
        cf_rng_init(&rng, seed);
        cf_ist_init(&ist, &timers, cf_rng_chance(&rng, 300000), now);
        for (unsigned step = 0; count[CF_TRANSACTION_TERMINATED] == 0; step++) {
            assert_true(step < 10000);
            for (enum cf_transaction_output o = cf_ist_poll(&ist); o != CF_TRANSACTION_IDLE; o = cf_ist_poll(&ist)) {
                count[o]++;
            }
            now += cf_rng_below(&rng, 3000000);
            any_input(&ist, &rng, now);
        }
        assert_true(cf_transaction_is_terminated(&ist.t));
        assert_true(count[CF_TRANSACTION_TIMEOUT] + count[CF_TRANSACTION_TRANSPORT] <= 1);
        assert_true(count[CF_TRANSACTION_TRYING] <= 1);
    }
}

static void follows_its_table(void **state) {
    (void)state;
    check_transaction_table(&cf_ist_table, "transaction/ist");
}

CF_TEST_MAIN(cmocka_unit_test(says_100_if_the_user_is_slow), cmocka_unit_test(repeats_a_refusal_until_the_ack),
             cmocka_unit_test(gives_up_a_refusal_without_ack_after_64_t1),
             cmocka_unit_test(sends_a_refusal_once_over_a_connection), cmocka_unit_test(repeats_a_2xx_until_its_ack_was_seen),
             cmocka_unit_test(reports_a_2xx_that_nobody_acknowledges), cmocka_unit_test(relays_several_2xx_and_repeats_none),
             cmocka_unit_test(reports_a_broken_transport_while_ringing), cmocka_unit_test(ends_once_whatever_comes),
             cmocka_unit_test(follows_its_table))
