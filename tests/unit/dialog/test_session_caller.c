/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's side where the peer is more than one, or unlike us: forks, strange answers, bodies of several parts, retries. */
#include "core/dialog/session.h"

#include "core/mime/mime.h"
#include "core/sip/builder.h"
#include "lib/session_pair.h"
#include "lib/test.h"

#define MINUTE CF_SEC(60)

#define CONTACT "Contact: <sip:bob@192.0.2.2>\r\n"
#define RELIABLE CONTACT "Require: 100rel\r\nRSeq: 7\r\n"

/* A has called, and the INVITE waits at B for what the test answers. */
static void begin(struct session_pair *p, bool has_offer) {
    session_pair_init(p, 1);
    p->intercept = session_pair_keep_invite;
    session_pair_call(p, has_offer);
    session_pair_run_for(p, CF_MSEC(100));
    transcript_reset(&p->net.transcript);
}

static void reply(struct session_pair *p, unsigned status, const char *tag, const char *fields, bool has_answer) {
    session_pair_raw_reply(p, 1, p->raw_tx, status, tag, fields, has_answer);
}

static void first_200_of_several_forks_wins(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 180, "one", CONTACT, false);
    reply(&p, 180, "two", CONTACT, false);
    session_pair_run_for(&p, CF_MSEC(100));
    reply(&p, 200, "two", CONTACT, true);
    reply(&p, 200, "one", CONTACT, true);
    reply(&p, 200, "three", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    assert_str(cf_session_dialog(&p.sides[0].session)->remote_tag, CF_STR("two"));
    assert_int_equal(cf_session_state(&p.sides[0].session), CF_SESSION_STATE_CONFIRMED);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[100] B>A 180 INVITE 1\n"
                                     "[100] B>A 180 INVITE 1\n"
                                     "[110] A: PROVISIONAL 180\n"
                                     "[110] A: PROVISIONAL 180 fork 1\n"
                                     "[200] B>A 200 INVITE 1 +\n"
                                     "[200] B>A 200 INVITE 1 +\n"
                                     "[200] B>A 200 INVITE 1 +\n"
                                     "[210] A: ANSWERED 200\n"
                                     "[210] A: MEDIA\n"
                                     "[210] A>B ACK 1\n"
                                     "[210] A>B ACK 1\n"
                                     "[210] A>B BYE 2\n"
                                     "[210] A>B ACK 1\n"
                                     "[210] A>B BYE 2\n"
                                     "[220] B>A 200 BYE 2\n"
                                     "[220] B>A 200 BYE 2\n");
    session_pair_end(&p, 0);
    session_pair_run_for(&p, MINUTE);
    assert_true(p.sides[0].is_gone);
    session_pair_fini(&p);
}

static void copy_of_a_losing_200_is_acknowledged_again_but_hung_up_once(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 200, "one", CONTACT, true);
    reply(&p, 200, "two", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    reply(&p, 200, "two", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    transcript_is(&p.net.transcript, "[100] B>A 200 INVITE 1 +\n"
                                     "[100] B>A 200 INVITE 1 +\n"
                                     "[110] A: ANSWERED 200\n"
                                     "[110] A: MEDIA\n"
                                     "[110] A>B ACK 1\n"
                                     "[110] A>B ACK 1\n"
                                     "[110] A>B BYE 2\n"
                                     "[120] B>A 200 BYE 2\n"
                                     "[200] B>A 200 INVITE 1 +\n"
                                     "[210] A>B ACK 1\n");
    session_pair_fini(&p);
}

static void more_forks_than_the_limit_are_hung_up_too(void **state) {
    (void)state;
    struct session_pair p;
    char tag[16];
    begin(&p, true);
    for (unsigned i = 0; i < CF_SESSION_FORKS_MAX + 2; i++) {
        snprintf(tag, sizeof tag, "fork%u", i);
        reply(&p, 180, tag, CONTACT, false);
    }
    session_pair_run_for(&p, CF_MSEC(100));
    assert_int_equal(p.sides[0].counts[CF_SESSION_PROVISIONAL], CF_SESSION_FORKS_MAX + 2);
    reply(&p, 200, "fork3", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    transcript_reset(&p.net.transcript);
    reply(&p, 200, "fork9", CONTACT, true);
    reply(&p, 200, "fork99", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    transcript_is(&p.net.transcript, "[300] B>A 200 INVITE 1 +\n"
                                     "[300] B>A 200 INVITE 1 +\n"
                                     "[310] A>B ACK 1\n"
                                     "[310] A>B BYE 2\n"
                                     "[310] A>B ACK 1\n"
                                     "[310] A>B BYE 2\n"
                                     "[320] B>A 200 BYE 2\n"
                                     "[320] B>A 200 BYE 2\n");
    session_pair_fini(&p);
}

static void fork_beyond_the_limit_that_is_answered_first_wins(void **state) {
    (void)state;
    struct session_pair p;
    char tag[16];
    begin(&p, true);
    for (unsigned i = 0; i < CF_SESSION_FORKS_MAX; i++) {
        snprintf(tag, sizeof tag, "fork%u", i);
        reply(&p, 180, tag, CONTACT, false);
    }
    reply(&p, 200, "late", CONTACT, true);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(cf_session_state(&p.sides[0].session), CF_SESSION_STATE_CONFIRMED);
    assert_str(cf_session_dialog(&p.sides[0].session)->remote_tag, CF_STR("late"));
    session_pair_fini(&p);
}

static void each_fork_has_its_own_early_media(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 183, "one", RELIABLE, true);
    reply(&p, 183, "two", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    struct cf_negotiation *one = cf_session_negotiation(&p.sides[0].session, 0);
    struct cf_negotiation *two = cf_session_negotiation(&p.sides[0].session, 1);
    assert_int_equal(one->state, CF_NEGOTIATION_STABLE);
    assert_int_equal(two->state, CF_NEGOTIATION_SENT);
    assert_null(cf_session_negotiation(&p.sides[0].session, 2));
    reply(&p, 200, "two", CONTACT, true);
    session_pair_run_for(&p, CF_MSEC(100));
    assert_true(cf_negotiation_is_agreed(cf_session_negotiation(&p.sides[0].session, 0)));
    assert_null(cf_session_negotiation(&p.sides[0].session, 1));
    transcript_is(&p.net.transcript, "[100] B>A 183 INVITE 1 +\n"
                                     "[100] B>A 183 INVITE 1 +\n"
                                     "[110] A: PROVISIONAL 183\n"
                                     "[110] A: MEDIA\n"
                                     "[110] A>B PRACK 2\n"
                                     "[110] A: PROVISIONAL 183 fork 1\n"
                                     "[110] A: MEDIA fork 1 preview\n"
                                     "[120] B>A 200 PRACK 2\n"
                                     "[200] B>A 200 INVITE 1 +\n"
                                     "[210] A: ANSWERED 200\n"
                                     "[210] A: MEDIA\n"
                                     "[210] A>B ACK 1\n");
    session_pair_fini(&p);
}

/* RFC 3262 section 4 */
static void reliable_responses_count_only_in_order(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 180, "one", RELIABLE, false);
    session_pair_run_for(&p, CF_MSEC(100));
    reply(&p, 180, "one", RELIABLE, false);
    reply(&p, 182, "one", CONTACT "Require: 100rel\r\nRSeq: 9\r\n", false);
    session_pair_run_for(&p, CF_MSEC(100));
    reply(&p, 183, "one", CONTACT "Require: 100rel\r\nRSeq: 8\r\n", true);
    reply(&p, 183, "two", CONTACT "Require: 100rel\r\nRSeq: 1\r\n", true);
    session_pair_run_for(&p, CF_MSEC(100));
    transcript_is(&p.net.transcript, "[100] B>A 180 INVITE 1\n"
                                     "[110] A: PROVISIONAL 180\n"
                                     "[110] A>B PRACK 2\n"
                                     "[120] B>A 200 PRACK 2\n"
                                     "[200] B>A 180 INVITE 1\n"
                                     "[200] B>A 182 INVITE 1\n"
                                     "[300] B>A 183 INVITE 1 +\n"
                                     "[300] B>A 183 INVITE 1 +\n"
                                     "[310] A: PROVISIONAL 183\n"
                                     "[310] A: MEDIA\n"
                                     "[310] A>B PRACK 3\n"
                                     "[310] A: PROVISIONAL 183 fork 1\n"
                                     "[310] A: MEDIA fork 1\n"
                                     "[310] A>B PRACK 2\n"
                                     "[320] B>A 200 PRACK 3\n"
                                     "[320] B>A 200 PRACK 2\n");
    session_pair_fini(&p);
}

static void bye_for_one_fork_leaves_the_others(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 180, "one", CONTACT, false);
    reply(&p, 180, "two", CONTACT, false);
    session_pair_run_for(&p, CF_MSEC(100));
    struct session_pair_raw raw = {.method = "BYE", .from_tag = "one", .cseq = 1};
    session_pair_raw_request(&p, 0, &raw);
    raw.method = "UPDATE";
    raw.cseq = 2;
    session_pair_raw_request(&p, 0, &raw);
    raw.from_tag = "two";
    session_pair_raw_request(&p, 0, &raw);
    raw.from_tag = "three";
    session_pair_raw_request(&p, 0, &raw);
    assert_int_equal(cf_session_state(&p.sides[0].session), CF_SESSION_STATE_CALLING);
    transcript_is(&p.net.transcript, "[100] B>A 180 INVITE 1\n"
                                     "[100] B>A 180 INVITE 1\n"
                                     "[110] A: PROVISIONAL 180\n"
                                     "[110] A: PROVISIONAL 180 fork 1\n"
                                     "[200] A>B 200 BYE 1\n"
                                     "[200] A>B 481 UPDATE 2\n"
                                     "[200] A: REFRESHED\n"
                                     "[200] A>B 200 UPDATE 2\n"
                                     "[200] A>B 481 UPDATE 2\n");
    session_pair_fini(&p);
}

static void missing_answer_in_the_200_ends_the_call(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 200, "one", CONTACT, false);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[100] B>A 200 INVITE 1\n"
                                     "[110] A: ANSWERED 200\n"
                                     "[110] A: ENDED MEDIA\n"
                                     "[110] A>B ACK 1\n"
                                     "[110] A>B BYE 2\n"
                                     "[120] B>A 200 BYE 2\n"
                                     "[32110] A: GONE\n");
    session_pair_fini(&p);
}

static void missing_offer_in_the_200_ends_the_call(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, false);
    reply(&p, 200, "one", CONTACT, false);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_MEDIA);
    assert_true(p.sides[0].is_gone);
    session_pair_fini(&p);
}

static void answer_that_breaks_the_rules_ends_the_call(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 200, "one",
          CONTACT "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n" /* the rest is behind the end */, false);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_MEDIA);
    session_pair_fini(&p);
}

static void offer_in_the_200_with_nothing_in_common_is_hung_up(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[0].party.lines[0].is_refused = true;
    p.sides[0].party.lines[1].is_refused = true;
    p.is_failing = true; /* cf_session_describe() is to fail */
    session_pair_call(&p, false);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_MEDIA);
    assert_true(p.sides[0].is_gone && p.sides[1].is_gone);
    session_pair_fini(&p);
}

static void two_hundred_without_tag_ends_the_call(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 200, NULL, CONTACT, true);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_NO_DIALOG);
    session_pair_fini(&p);
}

static void redirection_is_told_with_its_contact(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    reply(&p, 302, "one", "Contact: <sip:focus@192.0.2.2;conf-id=X>;isfocus\r\n", false);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[100] B>A 302 INVITE 1\n"
                                     "[110] A>B ACK 1\n"
                                     "[110] A: ENDED REJECTED 302\n"
                                     "[110] A: GONE\n");
    session_pair_fini(&p);
}

/* RFC 4028 section 7.3 */
static void too_small_session_interval_is_raised(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[0].profile.session_expires_sec = 90;
    p.sides[1].profile.min_se_sec = 300;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    assert_int_equal(p.sides[0].session.timer.interval_sec, 300);
    assert_int_equal(p.sides[1].session.timer.interval_sec, 300);
    transcript_is(&p.net.transcript, "[0] A>B INVITE 1 +\n"
                                     "[10] B: ENDED REFUSED 422\n"
                                     "[10] B: GONE\n"
                                     "[10] B>A 422 INVITE 1\n"
                                     "[20] A>B ACK 1\n"
                                     "[20] A>B INVITE 2 +\n"
                                     "[30] B: INVITED offer\n"
                                     "[30] B: MEDIA\n"
                                     "[30] B>A 200 INVITE 2 +\n"
                                     "[40] A: ANSWERED 200\n"
                                     "[40] A: MEDIA\n"
                                     "[40] A>B ACK 2\n"
                                     "[50] B: ACKNOWLEDGED\n");
    session_pair_fini(&p);
}

static void endless_422_is_given_up(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p, true);
    static const char *const fields[] = {"Min-SE: 2000\r\n", "Min-SE: 3000\r\n", "Min-SE: 4000\r\n", "Min-SE: 5000\r\n"};
    for (size_t i = 0; i < 4; i++) {
        reply(&p, 422, "one", fields[i], false);
        session_pair_run_for(&p, CF_MSEC(100));
    }
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_REJECTED);
    assert_int_equal(p.sides[0].status, 422);
    session_pair_fini(&p);
}

static void parts_of_a_dial_out_arrive_beside_the_description(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.intercept = session_pair_keep_invite;
    struct cf_mime_part_out parts[] = {
        {.content_type = CF_STR("application/resource-lists+xml"),
         .disposition = CF_STR("recipient-list"),
         .body = CF_STR("<resource-lists/>")},
        {.content_type = CF_STR("message/sipfrag"), .body = CF_STR("From: <sip:organiser@example.org>\r\n")},
    };
    struct cf_session_call call = {.fields = CF_STR("Subject: Weekly\r\n"), .parts = parts, .part_count = 2};
    assert_ok(session_pair_try_call(&p, &call, true));
    sip_pair_run_for(&p.net, CF_MSEC(15));
    const struct cf_sip_message *invite = cf_endpoint_request_of(p.net.sides[1].ep, p.raw_tx);
    struct cf_mime_part part;
    assert_ok(cf_mime_find(invite, CF_STR("application/sdp"), CF_STR("session"), &part));
    assert_true(cf_str_starts(part.body, CF_STR("v=0\r\n")));
    assert_ok(cf_mime_find(invite, CF_STR("application/resource-lists+xml"), CF_STR("recipient-list"), &part));
    assert_str(part.body, CF_STR("<resource-lists/>"));
    assert_ok(cf_mime_find(invite, CF_STR("message/sipfrag"), CF_STR_NONE, &part));
    /* liblinphone 5.1 finds nothing behind another kind of boundary (tests/interop). */
    assert_true(cf_str_find_str(invite->body, CF_STR("------------")) == 0);
    assert_str(cf_sip_value(invite, CF_SIP_HEADER_SUBJECT), CF_STR("Weekly"));
    session_pair_fini(&p);
}

static void description_among_other_parts_is_found_by_the_callee(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    struct cf_mime_part_out part = {.content_type = CF_STR("application/resource-lists+xml"),
                                    .disposition = CF_STR("recipient-list"),
                                    .body = CF_STR("<resource-lists/>")};
    struct cf_session_call call = {.fields = CF_STR_NONE, .parts = &part, .part_count = 1};
    assert_ok(session_pair_try_call(&p, &call, true));
    session_pair_run_for(&p, CF_SEC(1));
    session_pair_assert_same(&p);
    session_pair_fini(&p);
}

static void too_many_parts_are_refused(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    struct cf_session_call call = {.fields = CF_STR_NONE, .part_count = CF_SESSION_PARTS_MAX + 1};
    assert_int_equal(session_pair_try_call(&p, &call, true), CF_ERR_LIMIT);
    session_pair_fini(&p);
}

static void call_to_nowhere_is_unreachable(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    session_pair_call(&p, true);
    cf_endpoint_on_unreachable(p.net.sides[0].ep, 0, &p.net.sides[1].addr, p.net.now);
    sip_pair_drain(&p.net);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_UNREACHABLE);
    session_pair_fini(&p);
}

CF_TEST_MAIN(cmocka_unit_test(first_200_of_several_forks_wins),
             cmocka_unit_test(copy_of_a_losing_200_is_acknowledged_again_but_hung_up_once),
             cmocka_unit_test(more_forks_than_the_limit_are_hung_up_too),
             cmocka_unit_test(fork_beyond_the_limit_that_is_answered_first_wins),
             cmocka_unit_test(each_fork_has_its_own_early_media), cmocka_unit_test(reliable_responses_count_only_in_order),
             cmocka_unit_test(bye_for_one_fork_leaves_the_others), cmocka_unit_test(missing_answer_in_the_200_ends_the_call),
             cmocka_unit_test(missing_offer_in_the_200_ends_the_call),
             cmocka_unit_test(answer_that_breaks_the_rules_ends_the_call),
             cmocka_unit_test(offer_in_the_200_with_nothing_in_common_is_hung_up),
             cmocka_unit_test(two_hundred_without_tag_ends_the_call), cmocka_unit_test(redirection_is_told_with_its_contact),
             cmocka_unit_test(too_small_session_interval_is_raised), cmocka_unit_test(endless_422_is_given_up),
             cmocka_unit_test(parts_of_a_dial_out_arrive_beside_the_description),
             cmocka_unit_test(description_among_other_parts_is_found_by_the_callee), cmocka_unit_test(too_many_parts_are_refused),
             cmocka_unit_test(call_to_nowhere_is_unreachable))
