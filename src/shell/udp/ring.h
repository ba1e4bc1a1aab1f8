/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending by io_uring: messages of many sockets with one system call. Built without liburing it is never to be had. Private to
 * shell/udp; single-threaded, by the thread that made it.
 */
#ifndef CF_SHELL_UDP_RING_H
#define CF_SHELL_UDP_RING_H

#include "shell/udp/udp.h"

/** A ring; opaque. */
struct cf_send_ring;

/** Make a ring. CF_ERR_UNSUPPORTED: the kernel is too old, or forbids it, or confer was built without. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_send_ring_create(struct cf_send_ring **ret);

/** Free it. Sets the pointer to NULL; NULL is ignored. */
void cf_send_ring_destroy(struct cf_send_ring **ring);

/** Put as many of @p datagrams as there is room for; returns how many. They are the caller's until the flush. */
size_t cf_send_ring_put(struct cf_send_ring *ring, struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count);

/** Send all that was put. Returns how many datagrams met a full queue and are lost. */
size_t cf_send_ring_flush(struct cf_send_ring *ring);

#endif
