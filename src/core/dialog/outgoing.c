/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of ours, with credentials where they are wanted. */
#include "core/dialog/outgoing.h"

#include "core/auth/client_auth.h"
#include "core/sip/builder.h"

/* Does the request go to the peer that we have credentials for? By its flow's address, or by the name that it is routed by. */
static bool is_to_peer(const struct cf_usage *usage, const struct cf_route *route) {
    struct cf_flow_info info;
    struct cf_sip_uri uri;
    if (cf_flow_id_is_set(route->flow) && cf_endpoint_flow_info(usage->endpoint, route->flow, &info)) {
        return cf_client_auth_is_peer_addr(usage->auth, &info.remote);
    }
    return cf_sip_uri_parse(route->uri, &uri) == CF_OK && cf_client_auth_is_peer_host(usage->auth, uri.host);
}

static struct cf_client_auth_request describe(const struct cf_outgoing *out, const struct cf_sip_message *message) {
    return (struct cf_client_auth_request){
        .method = message->method_name,
        .uri = message->request_uri,
        .body = cf_str_span(message->body),
        .is_to_peer = out->is_to_peer,
        .attempts = out->attempts,
    };
}

/* A message of ours has no Via yet, which the parser misses, but reads on. */
static bool parse_own(struct cf_str text, struct cf_sip_message *ret) {
    const unsigned needed = CF_SIP_HAS_START_LINE | CF_SIP_HAS_FROM | CF_SIP_HAS_TO | CF_SIP_HAS_CALL_ID | CF_SIP_HAS_CSEQ;
    struct cf_parse_error error;
    enum cf_err err = cf_sip_parse(text, ret, &error);
    return (err == CF_OK || err == CF_ERR_MALFORMED) && (ret->has & needed) == needed && ret->is_request;
}

/* The message once more: CSeq replaced, credentials of ours taken out and put in anew. */
static enum cf_err write_again(const struct cf_usage *usage, const struct cf_client_auth_request *request,
                               const struct cf_sip_message *message, uint32_t cseq, struct cf_writer *w) {
    cf_sip_put_request_line(w, message->method_name, message->request_uri.text);
    for (size_t i = 0; i < message->field_count; i++) {
        const struct cf_sip_field *field = &message->fields[i];
        if (field->id == CF_SIP_HEADER_CSEQ) {
            cf_sip_field_begin(w, CF_SIP_HEADER_CSEQ);
            cf_sip_put_cseq(w, cseq, message->method_name);
            cf_sip_field_end(w);
        } else if (field->id != CF_SIP_HEADER_AUTHORIZATION && field->id != CF_SIP_HEADER_PROXY_AUTHORIZATION &&
                   field->id != CF_SIP_HEADER_CONTENT_LENGTH && field->id != CF_SIP_HEADER_CONTENT_TYPE) {
            cf_sip_put_field_named(w, field->name, field->value);
        }
    }
    enum cf_err err = cf_client_auth_put(usage->auth, request, w);
    if (err != CF_OK) {
        return err;
    }
    if (message->body.len > 0) {
        cf_sip_put_body(w, message->content_type, message->body);
    } else {
        cf_sip_end(w);
    }
    return cf_writer_ok(w) ? CF_OK : CF_ERR_NO_ROOM;
}

/* Parse @p text, add what credentials there are, and send; the message is kept as it was sent. */
static enum cf_err send_with_credentials(struct cf_outgoing *out, const struct cf_usage *usage, const struct cf_route *route,
                                         const struct cf_sip_message *message, uint32_t cseq, cf_usec now) {
    struct cf_client_auth_request request = describe(out, message);
    struct cf_draft draft;
    enum cf_err err = cf_draft_begin(&draft, usage->mem,
                                     message->raw.len + 64 + cf_client_auth_size(usage->auth, message->request_uri.text.len));
    if (err != CF_OK) {
        return err;
    }
    struct cf_str copy = CF_STR_NONE;
    err = write_again(usage, &request, message, cseq, &draft.w);
    if (err == CF_OK && !cf_mem_dup_str(usage->mem, cf_writer_str(&draft.w), &copy)) {
        err = CF_ERR_NO_MEMORY;
    }
    if (err == CF_OK) {
        err = cf_endpoint_request(usage->endpoint, route, copy, usage->owner, now, &out->tx);
    }
    cf_draft_end(&draft);
    if (err != CF_OK) {
        cf_mem_free_str(usage->mem, &copy);
        return err;
    }
    cf_mem_free_str(usage->mem, &out->message);
    out->message = copy;
    out->cseq = cseq;
    return CF_OK;
}

enum cf_err cf_outgoing_send(struct cf_outgoing *out, const struct cf_usage *usage, const struct cf_route *route,
                             struct cf_str message, cf_usec now) {
    cf_assert(!cf_outgoing_is_out(out));
    struct cf_sip_message parsed;
    if (usage->auth == NULL) {
        return cf_endpoint_request(usage->endpoint, route, message, usage->owner, now, &out->tx);
    }
    if (!parse_own(message, &parsed)) {
        return CF_ERR_MALFORMED;
    }
    out->attempts = 0;
    out->method = parsed.method;
    out->is_to_peer = is_to_peer(usage, route);
    return send_with_credentials(out, usage, route, &parsed, parsed.cseq.number, now);
}

/* Answer the challenge, if it is one for us. */
static bool answer(struct cf_outgoing *out, const struct cf_usage *usage, struct cf_dialog *dialog,
                   const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_sip_message message;
    struct cf_flow_info info;
    bool is_challenge = event->kind == CF_ENDPOINT_RESPONSE && (event->message->status == 401 || event->message->status == 407);
    if (usage->auth == NULL || !is_challenge || out->message.at == NULL || !parse_own(out->message, &message)) {
        return false;
    }
    if (out->is_to_peer && cf_endpoint_flow_info(usage->endpoint, event->flow, &info)) {
        cf_client_auth_learn(usage->auth, &info.remote);
    }
    struct cf_client_auth_request request = describe(out, &message);
    if (cf_client_auth_on_challenge(usage->auth, &request, event->message) != CF_OK) {
        return false;
    }
    uint8_t attempts = (uint8_t)(out->attempts + 1);
    struct cf_route route = cf_dialog_route(dialog);
    uint32_t cseq = dialog->local_cseq + 1;
    out->tx = (struct cf_tx_id){{0, 0}};
    out->attempts = attempts;
    if (send_with_credentials(out, usage, &route, &message, cseq, now) != CF_OK) {
        return false;
    }
    cf_dialog_next_cseq(dialog);
    return true;
}

bool cf_outgoing_on_final(struct cf_outgoing *out, const struct cf_usage *usage, struct cf_dialog *dialog,
                          const struct cf_endpoint_event *event, cf_usec now) {
    if (answer(out, usage, dialog, event, now)) {
        return true;
    }
    cf_outgoing_fini(out, usage);
    return false;
}

void cf_outgoing_fini(struct cf_outgoing *out, const struct cf_usage *usage) {
    if (out->message.at != NULL) {
        cf_mem_free_str(usage->mem, &out->message);
    }
    *out = (struct cf_outgoing){.attempts = 0};
}
