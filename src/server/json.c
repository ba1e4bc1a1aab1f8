/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing JSON. */
#include "server/json.h"

#include "core/conf/xml_text.h"

static void put_escaped(struct cf_writer *w, char c) {
    uint8_t octet = (uint8_t)c;
    if (c == '"' || c == '\\') {
        cf_put_char(w, '\\');
        cf_put_char(w, c);
    } else if (octet < 0x20 || octet == 0x7f) {
        cf_put_lit(w, "\\u00");
        cf_put_hex(w, (struct cf_span){&octet, 1});
    } else {
        cf_put_char(w, c);
    }
}

void cf_put_json_str(struct cf_writer *w, struct cf_str text) {
    bool is_utf8 = cf_str_is_utf8(text);
    cf_put_char(w, '"');
    for (size_t i = 0; i < text.len; i++) {
        put_escaped(w, is_utf8 || (uint8_t)text.at[i] < 0x80 ? text.at[i] : '?');
    }
    cf_put_char(w, '"');
}

void cf_put_json_key(struct cf_writer *w, struct cf_str key, bool is_first) {
    cf_put(w, is_first ? CF_STR("\"") : CF_STR(",\""));
    cf_put(w, key);
    cf_put_lit(w, "\":");
}

void cf_put_json_text(struct cf_writer *w, struct cf_str key, struct cf_str text) {
    cf_put_json_key(w, key, false);
    cf_put_json_str(w, text);
}

void cf_put_json_number(struct cf_writer *w, struct cf_str key, uint64_t number) {
    cf_put_json_key(w, key, false);
    cf_put_dec(w, number);
}

void cf_put_json_flag(struct cf_writer *w, struct cf_str key, bool flag) {
    cf_put_json_key(w, key, false);
    cf_put(w, flag ? CF_STR("true") : CF_STR("false"));
}

void cf_put_json_time(struct cf_writer *w, struct cf_str key, cf_wall wall) {
    cf_put_json_key(w, key, false);
    cf_put_char(w, '"');
    cf_put_date_time(w, wall);
    cf_put_char(w, '"');
}
