/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Free text. */
#include "core/sip/text.h"
#include "core/sip/lines.h"
#include "core/sip/params.h"
#include "core/sip/scan.h"

/* U+FFFD, what stands for something unreadable. */
#define REPLACEMENT "\xEF\xBF\xBD"

/* Length of the fold at the start of @p s (CR LF and the blanks behind), or 0. */
static size_t fold_len(struct cf_str s) {
    size_t len = 0;
    if (s.at[0] != '\r' && s.at[0] != '\n') {
        return 0;
    }
    while (len < s.len && cf_sip_is_lws(s.at[len])) {
        len++;
    }
    return len;
}

/* Length of the start of @p s that can stand in a line as it is. */
static size_t plain_len(struct cf_str s) {
    size_t len = cf_sip_find_control(s, 0);
    while (len < s.len && s.at[len] != '\r' && s.at[len] != '\n' && s.at[len] != '\0') {
        len = cf_sip_find_control(s, len + 1);
    }
    return len;
}

void cf_sip_put_line_text(struct cf_writer *w, struct cf_str text) {
    size_t plain = plain_len(text);
    cf_put(w, cf_str_head(text, plain));
    while (plain < text.len) {
        text = cf_str_skip(text, plain);
        size_t fold = fold_len(text);
        cf_put_char(w, ' ');
        text = cf_str_skip(text, fold > 0 ? fold : 1);
        plain = plain_len(text);
        cf_put(w, cf_str_head(text, plain));
    }
}

/* Length of the well-formed UTF-8 character at the start of @p s, or 0. */
static size_t character_len(struct cf_str s) {
    uint8_t lead = (uint8_t)s.at[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return len <= s.len && cf_str_is_utf8(cf_str_head(s, len)) ? len : 0;
}

/* Does well-formed @p text begin with C0 or DEL, or with C1 in its UTF-8 form? */
static bool begins_with_control(struct cf_str text) {
    uint8_t c = (uint8_t)text.at[0];
    return c < 0x20 || c == 0x7F || (c == 0xC2 && (uint8_t)text.at[1] < 0xA0);
}

static void put_clean(struct cf_writer *w, struct cf_str text, bool has_quoted_pairs) {
    while (text.len > 0) {
        size_t fold = fold_len(text);
        if (fold > 0) {
            cf_put_char(w, ' ');
            text = cf_str_skip(text, fold);
            continue;
        }
        if (has_quoted_pairs && text.at[0] == '\\' && text.len > 1) {
            text = cf_str_skip(text, 1);
        }
        size_t len = character_len(text);
        if (len == 0 || (begins_with_control(text) && text.at[0] != '\t')) {
            cf_put_lit(w, REPLACEMENT);
        } else {
            cf_put(w, text.at[0] == '\t' ? CF_STR(" ") : cf_str_head(text, len));
        }
        text = cf_str_skip(text, len == 0 ? 1 : len);
    }
}

void cf_sip_put_clean_text(struct cf_writer *w, struct cf_str text) {
    put_clean(w, text, false);
}

void cf_sip_put_clean_unquoted(struct cf_writer *w, struct cf_str value) {
    if (cf_sip_is_quoted(value)) {
        put_clean(w, cf_str_n(value.at + 1, value.len - 2), true);
    } else {
        put_clean(w, value, false);
    }
}

void cf_sip_put_address(struct cf_writer *w, struct cf_str user, struct cf_str host) {
    cf_put_lit(w, "sip:");
    cf_put(w, user);
    cf_put_char(w, '@');
    cf_put(w, host);
}
