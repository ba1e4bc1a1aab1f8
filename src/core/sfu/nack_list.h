/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking a source for lost packets (generic NACK, RFC 4585 section 6.2.1): which sequence numbers are missing, when to ask for
 * each, when to give up. One request serves all receivers of the source. Bounded: at most CF_NACK_MISSING_MAX numbers are
 * remembered and a longer gap is not worth asking for, it takes a key frame.
 *
 * Machine: _on_packet _deadline _poll. Value type, no allocation.
 */
#ifndef CF_SFU_NACK_LIST_H
#define CF_SFU_NACK_LIST_H

#include "base/usec.h"
#include <stdbool.h>
#include <stddef.h>

/** Most missing packets that are asked for. */
#define CF_NACK_MISSING_MAX 64

/** Requests for one packet. */
#define CF_NACK_TRIES_MAX 4

/** A number is asked for this long after it was missed first: reordering mends itself. */
#define CF_NACK_PATIENCE CF_MSEC(10)

/** Pause between two requests for one packet; it should be about the round trip. */
#define CF_NACK_REPEAT CF_MSEC(80)

/** What became of a packet in the eyes of the list. */
enum cf_nack_list_result {
    CF_NACK_IN_ORDER,
    CF_NACK_GAP,      /**< packets before it are missing and will be asked for */
    CF_NACK_REPAIRED, /**< it was missing */
    CF_NACK_HOPELESS, /**< too many are missing: all is forgotten, ask for a key frame */
    CF_NACK_LATE,     /**< old, and not missing */
};

/** One missing packet. */
struct cf_nack_missing {
    cf_usec ask_at;
    uint16_t sequence;
    uint8_t tries;
};

/** Missing packets of one source, in sequence order. Zeroed: nothing was received. */
struct cf_nack_list {
    struct cf_nack_missing missing[CF_NACK_MISSING_MAX];
    size_t count;
    uint16_t newest; /**< highest sequence number received; meaningful if .any */
    bool any;
};

/** A packet of the source arrived. */
enum cf_nack_list_result cf_nack_list_on_packet(struct cf_nack_list *list, uint16_t sequence, cf_usec now);

/** When to poll next. */
cf_usec cf_nack_list_deadline(const struct cf_nack_list *list);

/**
 * The sequence numbers to ask for now, ascending, at most @p max of them at @p ret; their number is returned. A mutation: they
 * count as asked for. Numbers asked for in vain are dropped, and *ret_lost says how many: it takes a key frame.
 */
size_t cf_nack_list_poll(struct cf_nack_list *list, cf_usec now, uint16_t *ret, size_t max, size_t *ret_lost);

#endif
