/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of texts and items. */
#include "core/config/config_form.h"

#include "base/addr.h"
#include "core/conf/pin_guard.h"
#include "core/conf/room_name.h"
#include "core/sip/uri.h"

#define HOST_MAX 253 /* RFC 1035 section 2.3.4, as text */

static const struct cf_config_form_row rows[] = {
#define X(section_, key_, form_, words_)                                                                                         \
    {.name = #section_ "." #key_, .form = CF_CONFIG_FORM_##form_, .words = CF_STR_INIT(words_)},
#include "core/config/config_form_table.h"
#undef X
};

const struct cf_config_form_row *cf_config_form_row(size_t index) {
    return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}

const struct cf_config_form_row *cf_config_form_of(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* --- pieces of texts --- */

static bool is_host(struct cf_str text) {
    struct cf_addr addr;
    return cf_addr_parse_ip(text, &addr) == CF_OK || cf_str_is_made_of(text, CF_STR("-."), HOST_MAX);
}

static bool is_host_and_port(struct cf_str text) {
    struct cf_addr addr;
    uint32_t port = 0;
    struct cf_str rest = text;
    if (cf_addr_parse(text, &addr) == CF_OK) {
        return true;
    }
    struct cf_str host = cf_str_cut(&rest, ':');
    return is_host(host) && (rest.at == NULL || (cf_str_to_u32(rest, UINT16_MAX, &port) && port != 0));
}

/* What follows http:// or https://; absent if it isn't one. */
static struct cf_str behind_scheme(struct cf_str text) {
    static const struct cf_str schemes[] = {CF_STR_INIT("https://"), CF_STR_INIT("http://")};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (cf_str_starts_nocase(text, schemes[i])) {
            return cf_str_skip(text, schemes[i].len);
        }
    }
    return CF_STR_NONE;
}

static bool is_page(struct cf_str text) {
    struct cf_str path = behind_scheme(text);
    struct cf_str place = cf_str_cut(&path, '/');
    return is_host_and_port(place) && (path.len == 0 || cf_str_is_made_of(path, CF_STR("-._~%/"), path.len));
}

static bool is_sip_uri(struct cf_str text) {
    struct cf_sip_uri uri;
    return cf_sip_uri_parse(text, &uri) == CF_OK && cf_sip_uri_is_sip(&uri);
}

static bool is_pin(struct cf_str text) {
    struct cf_str pin = text;
    struct cf_str room = cf_str_cut(&pin, ':');
    return cf_room_name_is_valid(room) && cf_pin_is_valid(pin);
}

/* RFC 5646 section 2.1: what a tag looks like, not which ones are registered. */
static bool is_language(struct cf_str text) {
    struct cf_str rest = text;
    size_t least = 2;
    while (rest.at != NULL) {
        struct cf_str subtag = cf_str_cut(&rest, '-');
        if (subtag.len < least || subtag.len > 8 || !cf_str_is_made_of(subtag, CF_STR(""), subtag.len)) {
            return false;
        }
        least = 1;
    }
    return true;
}

static bool find_word(struct cf_str words, struct cf_str item, struct cf_str *ret_word) {
    while (words.at != NULL) {
        struct cf_str word = cf_str_cut(&words, ' ');
        if (cf_str_eq_nocase(word, item)) {
            *ret_word = word;
            return true;
        }
    }
    return false;
}

/* --- forms --- */

bool cf_config_form_fits(const struct cf_config_form_row *row, struct cf_str item, struct cf_str *ret_word) {
    struct cf_addr addr;
    *ret_word = item;
    switch (row->form) {
    case CF_CONFIG_FORM_ANY:
        return true;
    case CF_CONFIG_FORM_WORD:
        return find_word(row->words, item, ret_word);
    case CF_CONFIG_FORM_ADDRESS:
        return cf_addr_parse_ip(item, &addr) == CF_OK;
    case CF_CONFIG_FORM_PLACE:
        return cf_addr_parse(item, &addr) == CF_OK;
    case CF_CONFIG_FORM_HOST:
        return is_host(item);
    case CF_CONFIG_FORM_ORIGIN:
        return cf_str_eq(item, CF_STR("*")) || is_host_and_port(behind_scheme(item));
    case CF_CONFIG_FORM_PAGE:
        return is_page(item);
    case CF_CONFIG_FORM_SIP_URI:
        return is_sip_uri(item);
    case CF_CONFIG_FORM_USER:
        return cf_str_is_made_of(item, CF_STR("-_.!~*'()&=+$,;?/"), item.len);
    case CF_CONFIG_FORM_ROOM:
        return cf_room_name_is_valid(item);
    case CF_CONFIG_FORM_PIN:
        return is_pin(item);
    case CF_CONFIG_FORM_LANGUAGE:
        return is_language(item);
    }
    return false;
}

static void put_words(struct cf_str words, struct cf_writer *w) {
    struct cf_str word = cf_str_cut(&words, ' ');
    cf_put(w, word);
    while (words.at != NULL) {
        word = cf_str_cut(&words, ' ');
        cf_put(w, words.at != NULL ? CF_STR(", ") : CF_STR(" or "));
        cf_put(w, word);
    }
}

void cf_config_form_put(const struct cf_config_form_row *row, struct cf_writer *w) {
    static const struct cf_str texts[] = {
        [CF_CONFIG_FORM_ANY] = CF_STR_INIT("a text"),
        [CF_CONFIG_FORM_ADDRESS] = CF_STR_INIT("an IP address"),
        [CF_CONFIG_FORM_PLACE] = CF_STR_INIT("an IP address or ADDR:PORT"),
        [CF_CONFIG_FORM_HOST] = CF_STR_INIT("a domain or an IP address"),
        [CF_CONFIG_FORM_ORIGIN] = CF_STR_INIT("https://HOST[:PORT] or *"),
        [CF_CONFIG_FORM_PAGE] = CF_STR_INIT("https://HOST[:PORT]"),
        [CF_CONFIG_FORM_SIP_URI] = CF_STR_INIT("a SIP URI"),
        [CF_CONFIG_FORM_USER] = CF_STR_INIT("a user part of a SIP URI"),
        [CF_CONFIG_FORM_ROOM] = CF_STR_INIT("a room's name, which has up to 40 letters, digits, '-', '_' and '.'"),
        [CF_CONFIG_FORM_PIN] = CF_STR_INIT("NAME:PIN, with a PIN of 4 to 16 digits"),
        [CF_CONFIG_FORM_LANGUAGE] = CF_STR_INIT("a language, such as en or pt-BR"),
    };
    if (row->form == CF_CONFIG_FORM_WORD) {
        put_words(row->words, w);
    } else {
        cf_put(w, texts[row->form]);
    }
}
