/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stream shows. */
#include "core/sdp/content.h"

static const struct cf_str names[] = {
    [CF_CONTENT_NONE] = CF_STR_INIT(""),
    [CF_CONTENT_MAIN] = CF_STR_INIT("main"),
    [CF_CONTENT_ALT] = CF_STR_INIT("alt"),
    [CF_CONTENT_SLIDES] = CF_STR_INIT("slides"),
    [CF_CONTENT_SPEAKER] = CF_STR_INIT("speaker"),
    [CF_CONTENT_SL] = CF_STR_INIT("sl"),
    [CF_CONTENT_USER_FLOOR] = CF_STR_INIT("user-floor"),
    [CF_CONTENT_THUMBNAIL] = CF_STR_INIT("thumbnail"),
    [CF_CONTENT_OTHER] = CF_STR_INIT(""),
};

static enum cf_content content_of(struct cf_str word) {
    for (int i = CF_CONTENT_MAIN; i < CF_CONTENT_OTHER; i++) {
        if (cf_str_eq_nocase(word, names[i])) {
            return (enum cf_content)i;
        }
    }
    return CF_CONTENT_OTHER;
}

enum cf_content cf_content_parse(struct cf_str value) {
    struct cf_str rest = value;
    if (rest.at == NULL) {
        return CF_CONTENT_NONE;
    }
    while (rest.at != NULL) {
        enum cf_content content = content_of(cf_str_trim(cf_str_cut(&rest, ',')));
        if (content != CF_CONTENT_OTHER) {
            return content;
        }
    }
    return CF_CONTENT_OTHER;
}

struct cf_str cf_content_name(enum cf_content content) {
    return names[content];
}
