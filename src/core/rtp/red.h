/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Redundant data (RFC 2198): several blocks in one payload, the last one the primary, the ones before earlier ones again. Used
 * for Opus (audio/red) and to wrap FEC. Format only: blocks are visited.
 */
#ifndef CF_RTP_RED_H
#define CF_RTP_RED_H

#include "base/reader.h"

/** Most blocks of a payload that are read. */
#define CF_RED_BLOCKS_MAX 8U

/** A block. */
struct cf_red_block {
    uint8_t payload_type;
    uint16_t offset; /**< ticks before the packet's timestamp; 0: primary */
    struct cf_span data;
};

/** The blocks of a payload, oldest first, the primary last. */
struct cf_red {
    size_t count;
    struct cf_red_block blocks[CF_RED_BLOCKS_MAX];
};

/** Parse a payload. CF_ERR_TRUNCATED if a block is cut off, CF_ERR_LIMIT for more blocks than are read. */
CF_MUST_USE enum cf_err cf_red_parse(struct cf_span payload, struct cf_red *ret);

#endif
