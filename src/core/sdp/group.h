/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=group (RFC 5888 section 5; BUNDLE: RFC 9143). a=mid and a=bundle-only need no parser: the value of the first is the
 * identification, the second is a flag. Pure, any thread.
 */
#ifndef CF_CORE_SDP_GROUP_H
#define CF_CORE_SDP_GROUP_H

#include "core/sdp/sdp.h"

/** a=group. */
struct cf_sdp_group {
    struct cf_str semantics; /**< "BUNDLE", "LS", ... */
    struct cf_str mids;      /**< separated by blanks, take them by cf_sdp_word() while .len > 0; may be empty */
};

/** Parse the value of a=group. False if it does not follow the grammar. */
bool cf_sdp_group_parse(struct cf_str value, struct cf_sdp_group *ret);

/** Is @p mid in the group? */
bool cf_sdp_group_has(const struct cf_sdp_group *group, struct cf_str mid);

#endif
