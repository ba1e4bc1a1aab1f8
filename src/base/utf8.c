/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 one code point at a time. */
#include "base/utf8.h"

#include "base/bug.h"

/* What may follow a first octet: RFC 3629 section 4. */
struct lead {
    uint8_t from, to;               /* first octets */
    uint8_t second_min, second_max; /* shuts out overlong forms, surrogates and what is above U+10FFFF */
    uint8_t more;                   /* octets that follow */
    uint8_t mask;                   /* value bits of the first octet */
};

static const struct lead leads[] = {
    {0x00, 0x7F, 0x00, 0x00, 0, 0x7F}, {0xC2, 0xDF, 0x80, 0xBF, 1, 0x1F}, {0xE0, 0xE0, 0xA0, 0xBF, 2, 0x0F},
    {0xE1, 0xEC, 0x80, 0xBF, 2, 0x0F}, {0xED, 0xED, 0x80, 0x9F, 2, 0x0F}, {0xEE, 0xEF, 0x80, 0xBF, 2, 0x0F},
    {0xF0, 0xF0, 0x90, 0xBF, 3, 0x07}, {0xF1, 0xF3, 0x80, 0xBF, 3, 0x07}, {0xF4, 0xF4, 0x80, 0x8F, 3, 0x07},
};

static const struct lead *lead_of(uint8_t octet) {
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        if (octet >= leads[i].from && octet <= leads[i].to) {
            return &leads[i];
        }
    }
    return NULL;
}

uint32_t cf_utf8_take(struct cf_str *rest) {
    cf_assert(rest->len > 0);
    const struct lead *lead = lead_of((uint8_t)rest->at[0]);
    if (lead == NULL) {
        *rest = cf_str_skip(*rest, 1);
        return CF_UTF8_REPLACEMENT;
    }
    uint32_t code_point = (uint8_t)rest->at[0] & lead->mask;
    for (size_t i = 1; i <= lead->more; i++) {
        uint8_t octet = i < rest->len ? (uint8_t)rest->at[i] : 0;
        uint8_t min = i == 1 ? lead->second_min : 0x80;
        uint8_t max = i == 1 ? lead->second_max : 0xBF;
        if (octet < min || octet > max) {
            *rest = cf_str_skip(*rest, i);
            return CF_UTF8_REPLACEMENT;
        }
        code_point = (code_point << 6) | (octet & 0x3FU);
    }
    *rest = cf_str_skip(*rest, lead->more + 1U);
    return code_point;
}

void cf_put_utf8(struct cf_writer *w, uint32_t code_point) {
    cf_assert(code_point <= 0x10FFFF && !(code_point >= 0xD800 && code_point <= 0xDFFF));
    if (code_point < 0x80) {
        cf_put_u8(w, (uint8_t)code_point);
        return;
    }
    if (code_point < 0x800) {
        cf_put_u8(w, (uint8_t)(0xC0 | (code_point >> 6)));
    } else if (code_point < 0x10000) {
        cf_put_u8(w, (uint8_t)(0xE0 | (code_point >> 12)));
        cf_put_u8(w, (uint8_t)(0x80 | ((code_point >> 6) & 0x3F)));
    } else {
        cf_put_u8(w, (uint8_t)(0xF0 | (code_point >> 18)));
        cf_put_u8(w, (uint8_t)(0x80 | ((code_point >> 12) & 0x3F)));
        cf_put_u8(w, (uint8_t)(0x80 | ((code_point >> 6) & 0x3F)));
    }
    cf_put_u8(w, (uint8_t)(0x80 | (code_point & 0x3F)));
}
