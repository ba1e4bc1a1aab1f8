/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks behind reverse proxies. */
#include "core/http/forwarded.h"

bool cf_http_is_proxy(struct cf_str proxies, const struct cf_addr *addr) {
    struct cf_str rest = proxies.len > 0 ? proxies : CF_STR_NONE;
    while (rest.at != NULL) {
        struct cf_addr proxy;
        if (cf_addr_parse_ip(cf_str_cut(&rest, ' '), &proxy) == CF_OK && cf_addr_eq_ip(&proxy, addr)) {
            return true;
        }
    }
    return false;
}

/* Cut the last item of a list off. */
static struct cf_str cut_last(struct cf_str *rest) {
    size_t at = rest->len;
    while (at > 0 && rest->at[at - 1] != ',') {
        at--;
    }
    struct cf_str last = cf_str_trim(cf_str_skip(*rest, at));
    *rest = at > 0 ? cf_str_head(*rest, at - 1) : CF_STR_NONE;
    return last;
}

/* Follow one field from its end. False: the asker was found, or what is not an address: then who said it is as far as we see. */
static bool follow(struct cf_str value, struct cf_str proxies, struct cf_addr *asker) {
    struct cf_str rest = value;
    while (rest.at != NULL) {
        struct cf_addr each;
        if (cf_addr_parse_ip(cut_last(&rest), &each) != CF_OK) {
            return false;
        }
        each.port = asker->port;
        *asker = each;
        if (!cf_http_is_proxy(proxies, &each)) {
            return false;
        }
    }
    return true;
}

struct cf_addr cf_http_asker(const struct cf_http_request *request, const struct cf_addr *peer, struct cf_str proxies) {
    struct cf_addr asker = *peer;
    bool is_proxy = cf_http_is_proxy(proxies, peer);
    for (size_t i = request->field_count; i > 0 && is_proxy; i--) {
        const struct cf_http_field *field = &request->fields[i - 1];
        if (cf_str_eq_nocase(field->name, CF_STR("X-Forwarded-For"))) {
            is_proxy = follow(field->value, proxies, &asker);
        }
    }
    return asker;
}
