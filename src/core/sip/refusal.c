/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stateless refusals. */
#include "core/sip/refusal.h"
#include "core/sip/reason_field.h"

/* Is @p name in a list separated by commas? */
static bool is_in_list(struct cf_str list, struct cf_str name) {
    while (list.at) {
        if (cf_str_eq_nocase(cf_str_trim(cf_str_cut(&list, ',')), name)) {
            return true;
        }
    }
    return false;
}

static bool is_encoding_known(const struct cf_sip_message *request, struct cf_str encodings) {
    struct cf_sip_values it;
    struct cf_str value;
    cf_sip_values_begin(request, CF_SIP_HEADER_CONTENT_ENCODING, &it);
    while (cf_sip_values_next(&it, &value)) {
        if (!cf_str_eq_nocase(value, CF_STR("identity")) && !is_in_list(encodings, value)) {
            return false;
        }
    }
    return true;
}

static bool is_body_optional(const struct cf_sip_message *request) {
    struct cf_str params = cf_sip_value(request, CF_SIP_HEADER_CONTENT_DISPOSITION);
    cf_str_cut(&params, ';');
    return cf_str_eq_nocase(cf_sip_param_value(params, CF_STR("handling")), CF_STR("optional"));
}

static bool is_body_unknown(const struct cf_sip_message *request, const struct cf_sip_capabilities *capabilities) {
    if (request->body.len == 0 || is_body_optional(request)) {
        return false;
    }
    struct cf_str params = request->content_type;
    struct cf_str type = cf_str_trim(cf_str_cut(&params, ';'));
    return !is_in_list(capabilities->types, type) || !is_encoding_known(request, capabilities->encodings);
}

unsigned cf_sip_refuse(const struct cf_sip_message *request, const struct cf_sip_capabilities *capabilities) {
    if (request->method == CF_SIP_METHOD_ACK) {
        return 0;
    }
    if (!(capabilities->methods & CF_SIP_METHOD_BIT(request->method))) {
        return request->method == CF_SIP_METHOD_OTHER ? 501 : 405;
    }
    if (!cf_sip_uri_is_sip(&request->request_uri) && request->request_uri.scheme != CF_SIP_SCHEME_TEL) {
        return 416;
    }
    if (request->method == CF_SIP_METHOD_CANCEL) {
        return 0;
    }
    if (cf_sip_requires_unsupported(request, CF_SIP_HEADER_REQUIRE, capabilities->options)) {
        return 420;
    }
    return is_body_unknown(request, capabilities) ? 415 : 0;
}

static void put_accept(struct cf_writer *w, const struct cf_sip_capabilities *capabilities) {
    cf_sip_put_field(w, CF_SIP_HEADER_ACCEPT, capabilities->types);
    if (capabilities->encodings.len > 0) {
        cf_sip_put_field(w, CF_SIP_HEADER_ACCEPT_ENCODING, capabilities->encodings);
    }
}

static void put_capabilities(struct cf_writer *w, const struct cf_sip_message *request, unsigned status,
                             const struct cf_sip_capabilities *capabilities) {
    if (status == 405 || status == 501) {
        cf_sip_put_allow(w, capabilities->methods);
    }
    if (status == 415) {
        put_accept(w, capabilities);
    }
    if (status == 420) {
        cf_sip_put_unsupported(w, request, CF_SIP_HEADER_REQUIRE, capabilities->options);
    }
    if (capabilities->user_agent.at) {
        cf_sip_put_field(w, CF_SIP_HEADER_SERVER, capabilities->user_agent);
    }
}

static void put_number(struct cf_writer *w, enum cf_sip_header id, uint32_t value) {
    if (value != 0) {
        cf_sip_put_field_dec(w, id, value);
    }
}

/* The phrase with what is wrong where: the first thing that the author of a broken client wants to know. */
static void put_begin(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_sip_refusal *refusal) {
    char phrase[96];
    struct cf_writer text;
    struct cf_str reason = refusal->reason;
    if (!reason.at && refusal->error) {
        cf_writer_init(&text, phrase, sizeof phrase);
        cf_put(&text, cf_sip_reason_of(refusal->status));
        cf_put_lit(&text, " (");
        cf_put(&text, cf_str_of(refusal->error->what));
        cf_put_lit(&text, " at ");
        cf_put_dec(&text, refusal->error->offset);
        cf_put_lit(&text, ")");
        reason = cf_writer_str(&text);
    }
    cf_sip_reply_begin_from(w, request, refusal->source, refusal->status, reason, refusal->to_tag);
}

void cf_sip_put_refusal(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_sip_refusal *refusal) {
    put_begin(w, request, refusal);
    if (refusal->capabilities) {
        put_capabilities(w, request, refusal->status, refusal->capabilities);
    }
    put_number(w, CF_SIP_HEADER_RETRY_AFTER, refusal->retry_after_sec);
    put_number(w, CF_SIP_HEADER_MIN_EXPIRES, refusal->min_expires_sec);
    put_number(w, CF_SIP_HEADER_MIN_SE, refusal->min_se_sec);
    if (refusal->warning.at) {
        cf_sip_field_begin(w, CF_SIP_HEADER_WARNING);
        cf_sip_put_warning(w, 399, refusal->warning_agent, refusal->warning);
        cf_sip_field_end(w);
    }
    cf_sip_end(w);
}
