/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proxy inside of a node: forking, the best answer, CANCEL, Timer C, dialogs by token, phones that moved. */
#include "core/proxy/proxy.h"

#include "lib/node_alone.h"
#include "lib/test.h"

#define ALICE "198.51.100.1:5060"
#define BOB1 "198.51.100.2:5060"
#define BOB2 "198.51.100.3:5060"
#define CAROL "198.51.100.4:5060"

static struct node_alone f;
static struct sip_text at_bob1; /* the INVITE as it came to the first device */
static struct sip_text at_bob2;

static int begin(void **state) {
    (void)state;
    node_begin(&f);
    node_register(&f, "bob", BOB1);
    node_register(&f, "bob", BOB2);
    node_register(&f, "alice", ALICE);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

static const struct node_request invite = {
    .method = "INVITE", .uri = "sip:bob@example.org", .fields = "Contact: <sip:alice@" ALICE ">\r\n", .call_id = "call"};

/* Status of the last answer to Alice since the last node_clear(); 0: none. */
static unsigned told(void) {
    const struct cf_sip_message *message = node_last_to(&f, ALICE);
    return message == NULL || message->is_request ? 0 : message->status;
}

static enum cf_sip_method asked(const char *phone) {
    const struct cf_sip_message *message = node_last_to(&f, phone);
    return message != NULL && message->is_request ? message->method : CF_SIP_METHOD_OTHER;
}

static void call(void) {
    unsigned status = node_ask(&f, ALICE, &invite);
    assert_int_equal(status, 0);
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_INVITE);
    assert_int_equal(asked(BOB2), CF_SIP_METHOD_INVITE);
    sip_text_copy(&at_bob1, node_last_to(&f, BOB1)->raw);
    sip_text_copy(&at_bob2, node_last_to(&f, BOB2)->raw);
    node_clear(&f);
}

static void answers(const char *phone, unsigned status, const char *fields) {
    static struct sip_text text;
    bool is_first = strcmp(phone, BOB1) == 0;
    node_datagram(&f, phone,
                  sip_response(&text, sip_parse(is_first ? at_bob1.text : at_bob2.text), status, is_first ? "b1" : "b2", fields));
}

static void forks_to_all_devices_at_once(void **state) {
    (void)state;
    call();
    const struct cf_sip_message *invited = sip_parse(at_bob1.text);
    assert_str(invited->request_uri.text, CF_STR("sip:bob@" BOB1));
    assert_int_equal(invited->max_forwards, 69);
    assert_true(cf_str_starts(cf_sip_value(invited, CF_SIP_HEADER_RECORD_ROUTE), CF_STR("<sip:ft")));
    assert_null(cf_sip_value(invited, CF_SIP_HEADER_PROXY_AUTHORIZATION).at);
    answers(BOB1, 180, NULL);
    assert_int_equal(told(), 180);
    assert_str(node_last_to(&f, ALICE)->to_tag, CF_STR("b1"));
    answers(BOB2, 183, NULL);
    assert_int_equal(told(), 183);
}

static void the_first_to_answer_gets_the_call(void **state) {
    (void)state;
    call();
    answers(BOB1, 180, NULL);
    answers(BOB2, 180, NULL);
    answers(BOB2, 200, NULL);
    assert_int_equal(told(), 200);
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_CANCEL);
    node_answer(&f, BOB1, 200, "b1", NULL);
    node_clear(&f);
    answers(BOB1, 487, NULL);
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_ACK);
    assert_int_equal(told(), 0);
}

/* RFC 3261 section 16.7 step 10: a 2xx that crossed the CANCEL goes to the caller too, who hangs it up. */
static void a_second_2xx_is_passed_on(void **state) {
    (void)state;
    call();
    answers(BOB1, 180, NULL);
    answers(BOB2, 200, NULL);
    node_clear(&f);
    answers(BOB1, 200, NULL);
    assert_int_equal(told(), 200);
    assert_str(node_last_to(&f, ALICE)->to_tag, CF_STR("b1"));
}

static void the_best_refusal_is_told_once_all_have_refused(void **state) {
    (void)state;
    call();
    answers(BOB1, 503, NULL);
    assert_int_equal(told(), 0);
    answers(BOB2, 486, "X-Why: busy\r\n");
    assert_int_equal(told(), 486);
    assert_non_null(cf_sip_field_named(node_last_to(&f, ALICE), CF_STR("X-Why")));
    assert_int_equal(asked(BOB2), CF_SIP_METHOD_ACK);
}

static void a_503_of_a_phone_is_not_the_servers(void **state) {
    (void)state;
    call();
    answers(BOB1, 503, NULL);
    answers(BOB2, 503, NULL);
    assert_int_equal(told(), 500);
}

static void a_6xx_ends_it_for_all(void **state) {
    (void)state;
    call();
    answers(BOB2, 180, NULL);
    answers(BOB1, 603, NULL);
    assert_int_equal(asked(BOB2), CF_SIP_METHOD_CANCEL);
    assert_int_equal(told(), 180);
    answers(BOB2, 487, NULL);
    assert_int_equal(told(), 603);
}

static void the_callers_cancel_reaches_all(void **state) {
    (void)state;
    static struct sip_text text;
    struct node_request cancel = {.method = "CANCEL", .uri = "sip:bob@example.org", .call_id = "call"};
    call();
    answers(BOB1, 180, NULL);
    answers(BOB2, 180, NULL);
    char branch[20];
    snprintf(branch, sizeof branch, "%u", f.branch);
    cancel.branch = branch;
    cancel.cseq = f.branch;
    node_clear(&f);
    node_datagram(&f, ALICE, node_text(&f, &text, "UDP " ALICE, &cancel));
    assert_int_equal(told(), 200);
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_CANCEL);
    assert_int_equal(asked(BOB2), CF_SIP_METHOD_CANCEL);
    answers(BOB1, 487, NULL);
    answers(BOB2, 487, NULL);
    assert_int_equal(told(), 487);
}

/* Timer C, and phones that never say anything. */
static void nobody_rings_for_ever(void **state) {
    (void)state;
    call();
    answers(BOB1, 180, NULL);
    node_run_until(&f, f.now + CF_SEC(40));
    assert_int_equal(told(), 180);
    node_run_until(&f, f.now + CF_SEC(141));
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_CANCEL);
    node_run_until(&f, f.now + CF_SEC(40));
    assert_int_equal(told(), 408);
}

/* RFC 3261 section 16.7 step 2: a phone that says every minute that it rings is let ring. */
static void a_sign_of_life_keeps_it_ringing(void **state) {
    (void)state;
    call();
    for (unsigned i = 0; i < 6; i++) {
        answers(BOB1, 180, NULL);
        node_run_until(&f, f.now + CF_SEC(60));
    }
    assert_int_equal(told(), 180);
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_OTHER);
    node_run_until(&f, f.now + CF_SEC(121));
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_CANCEL);
}

/* RFC 3261 section 16.7 step 7: the caller learns of all who want credentials, in one answer. */
static void challenges_are_put_together(void **state) {
    (void)state;
    call();
    answers(BOB1, 401, "WWW-Authenticate: Digest realm=\"one\", nonce=\"1\"\r\n");
    assert_int_equal(told(), 0);
    answers(
        BOB2, 407,
        "Proxy-Authenticate: Digest realm=\"two\", nonce=\"2\"\r\nProxy-Authenticate: Digest realm=\"three\", nonce=\"3\"\r\n");
    assert_int_equal(told(), 401);
    struct cf_str raw = node_last_to(&f, ALICE)->raw;
    static const char *const realms[] = {"realm=\"one\"", "realm=\"two\"", "realm=\"three\""};
    for (size_t i = 0; i < sizeof realms / sizeof *realms; i++) {
        assert_true(cf_str_find_str(raw, cf_str_of(realms[i])) < raw.len);
    }
}

/* RFC 4320 section 4.2: nobody is told 408 about a request that is no INVITE, neither ours nor a phone's. */
static void silence_is_passed_on_as_silence(void **state) {
    (void)state;
    static struct sip_text text;
    struct node_request options = {.method = "OPTIONS", .uri = "sip:bob@example.org"};
    (void)node_ask(&f, ALICE, &options);
    assert_int_equal(asked(BOB1), CF_SIP_METHOD_OPTIONS);
    node_run_until(&f, f.now + CF_SEC(100));
    assert_int_equal(told(), 0);
    (void)node_ask(&f, ALICE, &options);
    sip_text_copy(&at_bob1, node_last_to(&f, BOB1)->raw);
    sip_text_copy(&at_bob2, node_last_to(&f, BOB2)->raw);
    node_datagram(&f, BOB1, sip_response(&text, sip_parse(at_bob1.text), 408, "b1", NULL));
    node_datagram(&f, BOB2, sip_response(&text, sip_parse(at_bob2.text), 408, "b2", NULL));
    node_run_until(&f, f.now + CF_SEC(100));
    assert_int_equal(told(), 0);
}

static void silent_phones_are_a_timeout(void **state) {
    (void)state;
    call();
    node_run_until(&f, f.now + CF_SEC(33));
    assert_int_equal(told(), 408);
}

/* --- dialogs --- */

/* The call is up with the second device; requests inside of it go by the token. */
static const char *answered(void) {
    static char route[600];
    call();
    answers(BOB1, 486, NULL);
    answers(BOB2, 200, NULL);
    struct cf_str value = cf_sip_value(node_last_to(&f, ALICE), CF_SIP_HEADER_RECORD_ROUTE);
    if (value.len == 0) {
        value = cf_sip_value(sip_parse(at_bob2.text), CF_SIP_HEADER_RECORD_ROUTE);
    }
    snprintf(route, sizeof route, "Route: %.*s\r\n", CF_STR_ARG(value));
    return route;
}

static void a_dialog_goes_by_its_token_without_credentials(void **state) {
    (void)state;
    struct node_request request = {.method = "ACK", .uri = "sip:bob@" BOB2, .to_tag = "b2", .call_id = "call"};
    request.fields = answered();
    (void)node_send(&f, ALICE, &request);
    assert_int_equal(asked(BOB2), CF_SIP_METHOD_ACK);
    assert_null(cf_sip_value(node_last_to(&f, BOB2), CF_SIP_HEADER_ROUTE).at);
    request.method = "BYE";
    request.user = "bob";
    request.uri = "sip:alice@" ALICE;
    request.from_tag = "b2";
    request.to_tag = "ft";
    assert_int_equal(node_send(&f, BOB2, &request), 0);
    assert_int_equal(asked(ALICE), CF_SIP_METHOD_BYE);
    node_answer(&f, ALICE, 200, NULL, NULL);
    assert_int_equal(node_last_to(&f, BOB2)->status, 200);
}

static void a_made_up_token_leads_nowhere(void **state) {
    (void)state;
    char fields[700];
    struct node_request request = {.method = "BYE", .uri = "sip:bob@" BOB2, .to_tag = "b2", .call_id = "call", .fields = fields};
    snprintf(fields, sizeof fields, "%s", answered());
    char *token = strstr(fields, "ft");
    assert_non_null(token);
    token[5] = token[5] == '0' ? '1' : '0';
    assert_int_equal(node_send(&f, ALICE, &request), 481);
    assert_null(node_last_to(&f, BOB2));
}

/* Not in another dialog either. */
static void a_token_leads_nowhere_else(void **state) {
    (void)state;
    struct node_request request = {
        .method = "BYE", .uri = "sip:bob@" BOB2, .to_tag = "b2", .call_id = "c2", .fields = answered()};
    assert_int_equal(node_send(&f, ALICE, &request), 481);
    request.call_id = "call";
    request.from_tag = "other";
    assert_int_equal(node_send(&f, ALICE, &request), 481);
    assert_null(node_last_to(&f, BOB2));
}

/* T14, T22: who has a token from a call of his own can't begin another one with it, in whose name ever. */
static void a_token_lets_nobody_in_outside_of_dialogs(void **state) {
    (void)state;
    struct node_request request = {.method = "INVITE", .user = "carol", .uri = "sip:bob@example.org", .call_id = "c2"};
    request.fields = answered();
    assert_int_equal(node_send(&f, ALICE, &request), 407);
    assert_null(node_last_to(&f, BOB2));
    request.method = "MESSAGE";
    assert_int_equal(node_send(&f, CAROL, &request), 407);
}

static void a_phone_that_moved_is_found_by_its_gruu(void **state) {
    (void)state;
    const char *before = "Contact: <sip:bob@" BOB2 ">;+sip.instance=\"<urn:uuid:b>\"\r\n";
    const char *after = "Contact: <sip:bob@" CAROL ">;+sip.instance=\"<urn:uuid:b>\"\r\n";
    assert_int_equal(node_ask(&f, BOB2, &(struct node_request){.user = "bob", .fields = before}), 200);
    struct node_request request = {
        .method = "BYE", .uri = "sip:bob@example.org;gr=urn:uuid:b", .to_tag = "b2", .call_id = "call", .fields = answered()};
    char route[600];
    snprintf(route, sizeof route, "%s", request.fields);
    request.fields = route;
    assert_int_equal(node_ask(&f, CAROL, &(struct node_request){.user = "bob", .fields = after}), 200);
    (void)node_send(&f, ALICE, &request);
    assert_int_equal(asked(CAROL), CF_SIP_METHOD_BYE);
    assert_str(node_last_to(&f, CAROL)->request_uri.text, CF_STR("sip:bob@" CAROL));
}

#define CAROLS_CONTACT "sip:carol@10.0.0.5;transport=tcp"

/* Carol has a phone behind a NAT that has neither GRUU nor outbound. */
static struct cf_flow_id carol_comes(const char *fields) {
    struct cf_flow_id flow = node_accept(&f, 1, "198.51.100.9:4000");
    assert_int_equal(node_ask_over(&f, flow, &(struct node_request){.user = "carol", .fields = fields}), 200);
    return flow;
}

/* Alice calls her. The Route of the dialog. */
static const char *carol_is_called(struct cf_flow_id flow) {
    static char route[600];
    (void)node_ask(&f, ALICE, &(struct node_request){.method = "INVITE", .uri = "sip:carol@example.org", .call_id = "c3"});
    const struct cf_sip_message *at_carol = node_last_over(&f, flow);
    assert_non_null(at_carol);
    struct cf_str record = cf_sip_value(at_carol, CF_SIP_HEADER_RECORD_ROUTE);
    /* Two ways, two transports: two values. */
    assert_true(cf_str_find(record, ',') < record.len);
    snprintf(route, sizeof route, "Route: %.*s\r\n", CF_STR_ARG(record));
    return route;
}

static struct node_request bye_to_carol(const char *route) {
    return (struct node_request){
        .method = "BYE", .uri = CAROLS_CONTACT, .to = "sip:carol@example.org", .to_tag = "c", .call_id = "c3", .fields = route};
}

/* Who has registered a flow has no other (RFC 5626 section 5.3.1). */
static void a_connection_that_is_gone_ends_the_way(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_comes("Contact: <" CAROLS_CONTACT ">;+sip.instance=\"<urn:uuid:c>\";reg-id=1\r\n"
                                         "Supported: outbound\r\n");
    struct node_request bye = bye_to_carol(carol_is_called(flow));
    node_close(&f, flow);
    assert_int_equal(node_send(&f, ALICE, &bye), 430);
}

#define OUTBOUND(n) "Supported: outbound\r\nContact: <" CAROLS_CONTACT ">;+sip.instance=\"<urn:uuid:c>\";reg-id=" n "\r\n"
#define CAROLS_GRUU "sip:carol@example.org;gr=urn:uuid:c"

static void says_over(struct cf_flow_id flow, unsigned status) {
    static struct sip_text text;
    struct sip_text request;
    sip_text_copy(&request, node_last_over(&f, flow)->raw);
    node_bytes(&f, flow, sip_response(&text, sip_parse(request.text), status, "c", NULL));
}

/* RFC 5626 section 5.3.1: 430 of a proxy on the way keeps the dialog, which 480 would end. */
static void a_430_inside_of_a_dialog_stays_one(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_comes("Contact: <" CAROLS_CONTACT ">\r\n");
    struct node_request bye = bye_to_carol(carol_is_called(flow));
    assert_int_equal(node_send(&f, ALICE, &bye), 0);
    says_over(flow, 430);
    assert_int_equal(told(), 430);
}

/* RFC 5627 section 6: inside of a dialog as well a GRUU is the device, over any flow, with the Route of the dialog. */
static void a_gruu_inside_of_a_dialog_is_reached_over_any_flow(void **state) {
    (void)state;
    struct cf_flow_id first = carol_comes(OUTBOUND("1"));
    struct cf_flow_id second = carol_comes(OUTBOUND("2"));
    struct node_request bye = bye_to_carol(carol_is_called(second));
    bye.uri = CAROLS_GRUU;
    assert_int_equal(node_send(&f, ALICE, &bye), 0);
    says_over(second, 430);
    assert_int_equal(told(), 0);
    const struct cf_sip_message *at_carol = node_last_over(&f, first);
    assert_non_null(at_carol);
    assert_int_equal(at_carol->method, CF_SIP_METHOD_BYE);
    assert_str(at_carol->request_uri.text, CF_STR(CAROLS_CONTACT));
    assert_null(cf_sip_value(at_carol, CF_SIP_HEADER_ROUTE).at);
    assert_null(cf_sip_value(at_carol, CF_SIP_HEADER_RECORD_ROUTE).at);
    says_over(first, 430);
    assert_int_equal(told(), 430);
}

/* The device is there, which 430 would deny, but not as a sips URI wants (RFC 5630 section 5.3). */
static void a_way_that_is_not_safe_enough_is_no_lost_flow(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_comes(OUTBOUND("1"));
    struct node_request bye = bye_to_carol(carol_is_called(flow));
    struct cf_flow_id alice = node_accept(&f, 2, "198.51.100.1:4003");
    static struct sip_text text;
    bye.uri = "sips:carol@example.org;gr=urn:uuid:c";
    node_clear(&f);
    node_bytes(&f, alice, node_text(&f, &text, "TLS " ALICE, &bye));
    const struct cf_sip_message *answer = node_last_over(&f, alice);
    assert_non_null(answer);
    assert_int_equal(answer->status, 480);
    assert_non_null(cf_sip_value(answer, CF_SIP_HEADER_WARNING).at);
}

static void a_phone_that_connected_again_is_found_by_its_contact(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_comes("Contact: <" CAROLS_CONTACT ">\r\n");
    struct node_request bye = bye_to_carol(carol_is_called(flow));
    node_close(&f, flow);
    flow = carol_comes("Contact: <" CAROLS_CONTACT ">\r\n");
    assert_int_equal(node_send(&f, ALICE, &bye), 0);
    const struct cf_sip_message *at_carol = node_last_over(&f, flow);
    assert_non_null(at_carol);
    assert_int_equal(at_carol->method, CF_SIP_METHOD_BYE);
    assert_str(at_carol->request_uri.text, CF_STR(CAROLS_CONTACT));
    assert_null(cf_sip_value(at_carol, CF_SIP_HEADER_ROUTE).at);
    /* Only as what he is called as: somebody else's phone with the same address of a private network is not meant. */
    bye.to = "sip:bob@example.org";
    bye.to_tag = "c";
    node_close(&f, flow);
    assert_int_equal(node_send(&f, ALICE, &bye), 430);
}

/* Before it has registered again: the connection that a request comes over says nothing about where it goes. */
static void either_end_may_send_over_a_new_connection(void **state) {
    (void)state;
    static struct sip_text text;
    struct cf_flow_id flow = carol_comes("Contact: <" CAROLS_CONTACT ">\r\n");
    struct node_request bye = bye_to_carol(carol_is_called(flow));
    struct cf_flow_id again = node_accept(&f, 1, "198.51.100.1:4001");
    node_clear(&f);
    node_bytes(&f, again, node_text(&f, &text, "TCP " ALICE, &bye));
    assert_non_null(node_last_over(&f, flow));
    assert_int_equal(node_last_over(&f, flow)->method, CF_SIP_METHOD_BYE);
    assert_null(node_last_to(&f, ALICE));
    struct node_request back = bye;
    back.user = "carol";
    back.uri = "sip:alice@" ALICE;
    back.to = "sip:alice@example.org";
    back.from_tag = "c";
    back.to_tag = "ft";
    node_close(&f, flow);
    again = node_accept(&f, 1, "198.51.100.9:4002");
    node_clear(&f);
    node_bytes(&f, again, node_text(&f, &text, "TCP 10.0.0.5:5060", &back));
    assert_int_equal(asked(ALICE), CF_SIP_METHOD_BYE);
}

static void hops_end(void **state) {
    (void)state;
    static struct sip_text text;
    struct sip_text again;
    (void)node_ask(&f, ALICE, &invite);
    /* The request as it was let in, with no hops left and as another transaction. */
    node_text(&f, &text, "UDP " ALICE, &(struct node_request){.method = "OPTIONS", .uri = "sip:bob@example.org", .call_id = "o"});
    size_t at = cf_str_find_str(text.text, CF_STR("Max-Forwards: 70"));
    snprintf(again.buffer, sizeof again.buffer, "%.*sMax-Forwards: 0%.*s", (int)at, text.text.at, (int)(text.text.len - at - 16),
             text.text.at + at + 16);
    node_clear(&f);
    node_datagram(&f, ALICE, cf_str_of(again.buffer));
    /* It is asked who he is first; 483 would tell strangers who is registered. */
    assert_int_equal(told(), 407);
}

/* RFC 3261 section 16.3 step 3: whoever is known, here by his dialog, is told that his request has gone far enough. */
static void no_hops_left_is_483(void **state) {
    (void)state;
    static struct sip_text text;
    struct node_request request = {.method = "BYE", .uri = "sip:bob@" BOB2, .to_tag = "b2", .call_id = "call"};
    request.fields = answered();
    for (int hops = 0; hops < 2; hops++) {
        char again[3000];
        request.branch = hops == 0 ? "none" : "one";
        node_text(&f, &text, "UDP " ALICE, &request);
        size_t at = cf_str_find_str(text.text, CF_STR("Max-Forwards: 70"));
        assert_true(at < text.text.len);
        int len = snprintf(again, sizeof again, "%.*sMax-Forwards: %d%.*s", (int)at, text.text.at, hops,
                           (int)(text.text.len - at - 16), text.text.at + at + 16);
        assert_true(len > 0 && (size_t)len < sizeof again);
        node_clear(&f);
        node_datagram(&f, ALICE, cf_str_of(again));
        assert_int_equal(told(), hops == 0 ? 483 : 0);
        assert_int_equal(asked(BOB2), hops == 0 ? CF_SIP_METHOD_OTHER : CF_SIP_METHOD_BYE);
    }
}

/* RFC 3261 section 16.7 step 5: a 100 is for the next hop only. */
static void a_100_is_not_passed_on(void **state) {
    (void)state;
    call();
    answers(BOB1, 100, NULL);
    assert_int_equal(told(), 0);
    answers(BOB1, 180, NULL);
    assert_int_equal(told(), 180);
}

/* Whatever allocation fails while a call is set up: the caller is told something, or asks again, and nothing is lost. */
static void survives_want_of_memory(void **state) {
    (void)state;
    size_t first = f.mem.count;
    call();
    size_t used = f.mem.count - first;
    for (size_t n = 0; n < used; n++) {
        struct node_request another = invite;
        char call_id[30];
        snprintf(call_id, sizeof call_id, "n%zu", n);
        another.call_id = call_id;
        f.mem.fail_at = f.mem.count + n;
        (void)node_ask(&f, ALICE, &another);
        f.mem.fail_at = SIZE_MAX;
        node_run_until(&f, f.now + CF_SEC(200));
    }
    node_register(&f, "bob", BOB1);
    node_register(&f, "bob", BOB2);
    call();
    answers(BOB1, 200, NULL);
    assert_int_equal(told(), 200);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(forks_to_all_devices_at_once), CASE(the_first_to_answer_gets_the_call), CASE(a_second_2xx_is_passed_on),
             CASE(the_best_refusal_is_told_once_all_have_refused), CASE(a_503_of_a_phone_is_not_the_servers),
             CASE(a_6xx_ends_it_for_all), CASE(the_callers_cancel_reaches_all), CASE(nobody_rings_for_ever),
             CASE(a_sign_of_life_keeps_it_ringing), CASE(challenges_are_put_together), CASE(silence_is_passed_on_as_silence),
             CASE(silent_phones_are_a_timeout), CASE(a_dialog_goes_by_its_token_without_credentials),
             CASE(a_made_up_token_leads_nowhere), CASE(a_token_lets_nobody_in_outside_of_dialogs),
             CASE(a_token_leads_nowhere_else), CASE(a_phone_that_moved_is_found_by_its_gruu),
             CASE(a_connection_that_is_gone_ends_the_way), CASE(a_430_inside_of_a_dialog_stays_one),
             CASE(a_gruu_inside_of_a_dialog_is_reached_over_any_flow), CASE(a_way_that_is_not_safe_enough_is_no_lost_flow),
             CASE(a_phone_that_connected_again_is_found_by_its_contact), CASE(either_end_may_send_over_a_new_connection),
             CASE(hops_end), CASE(no_hops_left_is_483), CASE(a_100_is_not_passed_on), CASE(survives_want_of_memory))
