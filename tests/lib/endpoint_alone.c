/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An endpoint without a network. */
#include "lib/endpoint_alone.h"

#include "lib/endpoint_node.h"
#include "lib/test.h"

void alone_begin_with(struct alone *f, struct cf_endpoint_limits limits) {
    static struct cf_endpoint_local locals[3];
    locals[0] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_UDP, .addr = addr_of("192.0.2.1:5060")};
    locals[1] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_TCP, .addr = addr_of("192.0.2.1:5060")};
    locals[2] = (struct cf_endpoint_local){
        .transport = CF_TRANSPORT_WSS, .addr = addr_of("192.0.2.1:443"), .host = CF_STR("sip.example.com"), .host_port = 443};
    memset(f, 0, sizeof *f);
    test_mem_init(&f->mem);
    test_entropy_init(&f->entropy, 1);
    transcript_init(&f->transcript);
    f->peer = addr_of("198.51.100.7:5070");
    struct cf_endpoint_config config = {
        .mem = &f->mem.mem, .entropy = &f->entropy.entropy, .limits = limits, .locals = locals, .local_count = 3};
    f->ep = cf_endpoint_create(&config, 0);
    assert_non_null(f->ep);
}

void alone_begin(struct alone *f) {
    alone_begin_with(f, (struct cf_endpoint_limits){0});
}

void alone_end(struct alone *f) {
    cf_endpoint_destroy(f->ep);
    test_mem_fini(&f->mem);
    transcript_fini(&f->transcript);
}

static struct cf_str first_line(struct cf_str text) {
    struct cf_str line = cf_str_cut(&text, '\r');
    return line;
}

static const char *kind_name(enum cf_endpoint_event_kind kind) {
    static const char *const names[] = {"udp", "stream",    "open",     "close",  "resolve",   "received",   "request",
                                        "ack", "cancelled", "response", "failed", "not acked", "terminated", "flow closed"};
    return names[kind];
}

static void note(struct alone *f, const struct cf_endpoint_event *e) {
    struct cf_str line = e->message != NULL ? first_line(e->message->raw) : CF_STR("");
    if (e->bytes.len > 0) {
        sip_text_copy(&f->sent, cf_span_str(e->bytes));
        line = first_line(f->sent.text);
    }
    if (e->kind == CF_ENDPOINT_RESOLVE) {
        line = e->question.name;
        f->query = e->query;
    }
    if (e->message != NULL) {
        sip_text_copy(&f->received, e->message->raw);
    }
    f->tx = cf_tx_id_is_set(e->tx) ? e->tx : f->tx;
    f->flow = cf_flow_id_is_set(e->flow) ? e->flow : f->flow;
    transcript_line(&f->transcript, f->now, "%s%s%.*s%s%s%s", kind_name(e->kind), line.len > 0 ? " " : "", CF_STR_ARG(line),
                    e->is_merged ? " merged" : "", e->err != CF_OK ? " " : "", e->err != CF_OK ? cf_err_name(e->err) : "");
}

void alone_drain(struct alone *f) {
    struct cf_endpoint_event event;
    while (cf_endpoint_poll(f->ep, &event)) {
        note(f, &event);
    }
}

void alone_datagram(struct alone *f, struct cf_str text) {
    cf_endpoint_on_datagram(f->ep, 0, &f->peer, cf_str_span(text), f->now);
    alone_drain(f);
}

void alone_run_until(struct alone *f, cf_usec until) {
    while (cf_endpoint_deadline(f->ep) <= until) {
        f->now = cf_endpoint_deadline(f->ep) > f->now ? cf_endpoint_deadline(f->ep) : f->now;
        cf_endpoint_on_deadline(f->ep, f->now);
        alone_drain(f);
    }
    f->now = until;
}

void alone_respond(struct alone *f, unsigned status, const char *fields) {
    struct sip_text text;
    struct sip_text request = {.text = CF_STR_NONE};
    sip_text_copy(&request, f->received.text);
    sip_response(&text, sip_parse(request.text), status, status > 100 ? "us" : NULL, fields);
    assert_ok(cf_endpoint_respond(f->ep, f->tx, text.text, f->now));
    alone_drain(f);
}

void alone_request_comes(struct alone *f, const char *via, const struct sip_request *request) {
    struct sip_text text;
    alone_datagram(f, sip_request_via(&text, via, request));
}

const struct cf_owner alone_owner = {3, {4, 5}};

void alone_request(struct alone *f, const struct cf_route *route, const struct sip_request *what) {
    struct sip_text text;
    assert_ok(cf_endpoint_request(f->ep, route, sip_request(&text, what), alone_owner, f->now, &f->tx));
    alone_drain(f);
}

struct cf_route alone_udp_route(const struct alone *f) {
    return (struct cf_route){.remote = f->peer, .transport = CF_TRANSPORT_UDP};
}

/* The peer answers the last request that was sent. */
void alone_peer_answers(struct alone *f, unsigned status, const char *fields) {
    struct sip_text answer;
    struct sip_text sent = {.text = CF_STR_NONE};
    sip_text_copy(&sent, f->sent.text);
    alone_datagram(f, sip_response(&answer, sip_parse(sent.text), status, status > 100 ? "them" : NULL, fields));
}

void alone_resolve(struct alone *f, const struct cf_dns_record *records, size_t count) {
    cf_endpoint_on_resolved(f->ep, f->query, records, count, f->now);
    alone_drain(f);
}

void alone_accept(struct alone *f, uint32_t local) {
    assert_ok(cf_endpoint_on_accepted(f->ep, local, &f->peer, 42, f->now, &f->flow));
    alone_drain(f);
}

void alone_bytes(struct alone *f, struct cf_str text) {
    cf_endpoint_on_bytes(f->ep, f->flow, cf_str_span(text), f->now);
    alone_drain(f);
}
