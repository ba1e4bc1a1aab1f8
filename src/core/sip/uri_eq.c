/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equality of URIs and the canonical address-of-record. */
#include "core/sip/escape.h"
#include "core/sip/uri.h"

/* Most parameters and most headers that are compared. */
#define COMPARED_MAX 64

static bool host_eq(struct cf_str a, struct cf_str b) {
    if (cf_str_eq_nocase(a, b)) {
        return true;
    }
    struct cf_addr x;
    struct cf_addr y;
    return cf_sip_host_addr(a, &x) == CF_OK && cf_sip_host_addr(b, &y) == CF_OK && cf_addr_eq_ip(&x, &y);
}

/* Parameters that must stand in both URIs or in none. */
static bool is_binding(struct cf_str name) {
    static const struct cf_str names[] = {CF_STR_INIT("user"), CF_STR_INIT("ttl"), CF_STR_INIT("method"), CF_STR_INIT("maddr"),
                                          CF_STR_INIT("transport")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (cf_str_eq_nocase(name, names[i])) {
            return true;
        }
    }
    return false;
}

static bool optional_eq(struct cf_str a, struct cf_str b, bool is_nocase) {
    return (a.at == NULL) == (b.at == NULL) && cf_sip_escaped_eq(a, b, is_nocase);
}

/* Does every parameter of @p a agree with @p b? */
static bool params_agree(struct cf_str a, struct cf_str b) {
    struct cf_sip_param param;
    for (unsigned n = 0; cf_sip_param_next(&a, &param); n++) {
        struct cf_str other = CF_STR_NONE;
        if (n == COMPARED_MAX) {
            return false;
        }
        if (!cf_sip_param_find(b, param.name, &other)) {
            if (is_binding(param.name)) {
                return false;
            }
        } else if (!optional_eq(param.value, other, true)) {
            return false;
        }
    }
    return true;
}

static bool header_is_in(const struct cf_sip_param *header, struct cf_str headers) {
    struct cf_sip_param other;
    while (cf_sip_uri_header_next(&headers, &other)) {
        if (cf_sip_escaped_eq(header->name, other.name, true) && cf_sip_escaped_eq(header->value, other.value, false)) {
            return true;
        }
    }
    return false;
}

static bool headers_are_in(struct cf_str a, struct cf_str b) {
    struct cf_sip_param header;
    for (unsigned n = 0; cf_sip_uri_header_next(&a, &header); n++) {
        if (n == COMPARED_MAX || !header_is_in(&header, b)) {
            return false;
        }
    }
    return true;
}

static bool is_visual_separator(char c) {
    return c == '-' || c == '.' || c == '(' || c == ')';
}

static bool tel_number_eq(struct cf_str a, struct cf_str b) {
    size_t i = 0;
    size_t k = 0;
    for (;;) {
        while (i < a.len && is_visual_separator(a.at[i])) {
            i++;
        }
        while (k < b.len && is_visual_separator(b.at[k])) {
            k++;
        }
        if (i == a.len || k == b.len) {
            return i == a.len && k == b.len;
        }
        if (cf_ascii_lower(a.at[i++]) != cf_ascii_lower(b.at[k++])) {
            return false;
        }
    }
}

static bool sip_eq(const struct cf_sip_uri *a, const struct cf_sip_uri *b) {
    return optional_eq(a->user, b->user, false) && optional_eq(a->password, b->password, false) && host_eq(a->host, b->host) &&
           a->port == b->port && params_agree(a->params, b->params) && params_agree(b->params, a->params) &&
           headers_are_in(a->headers, b->headers) && headers_are_in(b->headers, a->headers);
}

bool cf_sip_uri_eq(const struct cf_sip_uri *a, const struct cf_sip_uri *b) {
    if (a->scheme != b->scheme) {
        return false;
    }
    switch (a->scheme) {
    case CF_SIP_SCHEME_SIP:
    case CF_SIP_SCHEME_SIPS:
        return sip_eq(a, b);
    case CF_SIP_SCHEME_TEL:
        return tel_number_eq(a->user, b->user) && optional_eq(cf_sip_param_value(a->params, CF_STR("phone-context")),
                                                              cf_sip_param_value(b->params, CF_STR("phone-context")), true);
    case CF_SIP_SCHEME_OTHER:
        break;
    }
    return cf_str_eq_nocase(a->scheme_name, b->scheme_name) && cf_str_eq(a->opaque, b->opaque);
}

/* Do both have the parameter with the same value, or neither? */
static bool param_same(const struct cf_sip_uri *a, const struct cf_sip_uri *b, struct cf_str name) {
    struct cf_str x = CF_STR_NONE;
    struct cf_str y = CF_STR_NONE;
    bool in_a = cf_sip_param_find(a->params, name, &x);
    bool in_b = cf_sip_param_find(b->params, name, &y);
    return in_a == in_b && cf_sip_unescaped_eq(x, y);
}

bool cf_sip_uri_same_resource(const struct cf_sip_uri *a, const struct cf_sip_uri *b) {
    if (!cf_sip_uri_is_sip(a) || !cf_sip_uri_is_sip(b)) {
        return cf_sip_uri_eq(a, b);
    }
    return cf_sip_unescaped_eq(a->user, b->user) && host_eq(a->host, b->host) && param_same(a, b, CF_STR("gr")) &&
           param_same(a, b, CF_STR("conf-id"));
}

static void put_lower(struct cf_writer *w, struct cf_str text) {
    for (size_t i = 0; i < text.len; i++) {
        cf_put_char(w, cf_ascii_lower(text.at[i]));
    }
}

static void put_tel_aor(struct cf_writer *w, const struct cf_sip_uri *uri) {
    cf_put_lit(w, "tel:");
    for (size_t i = 0; i < uri->user.len; i++) {
        if (!is_visual_separator(uri->user.at[i])) {
            cf_put_char(w, cf_ascii_lower(uri->user.at[i]));
        }
    }
    struct cf_str context = cf_sip_param_value(uri->params, CF_STR("phone-context"));
    if (context.at) {
        cf_put_lit(w, ";phone-context=");
        put_lower(w, context);
    }
}

void cf_sip_put_aor(struct cf_writer *w, const struct cf_sip_uri *uri) {
    if (uri->scheme == CF_SIP_SCHEME_TEL) {
        put_tel_aor(w, uri);
        return;
    }
    if (uri->scheme == CF_SIP_SCHEME_OTHER) {
        cf_put(w, uri->text);
        return;
    }
    cf_put_lit(w, "sip:");
    if (uri->user.at) {
        cf_sip_put_normal_user(w, uri->user);
        cf_put_char(w, '@');
    }
    struct cf_addr addr;
    if (cf_sip_host_addr(uri->host, &addr) == CF_OK) {
        cf_put_ip_host(w, &addr);
    } else {
        put_lower(w, uri->host);
    }
}
