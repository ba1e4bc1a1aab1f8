/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a subscriber knows of a conference. */
#include "core/conf/roster_view.h"

#include "base/bug.h"

void cf_roster_view_init(struct cf_roster_view *view, const struct cf_mem *mem, uint64_t seed) {
    *view = (struct cf_roster_view){.mem = mem};
    cf_map_init(&view->by_entity, mem, seed);
    cf_list_init(&view->order);
}

/* --- freeing --- */

static void free_media(const struct cf_mem *mem, struct cf_view_media *media) {
    cf_mem_free_str(mem, &media->id);
    cf_mem_free_str(mem, &media->type);
    cf_mem_free_str(mem, &media->label);
    cf_mem_free_str(mem, &media->src_id);
    cf_mem_free_str(mem, &media->content);
}

static void free_call(const struct cf_mem *mem, struct cf_roster_call *call) {
    cf_mem_free_str(mem, &call->call_id);
    cf_mem_free_str(mem, &call->from_tag);
    cf_mem_free_str(mem, &call->to_tag);
}

/* Everything but the name and the place. */
static void clear_endpoint(const struct cf_mem *mem, struct cf_view_endpoint *endpoint) {
    for (size_t i = 0; i < endpoint->media_count; i++) {
        free_media(mem, &endpoint->media[i]);
    }
    cf_mem_free_str(mem, &endpoint->disconnection_reason);
    free_call(mem, &endpoint->call);
    struct cf_link in_user = endpoint->in_user;
    struct cf_str entity = endpoint->entity;
    *endpoint = (struct cf_view_endpoint){.in_user = in_user, .entity = entity};
}

static void remove_endpoint(struct cf_roster_view *view, struct cf_view_user *user, struct cf_view_endpoint *endpoint) {
    cf_list_remove(&endpoint->in_user);
    user->endpoint_count--;
    clear_endpoint(view->mem, endpoint);
    cf_mem_free_str(view->mem, &endpoint->entity);
    cf_mem_free(view->mem, endpoint, sizeof *endpoint);
}

static void clear_user(struct cf_roster_view *view, struct cf_view_user *user) {
    CF_LIST_EACH (&user->endpoints, link, next) {
        remove_endpoint(view, user, CF_OF(link, struct cf_view_endpoint, in_user));
    }
    cf_mem_free_str(view->mem, &user->name);
    user->roles = 0;
}

static void remove_user(struct cf_roster_view *view, struct cf_view_user *user) {
    clear_user(view, user);
    cf_map_remove(&view->by_entity, &user->node);
    cf_list_remove(&user->in_order);
    view->user_count--;
    cf_mem_free_str(view->mem, &user->entity);
    cf_mem_free(view->mem, user, sizeof *user);
}

static void clear_users(struct cf_roster_view *view) {
    CF_LIST_EACH (&view->order, link, next) {
        remove_user(view, CF_OF(link, struct cf_view_user, in_order));
    }
}

static void clear(struct cf_roster_view *view) {
    clear_users(view);
    cf_mem_free_str(view->mem, &view->entity);
    cf_mem_free_str(view->mem, &view->subject);
    view->is_active = false;
    view->is_locked = false;
    view->has_lobby = false;
    view->told_count = 0;
}

void cf_roster_view_fini(struct cf_roster_view *view) {
    clear(view);
    cf_map_fini(&view->by_entity);
}

/* --- looking --- */

struct cf_view_user *cf_roster_view_find(const struct cf_roster_view *view, struct cf_str entity) {
    struct cf_map_node *node = cf_map_get(&view->by_entity, entity);
    return node == NULL ? NULL : CF_OF(node, struct cf_view_user, node);
}

struct cf_view_user *cf_roster_view_first(const struct cf_roster_view *view) {
    struct cf_link *link = cf_list_first(&view->order);
    return link == NULL ? NULL : CF_OF(link, struct cf_view_user, in_order);
}

struct cf_view_user *cf_roster_view_next(const struct cf_roster_view *view, const struct cf_view_user *user) {
    struct cf_link *link = cf_list_next(&view->order, &user->in_order);
    return link == NULL ? NULL : CF_OF(link, struct cf_view_user, in_order);
}

struct cf_view_endpoint *cf_view_user_first(const struct cf_view_user *user) {
    struct cf_link *link = cf_list_first(&user->endpoints);
    return link == NULL ? NULL : CF_OF(link, struct cf_view_endpoint, in_user);
}

struct cf_view_endpoint *cf_view_user_next(const struct cf_view_user *user, const struct cf_view_endpoint *endpoint) {
    struct cf_link *link = cf_list_next(&user->endpoints, &endpoint->in_user);
    return link == NULL ? NULL : CF_OF(link, struct cf_view_endpoint, in_user);
}

struct cf_view_endpoint *cf_view_user_find(const struct cf_view_user *user, struct cf_str entity) {
    for (struct cf_view_endpoint *e = cf_view_user_first(user); e != NULL; e = cf_view_user_next(user, e)) {
        if (cf_str_eq(e->entity, entity)) {
            return e;
        }
    }
    return NULL;
}

static bool is_in(const struct cf_view_endpoint *endpoint) {
    return endpoint->has_status && (endpoint->status == CF_ENDPOINT_CONNECTED || endpoint->status == CF_ENDPOINT_ON_HOLD ||
                                    endpoint->status == CF_ENDPOINT_MUTED_VIA_FOCUS);
}

size_t cf_roster_view_present(const struct cf_roster_view *view) {
    size_t count = 0;
    for (struct cf_view_user *user = cf_roster_view_first(view); user != NULL; user = cf_roster_view_next(view, user)) {
        bool is_present = false;
        for (struct cf_view_endpoint *e = cf_view_user_first(user); e != NULL; e = cf_view_user_next(user, e)) {
            is_present = is_present || is_in(e);
        }
        count += is_present ? 1 : 0;
    }
    return count;
}

/* --- applying: atomic elements are replaced as a whole (RFC 4575 section 4.6 step 3.2) --- */

static bool replace(const struct cf_mem *mem, struct cf_str *to, struct cf_str from) {
    struct cf_str copy = CF_STR_NONE;
    if (!cf_mem_dup_str(mem, from, &copy)) {
        return false;
    }
    cf_mem_free_str(mem, to);
    *to = copy;
    return true;
}

static enum cf_err apply_media(struct cf_roster_view *view, struct cf_view_endpoint *endpoint, const struct cf_info_media *from) {
    const struct cf_mem *mem = view->mem;
    size_t at = 0;
    while (at < endpoint->media_count && !cf_str_eq(endpoint->media[at].id, from->id)) {
        at++;
    }
    if (at == CF_VIEW_MEDIA_MAX) {
        return CF_ERR_LIMIT;
    }
    struct cf_view_media *media = &endpoint->media[at];
    if (at == endpoint->media_count) {
        *media = (struct cf_view_media){.id = CF_STR_NONE};
        endpoint->media_count++;
    }
    media->has_status = from->has_status;
    media->status = from->status;
    bool has_all = replace(mem, &media->id, from->id) && replace(mem, &media->type, from->type) &&
                   replace(mem, &media->label, from->label) && replace(mem, &media->src_id, from->src_id) &&
                   replace(mem, &media->content, from->content);
    return has_all ? CF_OK : CF_ERR_NO_MEMORY;
}

static enum cf_err apply_call(struct cf_roster_view *view, struct cf_roster_call *call, const struct cf_roster_call *from) {
    bool has_all = replace(view->mem, &call->call_id, from->call_id) && replace(view->mem, &call->from_tag, from->from_tag) &&
                   replace(view->mem, &call->to_tag, from->to_tag);
    return has_all ? CF_OK : CF_ERR_NO_MEMORY;
}

static enum cf_err fill_endpoint(struct cf_roster_view *view, struct cf_view_endpoint *endpoint,
                                 const struct cf_info_endpoint *from, const struct cf_conference_info *info) {
    enum cf_err err = CF_OK;
    if (from->has_status) {
        endpoint->has_status = true;
        endpoint->status = from->status;
    }
    if (from->has_joining_method) {
        endpoint->has_joining_method = true;
        endpoint->joining_method = from->joining_method;
    }
    if (from->has_disconnection_method) {
        endpoint->has_disconnection_method = true;
        endpoint->disconnection_method = from->disconnection_method;
    }
    if (from->disconnection_reason.at != NULL &&
        !replace(view->mem, &endpoint->disconnection_reason, from->disconnection_reason)) {
        return CF_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < from->media_count && err == CF_OK; i++) {
        err = apply_media(view, endpoint, &info->media[from->first_media + i]);
    }
    return err == CF_OK && from->has_call ? apply_call(view, &endpoint->call, &from->call) : err;
}

static enum cf_err add_endpoint(struct cf_roster_view *view, struct cf_view_user *user, struct cf_str entity,
                                struct cf_view_endpoint **ret) {
    if (user->endpoint_count >= CF_VIEW_ENDPOINTS_MAX) {
        return CF_ERR_LIMIT;
    }
    struct cf_view_endpoint *endpoint = cf_mem_alloc(view->mem, sizeof *endpoint);
    if (endpoint == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (!cf_mem_dup_str(view->mem, entity, &endpoint->entity)) {
        cf_mem_free(view->mem, endpoint, sizeof *endpoint);
        return CF_ERR_NO_MEMORY;
    }
    cf_list_append(&user->endpoints, &endpoint->in_user);
    user->endpoint_count++;
    *ret = endpoint;
    return CF_OK;
}

static enum cf_err apply_endpoint(struct cf_roster_view *view, struct cf_view_user *user, const struct cf_info_endpoint *from,
                                  const struct cf_conference_info *info) {
    struct cf_view_endpoint *endpoint = cf_view_user_find(user, from->entity);
    enum cf_err err = CF_OK;
    if (from->state == CF_ROSTER_DELETED) {
        if (endpoint != NULL) {
            remove_endpoint(view, user, endpoint);
        }
        return CF_OK;
    }
    if (endpoint == NULL) {
        err = add_endpoint(view, user, from->entity, &endpoint);
    } else if (from->state == CF_ROSTER_FULL) {
        clear_endpoint(view->mem, endpoint);
    }
    return err == CF_OK ? fill_endpoint(view, endpoint, from, info) : err;
}

static enum cf_err add_user(struct cf_roster_view *view, struct cf_str entity, struct cf_view_user **ret) {
    if (view->user_count >= CF_VIEW_USERS_MAX) {
        return CF_ERR_LIMIT;
    }
    struct cf_view_user *user = cf_mem_alloc(view->mem, sizeof *user);
    if (user == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_list_init(&user->endpoints);
    if (!cf_mem_dup_str(view->mem, entity, &user->entity) || cf_map_add(&view->by_entity, &user->node, user->entity) != CF_OK) {
        cf_mem_free_str(view->mem, &user->entity);
        cf_mem_free(view->mem, user, sizeof *user);
        return CF_ERR_NO_MEMORY;
    }
    cf_list_append(&view->order, &user->in_order);
    view->user_count++;
    *ret = user;
    return CF_OK;
}

static enum cf_err apply_user(struct cf_roster_view *view, const struct cf_info_user *from,
                              const struct cf_conference_info *info) {
    struct cf_view_user *user = cf_roster_view_find(view, from->entity);
    enum cf_err err = CF_OK;
    if (from->state == CF_ROSTER_DELETED) {
        if (user != NULL) {
            remove_user(view, user);
        }
        return CF_OK;
    }
    if (user == NULL) {
        err = add_user(view, from->entity, &user);
    } else if (from->state == CF_ROSTER_FULL) {
        clear_user(view, user);
    }
    if (err == CF_OK && from->name.at != NULL && !replace(view->mem, &user->name, from->name)) {
        err = CF_ERR_NO_MEMORY;
    }
    if (err == CF_OK && from->has_roles) {
        user->roles = from->roles;
    }
    for (size_t i = 0; i < from->endpoint_count && err == CF_OK; i++) {
        err = apply_endpoint(view, user, &info->endpoints[from->first_endpoint + i], info);
    }
    return err;
}

static enum cf_err apply_content(struct cf_roster_view *view, const struct cf_conference_info *info) {
    enum cf_err err = CF_OK;
    if (info->state == CF_ROSTER_FULL) {
        clear(view);
    }
    if (!replace(view->mem, &view->entity, info->entity) ||
        (info->has_description && !replace(view->mem, &view->subject, info->subject))) {
        return CF_ERR_NO_MEMORY;
    }
    if (info->has_conference_state) {
        view->told_count = info->has_user_count ? info->user_count : 0;
        view->is_active = info->has_active && info->is_active;
        view->is_locked = info->has_locked && info->is_locked;
        view->has_lobby = info->has_room_state && info->has_lobby;
    }
    if (info->has_users && info->users_state != CF_ROSTER_PARTIAL) {
        clear_users(view);
    }
    for (size_t i = 0; i < info->user_count_read && err == CF_OK && info->users_state != CF_ROSTER_DELETED; i++) {
        err = apply_user(view, &info->users[i], info);
    }
    return err;
}

/* RFC 4575 section 4.6: what the version says about a document. A document without one can't be placed. */
static enum cf_view_result judge(const struct cf_roster_view *view, const struct cf_conference_info *info) {
    if (!info->has_version) {
        return info->state == CF_ROSTER_PARTIAL ? CF_VIEW_REFRESH : CF_VIEW_APPLIED;
    }
    if (view->has_state && info->version <= view->version) {
        return CF_VIEW_OLD;
    }
    if (info->state == CF_ROSTER_PARTIAL && (!view->has_state || info->version != view->version + 1)) {
        return CF_VIEW_REFRESH;
    }
    return CF_VIEW_APPLIED;
}

enum cf_err cf_roster_view_apply(struct cf_roster_view *view, const struct cf_conference_info *info, enum cf_view_result *ret) {
    enum cf_view_result result = judge(view, info);
    if (result != CF_VIEW_APPLIED) {
        *ret = result;
        return CF_OK;
    }
    if (info->state == CF_ROSTER_DELETED) {
        clear(view);
        view->is_deleted = true;
        view->has_state = false;
        *ret = CF_VIEW_GONE;
        return CF_OK;
    }
    enum cf_err err = apply_content(view, info);
    if (err != CF_OK) {
        clear(view);
        view->has_state = false;
        return err;
    }
    view->has_state = true;
    view->version = info->has_version ? info->version : view->version;
    *ret = CF_VIEW_APPLIED;
    return CF_OK;
}

void cf_roster_view_on_subscribed(struct cf_roster_view *view) {
    view->has_state = false;
}
