/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading JSON. */
#include "core/json/json.h"

#include "base/utf8.h"

/* Where reading stands. The first error wins. */
struct scan {
    struct cf_str in;
    size_t at;
    enum cf_err err;
    unsigned depth;
};

static void fail(struct scan *s) {
    s->err = s->err == CF_OK ? CF_ERR_MALFORMED : s->err;
}

static char peek(const struct scan *s) {
    return s->at < s->in.len ? s->in.at[s->at] : '\0';
}

static void blanks(struct scan *s) {
    while (s->at < s->in.len && (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\r' || peek(s) == '\n')) {
        s->at++;
    }
}

/* @p c, with blanks on both sides. */
static bool take(struct scan *s, char c) {
    blanks(s);
    if (s->err != CF_OK || peek(s) != c || s->at >= s->in.len) {
        return false;
    }
    s->at++;
    blanks(s);
    return true;
}

static void expect(struct scan *s, char c) {
    if (!take(s, c)) {
        fail(s);
    }
}

/* --- texts --- */

static uint32_t take_hex(struct scan *s) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = s->at < s->in.len ? cf_ascii_hex_value(peek(s)) : -1;
        if (digit < 0) {
            fail(s);
            return 0;
        }
        value = (value << 4) | (uint32_t)digit;
        s->at++;
    }
    return value;
}

/* Behind "\u": one unit of UTF-16, or two that are one character. */
static void take_unicode(struct scan *s, struct cf_writer *w) {
    uint32_t c = take_hex(s);
    if (c >= 0xd800 && c < 0xdc00) {
        bool has_other = s->in.len - s->at >= 2 && s->in.at[s->at] == '\\' && s->in.at[s->at + 1] == 'u';
        s->at += has_other ? 2 : 0;
        uint32_t low = has_other ? take_hex(s) : 0;
        if (low < 0xdc00 || low > 0xdfff) {
            fail(s);
            return;
        }
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if ((c >= 0xdc00 && c <= 0xdfff) || c == 0) {
        fail(s);
        return;
    }
    if (s->err == CF_OK) {
        cf_put_utf8(w, c);
    }
}

static void take_escape(struct scan *s, struct cf_writer *w) {
    static const char names[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    char c = peek(s);
    s->at++;
    if (c == 'u') {
        take_unicode(s, w);
        return;
    }
    for (size_t i = 0; i < sizeof names - 1; i++) {
        if (c == names[i]) {
            cf_put_char(w, meant[i]);
            return;
        }
    }
    fail(s);
}

/* A text in quotes, unescaped into @p w. */
static void take_text(struct scan *s, struct cf_writer *w) {
    if (s->err != CF_OK || peek(s) != '"') {
        fail(s);
        return;
    }
    s->at++;
    while (s->err == CF_OK && s->at < s->in.len && peek(s) != '"') {
        char c = peek(s);
        s->at++;
        if ((uint8_t)c < 0x20) {
            fail(s);
        } else if (c == '\\') {
            take_escape(s, w);
        } else {
            cf_put_char(w, c);
        }
    }
    if (s->at >= s->in.len) {
        fail(s);
    }
    s->at++;
}

/* --- values --- */

static size_t digits(struct scan *s) {
    size_t from = s->at;
    while (s->at < s->in.len && cf_ascii_is_digit(peek(s))) {
        s->at++;
    }
    return s->at - from;
}

static void take_number(struct scan *s, struct cf_json_value *ret) {
    size_t from = s->at;
    uint64_t value = 0;
    bool is_negative = peek(s) == '-';
    s->at += is_negative ? 1 : 0;
    size_t whole_from = s->at;
    size_t whole = digits(s);
    struct cf_str whole_text = cf_str_n(s->in.at + whole_from, whole);
    ret->is_integer = cf_str_to_u64(whole_text, INT64_MAX, &value);
    if (whole == 0 || (whole > 1 && whole_text.at[0] == '0')) {
        fail(s);
    }
    if (peek(s) == '.') {
        ret->is_integer = false;
        s->at++;
        if (digits(s) == 0) {
            fail(s);
        }
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        ret->is_integer = false;
        s->at++;
        s->at += peek(s) == '+' || peek(s) == '-' ? 1 : 0;
        if (digits(s) == 0) {
            fail(s);
        }
    }
    ret->kind = CF_JSON_NUMBER;
    ret->integer = !ret->is_integer ? 0 : is_negative ? -(int64_t)value : (int64_t)value;
    ret->text = cf_str_n(s->in.at + from, s->at - from);
}

static bool take_word(struct scan *s, struct cf_str word) {
    bool is_there = cf_str_starts(cf_str_skip(s->in, s->at), word);
    s->at += is_there ? word.len : 0;
    return is_there;
}

static void take_value(struct scan *s, struct cf_writer *room, struct cf_json_value *ret);

/* Checks what is inside; texts of it are not kept. */
static void take_nested(struct scan *s, char open, char close, struct cf_writer *room) {
    size_t kept = room->len;
    struct cf_json_value value;
    expect(s, open);
    if (++s->depth > CF_JSON_DEPTH_MAX) {
        fail(s);
    }
    if (s->err != CF_OK || take(s, close)) {
        s->depth--;
        return;
    }
    do {
        if (open == '{') {
            take_text(s, room);
            expect(s, ':');
        }
        take_value(s, room, &value);
        room->len = kept;
    } while (take(s, ','));
    blanks(s);
    if (peek(s) != close) {
        fail(s);
    }
    s->at++;
    s->depth--;
}

static void take_value(struct scan *s, struct cf_writer *room, struct cf_json_value *ret) {
    size_t from = s->at;
    size_t kept = room->len;
    *ret = (struct cf_json_value){.kind = CF_JSON_ABSENT};
    if (s->err != CF_OK) {
        return;
    }
    if (peek(s) == '"') {
        take_text(s, room);
        ret->kind = CF_JSON_TEXT;
        ret->text = cf_str_n((const char *)room->base + kept, room->len - kept);
        return;
    }
    if (peek(s) == '{' || peek(s) == '[') {
        ret->kind = peek(s) == '{' ? CF_JSON_OBJECT : CF_JSON_ARRAY;
        take_nested(s, peek(s), ret->kind == CF_JSON_OBJECT ? '}' : ']', room);
    } else if (take_word(s, CF_STR("true")) || take_word(s, CF_STR("false"))) {
        ret->kind = CF_JSON_FLAG;
        ret->flag = s->in.at[from] == 't';
    } else if (take_word(s, CF_STR("null"))) {
        ret->kind = CF_JSON_NULL;
    } else {
        take_number(s, ret);
    }
    if (s->err == CF_OK) {
        ret->text = cf_str_n(s->in.at + from, s->at - from);
    }
}

/* --- what callers see --- */

static struct cf_json_member *find(struct cf_json_member *members, size_t count, struct cf_str name) {
    for (size_t i = 0; i < count; i++) {
        if (cf_str_eq(members[i].name, name)) {
            return &members[i];
        }
    }
    return NULL;
}

static void take_member(struct scan *s, struct cf_json_member *members, size_t count, struct cf_writer *room,
                        struct cf_str *other) {
    struct cf_json_value value;
    size_t kept = room->len;
    take_text(s, room);
    struct cf_str name = cf_str_n((const char *)room->base + kept, room->len - kept);
    struct cf_json_member *member = find(members, count, name);
    expect(s, ':');
    if (member != NULL) {
        room->len = kept; /* known: the name itself need not be kept */
        if (member->value.kind != CF_JSON_ABSENT) {
            fail(s);
        }
        take_value(s, room, &member->value);
        return;
    }
    take_value(s, room, &value);
    if (other->at == NULL) {
        *other = name;
        room->len = kept + name.len;
    } else {
        room->len = kept;
    }
}

enum cf_err cf_json_object(struct cf_str text, struct cf_json_member *members, size_t count, struct cf_writer *room,
                           struct cf_str *ret_other) {
    struct scan s = {.in = text, .depth = 1};
    struct cf_str other = CF_STR_NONE;
    for (size_t i = 0; i < count; i++) {
        members[i].value = (struct cf_json_value){.kind = CF_JSON_ABSENT};
    }
    if (!cf_str_is_utf8(text)) {
        return CF_ERR_MALFORMED;
    }
    expect(&s, '{');
    if (s.err == CF_OK && !take(&s, '}')) {
        do {
            take_member(&s, members, count, room, &other);
        } while (take(&s, ','));
        expect(&s, '}');
    }
    if (s.err == CF_OK && !cf_writer_ok(room)) {
        return CF_ERR_NO_ROOM;
    }
    if (s.err == CF_OK && s.at != s.in.len) {
        fail(&s);
    }
    if (s.err == CF_OK && ret_other != NULL) {
        *ret_other = other;
    }
    return s.err;
}

bool cf_json_next(struct cf_str *rest, struct cf_writer *room, struct cf_json_value *ret) {
    struct scan s = {.in = *rest, .depth = 1};
    if (!take(&s, '[') && !take(&s, ',')) {
        return false;
    }
    if (peek(&s) == ']') {
        return false;
    }
    take_value(&s, room, ret);
    *rest = cf_str_skip(*rest, s.at);
    return s.err == CF_OK && cf_writer_ok(room);
}
