/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receiving by io_uring: each socket is asked once and answers with every datagram that comes (multishot), into buffers that the
 * kernel takes from a ring of them. Built without liburing it is never to be had. Private to shell/udp; single-threaded, by the
 * thread that made it.
 *
 * A socket that has come to its end (no buffer was left, an ICMP error of an earlier datagram) is asked again by itself, first of
 * all if it got no buffer at all. What the kernel's queue of a socket holds meanwhile is not lost. Sockets are asked by their
 * descriptors, so that the kernel lets go of one that is removed whatever the others do (docs/adr/0191).
 */
#ifndef CF_SHELL_UDP_RECEIVE_RING_H
#define CF_SHELL_UDP_RECEIVE_RING_H

#include "shell/udp/receiver.h"

/** Buffers: datagrams that are on their way between the kernel and the caller at most. A power of two. */
#define CF_RECEIVE_RING_BUFFERS 128

/** Most sockets of a ring. */
#define CF_RECEIVE_RING_SOCKETS_MAX 16384U

/** A ring; opaque. */
struct cf_receive_ring;

/** Make a ring for datagrams of up to @p slot octets and try it. CF_ERR_UNSUPPORTED: the kernel is too old, or forbids it, or
 * confer was built without. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_receive_ring_create(size_t slot, struct cf_receive_ring **ret);

/** Free it; the kernel has let go of all its sockets then. Sets the pointer to NULL; NULL is ignored. */
void cf_receive_ring_destroy(struct cf_receive_ring **ring);

/** To be polled for reading, edge-triggered: something came, or was left by the last _take. */
int cf_receive_ring_fd(const struct cf_receive_ring *ring);

/** Receive from @p udp, which stays where it is, as socket @p number. False: there is no room for another one. */
CF_MUST_USE bool cf_receive_ring_add(struct cf_receive_ring *ring, struct cf_udp *udp, uint32_t number);

/** Nothing more of @p udp is given out; when it is closed then its port is free. Nothing, if it was not added. */
void cf_receive_ring_remove(struct cf_receive_ring *ring, struct cf_udp *udp);

/** What has come, at most @p max; valid until the release. */
size_t cf_receive_ring_take(struct cf_receive_ring *ring, struct cf_received *ret, size_t max);

/** All that was given out can be overwritten. */
void cf_receive_ring_release(struct cf_receive_ring *ring);

/** A socket that the kernel does not serve in this way after all; it is removed. NULL: none. */
struct cf_udp *cf_receive_ring_poll_refused(struct cf_receive_ring *ring, uint32_t *ret_number);

#endif
