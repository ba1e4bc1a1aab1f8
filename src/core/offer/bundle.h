/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BUNDLE groups (RFC 9143): which sections share whose transport. Bundled sections other than the tagged one are written with
 * port 0 and a=bundle-only, in the form of RFC 8843 that Linphone and browsers speak: DEVIATION(docs/rfc/9143.md#port-zero).
 * Inside of core/offer only.
 */
#ifndef CF_CORE_OFFER_BUNDLE_H
#define CF_CORE_OFFER_BUNDLE_H

#include "core/offer/section.h"

/** The section is in no group. */
#define CF_BUNDLE_NONE UINT16_MAX

/** For each section the one whose transport it uses, itself if it is the tagged one; CF_BUNDLE_NONE. */
struct cf_bundle {
    bool is_used; /**< some section is in the group */
    uint16_t tagged;
    uint16_t of[CF_SDP_MEDIA_MAX];
};

/** No section is in a group. */
void cf_bundle_none(struct cf_bundle *ret);

/** Which sections of @p session its group has, one flag for each section. */
void cf_bundle_members(const struct cf_session_part *session, bool *ret_is_member);

/**
 * The group of @p session among the sections for which @p is_taken is true. The tagged section is the first of the group that is
 * taken and has a port and rtcp-mux (RFC 9143 section 7.3.1); without one there is no group.
 */
void cf_bundle_read(const struct cf_session_part *session, const bool *is_taken, struct cf_bundle *ret);

/** The group that offer and answer agree on: what the answer has in it and the offer had too (RFC 9143 section 7.4). */
void cf_bundle_agreed(const struct cf_session_part *offer, const struct cf_session_part *answer, struct cf_bundle *ret);

/** "a=group:BUNDLE ..." with line end for the sections in @p bundle, whose mids are @p mids; the tagged one first. */
void cf_put_bundle(struct cf_writer *w, const struct cf_bundle *bundle, const struct cf_str *mids, size_t count);

#endif
