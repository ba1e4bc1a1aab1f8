/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server transactions of an endpoint, as transcripts in virtual time. */
#include "core/endpoint/endpoint.h"

#include "lib/endpoint_alone.h"
#include "lib/endpoint_node.h"
#include "lib/test.h"

static void answers_a_request_and_its_retransmissions(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 400});
    f.now = CF_MSEC(100);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 400});
    alone_respond(&f, 200, NULL);
    f.now = CF_MSEC(500);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 400});
    transcript_is(&f.transcript, "[0] request OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[100] udp SIP/2.0 200 OK\n"
                                 "[500] udp SIP/2.0 200 OK\n");
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_RETRANSMITTED_IN), 2);
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 1);
    alone_run_until(&f, CF_SEC(40));
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 0);
    assert_int_equal(cf_endpoint_gauges(f.ep).kept_bytes, 0);
    alone_end(&f);
}

/* RFC 3581, RFC 3261 section 18.2.1. */
static void adds_received_and_rport_to_the_top_via(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 400});
    const struct cf_sip_message *msg = sip_parse(f.received.text);
    assert_str(msg->via.received, CF_STR("198.51.100.7"));
    assert_int_equal(msg->via.rport, 5070);
    alone_respond(&f, 200, NULL);
    assert_str(sip_parse(f.sent.text)->via.received, CF_STR("198.51.100.7"));
    alone_end(&f);
}

/* What is in Via is the port behind the NAT. */
static void answers_to_where_it_came_from_with_rport(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    struct sip_text answer;
    struct cf_endpoint_event event;
    alone_begin(&f);
    sip_request_via(&text, "SIP/2.0/UDP 10.0.0.5:5099;rport;branch=z9hG4bKx", &(struct sip_request){.body_len = 300});
    cf_endpoint_on_datagram(f.ep, 0, &f.peer, cf_str_span(text.text), 0);
    assert_true(cf_endpoint_poll(f.ep, &event));
    sip_response(&answer, event.message, 200, "us", NULL);
    assert_ok(cf_endpoint_respond(f.ep, event.tx, answer.text, 0));
    assert_true(cf_endpoint_poll(f.ep, &event));
    assert_int_equal(event.kind, CF_ENDPOINT_SEND_DATAGRAM);
    assert_true(cf_addr_eq(&event.remote, &f.peer));
    alone_drain(&f);
    alone_end(&f);
}

static void answers_to_the_port_in_via_without_rport(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    struct sip_text answer;
    struct cf_endpoint_event event;
    alone_begin(&f);
    sip_request_via(&text, "SIP/2.0/UDP phone.example.org:5099;branch=z9hG4bKx", &(struct sip_request){.body_len = 300});
    cf_endpoint_on_datagram(f.ep, 0, &f.peer, cf_str_span(text.text), 0);
    assert_true(cf_endpoint_poll(f.ep, &event));
    sip_response(&answer, event.message, 200, "us", NULL);
    assert_ok(cf_endpoint_respond(f.ep, event.tx, answer.text, 0));
    assert_true(cf_endpoint_poll(f.ep, &event));
    assert_int_equal(event.kind, CF_ENDPOINT_SEND_DATAGRAM);
    assert_int_equal(event.remote.port, 5099);
    assert_true(cf_addr_eq_ip(&event.remote, &f.peer));
    alone_drain(&f);
    alone_end(&f);
}

static void says_100_and_repeats_a_refusal_until_ack(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 1000});
    cf_endpoint_trust_flow(f.ep, f.flow);
    alone_run_until(&f, CF_SEC(1));
    alone_respond(&f, 486, NULL);
    alone_run_until(&f, CF_SEC(3));
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "ACK", .to_tag = "us"});
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[200] udp SIP/2.0 100 Trying\n"
                                 "[1000] udp SIP/2.0 486 Busy Here\n"
                                 "[1500] udp SIP/2.0 486 Busy Here\n"
                                 "[2500] udp SIP/2.0 486 Busy Here\n");
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 0);
    alone_end(&f);
}

static void repeats_a_2xx_until_the_dialog_has_its_ack(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE"});
    cf_endpoint_trust_flow(f.ep, f.flow);
    struct cf_tx_id invite = f.tx;
    cf_endpoint_set_owner(f.ep, invite, (struct cf_owner){7, {1, 2}});
    alone_respond(&f, 200, NULL);
    alone_run_until(&f, CF_SEC(2));
    alone_request_comes(&f, "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKack;rport",
                        &(struct sip_request){.method = "ACK", .to_tag = "us"});
    cf_endpoint_acked(f.ep, invite, f.now);
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 200 OK\n"
                                 "[500] udp SIP/2.0 200 OK\n"
                                 "[1500] udp SIP/2.0 200 OK\n"
                                 "[2000] ack ACK sip:bob@example.org SIP/2.0\n"
                                 "[32000] terminated\n");
    alone_end(&f);
}

static void reports_a_2xx_without_ack(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE"});
    cf_endpoint_set_owner(f.ep, f.tx, (struct cf_owner){7, {1, 2}});
    alone_respond(&f, 200, NULL);
    transcript_reset(&f.transcript);
    alone_run_until(&f, CF_SEC(31));
    transcript_reset(&f.transcript);
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[32000] not acked\n[32000] terminated\n");
    alone_end(&f);
}

static void answers_cancel_and_tells_of_it_once(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 2000});
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "CANCEL"});
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "CANCEL"});
    sip_text_copy(&f.received, f.received.text);
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 200 OK\n"
                                 "[0] cancelled CANCEL sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 200 OK\n");
    const struct cf_sip_message *invite = cf_endpoint_request_of(f.ep, f.tx);
    assert_non_null(invite);
    assert_int_equal(invite->method, CF_SIP_METHOD_INVITE);
    alone_end(&f);
}

/* RFC 3261 section 9.2. */
static void answers_cancel_with_the_tag_of_the_invite(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 600});
    alone_respond(&f, 180, NULL);
    assert_str(sip_parse(f.sent.text)->to_tag, CF_STR("us"));
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "CANCEL"});
    assert_int_equal(sip_parse(f.sent.text)->status, 200);
    assert_str(sip_parse(f.sent.text)->to_tag, CF_STR("us"));
    alone_end(&f);
}

/* Also before an answer with a tag has gone out: whoever is above takes the same one for all answers. */
static void the_tag_is_that_of_the_request(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_endpoint_tag tag;
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 600});
    tag = cf_endpoint_tag_of(f.ep, cf_endpoint_request_of(f.ep, f.tx));
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "CANCEL"});
    assert_int_equal(sip_parse(f.sent.text)->status, 200);
    assert_str(sip_parse(f.sent.text)->to_tag, cf_str_n(tag.text, sizeof tag.text));
    alone_request_comes(&f, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKother;rport",
                        &(struct sip_request){.method = "INVITE", .body_len = 600});
    struct cf_endpoint_tag other = cf_endpoint_tag_of(f.ep, cf_endpoint_request_of(f.ep, f.tx));
    assert_memory_not_equal(&tag, &other, sizeof tag);
    alone_end(&f);
}

/* attacks.md T17: what is above the strangers' rate isn't read; who has proved something is. */
static void strangers_share_a_rate(void **state) {
    (void)state;
    struct alone f;
    alone_begin_with(&f, (struct cf_endpoint_limits){.strangers_per_sec = 20});
    for (unsigned i = 0; i < 30; i++) {
        f.peer.ip[1] = (uint8_t)i;
        alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    }
    uint64_t read = cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REQUESTS_IN);
    assert_in_range(read, 10, 12);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_FLOOD), 30 - read);
    f.peer.ip[1] = 0;
    cf_endpoint_trust_flow(f.ep, f.flow);
    alone_run_until(&f, CF_MSEC(500));
    for (unsigned i = 0; i < 30; i++) {
        f.peer.ip[1] = (uint8_t)(100 + i);
        alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    }
    assert_in_range(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REQUESTS_IN) - read, 4, 6);
    alone_end(&f);
}

static void who_is_known_is_heard_through_a_flood(void **state) {
    (void)state;
    struct alone f;
    alone_begin_with(&f, (struct cf_endpoint_limits){.strangers_per_sec = 10});
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    cf_endpoint_trust_flow(f.ep, f.flow);
    struct cf_addr known = f.peer;
    for (unsigned i = 0; i < 100; i++) {
        f.peer.port = (uint16_t)(6000 + i);
        alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    }
    uint64_t read = cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REQUESTS_IN);
    f.peer = known;
    for (unsigned i = 0; i < 100; i++) {
        alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    }
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REQUESTS_IN) - read, 100);
    alone_end(&f);
}

/* For a log: each message that comes, before what is made of it. */
static void tells_what_comes_when_it_is_watched(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    cf_endpoint_watch(f.ep, true);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    cf_endpoint_watch(f.ep, false);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.body_len = 600});
    alone_respond(&f, 200, NULL);
    transcript_is(&f.transcript, "[0] received OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] request OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] received OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 200 OK\n");
    alone_end(&f);
}

/* attacks.md T19 */
static void refuses_a_cancel_from_another_flow(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 500});
    f.peer = addr_of("203.0.113.66:5070");
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "CANCEL", .body_len = 100});
    f.peer = addr_of("198.51.100.7:5071");
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "CANCEL", .body_len = 100});
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 481 Call/Transaction Does Not Exist\n"
                                 "[0] udp SIP/2.0 481 Call/Transaction Does Not Exist\n");
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REJECTED_CANCEL), 2);
    alone_end(&f);
}

/* RFC 3261 section 8.2.2.2 */
static void marks_a_request_that_came_by_two_ways(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE"});
    alone_request_comes(&f, "SIP/2.0/UDP 10.0.0.6;branch=z9hG4bKother;rport", &(struct sip_request){.method = "INVITE"});
    alone_request_comes(&f, "SIP/2.0/UDP 10.0.0.6;branch=z9hG4bKthird;rport",
                        &(struct sip_request){.method = "INVITE", .call_id = "other"});
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] request INVITE sip:bob@example.org SIP/2.0 merged\n"
                                 "[0] request INVITE sip:bob@example.org SIP/2.0\n");
    alone_end(&f);
}

/* RFC 3261 section 17.2.3: clients of RFC 2543 have no branch of their own. */
static void matches_requests_of_rfc_2543(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, "SIP/2.0/UDP old.example.org", &(struct sip_request){.method = "INVITE", .body_len = 500});
    alone_request_comes(&f, "SIP/2.0/UDP old.example.org", &(struct sip_request){.method = "INVITE", .body_len = 500});
    alone_respond(&f, 404, NULL);
    alone_request_comes(&f, "SIP/2.0/UDP old.example.org", &(struct sip_request){.method = "ACK", .to_tag = "us"});
    alone_request_comes(&f, "SIP/2.0/UDP old.example.org", &(struct sip_request){.method = "INVITE", .cseq = 2, .body_len = 500});
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 404 Not Found\n"
                                 "[0] request INVITE sip:bob@example.org SIP/2.0\n");
    alone_end(&f);
}

static void refuses_what_it_can_answer_and_drops_the_rest(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_datagram(&f, CF_STR("OPTIONS sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1;rport\r\n"
                              "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
                              "Contact: <sip:somebody.with.a.long.name@somewhere.example.org>\r\nContent-Length: 1000\r\n\r\n"));
    alone_datagram(&f, CF_STR("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"));
    alone_datagram(&f, CF_STR("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK123456789012345678\r\nFrom: <sip:a@b>;tag=1\r\n"
                              "To: <sip:a@b>;tag=1\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"));
    alone_datagram(&f, CF_STR("\r\n\r\n"));
    transcript_is(&f.transcript, "[0] udp SIP/2.0 400 Bad Request (body at 259)\n");
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REJECTED_MALFORMED), 1);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_MALFORMED), 1);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_STRAY_RESPONSE), 1);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_KEEPALIVES_IN), 1);
    alone_end(&f);
}

static void ends_a_request_that_nobody_answers(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){0});
    alone_run_until(&f, CF_SEC(40));
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 0);
    assert_int_equal(cf_endpoint_respond(f.ep, f.tx, CF_STR("SIP/2.0 200 OK\r\n\r\n"), f.now), CF_ERR_NOT_FOUND);
    alone_end(&f);
}

static void takes_no_second_answer(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){0});
    alone_respond(&f, 200, NULL);
    assert_int_equal(cf_endpoint_respond(f.ep, f.tx, CF_STR("SIP/2.0 404 No\r\n\r\n"), f.now), CF_ERR_STATE);
    assert_int_equal(cf_endpoint_respond(f.ep, f.tx, CF_STR("hello"), f.now), CF_ERR_MALFORMED);
    assert_null(cf_endpoint_request_of(f.ep, f.tx));
    alone_end(&f);
}

/* T17: one flow can't have all transactions. Others still get theirs, and so does the flow once it is trusted. */
static void one_flow_has_so_many_open_requests(void **state) {
    (void)state;
    struct alone f;
    char via[100];
    alone_begin_with(&f, (struct cf_endpoint_limits){.transactions_per_flow = 3});
    for (unsigned i = 0; i < 5; i++) {
        snprintf(via, sizeof via, "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK%u;rport", i);
        alone_request_comes(&f, via, &(struct sip_request){.cseq = i + 1, .body_len = 400});
    }
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 3);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REJECTED_OVERLOAD), 2);
    assert_int_equal(sip_parse(f.sent.text)->status, 503);
    f.peer.ip[3]++;
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.cseq = 9, .body_len = 400});
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 4);
    alone_end(&f);
}

/* RFC 3261 section 17.2.3: the same branch of another host, and without the cookie the same but for the Via, is another request.
 */
static void who_sent_it_is_part_of_what_it_is(void **state) {
    (void)state;
    static const char *const vias[] = {"SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKabc;rport",
                                       "SIP/2.0/UDP 10.0.0.6:5060;branch=z9hG4bKabc;rport",
                                       "SIP/2.0/UDP 10.0.0.6:5061;branch=z9hG4bKabc;rport", "SIP/2.0/UDP 10.0.0.5;branch=1;rport",
                                       "SIP/2.0/UDP 10.0.0.6;branch=1;rport"};
    struct alone f;
    alone_begin(&f);
    for (size_t i = 0; i < sizeof vias / sizeof vias[0]; i++) {
        alone_request_comes(&f, vias[i], &(struct sip_request){.body_len = 400});
        assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, i + 1);
    }
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_RETRANSMITTED_IN), 0);
    alone_end(&f);
}

/* Finished transactions keep only what retransmission needs: nothing, once the 2xx was acknowledged. */
static void an_acknowledged_call_keeps_no_message(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 400});
    cf_endpoint_trust_flow(f.ep, f.flow);
    struct cf_tx_id invite = f.tx;
    size_t request = cf_endpoint_gauges(f.ep).kept_bytes;
    assert_true(request > 400);
    alone_respond(&f, 200, NULL);
    assert_in_range(cf_endpoint_gauges(f.ep).kept_bytes, 100, 600);
    cf_endpoint_acked(f.ep, invite, f.now);
    alone_drain(&f);
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 1);
    assert_int_equal(cf_endpoint_gauges(f.ep).kept_bytes, 0);
    alone_end(&f);
}

/* ---- amplification, attacks.md T18 ---- */

static void sends_a_challenge_once_and_remembers_nothing(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 300});
    alone_respond(&f, 401, "WWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\r\n");
    alone_run_until(&f, CF_SEC(10));
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 0);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "ACK", .to_tag = "us"});
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){.method = "INVITE", .body_len = 300});
    transcript_is(&f.transcript, "[0] request INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp SIP/2.0 401 Unauthorized\n"
                                 "[10000] ack ACK sip:bob@example.org SIP/2.0\n"
                                 "[10000] request INVITE sip:bob@example.org SIP/2.0\n");
    alone_end(&f);
}

/* ADR 87. */
static void challenges_a_short_request_at_once_but_only_so_far(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    char field[2048];
    alone_begin(&f);
    sip_request_via(&text, ALONE_VIA, &(struct sip_request){.method = "REGISTER"});
    for (unsigned percent = 150; percent <= 350; percent += 200) {
        snprintf(field, sizeof field, "WWW-Authenticate: Digest realm=\"%0*d\", nonce=\"1\"\r\n",
                 (int)(text.text.len * percent / 100 - text.text.len), 1);
        f.sent.text.len = 0;
        alone_datagram(&f, text.text);
        alone_respond(&f, 401, field);
        assert_true(percent == 150 ? f.sent.text.len > text.text.len : f.sent.text.len == 0);
    }
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_AMPLIFYING), 1);
    alone_end(&f);
}

static void never_answers_more_than_an_unproven_sender_sent(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    char long_field[1024];
    alone_begin(&f);
    memset(long_field, 'x', sizeof long_field);
    memcpy(long_field, "Server: ", 8);
    memcpy(long_field + sizeof long_field - 3, "\r\n", 3);
    sip_request_via(&text, ALONE_VIA, &(struct sip_request){.body_len = 60});
    alone_datagram(&f, text.text);
    alone_respond(&f, 404, long_field);
    /* In its short form it fits. */
    assert_true(f.sent.text.len > 0 && f.sent.text.len <= text.text.len);
    assert_int_equal(sip_parse(f.sent.text)->status, 404);
    /* The credit is used up: a copy is paid for by the request that asks for it. */
    alone_datagram(&f, text.text);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_RESPONSES_OUT), 2);
    /* Trusted: as long as it is. */
    cf_endpoint_trust_flow(f.ep, f.flow);
    alone_datagram(&f, text.text);
    assert_true(f.sent.text.len > text.text.len);
    alone_end(&f);
}

static void a_stun_request_is_answered_to_known_flows_only(void **state) {
    (void)state;
    struct alone f;
    static const uint8_t stun[20] = {0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    alone_begin(&f);
    cf_endpoint_on_datagram(f.ep, 0, &f.peer, (struct cf_span){stun, sizeof stun}, 0);
    alone_drain(&f);
    assert_int_equal(f.sent.text.len, 0);
    alone_request_comes(&f, ALONE_VIA, &(struct sip_request){0});
    cf_endpoint_on_datagram(f.ep, 0, &f.peer, (struct cf_span){stun, sizeof stun}, 0);
    alone_drain(&f);
    assert_int_equal(f.sent.text.len, 32);
    assert_memory_equal(f.sent.text.at, "\x01\x01\x00\x0c\x21\x12\xa4\x42", 8);
    /* And no more than what came from there: an answer has 32 octets, a question 20. */
    for (unsigned i = 0; i < 100; i++) {
        cf_endpoint_on_datagram(f.ep, 0, &f.peer, (struct cf_span){stun, sizeof stun}, 0);
        alone_drain(&f);
    }
    assert_in_range(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_AMPLIFYING), 80, 99);
    alone_end(&f);
}

CF_TEST_MAIN(cmocka_unit_test(answers_a_request_and_its_retransmissions),
             cmocka_unit_test(adds_received_and_rport_to_the_top_via), cmocka_unit_test(answers_to_where_it_came_from_with_rport),
             cmocka_unit_test(answers_to_the_port_in_via_without_rport),
             cmocka_unit_test(says_100_and_repeats_a_refusal_until_ack),
             cmocka_unit_test(repeats_a_2xx_until_the_dialog_has_its_ack), cmocka_unit_test(reports_a_2xx_without_ack),
             cmocka_unit_test(answers_cancel_and_tells_of_it_once), cmocka_unit_test(answers_cancel_with_the_tag_of_the_invite),
             cmocka_unit_test(the_tag_is_that_of_the_request), cmocka_unit_test(strangers_share_a_rate),
             cmocka_unit_test(who_is_known_is_heard_through_a_flood), cmocka_unit_test(tells_what_comes_when_it_is_watched),
             cmocka_unit_test(refuses_a_cancel_from_another_flow), cmocka_unit_test(marks_a_request_that_came_by_two_ways),
             cmocka_unit_test(matches_requests_of_rfc_2543), cmocka_unit_test(refuses_what_it_can_answer_and_drops_the_rest),
             cmocka_unit_test(ends_a_request_that_nobody_answers), cmocka_unit_test(takes_no_second_answer),
             cmocka_unit_test(one_flow_has_so_many_open_requests), cmocka_unit_test(who_sent_it_is_part_of_what_it_is),
             cmocka_unit_test(an_acknowledged_call_keeps_no_message),
             cmocka_unit_test(sends_a_challenge_once_and_remembers_nothing),
             cmocka_unit_test(challenges_a_short_request_at_once_but_only_so_far),
             cmocka_unit_test(never_answers_more_than_an_unproven_sender_sent),
             cmocka_unit_test(a_stun_request_is_answered_to_known_flows_only))
