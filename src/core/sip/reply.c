/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every response repeats of its request. */
#include "core/sip/builder.h"

/* The top Via with received and rport of @p source, and what may stand behind it in the same field. */
static void put_top_via(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_addr *source) {
    struct cf_str value = cf_sip_value(request, CF_SIP_HEADER_VIA);
    size_t end = (size_t)(request->via.text.at + request->via.text.len - value.at);
    cf_sip_field_begin(w, CF_SIP_HEADER_VIA);
    cf_sip_put_via_received(w, &request->via, source);
    cf_sip_put_line_text(w, cf_str_skip(value, end));
    cf_sip_field_end(w);
}

static void put_vias(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_addr *source) {
    const struct cf_sip_field *field = cf_sip_field_first(request, CF_SIP_HEADER_VIA);
    if (field && source && (request->has & CF_SIP_HAS_VIA)) {
        put_top_via(w, request, source);
        field = cf_sip_field_next(request, field);
    }
    for (; field; field = cf_sip_field_next(request, field)) {
        cf_sip_put_field(w, CF_SIP_HEADER_VIA, field->value);
    }
}

static void put_to(struct cf_writer *w, const struct cf_sip_message *request, struct cf_str to_tag) {
    struct cf_str value = cf_sip_value(request, CF_SIP_HEADER_TO);
    if (!value.at) {
        return;
    }
    cf_sip_field_begin(w, CF_SIP_HEADER_TO);
    cf_sip_put_line_text(w, value);
    if (to_tag.at && !request->to_tag.at) {
        cf_sip_put_param(w, CF_STR("tag"), to_tag);
    }
    cf_sip_field_end(w);
}

static void put_first(struct cf_writer *w, const struct cf_sip_message *request, enum cf_sip_header id) {
    struct cf_str value = cf_sip_value(request, id);
    if (value.at) {
        cf_sip_put_field(w, id, value);
    }
}

/* Requests whose answers set up a route (RFC 3261 section 12.1.1, RFC 6665 section 4.2.1, RFC 3515). */
static bool begins_dialog(enum cf_sip_method method) {
    return method == CF_SIP_METHOD_INVITE || method == CF_SIP_METHOD_SUBSCRIBE || method == CF_SIP_METHOD_REFER ||
           method == CF_SIP_METHOD_NOTIFY;
}

void cf_sip_reply_begin_from(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_addr *source,
                             unsigned status, struct cf_str reason, struct cf_str to_tag) {
    cf_sip_put_status_line(w, status, reason);
    put_vias(w, request, source);
    put_first(w, request, CF_SIP_HEADER_FROM);
    put_to(w, request, to_tag);
    put_first(w, request, CF_SIP_HEADER_CALL_ID);
    put_first(w, request, CF_SIP_HEADER_CSEQ);
    if (status == 100 || status >= 200) {
        put_first(w, request, CF_SIP_HEADER_TIMESTAMP);
    }
    if (status > 100 && status < 300 && begins_dialog(request->method)) {
        cf_sip_copy_fields(w, request, CF_SIP_HEADER_RECORD_ROUTE);
    }
}

void cf_sip_reply_begin(struct cf_writer *w, const struct cf_sip_message *request, unsigned status, struct cf_str reason,
                        struct cf_str to_tag) {
    cf_sip_reply_begin_from(w, request, NULL, status, reason, to_tag);
}
