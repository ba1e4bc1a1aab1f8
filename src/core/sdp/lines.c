/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words, tokens, and finding attributes in a section. */
#include "core/sdp/sdp.h"

/* A set of the octets that RFC 8866 section 9 allows in a token. */
static bool is_token_octet(char c) {
    if (cf_ascii_is_alpha(c) || cf_ascii_is_digit(c)) {
        return true;
    }
    return c > ' ' && c < 0x7F && memchr("!#$%&'*+-.^_`{|}~", c, 17) != NULL;
}

bool cf_sdp_is_token(struct cf_str s) {
    for (size_t i = 0; i < s.len; i++) {
        if (!is_token_octet(s.at[i])) {
            return false;
        }
    }
    return s.len > 0;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

struct cf_str cf_sdp_word(struct cf_str *rest) {
    size_t begin = 0;
    while (begin < rest->len && is_blank(rest->at[begin])) {
        begin++;
    }
    size_t end = begin;
    while (end < rest->len && !is_blank(rest->at[end])) {
        end++;
    }
    size_t next = end;
    while (next < rest->len && is_blank(rest->at[next])) {
        next++;
    }
    struct cf_str word = cf_str_head(cf_str_skip(*rest, begin), end - begin);
    *rest = cf_str_skip(*rest, next);
    return word;
}

const struct cf_sdp_line *cf_sdp_find(struct cf_sdp_lines lines, struct cf_str name) {
    for (size_t i = 0; i < lines.count; i++) {
        if (lines.at[i].type == 'a' && cf_str_eq(lines.at[i].name, name)) {
            return &lines.at[i];
        }
    }
    return NULL;
}

struct cf_str cf_sdp_value(const struct cf_sdp *sdp, const struct cf_sdp_media *media, struct cf_str name) {
    const struct cf_sdp_line *line = media == NULL ? NULL : cf_sdp_find(media->lines, name);
    if (line == NULL) {
        line = cf_sdp_find(sdp->lines, name);
    }
    return line == NULL ? CF_STR_NONE : line->value;
}
