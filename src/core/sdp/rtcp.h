/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=rtcp (RFC 3605 section 2.1): where RTCP goes when it is not the port after RTP. a=rtcp-mux (RFC 5761) and a=rtcp-rsize (RFC
 * 5506) are flags without value and need no parser. Pure, any thread.
 */
#ifndef CF_CORE_SDP_RTCP_H
#define CF_CORE_SDP_RTCP_H

#include "core/sdp/sdp.h"

/** a=rtcp. */
struct cf_sdp_rtcp {
    uint16_t port;
    struct cf_sdp_connection connection; /**< .is_present false: the address of RTP */
};

/** Parse the value of a=rtcp. False if it does not follow the grammar. */
bool cf_sdp_rtcp_parse(struct cf_str value, struct cf_sdp_rtcp *ret);

/** "a=rtcp:PORT" with line end, followed by the address if it differs from that of @p rtp. */
void cf_put_sdp_rtcp(struct cf_writer *w, const struct cf_addr *rtcp, const struct cf_addr *rtp);

#endif
