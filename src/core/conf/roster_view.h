/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other side of roster_document.h: what a subscriber knows of a conference, kept up to date from full and partial documents
 * (RFC 4575 section 4.6). A machine without time: documents in, the roster and what to do about the subscription out. For our own
 * user agent, and for tests.
 *
 * Single-threaded. Limits: CF_VIEW_USERS_MAX users and CF_VIEW_ENDPOINTS_MAX endpoints of one; what is above is CF_ERR_LIMIT.
 */
#ifndef CF_CORE_CONF_ROSTER_VIEW_H
#define CF_CORE_CONF_ROSTER_VIEW_H

#include "base/map.h"
#include "core/conf/conference_info.h"

/** Limits. */
#define CF_VIEW_USERS_MAX 4096U
#define CF_VIEW_ENDPOINTS_MAX 64U
#define CF_VIEW_MEDIA_MAX 32U

/** A medium of an endpoint. Strings are owned; absent: not told. */
struct cf_view_media {
    struct cf_str id;
    struct cf_str type;
    struct cf_str label;
    struct cf_str src_id;
    struct cf_str content;
    bool has_status;
    enum cf_media_status status;
};

/** An endpoint of a user. */
struct cf_view_endpoint {
    struct cf_link in_user;
    struct cf_str entity;
    bool has_status;
    enum cf_endpoint_status status;
    bool has_joining_method;
    enum cf_joining_method joining_method;
    bool has_disconnection_method;
    enum cf_disconnection_method disconnection_method;
    struct cf_str disconnection_reason;
    struct cf_roster_call call; /**< owned */
    struct cf_view_media media[CF_VIEW_MEDIA_MAX];
    size_t media_count;
};

/** A user. */
struct cf_view_user {
    struct cf_map_node node; /**< by entity */
    struct cf_link in_order; /**< in the order of coming */
    struct cf_str entity;
    struct cf_str name;
    unsigned roles; /**< CF_INFO_ADMIN and so on */
    struct cf_list endpoints;
    size_t endpoint_count;
};

/** The view. */
struct cf_roster_view {
    const struct cf_mem *mem;
    bool has_state; /**< a full document has come */
    bool is_deleted;
    uint32_t version;
    struct cf_str entity;
    struct cf_str subject;
    bool is_active;
    bool is_locked;
    bool has_lobby;      /**< people who were not invited wait to be let in */
    uint32_t told_count; /**< <user-count> */
    struct cf_map by_entity;
    struct cf_list order;
    size_t user_count;
};

/** What became of a document. */
enum cf_view_result {
    CF_VIEW_APPLIED, /**< the view is up to date */
    CF_VIEW_OLD,     /**< version seen before: discarded */
    CF_VIEW_REFRESH, /**< something was missed: refresh the subscription to get the full state */
    CF_VIEW_GONE,    /**< the conference has ceased to exist: end the subscription */
};

/** An empty view; @p mem is kept by reference. @p seed for the hash should come from entropy. */
void cf_roster_view_init(struct cf_roster_view *view, const struct cf_mem *mem, uint64_t seed);

/** Free everything. */
void cf_roster_view_fini(struct cf_roster_view *view);

/**
 * Apply a document. CF_ERR_LIMIT, CF_ERR_NO_MEMORY: the view may be partly updated; it is empty and waits for the full state then
 * (refresh the subscription).
 */
CF_MUST_USE enum cf_err cf_roster_view_apply(struct cf_roster_view *view, const struct cf_conference_info *info,
                                             enum cf_view_result *ret);

/** The subscription was refreshed or begun anew: the next full document counts whatever its version. */
void cf_roster_view_on_subscribed(struct cf_roster_view *view);

/** The user with that entity, or NULL; first in the order of coming and the one after; NULL at the end. */
struct cf_view_user *cf_roster_view_find(const struct cf_roster_view *view, struct cf_str entity);
struct cf_view_user *cf_roster_view_first(const struct cf_roster_view *view);
struct cf_view_user *cf_roster_view_next(const struct cf_roster_view *view, const struct cf_view_user *user);

/** The endpoint with that entity, or NULL; the first one and the one after; NULL at the end. */
struct cf_view_endpoint *cf_view_user_find(const struct cf_view_user *user, struct cf_str entity);
struct cf_view_endpoint *cf_view_user_first(const struct cf_view_user *user);
struct cf_view_endpoint *cf_view_user_next(const struct cf_view_user *user, const struct cf_view_endpoint *endpoint);

/** How many users have an endpoint that is connected (on hold and muted count). */
size_t cf_roster_view_present(const struct cf_roster_view *view);

#endif
