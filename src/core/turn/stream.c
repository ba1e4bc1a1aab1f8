/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages in a stream. */
#include "core/turn/stream.h"

#include "base/reader.h"

/* Octets that tell how long a message is. */
#define HEAD_LEN 4

/* Length of the message that @head begins, with filling. 0: it is none. */
static size_t length_of(const uint8_t *head) {
    size_t len = cf_be16(head + 2);
    if (head[0] < 0x40) {
        return len % 4 == 0 ? CF_STUN_HEADER_LEN + len : 0;
    }
    bool is_channel = head[0] <= CF_TURN_CHANNEL_LAST >> 8;
    return is_channel ? CF_TURN_CHANNEL_HEAD_LEN + (len + 3) / 4 * 4 : 0;
}

static void take(struct cf_turn_stream *stream, struct cf_span *rest, size_t wanted) {
    size_t missing = wanted - stream->len;
    size_t len = rest->len < missing ? rest->len : missing;
    if (len > 0) {
        memcpy(stream->octets + stream->len, rest->at, len);
        stream->len += len;
        *rest = (struct cf_span){rest->at + len, rest->len - len};
    }
}

enum cf_err cf_turn_stream_next(struct cf_turn_stream *stream, struct cf_span *rest, struct cf_span *ret) {
    if (stream->taken > 0) {
        stream->len = stream->taken = 0;
    }
    if (stream->len < HEAD_LEN) {
        take(stream, rest, HEAD_LEN);
    }
    if (stream->len < HEAD_LEN) {
        return CF_ERR_TRUNCATED;
    }
    size_t wanted = length_of(stream->octets);
    if (wanted == 0) {
        return CF_ERR_MALFORMED;
    }
    if (wanted > sizeof stream->octets) {
        return CF_ERR_LIMIT;
    }
    take(stream, rest, wanted);
    if (stream->len < wanted) {
        return CF_ERR_TRUNCATED;
    }
    stream->taken = wanted;
    *ret = (struct cf_span){stream->octets, wanted};
    return CF_OK;
}
