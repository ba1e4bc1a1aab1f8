/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scanner. */
#include "core/sip/scan.h"

/* Longest host name (RFC 1035 section 2.3.4). */
#define HOST_MAX 255

bool cf_sip_scan_lws(struct cf_sip_scan *s) {
    size_t start = s->at;
    while (s->at < s->in.len && cf_sip_is_lws(s->in.at[s->at])) {
        s->at++;
    }
    return s->at > start;
}

bool cf_sip_scan_char(struct cf_sip_scan *s, char c) {
    if (s->at < s->in.len && s->in.at[s->at] == c) {
        s->at++;
        return true;
    }
    return false;
}

bool cf_sip_scan_separator(struct cf_sip_scan *s, char c) {
    size_t start = s->at;
    cf_sip_scan_lws(s);
    if (!cf_sip_scan_char(s, c)) {
        s->at = start;
        return false;
    }
    cf_sip_scan_lws(s);
    return true;
}

struct cf_str cf_sip_scan_run(struct cf_sip_scan *s, struct cf_sip_class class) {
    const char *start = s->in.at + s->at;
    size_t left = s->in.len - s->at;
    size_t len = 0;
    while (len < left && cf_sip_class_has(&class, start[len])) {
        len++;
    }
    s->at += len;
    return cf_str_n(start, len);
}

static bool is_escape(struct cf_str in, size_t at) {
    return in.len - at >= 3 && in.at[at] == '%' && cf_ascii_hex_value(in.at[at + 1]) >= 0 &&
           cf_ascii_hex_value(in.at[at + 2]) >= 0;
}

struct cf_str cf_sip_scan_escaped(struct cf_sip_scan *s, struct cf_sip_class class) {
    size_t start = s->at;
    while (s->at < s->in.len) {
        if (cf_sip_class_has(&class, s->in.at[s->at])) {
            s->at++;
        } else if (is_escape(s->in, s->at)) {
            s->at += 3;
        } else {
            break;
        }
    }
    return cf_sip_scan_since(s, start);
}

bool cf_sip_scan_quoted(struct cf_sip_scan *s, struct cf_str *ret) {
    if (cf_sip_scan_peek(s) != '"') {
        return false;
    }
    for (size_t i = s->at + 1; i < s->in.len; i++) {
        if (s->in.at[i] == '\\') {
            i++;
        } else if (s->in.at[i] == '"') {
            size_t start = s->at;
            s->at = i + 1;
            *ret = cf_sip_scan_since(s, start);
            return true;
        }
    }
    return false;
}

enum cf_err cf_sip_host_addr(struct cf_str host, struct cf_addr *ret) {
    size_t colons = cf_str_find_str(host, CF_STR(":::"));
    char text[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    if (colons == host.len || cf_str_find(host, '.') == host.len) {
        return cf_addr_parse_ip(host, ret);
    }
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, cf_str_head(host, colons));
    cf_put(&w, cf_str_skip(host, colons + 1));
    return cf_writer_ok(&w) ? cf_addr_parse_ip(cf_writer_str(&w), ret) : CF_ERR_MALFORMED;
}

static enum cf_err scan_ip6_reference(struct cf_sip_scan *s, struct cf_str *ret) {
    struct cf_addr addr;
    struct cf_str rest = cf_sip_scan_rest(s);
    size_t end = cf_str_find(cf_str_head(rest, CF_ADDR_TEXT_MAX), ']');
    if (end >= rest.len || rest.at[end] != ']') {
        return CF_ERR_MALFORMED;
    }
    struct cf_str reference = cf_str_head(rest, end + 1);
    enum cf_err err = cf_sip_host_addr(reference, &addr);
    if (err != CF_OK) {
        return err;
    }
    s->at += reference.len;
    *ret = reference;
    return CF_OK;
}

enum cf_err cf_sip_scan_host(struct cf_sip_scan *s, struct cf_str *ret) {
    if (cf_sip_scan_peek(s) == '[') {
        return scan_ip6_reference(s, ret);
    }
    size_t start = s->at;
    struct cf_str host = cf_sip_scan_run(s, CF_SIP_CLASS_HOST);
    bool is_label_empty = true;
    for (size_t i = 0; i < host.len; i++) {
        if (host.at[i] == '.' && is_label_empty) {
            s->at = start + i;
            return CF_ERR_MALFORMED;
        }
        is_label_empty = host.at[i] == '.';
    }
    if (host.len == 0 || host.len > HOST_MAX || host.at[0] == '-') {
        s->at = start;
        return CF_ERR_MALFORMED;
    }
    *ret = host;
    return CF_OK;
}

enum cf_err cf_sip_scan_port(struct cf_sip_scan *s, uint16_t *ret) {
    size_t start = s->at;
    uint32_t port = 0;
    if (!cf_str_to_u32(cf_sip_scan_run(s, CF_SIP_CLASS_DIGIT), UINT16_MAX, &port) || port == 0) {
        s->at = start;
        return CF_ERR_MALFORMED;
    }
    *ret = (uint16_t)port;
    return CF_OK;
}

enum cf_err cf_sip_scan_param(struct cf_sip_scan *s, struct cf_sip_param *ret) {
    struct cf_sip_param param = {.name = cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN), .value = CF_STR_NONE};
    if (cf_str_is_empty(param.name)) {
        return CF_ERR_MALFORMED;
    }
    if (cf_sip_scan_separator(s, '=') && !cf_sip_scan_quoted(s, &param.value)) {
        param.value = cf_sip_scan_run(s, CF_SIP_CLASS_PARAM_VALUE);
        if (cf_str_is_empty(param.value)) {
            return CF_ERR_MALFORMED;
        }
    }
    *ret = param;
    return CF_OK;
}

enum cf_err cf_sip_scan_params(struct cf_sip_scan *s, struct cf_str *ret) {
    if (!cf_sip_scan_separator(s, ';')) {
        *ret = CF_STR_NONE;
        return CF_OK;
    }
    size_t start = s->at;
    struct cf_sip_param param;
    do {
        enum cf_err err = cf_sip_scan_param(s, &param);
        if (err != CF_OK) {
            return err;
        }
    } while (cf_sip_scan_separator(s, ';'));
    *ret = cf_sip_scan_since(s, start);
    return CF_OK;
}

enum cf_err cf_sip_scan_finish(struct cf_sip_scan *s) {
    cf_sip_scan_lws(s);
    return cf_sip_scan_is_end(s) ? CF_OK : CF_ERR_MALFORMED;
}
