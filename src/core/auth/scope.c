/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rights at the HTTP interface. */
#include "core/auth/scope.h"

static const struct cf_str words[CF_SCOPE_COUNT] = {CF_STR_INIT("rooms:read"), CF_STR_INIT("rooms:write"), CF_STR_INIT("links"),
                                                    CF_STR_INIT("statistics"), CF_STR_INIT("webhooks"),    CF_STR_INIT("admin")};

struct cf_str cf_scope_word(size_t index) {
    return words[index];
}

static unsigned bit_of(struct cf_str word) {
    for (size_t i = 0; i < CF_SCOPE_COUNT; i++) {
        if (cf_str_eq(words[i], word)) {
            return 1U << i;
        }
    }
    return cf_str_eq(word, CF_STR("all")) ? CF_SCOPE_ALL : 0;
}

bool cf_scopes_parse(struct cf_str text, unsigned *ret) {
    unsigned scopes = 0;
    struct cf_str rest = text;
    while (rest.at != NULL) {
        struct cf_str part = cf_str_cut(&rest, ',');
        while (part.at != NULL) {
            struct cf_str word = cf_str_cut(&part, ' ');
            unsigned bit = bit_of(word);
            if (word.len > 0 && bit == 0) {
                return false;
            }
            scopes |= bit;
        }
    }
    if (scopes == 0) {
        return false;
    }
    *ret = scopes;
    return true;
}

void cf_put_scopes(struct cf_writer *w, unsigned scopes) {
    bool is_first = true;
    for (size_t i = 0; i < CF_SCOPE_COUNT; i++) {
        if ((scopes & (1U << i)) != 0) {
            cf_put(w, is_first ? CF_STR_NONE : CF_STR(" "));
            cf_put(w, words[i]);
            is_first = false;
        }
    }
}
