/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receiving for a worker that has many sockets and waits for them with epoll: by recvmmsg() from each socket that has something,
 * or by a ring that has something of all (receive_ring.h). Datagrams of one socket come in order. A ring is faster where many
 * sockets have a little each, calls where one has much (tests/bench/bench_receive.c, docs/adr/0191): it is said of each socket.
 * The twin of sender.h. Single-threaded.
 *
 *     epoll_wait();
 *     n = cf_receiver_take(r, number, socket, received, room);
 *     ... use them ...
 *     cf_receiver_release(r);
 */
#ifndef CF_SHELL_UDP_RECEIVER_H
#define CF_SHELL_UDP_RECEIVER_H

#include "shell/udp/udp.h"

/** How datagrams of a socket come from the kernel. */
enum cf_receiver_kind {
    CF_RECEIVER_CALLS, /**< recvmmsg(): everywhere */
    CF_RECEIVER_RING,  /**< io_uring: Linux 6.1 or later, unless it is forbidden */
};

/** What a receiver is made of. */
struct cf_receiver_config {
    enum cf_receiver_kind kind; /**< CF_RECEIVER_RING: there is one, for sockets that want it */
    int epoll;                  /**< the caller's: sockets are added to it, with their number as .data.u32, or the ring */
    uint32_t ring_tag;          /**< .data.u32 of the ring: no number of a socket */
    size_t slot;                /**< octets of a datagram at most; longer ones are dropped */
};

/** A receiver; opaque. */
struct cf_receiver;

/** A datagram that came. */
struct cf_received {
    uint32_t number; /**< of its socket */
    struct cf_addr from;
    uint8_t *at; /**< the receiver's, may be written to */
    size_t len;
};

/** Make a receiver. CF_ERR_NO_MEMORY; CF_ERR_IO; CF_ERR_UNSUPPORTED: no ring is to be had here. */
CF_MUST_USE enum cf_err cf_receiver_create(const struct cf_receiver_config *config, struct cf_receiver **ret);

/** Free it; sockets are the caller's to close, before or after. Sets the pointer to NULL; NULL is ignored. */
void cf_receiver_destroy(struct cf_receiver **receiver);

/**
 * Receive from @p udp, which stays where it is until it is removed, as socket @p number, in the way of @p kind; by calls, where
 * there is no ring or no room in it. CF_ERR_IO: it can't be watched.
 */
CF_MUST_USE enum cf_err cf_receiver_add(struct cf_receiver *receiver, uint32_t number, struct cf_udp *udp,
                                        enum cf_receiver_kind kind);

/** Before @p udp is closed. What came and was not taken is dropped; what was taken stays valid until the release. */
void cf_receiver_remove(struct cf_receiver *receiver, struct cf_udp *udp);

/**
 * epoll said that socket @p number, @p udp, has something; @p udp NULL: that the ring has. Returns how many datagrams there are,
 * at most @p max; what is left is said again by epoll. They are valid until the release; if there is no buffer without one, none
 * come.
 */
size_t cf_receiver_take(struct cf_receiver *receiver, uint32_t number, struct cf_udp *udp, struct cf_received *ret, size_t max);

/** All that was taken can be overwritten. To be called when it is done with, before the next wait. */
void cf_receiver_release(struct cf_receiver *receiver);

#endif
