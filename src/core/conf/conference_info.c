/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference information document as read. */
#include "core/conf/conference_info.h"

#include "base/bug.h"

enum cf_err cf_conference_info_init(struct cf_conference_info *info, const struct cf_mem *mem, size_t text_size) {
    /* One octet more: empty strings are present strings. */
    char *text = cf_mem_alloc(mem, text_size + 1);
    if (text == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *info = (struct cf_conference_info){.mem = mem, .text = text, .text_size = text_size};
    return CF_OK;
}

void cf_conference_info_fini(struct cf_conference_info *info) {
    cf_mem_free(info->mem, info->text, info->text_size + 1);
    cf_mem_free(info->mem, info->users, info->users_max * sizeof(*info->users));
    cf_mem_free(info->mem, info->endpoints, info->endpoints_max * sizeof(*info->endpoints));
    cf_mem_free(info->mem, info->media, info->media_max * sizeof(*info->media));
    *info = (struct cf_conference_info){.mem = info->mem};
}

struct cf_str cf_conference_info_keep(struct cf_conference_info *info, struct cf_str s) {
    if (s.at == NULL || s.len > info->text_size - info->text_len) {
        return CF_STR_NONE;
    }
    char *at = info->text + info->text_len;
    if (s.len > 0) {
        memcpy(at, s.at, s.len);
    }
    info->text_len += s.len;
    return cf_str_n(at, s.len);
}

enum cf_err cf_conference_info_add_user(struct cf_conference_info *info, struct cf_info_user **ret) {
    void *users = info->users;
    if (info->user_count_read >= CF_INFO_USERS_MAX) {
        return CF_ERR_LIMIT;
    }
    bool grown = cf_mem_grow(info->mem, &users, &info->users_max, info->user_count_read + 1, sizeof(*info->users));
    info->users = users;
    if (!grown) {
        return CF_ERR_NO_MEMORY;
    }
    *ret = &info->users[info->user_count_read++];
    (*ret)->first_endpoint = info->endpoint_count;
    return CF_OK;
}

enum cf_err cf_conference_info_add_endpoint(struct cf_conference_info *info, struct cf_info_endpoint **ret) {
    void *endpoints = info->endpoints;
    cf_assert(info->user_count_read > 0);
    if (info->endpoint_count >= CF_INFO_ENDPOINTS_MAX) {
        return CF_ERR_LIMIT;
    }
    bool grown = cf_mem_grow(info->mem, &endpoints, &info->endpoints_max, info->endpoint_count + 1, sizeof(*info->endpoints));
    info->endpoints = endpoints;
    if (!grown) {
        return CF_ERR_NO_MEMORY;
    }
    *ret = &info->endpoints[info->endpoint_count++];
    (*ret)->first_media = info->media_count;
    info->users[info->user_count_read - 1].endpoint_count++;
    return CF_OK;
}

enum cf_err cf_conference_info_add_media(struct cf_conference_info *info, struct cf_info_media **ret) {
    void *media = info->media;
    cf_assert(info->endpoint_count > 0);
    if (info->media_count >= CF_INFO_MEDIA_MAX) {
        return CF_ERR_LIMIT;
    }
    bool grown = cf_mem_grow(info->mem, &media, &info->media_max, info->media_count + 1, sizeof(*info->media));
    info->media = media;
    if (!grown) {
        return CF_ERR_NO_MEMORY;
    }
    *ret = &info->media[info->media_count++];
    info->endpoints[info->endpoint_count - 1].media_count++;
    return CF_OK;
}

bool cf_roster_state_of(struct cf_str word, enum cf_roster_state *ret) {
    if (word.at == NULL || cf_str_eq(word, CF_STR("full"))) {
        *ret = CF_ROSTER_FULL;
    } else if (cf_str_eq(word, CF_STR("partial"))) {
        *ret = CF_ROSTER_PARTIAL;
    } else if (cf_str_eq(word, CF_STR("deleted"))) {
        *ret = CF_ROSTER_DELETED;
    } else {
        return false;
    }
    return true;
}
