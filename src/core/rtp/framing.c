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

void cf_frame_queue_init(struct cf_frame_queue *queue) {
    queue->ring = (struct cf_octet_ring){.at = queue->octets, .size = sizeof queue->octets};
    queue->lost = 0;
}

bool cf_frame_queue_put(struct cf_frame_queue *queue, struct cf_span datagram) {
    const uint8_t head[CF_FRAME_HEAD_LEN] = {(uint8_t)(datagram.len >> 8), (uint8_t)datagram.len};
    if (datagram.len == 0 || datagram.len > UINT16_MAX || CF_FRAME_HEAD_LEN + datagram.len > cf_octet_ring_room(&queue->ring)) {
        queue->lost++;
        return false;
    }
    cf_octet_ring_put(&queue->ring, (struct cf_span){head, sizeof head});
    cf_octet_ring_put(&queue->ring, datagram);
    return true;
}
