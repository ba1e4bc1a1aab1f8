/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device with several flows gets a call over one of them at a time, from its users and from a conference (RFC 5626 section 7).
 */
#include "core/node/node.h"

#include "core/registrar/ways.h"
#include "lib/node_alone.h"
#include "lib/test.h"

#define ALICE "198.51.100.1:5060"
#define CAROL "198.51.100.4:5060"
#define CONTACT "sip:carol@10.0.0.5;transport=tcp"

static struct node_alone f;

static int begin(void **state) {
    (void)state;
    node_begin(&f);
    node_register(&f, "alice", ALICE);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

/* Status of the last answer to Alice since the last node_clear(); 0: none. */
static unsigned told(void) {
    const struct cf_sip_message *message = node_last_to(&f, ALICE);
    return message == NULL || message->is_request ? 0 : message->status;
}

static struct cf_flow_id carol_comes(const char *fields) {
    struct cf_flow_id flow = node_accept(&f, 1, "198.51.100.9:4000");
    assert_int_equal(node_ask_over(&f, flow, &(struct node_request){.user = "carol", .fields = fields}), 200);
    return flow;
}

#define FLOW(n) "Supported: outbound\r\nContact: <" CONTACT ">;+sip.instance=\"<urn:uuid:c>\";reg-id=" n "\r\n"

static const struct node_request to_carol = {.method = "INVITE", .uri = "sip:carol@example.org", .call_id = "c4"};

/* Method of the last request over @p flow. */
static enum cf_sip_method asked_over(struct cf_flow_id flow) {
    const struct cf_sip_message *message = node_last_over(&f, flow);
    return message != NULL && message->is_request ? message->method : CF_SIP_METHOD_OTHER;
}

static void answers_over(struct cf_flow_id flow, unsigned status) {
    static struct sip_text text;
    struct sip_text request;
    sip_text_copy(&request, node_last_over(&f, flow)->raw);
    node_bytes(&f, flow, sip_response(&text, sip_parse(request.text), status, "c", NULL));
}

/* Carol's phone has two flows, the second is the later and better one; Alice calls her. */
static void carol_is_called_over_one_flow(struct cf_flow_id flows[2]) {
    flows[0] = carol_comes(FLOW("1"));
    flows[1] = carol_comes(FLOW("2"));
    (void)node_ask(&f, ALICE, &to_carol);
    assert_int_equal(asked_over(flows[1]), CF_SIP_METHOD_INVITE);
    assert_null(node_last_over(&f, flows[0]));
}

static void a_device_is_rung_over_one_flow(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    carol_is_called_over_one_flow(flows);
    /* It has given its answer: no second chance. */
    answers_over(flows[1], 486);
    assert_null(node_last_over(&f, flows[0]));
    assert_int_equal(told(), 486);
}

static void the_next_flow_takes_the_place_of_one_that_failed(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    carol_is_called_over_one_flow(flows);
    node_close(&f, flows[1]);
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
    assert_int_equal(told(), 0);
    answers_over(flows[0], 200);
    assert_int_equal(told(), 200);
}

/* The device has rung: who sends it the same call again over another flow rings a second time. */
static void a_device_that_was_heard_is_not_called_again(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    carol_is_called_over_one_flow(flows);
    answers_over(flows[1], 180);
    node_close(&f, flows[1]);
    assert_null(node_last_over(&f, flows[0]));
    assert_int_equal(told(), 500);
}

static void an_edge_proxy_that_lost_the_flow_is_believed(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    carol_is_called_over_one_flow(flows);
    answers_over(flows[1], 100);
    answers_over(flows[1], 430);
    assert_int_equal(asked_over(flows[1]), CF_SIP_METHOD_ACK);
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
    assert_int_equal(told(), 0);
    /* The last one as well: she is not there, and a phone never hears of 430. */
    answers_over(flows[0], 430);
    assert_int_equal(told(), 480);
    assert_null(cf_location_find(cf_node_location(f.node), CF_STR("sip:carol@example.org")));
    node_clear(&f);
    struct node_request again = to_carol;
    again.call_id = "c5";
    assert_int_equal(node_ask(&f, ALICE, &again), 480);
}

static void a_silent_flow_is_given_up_for_the_next(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    carol_is_called_over_one_flow(flows);
    node_run_until(&f, f.now + CF_SEC(33));
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
    assert_int_equal(told(), 100);
    node_run_until(&f, f.now + CF_SEC(33));
    assert_int_equal(told(), 408);
}

/* It has read the INVITE that came first, and has not answered: that is no loop, and nothing that the caller could mend. */
static void a_device_that_got_it_twice_is_not_there(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    carol_is_called_over_one_flow(flows);
    node_run_until(&f, f.now + CF_SEC(33));
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
    answers_over(flows[0], 482);
    assert_int_equal(told(), 480);
}

/* It is where it was, and silent. */
static void a_refresh_makes_no_other_way(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_comes(FLOW("1"));
    (void)node_ask(&f, ALICE, &to_carol);
    assert_int_equal(asked_over(flow), CF_SIP_METHOD_INVITE);
    node_run_until(&f, f.now + CF_SEC(20));
    assert_int_equal(node_ask_over(&f, flow, &(struct node_request){.user = "carol", .fields = FLOW("1")}), 200);
    node_clear(&f);
    node_run_until(&f, f.now + CF_SEC(13));
    assert_int_equal(told(), 408);
    assert_int_not_equal(asked_over(flow), CF_SIP_METHOD_INVITE);
}

/* It has come back over another connection: there it may be reached. */
static void a_flow_that_was_made_anew_is_another_way(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_comes(FLOW("1"));
    (void)node_ask(&f, ALICE, &to_carol);
    node_run_until(&f, f.now + CF_SEC(20));
    flow = carol_comes(FLOW("1"));
    node_clear(&f);
    node_run_until(&f, f.now + CF_SEC(13));
    assert_int_equal(asked_over(flow), CF_SIP_METHOD_INVITE);
}

/* RFC 9562 section 4: the case of a UUID means nothing. */
static void one_instance_is_one_device_however_it_is_written(void **state) {
    (void)state;
    struct cf_flow_id first = carol_comes(FLOW("1"));
    struct cf_flow_id second =
        carol_comes("Supported: outbound\r\nContact: <" CONTACT ">;+sip.instance=\"<URN:UUID:C>\";reg-id=2\r\n");
    (void)node_ask(&f, ALICE, &to_carol);
    assert_int_equal(asked_over(second), CF_SIP_METHOD_INVITE);
    assert_null(node_last_over(&f, first));
    assert_int_equal(node_ask_over(&f, first,
                                   &(struct node_request){.user = "carol",
                                                          .fields = "Supported: outbound\r\nContact: <" CONTACT
                                                                    ">;+sip.instance=\"<urn:UUID:c>\";reg-id=2\r\n"}),
                     200);
    assert_int_equal(cf_location_find(cf_node_location(f.node), CF_STR("sip:carol@example.org"))->binding_count, 2);
}

/* Carol's better flow is that of an edge proxy to which there is no way any more: its connection is gone, and it speaks SCTP. */
static struct cf_flow_id carol_has_a_way_that_is_none(void) {
    struct cf_flow_id flow = carol_comes(FLOW("1"));
    struct cf_flow_id edge = carol_comes("Path: <sip:edge.example.org;transport=sctp;lr;ob>\r\nSupported: outbound, path\r\n"
                                         "Contact: <" CONTACT ">;+sip.instance=\"<urn:uuid:c>\";reg-id=2\r\n");
    node_close(&f, edge);
    assert_int_equal(cf_location_find(cf_node_location(f.node), CF_STR("sip:carol@example.org"))->binding_count, 2);
    return flow;
}

static void a_flow_that_can_not_be_sent_to_is_passed_over(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_has_a_way_that_is_none();
    (void)node_ask(&f, ALICE, &to_carol);
    assert_int_equal(asked_over(flow), CF_SIP_METHOD_INVITE);
}

/* As many as an account may have. */
static void all_devices_ring(void **state) {
    (void)state;
    enum { DEVICES = 18 };
    static struct cf_flow_id flows[DEVICES][2];
    node_end(&f);
    struct cf_node_config config = node_config(&f);
    config.live.devices_max = CF_WAYS_MAX;
    node_begin_with(&f, &config);
    node_register(&f, "alice", ALICE);
    for (unsigned i = 0; i < DEVICES; i++) {
        for (unsigned n = 0; n < 2; n++) {
            char fields[200];
            snprintf(fields, sizeof fields,
                     "Supported: outbound\r\nContact: <" CONTACT ">;+sip.instance=\"<urn:uuid:%u>\";reg-id=%u\r\n", i, n + 1);
            flows[i][n] = carol_comes(fields);
        }
    }
    (void)node_ask(&f, ALICE, &to_carol);
    for (unsigned i = 0; i < DEVICES; i++) {
        assert_int_equal(asked_over(flows[i][1]), CF_SIP_METHOD_INVITE);
    }
    /* Nor does the second try of some take the place of others. */
    for (unsigned i = 0; i < DEVICES; i++) {
        answers_over(flows[i][1], 430);
        assert_int_equal(asked_over(flows[i][0]), CF_SIP_METHOD_INVITE);
    }
}

/* Nobody is rung any more after the caller has hung up. */
static void a_cancelled_call_takes_no_other_way(void **state) {
    (void)state;
    static struct sip_text text;
    struct cf_flow_id flows[2];
    char branch[20];
    struct node_request cancel = {.method = "CANCEL", .uri = "sip:carol@example.org", .call_id = "c4", .branch = branch};
    carol_is_called_over_one_flow(flows);
    snprintf(branch, sizeof branch, "%u", f.branch);
    cancel.cseq = f.branch;
    node_datagram(&f, ALICE, node_text(&f, &text, "UDP " ALICE, &cancel));
    node_close(&f, flows[1]);
    assert_null(node_last_over(&f, flows[0]));
    assert_int_equal(told(), 500);
}

/* Her GRUU is that device, over whichever flow; no other device of hers. */
static void a_gruu_is_reached_over_any_flow(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    struct node_request request = {.method = "INVITE", .uri = "sip:carol@example.org;gr=urn:uuid:c", .call_id = "c4"};
    node_register(&f, "carol", CAROL);
    flows[0] = carol_comes(FLOW("1"));
    flows[1] = carol_comes(FLOW("2"));
    (void)node_ask(&f, ALICE, &request);
    node_close(&f, flows[1]);
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
    assert_null(node_last_to(&f, CAROL));
    node_close(&f, flows[0]);
    assert_int_equal(told(), 500);
}

/* --- called by a conference --- */

/* Alice is in a room and asks for Carol. */
static void a_room_calls_carol(void) {
    struct node_request request = {.method = "INVITE",
                                   .uri = "sip:room-tea@example.org",
                                   .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                   .type = "application/sdp",
                                   .body = NODE_SOUND};
    assert_int_equal(node_ask(&f, ALICE, &request), 200);
    request = (struct node_request){.method = "REFER",
                                    .uri = "sip:room-tea@example.org",
                                    .fields = "Contact: <sip:alice@" ALICE ">\r\nRefer-To: <sip:carol@example.org>\r\n"
                                              "Refer-Sub: false\r\nSupported: norefersub\r\n"};
    assert_int_equal(node_ask(&f, ALICE, &request), 200);
}

/* Her phone has two flows. */
static void a_room_calls_over_one_flow(struct cf_flow_id flows[2]) {
    flows[0] = carol_comes(FLOW("1"));
    flows[1] = carol_comes(FLOW("2"));
    a_room_calls_carol();
    assert_int_equal(asked_over(flows[1]), CF_SIP_METHOD_INVITE);
    assert_null(node_last_over(&f, flows[0]));
}

static void a_room_takes_the_next_flow(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    a_room_calls_over_one_flow(flows);
    node_close(&f, flows[1]);
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
}

static void a_room_believes_an_edge_proxy(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    a_room_calls_over_one_flow(flows);
    answers_over(flows[1], 430);
    assert_int_equal(asked_over(flows[0]), CF_SIP_METHOD_INVITE);
    const struct cf_aor_record *carol = cf_location_find(cf_node_location(f.node), CF_STR("sip:carol@example.org"));
    assert_int_equal(carol->binding_count, 1);
    assert_int_equal(cf_aor_first(carol)->values.reg_id, 1);
}

static void a_room_passes_over_what_can_not_be_sent_to(void **state) {
    (void)state;
    struct cf_flow_id flow = carol_has_a_way_that_is_none();
    a_room_calls_carol();
    assert_int_equal(asked_over(flow), CF_SIP_METHOD_INVITE);
}

/* Somebody has picked up: he would hear it ring once more for each way of protecting media. */
static void a_phone_that_has_rung_is_not_called_otherwise(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    a_room_calls_over_one_flow(flows);
    answers_over(flows[1], 180);
    answers_over(flows[1], 488);
    assert_int_not_equal(asked_over(flows[1]), CF_SIP_METHOD_INVITE);
}

static void a_room_takes_an_answer_for_an_answer(void **state) {
    (void)state;
    struct cf_flow_id flows[2];
    a_room_calls_over_one_flow(flows);
    answers_over(flows[1], 180);
    node_close(&f, flows[1]);
    assert_null(node_last_over(&f, flows[0]));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(a_device_is_rung_over_one_flow), CASE(the_next_flow_takes_the_place_of_one_that_failed),
             CASE(a_device_that_was_heard_is_not_called_again), CASE(an_edge_proxy_that_lost_the_flow_is_believed),
             CASE(a_silent_flow_is_given_up_for_the_next), CASE(a_cancelled_call_takes_no_other_way),
             CASE(a_gruu_is_reached_over_any_flow), CASE(a_room_takes_the_next_flow), CASE(a_room_believes_an_edge_proxy),
             CASE(a_room_takes_an_answer_for_an_answer), CASE(a_device_that_got_it_twice_is_not_there),
             CASE(a_refresh_makes_no_other_way), CASE(a_flow_that_was_made_anew_is_another_way),
             CASE(one_instance_is_one_device_however_it_is_written), CASE(a_flow_that_can_not_be_sent_to_is_passed_over),
             CASE(all_devices_ring), CASE(a_room_passes_over_what_can_not_be_sent_to),
             CASE(a_phone_that_has_rung_is_not_called_otherwise))
