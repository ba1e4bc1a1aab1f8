/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From bytes to a message to whoever it is for. */
#include "core/endpoint/impl.h"

#include "core/endpoint/stun.h"
#include "core/endpoint/via_line.h"

/*
 * A flow gathers credit by what comes over it (docs/adr/0014); more than this is of no use, and a flood must not save up for an
 * answer to somebody else.
 */
#define CREDIT_MAX 65536

/*
 * Is the datagram one too many of those who have proved nothing? Then it is not looked at, which is ten times as cheap as to
 * refuse it: those who have proved something are heard through a flood (docs/adr/0125, 0159).
 */
static bool is_flood(struct cf_endpoint *ep, const struct cf_flow *flow, const struct cf_addr *remote) {
    bool is_stranger = flow == NULL || !cf_flows_is_proven(flow);
    return is_stranger && !cf_strangers_admit(&ep->strangers, remote, ep->now);
}

static void earn_credit(struct cf_endpoint *ep, struct cf_source *source) {
    struct cf_flow *flow = source->flow;
    if (flow == NULL) {
        return;
    }
    flow->credit = flow->credit + source->len < CREDIT_MAX ? flow->credit + source->len : CREDIT_MAX;
    cf_flow_restart(&ep->flows, flow, ep->now);
}

static void on_request(struct cf_endpoint *ep, struct cf_source *source) {
    cf_count(ep, CF_ENDPOINT_COUNT_REQUESTS_IN);
    if (ep->message.method == CF_SIP_METHOD_ACK) {
        cf_server_on_ack(ep, source);
    } else if (ep->message.method == CF_SIP_METHOD_CANCEL) {
        cf_server_on_cancel(ep, source);
    } else {
        cf_server_on_request(ep, source);
    }
}

static void tell_received(struct cf_endpoint *ep, const struct cf_source *source, struct cf_str text) {
    ep->has_received = true;
    ep->received = (struct cf_endpoint_event){
        .kind = CF_ENDPOINT_RECEIVED,
        .flow = source->flow != NULL ? source->flow->id : (struct cf_flow_id){.h = {0, 0}},
        .transport = source->info.transport,
        .local = source->info.local,
        .remote = source->info.remote,
        .bytes = cf_str_span(text),
    };
}

/* With what RFC 3261 section 18.2.1 adds to it; a Via that was longer for its blanks may even get shorter. */
static void put_request(struct cf_endpoint *ep, struct cf_writer *w, const struct cf_source *source, struct cf_str bytes) {
    cf_put_with_received(w, bytes, &source->info.remote);
    ep->input_grown = (uint32_t)(w->len - bytes.len);
}

void cf_intake_message(struct cf_endpoint *ep, struct cf_source *source, struct cf_str bytes) {
    struct cf_writer w;
    struct cf_parse_error error;
    ep->in_hand = (struct cf_tx_id){{0, 0}};
    cf_writer_init(&w, ep->input, CF_ENDPOINT_BUFFER_SIZE);
    if (bytes.len > CF_SIP_MESSAGE_MAX || cf_status_of(bytes) != 0) {
        cf_put(&w, cf_str_head(bytes, CF_SIP_MESSAGE_MAX));
        ep->input_grown = 0;
    } else {
        put_request(ep, &w, source, bytes);
    }
    earn_credit(ep, source);
    if (ep->is_watched) {
        tell_received(ep, source, cf_writer_str(&w));
    }
    if (!cf_writer_ok(&w)) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_MALFORMED);
    } else if (cf_sip_parse(cf_writer_str(&w), &ep->message, &error) != CF_OK) {
        cf_reply_to_malformed(ep, source, &error);
    } else if (ep->message.is_request) {
        on_request(ep, source);
    } else {
        cf_count(ep, CF_ENDPOINT_COUNT_RESPONSES_IN);
        cf_client_on_response(ep, source);
    }
}

/* RFC 5626 section 4.4.2. The answer is longer than the question, so an unknown sender gets none. */
static void on_stun(struct cf_endpoint *ep, const struct cf_source *source, struct cf_span bytes) {
    uint8_t buffer[CF_STUN_ANSWER_MAX];
    struct cf_writer w;
    struct cf_kept *answer = NULL;
    struct cf_flow *flow = source->flow;
    cf_writer_init(&w, buffer, sizeof buffer);
    if (!cf_stun_answer(bytes, &source->info.remote, &w)) {
        return;
    }
    cf_count(ep, CF_ENDPOINT_COUNT_KEEPALIVES_IN);
    if (flow == NULL || (!cf_flows_is_proven(flow) && flow->credit < w.len)) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_AMPLIFYING);
        return;
    }
    flow->credit -= cf_flows_is_proven(flow) ? 0 : w.len;
    if (cf_keep(&ep->keeper, cf_writer_str(&w), &answer) == CF_OK) {
        cf_flows_send(ep, flow, NULL, answer);
        cf_kept_release(&ep->keeper, &answer);
    }
}

/* Only line ends (and NUL, which some phones send): a keep-alive that is not answered over UDP. */
static bool is_blank(struct cf_span bytes) {
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] != '\r' && bytes.at[i] != '\n' && bytes.at[i] != '\0') {
            return false;
        }
    }
    return true;
}

void cf_endpoint_on_datagram(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, struct cf_span bytes,
                             cf_usec now) {
    cf_assert(cf_local_is(ep, local, false));
    cf_assert(!ep->has_event);
    ep->now = now;
    struct cf_source source = {
        .flow = cf_flow_udp(&ep->flows, local, remote),
        .info = {.transport = CF_TRANSPORT_UDP, .local = local, .remote = *remote},
        .len = bytes.len,
    };
    if (source.flow != NULL) {
        cf_flow_touch(&ep->flows, source.flow, now);
    }
    if (is_flood(ep, source.flow, remote)) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_FLOOD);
    } else if (is_blank(bytes)) {
        cf_count(ep, CF_ENDPOINT_COUNT_KEEPALIVES_IN);
    } else if (cf_stun_is(bytes)) {
        on_stun(ep, &source, bytes);
    } else {
        cf_intake_message(ep, &source, cf_span_str(bytes));
    }
}

static void pong(struct cf_endpoint *ep, struct cf_flow *flow) {
    struct cf_kept *bytes = NULL;
    cf_count(ep, CF_ENDPOINT_COUNT_KEEPALIVES_IN);
    if (cf_keep(&ep->keeper, CF_STR("\r\n"), &bytes) == CF_OK) {
        cf_flows_send(ep, flow, NULL, bytes);
        cf_kept_release(&ep->keeper, &bytes);
    }
}

static void on_frame(struct cf_endpoint *ep, struct cf_flow *flow, struct cf_span bytes) {
    struct cf_source source = {.flow = flow, .info = flow->info, .len = bytes.len};
    cf_flow_touch(&ep->flows, flow, ep->now);
    if (is_blank(bytes)) {
        /* RFC 7118 section 6: keep-alives are WebSocket's own, but those of RFC 5626 are seen as well. */
        pong(ep, flow);
    } else {
        cf_intake_message(ep, &source, cf_span_str(bytes));
    }
}

void cf_endpoint_on_alive(struct cf_endpoint *ep, struct cf_flow_id id, cf_usec now) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    ep->now = now;
    if (flow != NULL && flow->info.transport != CF_TRANSPORT_UDP) {
        cf_flow_touch(&ep->flows, flow, now);
    }
}

void cf_endpoint_on_bytes(struct cf_endpoint *ep, struct cf_flow_id id, struct cf_span bytes, cf_usec now) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    cf_assert(!ep->has_event);
    ep->now = now;
    if (flow == NULL || !flow->info.is_connected || flow->info.transport == CF_TRANSPORT_UDP) {
        return;
    }
    if (cf_transport_is_websocket(flow->info.transport)) {
        on_frame(ep, flow, bytes);
        return;
    }
    if (cf_sip_framer_on_bytes(&flow->framer, bytes) != CF_OK) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
        cf_flows_close(ep, flow, CF_ERR_NO_MEMORY, true);
        return;
    }
    if (!cf_link_is_in(&flow->readable)) {
        cf_list_append(&ep->readable, &flow->readable);
    }
}

/* What can't be cut is answered if it can be understood, and ends the connection. */
static void on_broken(struct cf_endpoint *ep, struct cf_flow *flow, const struct cf_sip_framer_event *event) {
    struct cf_source source = {.flow = flow, .info = flow->info, .len = event->bytes.len};
    struct cf_parse_error error;
    struct cf_writer w;
    cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_BROKEN);
    ep->in_hand = (struct cf_tx_id){{0, 0}};
    cf_writer_init(&w, ep->input, CF_ENDPOINT_BUFFER_SIZE);
    put_request(ep, &w, &source, cf_str_head(event->bytes, CF_SIP_MESSAGE_MAX));
    if (event->bytes.len > 0 && cf_writer_ok(&w)) {
        bool is_whole = cf_sip_parse(cf_writer_str(&w), &ep->message, &error) == CF_OK;
        cf_reply_to_malformed(ep, &source, is_whole ? &event->error : &error);
    }
    cf_flows_close(ep, flow, event->error.code, true);
}

/* Nothing is left in it. */
static void leave(struct cf_endpoint *ep, struct cf_flow *flow) {
    cf_list_remove(&flow->readable);
    cf_sip_framer_trim(&flow->framer);
    cf_flow_touch(&ep->flows, flow, ep->now);
}

bool cf_intake_pull(struct cf_endpoint *ep) {
    struct cf_link *link = cf_list_first(&ep->readable);
    struct cf_sip_framer_event event;
    if (link == NULL) {
        return false;
    }
    struct cf_flow *flow = CF_OF(link, struct cf_flow, readable);
    if (!cf_sip_framer_poll(&flow->framer, &event)) {
        leave(ep, flow);
        return true;
    }
    struct cf_source source = {.flow = flow, .info = flow->info, .len = event.bytes.len};
    switch (event.kind) {
    case CF_SIP_FRAMER_MESSAGE:
        cf_intake_message(ep, &source, event.bytes);
        break;
    case CF_SIP_FRAMER_PING:
        pong(ep, flow);
        break;
    case CF_SIP_FRAMER_PONG:
        cf_count(ep, CF_ENDPOINT_COUNT_KEEPALIVES_IN);
        break;
    case CF_SIP_FRAMER_BROKEN:
        on_broken(ep, flow, &event);
        break;
    }
    return true;
}
