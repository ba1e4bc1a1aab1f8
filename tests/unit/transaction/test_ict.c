/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE client transaction in virtual time. */
#include "core/transaction/ict.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/transaction_check.h"

/** A transaction and what it did. */
struct fixture {
    struct cf_sip_timers timers;
    struct cf_ict ict;
    struct transcript transcript;
};

static void begin(struct fixture *f, bool is_reliable) {
    *f = (struct fixture){.timers = CF_SIP_TIMERS_DEFAULT};
    transcript_init(&f->transcript);
    cf_ict_init(&f->ict, &f->timers, is_reliable, 0);
    drain_transaction(&f->ict.t, 0, &f->transcript);
}

static void respond(struct fixture *f, unsigned status, cf_usec now) {
    run_transaction(&f->ict.t, now, &f->transcript);
    cf_ict_on_response(&f->ict, status, now);
    drain_transaction(&f->ict.t, now, &f->transcript);
}

static void ends_with(struct fixture *f, const char *expected) {
    run_transaction(&f->ict.t, CF_SEC(1000), &f->transcript);
    transcript_is(&f->transcript, expected);
    assert_true(cf_transaction_is_terminated(&f->ict.t));
    transcript_fini(&f->transcript);
}

/* RFC 3261 section 17.1.1.2: timer A doubles without a limit, timer B ends it. */
static void repeats_the_invite_until_64_t1(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    ends_with(&f, "[0] send\n[500] send\n[1500] send\n[3500] send\n[7500] send\n[15500] send\n[31500] send\n"
                  "[32000] timeout\n[32000] terminated\n");
}

static void stops_repeating_when_it_rings_and_rings_for_ever(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 180, CF_MSEC(700));
    run_transaction(&f.ict.t, CF_SEC(3600), &f.transcript);
    respond(&f, 180, CF_SEC(3600));
    transcript_is(&f.transcript, "[0] send\n[500] send\n[700] pass\n[3600000] pass\n");
    assert_int_equal(cf_ict_deadline(&f.ict), CF_USEC_NEVER);
    transcript_fini(&f.transcript);
}

/* RFC 6026 section 7.2: every 2xx is passed, from whichever fork, for 64*T1. */
static void passes_the_2xx_of_every_fork(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 200, CF_MSEC(100));
    respond(&f, 200, CF_MSEC(600));
    respond(&f, 486, CF_MSEC(700));
    respond(&f, 200, CF_MSEC(31000));
    respond(&f, 200, CF_MSEC(33000));
    ends_with(&f, "[0] send\n[100] pass\n[600] pass\n[31000] pass\n[32100] terminated\n");
}

static void acknowledges_each_copy_of_a_refusal(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 100, CF_MSEC(50));
    respond(&f, 486, CF_MSEC(100));
    respond(&f, 486, CF_MSEC(600));
    respond(&f, 200, CF_MSEC(700));
    ends_with(&f, "[0] send\n[50] pass\n[100] ack\n[100] pass\n[600] ack\n[32100] terminated\n");
}

static void is_over_at_once_on_a_connection_after_a_refusal(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    respond(&f, 603, CF_MSEC(100));
    ends_with(&f, "[0] send\n[100] ack\n[100] pass\n[100] terminated\n");
}

/* RFC 3261 section 9.1: a peer that answers neither CANCEL nor INVITE. */
static void times_out_64_t1_after_cancel(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 180, CF_MSEC(100));
    cf_ict_on_cancel_sent(&f.ict, CF_SEC(10));
    drain_transaction(&f.ict.t, CF_SEC(10), &f.transcript);
    ends_with(&f, "[0] send\n[100] pass\n[42000] timeout\n[42000] terminated\n");
}

static void reports_a_broken_transport_while_ringing(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    respond(&f, 180, CF_MSEC(100));
    cf_ict_on_transport_error(&f.ict, CF_SEC(1));
    drain_transaction(&f.ict.t, CF_SEC(1), &f.transcript);
    ends_with(&f, "[0] send\n[100] pass\n[1000] transport\n[1000] terminated\n");
}

static void says_nothing_of_an_ack_that_is_lost(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 404, CF_MSEC(100));
    cf_ict_on_transport_error(&f.ict, CF_SEC(1));
    drain_transaction(&f.ict.t, CF_SEC(1), &f.transcript);
    ends_with(&f, "[0] send\n[100] ack\n[100] pass\n[1000] terminated\n");
}

static unsigned any_input(struct cf_ict *ict, struct cf_rng *rng, cf_usec now) {
    unsigned status = 0;
    switch (cf_rng_below(rng, 8)) {
    case 0:
    case 1:
        status = 100 + cf_rng_below(rng, 600);
        cf_ict_on_response(ict, status, now);
        break;
    case 2:
        cf_ict_on_cancel_sent(ict, now);
        break;
    case 3:
        cf_ict_on_transport_error(ict, now);
        break;
    default:
        cf_ict_on_deadline(ict, now);
        break;
    }
    return status;
}

/* Attack sweep: one first result, then at most more 2xx after a 2xx; an end. */
static void has_one_result_whatever_comes(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct cf_rng rng;
        struct cf_sip_timers timers = CF_SIP_TIMERS_DEFAULT;
        struct cf_ict ict;
        unsigned refusals = 0, acceptances = 0, failures = 0, status = 0;
        cf_usec now = 0;
        cf_rng_init(&rng, seed);
        cf_ict_init(&ict, &timers, cf_rng_chance(&rng, 300000), now);
        while (!cf_transaction_is_terminated(&ict.t)) {
            for (enum cf_transaction_output o = cf_ict_poll(&ict); o != CF_TRANSACTION_IDLE; o = cf_ict_poll(&ict)) {
                refusals += o == CF_TRANSACTION_PASS && status >= 300;
                acceptances += o == CF_TRANSACTION_PASS && status >= 200 && status < 300;
                failures += o == CF_TRANSACTION_TIMEOUT || o == CF_TRANSACTION_TRANSPORT;
            }
            now += cf_rng_below(&rng, 3000000);
            status = any_input(&ict, &rng, now);
        }
        for (enum cf_transaction_output o = cf_ict_poll(&ict); o != CF_TRANSACTION_IDLE; o = cf_ict_poll(&ict)) {
            refusals += o == CF_TRANSACTION_PASS && status >= 300;
            failures += o == CF_TRANSACTION_TIMEOUT || o == CF_TRANSACTION_TRANSPORT;
        }
        assert_int_equal(refusals + failures + (acceptances > 0), 1);
    }
}

static void follows_its_table(void **state) {
    (void)state;
    check_transaction_table(&cf_ict_table, "transaction/ict");
}

CF_TEST_MAIN(cmocka_unit_test(repeats_the_invite_until_64_t1), cmocka_unit_test(stops_repeating_when_it_rings_and_rings_for_ever),
             cmocka_unit_test(passes_the_2xx_of_every_fork), cmocka_unit_test(acknowledges_each_copy_of_a_refusal),
             cmocka_unit_test(is_over_at_once_on_a_connection_after_a_refusal), cmocka_unit_test(times_out_64_t1_after_cancel),
             cmocka_unit_test(reports_a_broken_transport_while_ringing), cmocka_unit_test(says_nothing_of_an_ack_that_is_lost),
             cmocka_unit_test(has_one_result_whatever_comes), cmocka_unit_test(follows_its_table))
