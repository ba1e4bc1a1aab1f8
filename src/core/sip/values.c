/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks over the values of header fields. */
#include "core/sip/message.h"

/* Index of the first comma outside quotes and angle brackets, or s.len. */
static size_t find_comma(struct cf_str s) {
    bool is_quoted = false;
    bool is_bracketed = false;
    if (cf_str_find(s, ',') == s.len) {
        return s.len; /* most values stand alone */
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (is_quoted) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                is_quoted = false;
            }
        } else if (c == '"' && !is_bracketed) {
            is_quoted = true;
        } else if (c == '<' || c == '>') {
            is_bracketed = c == '<';
        } else if (c == ',' && !is_bracketed) {
            return i;
        }
    }
    return s.len;
}

struct cf_str cf_sip_list_cut(struct cf_str *rest) {
    size_t end = find_comma(*rest);
    struct cf_str part = cf_str_trim(cf_str_head(*rest, end));
    *rest = end == rest->len ? CF_STR_NONE : cf_str_skip(*rest, end + 1);
    return part;
}

void cf_sip_values_begin(const struct cf_sip_message *msg, enum cf_sip_header id, struct cf_sip_values *ret) {
    const struct cf_sip_field *field = cf_sip_field_first(msg, id);
    *ret = (struct cf_sip_values){.msg = msg, .field = field, .rest = field ? field->value : CF_STR_NONE};
}

bool cf_sip_values_next(struct cf_sip_values *it, struct cf_str *ret_value) {
    while (it->field) {
        while (it->rest.at) {
            struct cf_str value = cf_sip_list_cut(&it->rest);
            if (value.len > 0) {
                *ret_value = value;
                return true;
            }
        }
        it->field = cf_sip_field_next(it->msg, it->field);
        it->rest = it->field ? it->field->value : CF_STR_NONE;
    }
    return false;
}

bool cf_sip_seconds_of(struct cf_str value, uint32_t *ret_sec) {
    struct cf_sip_scan s = cf_sip_scan_of(value);
    struct cf_str digits = cf_sip_scan_run(&s, CF_SIP_CLASS_DIGIT);
    cf_sip_scan_lws(&s);
    char next = cf_sip_scan_peek(&s);
    if (digits.len == 0 || (!cf_sip_scan_is_end(&s) && next != '(' && next != ';')) {
        return false;
    }
    if (!cf_str_to_u32(digits, UINT32_MAX, ret_sec)) {
        *ret_sec = UINT32_MAX;
    }
    return true;
}

bool cf_sip_seconds(const struct cf_sip_message *msg, enum cf_sip_header id, uint32_t *ret_sec) {
    return cf_sip_seconds_of(cf_sip_value(msg, id), ret_sec);
}
