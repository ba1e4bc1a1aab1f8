/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A conference information document as read (RFC 4575): plain data in document order, for roster_view.h. Filled by a reader
 * (adapt/expat/expat_conference_info.h). What is absent in the document is absent here: absent strings, has_... false.
 *
 * One allocation for text, one each for users, endpoints and media; text never takes more than the document. Single-threaded.
 */
#ifndef CF_CORE_CONF_CONFERENCE_INFO_H
#define CF_CORE_CONF_CONFERENCE_INFO_H

#include "base/err.h"
#include "base/mem.h"
#include "core/conf/roster_element.h"

/** Limits. */
#define CF_INFO_USERS_MAX 4096U
#define CF_INFO_ENDPOINTS_MAX 8192U
#define CF_INFO_MEDIA_MAX 32768U

/** Roles of a user: bits. */
enum {
    CF_INFO_ADMIN = 1U,
    CF_INFO_PARTICIPANT = 2U,
    CF_INFO_SPEAKER = 4U,
    CF_INFO_LISTENER = 8U,
    CF_INFO_ORGANISER = 16U,
};

/** <media>. */
struct cf_info_media {
    struct cf_str id;
    struct cf_str type;
    struct cf_str label;
    struct cf_str src_id;
    struct cf_str content; /**< Linphone's stream-content: "thumbnail", "slides" */
    bool has_status;
    enum cf_media_status status;
};

/** <endpoint>. */
struct cf_info_endpoint {
    struct cf_str entity;
    enum cf_roster_state state;
    bool has_status;
    enum cf_endpoint_status status;
    bool has_joining_method;
    enum cf_joining_method joining_method;
    bool has_disconnection_method;
    enum cf_disconnection_method disconnection_method;
    struct cf_str disconnection_reason;
    bool has_call;
    struct cf_roster_call call; /**< views */
    size_t first_media;         /**< index in cf_conference_info.media */
    size_t media_count;
};

/** <user>. */
struct cf_info_user {
    struct cf_str entity;
    enum cf_roster_state state;
    struct cf_str name;
    bool has_roles;
    unsigned roles;
    size_t first_endpoint; /**< index in cf_conference_info.endpoints */
    size_t endpoint_count;
};

/** A document. */
struct cf_conference_info {
    const struct cf_mem *mem;
    char *text; /**< owned, text_size octets of which text_len are used */
    size_t text_size;
    size_t text_len;
    struct cf_str entity;
    enum cf_roster_state state;
    bool has_version;
    uint32_t version;
    bool has_description;
    struct cf_str subject;
    struct cf_str free_text;
    struct cf_str start; /**< Linphone's conference-times */
    struct cf_str end;
    bool has_conference_state;
    bool has_user_count;
    uint32_t user_count;
    bool has_active;
    bool is_active;
    bool has_locked;
    bool is_locked;
    bool has_room_state; /**< confer's own <room-state> */
    bool has_lobby;
    bool has_users;
    enum cf_roster_state users_state;
    struct cf_info_user *users;
    size_t user_count_read;
    size_t users_max;
    struct cf_info_endpoint *endpoints;
    size_t endpoint_count;
    size_t endpoints_max;
    struct cf_info_media *media;
    size_t media_count;
    size_t media_max;
};

/** An empty document for text of at most @p text_size octets (the length of the XML). CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_conference_info_init(struct cf_conference_info *info, const struct cf_mem *mem, size_t text_size);

/** Free everything. */
void cf_conference_info_fini(struct cf_conference_info *info);

/** Keep a copy of @p s; absent if @p s is absent or the room for text is used up. */
struct cf_str cf_conference_info_keep(struct cf_conference_info *info, struct cf_str s);

/** Append a user; an endpoint of the last user; a medium of the last endpoint. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_conference_info_add_user(struct cf_conference_info *info, struct cf_info_user **ret);
CF_MUST_USE enum cf_err cf_conference_info_add_endpoint(struct cf_conference_info *info, struct cf_info_endpoint **ret);
CF_MUST_USE enum cf_err cf_conference_info_add_media(struct cf_conference_info *info, struct cf_info_media **ret);

/** The state attribute: full if absent. False if it is none of the three words. */
bool cf_roster_state_of(struct cf_str word, enum cf_roster_state *ret);

#endif
