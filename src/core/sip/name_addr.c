/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name-addr and addr-spec. */
#include "core/sip/name_addr.h"

/* May stand in a display name without quotes. tokens and blanks in the grammar; more is common and ambiguous with nothing. */
static bool is_display(char c) {
    return c != '"' && c != '<' && c != '>' && c != ',' && c != ';' && c != '\\' && (cf_sip_is_lws(c) || (uint8_t)c >= 0x20);
}

/* Take a display name if one stands before '<'. Without '<' nothing is taken: it is an addr-spec. */
static enum cf_err scan_display(struct cf_sip_scan *s, struct cf_str *ret) {
    if (cf_sip_scan_peek(s) == '"') {
        if (!cf_sip_scan_quoted(s, ret)) {
            return CF_ERR_MALFORMED;
        }
        cf_sip_scan_lws(s);
        return cf_sip_scan_peek(s) == '<' ? CF_OK : CF_ERR_MALFORMED;
    }
    size_t end = s->at;
    while (end < s->in.len && is_display(s->in.at[end])) {
        end++;
    }
    if (end == s->in.len || s->in.at[end] != '<') {
        return CF_OK;
    }
    struct cf_str display = cf_str_trim(cf_str_n(s->in.at + s->at, end - s->at));
    *ret = display.len > 0 ? display : CF_STR_NONE;
    s->at = end;
    return CF_OK;
}

/* The URI from the position to @p end. */
static enum cf_err scan_uri_until(struct cf_sip_scan *s, size_t end, struct cf_sip_uri *ret) {
    struct cf_sip_scan uri = {.in = cf_str_head(s->in, end), .at = s->at};
    enum cf_err err = cf_sip_uri_scan(&uri, ret);
    s->at = uri.at;
    return err;
}

static enum cf_err scan_bracketed(struct cf_sip_scan *s, struct cf_sip_uri *ret) {
    size_t end = s->at + cf_str_find(cf_sip_scan_rest(s), '>');
    enum cf_err err = scan_uri_until(s, end, ret);
    if (err != CF_OK) {
        return err;
    }
    return cf_sip_scan_char(s, '>') ? CF_OK : CF_ERR_MALFORMED;
}

/* A URI without brackets ends at ';' or ',' or a blank, and can't have a '?' (RFC 3261 section 20). */
static enum cf_err scan_bare(struct cf_sip_scan *s, struct cf_sip_uri *ret) {
    size_t end = s->at;
    while (end < s->in.len && s->in.at[end] != ';' && s->in.at[end] != ',' && !cf_sip_is_lws(s->in.at[end])) {
        if (s->in.at[end] == '?') {
            s->at = end;
            return CF_ERR_MALFORMED;
        }
        end++;
    }
    return scan_uri_until(s, end, ret);
}

enum cf_err cf_sip_name_addr_scan(struct cf_sip_scan *s, struct cf_sip_name_addr *ret) {
    struct cf_sip_name_addr addr = {.has_angle_brackets = false};
    cf_sip_scan_lws(s);
    enum cf_err err = scan_display(s, &addr.display);
    if (err != CF_OK) {
        return err;
    }
    addr.has_angle_brackets = cf_sip_scan_char(s, '<');
    err = addr.has_angle_brackets ? scan_bracketed(s, &addr.uri) : scan_bare(s, &addr.uri);
    if (err == CF_OK) {
        err = cf_sip_scan_params(s, &addr.params);
    }
    if (err == CF_OK) {
        *ret = addr;
    }
    return err;
}

enum cf_err cf_sip_name_addr_parse(struct cf_str text, struct cf_sip_name_addr *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_sip_name_addr addr;
    enum cf_err err = cf_sip_name_addr_scan(&s, &addr);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret = addr;
    }
    return err;
}

struct cf_str cf_sip_name_addr_tag(const struct cf_sip_name_addr *addr) {
    return cf_sip_param_value(addr->params, CF_STR("tag"));
}

void cf_sip_put_display(struct cf_writer *w, const struct cf_sip_name_addr *addr) {
    cf_sip_put_clean_unquoted(w, addr->display);
}

void cf_sip_put_name_addr(struct cf_writer *w, struct cf_str display, struct cf_str uri) {
    if (display.len > 0) {
        cf_sip_put_quoted(w, display);
        cf_put_char(w, ' ');
    }
    cf_put_char(w, '<');
    cf_sip_put_line_text(w, uri);
    cf_put_char(w, '>');
}
