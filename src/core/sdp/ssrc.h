/* SPDX-License-Identifier: GPL-3.0-or-later */
/* a=ssrc and a=ssrc-group (RFC 5576 section 4): which sources a section has. Pure, any thread. */
#ifndef CF_CORE_SDP_SSRC_H
#define CF_CORE_SDP_SSRC_H

#include "core/sdp/sdp.h"

/** a=ssrc. */
struct cf_sdp_ssrc {
    uint32_t ssrc;
    struct cf_str attribute; /**< "cname"; absent: none written (Linphone does so) */
    struct cf_str value;     /**< of the attribute; absent: none */
};

/** a=ssrc-group. */
struct cf_sdp_ssrc_group {
    struct cf_str semantics; /**< "FID", "FEC-FR", "SIM" */
    struct cf_str ssrcs;     /**< decimal numbers separated by blanks; may be empty */
};

/** Parse the value of a=ssrc. False if it does not follow the grammar. */
bool cf_sdp_ssrc_parse(struct cf_str value, struct cf_sdp_ssrc *ret);

/** Parse the value of a=ssrc-group. False if it does not follow the grammar. */
bool cf_sdp_ssrc_group_parse(struct cf_str value, struct cf_sdp_ssrc_group *ret);

/** "a=ssrc:N cname:C" with line end; without attribute if @p cname is absent. */
void cf_put_sdp_ssrc(struct cf_writer *w, uint32_t ssrc, struct cf_str cname);

#endif
