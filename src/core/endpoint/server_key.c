/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of server transactions. */
#include "core/endpoint/server_key.h"

/* Between parts, so that no two keys run into each other: NUL stands in no field. */
static void put_part(struct cf_writer *w, struct cf_str part) {
    cf_put(w, part);
    cf_put_char(w, '\0');
}

static void put_lower(struct cf_writer *w, struct cf_str text) {
    for (size_t i = 0; i < text.len; i++) {
        cf_put_char(w, cf_ascii_lower(text.at[i]));
    }
    cf_put_char(w, '\0');
}

static void put_method(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_method method) {
    put_part(w, method == CF_SIP_METHOD_OTHER ? msg->method_name : cf_sip_method_name(method));
}

/* RFC 3261 section 17.2.3, second half. The To tag does not count for an INVITE: its ACK has one that we gave. */
static void put_old_key(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_method method) {
    put_part(w, msg->request_uri.text);
    put_part(w, msg->from_tag);
    put_part(w, method == CF_SIP_METHOD_INVITE ? CF_STR("") : msg->to_tag);
    put_part(w, msg->call_id);
    cf_put_u32(w, msg->cseq.number);
    put_part(w, msg->via.text);
}

void cf_server_put_key(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_method method) {
    put_method(w, msg, method);
    if (!cf_sip_via_has_cookie(&msg->via)) {
        put_old_key(w, msg, method);
        return;
    }
    put_part(w, msg->via.branch);
    put_lower(w, msg->via.host);
    cf_put_u16(w, msg->via.port != 0 ? msg->via.port : cf_transport_default_port(msg->via.transport));
}

void cf_server_put_merge_key(struct cf_writer *w, const struct cf_sip_message *msg) {
    put_part(w, msg->call_id);
    put_part(w, msg->from_tag);
    cf_put_u32(w, msg->cseq.number);
    put_method(w, msg, msg->method);
}
