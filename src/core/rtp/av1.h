/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AV1 in RTP (AV1 RTP specification, section 4): the aggregation header, and which OBUs begin in a payload. What layer a frame is
 * of tells the dependency descriptor (dependency.h) or, without one, the extension of its OBU headers. Nothing is decoded. Format
 * file.
 */
#ifndef CF_RTP_AV1_H
#define CF_RTP_AV1_H

#include "base/reader.h"

/** OBU types that matter here (AV1 section 6.2.2). */
enum cf_av1_obu {
    CF_AV1_SEQUENCE_HEADER = 1,
    CF_AV1_TEMPORAL_DELIMITER = 2,
    CF_AV1_FRAME_HEADER = 3,
    CF_AV1_TILE_GROUP = 4,
    CF_AV1_METADATA = 5,
    CF_AV1_FRAME = 6,
    CF_AV1_TILE_LIST = 8,
    CF_AV1_PADDING = 15,
};

/** What a payload holds. */
struct cf_av1_payload {
    uint32_t obu_types; /**< bit t: an OBU of type t begins here */
    bool continues;     /**< Z: begins with the rest of an OBU */
    bool is_continued;  /**< Y: its last OBU goes on in the next packet */
    bool new_sequence;  /**< N: first packet of a coded video sequence */
    uint8_t temporal;   /**< of the first OBU with an extension; 0 without */
    uint8_t spatial;
    bool has_layers; /**< there was one */
};

/**
 * Look at an RTP payload. CF_ERR_TRUNCATED if it or an OBU in it is cut off, CF_ERR_MALFORMED for an empty one, lengths that
 * don't add up, and N with Z.
 */
CF_MUST_USE enum cf_err cf_av1_payload_parse(struct cf_span payload, struct cf_av1_payload *ret);

/** Does an OBU of @p type begin in the payload? */
static inline bool cf_av1_has(const struct cf_av1_payload *p, enum cf_av1_obu type) {
    return (p->obu_types >> type & 1U) != 0;
}

/** Can a decoder that knows nothing begin here? */
static inline bool cf_av1_is_key_start(const struct cf_av1_payload *p) {
    return p->new_sequence && cf_av1_has(p, CF_AV1_SEQUENCE_HEADER);
}

#endif
