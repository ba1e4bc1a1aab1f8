/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feedback for what comes in: arrival times of a transport's packets by transport-wide sequence number, and when to tell the
 * sender of them (draft-holmer-rmcat-transport-wide-cc-extensions-01). The sender, a browser, makes an estimate of it and chooses
 * its own bit rate. Packets are told of once; one that was said to be missing and comes after all is told of again.
 *
 * Machine: _on_packet _deadline _poll. A fixed window; memory is taken at init.
 */
#ifndef CF_CORE_BWE_ARRIVALS_H
#define CF_CORE_BWE_ARRIVALS_H

#include "base/mem.h"
#include "core/rtcp/transport_cc.h"

/** Packets that are remembered, a power of two. */
#define CF_ARRIVALS_WINDOW 1024U

/** Feedback is sent that often: feedback is 5 % of what comes in, but not more often and not less than so. */
#define CF_ARRIVALS_INTERVAL_MIN CF_MSEC(50)
#define CF_ARRIVALS_INTERVAL_MAX CF_MSEC(250)

/** At once when so many packets wait to be told of. */
#define CF_ARRIVALS_PENDING_MAX 256U

/** A packet that comes this much later than one after it is not told of again. */
#define CF_ARRIVALS_LATE CF_MSEC(500)

/** The machine. */
struct cf_arrivals {
    const struct cf_mem *mem;
    uint32_t *ticks;  /**< owned, CF_ARRIVALS_WINDOW: arrival since .origin in CF_TWCC_TICK, plus 1; 0: not received */
    cf_usec origin;   /**< of the first packet */
    uint64_t next;    /**< extended number behind the highest one; 0: nothing came */
    uint64_t begin;   /**< first number to be told of */
    uint32_t pending; /**< packets that came since the last message */
    cf_usec last_at;  /**< last packet */
    cf_usec due_at;   /**< meaningful while .pending > 0 */
    uint64_t octets;  /**< since the last message */
    cf_usec told_at;  /**< last message; at first the first packet */
    cf_usec interval;
    uint8_t feedback_count;
    uint64_t duplicates; /**< counter */
    uint64_t jumps;      /**< counter: begun anew because numbers were far from those before */
};

/** Nothing received. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_arrivals_init(struct cf_arrivals *a, const struct cf_mem *mem);

/** Free the memory; zeroed arrivals may be freed too. */
void cf_arrivals_fini(struct cf_arrivals *a);

/** The packet with transport-wide number @p sequence came, of @p len octets. */
void cf_arrivals_on_packet(struct cf_arrivals *a, uint16_t sequence, size_t len, cf_usec now);

/** When to poll. */
cf_usec cf_arrivals_deadline(const struct cf_arrivals *a);

/**
 * Append the next message if one is due. False if none is; call again after true. @p media_ssrc: any source of the transport.
 */
bool cf_arrivals_poll(struct cf_arrivals *a, struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, cf_usec now);

#endif
