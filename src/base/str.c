/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spans of text and octets. */
#include "base/str.h"

struct cf_str cf_str_of(const char *text) {
    return text ? cf_str_n(text, strlen(text)) : CF_STR_NONE;
}

bool cf_octets_eq_nocase(const char *a, const char *b, size_t len) {
    /* Most of what is compared is written as everybody writes it, or differs from its first octet on. */
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] && cf_ascii_lower(a[i]) != cf_ascii_lower(b[i])) {
            return false;
        }
    }
    return true;
}

int cf_str_cmp(struct cf_str a, struct cf_str b) {
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool cf_str_starts(struct cf_str s, struct cf_str prefix) {
    return s.len >= prefix.len && cf_str_eq(cf_str_head(s, prefix.len), prefix);
}

bool cf_str_starts_nocase(struct cf_str s, struct cf_str prefix) {
    return s.len >= prefix.len && cf_str_eq_nocase(cf_str_head(s, prefix.len), prefix);
}

bool cf_str_ends(struct cf_str s, struct cf_str suffix) {
    return s.len >= suffix.len && cf_str_eq(cf_str_skip(s, s.len - suffix.len), suffix);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct cf_str cf_str_trim(struct cf_str s) {
    const char *at = s.at;
    size_t len = s.len;
    while (len > 0 && is_blank(*at)) {
        at++;
        len--;
    }
    while (len > 0 && is_blank(at[len - 1])) {
        len--;
    }
    return cf_str_n(at, len);
}

size_t cf_str_find(struct cf_str s, char octet) {
    const char *found = s.len == 0 ? NULL : memchr(s.at, octet, s.len);
    return found ? (size_t)(found - s.at) : s.len;
}

size_t cf_str_find_str(struct cf_str s, struct cf_str needle) {
    size_t at = 0;
    if (s.at == NULL || needle.len == 0) {
        return 0;
    }
    while (needle.len <= s.len - at) {
        at += cf_str_find(cf_str_head(cf_str_skip(s, at), s.len - at - needle.len + 1), needle.at[0]);
        if (needle.len > s.len - at) {
            return s.len;
        }
        if (memcmp(s.at + at, needle.at, needle.len) == 0) {
            return at;
        }
        at++;
    }
    return s.len;
}

struct cf_str cf_str_cut(struct cf_str *rest, char separator) {
    size_t end = cf_str_find(*rest, separator);
    struct cf_str part = cf_str_head(*rest, end);
    *rest = end == rest->len ? CF_STR_NONE : cf_str_skip(*rest, end + 1);
    return part;
}

bool cf_str_to_u64(struct cf_str s, uint64_t max, uint64_t *ret) {
    uint64_t value = 0;
    uint64_t tenth = max / 10;
    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (!cf_ascii_is_digit(s.at[i])) {
            return false;
        }
        uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (value > tenth || (value == tenth && digit > max - tenth * 10)) {
            return false;
        }
        value = value * 10 + digit;
    }
    *ret = value;
    return true;
}

bool cf_str_to_u32(struct cf_str s, uint32_t max, uint32_t *ret) {
    uint64_t value = 0;
    if (!cf_str_to_u64(s, max, &value)) {
        return false;
    }
    *ret = (uint32_t)value;
    return true;
}

int cf_ascii_hex_value(char c) {
    if (cf_ascii_is_digit(c)) {
        return c - '0';
    }
    char lower = cf_ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool cf_str_is_made_of(struct cf_str text, struct cf_str others, size_t max) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!cf_ascii_is_alpha(c) && !cf_ascii_is_digit(c) && cf_str_find(others, c) == others.len) {
            return false;
        }
    }
    return text.len > 0 && text.len <= max;
}

bool cf_str_is_digits(struct cf_str text, size_t least, size_t most) {
    for (size_t i = 0; i < text.len; i++) {
        if (!cf_ascii_is_digit(text.at[i])) {
            return false;
        }
    }
    return text.len >= least && text.len <= most;
}

/* Length of the UTF-8 sequence that begins with @p lead and the least code point it may carry; 0 if none begins so. */
static size_t utf8_sequence(uint8_t lead, uint32_t *ret_bits, uint32_t *ret_least) {
    if (lead < 0x80) {
        *ret_bits = lead;
        *ret_least = 0;
        return 1;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        *ret_bits = lead & 0x1FU;
        *ret_least = 0x80;
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        *ret_bits = lead & 0x0FU;
        *ret_least = 0x800;
        return 3;
    }
    if (lead >= 0xF0 && lead < 0xF5) {
        *ret_bits = lead & 0x07U;
        *ret_least = 0x10000;
        return 4;
    }
    return 0;
}

bool cf_str_is_utf8(struct cf_str s) {
    size_t i = 0;
    while (i < s.len) {
        uint32_t code = 0;
        uint32_t least = 0;
        size_t len = utf8_sequence((uint8_t)s.at[i], &code, &least);
        if (len == 0 || len > s.len - i) {
            return false;
        }
        for (size_t k = 1; k < len; k++) {
            uint8_t next = (uint8_t)s.at[i + k];
            if ((next & 0xC0U) != 0x80) {
                return false;
            }
            code = (code << 6) | (next & 0x3FU);
        }
        if (code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
            return false;
        }
        i += len;
    }
    return true;
}
