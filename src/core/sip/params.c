/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters and quoted strings. */
#include "core/sip/params.h"
#include "core/sip/scan.h"

/* Index of the first ';' of @p s outside quoted strings, or s.len. */
static size_t find_semicolon(struct cf_str s) {
    bool is_quoted = false;
    if (cf_str_find(s, ';') == s.len) {
        return s.len; /* most are the last */
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (is_quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (c == ';' && !is_quoted) {
            return i;
        }
    }
    return s.len;
}

bool cf_sip_param_next(struct cf_str *rest, struct cf_sip_param *ret) {
    if (rest->at == NULL) {
        return false;
    }
    size_t end = find_semicolon(*rest);
    struct cf_str value = cf_str_head(*rest, end);
    *rest = end == rest->len ? CF_STR_NONE : cf_str_skip(*rest, end + 1);
    struct cf_str name = cf_str_trim(cf_str_cut(&value, '='));
    *ret = (struct cf_sip_param){.name = name, .value = cf_str_trim(value)};
    return true;
}

bool cf_sip_param_find(struct cf_str params, struct cf_str name, struct cf_str *ret_value) {
    struct cf_sip_param param;
    while (cf_sip_param_next(&params, &param)) {
        if (cf_str_eq_nocase(param.name, name)) {
            if (ret_value) {
                *ret_value = param.value;
            }
            return true;
        }
    }
    return false;
}

bool cf_sip_param_has(struct cf_str params, struct cf_str name) {
    return cf_sip_param_find(params, name, NULL);
}

struct cf_str cf_sip_param_value(struct cf_str params, struct cf_str name) {
    struct cf_str value = CF_STR_NONE;
    return cf_sip_param_find(params, name, &value) ? value : CF_STR_NONE;
}

bool cf_sip_param_u32(struct cf_str params, struct cf_str name, uint32_t max, uint32_t *ret) {
    return cf_str_to_u32(cf_sip_param_value(params, name), max, ret);
}

bool cf_sip_is_quoted(struct cf_str value) {
    return value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';
}

/* Walks over what a value means, octet by octet. */
struct unquoter {
    struct cf_str left;
    bool is_quoted;
};

static struct unquoter unquoter_of(struct cf_str value) {
    bool is_quoted = cf_sip_is_quoted(value);
    return (struct unquoter){.left = is_quoted ? cf_str_n(value.at + 1, value.len - 2) : value, .is_quoted = is_quoted};
}

static bool unquoter_next(struct unquoter *u, char *ret) {
    if (u->left.len == 0) {
        return false;
    }
    if (u->is_quoted && u->left.at[0] == '\\' && u->left.len > 1) {
        u->left = cf_str_skip(u->left, 1);
    }
    *ret = u->left.at[0];
    u->left = cf_str_skip(u->left, 1);
    return true;
}

void cf_sip_put_unquoted(struct cf_writer *w, struct cf_str value) {
    struct unquoter u = unquoter_of(value);
    char c = 0;
    while (unquoter_next(&u, &c)) {
        cf_put_char(w, c);
    }
}

static bool unquoted_eq(struct cf_str value, struct cf_str text, bool is_nocase) {
    struct unquoter u = unquoter_of(value);
    char c = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!unquoter_next(&u, &c)) {
            return false;
        }
        bool same = is_nocase ? cf_ascii_lower(c) == cf_ascii_lower(text.at[i]) : c == text.at[i];
        if (!same) {
            return false;
        }
    }
    return u.left.len == 0;
}

bool cf_sip_unquoted_eq(struct cf_str value, struct cf_str text) {
    return unquoted_eq(value, text, false);
}

bool cf_sip_unquoted_eq_nocase(struct cf_str value, struct cf_str text) {
    return unquoted_eq(value, text, true);
}

void cf_sip_put_quoted(struct cf_writer *w, struct cf_str text) {
    cf_put_char(w, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '"' || c == '\\') {
            cf_put_char(w, '\\');
        }
        cf_put_char(w, (uint8_t)c < 0x20 || c == 0x7F ? ' ' : c);
    }
    cf_put_char(w, '"');
}

bool cf_sip_is_token(struct cf_str text) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    return cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN).len == text.len && text.len > 0;
}

void cf_sip_put_param(struct cf_writer *w, struct cf_str name, struct cf_str value) {
    cf_put_char(w, ';');
    cf_put(w, name);
    if (value.at) {
        cf_put_char(w, '=');
        cf_put(w, value);
    }
}

void cf_sip_put_param_dec(struct cf_writer *w, struct cf_str name, uint64_t value) {
    cf_sip_put_param(w, name, CF_STR(""));
    cf_put_dec(w, value);
}
