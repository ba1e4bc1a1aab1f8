/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BUNDLE groups. */
#include "core/offer/bundle.h"

void cf_bundle_none(struct cf_bundle *ret) {
    ret->is_used = false;
    ret->tagged = CF_BUNDLE_NONE;
    for (size_t i = 0; i < CF_SDP_MEDIA_MAX; i++) {
        ret->of[i] = CF_BUNDLE_NONE;
    }
}

/* What the group needs to know of a section. */
struct member {
    struct cf_str mid;
    bool has_port;
    bool has_rtcp_mux;
};

/* Twice as many places as sections: a power of two. */
#define TABLE_SIZE (2 * CF_SDP_MEDIA_MAX)

/* The sections of a description, found by mid. */
struct members {
    size_t count;
    struct member at[CF_SDP_MEDIA_MAX];
    uint16_t table[TABLE_SIZE]; /* section plus 1 by hash of its mid, the next free place after it; 0: free */
};

static size_t hash_of(struct cf_str mid) {
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < mid.len; i++) {
        hash = (hash ^ (uint8_t)mid.at[i]) * 16777619U;
    }
    return hash % TABLE_SIZE;
}

/* The place in the table that has @p mid or is free for it. There is always a free one. */
static uint16_t *place_of(struct members *members, struct cf_str mid) {
    size_t i = hash_of(mid);
    while (members->table[i] != 0 && !cf_str_eq(members->at[members->table[i] - 1].mid, mid)) {
        i = (i + 1) % TABLE_SIZE;
    }
    return &members->table[i];
}

/* The first section with @p mid, CF_SDP_MEDIA_MAX if none. */
static size_t section_of(struct members *members, struct cf_str mid) {
    uint16_t section = *place_of(members, mid);
    return section == 0 ? CF_SDP_MEDIA_MAX : section - 1U;
}

static void read_members(const struct cf_sdp *sdp, struct members *ret) {
    ret->count = sdp->media_count;
    memset(ret->table, 0, sizeof ret->table);
    for (size_t i = 0; i < sdp->media_count; i++) {
        struct cf_sdp_lines lines = sdp->media[i].lines;
        const struct cf_sdp_line *mid = cf_sdp_find(lines, CF_STR("mid"));
        ret->at[i] = (struct member){
            .mid = mid != NULL && cf_sdp_is_token(mid->value) ? mid->value : CF_STR_NONE,
            .has_port = sdp->media[i].port != 0,
            .has_rtcp_mux = cf_sdp_find(lines, CF_STR("rtcp-mux")) != NULL,
        };
        uint16_t *place = ret->at[i].mid.at != NULL ? place_of(ret, ret->at[i].mid) : NULL;
        if (place != NULL && *place == 0) {
            *place = (uint16_t)(i + 1);
        }
    }
}

/* Visit the sections of the group in its order. *@p n counts from 0; CF_SDP_MEDIA_MAX: a mid of no section; false at the end. */
static bool next_member(struct cf_str *rest, size_t *n, struct members *members, size_t *ret_section) {
    /* A group can't have more members than there are sections: the rest of a longer list is not looked at. */
    if (rest->len == 0 || *n >= members->count) {
        return false;
    }
    *n += 1;
    *ret_section = section_of(members, cf_sdp_word(rest));
    return true;
}

void cf_bundle_members(const struct cf_session_part *session, bool *ret_is_member) {
    struct members members CF_SCRATCH;
    size_t count = session->sdp->media_count;
    struct cf_str rest = session->bundle.mids;
    size_t n = 0;
    size_t i = 0;
    memset(ret_is_member, 0, count * sizeof *ret_is_member);
    if (!session->has_bundle) {
        return;
    }
    read_members(session->sdp, &members);
    while (next_member(&rest, &n, &members, &i)) {
        if (i < count) {
            ret_is_member[i] = true;
        }
    }
}

void cf_bundle_read(const struct cf_session_part *session, const bool *is_taken, struct cf_bundle *ret) {
    struct members members CF_SCRATCH;
    bool is_member[CF_SDP_MEDIA_MAX] CF_SCRATCH;
    size_t count = session->sdp->media_count;
    struct cf_str rest = session->bundle.mids;
    size_t n = 0;
    size_t i = 0;
    cf_bundle_none(ret);
    if (!session->has_bundle) {
        return;
    }
    memset(is_member, 0, sizeof is_member);
    read_members(session->sdp, &members);
    while (next_member(&rest, &n, &members, &i)) {
        if (i == CF_SDP_MEDIA_MAX || !is_taken[i]) {
            continue;
        }
        is_member[i] = true;
        if (!ret->is_used && members.at[i].has_port && members.at[i].has_rtcp_mux) {
            ret->tagged = (uint16_t)i;
            ret->is_used = true;
        }
    }
    for (i = 0; i < count; i++) {
        ret->of[i] = is_member[i] ? ret->tagged : CF_BUNDLE_NONE;
    }
}

void cf_bundle_agreed(const struct cf_session_part *offer, const struct cf_session_part *answer, struct cf_bundle *ret) {
    bool is_taken[CF_SDP_MEDIA_MAX] CF_SCRATCH;
    bool is_offered[CF_SDP_MEDIA_MAX] CF_SCRATCH;
    cf_bundle_members(offer, is_offered);
    for (size_t i = 0; i < answer->sdp->media_count; i++) {
        bool is_bundle_only = cf_sdp_find(answer->sdp->media[i].lines, CF_STR("bundle-only")) != NULL;
        is_taken[i] = is_offered[i] && (answer->sdp->media[i].port != 0 || is_bundle_only);
    }
    cf_bundle_read(answer, is_taken, ret);
}

void cf_put_bundle(struct cf_writer *w, const struct cf_bundle *bundle, const struct cf_str *mids, size_t count) {
    if (!bundle->is_used) {
        return;
    }
    cf_put_lit(w, "a=group:BUNDLE ");
    cf_put(w, mids[bundle->tagged]);
    for (size_t i = 0; i < count; i++) {
        if (bundle->of[i] != CF_BUNDLE_NONE && i != bundle->tagged) {
            cf_put_char(w, ' ');
            cf_put(w, mids[i]);
        }
    }
    cf_put_lit(w, "\r\n");
}
