/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URIs of the server's own addresses. */
#include "core/endpoint/local_uri.h"

void cf_put_local_route(struct cf_writer *w, const struct cf_endpoint_local *local, struct cf_str user, bool is_sips) {
    bool is_safe = is_sips && cf_transport_is_secure(local->transport);
    cf_put(w, is_safe ? CF_STR("<sips:") : CF_STR("<sip:"));
    if (user.len > 0) {
        cf_put(w, user);
        cf_put_char(w, '@');
    }
    cf_put_addr(w, &local->addr);
    if (local->transport != CF_TRANSPORT_UDP && !(is_safe && local->transport == CF_TRANSPORT_TLS)) {
        cf_put_lit(w, ";transport=");
        cf_put(w, cf_transport_uri_name(local->transport));
    }
    cf_put_lit(w, ";lr>");
}

void cf_put_record_route_line(struct cf_writer *w, const struct cf_endpoint *ep, const struct cf_endpoint_local *locals,
                              size_t count, struct cf_flow_id flow, bool is_sips) {
    struct cf_flow_info info;
    if (cf_endpoint_flow_info(ep, flow, &info) && info.local < count) {
        cf_put_lit(w, "Record-Route: ");
        cf_put_local_route(w, &locals[info.local], CF_STR_NONE, is_sips);
        cf_put_lit(w, "\r\n");
    }
}
