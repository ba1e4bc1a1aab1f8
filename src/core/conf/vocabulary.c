/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the conference event package and of the store. */
#include "core/conf/vocabulary.h"

#include "base/bug.h"

#define X(name, word) CF_STR_INIT(word),

static const struct cf_str endpoint_status_words[] = {
#define CF_ENDPOINT_STATUS_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_ENDPOINT_STATUS_TABLE
};

static const struct cf_str joining_method_words[] = {
#define CF_JOINING_METHOD_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_JOINING_METHOD_TABLE
};

static const struct cf_str disconnection_method_words[] = {
#define CF_DISCONNECTION_METHOD_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_DISCONNECTION_METHOD_TABLE
};

static const struct cf_str media_status_words[] = {
#define CF_MEDIA_STATUS_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_MEDIA_STATUS_TABLE
};

static const struct cf_str role_words[] = {
#define CF_CONF_ROLE_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_CONF_ROLE_TABLE
};

static const struct cf_str kind_words[] = {
#define CF_CONFERENCE_KIND_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_CONFERENCE_KIND_TABLE
};

static const struct cf_str state_words[] = {
#define CF_CONFERENCE_STATE_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_CONFERENCE_STATE_TABLE
};

static const struct cf_str access_words[] = {
#define CF_CONFERENCE_ACCESS_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_CONFERENCE_ACCESS_TABLE
};

#undef X
#define X(name, text, type) CF_STR_INIT(text),
static const struct cf_str media_words[] = {
#define CF_CONF_MEDIA_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_CONF_MEDIA_TABLE
};
#undef X
#define X(name, text, type) CF_STR_INIT(type),
static const struct cf_str media_types[] = {
#define CF_CONF_MEDIA_TABLE
#include "core/conf/vocabulary_table.h"
#undef CF_CONF_MEDIA_TABLE
};
#undef X

static bool find(const struct cf_str *words, size_t count, struct cf_str word, unsigned *ret) {
    for (unsigned i = 0; i < count; i++) {
        if (cf_str_eq(words[i], word)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* Both directions of one enumeration. */
#define WORDS(type, stem, words)                                                                                                 \
    struct cf_str stem##_word(type value) {                                                                                      \
        cf_assert((unsigned)value < sizeof(words) / sizeof((words)[0]));                                                         \
        return (words)[value];                                                                                                   \
    }                                                                                                                            \
    bool stem##_of(struct cf_str word, type *ret) {                                                                              \
        unsigned value = 0;                                                                                                      \
        if (!find(words, sizeof(words) / sizeof((words)[0]), word, &value)) {                                                    \
            return false;                                                                                                        \
        }                                                                                                                        \
        *ret = (type)value;                                                                                                      \
        return true;                                                                                                             \
    }

WORDS(enum cf_endpoint_status, cf_endpoint_status, endpoint_status_words)
WORDS(enum cf_joining_method, cf_joining_method, joining_method_words)
WORDS(enum cf_disconnection_method, cf_disconnection_method, disconnection_method_words)
WORDS(enum cf_media_status, cf_media_status, media_status_words)
WORDS(enum cf_conf_role, cf_conf_role, role_words)
WORDS(enum cf_conference_kind, cf_conference_kind, kind_words)
WORDS(enum cf_conference_state, cf_conference_state, state_words)
WORDS(enum cf_conference_access, cf_conference_access, access_words)

struct cf_str cf_conf_media_word(enum cf_conf_media_kind kind) {
    cf_assert(kind < CF_CONF_MEDIA_COUNT);
    return media_words[kind];
}

struct cf_str cf_conf_media_type(enum cf_conf_media_kind kind) {
    cf_assert(kind < CF_CONF_MEDIA_COUNT);
    return media_types[kind];
}
