/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTCP on its way out: compounds, protected when they are put in, in a ring of fixed size. What does not fit is lost and counted:
 * reports come again, requests are repeated.
 */
#ifndef CF_MEDIA_CONTROL_QUEUE_H
#define CF_MEDIA_CONTROL_QUEUE_H

#include "base/addr.h"
#include "base/mem.h"
#include "core/rtp/crypto.h"

/** Most compounds that wait. */
#define CF_CONTROL_QUEUE_MAX 256

/** Longest compound, unprotected. */
#define CF_CONTROL_PLAIN_MAX 512

/** A compound that waits. */
struct cf_control_item {
    uint32_t socket;
    struct cf_addr to;
    size_t len;
    uint8_t octets[CF_CONTROL_PLAIN_MAX + CF_SRTCP_OVERHEAD_MAX];
};

/** The ring. */
struct cf_control_queue {
    const struct cf_mem *mem;
    struct cf_control_item *ring; /**< owned, CF_CONTROL_QUEUE_MAX */
    size_t first;
    size_t count;
    uint64_t lost;
};

/** An empty ring. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_control_queue_init(struct cf_control_queue *queue, const struct cf_mem *mem);

/** Free it; a zeroed queue may be freed too. */
void cf_control_queue_fini(struct cf_control_queue *queue);

/** Protect @p compound with @p srtp (NULL: plain) and append it. False if it is lost. */
bool cf_control_queue_put(struct cf_control_queue *queue, const struct cf_packet_crypto *crypto, struct cf_srtp_context *srtp,
                          uint32_t socket, const struct cf_addr *to, struct cf_span compound);

/** The oldest @p max compounds, in at most one piece: *ret_items; their number. Valid until cf_control_queue_drop(). */
size_t cf_control_queue_peek(const struct cf_control_queue *queue, size_t max, const struct cf_control_item **ret_items);

/** Take out the @p count oldest. */
void cf_control_queue_drop(struct cf_control_queue *queue, size_t count);

#endif
