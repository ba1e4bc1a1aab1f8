/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chaos for an endpoint. */
#include "lib/endpoint_chaos.h"

#include "base/reader.h"
#include "core/endpoint/endpoint.h"
#include "lib/endpoint_node.h"
#include "lib/sip_text.h"
#include <stdio.h>
#include <stdlib.h>

#define OWN_MAX 64
#define FLOWS_MAX 16
#define TXS_MAX 32
#define SENT_MAX 8

/** The run. */
struct chaos {
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_endpoint *ep;
    struct cf_reader r;
    cf_usec now;
    unsigned begun;            /**< requests of ours that were taken */
    unsigned results[OWN_MAX]; /**< final results of each */
    bool is_invite[OWN_MAX];
    struct cf_tx_id own[OWN_MAX];
    struct cf_tx_id txs[TXS_MAX]; /**< server transactions */
    size_t tx_count;
    struct cf_flow_id flows[FLOWS_MAX];
    size_t flow_count;
    uint32_t queries[SENT_MAX];
    struct sip_text sent[SENT_MAX]; /**< requests that went out, to be answered */
    size_t sent_count;
    struct sip_text scratch;
};

static void must(bool is_true) {
    if (!is_true) {
        abort();
    }
}

static unsigned below(struct chaos *c, unsigned bound) {
    return cf_take_u8(&c->r) % bound;
}

static struct cf_addr peer(struct chaos *c) {
    struct cf_addr addr = {.ip = {198, 51, 100, 1}, .port = 5060, .family = CF_FAMILY_IP4};
    addr.ip[3] = (uint8_t)(1 + below(c, 4));
    return addr;
}

static void keep_sent(struct chaos *c, struct cf_span bytes) {
    if (bytes.len > 100 && bytes.len < sizeof c->sent[0].buffer && bytes.at[0] != 'S') {
        struct sip_text *slot = &c->sent[c->sent_count++ % SENT_MAX];
        memcpy(slot->buffer, bytes.at, bytes.len);
        slot->text = cf_str_n(slot->buffer, bytes.len);
    }
}

static void on_result(struct chaos *c, const struct cf_endpoint_event *e) {
    if (e->owner.kind != 9) {
        return;
    }
    unsigned i = e->owner.handle.slot;
    unsigned status = e->message != NULL ? e->message->status : 0;
    bool is_more_2xx = c->is_invite[i] && status / 100 == 2 && c->results[i] > 0;
    if (e->kind == CF_ENDPOINT_FAILED || (e->kind == CF_ENDPOINT_RESPONSE && status >= 200 && !is_more_2xx)) {
        c->results[i]++;
    }
    must(c->results[i] <= 1);
}

static void drain(struct chaos *c) {
    struct cf_endpoint_event e;
    while (cf_endpoint_poll(c->ep, &e)) {
        on_result(c, &e);
        if (e.kind == CF_ENDPOINT_REQUEST) {
            c->txs[c->tx_count++ % TXS_MAX] = e.tx;
            must(e.message->is_request);
        } else if (e.kind == CF_ENDPOINT_OPEN_STREAM) {
            c->flows[c->flow_count++ % FLOWS_MAX] = e.flow;
        } else if (e.kind == CF_ENDPOINT_RESOLVE) {
            c->queries[e.query % SENT_MAX] = e.query;
        }
        keep_sent(c, e.bytes);
    }
}

/* ---- inputs ---- */

/* A request of the peer, mostly well-formed, with one octet changed now and then. */
static struct cf_str some_request(struct chaos *c) {
    static const char *const methods[] = {"INVITE", "ACK", "CANCEL", "OPTIONS", "BYE", "FOO"};
    static const char *const hosts[] = {"UDP 10.0.0.5:5060", "TCP phone.example.org", "UDP [2001:db8::1]"};
    char via[128], call_id[16];
    unsigned branch = below(c, 8);
    snprintf(via, sizeof via, "SIP/2.0/%s;%s%u%s", hosts[below(c, 3)], branch == 7 ? "x=" : "branch=z9hG4bK", branch,
             below(c, 2) ? ";rport" : "");
    snprintf(call_id, sizeof call_id, "c%u", below(c, 3));
    sip_request_via(&c->scratch, via,
                    &(struct sip_request){.method = methods[below(c, 6)],
                                          .call_id = call_id,
                                          .to_tag = below(c, 2) ? "us" : NULL,
                                          .body_len = below(c, 3) * 400});
    return c->scratch.text;
}

static struct cf_str some_response(struct chaos *c) {
    static struct cf_sip_message msg;
    struct cf_parse_error error;
    const struct sip_text *request = &c->sent[below(c, SENT_MAX)];
    if (request->text.len == 0 || cf_sip_parse(request->text, &msg, &error) != CF_OK) {
        return CF_STR("\r\n\r\n");
    }
    static const unsigned statuses[] = {100, 180, 200, 200, 302, 404, 486, 503};
    return sip_response(&c->scratch, &msg, statuses[below(c, 8)], below(c, 2) ? "x" : "y", NULL);
}

static struct cf_str some_bytes(struct chaos *c) {
    struct cf_str text = CF_STR_NONE;
    switch (below(c, 4)) {
    case 0:
    case 1:
        text = some_request(c);
        break;
    case 2:
        text = some_response(c);
        break;
    default:
        return cf_span_str(cf_take(&c->r, below(c, 200)));
    }
    if (below(c, 8) == 0 && text.len > 0 && text.at == c->scratch.buffer) {
        c->scratch.buffer[(size_t)(cf_take_u16(&c->r)) % text.len] = (char)cf_take_u8(&c->r);
    }
    return below(c, 8) == 0 ? cf_str_head(text, cf_take_u16(&c->r)) : text;
}

static struct cf_flow_id some_flow(struct chaos *c) {
    return c->flows[below(c, FLOWS_MAX)];
}

static void command_request(struct chaos *c) {
    static const char *const uris[] = {"sip:example.com", "sips:example.com", "sip:198.51.100.1", "sip:a.example.com:5080",
                                       "sip:example.com;transport=tcp"};
    struct cf_route route = {.local = 0};
    unsigned how = below(c, 3);
    if (c->begun == OWN_MAX) {
        return;
    }
    if (how == 0) {
        route.flow = some_flow(c);
    } else if (how == 1) {
        route.remote = peer(c);
        route.transport = (enum cf_transport)below(c, 3);
    } else {
        route.uri = cf_str_of(uris[below(c, 5)]);
    }
    bool is_invite = below(c, 2) != 0;
    sip_request(&c->scratch, &(struct sip_request){.method = is_invite ? "INVITE" : "MESSAGE", .body_len = below(c, 2) * 1500});
    struct cf_owner owner = {9, {c->begun, 1}};
    c->is_invite[c->begun] = is_invite;
    if (cf_endpoint_request(c->ep, &route, c->scratch.text, owner, c->now, &c->own[c->begun]) == CF_OK) {
        c->begun++;
    }
}

static void command_respond(struct chaos *c) {
    static const unsigned statuses[] = {100, 183, 200, 401, 404, 503};
    struct cf_tx_id tx = c->txs[below(c, TXS_MAX)];
    const struct cf_sip_message *request = cf_endpoint_request_of(c->ep, tx);
    unsigned status = statuses[below(c, 6)];
    if (request == NULL) {
        return;
    }
    sip_response(&c->scratch, request, status, "us", NULL);
    enum cf_err err = below(c, 2) ? cf_endpoint_respond(c->ep, tx, c->scratch.text, c->now)
                                  : cf_endpoint_relay(c->ep, tx, c->scratch.text, c->now);
    must(err == CF_OK || err == CF_ERR_NO_MEMORY || err == CF_ERR_LIMIT || err == CF_ERR_STATE);
}

static void command(struct chaos *c) {
    switch (below(c, 8)) {
    case 0:
    case 1:
        command_request(c);
        break;
    case 2:
    case 3:
        command_respond(c);
        break;
    case 4:
        cf_endpoint_cancel(c->ep, c->own[below(c, OWN_MAX)], CF_STR_NONE, c->now);
        break;
    case 5:
        cf_endpoint_acked(c->ep, c->txs[below(c, TXS_MAX)], c->now);
        break;
    case 6:
        cf_endpoint_set_owner(c->ep, c->txs[below(c, TXS_MAX)], (struct cf_owner){1, {1, 1}});
        cf_endpoint_trust_flow(c->ep, some_flow(c));
        cf_endpoint_ping(c->ep, some_flow(c), c->now);
        break;
    default:
        cf_endpoint_close_flow(c->ep, some_flow(c), CF_OK, c->now);
        break;
    }
}

static void dns_answers(struct chaos *c) {
    struct cf_dns_record records[3] = {{0}};
    unsigned count = below(c, 4);
    for (unsigned i = 0; i < count; i++) {
        records[i] = (struct cf_dns_record){
            .order = cf_take_u8(&c->r),
            .preference = cf_take_u8(&c->r),
            .port = 5060,
            .flags = CF_STR("s"),
            .service = CF_STR("SIP+D2T"),
            .name = CF_STR("b.example.com"),
            .addr = peer(c),
        };
    }
    cf_endpoint_on_resolved(c->ep, c->queries[below(c, SENT_MAX)], records, count, c->now);
}

static void stream_input(struct chaos *c) {
    struct cf_addr remote = peer(c);
    struct cf_flow_id flow;
    switch (below(c, 6)) {
    case 0:
        if (cf_endpoint_on_accepted(c->ep, 1 + below(c, 2), &remote, 1, c->now, &flow) == CF_OK) {
            c->flows[c->flow_count++ % FLOWS_MAX] = flow;
        }
        break;
    case 1:
        cf_endpoint_on_connected(c->ep, some_flow(c), 2, c->now);
        break;
    case 2:
        cf_endpoint_on_flow_closed(c->ep, some_flow(c), CF_ERR_IO, c->now);
        break;
    default:
        flow = some_flow(c);
        cf_endpoint_on_bytes(c->ep, flow, cf_str_span(some_bytes(c)), c->now);
        break;
    }
}

static void step(struct chaos *c) {
    struct cf_addr remote;
    switch (below(c, 8)) {
    case 0:
    case 1:
        remote = peer(c);
        cf_endpoint_on_datagram(c->ep, 0, &remote, cf_str_span(some_bytes(c)), c->now);
        break;
    case 2:
    case 3:
        stream_input(c);
        break;
    case 4:
        command(c);
        break;
    case 5:
        c->now += (cf_usec)cf_take_u16(&c->r) * 100;
        cf_endpoint_on_deadline(c->ep, c->now);
        break;
    case 6:
        if (below(c, 4) == 0) {
            remote = peer(c);
            cf_endpoint_on_unreachable(c->ep, 0, &remote, c->now);
        } else {
            dns_answers(c);
        }
        break;
    default:
        if (below(c, 8) == 0) {
            c->mem.fail_at = c->mem.count + below(c, 8);
        }
        break;
    }
    drain(c);
}

/* Let everything come to its end. */
static void run_out(struct chaos *c) {
    cf_usec end = c->now + CF_SEC(3600);
    c->mem.fail_at = SIZE_MAX;
    for (unsigned i = 0; i < OWN_MAX; i++) {
        cf_endpoint_cancel(c->ep, c->own[i], CF_STR_NONE, c->now);
        drain(c);
    }
    while (cf_endpoint_deadline(c->ep) <= end) {
        c->now = cf_endpoint_deadline(c->ep) > c->now ? cf_endpoint_deadline(c->ep) : c->now;
        cf_endpoint_on_deadline(c->ep, c->now);
        drain(c);
    }
    for (unsigned i = 0; i < c->begun; i++) {
        must(c->results[i] == 1);
    }
    must(cf_endpoint_gauges(c->ep).client_transactions == 0);
}

void endpoint_chaos(struct cf_span octets) {
    struct chaos *c = calloc(1, sizeof *c);
    must(c != NULL);
    const struct cf_endpoint_local locals[] = {
        {.transport = CF_TRANSPORT_UDP, .addr = addr_of("192.0.2.1:5060")},
        {.transport = CF_TRANSPORT_TCP, .addr = addr_of("192.0.2.1:5060")},
        {.transport = CF_TRANSPORT_WS, .addr = addr_of("192.0.2.1:80")},
        {.transport = CF_TRANSPORT_TLS, .addr = addr_of("192.0.2.1:5061")},
    };
    test_mem_init(&c->mem);
    test_entropy_init(&c->entropy, 1);
    cf_reader_init(&c->r, octets);
    struct cf_endpoint_config config = {
        .mem = &c->mem.mem,
        .entropy = &c->entropy.entropy,
        .limits = {.udp_flows = 3,
                   .streams = 6,
                   .streams_per_address = 3,
                   .server_transactions = 7,
                   .trusted_transactions = 3,
                   .client_transactions = 20},
        .locals = locals,
        .local_count = 4,
    };
    c->ep = cf_endpoint_create(&config, 0);
    must(c->ep != NULL);
    while (cf_reader_ok(&c->r) && cf_reader_left(&c->r) > 0) {
        step(c);
        struct cf_endpoint_gauges gauges = cf_endpoint_gauges(c->ep);
        must(gauges.udp_flows <= 3 && gauges.streams <= 6 && gauges.server_transactions <= 10 &&
             gauges.client_transactions <= 20);
    }
    run_out(c);
    cf_endpoint_destroy(c->ep);
    must(c->mem.live == 0);
    free(c);
}
