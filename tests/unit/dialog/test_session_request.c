/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other requests inside the dialog, forged ones, requests out of order, Replaces, and what their failure does to the session. */
#include "core/dialog/session.h"

#include "core/sip/builder.h"
#include "lib/session_pair.h"
#include "lib/test.h"

#define MINUTE CF_SEC(60)

static void begin(struct session_pair *p) {
    session_pair_init(p, 1);
    session_pair_establish(p);
}

static uint32_t request(struct session_pair *p, unsigned side, enum cf_sip_method method) {
    uint32_t id = 0;
    struct cf_session_request request = {
        .method = method,
        .fields = CF_STR("Info-Package: dtmf\r\n"),
        .content_type = CF_STR("application/dtmf-relay"),
        .body = CF_STR("Signal=1\r\n"),
    };
    assert_ok(cf_session_request(&p->sides[side].session, &request, p->net.now, &id));
    session_pair_drain(p);
    return id;
}

static void requests_go_both_ways_and_several_at_a_time(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    uint32_t info = request(&p, 0, CF_SIP_METHOD_INFO);
    uint32_t message = request(&p, 0, CF_SIP_METHOD_MESSAGE);
    assert_true(info != message);
    request(&p, 1, CF_SIP_METHOD_REFER);
    session_pair_run_for(&p, CF_SEC(1));
    assert_int_equal(p.sides[0].last.kind, CF_SESSION_RESPONSE);
    assert_int_equal(p.sides[0].last.request, message);
    transcript_is(&p.net.transcript, "[500] A>B INFO 2 +\n"
                                     "[500] A>B MESSAGE 3 +\n"
                                     "[500] B>A REFER 1 +\n"
                                     "[510] B: REQUEST\n"
                                     "[510] B>A 200 INFO 2\n"
                                     "[510] B: REQUEST\n"
                                     "[510] B>A 200 MESSAGE 3\n"
                                     "[510] A: REQUEST\n"
                                     "[510] A>B 200 REFER 1\n"
                                     "[520] A: RESPONSE 200\n"
                                     "[520] A: RESPONSE 200\n"
                                     "[520] B: RESPONSE 200\n");
    session_pair_fini(&p);
}

static void too_many_requests_at_a_time_are_refused(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    struct cf_session_request info = {.method = CF_SIP_METHOD_INFO};
    uint32_t id = 99;
    for (size_t i = 0; i < CF_SESSION_REQUESTS_MAX; i++) {
        assert_ok(cf_session_request(&p.sides[0].session, &info, p.net.now, &id));
    }
    uint32_t last = id;
    assert_int_equal(cf_session_request(&p.sides[0].session, &info, p.net.now, &id), CF_ERR_LIMIT);
    assert_int_equal(id, last);
    session_pair_run_for(&p, CF_SEC(1));
    assert_ok(cf_session_request(&p.sides[0].session, &info, p.net.now, &id));
    session_pair_fini(&p);
}

static void requests_need_a_dialog(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = 0;
    session_pair_call(&p, true);
    struct cf_session_request info = {.method = CF_SIP_METHOD_INFO};
    uint32_t id;
    assert_int_equal(cf_session_request(&p.sides[0].session, &info, p.net.now, &id), CF_ERR_STATE);
    session_pair_fini(&p);
}

static void refused_request_leaves_the_session(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    p.sides[1].habits = 0;
    request(&p, 0, CF_SIP_METHOD_REFER);
    session_pair_run_for(&p, CF_MSEC(50));
    assert_ok(session_pair_respond(&p, 1, 403, false));
    session_pair_run_for(&p, CF_SEC(1));
    transcript_is(&p.net.transcript, "[500] A>B REFER 2 +\n"
                                     "[510] B: REQUEST\n"
                                     "[550] B>A 403 REFER 2\n"
                                     "[560] A: RESPONSE 403\n");
    session_pair_assert_same(&p);
    session_pair_fini(&p);
}

static void contact_goes_with_the_answer_to_refer_and_not_to_info(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    request(&p, 0, CF_SIP_METHOD_REFER);
    sip_pair_run_for(&p.net, CF_MSEC(10));
    assert_true(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nContact: ")) < p.net.last_bytes.len);
    session_pair_run_for(&p, CF_MSEC(50));
    request(&p, 0, CF_SIP_METHOD_INFO);
    sip_pair_run_for(&p.net, CF_MSEC(10));
    assert_int_equal(cf_str_find_str(p.net.last_bytes, CF_STR("\r\nContact: ")), p.net.last_bytes.len);
    session_pair_fini(&p);
}

static bool answer_everything_of_a_with_481(struct session_pair *pair, unsigned side, const struct cf_endpoint_event *event) {
    bool is_it = side == 1 && event->kind == CF_ENDPOINT_REQUEST;
    if (is_it) {
        session_pair_raw_reply(pair, side, event->tx, 481, NULL, NULL, false);
    }
    return is_it;
}

/* RFC 3261 section 12.2.1.2 */
static void info_answered_with_481_ends_the_session(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    p.intercept = answer_everything_of_a_with_481;
    request(&p, 0, CF_SIP_METHOD_INFO);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[500] A>B INFO 2 +\n"
                                     "[510] B>A 481 INFO 2\n"
                                     "[520] A: RESPONSE 481\n"
                                     "[520] A: ENDED NO_DIALOG 481\n"
                                     "[520] A>B BYE 3\n"
                                     "[530] B>A 481 BYE 3\n"
                                     "[32020] A: GONE\n");
    session_pair_fini(&p);
}

/* RFC 5057 section 5.1: a subscription that is gone does not take the session with it. */
static void notify_answered_with_481_does_not(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    p.intercept = answer_everything_of_a_with_481;
    request(&p, 0, CF_SIP_METHOD_NOTIFY);
    session_pair_run_for(&p, CF_SEC(1));
    assert_int_equal(cf_session_state(&p.sides[0].session), CF_SESSION_STATE_CONFIRMED);
    assert_int_equal(p.sides[0].last.status, 481);
    session_pair_fini(&p);
}

static void reinvite_answered_with_481_ends_the_session(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    p.intercept = answer_everything_of_a_with_481;
    assert_ok(session_pair_modify(&p, 0, CF_SESSION_MODIFY_OFFER));
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_NO_DIALOG);
    assert_true(p.sides[0].is_gone);
    session_pair_fini(&p);
}

static void unanswered_request_ends_the_session(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    sip_pair_lose(&p.net, 0, "INFO", 100);
    p.net.is_silent = true;
    request(&p, 0, CF_SIP_METHOD_INFO);
    session_pair_run_for(&p, MINUTE);
    transcript_is(&p.net.transcript, "[32500] A: RESPONSE 408\n"
                                     "[32500] A: ENDED TIMEOUT 408\n"
                                     "[32510] B: ENDED BYE\n"
                                     "[32510] B: GONE\n"
                                     "[32520] A: GONE\n");
    session_pair_fini(&p);
}

/* attacks.md T19: nothing happens to the session unless Call-ID and both tags are right. */
static void forged_requests_are_answered_with_481_and_change_nothing(void **state) {
    (void)state;
    static const char *const methods[] = {"BYE", "INVITE", "UPDATE", "INFO", "REFER", "PRACK", "MESSAGE"};
    struct session_pair p;
    begin(&p);
    struct cf_str target = cf_session_dialog(&p.sides[1].session)->target;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct session_pair_raw raw = {
            .method = methods[i], .cseq = 100, .source = "192.0.2.66:5060", .fields = "Contact: <sip:evil@192.0.2.66>\r\n"};
        raw.call_id = "guessed";
        session_pair_raw_request(&p, 1, &raw);
        raw.call_id = NULL;
        raw.from_tag = "guessed";
        session_pair_raw_request(&p, 1, &raw);
        raw.from_tag = NULL;
        raw.to_tag = "guessed-guessed-";
        session_pair_raw_request(&p, 1, &raw);
    }
    assert_int_equal(p.sides[1].counts[CF_SESSION_REQUEST], 0);
    assert_int_equal(cf_session_state(&p.sides[1].session), CF_SESSION_STATE_CONFIRMED);
    assert_str(cf_session_dialog(&p.sides[1].session)->target, target);
    /* And the real one still gets through, with a number that is smaller than the forged ones. */
    session_pair_end(&p, 0);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[1].cause, CF_SESSION_CAUSE_BYE);
    session_pair_fini(&p);
}

static void forged_ack_does_not_stop_the_200(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    sip_pair_lose(&p.net, 0, "ACK", 1);
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(100));
    struct session_pair_raw raw = {.method = "ACK", .cseq = 1, .from_tag = "guessed"};
    session_pair_raw_request(&p, 1, &raw);
    raw.from_tag = NULL;
    raw.cseq = 2;
    session_pair_raw_request(&p, 1, &raw);
    assert_int_equal(p.sides[1].counts[CF_SESSION_ACKNOWLEDGED], 0);
    session_pair_run_for(&p, CF_SEC(1));
    assert_int_equal(p.sides[1].counts[CF_SESSION_ACKNOWLEDGED], 1);
    session_pair_fini(&p);
}

/* RFC 3261 section 12.2.2 */
static void request_with_a_lower_cseq_gets_500(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    request(&p, 0, CF_SIP_METHOD_INFO);
    session_pair_run_for(&p, CF_SEC(1));
    transcript_reset(&p.net.transcript);
    struct session_pair_raw raw = {.method = "BYE", .cseq = 1};
    session_pair_raw_request(&p, 1, &raw);
    raw.cseq = 1000; /* gaps are allowed */
    session_pair_raw_request(&p, 1, &raw);
    transcript_is(&p.net.transcript, "[1500] B>A 500 BYE 1\n"
                                     "[1500] B: ENDED BYE\n"
                                     "[1500] B: GONE\n"
                                     "[1500] B>A 200 BYE 1000\n");
    session_pair_fini(&p);
}

/* RFC 5626: the way back is the way it came, and a phone that moves takes it along. */
static void requests_follow_the_peer_to_its_new_address(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    struct session_pair_raw raw = {
        .method = "UPDATE", .source = "192.0.2.77:1234", .fields = "Contact: <sip:a@192.0.2.99:9>\r\n"};
    session_pair_raw_request(&p, 1, &raw);
    transcript_reset(&p.net.transcript);
    struct cf_flow_info info;
    assert_true(cf_endpoint_flow_info(p.net.sides[1].ep, cf_session_dialog(&p.sides[1].session)->flow, &info));
    struct cf_addr moved;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.77:1234"), &moved));
    assert_true(cf_addr_eq(&info.remote, &moved));
    assert_str(cf_session_dialog(&p.sides[1].session)->target, CF_STR("sip:a@192.0.2.99:9"));
    session_pair_fini(&p);
}

static void closed_flow_leaves_the_uri(void **state) {
    (void)state;
    struct session_pair p;
    begin(&p);
    struct cf_flow_id flow = cf_session_dialog(&p.sides[1].session)->flow;
    assert_true(cf_flow_id_is_set(flow));
    struct cf_endpoint_event closed = {.kind = CF_ENDPOINT_FLOW_CLOSED, .flow = flow};
    cf_session_on_event(&p.sides[1].session, &closed, p.net.now);
    assert_false(cf_flow_id_is_set(cf_session_dialog(&p.sides[1].session)->flow));
    session_pair_end(&p, 1);
    session_pair_run_for(&p, MINUTE);
    assert_int_equal(p.sides[0].cause, CF_SESSION_CAUSE_BYE);
    session_pair_fini(&p);
}

/* RFC 3891 section 3 */
static void replaces_is_judged_by_state_and_tags(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.sides[1].habits = SESSION_HABIT_RING;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(100));
    const struct cf_dialog *dialog = cf_session_dialog(&p.sides[1].session);
    struct cf_sip_dialog_ref ref = {.call_id = dialog->call_id, .to_tag = dialog->local_tag, .from_tag = dialog->remote_tag};
    assert_int_equal(cf_session_replaces_status(&p.sides[1].session, &ref), 481); /* early, and begun by the peer */
    p.sides[1].habits = SESSION_HABITS;
    assert_ok(session_pair_respond(&p, 1, 200, true));
    session_pair_run_for(&p, CF_MSEC(100));
    assert_int_equal(cf_session_replaces_status(&p.sides[1].session, &ref), 0);
    ref.is_early_only = true;
    assert_int_equal(cf_session_replaces_status(&p.sides[1].session, &ref), 486);
    ref.is_early_only = false;
    ref.from_tag = CF_STR("guessed");
    assert_int_equal(cf_session_replaces_status(&p.sides[1].session, &ref), 481);
    ref.from_tag = dialog->remote_tag;
    ref.call_id = CF_STR("guessed");
    assert_int_equal(cf_session_replaces_status(&p.sides[1].session, &ref), 481);
    ref.call_id = dialog->call_id;
    sip_pair_lose(&p.net, 1, "BYE", 100);
    session_pair_end(&p, 1);
    assert_int_equal(cf_session_replaces_status(&p.sides[1].session, &ref), 603);
    session_pair_fini(&p);
}

static void early_call_of_ours_may_be_replaced(void **state) {
    (void)state;
    struct session_pair p;
    session_pair_init(&p, 1);
    p.intercept = session_pair_keep_invite;
    session_pair_call(&p, true);
    session_pair_run_for(&p, CF_MSEC(50));
    session_pair_raw_reply(&p, 1, p.raw_tx, 180, "one", "Contact: <sip:b@192.0.2.2>\r\n", false);
    session_pair_raw_reply(&p, 1, p.raw_tx, 180, "two", "Contact: <sip:b@192.0.2.2>\r\n", false);
    session_pair_run_for(&p, CF_MSEC(50));
    const struct cf_dialog *dialog = cf_session_dialog(&p.sides[0].session);
    struct cf_sip_dialog_ref ref = {
        .call_id = dialog->call_id, .to_tag = dialog->local_tag, .from_tag = CF_STR("two"), .is_early_only = true};
    assert_int_equal(cf_session_replaces_status(&p.sides[0].session, &ref), 0);
    ref.from_tag = CF_STR("three");
    assert_int_equal(cf_session_replaces_status(&p.sides[0].session, &ref), 481);
    session_pair_fini(&p);
}

CF_TEST_MAIN(cmocka_unit_test(requests_go_both_ways_and_several_at_a_time),
             cmocka_unit_test(too_many_requests_at_a_time_are_refused), cmocka_unit_test(requests_need_a_dialog),
             cmocka_unit_test(refused_request_leaves_the_session),
             cmocka_unit_test(contact_goes_with_the_answer_to_refer_and_not_to_info),
             cmocka_unit_test(info_answered_with_481_ends_the_session), cmocka_unit_test(notify_answered_with_481_does_not),
             cmocka_unit_test(reinvite_answered_with_481_ends_the_session), cmocka_unit_test(unanswered_request_ends_the_session),
             cmocka_unit_test(forged_requests_are_answered_with_481_and_change_nothing),
             cmocka_unit_test(forged_ack_does_not_stop_the_200), cmocka_unit_test(request_with_a_lower_cseq_gets_500),
             cmocka_unit_test(requests_follow_the_peer_to_its_new_address), cmocka_unit_test(closed_flow_leaves_the_uri),
             cmocka_unit_test(replaces_is_judged_by_state_and_tags), cmocka_unit_test(early_call_of_ours_may_be_replaced))
