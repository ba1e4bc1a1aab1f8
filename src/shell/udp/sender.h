/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending for a worker that has many sockets. Datagrams are put, of one socket after the other, and a flush hands all of them to
 * the kernel: by one sendmmsg() a socket, or by one io_uring_enter() for all. Which of them is faster is measured, not believed
 * (tests/bench/bench_worker.c). Single-threaded.
 */
#ifndef CF_SHELL_UDP_SENDER_H
#define CF_SHELL_UDP_SENDER_H

#include "shell/udp/udp.h"

/** How datagrams reach the kernel. */
enum cf_sender_kind {
    CF_SENDER_CALLS, /**< sendmmsg(): everywhere */
    CF_SENDER_RING,  /**< io_uring: Linux 6.1 or later, unless it is forbidden */
};

/** A sender; opaque. */
struct cf_sender;

/** Make a sender. CF_ERR_NO_MEMORY; CF_ERR_UNSUPPORTED: no ring is to be had here. */
CF_MUST_USE enum cf_err cf_sender_create(enum cf_sender_kind kind, struct cf_sender **ret);

/** Free it; what was not flushed is not sent. Sets the pointer to NULL; NULL is ignored. */
void cf_sender_destroy(struct cf_sender **sender);

/**
 * Send @p datagrams over @p udp, now or with the flush: all that is pointed to stays as it is until then. Order is kept within a
 * socket.
 */
void cf_sender_put(struct cf_sender *sender, struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count);

/** All that was put has been sent or lost when this returns; nothing holds its sockets any more. */
void cf_sender_flush(struct cf_sender *sender);

/** Datagrams that met a full queue since the sender was made. */
uint64_t cf_sender_lost(const struct cf_sender *sender);

#endif
