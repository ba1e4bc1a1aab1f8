/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls from beginning to end: answered, refused, given up, with the offer on either side, with losses; 100rel as the callee does
 * it. */
#include "core/dialog/session.h"

#include "core/sip/builder.h"
#include "lib/session_pair.h"
#include "lib/test.h"

#define MINUTE CF_SEC(60)

/* A session with those habits calls or is called, the caller hangs up after a second, and everything is over in the end. */
static void run_call(struct session_pair *p, bool has_offer) {
    session_pair_call(p, has_offer);
    session_pair_run_for(p, CF_SEC(1));
    session_pair_assert_same(p);
    session_pair_end(p, 0);
    session_pair_run_for(p, 2 * MINUTE);
    session_pair_assert_same(p);
    assert_true(p->sides[0].is_gone && p->sides[1].is_gone);
}

static void call_is_answered_and_the_caller_hangs_up(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits |= SESSION_HABIT_RING;
    run_call(&p, true);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1\n"
                                     "[30] B: ACKNOWLEDGED\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B BYE 2\n"
                                     "[1010] B: ENDED BYE\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 200 BYE 2\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void callee_hangs_up(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    session_pair_establish(&p);
    session_pair_end(&p, 1);
    session_pair_run_for(&p, 2 * MINUTE);
    transcript_is(&p.net.transcript, "[500] B: ENDED LOCAL\n"
                                     "[500] B>A BYE 1\n"
                                     "[510] A: ENDED BYE\n"
                                     "[510] A>B 200 BYE 1\n"
                                     "[520] B: GONE\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void invite_without_offer_is_answered_with_one(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    run_call(&p, false);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1\n"
                                     "[10] B: INVITED\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: OFFER\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1 +\n"
                                     "[30] B: ACKNOWLEDGED\n"
                                     "[30] B: MEDIA\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B BYE 2\n"
                                     "[1010] B: ENDED BYE\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 200 BYE 2\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void busy_callee_ends_the_call(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(1));
    assert_ok(session_pair_respond(&p, 1, 486, false));
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B>A 180 INVITE 1\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[1000] B: ENDED LOCAL 486\n"
                                     "[1000] B: GONE\n"
                                     "[1000] B>A 486 INVITE 1\n"
                                     "[1010] A>B ACK 1\n"
                                     "[1010] A: ENDED REJECTED 486\n"
                                     "[1010] A: GONE\n");
    session_pair_fini(&p);
}

static void ending_an_unanswered_call_refuses_it(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = 0;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(100));
    cf_session_end(&p.sides[1].session, 603, CF_STR("Reason: SIP;cause=603\r\n"), p.net.now);
    session_pair_drain(&p);
    assert_true(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nReason: SIP;cause=603\r\n")) < p.net.last_bytes.len);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_REJECTED);
    assert_int_equal(p.sides[0].status, 603);
    assert_int_equal(p.sides[1].cause, CF_SESSION_CAUSE_LOCAL);
    session_pair_fini(&p);
}

static void caller_gives_up_while_it_rings(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_end(&p, 0);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B>A 180 INVITE 1\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B CANCEL 1\n"
                                     "[1010] B>A 200 CANCEL 1\n"
                                     "[1010] B: ENDED CANCELLED 487\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 487 INVITE 1\n"
                                     "[1020] A>B ACK 1\n"
                                     "[1020] A: GONE\n");
    assert_int_equal(session_pair_respond(&p, 0, 200, false), CF_ERR_STATE);
    session_pair_fini(&p);
}

static void answering_after_the_cancel_finds_nothing(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(100));
    struct cf_session kept = p.sides[1].session;
    session_pair_end(&p, 0);
    sip_pair_run_for(&p.net, CF_MSEC(15));
    assert_true(p.sides[1].is_gone);
    assert_int_equal(kept.state, CF_SESSION_STATE_CALLED);
    session_pair_fini(&p);
}

/* RFC 3261 section 9.1: the 2xx wins, so the call has to be hung up. */
static void cancel_crosses_the_200(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_DESCRIBE;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(100));
    session_pair_end(&p, 0);
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B>A 180 INVITE 1\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[100] A: ENDED LOCAL\n"
                                     "[100] A>B CANCEL 1\n"
                                     "[100] B: MEDIA\n"
                                     "[100] B>A 200 INVITE 1 +\n"
                                     "[110] B>A 200 CANCEL 1\n"
                                     "[110] A>B ACK 1\n"
                                     "[110] A>B BYE 2\n"
                                     "[120] B: ACKNOWLEDGED\n"
                                     "[120] B: ENDED BYE\n"
                                     "[120] B: GONE\n"
                                     "[120] B>A 200 BYE 2\n"
                                     "[32110] A: GONE\n");
    session_pair_fini(&p);
}

static void nothing_in_common_is_refused_with_a_warning(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = 0;
    p.sides[1].party.lines[0].is_refused = true;
    p.sides[1].party.lines[1].is_refused = true;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(15));
    assert_int_equal(session_pair_respond(&p, 1, 200, true), CF_ERR_UNSUPPORTED);
    assert_true(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nWarning: ")) < p.net.last_bytes.len);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[15] B: ENDED REFUSED 488\n"
                                     "[15] B: GONE\n"
                                     "[15] B>A 488 INVITE 1\n"
                                     "[25] A>B ACK 1\n"
                                     "[25] A: ENDED REJECTED 488\n"
                                     "[25] A: GONE\n");
    session_pair_fini(&p);
}

static void unreadable_offer_is_refused_without_asking(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_inject(
        &p.net, 1, "192.0.2.1:5060",
        CF_STR("INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n"
               "From: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.1>\r\n"
               "Content-Type: application/sdp\r\nContent-Length: 9\r\n\r\nnonsense\n"));
    assert_int_equal(p.sides[1].cause, CF_SESSION_CAUSE_REFUSED);
    assert_int_equal(p.sides[1].status, 488);
    assert_true(p.sides[1].is_gone);
    session_pair_fini(&p);
}

static void invite_without_contact_makes_no_session(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_inject(
        &p.net, 1, "192.0.2.1:5060",
        CF_STR("INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n"
               "From: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"));
    transcript_is(&p.net.transcript, "[0] B>A 400 INVITE 1\n");
    session_pair_fini(&p);
}

static void lost_ack_is_sent_again_for_each_copy_of_the_200(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_lose(&p.net, 0, "ACK", 2);
    run_call(&p, true);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1 lost\n"
                                     "[510] B>A 200 INVITE 1 +\n"
                                     "[520] A>B ACK 1 lost\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B BYE 2\n"
                                     "[1010] B: ENDED BYE\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 200 BYE 2\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void ack_with_the_answer_is_sent_again_as_it_was(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_lose(&p.net, 0, "ACK", 3);
    session_pair_call(&p, false);
    session_pair_run_for(&p, CF_SEC(10));
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1\n"
                                     "[10] B: INVITED\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: OFFER\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1 + lost\n"
                                     "[510] B>A 200 INVITE 1 +\n"
                                     "[520] A>B ACK 1 + lost\n"
                                     "[1510] B>A 200 INVITE 1 +\n"
                                     "[1520] A>B ACK 1 + lost\n"
                                     "[3510] B>A 200 INVITE 1 +\n"
                                     "[3520] A>B ACK 1 +\n"
                                     "[3530] B: ACKNOWLEDGED\n"
                                     "[3530] B: MEDIA\n");
    session_pair_assert_same(&p);
    assert_int_equal(p.sides[1].counts[CF_SESSION_ACKNOWLEDGED], 1);
    session_pair_fini(&p);
}

/* RFC 3261 section 13.3.1.4: hang up if no ACK ever comes. */
static void callee_hangs_up_without_an_ack(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_lose(&p.net, 0, "ACK", 100);
    p.net.is_silent = true;
    session_pair_call(&p, true);
    session_pair_run_for(&p, 2 * MINUTE);
    transcript_is(&p.net.transcript, "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[32010] B: ENDED NOT_ACKED\n"
                                     "[32020] A: ENDED BYE\n"
                                     "[32020] A: GONE\n"
                                     "[32030] B: GONE\n");
    session_pair_fini(&p);
}

/* RFC 3261 section 15: not before the ACK. */
static void callee_waits_for_the_ack_before_it_hangs_up(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_lose(&p.net, 0, "ACK", 1);
    session_pair_call(&p, true);
    sip_pair_run_for(&p.net, CF_MSEC(15));
    session_pair_end(&p, 1);
    session_pair_run_for(&p, 2 * MINUTE);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[15] B: ENDED LOCAL\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1 lost\n"
                                     "[510] B>A 200 INVITE 1 +\n"
                                     "[520] A>B ACK 1\n"
                                     "[530] B>A BYE 1\n"
                                     "[540] A: ENDED BYE\n"
                                     "[540] A>B 200 BYE 1\n"
                                     "[550] B: GONE\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void every_response_to_the_invite_lost_means_timeout(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_lose(&p.net, 1, "", 1000);
    p.net.is_silent = true;
    p.sides[1].habits = 0;
    session_pair_call(&p, true);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_TIMEOUT);
    assert_true(p.sides[0].is_gone);
    session_pair_fini(&p);
}

/* RFC 3261 section 13.3.1.1 */
static void ringing_is_repeated_every_minute(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(130));
    assert_int_equal(p.sides[0].counts[CF_SESSION_PROVISIONAL], 3);
    session_pair_fini(&p);
}

static void early_media_by_an_unreliable_180_is_a_preview(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits |= SESSION_HABIT_RING | SESSION_HABIT_EARLY_MEDIA;
    run_call(&p, true);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1 +\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A: MEDIA preview\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1\n"
                                     "[30] B: ACKNOWLEDGED\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B BYE 2\n"
                                     "[1010] B: ENDED BYE\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 200 BYE 2\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

/* RFC 3262: PRACK takes 180 out of the retransmission; the answer is in it and not in the 200 again. */
static void reliable_180_with_the_answer_is_acknowledged(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits |= SESSION_HABIT_RING | SESSION_HABIT_EARLY_MEDIA | SESSION_HABIT_RELIABLE;
    run_call(&p, true);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B PRACK 2\n"
                                     "[30] B>A 200 PRACK 2\n"
                                     "[30] B>A 200 INVITE 1\n"
                                     "[40] A: ANSWERED 200\n"
                                     "[40] A>B ACK 1\n"
                                     "[50] B: ACKNOWLEDGED\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B BYE 3\n"
                                     "[1010] B: ENDED BYE\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 200 BYE 3\n"
                                     "[32040] A: GONE\n");
    session_pair_fini(&p);
}

static void reliable_180_with_our_offer_is_answered_in_the_prack(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_EARLY_MEDIA | SESSION_HABIT_RELIABLE | SESSION_HABIT_DESCRIBE;
    session_pair_call(&p, false);
    session_pair_run_for(&p, CF_MSEC(500));
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, CF_MSEC(500));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1\n"
                                     "[10] B: INVITED\n"
                                     "[10] B>A 180 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A: OFFER\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B PRACK 2 +\n"
                                     "[30] B: MEDIA\n"
                                     "[30] B>A 200 PRACK 2\n"
                                     "[500] B>A 200 INVITE 1\n"
                                     "[510] A: ANSWERED 200\n"
                                     "[510] A>B ACK 1\n"
                                     "[520] B: ACKNOWLEDGED\n");
    session_pair_fini(&p);
}

static void reliable_180_without_description_does_not_hold_the_200_up(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits |= SESSION_HABIT_RING | SESSION_HABIT_RELIABLE;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A>B PRACK 2\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1\n"
                                     "[30] B>A 200 PRACK 2\n"
                                     "[30] B: ACKNOWLEDGED\n");
    session_pair_fini(&p);
}

static void lost_prack_and_lost_180_are_sent_again(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_EARLY_MEDIA | SESSION_HABIT_RELIABLE;
    sip_pair_lose(&p.net, 1, "180", 1);
    sip_pair_lose(&p.net, 0, "PRACK", 1);
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(5));
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1 + lost\n"
                                     "[500] A>B INVITE 1 +\n"
                                     "[510] B>A 180 INVITE 1 +\n"
                                     "[510] B>A 180 INVITE 1 +\n"
                                     "[520] A: PROVISIONAL 180\n"
                                     "[520] A: MEDIA\n"
                                     "[520] A>B PRACK 2 lost\n"
                                     "[1020] A>B PRACK 2\n"
                                     "[1030] B>A 200 PRACK 2\n"
                                     "[5000] B>A 200 INVITE 1\n"
                                     "[5010] A: ANSWERED 200\n"
                                     "[5010] A>B ACK 1\n"
                                     "[5020] B: ACKNOWLEDGED\n");
    session_pair_fini(&p);
}

static void second_reliable_response_waits_for_the_first(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_RELIABLE;
    session_pair_call(&p, true);
    sip_pair_run_for(&p.net, CF_MSEC(15));
    assert_int_equal(session_pair_respond(&p, 1, 183, true), CF_ERR_STATE);
    session_pair_run_for(&p, CF_MSEC(500));
    assert_ok(session_pair_respond(&p, 1, 183, true));
    session_pair_run_for(&p, CF_MSEC(500));
    assert_int_equal(p.sides[0].counts[CF_SESSION_PROVISIONAL], 2);
    assert_int_equal(p.sides[0].counts[CF_SESSION_MEDIA], 1);
    session_pair_fini(&p);
}

/* RFC 3262 section 3: one that is not reliable may be said in between, and the reliable one goes on being repeated. */
static void an_unreliable_response_does_not_hide_a_reliable_one(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_RELIABLE;
    sip_pair_lose(&p.net, 1, "180", 1);
    session_pair_call(&p, true);
    sip_pair_run_for(&p.net, CF_MSEC(15));
    p.sides[1].habits = 0;
    assert_ok(session_pair_respond(&p, 1, 183, false));
    session_pair_run_for(&p, CF_SEC(2));
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B>A 180 INVITE 1 lost\n"
                                     "[15] B>A 183 INVITE 1\n"
                                     "[25] A: PROVISIONAL 183\n"
                                     "[510] B>A 180 INVITE 1\n"
                                     "[520] A: PROVISIONAL 180\n"
                                     "[520] A>B PRACK 2\n"
                                     "[530] B>A 200 PRACK 2\n");
    session_pair_fini(&p);
}

/* RFC 3262 section 3: without PRACK for 64*T1 the INVITE is refused. */
static void reliable_180_without_prack_ends_the_call(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_RELIABLE;
    sip_pair_lose(&p.net, 0, "PRACK", 1000);
    p.net.is_silent = true;
    session_pair_call(&p, true);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[1].cause, CF_SESSION_CAUSE_TIMEOUT);
    assert_int_equal(p.sides[1].status, 504);
    assert_int_equal(p.sides[0].status, 504);
    session_pair_fini(&p);
}

static void prack_for_another_response_is_refused(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_RELIABLE;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(500));
    transcript_reset(&p.net.transcript);
    struct session_pair_raw raw = {.method = "PRACK", .fields = "RAck: 77 1 INVITE\r\n"};
    session_pair_raw_request(&p, 1, &raw);
    raw.fields = "RAck: nonsense\r\n";
    session_pair_raw_request(&p, 1, &raw);
    raw.fields = NULL;
    session_pair_raw_request(&p, 1, &raw);
    transcript_is(&p.net.transcript, "[500] B>A 481 PRACK 3\n"
                                     "[500] B>A 400 PRACK 4\n"
                                     "[500] B>A 481 PRACK 4\n");
    session_pair_fini(&p);
}

/* The same while one waits: it goes on being repeated. */
static void prack_for_another_response_acknowledges_nothing(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING | SESSION_HABIT_RELIABLE;
    sip_pair_lose(&p.net, 0, "PRACK", 1000);
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(300));
    transcript_reset(&p.net.transcript);
    struct session_pair_raw raw = {.method = "PRACK", .fields = "RAck: 77 1 INVITE\r\n"};
    session_pair_raw_request(&p, 1, &raw);
    session_pair_run_for(&p, CF_MSEC(300));
    transcript_is(&p.net.transcript, "[300] B>A 481 PRACK 2\n"
                                     "[510] B>A 180 INVITE 1\n"
                                     "[520] A>B PRACK 2 lost\n");
    session_pair_fini(&p);
}

static void required_100rel_is_unsupported_when_it_is_off(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[0].profile.reliable = CF_RELIABLE_REQUIRED;
    p.sides[1].profile.reliable = CF_RELIABLE_OFF;
    session_pair_call(&p, true);
    sip_pair_run_for(&p.net, CF_MSEC(10));
    assert_true(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nUnsupported: 100rel\r\n")) < p.net.last_bytes.len);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].status, 420);
    assert_int_equal(p.sides[1].cause, CF_SESSION_CAUSE_REFUSED);
    session_pair_fini(&p);
}

static void required_100rel_makes_every_provisional_response_reliable(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[0].profile.reliable = CF_RELIABLE_REQUIRED;
    p.sides[1].habits |= SESSION_HABIT_RING;
    run_call(&p, true);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: INVITED offer\n"
                                     "[10] B: MEDIA\n"
                                     "[10] B>A 180 INVITE 1\n"
                                     "[10] B>A 200 INVITE 1 +\n"
                                     "[20] A: PROVISIONAL 180\n"
                                     "[20] A>B PRACK 2\n"
                                     "[20] A: ANSWERED 200\n"
                                     "[20] A: MEDIA\n"
                                     "[20] A>B ACK 1\n"
                                     "[30] B>A 200 PRACK 2\n"
                                     "[30] B: ACKNOWLEDGED\n"
                                     "[1000] A: ENDED LOCAL\n"
                                     "[1000] A>B BYE 3\n"
                                     "[1010] B: ENDED BYE\n"
                                     "[1010] B: GONE\n"
                                     "[1010] B>A 200 BYE 3\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

static void focus_is_recognised_by_its_contact_in_every_message(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].profile.contact = CF_STR("<sip:focus@192.0.2.2;conf-id=XYZ;gr=urn:uuid:1>;isfocus");
    p.sides[1].profile.product = CF_STR("confer");
    p.sides[1].profile.supported = CF_STR("replaces, norefersub");
    p.sides[1].profile.allow_events = CF_STR("conference, refer");
    p.sides[1].profile.session_fields = CF_STR("Subject: Weekly\r\n");
    session_pair_call(&p, true);
    sip_pair_run_for(&p.net, CF_MSEC(10));
    static const struct cf_str lines[] = {
        CF_STR_INIT("SIP/2.0 200 OK\r\n"),
        CF_STR_INIT("\r\nContact: <sip:focus@192.0.2.2;conf-id=XYZ;gr=urn:uuid:1>;isfocus\r\n"),
        CF_STR_INIT("\r\nServer: confer\r\n"),
        CF_STR_INIT("\r\nSupported: timer, 100rel, replaces, norefersub\r\n"),
        CF_STR_INIT("\r\nAllow-Events: conference, refer\r\n"),
        CF_STR_INIT("\r\nSubject: Weekly\r\n"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_true(cf_str_find_str(p.net.last_bytes, lines[i]) < p.net.last_bytes.len);
    }
    session_pair_run_for(&p, CF_MSEC(100));
    assert_str(cf_session_dialog(&p.sides[0].session)->target, CF_STR("sip:focus@192.0.2.2;conf-id=XYZ;gr=urn:uuid:1"));
    session_pair_fini(&p);
}

CF_TEST_MAIN(cmocka_unit_test(call_is_answered_and_the_caller_hangs_up), cmocka_unit_test(callee_hangs_up),
             cmocka_unit_test(invite_without_offer_is_answered_with_one), cmocka_unit_test(busy_callee_ends_the_call),
             cmocka_unit_test(ending_an_unanswered_call_refuses_it), cmocka_unit_test(caller_gives_up_while_it_rings),
             cmocka_unit_test(answering_after_the_cancel_finds_nothing), cmocka_unit_test(cancel_crosses_the_200),
             cmocka_unit_test(nothing_in_common_is_refused_with_a_warning),
             cmocka_unit_test(unreadable_offer_is_refused_without_asking),
             cmocka_unit_test(invite_without_contact_makes_no_session),
             cmocka_unit_test(lost_ack_is_sent_again_for_each_copy_of_the_200),
             cmocka_unit_test(ack_with_the_answer_is_sent_again_as_it_was), cmocka_unit_test(callee_hangs_up_without_an_ack),
             cmocka_unit_test(callee_waits_for_the_ack_before_it_hangs_up),
             cmocka_unit_test(every_response_to_the_invite_lost_means_timeout),
             cmocka_unit_test(ringing_is_repeated_every_minute), cmocka_unit_test(early_media_by_an_unreliable_180_is_a_preview),
             cmocka_unit_test(reliable_180_with_the_answer_is_acknowledged),
             cmocka_unit_test(reliable_180_with_our_offer_is_answered_in_the_prack),
             cmocka_unit_test(reliable_180_without_description_does_not_hold_the_200_up),
             cmocka_unit_test(lost_prack_and_lost_180_are_sent_again),
             cmocka_unit_test(second_reliable_response_waits_for_the_first),
             cmocka_unit_test(an_unreliable_response_does_not_hide_a_reliable_one),
             cmocka_unit_test(reliable_180_without_prack_ends_the_call), cmocka_unit_test(prack_for_another_response_is_refused),
             cmocka_unit_test(prack_for_another_response_acknowledges_nothing),
             cmocka_unit_test(required_100rel_is_unsupported_when_it_is_off),
             cmocka_unit_test(required_100rel_makes_every_provisional_response_reliable),
             cmocka_unit_test(focus_is_recognised_by_its_contact_in_every_message))
