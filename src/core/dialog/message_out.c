/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing whole messages. */
#include "core/dialog/message_out.h"

#include "core/sip/builder.h"

/* Names of fields, numbers, option tags: everything in a message that is not some string of ours. */
#define FIXED_SIZE 512

static void put_lines(struct cf_writer *w, struct cf_str lines) {
    if (lines.at != NULL) {
        cf_put(w, lines);
    }
}

static void put_body(struct cf_writer *w, struct cf_str content_type, struct cf_str body) {
    if (body.len > 0) {
        cf_sip_put_body(w, content_type, body);
    } else {
        cf_sip_end(w);
    }
}

/* Estimates too small are a bug, but strings of peers are in it: better no message than half of one. */
static enum cf_err check(struct cf_draft *draft) {
    if (cf_writer_ok(&draft->w)) {
        return CF_OK;
    }
    cf_draft_end(draft);
    return CF_ERR_NO_ROOM;
}

enum cf_err cf_usage_send(const struct cf_usage *usage, struct cf_dialog *dialog, struct cf_outgoing *out,
                          const struct cf_outline *outline, cf_usec now) {
    struct cf_draft draft;
    size_t size = cf_dialog_request_size(dialog) + cf_ua_profile_size(usage->profile) + outline->fields.len + outline->more.len +
                  outline->content_type.len + outline->body.len + FIXED_SIZE;
    enum cf_err err = cf_draft_begin(&draft, usage->mem, size);
    if (err != CF_OK) {
        return err;
    }
    cf_dialog_put_request(dialog, &draft.w, outline->method, dialog->local_cseq + 1);
    cf_ua_profile_put(&draft.w, usage->profile, outline->profile, dialog->is_sips);
    put_lines(&draft.w, outline->fields);
    put_lines(&draft.w, outline->more);
    put_body(&draft.w, outline->content_type, outline->body);
    err = check(&draft);
    if (err != CF_OK) {
        return err;
    }
    struct cf_route route = cf_dialog_route(dialog);
    err = cf_outgoing_send(out, usage, &route, cf_writer_str(&draft.w), now);
    cf_draft_end(&draft);
    if (err == CF_OK) {
        out->cseq = cf_dialog_next_cseq(dialog);
        out->method = outline->method;
    }
    return err;
}

enum cf_err cf_usage_write_ack(const struct cf_usage *usage, const struct cf_dialog *dialog, uint32_t cseq,
                               struct cf_str description, struct cf_draft *ret_draft) {
    size_t size = cf_dialog_request_size(dialog) + cf_ua_profile_size(usage->profile) + description.len + FIXED_SIZE;
    enum cf_err err = cf_draft_begin(ret_draft, usage->mem, size);
    if (err != CF_OK) {
        return err;
    }
    cf_dialog_put_request(dialog, &ret_draft->w, CF_SIP_METHOD_ACK, cseq);
    cf_ua_profile_put(&ret_draft->w, usage->profile, 0, false);
    put_body(&ret_draft->w, CF_STR("application/sdp"), description);
    return check(ret_draft);
}

enum cf_err cf_usage_write_answer(const struct cf_usage *usage, const struct cf_dialog *dialog,
                                  const struct cf_sip_message *request, const struct cf_answer *answer,
                                  struct cf_draft *ret_draft) {
    size_t size = request->raw.len - request->body.len + cf_ua_profile_size(usage->profile) + answer->reason.len +
                  answer->fields.len + answer->more.len + answer->content_type.len + answer->body.len + FIXED_SIZE;
    enum cf_err err = cf_draft_begin(ret_draft, usage->mem, size < CF_SIP_MESSAGE_MAX ? size : CF_SIP_MESSAGE_MAX);
    if (err != CF_OK) {
        return err;
    }
    struct cf_writer *w = &ret_draft->w;
    cf_sip_reply_begin(w, request, answer->status, answer->reason, dialog->local_tag);
    cf_ua_profile_put(w, usage->profile, answer->profile | CF_UA_PROFILE_SERVER, dialog->is_sips);
    put_lines(w, answer->fields);
    put_lines(w, answer->more);
    put_body(w, answer->content_type, answer->body);
    return check(ret_draft);
}

enum cf_err cf_usage_answer(const struct cf_usage *usage, const struct cf_dialog *dialog, struct cf_tx_id tx,
                            const struct cf_sip_message *request, const struct cf_answer *answer, cf_usec now) {
    struct cf_draft draft;
    enum cf_err err = cf_usage_write_answer(usage, dialog, request, answer, &draft);
    if (err == CF_OK) {
        err = cf_endpoint_respond(usage->endpoint, tx, cf_writer_str(&draft.w), now);
        cf_draft_end(&draft);
    }
    return err;
}
