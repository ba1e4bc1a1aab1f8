/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Datagrams in a stream of octets: each has its length in two octets in front of it (RFC 4571 section 2; for connectivity checks
 * and everything else of ICE over TCP: RFC 6544 section 3). One machine for what comes in, one for what waits to go out. No
 * allocation: both lie in their owner. Single-threaded.
 */
#ifndef CF_CORE_RTP_FRAMING_H
#define CF_CORE_RTP_FRAMING_H

#include "base/octet_ring.h"

/** Octets of the length. */
#define CF_FRAME_HEAD_LEN 2

/** Longest datagram that is taken; longer ones are passed over and counted, as the network does with those above its MTU. */
#define CF_FRAME_MAX 2048

/** Octets that may wait for a slow peer: a third of a second of a good picture. */
#define CF_FRAME_QUEUE_MAX 65536

/** What came in and is no whole datagram yet. Zeroed: nothing. */
struct cf_framing {
    uint8_t head[CF_FRAME_HEAD_LEN];
    uint8_t head_len; /**< octets of .head that are there */
    size_t got;       /**< octets of the datagram that are there, or were passed over */
    uint32_t passed_over;
    uint8_t datagram[CF_FRAME_MAX];
};

/** The next datagram of *rest, which is moved on. False: *rest is used up. Valid until the next call. Empty ones are left out. */
bool cf_framing_next(struct cf_framing *framing, struct cf_span *rest, struct cf_span *ret);

/** Frames that wait to be written. */
struct cf_frame_queue {
    struct cf_octet_ring ring; /**< read by the owner: peek, drop */
    uint64_t lost;             /**< datagrams that found no room */
    uint8_t octets[CF_FRAME_QUEUE_MAX];
};

/** No frame. */
void cf_frame_queue_init(struct cf_frame_queue *queue);

/** Append @p datagram, whole or not at all: then it is counted as lost. */
bool cf_frame_queue_put(struct cf_frame_queue *queue, struct cf_span datagram);

#endif
