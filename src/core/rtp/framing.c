/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Framing of RFC 4571. */
#include "core/rtp/framing.h"

/* --- in --- */

static void take_head(struct cf_framing *framing, struct cf_span *rest) {
    while (framing->head_len < CF_FRAME_HEAD_LEN && rest->len > 0) {
        framing->head[framing->head_len++] = *rest->at;
        *rest = (struct cf_span){rest->at + 1, rest->len - 1};
    }
}

/* Octets of the datagram; false if some are missing. */
static bool take_body(struct cf_framing *framing, struct cf_span *rest, size_t frame_len) {
    size_t missing = frame_len - framing->got;
    size_t len = rest->len < missing ? rest->len : missing;
    if (frame_len <= CF_FRAME_MAX && len > 0) {
        memcpy(framing->datagram + framing->got, rest->at, len);
    }
    framing->got += len;
    *rest = (struct cf_span){rest->at + len, rest->len - len};
    return len == missing;
}

bool cf_framing_next(struct cf_framing *framing, struct cf_span *rest, struct cf_span *ret) {
    while (rest->len > 0) {
        take_head(framing, rest);
        if (framing->head_len < CF_FRAME_HEAD_LEN) {
            return false;
        }
        size_t frame_len = (size_t)framing->head[0] << 8 | framing->head[1];
        if (!take_body(framing, rest, frame_len)) {
            return false;
        }
        framing->head_len = 0;
        framing->got = 0;
        framing->passed_over += frame_len > CF_FRAME_MAX;
        if (frame_len > 0 && frame_len <= CF_FRAME_MAX) {
            *ret = (struct cf_span){framing->datagram, frame_len};
            return true;
        }
    }
    return false;
}

/* --- out --- */

static void append(struct cf_frame_queue *queue, struct cf_span octets) {
    size_t end = (queue->first + queue->len) % CF_FRAME_QUEUE_MAX;
    size_t before_wrap = CF_FRAME_QUEUE_MAX - end;
    size_t len = octets.len < before_wrap ? octets.len : before_wrap;
    memcpy(queue->ring + end, octets.at, len);
    memcpy(queue->ring, octets.at + len, octets.len - len);
    queue->len += octets.len;
}

bool cf_frame_queue_put(struct cf_frame_queue *queue, struct cf_span datagram) {
    const uint8_t head[CF_FRAME_HEAD_LEN] = {(uint8_t)(datagram.len >> 8), (uint8_t)datagram.len};
    if (datagram.len == 0 || datagram.len > UINT16_MAX || CF_FRAME_HEAD_LEN + datagram.len > CF_FRAME_QUEUE_MAX - queue->len) {
        queue->lost++;
        return false;
    }
    append(queue, (struct cf_span){head, sizeof head});
    append(queue, datagram);
    return true;
}

struct cf_span cf_frame_queue_peek(const struct cf_frame_queue *queue) {
    size_t before_wrap = CF_FRAME_QUEUE_MAX - queue->first;
    return (struct cf_span){queue->ring + queue->first, queue->len < before_wrap ? queue->len : before_wrap};
}

void cf_frame_queue_drop(struct cf_frame_queue *queue, size_t len) {
    cf_assert(len <= queue->len);
    queue->first = (queue->first + len) % CF_FRAME_QUEUE_MAX;
    queue->len -= len;
}
