/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of the conference event package (RFC 4575) and of the store, as enumerations with their texts. One table,
 * vocabulary_table.h. Pure, any thread.
 */
#ifndef CF_CORE_CONF_VOCABULARY_H
#define CF_CORE_CONF_VOCABULARY_H

#include "base/str.h"

/** State of one endpoint, RFC 4575 section 5.7.3. */
enum cf_endpoint_status {
#define CF_ENDPOINT_STATUS_TABLE
#define X(name, word) CF_ENDPOINT_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_ENDPOINT_STATUS_TABLE
    CF_ENDPOINT_STATUS_COUNT_,
};

/** How an endpoint came in, RFC 4575 section 5.7.4. */
enum cf_joining_method {
#define CF_JOINING_METHOD_TABLE
#define X(name, word) CF_JOINING_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_JOINING_METHOD_TABLE
    CF_JOINING_METHOD_COUNT_,
};

/** How an endpoint went out, RFC 4575 section 5.7.6. */
enum cf_disconnection_method {
#define CF_DISCONNECTION_METHOD_TABLE
#define X(name, word) CF_DISCONNECTION_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_DISCONNECTION_METHOD_TABLE
    CF_DISCONNECTION_METHOD_COUNT_,
};

/** Direction of a medium as its participant sees it, RFC 4575 section 5.8.5. Bit 0: receives, bit 1: sends. */
enum cf_media_status {
#define CF_MEDIA_STATUS_TABLE
#define X(name, word) CF_MEDIA_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_MEDIA_STATUS_TABLE
    CF_MEDIA_STATUS_COUNT_,
};

/** The media of an endpoint; the id in the document is one more. */
enum cf_conf_media_kind {
#define CF_CONF_MEDIA_TABLE
#define X(name, text, type) CF_CONF_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_CONF_MEDIA_TABLE
    CF_CONF_MEDIA_COUNT,
};

/** Who may be heard. */
enum cf_conf_role {
#define CF_CONF_ROLE_TABLE
#define X(name, word) CF_CONF_ROLE_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_CONF_ROLE_TABLE
    CF_CONF_ROLE_COUNT_,
};

/** How long a conference lives. */
enum cf_conference_kind {
#define CF_CONFERENCE_KIND_TABLE
#define X(name, word) CF_CONFERENCE_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_CONFERENCE_KIND_TABLE
    CF_CONFERENCE_KIND_COUNT_,
};

/** State of a conference. */
enum cf_conference_state {
#define CF_CONFERENCE_STATE_TABLE
#define X(name, word) CF_CONFERENCE_STATE_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_CONFERENCE_STATE_TABLE
    CF_CONFERENCE_STATE_COUNT_,
};

/** Who may dial in. */
enum cf_conference_access {
#define CF_CONFERENCE_ACCESS_TABLE
#define X(name, word) CF_CONFERENCE_ACCESS_##name,
#include "core/conf/vocabulary_table.h"
#undef X
#undef CF_CONFERENCE_ACCESS_TABLE
    CF_CONFERENCE_ACCESS_COUNT_,
};

/** The word of a value; the value must be one of the enumeration. */
struct cf_str cf_endpoint_status_word(enum cf_endpoint_status status);
struct cf_str cf_joining_method_word(enum cf_joining_method method);
struct cf_str cf_disconnection_method_word(enum cf_disconnection_method method);
struct cf_str cf_media_status_word(enum cf_media_status status);
struct cf_str cf_conf_media_word(enum cf_conf_media_kind kind); /**< its display text */
struct cf_str cf_conf_media_type(enum cf_conf_media_kind kind); /**< its SDP media type */
struct cf_str cf_conf_role_word(enum cf_conf_role role);
struct cf_str cf_conference_kind_word(enum cf_conference_kind kind);
struct cf_str cf_conference_state_word(enum cf_conference_state state);
struct cf_str cf_conference_access_word(enum cf_conference_access access);

/** The value of a word, compared exactly. False (and @p ret untouched) if it is none of them. */
bool cf_endpoint_status_of(struct cf_str word, enum cf_endpoint_status *ret);
bool cf_joining_method_of(struct cf_str word, enum cf_joining_method *ret);
bool cf_disconnection_method_of(struct cf_str word, enum cf_disconnection_method *ret);
bool cf_media_status_of(struct cf_str word, enum cf_media_status *ret);
bool cf_conf_role_of(struct cf_str word, enum cf_conf_role *ret);
bool cf_conference_kind_of(struct cf_str word, enum cf_conference_kind *ret);
bool cf_conference_state_of(struct cf_str word, enum cf_conference_state *ret);
bool cf_conference_access_of(struct cf_str word, enum cf_conference_access *ret);

#endif
