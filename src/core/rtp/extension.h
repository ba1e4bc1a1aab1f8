/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Header extensions in the one-byte and two-byte forms of RFC 8285: visit, find, print. Formats only. Data that is in neither
 * form is passed over as if there were none; an element that runs past the end of the block ends the visit.
 */
#ifndef CF_CORE_RTP_EXTENSION_H
#define CF_CORE_RTP_EXTENSION_H

#include "core/rtp/packet.h"

/** "Defined by profile" of the one-byte form. */
#define CF_RTP_EXT_ONE_BYTE 0xbedeU

/** "Defined by profile" of the two-byte form; its low four bits are free ("appbits"). */
#define CF_RTP_EXT_TWO_BYTE 0x1000U

/** Highest id of the one-byte form; 15 is reserved there. */
#define CF_RTP_EXT_ONE_BYTE_ID_MAX 14U

/** Most octets of an element in the one-byte form. */
#define CF_RTP_EXT_ONE_BYTE_LEN_MAX 16U

/** URIs that are negotiated by a=extmap. */
#define CF_RTP_EXT_URI_MID "urn:ietf:params:rtp-hdrext:sdes:mid"
#define CF_RTP_EXT_URI_RID "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define CF_RTP_EXT_URI_REPAIRED_RID "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define CF_RTP_EXT_URI_AUDIO_LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define CF_RTP_EXT_URI_MIXER_LEVELS "urn:ietf:params:rtp-hdrext:csrc-audio-level"
#define CF_RTP_EXT_URI_ABS_SEND_TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
#define CF_RTP_EXT_URI_TRANSPORT_CC "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

/** One element. */
struct cf_rtp_ext {
    struct cf_span data; /**< into the packet when parsed; may be empty in the two-byte form only */
    uint8_t id;          /**< 1..14, or 1..255 in the two-byte form */
};

/** Where a visit stands. Value type. */
struct cf_rtp_ext_iter {
    struct cf_span block; /**< the extension data */
    size_t at;            /**< index of the next octet */
    bool is_two_byte;
};

/** Begin visiting the extensions of @p view. */
void cf_rtp_ext_iter_init(struct cf_rtp_ext_iter *iter, const struct cf_rtp_view *view);

/** The next element. False at the end, @p ret_ext untouched then. */
bool cf_rtp_ext_next(struct cf_rtp_ext_iter *iter, struct cf_rtp_ext *ret_ext);

/** The data of the first element @p id (not 0). False if there is none; @p ret_data untouched then. */
bool cf_rtp_ext_find(const struct cf_rtp_view *view, uint8_t id, struct cf_span *ret_data);

/**
 * Append @p count elements as extension data with padding to a multiple of four, in the one-byte form if all fit it, else in the
 * two-byte form. Ids are 1..255 and data is at most 255 octets. The result goes into struct cf_rtp_header (nothing is appended if
 * @p count is 0). Returns the value of "defined by profile", 0 if there is no element.
 */
uint16_t cf_rtp_put_extensions(struct cf_writer *w, const struct cf_rtp_ext *list, size_t count);

#endif
