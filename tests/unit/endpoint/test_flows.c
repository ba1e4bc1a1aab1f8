/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows of an endpoint, its limits, and what it does with odd calls, as transcripts in virtual time. */
#include "core/endpoint/endpoint.h"

#include "lib/endpoint_alone.h"
#include "lib/endpoint_node.h"
#include "lib/test.h"

static void answers_pings_and_several_messages_of_one_read(void **state) {
    (void)state;
    struct alone f;
    struct sip_text one, two;
    char both[4096];
    alone_begin(&f);
    alone_accept(&f, 1);
    sip_request_via(&one, "SIP/2.0/TCP 10.0.0.5;branch=z9hG4bK1", &(struct sip_request){.call_id = "1"});
    sip_request_via(&two, "SIP/2.0/TCP 10.0.0.5;branch=z9hG4bK2", &(struct sip_request){.method = "MESSAGE", .call_id = "2"});
    int len = snprintf(both, sizeof both, "%.*s\r\n\r\n%.*s", CF_STR_ARG(one.text), CF_STR_ARG(two.text));
    alone_bytes(&f, cf_str_n(both, (size_t)len));
    transcript_is(&f.transcript, "[0] request OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] stream\n"
                                 "[0] request MESSAGE sip:bob@example.org SIP/2.0\n");
    alone_end(&f);
}

static void takes_messages_over_websocket(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    alone_begin(&f);
    alone_accept(&f, 2);
    alone_bytes(&f, sip_request_via(&text, "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1", &(struct sip_request){0}));
    alone_respond(&f, 200, NULL);
    struct cf_route route = {.flow = f.flow};
    alone_request(&f, &route, &(struct sip_request){.method = "MESSAGE"});
    assert_str(sip_parse(f.sent.text)->via.transport_name, CF_STR("WSS"));
    assert_str(sip_parse(f.sent.text)->via.host, CF_STR("sip.example.com"));
    transcript_is(&f.transcript, "[0] request OPTIONS sip:bob@example.org SIP/2.0\n"
                                 "[0] stream SIP/2.0 200 OK\n"
                                 "[0] stream MESSAGE sip:bob@example.org SIP/2.0\n");
    alone_end(&f);
}

static void closes_a_connection_whose_bytes_make_no_messages(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    alone_accept(&f, 1);
    alone_bytes(
        &f, CF_STR("OPTIONS sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.5;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                   "To: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: many\r\n\r\n"));
    transcript_is(&f.transcript,
                  "[0] stream SIP/2.0 400 Bad Request (Content-Length at 181)\n[0] close\n[0] flow closed MALFORMED\n");
    alone_end(&f);
}

static void closes_connections_that_owe_a_message_or_are_idle(void **state) {
    (void)state;
    struct alone f;
    struct sip_text text;
    alone_begin(&f);
    alone_accept(&f, 1);
    for (int i = 0; i < 50; i++) {
        alone_run_until(&f, CF_SEC(i));
        alone_bytes(&f, CF_STR("O"));
    }
    transcript_is(&f.transcript, "[30000] close\n[30000] flow closed TIMEOUT\n");
    transcript_reset(&f.transcript);
    f.now = CF_SEC(100);
    alone_accept(&f, 1);
    alone_bytes(&f, sip_request_via(&text, "SIP/2.0/TCP 10.0.0.5;branch=z9hG4bK1", &(struct sip_request){.method = "MESSAGE"}));
    alone_respond(&f, 200, NULL);
    alone_run_until(&f, CF_SEC(2000));
    transcript_is(&f.transcript, "[100000] request MESSAGE sip:bob@example.org SIP/2.0\n"
                                 "[100000] stream SIP/2.0 200 OK\n[1000000] close\n[1000000] flow closed TIMEOUT\n");
    alone_end(&f);
}

static void refuses_too_many_connections_from_one_address(void **state) {
    (void)state;
    struct alone f;
    struct cf_flow_id flow;
    alone_begin_with(&f, (struct cf_endpoint_limits){.streams_per_address = 2, .streams = 3});
    struct cf_addr other = addr_of("203.0.113.1:1");
    alone_accept(&f, 1);
    alone_accept(&f, 1);
    struct cf_flow_id second = f.flow;
    assert_int_equal(cf_endpoint_on_accepted(f.ep, 1, &f.peer, 1, 0, &flow), CF_ERR_LIMIT);
    assert_ok(cf_endpoint_on_accepted(f.ep, 1, &other, 1, 0, &flow));
    assert_int_equal(cf_endpoint_on_accepted(f.ep, 1, &other, 1, 0, &flow), CF_ERR_LIMIT);
    cf_endpoint_on_flow_closed(f.ep, second, CF_OK, 0);
    assert_ok(cf_endpoint_on_accepted(f.ep, 1, &f.peer, 1, 0, &flow));
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_FLOWS_REFUSED), 2);
    alone_drain(&f);
    alone_end(&f);
}

/* attacks.md T8: the dialog above must hear of every transaction whose connection broke, at each of its steps. */
static void reports_a_connection_that_breaks_at_each_step(void **state) {
    (void)state;
    static const struct {
        unsigned first, second;
        const char *expected;
    } steps[] = {
        {0, 0, "[0] failed IO\n[0] terminated\n[0] flow closed IO\n"},
        {180, 0, "[0] failed IO\n[0] terminated\n[0] flow closed IO\n"},
        /* RFC 6026 section 7.1: the ACK may still come, over another connection. */
        {200, 0, "[0] flow closed IO\n[32000] not acked\n[32000] terminated\n"},
        {180, 486, "[0] terminated\n[0] flow closed IO\n"},
        {180, 200, "[0] flow closed IO\n[32000] not acked\n[32000] terminated\n"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct alone f;
        struct sip_text text;
        alone_begin(&f);
        alone_accept(&f, 1);
        alone_bytes(&f,
                    sip_request_via(&text, "SIP/2.0/TCP 10.0.0.5;branch=z9hG4bK1", &(struct sip_request){.method = "INVITE"}));
        cf_endpoint_set_owner(f.ep, f.tx, alone_owner);
        for (int step = 0; step < 2; step++) {
            unsigned status = step == 0 ? steps[i].first : steps[i].second;
            if (status != 0) {
                alone_respond(&f, status, NULL);
            }
        }
        transcript_reset(&f.transcript);
        cf_endpoint_on_flow_closed(f.ep, f.flow, CF_ERR_IO, f.now);
        alone_drain(&f);
        alone_run_until(&f, CF_SEC(40));
        transcript_is(&f.transcript, steps[i].expected);
        alone_end(&f);
    }
}

/* ---- limits, attacks.md T17 ---- */

static void counts_transactions_of_trusted_flows_apart(void **state) {
    (void)state;
    struct alone f;
    char via[128];
    alone_begin_with(&f, (struct cf_endpoint_limits){.server_transactions = 8, .trusted_transactions = 2});
    for (int i = 0; i < 20; i++) {
        snprintf(via, sizeof via, "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK%d;rport", i);
        alone_request_comes(&f, via, &(struct sip_request){.method = "MESSAGE", .body_len = 100});
    }
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 8);
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REJECTED_OVERLOAD), 12);
    const struct cf_sip_message *refusal = sip_parse(f.sent.text);
    assert_int_equal(refusal->status, 503);
    assert_str(cf_sip_value(refusal, CF_SIP_HEADER_RETRY_AFTER), CF_STR("10"));
    cf_endpoint_trust_flow(f.ep, f.flow);
    for (int i = 0; i < 3; i++) {
        snprintf(via, sizeof via, "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKtrusted%d;rport", i);
        alone_request_comes(&f, via, &(struct sip_request){.method = "MESSAGE"});
        assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, i < 2 ? 9 + i : 10);
    }
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_REJECTED_OVERLOAD), 13);
    /* Nobody answers: all of them end, and both have room again. */
    alone_run_until(&f, CF_SEC(300));
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 0);
    for (int i = 0; i < 3; i++) {
        snprintf(via, sizeof via, "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKlater%d;rport", i);
        alone_request_comes(&f, via, &(struct sip_request){.method = "MESSAGE"});
    }
    assert_int_equal(cf_endpoint_gauges(f.ep).server_transactions, 2);
    alone_end(&f);
}

static void forgets_the_oldest_udp_flows_first_and_trusted_ones_last(void **state) {
    (void)state;
    struct alone f;
    alone_begin_with(&f, (struct cf_endpoint_limits){.udp_flows = 4, .udp_idle_usec = CF_SEC(1000)});
    struct cf_flow_id flows[6];
    for (int i = 0; i < 6; i++) {
        struct cf_addr remote = addr_of("203.0.113.1:1000");
        remote.port = (uint16_t)(1000 + i);
        assert_ok(cf_endpoint_udp_flow(f.ep, 0, &remote, i, &flows[i]));
        if (i == 0) {
            cf_endpoint_trust_flow(f.ep, flows[0]);
        }
    }
    struct cf_flow_info info;
    assert_true(cf_endpoint_flow_info(f.ep, flows[0], &info) && info.is_trusted);
    assert_false(cf_endpoint_flow_info(f.ep, flows[1], &info));
    assert_false(cf_endpoint_flow_info(f.ep, flows[2], &info));
    assert_true(cf_endpoint_flow_info(f.ep, flows[5], &info));
    assert_int_equal(cf_endpoint_counter(f.ep, CF_ENDPOINT_COUNT_FLOWS_EVICTED), 2);
    alone_end(&f);
}

static void pings_by_the_rule_of_the_transport(void **state) {
    (void)state;
    struct alone f;
    struct cf_flow_id udp;
    alone_begin(&f);
    alone_accept(&f, 1);
    cf_endpoint_ping(f.ep, f.flow, 0);
    alone_drain(&f);
    assert_str(f.sent.text, CF_STR("\r\n\r\n"));
    assert_ok(cf_endpoint_udp_flow(f.ep, 0, &f.peer, 0, &udp));
    cf_endpoint_ping(f.ep, udp, 0);
    alone_drain(&f);
    assert_int_equal(f.sent.text.len, 20);
    assert_memory_equal(f.sent.text.at, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
    alone_end(&f);
}

/* A shell that forgets or is late must not crash the core. */
static void ignores_what_it_does_not_know(void **state) {
    (void)state;
    struct alone f;
    alone_begin(&f);
    struct cf_flow_id flow = {{5, 5}};
    struct cf_tx_id tx = {{5, 5}};
    cf_endpoint_on_bytes(f.ep, flow, cf_str_span(CF_STR("x")), 0);
    cf_endpoint_on_connected(f.ep, flow, 1, 0);
    cf_endpoint_on_flow_closed(f.ep, flow, CF_OK, 0);
    cf_endpoint_close_flow(f.ep, flow, CF_OK, 0);
    cf_endpoint_on_resolved(f.ep, 77, NULL, 0, 0);
    cf_endpoint_cancel(f.ep, tx, CF_STR_NONE, 0);
    cf_endpoint_acked(f.ep, tx, 0);
    cf_endpoint_set_owner(f.ep, tx, alone_owner);
    cf_endpoint_ping(f.ep, flow, 0);
    cf_endpoint_on_deadline(f.ep, 0);
    assert_false(cf_flow_id_is_set(cf_endpoint_flow_of(f.ep, tx)));
    assert_null(cf_endpoint_request_of(f.ep, tx));
    assert_int_equal(cf_endpoint_deadline(f.ep), CF_USEC_NEVER);
    alone_drain(&f);
    assert_int_equal(f.transcript.len, 0);
    alone_end(&f);
}

static void every_counter_has_a_name_and_help(void **state) {
    (void)state;
    for (unsigned i = 0; i < CF_ENDPOINT_COUNTER_COUNT_; i++) {
        assert_true(strlen(cf_endpoint_counter_name((enum cf_endpoint_counter)i)) > 0);
        assert_true(strlen(cf_endpoint_counter_help((enum cf_endpoint_counter)i)) > 10);
    }
}

CF_TEST_MAIN(cmocka_unit_test(answers_pings_and_several_messages_of_one_read), cmocka_unit_test(takes_messages_over_websocket),
             cmocka_unit_test(closes_a_connection_whose_bytes_make_no_messages),
             cmocka_unit_test(closes_connections_that_owe_a_message_or_are_idle),
             cmocka_unit_test(refuses_too_many_connections_from_one_address),
             cmocka_unit_test(reports_a_connection_that_breaks_at_each_step),
             cmocka_unit_test(counts_transactions_of_trusted_flows_apart),
             cmocka_unit_test(forgets_the_oldest_udp_flows_first_and_trusted_ones_last),
             cmocka_unit_test(pings_by_the_rule_of_the_transport), cmocka_unit_test(ignores_what_it_does_not_know),
             cmocka_unit_test(every_counter_has_a_name_and_help))
