/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=extmap (RFC 8285 section 5): which number an RTP header extension has. Extensions that confer knows are rows of
 * extension_table.h. Pure, any thread.
 */
#ifndef CF_CORE_SDP_EXTMAP_H
#define CF_CORE_SDP_EXTMAP_H

#include "base/writer.h"
#include "core/sdp/direction.h"

/** A known header extension. */
enum cf_extension {
#define X(name, uri, default_id) CF_EXTENSION_##name,
#include "core/sdp/extension_table.h"
#undef X
    CF_EXTENSION_COUNT, /**< number of values; also: not one of ours */
};

/** Largest id of the one-byte form; 15 is reserved (RFC 8285 section 4.2). */
#define CF_EXTENSION_ONE_BYTE_MAX 14

/** Largest id of the two-byte form (RFC 8285 section 4.3). */
#define CF_EXTENSION_ID_MAX 255

/** One a=extmap. */
struct cf_sdp_extmap {
    uint16_t id;                 /**< 1..14, 16..255, or 4096..4351 (left to the answerer, RFC 8285 section 6) */
    enum cf_direction direction; /**< CF_DIRECTION_SENDRECV if none is written */
    enum cf_extension extension; /**< CF_EXTENSION_COUNT: not one of ours */
    struct cf_str uri;
    struct cf_str attributes; /**< what follows the URI; absent if nothing does */
};

/** The URI of @p extension. */
struct cf_str cf_extension_uri(enum cf_extension extension);

/** The id of @p extension in offers of our own. */
uint8_t cf_extension_default_id(enum cf_extension extension);

/** The extension called @p uri, CF_EXTENSION_COUNT if it is not one of ours. */
enum cf_extension cf_extension_find(struct cf_str uri);

/** Parse the value of a=extmap. False if it does not follow the grammar or the id is reserved. */
bool cf_sdp_extmap_parse(struct cf_str value, struct cf_sdp_extmap *ret);

/** Does ssrc-audio-level carry the voice bit? It does unless "vad=off" is written (RFC 6464 section 4). */
bool cf_sdp_extmap_has_vad(const struct cf_sdp_extmap *extmap);

/** The line with line end. */
void cf_put_sdp_extmap(struct cf_writer *w, const struct cf_sdp_extmap *extmap);

#endif
