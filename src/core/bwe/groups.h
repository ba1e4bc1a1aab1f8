/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets that were sent together are one group: how much more time lies between two groups where they arrive than where they
 * were sent is what tells of growing queues (draft-ietf-rmcat-gcc-02 section 5.2; docs/algorithms/bandwidth.md). A group is what
 * was sent within 5 ms, or what came in a burst because something held it up. A group is represented by the packet that took
 * least: so neither the size of a frame nor the time that a radio held it back looks like a queue.
 *
 * Small machine without deadline. Value type.
 */
#ifndef CF_CORE_BWE_GROUPS_H
#define CF_CORE_BWE_GROUPS_H

#include "base/usec.h"
#include <stdbool.h>

/** A group. */
struct cf_bwe_group {
    bool any; /**< the rest is meaningful */
    cf_usec first_sent;
    cf_usec last_sent;
    cf_usec first_arrival;
    cf_usec last_arrival;
    cf_usec least_sent;    /**< the packet of it that was least on the way: sent ... */
    cf_usec least_arrival; /**< ... and arrived */
};

/** The machine. Zeroed: nothing seen. */
struct cf_bwe_groups {
    struct cf_bwe_group current;
    struct cf_bwe_group previous;
    unsigned backwards; /**< groups in a row that arrived before the one before */
};

/** Times between two complete groups: between the packets of each that were least on the way. */
struct cf_bwe_deltas {
    cf_usec sent;
    cf_usec arrival; /**< the same where they arrive */
};

/**
 * A packet that was sent at @p sent arrived at @p arrival (the receiver's clock). True if it begins a group and there are two
 * complete ones before it.
 */
bool cf_bwe_groups_on_packet(struct cf_bwe_groups *groups, cf_usec sent, cf_usec arrival, struct cf_bwe_deltas *ret_deltas);

#endif
