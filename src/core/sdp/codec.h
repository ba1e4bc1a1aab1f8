/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Codecs by name: the rows of codec_table.h, found by the words of a=rtpmap or by a static payload type (RFC 8866 section 6.6,
 * RFC 3551 section 6). Knows nothing of what a codec does. Pure, any thread.
 */
#ifndef CF_CORE_SDP_CODEC_H
#define CF_CORE_SDP_CODEC_H

#include "base/str.h"

/** No payload type. */
#define CF_PAYLOAD_NONE 0xFF

/** Payload types are 0..127. */
#define CF_PAYLOAD_COUNT 128

/** What a media line carries. */
enum cf_media_kind {
    CF_MEDIA_OTHER, /**< text, application, message, image: nothing that we do */
    CF_MEDIA_AUDIO,
    CF_MEDIA_VIDEO,
};

/** A codec, or a format that travels as one. */
enum cf_codec {
    CF_CODEC_NONE, /**< not one of ours */
#define X(name, encoding, kind, clock_hz, channels, static_type, default_type) CF_CODEC_##name,
#include "core/sdp/codec_table.h"
#undef X
    CF_CODEC_COUNT, /**< number of values, not a codec */
};

/** A row of the table. */
struct cf_codec_row {
    struct cf_str encoding;  /**< encoding name in its usual spelling; compared without case */
    enum cf_media_kind kind; /**< CF_MEDIA_OTHER: for audio and video lines alike */
    uint32_t clock_hz;       /**< RTP clock; 0: any */
    uint8_t channels;        /**< audio channels in a=rtpmap; 0: no channel number is written */
    uint8_t static_type;     /**< CF_PAYLOAD_NONE: dynamic only */
    uint8_t default_type;    /**< payload type in offers of our own */
};

/** The row of @p codec; that of CF_CODEC_NONE has an empty name. */
const struct cf_codec_row *cf_codec_row(enum cf_codec codec);

/**
 * The codec called @p encoding with this clock and channel number (0 and 1 are the same: none written). CF_CODEC_NONE if the name
 * is not known or clock or channels are not those of the table.
 */
enum cf_codec cf_codec_find(struct cf_str encoding, uint32_t clock_hz, uint32_t channels);

/** The codec of a static payload type (RFC 3551), CF_CODEC_NONE if it has none that we know. */
enum cf_codec cf_codec_of_static_type(uint8_t payload_type);

#endif
