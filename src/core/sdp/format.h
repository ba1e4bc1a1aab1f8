/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payload types of an RTP m-line with all that is said of them: a=rtpmap, a=fmtp (RFC 8866 sections 6.6, 6.15), a=rtcp-fb
 * (RFC 4585), and the static types that need no a=rtpmap (RFC 3551). Read in one pass over the section, so that many payload
 * types with many attributes stay linear. Pure, any thread.
 */
#ifndef CF_CORE_SDP_FORMAT_H
#define CF_CORE_SDP_FORMAT_H

#include "core/sdp/feedback.h"
#include "core/sdp/sdp.h"

/** a=rtpmap. */
struct cf_sdp_rtpmap {
    uint8_t payload_type;
    struct cf_str encoding;
    uint32_t clock_hz;
    uint32_t channels; /**< 1 if not written */
};

/** A payload type of an m-line. Small: there are many. */
struct cf_sdp_format {
    uint8_t payload_type;
    uint8_t codec;      /**< enum cf_codec; CF_CODEC_NONE: not one of ours */
    uint8_t channels;   /**< 1 if not written */
    uint32_t clock_hz;  /**< 0: dynamic without a=rtpmap, or a static type that is not one of ours */
    uint32_t feedback;  /**< set of enum cf_feedback, those for "*" included */
    struct cf_str fmtp; /**< parameters, a view; absent: none written. The first a=fmtp counts */
};

/** The payload types of an m-line in its order, each once. */
struct cf_sdp_formats {
    uint8_t count;
    struct cf_sdp_format at[CF_PAYLOAD_COUNT];
    uint8_t index[CF_PAYLOAD_COUNT]; /**< place in .at plus 1 by payload type; 0: not in the line */
    uint32_t trr_int_msec;           /**< smallest trr-int of the line; CF_FEEDBACK_NO_INTERVAL */
};

/** Parse the value of a=rtpmap. False if it does not follow the grammar. */
bool cf_sdp_rtpmap_parse(struct cf_str value, struct cf_sdp_rtpmap *ret);

/** Read the payload types of @p media. What can't be read (words that are no payload types, broken attributes) is left out. */
void cf_sdp_formats_read(const struct cf_sdp_media *media, struct cf_sdp_formats *ret);

/** The format with @p payload_type, or NULL. */
const struct cf_sdp_format *cf_sdp_format_of(const struct cf_sdp_formats *formats, uint8_t payload_type);

/** "a=rtpmap:..." with line end; @p channels is written if it is more than 1. */
void cf_put_sdp_rtpmap(struct cf_writer *w, uint8_t payload_type, struct cf_str encoding, uint32_t clock_hz, uint32_t channels);

/** Parse the value of a=ptime or a=maxptime: milliseconds, fractions cut off. False if it is no number or above 65535. */
bool cf_sdp_ptime_parse(struct cf_str value, uint16_t *ret_msec);

#endif
