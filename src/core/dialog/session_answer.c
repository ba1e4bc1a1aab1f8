/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What messages that came in bring: descriptions, abilities, flows, reliable provisional responses. */
#include "core/dialog/session_impl.h"

#include "core/mime/mime.h"
#include "core/sip/builder.h"

uint8_t cf_session_fork_of(const struct cf_session *s, const struct cf_session_leg *leg) {
    if (s->setup != NULL) {
        for (uint8_t i = 0; i < s->setup->fork_count; i++) {
            if (s->setup->forks[i] == leg) {
                return i;
            }
        }
    }
    return 0;
}

void cf_session_note_abilities(struct cf_session *s, const struct cf_sip_message *message) {
    if (cf_sip_field_first(message, CF_SIP_HEADER_ALLOW) != NULL) {
        unsigned methods = cf_sip_allowed_methods(message);
        cf_session_set(s, CF_SESSION_HAS_UPDATE, (methods & CF_SIP_METHOD_BIT(CF_SIP_METHOD_UPDATE)) != 0);
    }
}

void cf_session_note_flow(struct cf_session *s, struct cf_session_leg *leg, struct cf_flow_id flow) {
    struct cf_flow_info info;
    if (cf_endpoint_flow_info(s->usage.endpoint, flow, &info)) {
        cf_dialog_set_flow(&leg->dialog, flow, &info);
    }
}

/* The description in a message; NOT_FOUND if there is none. Compressed ones are not read. */
static enum cf_err find_description(const struct cf_sip_message *message, struct cf_str *ret) {
    struct cf_mime_part part;
    enum cf_err err = cf_mime_find(message, CF_STR("application/sdp"), CF_STR("session"), &part);
    if (err != CF_OK) {
        return err;
    }
    if (part.encoding.len > 0 && !cf_str_eq_nocase(part.encoding, CF_STR("identity"))) {
        return CF_ERR_UNSUPPORTED;
    }
    *ret = part.body;
    return CF_OK;
}

static enum cf_session_description outcome(enum cf_err err, enum cf_session_description good) {
    if (err == CF_OK) {
        return good;
    }
    return err == CF_ERR_NO_MEMORY ? CF_SESSION_DESCRIPTION_FAILED : CF_SESSION_DESCRIPTION_BAD;
}

static void push_media(struct cf_session *s, const struct cf_session_leg *leg, const struct cf_sip_message *message,
                       bool is_preview) {
    struct cf_session_event event = {
        .kind = CF_SESSION_MEDIA, .fork = cf_session_fork_of(s, leg), .is_preview = is_preview, .message = message};
    cf_session_push(s, &event);
}

enum cf_session_description cf_session_take_description(struct cf_session *s, struct cf_session_leg *leg,
                                                        const struct cf_sip_message *message, enum cf_sdp_carrier carrier,
                                                        struct cf_refusal *ret_refusal) {
    struct cf_str text;
    *ret_refusal = (struct cf_refusal){.reason = CF_REFUSAL_MALFORMED, .line = CF_REFUSAL_ALL_LINES};
    enum cf_err err = find_description(message, &text);
    if (err == CF_ERR_NOT_FOUND) {
        return CF_SESSION_DESCRIPTION_NONE;
    }
    if (err != CF_OK) {
        return CF_SESSION_DESCRIPTION_BAD;
    }
    enum cf_session_description result = CF_SESSION_DESCRIPTION_NONE;
    switch (cf_negotiation_meaning(&leg->negotiation, carrier)) {
    case CF_SDP_IS_OFFER:
        return outcome(cf_negotiation_on_offer(&leg->negotiation, text, ret_refusal), CF_SESSION_DESCRIPTION_OFFER);
    case CF_SDP_IS_ANSWER:
        err = cf_negotiation_on_answer(&leg->negotiation, text, ret_refusal);
        result = outcome(err, CF_SESSION_DESCRIPTION_ANSWER);
        break;
    case CF_SDP_IS_PREVIEW:
        /* A preview that can't be used is no harm: the answer is still to come. */
        err = cf_negotiation_on_preview(&leg->negotiation, text, ret_refusal);
        break;
    case CF_SDP_IS_GLARE:
        return CF_SESSION_DESCRIPTION_GLARE;
    case CF_SDP_IS_EARLY:
        return CF_SESSION_DESCRIPTION_EARLY;
    case CF_SDP_IS_REPEAT:
    case CF_SDP_IS_STRAY:
        return CF_SESSION_DESCRIPTION_NONE;
    }
    if (err == CF_OK) {
        push_media(s, leg, message, result == CF_SESSION_DESCRIPTION_NONE);
    }
    return result;
}

/* RSeq of a response that wants PRACK; 0 if it doesn't. */
static uint32_t reliable_number(const struct cf_session *s, const struct cf_sip_message *message) {
    uint32_t rseq = 0;
    bool is_reliable = message->status > 100 && s->usage.profile->reliable != CF_RELIABLE_OFF &&
                       cf_message_has_option(message, CF_SIP_HEADER_REQUIRE, CF_SIP_OPTION_REL100) &&
                       cf_str_to_u32(cf_sip_value(message, CF_SIP_HEADER_RSEQ), UINT32_MAX, &rseq);
    return is_reliable ? rseq : 0;
}

bool cf_session_take_provisional(struct cf_session *s, struct cf_session_leg *leg, const struct cf_endpoint_event *event,
                                 bool is_first, cf_usec now) {
    const struct cf_sip_message *message = event->message;
    uint32_t rseq = reliable_number(s, message);
    uint32_t rseq_before = leg->rseq;
    if (rseq != 0) {
        /* RFC 3262 section 4: out of order, or a copy of one that has its PRACK on the way. */
        bool is_known = leg->rseq != 0 && leg->rseq_cseq == message->cseq.number;
        if (is_known && rseq != leg->rseq + 1) {
            return false;
        }
        leg->rseq = rseq;
        leg->rseq_cseq = message->cseq.number;
    }
    struct cf_session_event provisional = {
        .kind = CF_SESSION_PROVISIONAL, .status = message->status, .fork = cf_session_fork_of(s, leg), .message = message};
    if (is_first) {
        cf_session_push(s, &provisional);
    }
    struct cf_refusal refusal;
    enum cf_session_description description =
        cf_session_take_description(s, leg, message, rseq != 0 ? CF_SDP_IN_RELIABLE : CF_SDP_IN_UNRELIABLE, &refusal);
    if (rseq != 0 && description == CF_SESSION_DESCRIPTION_OFFER) {
        leg->is_prack_due = true;
        struct cf_session_event offer = {.kind = CF_SESSION_OFFER, .fork = cf_session_fork_of(s, leg), .message = message};
        cf_session_push(s, &offer);
    } else if (rseq != 0 && cf_session_send_prack(s, leg, CF_STR_NONE, now) != CF_OK) {
        leg->rseq = rseq_before; /* the response comes again */
    }
    if (description == CF_SESSION_DESCRIPTION_BAD || description == CF_SESSION_DESCRIPTION_FAILED) {
        cf_session_finish(s, CF_SESSION_CAUSE_MEDIA, 0, message, now);
    }
    return true;
}

enum cf_err cf_session_send_prack(struct cf_session *s, struct cf_session_leg *leg, struct cf_str description, cf_usec now) {
    char fields[64];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    cf_sip_field_begin(&w, CF_SIP_HEADER_RACK);
    cf_put_dec(&w, leg->rseq);
    cf_put_char(&w, ' ');
    cf_sip_put_cseq(&w, leg->rseq_cseq, cf_sip_method_name(CF_SIP_METHOD_INVITE));
    cf_sip_field_end(&w);
    struct cf_session_outline outline = {
        .method = CF_SIP_METHOD_PRACK,
        .fields = cf_writer_str(&w),
        .content_type = CF_STR("application/sdp"),
        .body = description,
    };
    leg->is_prack_due = false;
    cf_outgoing_fini(&leg->request, &s->usage);
    return cf_session_send(s, leg, &leg->request, &outline, now);
}
