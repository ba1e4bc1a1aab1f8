/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Percent escapes. */
#include "core/sip/escape.h"
#include "core/sip/scan.h"

/* reserved = ; / ? : @ & = + $ , */
#define CLASS_RESERVED                                                                                                           \
    ((struct cf_sip_class){{CF_SIP_LOW(';') | CF_SIP_LOW('/') | CF_SIP_LOW('?') | CF_SIP_LOW(':') | CF_SIP_LOW('&') |            \
                                CF_SIP_LOW('=') | CF_SIP_LOW('+') | CF_SIP_LOW('$') | CF_SIP_LOW(','),                           \
                            CF_SIP_HIGH('@')}})

/* The next octet that @p s means, and whether it was written as an escape. */
struct octet {
    char c;
    bool was_escaped;
};

static struct octet octet_next(struct cf_str *s) {
    struct octet octet = {.c = s->at[0]};
    size_t len = 1;
    if (s->len >= 3 && s->at[0] == '%') {
        int high = cf_ascii_hex_value(s->at[1]);
        int low = cf_ascii_hex_value(s->at[2]);
        if (high >= 0 && low >= 0) {
            octet = (struct octet){.c = (char)(high * 16 + low), .was_escaped = true};
            len = 3;
        }
    }
    *s = cf_str_skip(*s, len);
    return octet;
}

void cf_sip_put_unescaped(struct cf_writer *w, struct cf_str text) {
    while (text.len > 0) {
        cf_put_char(w, octet_next(&text).c);
    }
}

static void put_octet(struct cf_writer *w, char c, struct cf_sip_class class) {
    static const char digits[] = "0123456789ABCDEF";
    if (cf_sip_class_has(&class, c)) {
        cf_put_char(w, c);
        return;
    }
    cf_put_char(w, '%');
    cf_put_char(w, digits[(uint8_t)c >> 4]);
    cf_put_char(w, digits[(uint8_t)c & 15]);
}

static void put_escaped(struct cf_writer *w, struct cf_str text, struct cf_sip_class class) {
    for (size_t i = 0; i < text.len; i++) {
        put_octet(w, text.at[i], class);
    }
}

void cf_sip_put_escaped_user(struct cf_writer *w, struct cf_str text) {
    put_escaped(w, text, CF_SIP_CLASS_USER);
}

void cf_sip_put_normal_user(struct cf_writer *w, struct cf_str text) {
    while (text.len > 0) {
        put_octet(w, octet_next(&text).c, CF_SIP_CLASS_USER);
    }
}

void cf_sip_put_escaped_param(struct cf_writer *w, struct cf_str text) {
    put_escaped(w, text, CF_SIP_CLASS_URI_PARAM);
}

void cf_sip_put_escaped_header(struct cf_writer *w, struct cf_str text) {
    put_escaped(w, text, CF_SIP_CLASS_URI_HEADER);
}

bool cf_sip_unescaped_eq(struct cf_str a, struct cf_str b) {
    while (a.len > 0 && b.len > 0) {
        if (octet_next(&a).c != octet_next(&b).c) {
            return false;
        }
    }
    return a.len == 0 && b.len == 0;
}

bool cf_sip_escaped_eq(struct cf_str a, struct cf_str b, bool is_nocase) {
    while (a.len > 0 && b.len > 0) {
        struct octet x = octet_next(&a);
        struct octet y = octet_next(&b);
        if (x.was_escaped != y.was_escaped && cf_sip_class_has(&CLASS_RESERVED, x.c)) {
            return false;
        }
        if (is_nocase ? cf_ascii_lower(x.c) != cf_ascii_lower(y.c) : x.c != y.c) {
            return false;
        }
    }
    return a.len == 0 && b.len == 0;
}
