/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of the endpoint's own, and what makes answers small. */
#include "core/endpoint/impl.h"

#include "base/hash.h"
#include "base/reader.h"

struct cf_addr cf_reply_addr(const struct cf_sip_message *msg, const struct cf_addr *remote) {
    struct cf_addr addr = *remote;
    if (!msg->via.has_rport) {
        addr.port = msg->via.port != 0 ? msg->via.port : cf_transport_default_port(CF_TRANSPORT_UDP);
    }
    return addr;
}

struct cf_endpoint_tag cf_endpoint_tag_of(const struct cf_endpoint *ep, const struct cf_sip_message *request) {
    struct cf_endpoint_tag tag;
    struct cf_writer w;
    uint8_t octets[8];
    uint64_t hash = cf_hash(ep->seed, request->call_id);
    hash = cf_hash(hash, request->from_tag);
    hash = cf_hash(hash, request->via.branch);
    cf_set_be32(octets, request->cseq.number);
    hash = cf_hash(hash, cf_str_n((const char *)octets, 4));
    cf_set_be32(octets, (uint32_t)(hash >> 32));
    cf_set_be32(octets + 4, (uint32_t)hash);
    cf_writer_init(&w, tag.text, sizeof tag.text);
    cf_put_hex(&w, (struct cf_span){octets, sizeof octets});
    return tag;
}

static bool put_with_tag(const struct cf_endpoint *ep, struct cf_writer *w, const struct cf_sip_message *msg, unsigned status,
                         struct cf_str to_tag, unsigned retry_after_sec) {
    cf_sip_reply_begin(w, msg, status, CF_STR_NONE, to_tag);
    if (retry_after_sec > 0) {
        cf_sip_put_field_dec(w, CF_SIP_HEADER_RETRY_AFTER, retry_after_sec);
    }
    if (status > 100 && ep->product.at != NULL) {
        cf_sip_put_field(w, CF_SIP_HEADER_SERVER, ep->product);
    }
    cf_sip_end(w);
    return cf_writer_ok(w);
}

bool cf_reply_put(const struct cf_endpoint *ep, struct cf_writer *w, const struct cf_sip_message *msg, unsigned status,
                  unsigned retry_after_sec) {
    if (status == 100) {
        return put_with_tag(ep, w, msg, status, CF_STR_NONE, retry_after_sec);
    }
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(ep, msg);
    return put_with_tag(ep, w, msg, status, cf_str_n(tag.text, sizeof tag.text), retry_after_sec);
}

static void send_datagram(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_addr *to,
                          struct cf_kept *bytes) {
    cf_output_put(ep, (struct cf_output){
                          .kind = CF_ENDPOINT_SEND_DATAGRAM,
                          .transport = CF_TRANSPORT_UDP,
                          .local = source->info.local,
                          .remote = *to,
                          .text = cf_kept_take(bytes),
                      });
}

/* May @p len octets be sent there? docs/adr/0014. */
static bool spend(const struct cf_source *source, size_t len) {
    if (source->flow == NULL) {
        return len <= source->len;
    }
    if (cf_flows_is_proven(source->flow)) {
        return true;
    }
    if (len > source->flow->credit) {
        return false;
    }
    source->flow->credit -= len;
    return true;
}

/* Send the answer in @p w, unless the source has not paid for it. */
static void send_reply(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_writer *answer) {
    struct cf_writer w = *answer;
    struct cf_kept *bytes = NULL;
    bool is_udp = source->info.transport == CF_TRANSPORT_UDP;
    if (!spend(source, w.len)) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_AMPLIFYING);
        return;
    }
    if (cf_keep(&ep->keeper, cf_writer_str(&w), &bytes) != CF_OK) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
        return;
    }
    cf_count(ep, CF_ENDPOINT_COUNT_RESPONSES_OUT);
    if (is_udp) {
        struct cf_addr to = cf_reply_addr(&ep->message, &source->info.remote);
        send_datagram(ep, source, &to, bytes);
    } else {
        cf_flows_send(ep, source->flow, NULL, bytes);
    }
    cf_kept_release(&ep->keeper, &bytes);
}

void cf_reply(struct cf_endpoint *ep, const struct cf_source *source, unsigned status, unsigned retry_after_sec) {
    struct cf_writer w;
    cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    if (cf_reply_put(ep, &w, &ep->message, status, retry_after_sec)) {
        send_reply(ep, source, &w);
    }
}

void cf_reply_to_cancel(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_kept *response) {
    struct cf_parse_error error;
    struct cf_writer w;
    bool has_tag =
        response != NULL && cf_sip_parse(cf_kept_str(response), &ep->own, &error) == CF_OK && ep->own.to_tag.at != NULL;
    if (!has_tag) {
        cf_reply(ep, source, 200, 0);
        return;
    }
    cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    if (put_with_tag(ep, &w, &ep->message, 200, ep->own.to_tag, 0)) {
        send_reply(ep, source, &w);
    }
}

/* What a client can't do without in an answer. */
static const enum cf_sip_header essential[] = {
    CF_SIP_HEADER_VIA,          CF_SIP_HEADER_FROM,
    CF_SIP_HEADER_TO,           CF_SIP_HEADER_CALL_ID,
    CF_SIP_HEADER_CSEQ,         CF_SIP_HEADER_RECORD_ROUTE,
    CF_SIP_HEADER_CONTACT,      CF_SIP_HEADER_WWW_AUTHENTICATE,
    CF_SIP_HEADER_RETRY_AFTER,  CF_SIP_HEADER_PROXY_AUTHENTICATE,
    CF_SIP_HEADER_MIN_EXPIRES,  CF_SIP_HEADER_EXPIRES,
    CF_SIP_HEADER_UNSUPPORTED,  CF_SIP_HEADER_MIN_SE,
    CF_SIP_HEADER_ALLOW_EVENTS, CF_SIP_HEADER_REQUIRE,
    CF_SIP_HEADER_SIP_ETAG,
};

bool cf_reply_strip(struct cf_endpoint *ep, struct cf_writer *w, struct cf_str response) {
    struct cf_parse_error error;
    if (cf_sip_parse(response, &ep->own, &error) != CF_OK || ep->own.is_request) {
        return false;
    }
    cf_sip_put_status_line(w, ep->own.status, ep->own.reason);
    for (size_t i = 0; i < sizeof essential / sizeof *essential; i++) {
        cf_sip_copy_fields(w, &ep->own, essential[i]);
    }
    cf_sip_end(w);
    return cf_writer_ok(w);
}
