/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parsing and printing of URIs. */
#include "core/sip/uri.h"

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
#define CLASS_SCHEME                                                                                                             \
    ((struct cf_sip_class){{CF_SIP_DIGITS_LOW | CF_SIP_LOW('+') | CF_SIP_LOW('-') | CF_SIP_LOW('.'), CF_SIP_LETTERS_HIGH}})

/* Global and local numbers of RFC 3966 section 3 with visual separators. */
#define CLASS_TEL                                                                                                                \
    ((struct cf_sip_class){{CF_SIP_DIGITS_LOW | CF_SIP_LOW('+') | CF_SIP_LOW('-') | CF_SIP_LOW('.') | CF_SIP_LOW('(') |          \
                                CF_SIP_LOW(')') | CF_SIP_LOW('*') | CF_SIP_LOW('#'),                                             \
                            (uint64_t)0x7E | (uint64_t)0x7E << 32}})

static enum cf_sip_scheme scheme_of(struct cf_str name) {
    if (cf_str_eq_nocase(name, CF_STR("sip"))) {
        return CF_SIP_SCHEME_SIP;
    }
    if (cf_str_eq_nocase(name, CF_STR("sips"))) {
        return CF_SIP_SCHEME_SIPS;
    }
    return cf_str_eq_nocase(name, CF_STR("tel")) ? CF_SIP_SCHEME_TEL : CF_SIP_SCHEME_OTHER;
}

static enum cf_err scan_userinfo(struct cf_sip_scan *s, struct cf_sip_uri *uri) {
    struct cf_str rest = cf_sip_scan_rest(s);
    if (cf_str_find(rest, '@') == rest.len) {
        return CF_OK;
    }
    uri->user = cf_sip_scan_escaped(s, CF_SIP_CLASS_USER);
    if (cf_str_is_empty(uri->user)) {
        return CF_ERR_MALFORMED;
    }
    if (cf_sip_scan_char(s, ':')) {
        uri->password = cf_sip_scan_escaped(s, CF_SIP_CLASS_PASSWORD);
    }
    return cf_sip_scan_char(s, '@') ? CF_OK : CF_ERR_MALFORMED;
}

static enum cf_err scan_uri_param(struct cf_sip_scan *s) {
    if (cf_str_is_empty(cf_sip_scan_escaped(s, CF_SIP_CLASS_URI_PARAM))) {
        return CF_ERR_MALFORMED;
    }
    if (!cf_sip_scan_char(s, '=')) {
        return CF_OK;
    }
    return cf_str_is_empty(cf_sip_scan_escaped(s, CF_SIP_CLASS_URI_PARAM)) ? CF_ERR_MALFORMED : CF_OK;
}

static enum cf_err scan_uri_params(struct cf_sip_scan *s, struct cf_str *ret) {
    if (!cf_sip_scan_char(s, ';')) {
        return CF_OK;
    }
    size_t start = s->at;
    do {
        enum cf_err err = scan_uri_param(s);
        if (err != CF_OK) {
            return err;
        }
    } while (cf_sip_scan_char(s, ';'));
    *ret = cf_sip_scan_since(s, start);
    return CF_OK;
}

static enum cf_err scan_uri_headers(struct cf_sip_scan *s, struct cf_str *ret) {
    if (!cf_sip_scan_char(s, '?')) {
        return CF_OK;
    }
    size_t start = s->at;
    do {
        struct cf_str name = cf_sip_scan_escaped(s, CF_SIP_CLASS_URI_HEADER);
        if (cf_str_is_empty(name) || !cf_sip_scan_char(s, '=')) {
            return CF_ERR_MALFORMED;
        }
        cf_sip_scan_escaped(s, CF_SIP_CLASS_URI_HEADER);
    } while (cf_sip_scan_char(s, '&'));
    *ret = cf_sip_scan_since(s, start);
    return CF_OK;
}

static enum cf_err scan_sip(struct cf_sip_scan *s, struct cf_sip_uri *uri) {
    enum cf_err err = scan_userinfo(s, uri);
    if (err == CF_OK) {
        err = cf_sip_scan_host(s, &uri->host);
    }
    if (err == CF_OK && cf_sip_scan_char(s, ':')) {
        err = cf_sip_scan_port(s, &uri->port);
    }
    if (err == CF_OK) {
        err = scan_uri_params(s, &uri->params);
    }
    return err == CF_OK ? scan_uri_headers(s, &uri->headers) : err;
}

/* Is there anything but '+' and visual separators? */
static bool has_digit(struct cf_str number) {
    for (size_t i = 0; i < number.len; i++) {
        char c = number.at[i];
        if (cf_ascii_hex_value(c) >= 0 || c == '*' || c == '#') {
            return true;
        }
    }
    return false;
}

static enum cf_err scan_tel(struct cf_sip_scan *s, struct cf_sip_uri *uri) {
    uri->user = cf_sip_scan_run(s, CLASS_TEL);
    return has_digit(uri->user) ? scan_uri_params(s, &uri->params) : CF_ERR_MALFORMED;
}

static enum cf_err scan_opaque(struct cf_sip_scan *s, struct cf_sip_uri *uri) {
    uri->opaque = cf_sip_scan_run(s, CF_SIP_CLASS_OPAQUE);
    return cf_str_is_empty(uri->opaque) ? CF_ERR_MALFORMED : CF_OK;
}

static enum cf_err scan_after_scheme(struct cf_sip_scan *s, struct cf_sip_uri *uri) {
    switch (uri->scheme) {
    case CF_SIP_SCHEME_SIP:
    case CF_SIP_SCHEME_SIPS:
        return scan_sip(s, uri);
    case CF_SIP_SCHEME_TEL:
        return scan_tel(s, uri);
    case CF_SIP_SCHEME_OTHER:
        break;
    }
    return scan_opaque(s, uri);
}

enum cf_err cf_sip_uri_scan(struct cf_sip_scan *s, struct cf_sip_uri *ret) {
    struct cf_sip_uri uri = {.text = cf_sip_scan_rest(s)};
    if (uri.text.len > CF_SIP_URI_MAX) {
        return CF_ERR_LIMIT;
    }
    if (!cf_ascii_is_alpha(cf_sip_scan_peek(s))) {
        return CF_ERR_MALFORMED;
    }
    uri.scheme_name = cf_sip_scan_run(s, CLASS_SCHEME);
    uri.scheme = scheme_of(uri.scheme_name);
    if (!cf_sip_scan_char(s, ':')) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = scan_after_scheme(s, &uri);
    if (err != CF_OK) {
        return err;
    }
    if (!cf_sip_scan_is_end(s)) {
        return CF_ERR_MALFORMED;
    }
    *ret = uri;
    return CF_OK;
}

enum cf_err cf_sip_uri_parse(struct cf_str text, struct cf_sip_uri *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    return cf_sip_uri_scan(&s, ret);
}

bool cf_sip_uri_is_sip(const struct cf_sip_uri *uri) {
    return uri->scheme == CF_SIP_SCHEME_SIP || uri->scheme == CF_SIP_SCHEME_SIPS;
}

static void put_scheme(struct cf_writer *w, const struct cf_sip_uri *uri) {
    static const struct cf_str names[] = {[CF_SIP_SCHEME_SIP] = CF_STR_INIT("sip"),
                                          [CF_SIP_SCHEME_SIPS] = CF_STR_INIT("sips"),
                                          [CF_SIP_SCHEME_TEL] = CF_STR_INIT("tel")};
    cf_put(w, uri->scheme == CF_SIP_SCHEME_OTHER ? uri->scheme_name : names[uri->scheme]);
    cf_put_char(w, ':');
}

static void put_after(struct cf_writer *w, char separator, struct cf_str part) {
    if (part.at) {
        cf_put_char(w, separator);
        cf_put(w, part);
    }
}

void cf_sip_put_uri(struct cf_writer *w, const struct cf_sip_uri *uri) {
    put_scheme(w, uri);
    if (uri->scheme == CF_SIP_SCHEME_OTHER) {
        cf_put(w, uri->opaque);
        return;
    }
    cf_put(w, uri->user);
    put_after(w, ':', uri->password);
    if (uri->user.at && uri->scheme != CF_SIP_SCHEME_TEL) {
        cf_put_char(w, '@');
    }
    cf_put(w, uri->host);
    if (uri->port != 0) {
        cf_put_char(w, ':');
        cf_put_dec(w, uri->port);
    }
    put_after(w, ';', uri->params);
    put_after(w, '?', uri->headers);
}

bool cf_sip_uri_host_addr(const struct cf_sip_uri *uri, struct cf_addr *ret) {
    struct cf_addr addr;
    if (cf_sip_host_addr(uri->host, &addr) != CF_OK) {
        return false;
    }
    addr.port = uri->port;
    *ret = addr;
    return true;
}

bool cf_sip_uri_transport(const struct cf_sip_uri *uri, enum cf_transport *ret) {
    struct cf_str name = cf_sip_param_value(uri->params, CF_STR("transport"));
    if (name.at) {
        *ret = cf_transport_of(name);
        if (*ret == CF_TRANSPORT_TCP && uri->scheme == CF_SIP_SCHEME_SIPS) {
            *ret = CF_TRANSPORT_TLS;
        }
        return true;
    }
    if (uri->scheme == CF_SIP_SCHEME_SIPS) {
        *ret = CF_TRANSPORT_TLS;
        return true;
    }
    return false;
}

bool cf_sip_uri_header_next(struct cf_str *rest, struct cf_sip_param *ret) {
    if (rest->at == NULL) {
        return false;
    }
    struct cf_str value = cf_str_cut(rest, '&');
    struct cf_str name = cf_str_cut(&value, '=');
    *ret = (struct cf_sip_param){.name = name, .value = value};
    return true;
}
