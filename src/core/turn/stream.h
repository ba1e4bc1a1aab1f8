/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of a relay's client in a stream of octets (RFC 8656 sections 3.1 and 12.5): STUN says its length, channel data too and
 * is filled up to a multiple of four. A machine without time; no allocation.
 */
#ifndef CF_CORE_TURN_STREAM_H
#define CF_CORE_TURN_STREAM_H

#include "base/err.h"
#include "core/turn/turn.h"

/** A message that is not whole yet. Zeroed: nothing. */
struct cf_turn_stream {
    size_t len;
    size_t taken; /**< octets at the front that were given out */
    uint8_t octets[CF_TURN_MESSAGE_MAX];
};

/**
 * The next message of *rest, which is moved on; valid until the next call. CF_ERR_TRUNCATED: *rest is used up. CF_ERR_MALFORMED,
 * CF_ERR_LIMIT: this is nothing of a client's, close.
 */
CF_MUST_USE enum cf_err cf_turn_stream_next(struct cf_turn_stream *stream, struct cf_span *rest, struct cf_span *ret);

#endif
