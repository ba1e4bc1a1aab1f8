/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client transactions of an endpoint and where they go, as transcripts in virtual time. */
#include "core/endpoint/endpoint.h"

#include "lib/endpoint_alone.h"
#include "lib/endpoint_node.h"
#include "lib/test.h"

static void sends_a_request_again_until_it_is_answered(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){0});
    const struct cf_sip_message *sent = sip_parse(f.sent.text);
    assert_true(cf_sip_via_has_cookie(&sent->via) && sent->via.has_rport);
    assert_str(sent->via.host, CF_STR("192.0.2.1"));
    alone_run_until(&f, CF_SEC(2));
    alone_peer_answers(&f, 200, NULL);
    alone_peer_answers(&f, 200, NULL);
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[0] udp OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[500] udp OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[1500] udp OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[2000] response SIP/2.0 200 OK\n");
    assert_int_equal(cf_endpoint_gauges(f.ep).client_transactions, 0);
    assert_int_equal(cf_endpoint_gauges(f.ep).kept_bytes, 0);
    alone_end(&f);
}

/* RFC 3261 section 17.1.3: branch and method of the CSeq, both. */
static void a_response_to_another_method_is_a_stray(void **state) {
    (void)state;
    struct alone f;
    static struct sip_text request;
    static struct sip_text response;
    char text[4000];
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){0});
    sip_text_copy(&request, f.sent.text);
    sip_response(&response, sip_parse(request.text), 200, "t", NULL);
    size_t at = cf_str_find_str(response.text, CF_STR(" OPTIONS\r\n"));
    assert_true(at < response.text.len);
    memcpy(text, response.text.at, response.text.len);
    memcpy(text + at, " PUBLISH", 8);
    alone_datagram(&f, cf_str_n(text, response.text.len));
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_STRAY_RESPONSE), 1);
    alone_datagram(&f, response.text);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_DISCARD_STRAY_RESPONSE), 1);
    /* It waits for copies of the response, and needs no message for that. */
    assert_int_equal(cf_endpoint_gauges(f.ep).client_transactions, 1);
    assert_int_equal(cf_endpoint_gauges(f.ep).kept_bytes, 0);
    alone_end(&f);
}

static void so_many_requests_of_ours_are_open(void **state) {
    (void)state;
    struct alone f;
    static struct sip_text text;
    struct cf_tx_id tx;
    alone_begin_with(&f, (struct cf_endpoint_limits){.client_transactions = 2});
    struct cf_route route = alone_udp_route(&f);
    for (unsigned i = 0; i < 3; i++) {
        sip_request(&text, &(struct sip_request){.cseq = i + 1});
        enum cf_err err = cf_endpoint_request(f.ep, &route, text.text, alone_owner, f.now, &tx);
        assert_int_equal(err, i < 2 ? CF_OK : CF_ERR_LIMIT);
    }
    alone_drain(&f);
    assert_int_equal(cf_endpoint_gauges(f.ep).client_transactions, 2);
    alone_end(&f);
}

/* While a transaction waits for copies of its answer it needs no message any more, but for the ACK to a refusal. */
static void what_is_answered_keeps_no_message(void **state) {
    (void)state;
    static const struct {
        const char *method;
        unsigned status;
        bool keeps_ack;
    } cases[] = {{"OPTIONS", 200, false}, {"INVITE", 200, false}, {"INVITE", 486, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alone f;
        alone_begin(&f);
        struct cf_route route = alone_udp_route(&f);
        alone_request(&f, &route, &(struct sip_request){.method = cases[i].method, .body_len = 1000});
        assert_true(cf_endpoint_gauges(f.ep).kept_bytes > 1000);
        alone_peer_answers(&f, cases[i].status, NULL);
        assert_int_equal(cf_endpoint_gauges(f.ep).client_transactions, 1);
        size_t kept = cf_endpoint_gauges(f.ep).kept_bytes;
        assert_true(cases[i].keeps_ack ? kept > 0 && kept < 1000 : kept == 0);
        alone_run_until(&f, CF_SEC(100));
        assert_int_equal(cf_endpoint_gauges(f.ep).client_transactions, 0);
        alone_end(&f);
    }
}

static void fails_when_nobody_answers(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    transcript_reset(&f.transcript);
    alone_run_until(&f, CF_SEC(31));
    transcript_reset(&f.transcript);
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[31500] udp INVITE sip:bob@example.org SIP/2.0\n[32000] failed TIMEOUT\n[32000] terminated\n");
    alone_end(&f);
}

static void fails_when_the_network_says_so(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){0});
    cf_endpoint_on_unreachable(f.ep, 0, &f.peer, f.now);
    alone_drain(&f);
    transcript_is(&f.transcript, "[0] udp OPTIONS sip:bob@example.org SIP/2.0\n[0] failed IO\n");
    alone_end(&f);
}

static void acknowledges_a_refusal_by_itself(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE", .fields = "Route: <sip:proxy.example.org;lr>\r\n"});
    struct sip_text invite = {.text = CF_STR_NONE};
    struct sip_text answer;
    sip_text_copy(&invite, f.sent.text);
    struct cf_str branch = sip_parse(invite.text)->via.branch;
    sip_response(&answer, sip_parse(invite.text), 486, "them", NULL);
    alone_datagram(&f, answer.text);
    alone_datagram(&f, answer.text);
    const struct cf_sip_message *ack = sip_parse(f.sent.text);
    assert_int_equal(ack->method, CF_SIP_METHOD_ACK);
    assert_str(ack->via.branch, branch);
    assert_str(ack->to_tag, CF_STR("them"));
    assert_str(cf_sip_value(ack, CF_SIP_HEADER_ROUTE), CF_STR("<sip:proxy.example.org;lr>"));
    assert_int_equal(ack->cseq.method, CF_SIP_METHOD_ACK);
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[0] udp INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp ACK sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 486 Busy Here\n"
                                 "[0] udp ACK sip:bob@example.org SIP/2.0\n"
                                 "[32000] terminated\n");
    alone_end(&f);
}

/* RFC 3261 section 9.1: no CANCEL before a provisional response. */
static void cancels_once_it_rings(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    struct sip_text invite = {.text = CF_STR_NONE};
    struct sip_text answer;
    sip_text_copy(&invite, f.sent.text);
    cf_endpoint_cancel(f.ep, f.tx, CF_STR("Reason: SIP;cause=200;text=\"answered elsewhere\"\r\n"), f.now);
    alone_drain(&f);
    alone_peer_answers(&f, 180, NULL);
    const struct cf_sip_message *cancel = sip_parse(f.sent.text);
    assert_int_equal(cancel->method, CF_SIP_METHOD_CANCEL);
    assert_str(cf_sip_value(cancel, CF_SIP_HEADER_REASON), CF_STR("SIP;cause=200;text=\"answered elsewhere\""));
    alone_peer_answers(&f, 200, NULL);
    f.now = CF_MSEC(10);
    alone_datagram(&f, sip_response(&answer, sip_parse(invite.text), 487, "them", NULL));
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[0] udp INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp CANCEL sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 180 Ringing\n"
                                 "[10] udp ACK sip:bob@example.org SIP/2.0\n"
                                 "[10] response SIP/2.0 487 Request Terminated\n"
                                 "[32010] terminated\n");
    alone_end(&f);
}

static void gives_up_a_cancelled_invite_that_is_not_answered(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    struct cf_tx_id invite = f.tx;
    alone_peer_answers(&f, 180, NULL);
    cf_endpoint_cancel(f.ep, invite, CF_STR_NONE, f.now);
    alone_drain(&f);
    alone_peer_answers(&f, 200, NULL);
    alone_run_until(&f, CF_SEC(100));
    transcript_is(&f.transcript, "[0] udp INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 180 Ringing\n"
                                 "[0] udp CANCEL sip:bob@example.org SIP/2.0\n"
                                 "[32000] failed TIMEOUT\n"
                                 "[32000] terminated\n");
    alone_end(&f);
}

static void passes_the_2xx_of_all_forks(void **state) {
    (void)state;
    struct alone f;
    struct sip_text answer;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    struct sip_text invite = {.text = CF_STR_NONE};
    sip_text_copy(&invite, f.sent.text);
    alone_datagram(&f, sip_response(&answer, sip_parse(invite.text), 200, "one", NULL));
    alone_datagram(&f, sip_response(&answer, sip_parse(invite.text), 200, "two", NULL));
    assert_ok(cf_endpoint_send_ack(f.ep, &route, sip_ack(&answer, sip_parse(f.received.text), "sip:bob@192.0.2.9"), f.now));
    alone_drain(&f);
    transcript_is(&f.transcript, "[0] udp INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 200 OK\n"
                                 "[0] response SIP/2.0 200 OK\n"
                                 "[0] udp ACK sip:bob@192.0.2.9 SIP/2.0\n");
    alone_end(&f);
}

static void refuses_requests_without_a_way(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    struct cf_tx_id tx = {{9, 9}};
    alone_begin(&f);
    struct cf_route none = {.uri = CF_STR_NONE};
    struct cf_route tel = {.uri = CF_STR("tel:+123")};
    struct cf_route udp = alone_udp_route(&f);
    sip_request(&text, &(struct sip_request){0});
    assert_int_equal(cf_endpoint_request(f.ep, &none, text.text, alone_owner, 0, &tx), CF_ERR_MALFORMED);
    assert_int_equal(cf_endpoint_request(f.ep, &tel, text.text, alone_owner, 0, &tx), CF_ERR_UNSUPPORTED);
    assert_int_equal(cf_endpoint_request(f.ep, &udp, CF_STR("SIP/2.0 200 OK\r\n\r\n"), alone_owner, 0, &tx), CF_ERR_MALFORMED);
    sip_request(&text, &(struct sip_request){.method = "ACK"});
    assert_int_equal(cf_endpoint_request(f.ep, &udp, text.text, alone_owner, 0, &tx), CF_ERR_MALFORMED);
    assert_int_equal(tx.h.slot, 9);
    alone_drain(&f);
    assert_int_equal(f.transcript.len, 0);
    assert_int_equal(cf_endpoint_gauges(f.ep).client_transactions, 0);
    alone_end(&f);
}

/* RFC 3261 section 18.1.1 */
static void sends_long_requests_over_tcp_and_over_udp_if_that_is_refused(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE", .body_len = 1300});
    transcript_is(&f.transcript, "[0] open\n");
    cf_endpoint_on_flow_closed(f.ep, f.flow, CF_ERR_IO, f.now);
    alone_drain(&f);
    transcript_is(&f.transcript, "[0] open\n[0] udp INVITE sip:bob@example.org SIP/2.0\n[0] flow closed IO\n");
    assert_str(sip_parse(f.sent.text)->via.transport_name, CF_STR("UDP"));
    alone_end(&f);
}

static void opens_one_connection_for_many_requests(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = {.remote = addr_of("198.51.100.7"), .transport = CF_TRANSPORT_TCP};
    alone_request(&f, &route, &(struct sip_request){.call_id = "a"});
    alone_request(&f, &route, &(struct sip_request){.call_id = "b"});
    f.now = CF_MSEC(20);
    cf_endpoint_on_connected(f.ep, f.flow, 77, f.now);
    alone_drain(&f);
    alone_request(&f, &route, &(struct sip_request){.call_id = "c"});
    cf_endpoint_on_flow_closed(f.ep, f.flow, CF_OK, f.now);
    alone_drain(&f);
    transcript_is(&f.transcript, "[0] open\n"
                                 "[20] stream OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[20] stream OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[20] stream OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[20] failed IO\n[20] failed IO\n[20] failed IO\n"
                                 "[20] flow closed\n");
    alone_end(&f);
}

static void gives_up_a_connection_that_does_not_open(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = {.remote = f.peer, .transport = CF_TRANSPORT_TCP};
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    alone_run_until(&f, CF_SEC(60));
    transcript_is(&f.transcript, "[0] open\n[8000] failed IO\n[8000] terminated\n[8000] close\n[8000] flow closed TIMEOUT\n");
    alone_end(&f);
}

static void a_request_cancelled_before_it_was_sent_is_not_sent(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = {.remote = f.peer, .transport = CF_TRANSPORT_TCP};
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    cf_endpoint_cancel(f.ep, f.tx, CF_STR_NONE, f.now);
    alone_drain(&f);
    cf_endpoint_on_connected(f.ep, f.flow, 5, f.now);
    alone_drain(&f);
    transcript_is(&f.transcript, "[0] open\n[0] failed STATE\n[0] terminated\n");
    alone_end(&f);
}

/* ---- RFC 3263 ---- */

static void finds_the_server_of_a_domain_and_the_next_one(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = {.uri = CF_STR("sip:example.com")};
    alone_request(&f, &route, &(struct sip_request){0});
    alone_resolve(&f,
                  &(struct cf_dns_record){
                      .order = 1, .flags = CF_STR("s"), .service = CF_STR("SIP+D2U"), .name = CF_STR("_sip._udp.example.com")},
                  1);
    const struct cf_dns_record servers[] = {
        {.order = 2, .port = 5080, .name = CF_STR("b.example.com")},
        {.order = 1, .port = 5070, .name = CF_STR("a.example.com")},
    };
    alone_resolve(&f, servers, 2);
    f.peer = addr_of("198.51.100.1:5070");
    alone_resolve(&f, &(struct cf_dns_record){.addr = f.peer}, 1);
    alone_peer_answers(&f, 503, NULL);
    f.peer = addr_of("198.51.100.2:5080");
    alone_resolve(&f, &(struct cf_dns_record){.addr = f.peer}, 1);
    alone_peer_answers(&f, 200, NULL);
    transcript_is(&f.transcript, "[0] resolve example.com\n"
                                 "[0] resolve _sip._udp.example.com\n"
                                 "[0] resolve a.example.com\n"
                                 "[0] udp OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] resolve b.example.com\n"
                                 "[0] udp OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 200 OK\n");
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_FAILOVERS), 1);
    alone_end(&f);
}

static void passes_503_of_the_only_server(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = {.uri = CF_STR("sip:198.51.100.7:5070")};
    alone_request(&f, &route, &(struct sip_request){.method = "INVITE"});
    alone_peer_answers(&f, 503, NULL);
    transcript_is(&f.transcript, "[0] udp INVITE sip:bob@example.org SIP/2.0\n"
                                 "[0] udp ACK sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 503 Service Unavailable\n");
    alone_end(&f);
}

/* attacks.md T11 */
static void a_dns_that_never_answers_fails_its_request_only(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route dark = {.uri = CF_STR("sip:dark.example.com")};
    struct cf_route route = alone_udp_route(&f);
    alone_request(&f, &dark, &(struct sip_request){0});
    alone_request(&f, &route, &(struct sip_request){0});
    alone_peer_answers(&f, 200, NULL);
    alone_run_until(&f, CF_SEC(60));
    alone_resolve(&f, NULL, 0);
    transcript_is(&f.transcript, "[0] resolve dark.example.com\n"
                                 "[0] udp OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] response SIP/2.0 200 OK\n"
                                 "[32000] failed TIMEOUT\n");
    alone_end(&f);
}

static void a_domain_without_addresses_fails(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_route route = {.uri = CF_STR("sip:nobody.example.com:5060")};
    alone_request(&f, &route, &(struct sip_request){0});
    alone_resolve(&f, NULL, 0);
    transcript_is(&f.transcript, "[0] resolve nobody.example.com\n[0] failed UPSTREAM\n");
    alone_end(&f);
}

CF_TEST_MAIN(cmocka_unit_test(sends_a_request_again_until_it_is_answered),
             cmocka_unit_test(a_response_to_another_method_is_a_stray), cmocka_unit_test(so_many_requests_of_ours_are_open),
             cmocka_unit_test(what_is_answered_keeps_no_message), cmocka_unit_test(fails_when_nobody_answers),
             cmocka_unit_test(fails_when_the_network_says_so), cmocka_unit_test(acknowledges_a_refusal_by_itself),
             cmocka_unit_test(cancels_once_it_rings), cmocka_unit_test(gives_up_a_cancelled_invite_that_is_not_answered),
             cmocka_unit_test(passes_the_2xx_of_all_forks), cmocka_unit_test(refuses_requests_without_a_way),
             cmocka_unit_test(sends_long_requests_over_tcp_and_over_udp_if_that_is_refused),
             cmocka_unit_test(opens_one_connection_for_many_requests), cmocka_unit_test(gives_up_a_connection_that_does_not_open),
             cmocka_unit_test(a_request_cancelled_before_it_was_sent_is_not_sent),
             cmocka_unit_test(finds_the_server_of_a_domain_and_the_next_one), cmocka_unit_test(passes_503_of_the_only_server),
             cmocka_unit_test(a_dns_that_never_answers_fails_its_request_only),
             cmocka_unit_test(a_domain_without_addresses_fails))
