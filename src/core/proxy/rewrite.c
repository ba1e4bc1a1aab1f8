/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as a proxy forwards them. */
#include "core/proxy/rewrite.h"

#include "core/sip/auth_field.h"

#define MAX_FORWARDS 70

bool cf_proxy_first_route(const struct cf_sip_message *msg, struct cf_sip_name_addr *ret) {
    struct cf_sip_values values;
    struct cf_str text;
    cf_sip_values_begin(msg, CF_SIP_HEADER_ROUTE, &values);
    return cf_sip_values_next(&values, &text) && cf_sip_name_addr_parse(text, ret) == CF_OK;
}

static void put_value(struct cf_writer *w, const struct cf_sip_field *field, struct cf_str value) {
    if (field->id == CF_SIP_HEADER_OTHER) {
        cf_sip_put_field_named(w, field->name, value);
    } else {
        cf_sip_put_field(w, (enum cf_sip_header)field->id, value);
    }
}

/* All values of a list but the first, which is this proxy's. */
static void put_rest(struct cf_writer *w, const struct cf_sip_field *field) {
    struct cf_str rest = field->value;
    (void)cf_sip_list_cut(&rest);
    if (rest.at != NULL && cf_str_trim(rest).len > 0) {
        put_value(w, field, cf_str_trim(rest));
    }
}

static bool is_for_realm(struct cf_str value, struct cf_str realm) {
    struct cf_sip_auth auth;
    return cf_sip_auth_parse(value, &auth) == CF_OK && cf_str_eq(cf_sip_auth_plain(&auth, CF_STR("realm")), realm);
}

static void put_request_field(struct cf_writer *w, const struct cf_sip_field *field, const struct cf_proxy_rewrite *rewrite,
                              bool *dropped_route) {
    bool is_replaced = field->id == CF_SIP_HEADER_MAX_FORWARDS || field->id == CF_SIP_HEADER_CONTENT_LENGTH;
    bool is_for_us = field->id == CF_SIP_HEADER_PROXY_AUTHORIZATION && is_for_realm(field->value, rewrite->realm);
    if (is_replaced || is_for_us) {
        return;
    }
    if (field->id == CF_SIP_HEADER_ROUTE && rewrite->drops_route && !*dropped_route) {
        *dropped_route = true;
        put_rest(w, field);
        return;
    }
    put_value(w, field, field->value);
}

static void put_body(struct cf_writer *w, const struct cf_sip_message *msg) {
    cf_sip_put_field_dec(w, CF_SIP_HEADER_CONTENT_LENGTH, msg->body.len);
    cf_put_lit(w, "\r\n");
    cf_put(w, msg->body);
}

void cf_proxy_put_request(struct cf_writer *w, const struct cf_sip_message *msg, const struct cf_proxy_rewrite *rewrite) {
    bool dropped_route = false;
    bool has_hops = (msg->has & CF_SIP_HAS_MAX_FORWARDS) != 0;
    cf_sip_put_request_line(w, msg->method_name, rewrite->request_uri);
    if (rewrite->record_route.len > 0) {
        cf_sip_put_field(w, CF_SIP_HEADER_RECORD_ROUTE, rewrite->record_route);
    }
    if (rewrite->route.len > 0) {
        cf_sip_put_field(w, CF_SIP_HEADER_ROUTE, rewrite->route);
    }
    cf_sip_put_field_dec(w, CF_SIP_HEADER_MAX_FORWARDS, has_hops && msg->max_forwards > 0 ? msg->max_forwards - 1 : MAX_FORWARDS);
    for (size_t i = 0; i < msg->field_count; i++) {
        put_request_field(w, &msg->fields[i], rewrite, &dropped_route);
    }
    put_body(w, msg);
}

void cf_proxy_put_response(struct cf_writer *w, const struct cf_sip_message *msg) {
    bool dropped_via = false;
    cf_sip_put_status_line(w, msg->status, msg->reason);
    for (size_t i = 0; i < msg->field_count; i++) {
        const struct cf_sip_field *field = &msg->fields[i];
        if (field->id == CF_SIP_HEADER_CONTENT_LENGTH) {
            continue;
        }
        if (field->id == CF_SIP_HEADER_VIA && !dropped_via) {
            dropped_via = true;
            put_rest(w, field);
            continue;
        }
        put_value(w, field, field->value);
    }
    put_body(w, msg);
}
