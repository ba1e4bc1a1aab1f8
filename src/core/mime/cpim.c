/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message/cpim. */
#include "core/mime/cpim.h"

/* The next line of @p rest without its end. False: there is no whole one. */
static bool next_line(struct cf_str *rest, struct cf_str *ret) {
    size_t end = cf_str_find(*rest, '\n');
    if (end >= rest->len) {
        return false;
    }
    struct cf_str line = cf_str_head(*rest, end);
    *rest = cf_str_skip(*rest, end + 1);
    *ret = line.len > 0 && line.at[line.len - 1] == '\r' ? cf_str_head(line, line.len - 1) : line;
    return true;
}

/* "name: value", or "name;param: value" */
static bool split(struct cf_str line, struct cf_str *ret_name, struct cf_str *ret_value) {
    size_t colon = cf_str_find(line, ':');
    if (colon == 0 || colon >= line.len) {
        return false;
    }
    struct cf_str name = cf_str_head(line, colon);
    *ret_name = cf_str_trim(cf_str_head(name, cf_str_find(name, ';')));
    *ret_value = cf_str_trim(cf_str_skip(line, colon + 1));
    return true;
}

/* Alice <im:alice@example.org>; with a second angle bracket readers might differ about who that is. */
static bool take_from(struct cf_str value, struct cf_str *ret) {
    size_t open = cf_str_find(value, '<');
    struct cf_str uri = open < value.len ? cf_str_skip(value, open + 1) : CF_STR_NONE;
    size_t close = uri.at == NULL ? 0 : cf_str_find(uri, '>');
    struct cf_str rest = uri.at == NULL ? CF_STR_NONE : cf_str_skip(uri, close + 1);
    if (close == 0 || close >= uri.len || ret->at != NULL || cf_str_find(rest, '<') < rest.len) {
        return false;
    }
    *ret = cf_str_head(uri, close);
    return true;
}

enum cf_err cf_cpim_parse(struct cf_str text, struct cf_cpim *ret) {
    struct cf_cpim message = {.from = CF_STR_NONE};
    struct cf_str rest = text;
    struct cf_str line = CF_STR_NONE;
    struct cf_str name;
    struct cf_str value;
    unsigned blanks = 0;
    while (blanks < 2) {
        if (!next_line(&rest, &line)) {
            return CF_ERR_MALFORMED;
        }
        if (line.len == 0) {
            blanks++;
            continue;
        }
        if (!split(line, &name, &value)) {
            return CF_ERR_MALFORMED;
        }
        if (blanks == 0 && cf_str_eq(name, CF_STR("From")) && !take_from(value, &message.from)) {
            return CF_ERR_MALFORMED;
        }
        if (blanks == 1 && cf_str_eq_nocase(name, CF_STR("Content-Type"))) {
            message.content_type = value;
        }
    }
    message.body = rest;
    *ret = message;
    return CF_OK;
}

static void put_address(struct cf_writer *w, struct cf_str name, struct cf_str uri) {
    /* What could be taken for an address or end a quoted string is left out of names. */
    for (size_t i = 0; i < name.len; i++) {
        if (cf_str_find(CF_STR("<>\"\\"), name.at[i]) == 4) {
            cf_put_char(w, name.at[i]);
        }
    }
    if (name.len > 0) {
        cf_put_char(w, ' ');
    }
    cf_put_char(w, '<');
    cf_put(w, uri);
    cf_put_lit(w, ">\r\n");
}

void cf_put_cpim(struct cf_writer *w, const struct cf_cpim_out *message) {
    cf_put_lit(w, "From: ");
    put_address(w, message->from_name, message->from);
    cf_put_lit(w, "To: ");
    put_address(w, CF_STR_NONE, message->to);
    cf_put_lit(w, "DateTime: ");
    cf_put(w, message->date_time);
    cf_put_lit(w, "\r\n\r\nContent-Type: ");
    cf_put(w, message->content_type);
    cf_put_lit(w, "\r\n\r\n");
    cf_put(w, message->body);
}
