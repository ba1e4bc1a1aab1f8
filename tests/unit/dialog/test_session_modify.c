/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Re-INVITE and UPDATE, ours and the peer's: renegotiation, refusal, glare and its timers, session timers. */
#include "core/dialog/session.h"

#include "core/sip/builder.h"
#include "lib/session_pair.h"
#include "lib/test.h"

#define MINUTE CF_SEC(60)

static void begin(struct session_pair *p, uint64_t seed) {
    session_pair_init(p, seed);
    session_pair_establish(p);
}

static void either_side_renegotiates(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_SEC(1));
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[500] A: OFFER_WANTED\n"
                                     "[500] A>B INVITE 2 +\n"
                                     "[510] B: OFFER\n"
                                     "[510] B: MEDIA\n"
                                     "[510] B>A 200 INVITE 2 +\n"
                                     "[520] A: MEDIA\n"
                                     "[520] A>B ACK 2\n"
                                     "[1500] B: OFFER_WANTED\n"
                                     "[1500] B>A INVITE 1 +\n"
                                     "[1510] A: OFFER\n"
                                     "[1510] A: MEDIA\n"
                                     "[1510] A>B 200 INVITE 1 +\n"
                                     "[1520] B: MEDIA\n"
                                     "[1520] B>A ACK 1\n");
    session_pair_fini(&p);
}

/* Linphone 5.1 changes the subject this way: 488 would end its call. */
static void reinvite_without_offer_is_answered_with_one(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[0].profile.session_fields = CF_STR("Subject: New\r\n");
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFERLESS));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[500] A>B INVITE 2\n"
                                     "[510] B: OFFER_WANTED\n"
                                     "[510] B>A 200 INVITE 2 +\n"
                                     "[520] A: OFFER\n"
                                     "[520] A: MEDIA\n"
                                     "[520] A>B ACK 2 +\n"
                                     "[530] B: MEDIA\n");
    session_pair_fini(&p);
}

static void new_subject_goes_by_update_or_else_by_reinvite(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_HEADERS));
    session_pair_run_for(&p, CF_SEC(1));
    transcript_is(&p.net.transcript, "[500] B>A UPDATE 1\n"
                                     "[510] A: REFRESHED\n"
                                     "[510] A>B 200 UPDATE 1\n");
    session_pair_fini(&p);
    session_pair_init(&p, 1);
    p.sides[0].profile.allow = CF_STR("INVITE, ACK, BYE, CANCEL");
    session_pair_establish(&p);
    struct cf_str before = cf_session_negotiation(&p.sides[1].session, 0)->local;
    char local[2048];
    memcpy(local, before.at, before.len);
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_HEADERS));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    /* RFC 4028 section 7.4: the same description, down to the version. */
    assert_str(cf_session_negotiation(&p.sides[1].session, 0)->local, cf_str_n(local, before.len));
    transcript_is(&p.net.transcript, "[500] B>A INVITE 1 +\n"
                                     "[510] A: OFFER\n"
                                     "[510] A: MEDIA\n"
                                     "[510] A>B 200 INVITE 1 +\n"
                                     "[520] B: MEDIA\n"
                                     "[520] B>A ACK 1\n");
    session_pair_fini(&p);
}

/* B answers UPDATE with 501, whatever it has said before. */
static bool refuse_update(struct session_pair *pair, unsigned side, const struct cf_endpoint_event *event) {
    bool is_update = side == 1 && event->kind == CF_ENDPOINT_REQUEST && event->message->method == CF_SIP_METHOD_UPDATE;
    if (is_update) {
        session_pair_raw_reply(pair, side, event->tx, 501, NULL, NULL, false);
    }
    return is_update;
}

static void update_that_was_promised_but_is_not_taken_is_made_up_by_reinvite(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.intercept = refuse_update;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_HEADERS));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[500] A>B UPDATE 2\n"
                                     "[510] B>A 501 UPDATE 2\n"
                                     "[520] A>B INVITE 3 +\n"
                                     "[530] B: OFFER\n"
                                     "[530] B: MEDIA\n"
                                     "[530] B>A 200 INVITE 3 +\n"
                                     "[540] A: MEDIA\n"
                                     "[540] A>B ACK 3\n");
    session_pair_fini(&p);
}

static void refused_offer_leaves_the_agreement_as_it_was(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].habits = 0;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(50));
    assert_ok(session_pair_respond(&p, 1, 603, false));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[500] A: OFFER_WANTED\n"
                                     "[500] A>B INVITE 2 +\n"
                                     "[510] B: OFFER\n"
                                     "[550] B>A 603 INVITE 2\n"
                                     "[560] A>B ACK 2\n"
                                     "[560] A: OFFER_FAILED 603\n");
    session_pair_fini(&p);
}

static void an_offer_that_can_not_be_written_is_withdrawn_and_the_call_goes_on(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    unsigned habits = p.sides[0].habits;
    p.sides[0].habits = 0;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    cf_session_describe_nothing(&p.sides[0].session, p.net.now);
    session_pair_run_for(&p, CF_SEC(5));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[500] A: OFFER_WANTED\n"
                                     "[500] A: OFFER_FAILED\n");
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_NONE);
    /* The next one is made. */
    p.sides[0].habits = habits;
    p.net.is_silent = true;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_SEC(1));
    assert_int_equal(p.sides[1].counts[CF_SESSION_OFFER], 1);
    session_pair_fini(&p);
}

static void offer_with_nothing_in_common_is_refused_and_the_call_goes_on(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].party.lines[0].is_refused = true;
    p.sides[1].party.lines[1].is_refused = true;
    p.is_failing = true; /* B's answer is to fail */
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    assert_int_equal(p.sides[0].counts[CF_SESSION_OFFER_FAILED], 1);
    assert_int_equal(p.sides[0].last.status, 488);
    session_pair_fini(&p);
}

static void reinvite_is_cancelled_with_the_session(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].habits = 0;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(50));
    session_pair_end(&p, 0);
    session_pair_run_for(&p, MINUTE);
    assert_true(p.sides[0].is_gone && p.sides[1].is_gone);
    transcript_is(&p.net.transcript, "[500] A: OFFER_WANTED\n"
                                     "[500] A>B INVITE 2 +\n"
                                     "[510] B: OFFER\n"
                                     "[550] A: ENDED LOCAL\n"
                                     "[550] A>B BYE 3\n"
                                     "[560] B: ENDED BYE\n"
                                     "[560] B: GONE\n"
                                     "[560] B>A 200 BYE 3\n"
                                     "[560] B>A 487 INVITE 2\n"
                                     "[570] A>B ACK 2\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void unanswered_reinvite_waits_and_a_second_one_gets_500(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].habits = 0;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(50));
    transcript_reset(&p.net.transcript);
    struct session_pair_raw raw = {.method = "INVITE", .fields = "Contact: <sip:a@192.0.2.1>\r\n"};
    session_pair_raw_request(&p, 1, &raw);
    assert_true(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nRetry-After: ")) < p.net.last_bytes.len);
    transcript_is(&p.net.transcript, "[550] B>A 500 INVITE 3\n");
    session_pair_fini(&p);
}

static void modify_waits_for_the_other_sides_reinvite(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].habits = 0;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(50));
    p.sides[1].habits = SESSION_HABITS;
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER));
    assert_int_equal(p.sides[1].counts[CF_SESSION_OFFER_WANTED], 0);
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[500] A: OFFER_WANTED\n"
                                     "[500] A>B INVITE 2 +\n"
                                     "[510] B: OFFER\n"
                                     "[550] B: MEDIA\n"
                                     "[550] B>A 200 INVITE 2 +\n"
                                     "[560] A: MEDIA\n"
                                     "[560] A>B ACK 2\n"
                                     "[570] B: OFFER_WANTED\n"
                                     "[570] B>A INVITE 1 +\n"
                                     "[580] A: OFFER\n"
                                     "[580] A: MEDIA\n"
                                     "[580] A>B 200 INVITE 1 +\n"
                                     "[590] B: MEDIA\n"
                                     "[590] B>A ACK 1\n");
    session_pair_fini(&p);
}

static void offer_that_came_too_late_is_asked_for_again(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].habits = 0;
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER));
    assert_int_equal(p.sides[1].counts[CF_SESSION_OFFER_WANTED], 1);
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(50));
    assert_int_equal(cf_session_describe(&p.sides[1].session, 0, &p.sides[1].party.session, p.net.now), CF_ERR_STATE);
    p.sides[1].habits = SESSION_HABITS;
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, CF_SEC(1));
    assert_int_equal(p.sides[1].counts[CF_SESSION_OFFER_WANTED], 2);
    session_pair_assert_same(&p);
    session_pair_fini(&p);
}

/* RFC 3261 section 14.1: the owner of the Call-ID waits 2.1 to 4 seconds, the other one up to 2. */
static void glare_is_tried_again_after_the_right_time(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct session_pair p;
        begin(&p, seed);
        assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
        assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER));
        session_pair_run_for(&p, CF_MSEC(25));
        cf_usec a = p.sides[0].session.retry_at;
        cf_usec b = p.sides[1].session.retry_at;
        assert_true(a >= CF_MSEC(500 + 2100) && a <= CF_MSEC(520 + 4000) && (a - CF_MSEC(520)) % CF_MSEC(10) == 0);
        assert_true(b <= CF_MSEC(520 + 2000));
        session_pair_run_for(&p, CF_SEC(10));
        session_pair_assert_same(&p);
        assert_int_equal(p.sides[0].counts[CF_SESSION_OFFER_WANTED], 2);
        session_pair_fini(&p);
    }
}

static void eternal_glare_is_given_up(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    p.sides[1].habits = 0;
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER)); /* asked, and never described */
    p.sides[1].session.invite.tx = (struct cf_tx_id){{1, 77}};      /* so that it answers 491 for ever */
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    p.net.is_silent = true;
    session_pair_run_for(&p, 5 * MINUTE);
    assert_int_equal(p.sides[0].counts[CF_SESSION_OFFER_FAILED], 1);
    assert_int_equal(p.sides[0].counts[CF_SESSION_OFFER_WANTED], 11);
    p.sides[1].session.invite.tx = (struct cf_tx_id){{0, 0}};
    session_pair_fini(&p);
}

/* RFC 3311 section 5.1 */
static void update_with_an_offer_changes_early_media(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_EARLY_MEDIA | SESSION_HABIT_RELIABLE | SESSION_HABIT_DESCRIBE;
    session_pair_call(&p, true);
    assert_int_equal(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER), CF_ERR_STATE);
    session_pair_run_for(&p, CF_MSEC(500));
    struct cf_tx_id invite = p.sides[1].session.invite_in;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(500));
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_MSEC(500));
    p.sides[1].asked = invite;
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, CF_MSEC(500));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B PRACK 2\n"
                                     "[30] B>A 200 PRACK 2\n"
                                     "[500] A: OFFER_WANTED\n"
                                     "[500] A>B UPDATE 3 +\n"
                                     "[510] B: OFFER\n"
                                     "[510] B: MEDIA\n"
                                     "[510] B>A 200 UPDATE 3 +\n"
                                     "[520] A: MEDIA\n"
                                     "[1000] B: OFFER_WANTED\n"
                                     "[1000] B>A UPDATE 1 +\n"
                                     "[1010] A: OFFER\n"
                                     "[1010] A: MEDIA\n"
                                     "[1010] A>B 200 UPDATE 1 +\n"
                                     "[1020] B: MEDIA\n"
                                     "[1500] B>A 200 INVITE 1\n"
                                     "[1510] A: ANSWERED 200\n"
                                     "[1510] A>B ACK 1\n"
                                     "[1520] B: ACKNOWLEDGED\n");
    session_pair_fini(&p);
}

static void update_with_an_offer_before_the_first_answer_gets_500(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(100));
    transcript_reset(&p.net.transcript);
    struct session_pair_raw raw = {
        .method = "UPDATE", .fields = "Contact: <sip:a@192.0.2.1>\r\n", .body = p.sides[0].session.leg.negotiation.pending};
    session_pair_raw_request(&p, 1, &raw);
    transcript_is(&p.net.transcript, "[100] B>A 500 UPDATE 2\n");
    session_pair_fini(&p);
}

static void too_small_interval_in_update_or_reinvite_gets_422(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, 1);
    struct session_pair_raw raw = {.method = "UPDATE",
                                   .fields = "Contact: <sip:a@192.0.2.1>\r\nSupported: timer\r\nSession-Expires: 30\r\n"};
    session_pair_raw_request(&p, 1, &raw);
    assert_true(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nMin-SE: 90\r\n")) < p.net.last_bytes.len);
    raw.method = "INVITE";
    session_pair_raw_request(&p, 1, &raw);
    transcript_is(&p.net.transcript, "[500] B>A 422 UPDATE 2\n"
                                     "[500] B>A 422 INVITE 3\n");
    session_pair_fini(&p);
}

/* RFC 4028: the caller refreshes at half time because we leave it to it. */
static void session_is_refreshed_by_update_for_hours(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(3600));
    session_pair_assert_same(&p);
    assert_int_equal(p.sides[1].counts[CF_SESSION_REFRESHED], 3);
    assert_int_equal(p.sides[0].counts[CF_SESSION_REFRESHED], 0);
    transcript_reset(&p.net.transcript);
    session_pair_run_for(&p, CF_SEC(1800));
    transcript_is(&p.net.transcript, "[3600080] A>B UPDATE 5\n"
                                     "[3600090] B: REFRESHED\n"
                                     "[3600090] B>A 200 UPDATE 5\n"
                                     "[4500100] A>B UPDATE 6\n"
                                     "[4500110] B: REFRESHED\n"
                                     "[4500110] B>A 200 UPDATE 6\n");
    session_pair_fini(&p);
}

static void session_is_refreshed_by_reinvite_where_update_is_missing(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].profile.allow = CF_STR("INVITE, ACK, BYE, CANCEL");
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(500));
    transcript_reset(&p.net.transcript);
    session_pair_run_for(&p, CF_SEC(1000));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[900020] A>B INVITE 2 +\n"
                                     "[900030] B: OFFER\n"
                                     "[900030] B: MEDIA\n"
                                     "[900030] B>A 200 INVITE 2 +\n"
                                     "[900040] A: MEDIA\n"
                                     "[900040] A>B ACK 2\n");
    session_pair_fini(&p);
}

static void session_that_nobody_refreshes_is_hung_up_before_its_end(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    session_pair_establish(&p);
    sip_pair_lose(&p.net, 0, "", 1000);
    p.net.is_silent = true;
    session_pair_run_for(&p, CF_SEC(3600));
    transcript_is(&p.net.transcript, "[932020] A: ENDED TIMEOUT 408\n"
                                     "[964020] A: GONE\n"
                                     "[1768010] B: ENDED EXPIRED\n"
                                     "[1800010] B: GONE\n");
    session_pair_fini(&p);
}

static void glare_of_a_refresh_does_not_end_the_session(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].profile.allow = CF_STR("INVITE, ACK, BYE, CANCEL");
    session_pair_establish(&p);
    session_pair_run_for(&p, CF_SEC(900) - CF_MSEC(485));
    assert_ok(session_pair_modify(&p, 1, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, CF_SEC(10));
    session_pair_assert_same(&p);
    session_pair_run_for(&p, CF_SEC(3600));
    session_pair_assert_same(&p);
    assert_int_equal(cf_session_state(&p.sides[0].session), CF_SESSION_STATE_CONFIRMED);
    session_pair_fini(&p);
}

/* A peer without timers, as its 200 shows: we refresh to see whether it is still there, but never give up for want of its
 * refresh. */
static void peer_without_timers_is_refreshed_by_us(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.intercept = session_pair_keep_invite;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(50));
    session_pair_raw_reply(&p, 1, p.raw_tx, 200, "one", "Contact: <sip:b@192.0.2.2>\r\nAllow: INVITE, UPDATE\r\n", true);
    session_pair_run_for(&p, CF_MSEC(50));
    transcript_reset(&p.net.transcript);
    session_pair_run_for(&p, CF_SEC(3600));
    transcript_is(&p.net.transcript, "[900060] A>B UPDATE 2\n"
                                     "[900070] B>A 200 UPDATE 2\n"
                                     "[1800080] A>B UPDATE 3\n"
                                     "[1800090] B>A 200 UPDATE 3\n"
                                     "[2700100] A>B UPDATE 4\n"
                                     "[2700110] B>A 200 UPDATE 4\n");
    session_pair_fini(&p);
}

CF_TEST_MAIN(cmocka_unit_test(either_side_renegotiates), cmocka_unit_test(reinvite_without_offer_is_answered_with_one),
             cmocka_unit_test(new_subject_goes_by_update_or_else_by_reinvite),
             cmocka_unit_test(update_that_was_promised_but_is_not_taken_is_made_up_by_reinvite),
             cmocka_unit_test(refused_offer_leaves_the_agreement_as_it_was),
             cmocka_unit_test(an_offer_that_can_not_be_written_is_withdrawn_and_the_call_goes_on),
             cmocka_unit_test(offer_with_nothing_in_common_is_refused_and_the_call_goes_on),
             cmocka_unit_test(reinvite_is_cancelled_with_the_session),
             cmocka_unit_test(unanswered_reinvite_waits_and_a_second_one_gets_500),
             cmocka_unit_test(modify_waits_for_the_other_sides_reinvite),
             cmocka_unit_test(offer_that_came_too_late_is_asked_for_again),
             cmocka_unit_test(glare_is_tried_again_after_the_right_time), cmocka_unit_test(eternal_glare_is_given_up),
             cmocka_unit_test(update_with_an_offer_changes_early_media),
             cmocka_unit_test(update_with_an_offer_before_the_first_answer_gets_500),
             cmocka_unit_test(too_small_interval_in_update_or_reinvite_gets_422),
             cmocka_unit_test(session_is_refreshed_by_update_for_hours),
             cmocka_unit_test(session_is_refreshed_by_reinvite_where_update_is_missing),
             cmocka_unit_test(session_that_nobody_refreshes_is_hung_up_before_its_end),
             cmocka_unit_test(glare_of_a_refresh_does_not_end_the_session),
             cmocka_unit_test(peer_without_timers_is_refreshed_by_us))
