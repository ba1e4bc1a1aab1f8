/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Static payload types of the audio/video profile (RFC 3551 section 6), and which numbers may be given out dynamically. A table.
 */
#ifndef CF_CORE_RTP_PAYLOAD_H
#define CF_CORE_RTP_PAYLOAD_H

#include "base/str.h"

/** Payload types that we use by number. */
#define CF_RTP_PT_PCMU 0U
#define CF_RTP_PT_PCMA 8U
#define CF_RTP_PT_G722 9U
#define CF_RTP_PT_CN 13U

/** The range given out in offers (RFC 3551 section 3). */
#define CF_RTP_PT_DYNAMIC_MIN 96U
#define CF_RTP_PT_DYNAMIC_MAX 127U

/** A static payload type. */
struct cf_payload_type {
    struct cf_str name;     /**< encoding name as in a=rtpmap */
    uint32_t clock_rate_hz; /**< RTP clock; G722 says 8000 though it samples at 16000 (RFC 3551 section 4.5.2) */
    uint8_t number;
    uint8_t channels; /**< 0: video */
};

/** The row of static payload type @p number, or NULL. Lives for ever. */
const struct cf_payload_type *cf_payload_type_of(uint8_t number);

#endif
