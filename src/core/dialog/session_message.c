/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing the messages of a session. */
#include "core/dialog/message_out.h"
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"
#include "core/sip/reason_field.h"

/* Enough for the lines of a session timer, or of 100rel. */
#define LINES_MAX 160

enum cf_err cf_session_send(struct cf_session *s, struct cf_session_leg *leg, struct cf_outgoing *out,
                            const struct cf_session_outline *outline, cf_usec now) {
    const struct cf_ua_profile *profile = s->usage.profile;
    char lines[LINES_MAX];
    struct cf_writer w;
    cf_writer_init(&w, lines, sizeof lines);
    if (outline->is_first && profile->reliable == CF_RELIABLE_REQUIRED) {
        cf_sip_put_field(&w, CF_SIP_HEADER_REQUIRE, CF_STR("100rel"));
    }
    if (outline->has_timer) {
        cf_session_timer_put_request(&s->timer, profile, outline->is_first, &w);
    }
    cf_assert(cf_writer_ok(&w));
    struct cf_outline request = {
        .method = outline->method,
        .profile = outline->profile,
        .fields = cf_writer_str(&w),
        .more = outline->fields,
        .content_type = outline->content_type,
        .body = outline->body,
    };
    return cf_usage_send(&s->usage, &leg->dialog, out, &request, now);
}

static enum cf_err write_response(struct cf_session *s, const struct cf_sip_message *request,
                                  const struct cf_session_response *response, cf_usec now, struct cf_draft *ret_draft) {
    char lines[LINES_MAX];
    struct cf_writer w;
    cf_writer_init(&w, lines, sizeof lines);
    if (response->rseq != 0) {
        cf_sip_put_field(&w, CF_SIP_HEADER_REQUIRE, CF_STR("100rel"));
        cf_sip_put_field_dec(&w, CF_SIP_HEADER_RSEQ, response->rseq);
    }
    if (response->has_timer) {
        cf_session_timer_accept(&s->timer, s->usage.profile, request, &w, now);
    }
    cf_assert(cf_writer_ok(&w));
    struct cf_answer answer = {
        .status = response->status,
        .profile = response->profile,
        .reason = response->reason,
        .fields = cf_writer_str(&w),
        .more = response->fields,
        .content_type = response->content_type,
        .body = response->body,
    };
    return cf_usage_write_answer(&s->usage, &s->leg.dialog, request, &answer, ret_draft);
}

enum cf_err cf_session_write_reply(struct cf_session *s, const struct cf_sip_message *request,
                                   const struct cf_session_response *response, cf_usec now, struct cf_str *ret_text) {
    struct cf_draft draft;
    enum cf_err err = write_response(s, request, response, now, &draft);
    if (err != CF_OK) {
        return err;
    }
    bool is_copied = cf_mem_dup_str(s->usage.mem, cf_writer_str(&draft.w), ret_text);
    cf_draft_end(&draft);
    return is_copied ? CF_OK : CF_ERR_NO_MEMORY;
}

enum cf_err cf_session_reply_to(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request,
                                const struct cf_session_response *response, cf_usec now, struct cf_str *ret_text) {
    struct cf_draft draft;
    struct cf_str copy = CF_STR_NONE;
    enum cf_err err = write_response(s, request, response, now, &draft);
    if (err != CF_OK) {
        return err;
    }
    if (ret_text != NULL && !cf_mem_dup_str(s->usage.mem, cf_writer_str(&draft.w), &copy)) {
        err = CF_ERR_NO_MEMORY;
    }
    if (err == CF_OK) {
        err = cf_endpoint_respond(s->usage.endpoint, tx, cf_writer_str(&draft.w), now);
    }
    cf_draft_end(&draft);
    if (err != CF_OK) {
        cf_mem_free_str(s->usage.mem, &copy);
    } else if (ret_text != NULL) {
        *ret_text = copy;
    }
    return err;
}

void cf_session_refuse(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request, uint16_t status,
                       struct cf_str fields, cf_usec now) {
    struct cf_session_response response = {.status = status, .fields = fields};
    enum cf_err err = cf_session_reply_to(s, tx, request, &response, now, NULL);
    (void)err; /* said in the header: the peer sends it again, or its transaction times out */
}

void cf_session_refuse_media(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request,
                             const struct cf_refusal *refusal, cf_usec now) {
    char text[160];
    char fields[256];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_refusal(&w, refusal);
    struct cf_str why = cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR("Not acceptable");
    struct cf_writer f;
    cf_writer_init(&f, fields, sizeof fields);
    cf_sip_field_begin(&f, CF_SIP_HEADER_WARNING);
    unsigned code = cf_refusal_warn_code(refusal->reason);
    /* A pseudonym for the agent: our address is nobody's business (RFC 3261 section 20.43 allows it). */
    cf_sip_put_warning(&f, code > 0 ? code : 399, CF_STR("confer"), why);
    cf_sip_field_end(&f);
    cf_session_refuse(s, tx, request, 488, cf_writer_ok(&f) ? cf_writer_str(&f) : CF_STR_NONE, now);
}

void cf_session_refuse_for_now(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request, cf_usec now) {
    char fields[32];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    cf_sip_put_field_dec(&w, CF_SIP_HEADER_RETRY_AFTER, cf_entropy_u32(s->usage.entropy) % 11);
    cf_session_refuse(s, tx, request, 500, cf_writer_str(&w), now);
}

enum cf_err cf_session_send_ack(struct cf_session *s, struct cf_session_leg *leg, uint32_t cseq, struct cf_str description,
                                bool is_kept, cf_usec now) {
    struct cf_draft draft;
    enum cf_err err = cf_usage_write_ack(&s->usage, &leg->dialog, cseq, description, &draft);
    if (err != CF_OK) {
        return err;
    }
    struct cf_str text = cf_writer_str(&draft.w);
    struct cf_route route = cf_dialog_route(&leg->dialog);
    if (is_kept) {
        cf_mem_free_str(s->usage.mem, &s->ack);
        err = cf_mem_dup_str(s->usage.mem, text, &s->ack) ? CF_OK : CF_ERR_NO_MEMORY;
        s->ack_cseq = cseq;
    }
    if (err == CF_OK) {
        err = cf_endpoint_send_ack(s->usage.endpoint, &route, text, now);
    }
    cf_draft_end(&draft);
    return err;
}
