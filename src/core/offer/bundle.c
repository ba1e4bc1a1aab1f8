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

/* The first section with @p mid, CF_SDP_MEDIA_MAX if none. The number of sections is small. */
static size_t section_of(const struct member *members, size_t count, struct cf_str mid) {
    for (size_t i = 0; i < count; i++) {
        if (members[i].mid.at != NULL && cf_str_eq(members[i].mid, mid)) {
            return i;
        }
    }
    return CF_SDP_MEDIA_MAX;
}

static void read_members(const struct cf_sdp *sdp, struct member *members) {
    for (size_t i = 0; i < sdp->media_count; i++) {
        struct cf_sdp_lines lines = sdp->media[i].lines;
        const struct cf_sdp_line *mid = cf_sdp_find(lines, CF_STR("mid"));
        members[i] = (struct member){
            .mid = mid != NULL && cf_sdp_is_token(mid->value) ? mid->value : CF_STR_NONE,
            .has_port = sdp->media[i].port != 0,
            .has_rtcp_mux = cf_sdp_find(lines, CF_STR("rtcp-mux")) != NULL,
        };
    }
}

/* Visit the sections of the group in its order. *@p n counts from 0; CF_SDP_MEDIA_MAX: a mid of no section; false at the end. */
static bool next_member(struct cf_str *rest, size_t *n, const struct member *members, size_t count, size_t *ret_section) {
    /* A group can't have more members than there are sections: the rest of a longer list is not looked at. */
    if (rest->len == 0 || *n >= count) {
        return false;
    }
    *n += 1;
    *ret_section = section_of(members, count, cf_sdp_word(rest));
    return true;
}

void cf_bundle_members(const struct cf_session_part *session, bool *ret_is_member) {
    struct member members[CF_SDP_MEDIA_MAX];
    size_t count = session->sdp->media_count;
    struct cf_str rest = session->bundle.mids;
    size_t n = 0;
    size_t i = 0;
    memset(ret_is_member, 0, count * sizeof *ret_is_member);
    read_members(session->sdp, members);
    while (session->has_bundle && next_member(&rest, &n, members, count, &i)) {
        if (i < count) {
            ret_is_member[i] = true;
        }
    }
}

void cf_bundle_read(const struct cf_session_part *session, const bool *is_taken, struct cf_bundle *ret) {
    struct member members[CF_SDP_MEDIA_MAX];
    bool is_member[CF_SDP_MEDIA_MAX] = {false};
    size_t count = session->sdp->media_count;
    struct cf_str rest = session->bundle.mids;
    size_t n = 0;
    size_t i = 0;
    cf_bundle_none(ret);
    read_members(session->sdp, members);
    while (session->has_bundle && next_member(&rest, &n, members, count, &i)) {
        if (i == CF_SDP_MEDIA_MAX || !is_taken[i]) {
            continue;
        }
        is_member[i] = true;
        if (!ret->is_used && members[i].has_port && members[i].has_rtcp_mux) {
            ret->tagged = (uint16_t)i;
            ret->is_used = true;
        }
    }
    for (i = 0; i < count; i++) {
        ret->of[i] = is_member[i] ? ret->tagged : CF_BUNDLE_NONE;
    }
}

void cf_bundle_agreed(const struct cf_session_part *offer, const struct cf_session_part *answer, struct cf_bundle *ret) {
    bool is_taken[CF_SDP_MEDIA_MAX];
    bool is_offered[CF_SDP_MEDIA_MAX];
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
