/* SPDX-License-Identifier: GPL-3.0-or-later */
/* b= (RFC 8866 section 5.8, RFC 3890 for TIAS, RFC 3556 for RS and RR). Pure, any thread. */
#ifndef CF_CORE_SDP_BANDWIDTH_H
#define CF_CORE_SDP_BANDWIDTH_H

#include "core/sdp/sdp.h"

/** No bandwidth of that type. */
#define CF_BANDWIDTH_NONE UINT32_MAX

/** The b= lines of a section, all in bit/s; CF_BANDWIDTH_NONE if not written. */
struct cf_sdp_bandwidth {
    uint32_t as_bps;   /**< AS: with IP, UDP and RTP headers */
    uint32_t tias_bps; /**< TIAS: the payload alone */
    uint32_t ct_bps;   /**< CT: the conference as a whole */
    uint32_t rs_bps;   /**< RS: RTCP of senders */
    uint32_t rr_bps;   /**< RR: RTCP of receivers */
};

/** Read the b= lines of a section; the first of a type counts, what can't be read is left out. */
void cf_sdp_bandwidth_read(struct cf_sdp_lines lines, struct cf_sdp_bandwidth *ret);

/** The smaller of AS and TIAS, CF_BANDWIDTH_NONE if there is neither. */
uint32_t cf_sdp_bandwidth_media_bps(const struct cf_sdp_bandwidth *bandwidth);

/** "b=AS:N" with line end. */
void cf_put_sdp_bandwidth(struct cf_writer *w, uint32_t as_kbps);

#endif
