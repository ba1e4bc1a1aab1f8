/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The codec parameters of a=fmtp: Opus (RFC 7587 section 6.1), H.264 (RFC 6184 section 8.1), VP8 (RFC 7741 section 6.1),
 * telephone-event (RFC 4733 section 2.4.1), and what VP9, AV1, H.265, rtx need to be told apart. Parameters not named here are
 * ignored. A parameter out of its range counts as not written, as the RFCs ask for unknown ones. Pure, any thread.
 */
#ifndef CF_CORE_SDP_FMTP_H
#define CF_CORE_SDP_FMTP_H

#include "base/writer.h"
#include "core/sdp/codec.h"
#include "core/sdp/h264.h"

/** Opus: what the writer of the description wants to receive (and sprop_: is going to send). 0 stands for "not written". */
struct cf_opus_params {
    uint32_t max_playback_hz; /**< maxplaybackrate; not written: 48000 */
    uint32_t max_capture_hz;  /**< sprop-maxcapturerate; not written: 48000 */
    uint32_t max_average_bps; /**< maxaveragebitrate; not written: the codec's choice */
    uint8_t min_ptime_msec;   /**< minptime; not written: 3 */
    bool is_stereo;           /**< stereo: the writer prefers to receive stereo */
    bool is_stereo_source;    /**< sprop-stereo: the writer is likely to send stereo */
    bool is_cbr;              /**< cbr: constant bit rate wanted */
    bool has_inband_fec;      /**< useinbandfec: the writer's decoder makes use of FEC */
    bool has_dtx;             /**< usedtx: discontinuous transmission wanted */
};

/** VP8: what the writer's decoder can take. 0: not written. */
struct cf_vp8_params {
    uint32_t max_fr; /**< frames a second */
    uint32_t max_fs; /**< macroblocks a frame */
};

/** telephone-event: which events the writer takes. */
struct cf_event_params {
    uint32_t events; /**< bit n: event n, of 0..31; 0..15 are the DTMF digits and the default */
};

/** VP9, AV1 and H.265: profile and limits. */
struct cf_profile_params {
    uint8_t profile; /**< profile-id or profile; not written: 0 (H.265: 1) */
    uint8_t level;   /**< level-id or level-idx; 0: not written */
    uint8_t tier;    /**< tier or tier-flag; 0: main */
};

/** rtx (RFC 4588 section 8.6). */
struct cf_rtx_params {
    uint8_t apt;            /**< the payload type that is repaired; CF_PAYLOAD_NONE: not written */
    uint32_t rtx_time_msec; /**< how long packets are kept; 0: not written */
};

/** red (RFC 2198 section 3): the payload types of its blocks, if they are all the same. */
struct cf_red_params {
    uint8_t type;  /**< CF_PAYLOAD_NONE: not written, or different ones */
    uint8_t count; /**< how often it is written: the primary block and so many redundant ones less one */
};

/** Parameters of a codec; which member counts follows from the codec. None of the members: the codec has none. */
union cf_codec_params {
    struct cf_opus_params opus;
    struct cf_h264_params h264;
    struct cf_vp8_params vp8;
    struct cf_event_params event;
    struct cf_profile_params profile; /**< VP9, AV1, H265 */
    struct cf_rtx_params rtx;
    struct cf_red_params red;
};

/** The parameters of @p codec when no a=fmtp is written. */
void cf_fmtp_default(enum cf_codec codec, union cf_codec_params *ret);

/** Parse @p params (the value of a=fmtp behind the payload type; may be absent) for @p codec. Never fails: see above. */
void cf_fmtp_parse(enum cf_codec codec, struct cf_str params, union cf_codec_params *ret);

/** The whole line "a=fmtp:..." with line end; nothing if all parameters have their default, except that events are always told.
 */
void cf_put_fmtp(struct cf_writer *w, uint8_t payload_type, enum cf_codec codec, const union cf_codec_params *params);

/** The same profile? H.264, VP9, AV1 and H.265 have one, other codecs always agree. Baseline counts as constrained baseline. */
bool cf_fmtp_is_same_profile(enum cf_codec codec, const union cf_codec_params *a, const union cf_codec_params *b);

/** The same format, so that they may share a payload (RFC 3264 section 6.1)? The same profile, and H.264 in the same
 * packetization-mode. */
bool cf_fmtp_is_same_format(enum cf_codec codec, const union cf_codec_params *a, const union cf_codec_params *b);

#endif
