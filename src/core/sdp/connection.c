/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connection data. */
#include "core/sdp/connection.h"

bool cf_sdp_connection_parse(struct cf_str value, struct cf_sdp_connection *ret) {
    struct cf_str rest = value;
    struct cf_str network = cf_sdp_word(&rest);
    struct cf_str type = cf_sdp_word(&rest);
    struct cf_str address = cf_sdp_word(&rest);
    if (network.len == 0 || type.len == 0 || address.len == 0) {
        return false;
    }
    struct cf_sdp_connection c = {.is_present = true, .host = cf_str_cut(&address, '/')};
    struct cf_addr addr;
    if (cf_str_eq_nocase(network, CF_STR("IN")) && cf_addr_parse_ip(c.host, &addr) == CF_OK) {
        bool is_ip4 = addr.family == CF_FAMILY_IP4 && cf_str_eq_nocase(type, CF_STR("IP4"));
        bool is_ip6 = addr.family == CF_FAMILY_IP6 && cf_str_eq_nocase(type, CF_STR("IP6"));
        if (is_ip4 || is_ip6) {
            c.addr = addr;
        }
    }
    *ret = c;
    return true;
}

bool cf_sdp_is_multicast(const struct cf_addr *addr) {
    bool is_ip4 = addr->family == CF_FAMILY_IP4 && (addr->ip[0] & 0xF0U) == 0xE0;
    return is_ip4 || (addr->family == CF_FAMILY_IP6 && addr->ip[0] == 0xFF);
}

void cf_put_sdp_address(struct cf_writer *w, const struct cf_addr *addr) {
    cf_put(w, addr->family == CF_FAMILY_IP6 ? CF_STR("IN IP6 ") : CF_STR("IN IP4 "));
    cf_put_ip(w, addr);
}

void cf_put_sdp_connection(struct cf_writer *w, const struct cf_addr *addr) {
    cf_put_lit(w, "c=");
    cf_put_sdp_address(w, addr);
    cf_put_lit(w, "\r\n");
}
