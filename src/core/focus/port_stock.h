/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports for RTP that have rested and stay open for the next call: opening and closing a pair of sockets costs more than all else
 * that a call does. Oldest first, so each rests as long as there are others. A table for each media worker; what is in it is
 * still that worker's to read from, which drops what comes for nobody.
 */
#ifndef CF_CORE_FOCUS_PORT_STOCK_H
#define CF_CORE_FOCUS_PORT_STOCK_H

#include "core/focus/ports.h"

/** Pairs of each kind that stay open; more than that are closed. */
#define CF_PORT_STOCK_MAX 256

/** Pairs of one kind. Zero: empty. */
struct cf_port_queue {
    size_t begin;
    size_t count;
    struct cf_port_pair pairs[CF_PORT_STOCK_MAX];
};

/** The stock. All zero: empty. */
struct cf_port_stock {
    struct cf_port_queue queues[2][2]; /**< IPv4 or IPv6, without or with RTCP */
};

/** Keep @p pair. False: there are enough of its kind. */
bool cf_port_stock_put(struct cf_port_stock *stock, const struct cf_port_pair *pair);

/** The pair that has rested longest. False: there is none. */
bool cf_port_stock_take(struct cf_port_stock *stock, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret);

#endif
