/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retransmission payloads (RFC 4588 section 4): the original sequence number in front of the original payload, on an SSRC and
 * payload type of their own. Formats only. A payload of two octets alone, or of padding, is what probes are filled up with.
 */
#ifndef CF_RTP_RTX_H
#define CF_RTP_RTX_H

#include "base/reader.h"

/** Octets of the original sequence number. */
#define CF_RTX_HEADER_LEN 2U

/** A retransmission. */
struct cf_rtx {
    uint16_t sequence;      /**< original sequence number */
    struct cf_span payload; /**< original payload; empty: padding */
};

/** Parse a payload. False if it is shorter than its header. */
static inline bool cf_rtx_parse(struct cf_span payload, struct cf_rtx *ret) {
    if (payload.len < CF_RTX_HEADER_LEN) {
        return false;
    }
    *ret = (struct cf_rtx){.sequence = cf_be16(payload.at),
                           .payload = {payload.at + CF_RTX_HEADER_LEN, payload.len - CF_RTX_HEADER_LEN}};
    return true;
}

/** The SSRC of retransmissions for a stream of ours with @p ssrc: told to the peer by a=ssrc-group:FID (RFC 5576). */
static inline uint32_t cf_rtx_ssrc(uint32_t ssrc) {
    return ssrc ^ 0x5a17c3e9U;
}

/** Write the header for @p sequence at @p out. */
static inline void cf_rtx_set(uint8_t *out, uint16_t sequence) {
    cf_set_be16(out, sequence);
}

#endif
