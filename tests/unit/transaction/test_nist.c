/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-INVITE server transaction in virtual time. */
#include "core/transaction/nist.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/transaction_check.h"

/** A transaction and what it did. */
struct fixture {
    struct cf_sip_timers timers;
    struct cf_nist nist;
    struct transcript transcript;
};

static void begin(struct fixture *f, bool is_reliable) {
    *f = (struct fixture){.timers = CF_SIP_TIMERS_DEFAULT};
    transcript_init(&f->transcript);
    cf_nist_init(&f->nist, &f->timers, is_reliable, 0);
    drain_transaction(&f->nist.t, 0, &f->transcript);
}

static void again(struct fixture *f, cf_usec now) {
    run_transaction(&f->nist.t, now, &f->transcript);
    cf_nist_on_request(&f->nist, now);
    drain_transaction(&f->nist.t, now, &f->transcript);
}

static void answer(struct fixture *f, unsigned status, cf_usec now) {
    run_transaction(&f->nist.t, now, &f->transcript);
    cf_nist_on_answer(&f->nist, status, now);
    drain_transaction(&f->nist.t, now, &f->transcript);
}

static void ends_with(struct fixture *f, const char *expected) {
    run_transaction(&f->nist.t, CF_SEC(1000), &f->transcript);
    transcript_is(&f->transcript, expected);
    assert_true(cf_transaction_is_terminated(&f->nist.t));
    transcript_fini(&f->transcript);
}

static void repeats_the_answer_for_each_repeated_request(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    again(&f, CF_MSEC(500));
    answer(&f, 200, CF_MSEC(600));
    again(&f, CF_MSEC(1500));
    again(&f, CF_MSEC(3500));
    ends_with(&f, "[0] pass\n[600] send\n[1500] send\n[3500] send\n[32600] terminated\n");
}

static void repeats_the_last_provisional_answer(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    answer(&f, 183, CF_MSEC(100));
    again(&f, CF_MSEC(500));
    answer(&f, 404, CF_MSEC(600));
    ends_with(&f, "[0] pass\n[100] send\n[500] send\n[600] send\n[32600] terminated\n");
}

static void takes_no_second_final_answer(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    answer(&f, 200, CF_MSEC(100));
    answer(&f, 404, CF_MSEC(200));
    answer(&f, 100, CF_MSEC(300));
    ends_with(&f, "[0] pass\n[100] send\n[32100] terminated\n");
}

static void is_over_at_once_on_a_connection(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    answer(&f, 200, CF_MSEC(100));
    ends_with(&f, "[0] pass\n[100] send\n[100] terminated\n");
}

static void ends_without_an_answer_when_the_client_has_given_up(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    ends_with(&f, "[0] pass\n[32000] timeout\n[32000] terminated\n");
}

static void reports_a_broken_transport_before_the_answer_only(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    cf_nist_on_transport_error(&f.nist, 5000);
    drain_transaction(&f.nist.t, 5000, &f.transcript);
    ends_with(&f, "[0] pass\n[5] transport\n[5] terminated\n");
    begin(&f, false);
    answer(&f, 200, CF_MSEC(1));
    cf_nist_on_transport_error(&f.nist, 5000);
    drain_transaction(&f.nist.t, 5000, &f.transcript);
    ends_with(&f, "[0] pass\n[1] send\n[5] terminated\n");
}

/* Attack sweep: the request goes up once, one final answer goes out, and it ends. */
static void passes_once_and_ends_whatever_comes(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct cf_rng rng;
        struct cf_sip_timers timers = CF_SIP_TIMERS_DEFAULT;
        struct cf_nist nist;
        unsigned passes = 0, ends = 0, finals = 0, status = 0;
        cf_usec now = 0;
        cf_rng_init(&rng, seed);
        cf_nist_init(&nist, &timers, cf_rng_chance(&rng, 300000), now);
        for (unsigned step = 0; ends == 0; step++) {
            assert_true(step < 10000);
            for (enum cf_transaction_output o = cf_nist_poll(&nist); o != CF_TRANSACTION_IDLE; o = cf_nist_poll(&nist)) {
                passes += o == CF_TRANSACTION_PASS;
                finals += o == CF_TRANSACTION_SEND && status >= 200;
                ends += o == CF_TRANSACTION_TERMINATED;
            }
            now += cf_rng_below(&rng, 3000000);
            status = 0;
            switch (cf_rng_below(&rng, 6)) {
            case 0:
                status = 100 + cf_rng_below(&rng, 600);
                cf_nist_on_answer(&nist, status, now);
                break;
            case 1:
                cf_nist_on_request(&nist, now);
                break;
            case 2:
                if (cf_rng_chance(&rng, 100000)) {
                    cf_nist_on_transport_error(&nist, now);
                }
                break;
            default:
                cf_nist_on_deadline(&nist, now);
                break;
            }
        }
        assert_int_equal(passes, 1);
        assert_true(finals <= 1);
    }
}

static void follows_its_table(void **state) {
    (void)state;
    check_transaction_table(&cf_nist_table, "transaction/nist");
}

CF_TEST_MAIN(cmocka_unit_test(repeats_the_answer_for_each_repeated_request),
             cmocka_unit_test(repeats_the_last_provisional_answer), cmocka_unit_test(takes_no_second_final_answer),
             cmocka_unit_test(is_over_at_once_on_a_connection),
             cmocka_unit_test(ends_without_an_answer_when_the_client_has_given_up),
             cmocka_unit_test(reports_a_broken_transport_before_the_answer_only),
             cmocka_unit_test(passes_once_and_ends_whatever_comes), cmocka_unit_test(follows_its_table))
