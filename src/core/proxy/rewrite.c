/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as a proxy forwards them. */
#include "core/proxy/rewrite.h"

#include "core/sip/digest_field.h"

#define MAX_FORWARDS 70

static void put_value(struct cf_writer *w, const struct cf_sip_field *field, struct cf_str value) {
    if (field->id == CF_SIP_HEADER_OTHER) {
        cf_sip_put_field_named(w, field->name, value);
    } else {
        cf_sip_put_field(w, (enum cf_sip_header)field->id, value);
    }
}

/* All values of a list but the first @p dropped, which are this proxy's. Returns how many of them stood here. */
static size_t put_rest(struct cf_writer *w, const struct cf_sip_field *field, size_t dropped) {
    struct cf_str rest = field->value;
    size_t count = 0;
    while (count < dropped && rest.at != NULL) {
        (void)cf_sip_list_cut(&rest);
        count++;
    }
    if (rest.at != NULL && cf_str_trim(rest).len > 0) {
        put_value(w, field, cf_str_trim(rest));
    }
    return count;
}

static bool is_for_realm(struct cf_str value, struct cf_str realm) {
    struct cf_sip_credentials credentials;
    return cf_sip_credentials_parse(value, &credentials) == CF_OK && cf_sip_is_digest(credentials.scheme) &&
           cf_str_eq(credentials.realm, realm);
}

static void put_request_field(struct cf_writer *w, const struct cf_sip_field *field, const struct cf_proxy_rewrite *rewrite,
                              size_t *own_routes) {
    bool is_replaced = field->id == CF_SIP_HEADER_MAX_FORWARDS || field->id == CF_SIP_HEADER_CONTENT_LENGTH ||
                       field->id == CF_SIP_HEADER_P_ASSERTED_IDENTITY || field->id == CF_SIP_HEADER_P_PREFERRED_IDENTITY;
    bool is_for_us = field->id == CF_SIP_HEADER_PROXY_AUTHORIZATION && is_for_realm(field->value, rewrite->realm);
    if (is_replaced || is_for_us) {
        return;
    }
    if (field->id == CF_SIP_HEADER_ROUTE && *own_routes > 0) {
        *own_routes -= put_rest(w, field, *own_routes);
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
    size_t own_routes = rewrite->own_routes;
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
        put_request_field(w, &msg->fields[i], rewrite, &own_routes);
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
            put_rest(w, field, 1);
            continue;
        }
        put_value(w, field, field->value);
    }
    put_body(w, msg);
}
