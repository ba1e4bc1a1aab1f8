/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UDP sockets in batches: recvmmsg() and sendmmsg(), non-blocking. Datagrams for one peer in a row go out as one message that the
 * kernel cuts (run.h), where it can. A socket is a file descriptor in a struct; polling it is the business of the loop or of a
 * media worker. No thread of its own; a socket belongs to one thread at a time.
 */
#ifndef CF_SHELL_UDP_UDP_H
#define CF_SHELL_UDP_UDP_H

#include "base/addr.h"

/** Datagrams handled by one call at most. */
#define CF_UDP_BATCH_MAX 64

/** Octets of a datagram that are received; longer ones are dropped and counted as truncated. */
#define CF_UDP_DATAGRAM_MAX 65535

/** A bound socket. .fd < 0: closed. */
struct cf_udp {
    int fd;
    struct cf_addr local;   /**< with the port that the kernel chose if 0 was asked for */
    bool can_segment;       /**< the kernel cuts runs (UDP_SEGMENT); given up when it turns out that the device can't */
    bool has_error;         /**< a call met the error of an earlier datagram: cf_udp_take_unreachable() may say more */
    uint32_t receive_slot;  /**< in the ring of a receiver; 0: none */
    struct cf_addr refused; /**< for a signalling socket: where the kernel itself knows no way to, until it was taken; or NONE */
};

/** A datagram to send or one that was received. */
struct cf_datagram {
    struct cf_addr remote;
    struct cf_span bytes; /**< to send: the caller's; received: in the buffer given to cf_udp_receive() */
};

/** What a socket is for: sizes of the kernel's queues and marking follow from it. */
enum cf_udp_use {
    CF_UDP_USE_SIGNALLING, /**< ICMP errors are kept for cf_udp_take_unreachable() */
    CF_UDP_USE_MEDIA,      /**< large queues, expedited forwarding (RFC 8837) */
    CF_UDP_USE_CONTROL,    /**< reports about media: expedited forwarding, the kernel's ordinary queues */
};

/** Open a non-blocking socket bound to @p local. CF_ERR_EXISTS if the port is taken, CF_ERR_IO otherwise. */
CF_MUST_USE enum cf_err cf_udp_open(const struct cf_addr *local, enum cf_udp_use use, struct cf_udp *ret);

/** The address of ours from which packets to @p remote go out, by the routing table; its port is 0. CF_ERR_IO: no route. */
CF_MUST_USE enum cf_err cf_udp_route(const struct cf_addr *remote, struct cf_addr *ret_local);

/** Close; idempotent. */
void cf_udp_close(struct cf_udp *udp);

/**
 * Receive up to @p max datagrams of up to @p slot octets each into @p buffer of max * slot octets. Returns how many; 0 if there
 * are none. ICMP errors of earlier sends are swallowed. @p max is cut to CF_UDP_BATCH_MAX.
 */
size_t cf_udp_receive(struct cf_udp *udp, uint8_t *buffer, size_t slot, struct cf_datagram *ret, size_t max);

/**
 * Send @p count datagrams in order. Returns how many the kernel took; the rest met a full queue and is the caller's to drop or
 * keep. A datagram that can't be sent at all (unreachable, too long) counts as taken.
 */
size_t cf_udp_send(struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count);

/**
 * The next destination of an earlier datagram that can't be reached as ICMP or the kernel said (RFC 3261 section 18.4). False:
 * none is left. Signalling sockets only. Such a socket is readable until all of them were taken; costs nothing while .has_error
 * is not set.
 */
bool cf_udp_take_unreachable(struct cf_udp *udp, struct cf_addr *ret_remote);

/** May @p error (errno) of a call be about a datagram that was sent before, and not about this call? For calls made elsewhere. */
bool cf_udp_note_earlier(struct cf_udp *udp, int error);

/** The kernel refused to cut a run with @p error (errno): no more runs if it never will. For what sends in other ways. */
void cf_udp_on_run_refused(struct cf_udp *udp, int error);

#endif
