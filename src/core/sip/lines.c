/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and fields of a header. */
#include "core/sip/lines.h"
#include "core/sip/message.h"

#define ONES (~(uint64_t)0 / 255)

/* Has one of the eight octets a value below 0x20? */
static bool has_control(uint64_t eight) {
    return ((eight - ONES * 0x20) & ~eight & ONES * 0x80) != 0;
}

size_t cf_sip_find_control(struct cf_str in, size_t at) {
    while (in.len - at >= 8) {
        uint64_t eight = 0;
        memcpy(&eight, in.at + at, 8);
        if (has_control(eight)) {
            break;
        }
        at += 8;
    }
    while (at < in.len && (uint8_t)in.at[at] >= 0x20) {
        at++;
    }
    return at;
}

/* Does an odd number of backslashes end before @p at, so that the octet there is the second of a quoted pair? */
static bool is_behind_backslash(struct cf_str in, size_t start, size_t at) {
    size_t count = 0;
    while (at - count > start && in.at[at - count - 1] == '\\') {
        count++;
    }
    return count % 2 == 1;
}

/*
 * Move behind the end of the line. The first control character that may not stand there is noted in @p wrong_at (in.len: none),
 * and passed over: a message of which one line is broken still has an end.
 */
static bool scan_behind_line(struct cf_sip_scan *s, size_t *wrong_at) {
    size_t start = s->at;
    for (size_t at = start;; at++) {
        at = cf_sip_find_control(s->in, at);
        if (s->in.len - at < 2) {
            return false;
        }
        char c = s->in.at[at];
        if (c == '\r' && s->in.at[at + 1] == '\n') {
            s->at = at + 2;
            return true;
        }
        bool is_allowed = c == '\t' || (c != '\r' && c != '\n' && is_behind_backslash(s->in, start, at));
        if (!is_allowed && *wrong_at == s->in.len) {
            *wrong_at = at;
        }
    }
}

static bool is_continued(const struct cf_sip_scan *s) {
    return s->at < s->in.len && (s->in.at[s->at] == ' ' || s->in.at[s->at] == '\t');
}

/* A line, with its continuations if @p is_field; the last CR LF is taken but not part of it. */
static enum cf_err scan_line(struct cf_sip_scan *s, bool is_field, struct cf_sip_line *ret) {
    size_t start = s->at;
    struct cf_sip_line line = {.wrong_at = s->in.len};
    do {
        if (!scan_behind_line(s, &line.wrong_at)) {
            s->at = start;
            *ret = line;
            return CF_ERR_TRUNCATED;
        }
    } while (is_field && is_continued(s));
    line.text = cf_str_n(s->in.at + start, s->at - 2 - start);
    bool is_long = line.text.len > CF_SIP_LINE_MAX;
    bool is_wrong = line.wrong_at != s->in.len;
    if (is_long && !is_wrong) {
        line.wrong_at = start + CF_SIP_LINE_MAX;
    }
    *ret = line;
    return is_wrong ? CF_ERR_MALFORMED : is_long ? CF_ERR_LIMIT : CF_OK;
}

enum cf_err cf_sip_scan_start_line(struct cf_sip_scan *s, struct cf_sip_line *ret) {
    return scan_line(s, false, ret);
}

static enum cf_err split(struct cf_sip_line *line, size_t start) {
    struct cf_sip_scan s = cf_sip_scan_of(line->text);
    line->name = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    if (!cf_str_is_empty(line->name)) {
        while (cf_sip_scan_char(&s, ' ') || cf_sip_scan_char(&s, '\t')) {
        }
    }
    if (cf_str_is_empty(line->name) || !cf_sip_scan_char(&s, ':')) {
        line->wrong_at = start + s.at;
        return CF_ERR_MALFORMED;
    }
    line->value = cf_str_trim(cf_sip_scan_rest(&s));
    return CF_OK;
}

enum cf_err cf_sip_scan_field(struct cf_sip_scan *s, struct cf_sip_line *ret) {
    if (cf_str_starts(cf_sip_scan_rest(s), CF_STR("\r\n"))) {
        s->at += 2;
        return CF_ERR_NOT_FOUND;
    }
    size_t start = s->at;
    enum cf_err err = scan_line(s, true, ret);
    return err == CF_OK ? split(ret, start) : err;
}
