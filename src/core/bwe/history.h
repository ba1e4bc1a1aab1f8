/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was sent on a transport, by transport-wide sequence number, until feedback tells what became of it. Eight octets a packet,
 * a fixed number of packets: the oldest gives way and counts as never told of. Memory is taken at init; nothing is allocated a
 * packet.
 */
#ifndef CF_CORE_BWE_HISTORY_H
#define CF_CORE_BWE_HISTORY_H

#include "base/err.h"
#include "base/mem.h"
#include "base/usec.h"

/** Packets that are remembered, a power of two: 1 s at 9 Mbit/s. */
#define CF_BWE_HISTORY_SIZE 1024U

/** Older packets are forgotten: their time of sending could not be told any more. */
#define CF_BWE_HISTORY_AGE CF_SEC(60)

/** What is known of a packet. */
enum cf_bwe_fate {
    CF_BWE_IN_FLIGHT,
    CF_BWE_LOST, /**< reported missing; may still be reported as received */
    CF_BWE_RECEIVED,
};

/** A packet that was sent; private to the history. */
struct cf_bwe_slot {
    uint32_t sent_at; /**< low 32 bits */
    uint16_t len;
    uint8_t probe;
    uint8_t fate; /**< enum cf_bwe_fate */
};

/** A packet that was sent. */
struct cf_bwe_sent {
    cf_usec sent_at;
    uint16_t len;  /**< octets, with everything that the link carries */
    uint8_t probe; /**< probe cluster it belongs to; 0: none */
    enum cf_bwe_fate fate;
};

/** The history. */
struct cf_bwe_history {
    const struct cf_mem *mem;
    struct cf_bwe_slot *slots; /**< owned, CF_BWE_HISTORY_SIZE, by number */
    uint64_t next;             /**< extended number of the next packet; the first is 65536 */
    uint64_t oldest;           /**< that is remembered; next: none */
    uint64_t settled;          /**< number behind the highest one that feedback spoke of */
    uint64_t in_flight;        /**< octets of packets from .settled on: what is on its way, as far as is known */
};

/** Nothing sent; the first packet will have @p first. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_bwe_history_init(struct cf_bwe_history *history, const struct cf_mem *mem, uint16_t first);

/** Free the memory; a zeroed history may be freed too. */
void cf_bwe_history_fini(struct cf_bwe_history *history);

/** A packet of @p len octets goes out at @p now: its transport-wide sequence number. */
uint16_t cf_bwe_history_add(struct cf_bwe_history *history, size_t len, uint8_t probe, cf_usec now);

/**
 * Feedback says that @p sequence was received or not. False if that packet is not remembered (never sent, or too long ago) or
 * nothing new is said of it. *ret_sent has the fate that it had before.
 */
bool cf_bwe_history_settle(struct cf_bwe_history *history, uint16_t sequence, bool is_received, cf_usec now,
                           struct cf_bwe_sent *ret_sent);

/** Was @p sequence ever given to a packet that is remembered? */
bool cf_bwe_history_has(const struct cf_bwe_history *history, uint16_t sequence);

#endif
