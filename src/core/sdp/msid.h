/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a=msid (RFC 8830 section 2): the WebRTC stream and track of a section. Pure, any thread. */
#ifndef CF_CORE_SDP_MSID_H
#define CF_CORE_SDP_MSID_H

#include "core/sdp/sdp.h"

/** Longest of either identifier (RFC 8830 section 2). */
#define CF_SDP_MSID_MAX 64

/** a=msid. */
struct cf_sdp_msid {
    struct cf_str stream; /**< "-": none */
    struct cf_str track;  /**< absent: none written */
};

/** Parse the value of a=msid. False if it does not follow the grammar. */
bool cf_sdp_msid_parse(struct cf_str value, struct cf_sdp_msid *ret);

/** The line with line end. */
void cf_put_sdp_msid(struct cf_writer *w, const struct cf_sdp_msid *msid);

#endif
