/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Datagrams that wait for the end of a turn, so that they go to the kernel by one call: answers to a burst of requests. Copied;
 * in order; of one socket at a time. Single-threaded.
 */
#ifndef CF_SHELL_UDP_OUTBOX_H
#define CF_SHELL_UDP_OUTBOX_H

#include "shell/udp/udp.h"

/** Datagrams and octets that wait at most: reaching either sends what waits. */
#define CF_UDP_OUTBOX_COUNT 64
#define CF_UDP_OUTBOX_OCTETS 131072

/** What waits. */
struct cf_udp_outbox {
    struct cf_udp *udp; /**< of all that waits */
    size_t count;
    size_t used;
    uint64_t lost; /**< datagrams that met a full queue of the kernel's */
    struct cf_datagram datagrams[CF_UDP_OUTBOX_COUNT];
    uint8_t octets[CF_UDP_OUTBOX_OCTETS];
};

/** Nothing waits. Large: neither on a stack nor copied. */
void cf_udp_outbox_init(struct cf_udp_outbox *outbox);

/** Send @p bytes (at most CF_UDP_DATAGRAM_MAX) to @p remote over @p udp, which must stay open until the flush, by then at the
 * latest. */
void cf_udp_outbox_put(struct cf_udp_outbox *outbox, struct cf_udp *udp, const struct cf_addr *remote, struct cf_span bytes);

/** Send what waits. What the kernel does not take is lost and counted. */
void cf_udp_outbox_flush(struct cf_udp_outbox *outbox);

#endif
