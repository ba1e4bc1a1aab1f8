/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The measures beside which the server is put: threads that forward every packet of one socket to a list of receivers with the
 * least that forwarding can do. Bare: same packet protection, same batched input and output as the server, by one socket or by
 * one for each receiver, no rule of RTP beyond sequence number and SSRC. Naive: libsrtp2 and sendto() packet by packet, as it is
 * often written.
 */
#ifndef CF_TESTS_BENCH_BARE_LOOP_H
#define CF_TESTS_BENCH_BARE_LOOP_H

#include "core/rtp/srtp_suite.h"
#include "shell/udp/sender.h"

/** Most receivers of a loop. */
#define BARE_RECEIVERS_MAX 1000

/** What a loop works on. */
struct bare_loop {
    struct cf_udp *in;               /**< packets of the source come here; the same socket sends, without .out */
    struct cf_udp *out;              /**< bare: a socket for each receiver; NULL: none */
    enum cf_sender_kind sender;      /**< bare: how it sends */
    const struct cf_addr *receivers; /**< .count of them */
    size_t count;
    enum cf_srtp_suite suite; /**< receivers' protection; that of the source is not taken off */
};

/** Thread functions on a struct bare_loop. They end when a datagram of one octet comes. */
void *bare_loop_run(void *ctx);
void *naive_loop_run(void *ctx);

#endif
