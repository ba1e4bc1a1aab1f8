/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The domains of a server. */
#include "core/registrar/domains.h"

struct cf_str cf_domains_first(const struct cf_domains *domains) {
    struct cf_str rest = domains->list;
    return cf_str_cut(&rest, ' ');
}

static struct cf_str without_brackets(struct cf_str host) {
    bool has_them = cf_str_starts(host, CF_STR("[")) && cf_str_ends(host, CF_STR("]"));
    return has_them ? cf_str_n(host.at + 1, host.len - 2) : host;
}

bool cf_domains_has(const struct cf_domains *domains, struct cf_str host) {
    struct cf_str rest = domains->list;
    while (rest.at != NULL) {
        struct cf_str domain = cf_str_cut(&rest, ' ');
        if (domain.len > 0 && cf_str_eq_nocase(without_brackets(domain), without_brackets(host))) {
            return true;
        }
    }
    return false;
}

struct cf_str cf_domains_account_aor(const struct cf_domains *domains, const struct cf_sip_uri *uri, char *room) {
    struct cf_sip_uri canonical = *uri;
    struct cf_writer w;
    if (!cf_sip_uri_is_sip(uri) || uri->user.len == 0 || !cf_domains_has(domains, uri->host)) {
        return CF_STR_NONE;
    }
    canonical.host = cf_domains_first(domains);
    cf_writer_init(&w, room, CF_AOR_MAX);
    cf_sip_put_aor(&w, &canonical);
    return cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE;
}
