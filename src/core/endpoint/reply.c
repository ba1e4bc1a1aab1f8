/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of the endpoint's own, and what makes answers small. */
#include "core/endpoint/impl.h"

#include "base/hash.h"
#include "base/reader.h"
#include "core/sip/complaint.h"

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

/* An answer of the endpoint's own; absent and 0: not said. */
struct own_answer {
    unsigned status;
    struct cf_str reason;
    struct cf_str to_tag;
    unsigned retry_after_sec;
};

static bool put_own(const struct cf_endpoint *ep, struct cf_writer *w, const struct cf_sip_message *msg,
                    const struct own_answer *answer) {
    cf_sip_reply_begin(w, msg, answer->status, answer->reason, answer->to_tag);
    if (answer->retry_after_sec > 0) {
        cf_sip_put_field_dec(w, CF_SIP_HEADER_RETRY_AFTER, answer->retry_after_sec);
    }
    if (answer->status > 100 && ep->product.at != NULL) {
        cf_sip_put_field(w, CF_SIP_HEADER_SERVER, ep->product);
    }
    cf_sip_end(w);
    return cf_writer_ok(w);
}

bool cf_reply_put_trying(const struct cf_endpoint *ep, struct cf_writer *w, const struct cf_sip_message *msg) {
    return put_own(ep, w, msg, &(struct own_answer){.status = 100});
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

/* Names in their compact form (RFC 3261 section 7.3.3), where there is one. */
static void copy_compact(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_header id) {
    const char name = cf_sip_header_compact(id);
    if (name == '\0') {
        cf_sip_copy_fields(w, msg, id);
        return;
    }
    for (const struct cf_sip_field *field = cf_sip_field_first(msg, id); field != NULL; field = cf_sip_field_next(msg, field)) {
        cf_sip_put_field_named(w, cf_str_n(&name, 1), field->value);
    }
}

/* As short as may be: without a phrase, in compact form, and then without what is said to be polite. */
static void put_short(struct cf_writer *w, const struct cf_sip_message *msg, bool is_shortest) {
    cf_sip_put_status_line(w, msg->status, is_shortest ? CF_STR("") : msg->reason);
    for (size_t i = 0; i < sizeof essential / sizeof *essential; i++) {
        if (is_shortest) {
            copy_compact(w, msg, essential[i]);
        } else {
            cf_sip_copy_fields(w, msg, essential[i]);
        }
    }
    if (is_shortest) {
        cf_put_lit(w, "l: 0\r\n\r\n");
    } else {
        cf_sip_end(w);
    }
}

bool cf_reply_shorten(struct cf_endpoint *ep, struct cf_writer *w, struct cf_str response, uint64_t most) {
    struct cf_parse_error error;
    /* What it repeats of a broken request is broken. */
    enum cf_err err = cf_sip_parse(response, &ep->own, &error);
    if ((err != CF_OK && err != CF_ERR_MALFORMED) || ep->own.is_request || (ep->own.has & CF_SIP_HAS_START_LINE) == 0) {
        return false;
    }
    struct cf_writer start = *w;
    put_short(w, &ep->own, false);
    if (w->len > most) {
        *w = start;
        put_short(w, &ep->own, true);
    }
    return cf_writer_ok(w) && w->len <= most;
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

/* So many octets may be sent there (docs/adr/0014). */
static uint64_t paid_by(const struct cf_source *source) {
    if (source->flow == NULL) {
        return source->len;
    }
    return cf_flows_is_proven(source->flow) ? UINT64_MAX : source->flow->credit;
}

static bool is_paid(const struct cf_source *source, size_t len) {
    return len <= paid_by(source);
}

static void spend(const struct cf_source *source, size_t len) {
    if (source->flow != NULL && !cf_flows_is_proven(source->flow)) {
        source->flow->credit -= len;
    }
}

/* Send the answer in the scratch buffer, in a shorter form or not at all if the source has not paid for it. */
static void send_reply(struct cf_endpoint *ep, const struct cf_source *source, struct cf_str answer) {
    struct cf_kept *bytes = NULL;
    bool is_udp = source->info.transport == CF_TRANSPORT_UDP;
    if (cf_keep(&ep->keeper, answer, &bytes) == CF_OK && !is_paid(source, answer.len)) {
        struct cf_writer w;
        cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
        bool is_short = cf_reply_shorten(ep, &w, cf_kept_str(bytes), paid_by(source));
        cf_kept_release(&ep->keeper, &bytes);
        if (!is_short) {
            cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_AMPLIFYING);
            return;
        }
        enum cf_err err = cf_keep(&ep->keeper, cf_writer_str(&w), &bytes);
        (void)err; /* told below */
    }
    if (bytes == NULL) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_NO_MEMORY);
        return;
    }
    spend(source, bytes->len);
    cf_count(ep, CF_ENDPOINT_COUNT_RESPONSES_OUT);
    if (is_udp) {
        struct cf_addr to = cf_reply_addr(&ep->message, &source->info.remote);
        send_datagram(ep, source, &to, bytes);
    } else {
        cf_flows_send(ep, source->flow, NULL, bytes);
    }
    cf_kept_release(&ep->keeper, &bytes);
}

/* @p answer to ep->message into the scratch buffer, with the tag of the request unless it has one. */
static bool put_reply(struct cf_endpoint *ep, struct cf_writer *w, struct own_answer answer) {
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(ep, &ep->message);
    answer.to_tag = answer.to_tag.at != NULL ? answer.to_tag : cf_str_n(tag.text, sizeof tag.text);
    cf_writer_init(w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    return put_own(ep, w, &ep->message, &answer);
}

static void reply(struct cf_endpoint *ep, const struct cf_source *source, const struct own_answer *answer) {
    struct cf_writer w;
    if (put_reply(ep, &w, *answer)) {
        send_reply(ep, source, cf_writer_str(&w));
    }
}

void cf_reply(struct cf_endpoint *ep, const struct cf_source *source, unsigned status, unsigned retry_after_sec) {
    reply(ep, source, &(struct own_answer){.status = status, .retry_after_sec = retry_after_sec});
}

/* Where the error is in what the peer has sent: what was added to its Via does not count. */
static struct cf_parse_error as_sent(const struct cf_endpoint *ep, const struct cf_parse_error *error) {
    struct cf_parse_error sent = *error;
    if (ep->message.via.text.at != NULL) {
        size_t via_end = (size_t)(ep->message.via.text.at + ep->message.via.text.len - ep->input);
        sent.offset -= error->offset >= via_end ? ep->input_grown : 0;
    }
    return sent;
}

void cf_reply_to_malformed(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_parse_error *error) {
    char phrase[CF_SIP_COMPLAINT_MAX];
    struct cf_writer text;
    struct cf_writer w;
    struct own_answer answer = {.status = cf_sip_refusal_status(&ep->message, error)};
    if (answer.status == 0) {
        cf_count(ep, CF_ENDPOINT_COUNT_DISCARD_MALFORMED);
        return;
    }
    cf_count(ep, CF_ENDPOINT_COUNT_REJECTED_MALFORMED);
    const struct cf_parse_error sent = as_sent(ep, error);
    cf_writer_init(&text, phrase, sizeof phrase);
    cf_sip_put_complaint(&text, answer.status, &sent);
    answer.reason = cf_writer_str(&text);
    /* Who has not paid for the words gets the number. */
    if (put_reply(ep, &w, answer) && is_paid(source, w.len)) {
        send_reply(ep, source, cf_writer_str(&w));
    } else {
        cf_reply(ep, source, answer.status, 0);
    }
}

void cf_reply_to_cancel(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_kept *response) {
    struct cf_parse_error error;
    bool has_tag =
        response != NULL && cf_sip_parse(cf_kept_str(response), &ep->own, &error) == CF_OK && ep->own.to_tag.at != NULL;
    reply(ep, source, &(struct own_answer){.status = 200, .to_tag = has_tag ? ep->own.to_tag : CF_STR_NONE});
}
