/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-INVITE client transaction in virtual time. The pattern for tests of machines. */
#include "core/transaction/nict.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/transaction_check.h"

/** A transaction and what it did. */
struct fixture {
    struct cf_sip_timers timers;
    struct cf_nict nict;
    struct transcript transcript;
};

static void begin(struct fixture *f, bool is_reliable) {
    *f = (struct fixture){.timers = CF_SIP_TIMERS_DEFAULT};
    transcript_init(&f->transcript);
    cf_nict_init(&f->nict, &f->timers, is_reliable, 0);
    drain_transaction(&f->nict.t, 0, &f->transcript);
}

static void respond(struct fixture *f, unsigned status, cf_usec now) {
    cf_nict_on_response(&f->nict, status, now);
    drain_transaction(&f->nict.t, now, &f->transcript);
}

static void ends_with(struct fixture *f, const char *expected) {
    run_transaction(&f->nict.t, CF_SEC(1000), &f->transcript);
    transcript_is(&f->transcript, expected);
    assert_true(cf_transaction_is_terminated(&f->nict.t));
    assert_int_equal(cf_nict_deadline(&f->nict), CF_USEC_NEVER);
    transcript_fini(&f->transcript);
}

/* RFC 3261 section 17.1.2.2: timer E doubles up to T2, timer F ends it. */
static void repeats_until_64_t1_and_times_out(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    ends_with(&f, "[0] send\n[500] send\n[1500] send\n[3500] send\n[7500] send\n[11500] send\n[15500] send\n[19500] send\n"
                  "[23500] send\n[27500] send\n[31500] send\n[32000] timeout\n[32000] terminated\n");
}

static void sends_once_over_a_connection(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    ends_with(&f, "[0] send\n[32000] timeout\n[32000] terminated\n");
}

/* The interval is T2 once the server has said that it is at work. */
static void repeats_every_t2_after_a_provisional_response(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 100, CF_MSEC(200));
    run_transaction(&f.nict.t, CF_SEC(10), &f.transcript);
    respond(&f, 183, CF_SEC(10));
    respond(&f, 200, CF_SEC(11));
    ends_with(&f, "[0] send\n[200] pass\n[500] send\n[4500] send\n[8500] send\n[10000] pass\n[11000] pass\n[16000] terminated\n");
}

static void absorbs_repeated_final_responses_for_t4(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    respond(&f, 404, CF_MSEC(100));
    respond(&f, 404, CF_MSEC(700));
    respond(&f, 200, CF_MSEC(800));
    respond(&f, 100, CF_MSEC(900));
    ends_with(&f, "[0] send\n[100] pass\n[5100] terminated\n");
}

static void is_over_at_once_on_a_connection(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    respond(&f, 200, CF_MSEC(100));
    ends_with(&f, "[0] send\n[100] pass\n[100] terminated\n");
}

static void reports_a_broken_transport_once(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, true);
    cf_nict_on_transport_error(&f.nict, CF_MSEC(10));
    drain_transaction(&f.nict.t, CF_MSEC(10), &f.transcript);
    cf_nict_on_transport_error(&f.nict, CF_MSEC(20));
    drain_transaction(&f.nict.t, CF_MSEC(20), &f.transcript);
    ends_with(&f, "[0] send\n[10] transport\n[10] terminated\n");
}

static void does_nothing_before_its_deadline(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    for (cf_usec now = 0; now < CF_MSEC(500); now += 777) {
        cf_nict_on_deadline(&f.nict, now);
        assert_int_equal(cf_nict_poll(&f.nict), CF_TRANSACTION_IDLE);
    }
    assert_int_equal(cf_nict_deadline(&f.nict), CF_MSEC(500));
    transcript_fini(&f.transcript);
}

/* A process that slept through several deadlines sends once and goes on from there. */
static void sends_no_burst_after_a_pause(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, false);
    transcript_reset(&f.transcript);
    cf_nict_on_deadline(&f.nict, CF_SEC(20));
    drain_transaction(&f.nict.t, CF_SEC(20), &f.transcript);
    ends_with(&f, "[20000] send\n[21000] send\n[23000] send\n[27000] send\n[31000] send\n[32000] timeout\n[32000] terminated\n");
}

/* Attack sweep: whatever comes in whatever state, there is one result, no assertion, and an end. */
static void has_one_result_whatever_comes(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct cf_rng rng;
        struct cf_sip_timers timers = CF_SIP_TIMERS_DEFAULT;
        struct cf_nict nict;
        unsigned results = 0, terminations = 0, status = 0;
        cf_usec now = 0;
        cf_rng_init(&rng, seed);
        cf_nict_init(&nict, &timers, cf_rng_chance(&rng, 300000), now);
        for (unsigned after = 0; after < 20; after += terminations) {
            for (enum cf_transaction_output o = cf_nict_poll(&nict); o != CF_TRANSACTION_IDLE; o = cf_nict_poll(&nict)) {
                results +=
                    o == CF_TRANSACTION_TIMEOUT || o == CF_TRANSACTION_TRANSPORT || (o == CF_TRANSACTION_PASS && status >= 200);
                terminations += o == CF_TRANSACTION_TERMINATED;
            }
            now += cf_rng_below(&rng, 3000000);
            status = 0;
            switch (cf_rng_below(&rng, 8)) {
            case 0:
                status = 100 + cf_rng_below(&rng, 600);
                cf_nict_on_response(&nict, status, now);
                break;
            case 1:
                status = 100;
                cf_nict_on_response(&nict, status, now);
                break;
            case 2:
                if (cf_rng_chance(&rng, 100000)) {
                    cf_nict_on_transport_error(&nict, now);
                }
                break;
            default:
                cf_nict_on_deadline(&nict, now);
                break;
            }
        }
        while (cf_nict_poll(&nict) != CF_TRANSACTION_IDLE) {
            fail();
        }
        assert_int_equal(results, 1);
        assert_int_equal(terminations, 1);
    }
}

static void follows_its_table(void **state) {
    (void)state;
    check_transaction_table(&cf_nict_table, "transaction/nict");
}

CF_TEST_MAIN(cmocka_unit_test(repeats_until_64_t1_and_times_out), cmocka_unit_test(sends_once_over_a_connection),
             cmocka_unit_test(repeats_every_t2_after_a_provisional_response),
             cmocka_unit_test(absorbs_repeated_final_responses_for_t4), cmocka_unit_test(is_over_at_once_on_a_connection),
             cmocka_unit_test(reports_a_broken_transport_once), cmocka_unit_test(does_nothing_before_its_deadline),
             cmocka_unit_test(sends_no_burst_after_a_pause), cmocka_unit_test(has_one_result_whatever_comes),
             cmocka_unit_test(follows_its_table))
