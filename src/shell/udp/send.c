/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending with sendmmsg(). */
#include "shell/udp/send_batch.h"

#include <errno.h>

/* The first message, which begins with @p first, failed. How many datagrams are done with by that; 0: the queue is full. */
static size_t settle_failure(struct cf_udp *udp, const struct cf_send_batch *batch, const struct cf_datagram *first,
                             bool *ret_is_cut) {
    if (errno == EAGAIN || errno == ENOBUFS) {
        return 0;
    }
    if (errno == ENETUNREACH || errno == EHOSTUNREACH || errno == EADDRNOTAVAIL) {
        udp->refused = first->remote;
        udp->has_error = true;
    }
    *ret_is_cut = batch->runs[0] > 1;
    if (*ret_is_cut) {
        cf_udp_on_run_refused(udp, errno);
    }
    return batch->runs[0]; /* of a single one: it concerns that datagram alone */
}

/* Sends up to a batch; returns how many datagrams are done with, 0 if the queue is full. */
static size_t send_some(struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count, bool can_segment) {
    struct cf_send_batch batch CF_SCRATCH;
    int sent = 0;
    unsigned tries = 0;
    cf_send_batch_clear(&batch);
    (void)cf_send_batch_add(&batch, datagrams, count, can_segment);
    do {
        sent = sendmmsg(udp->fd, batch.messages, (unsigned)batch.message_count, MSG_DONTWAIT | MSG_NOSIGNAL);
        /* The error of an earlier datagram comes once, instead of sending this one. */
    } while (sent < 0 && (errno == EINTR || (cf_udp_note_earlier(udp, errno) && tries++ == 0)));
    if (sent <= 0) {
        bool is_cut = false;
        size_t done = settle_failure(udp, &batch, datagrams, &is_cut);
        return is_cut ? send_some(udp, datagrams, done, false) : done;
    }
    size_t done = 0;
    for (int i = 0; i < sent; i++) {
        done += batch.runs[i];
    }
    return done;
}

size_t cf_udp_send(struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count) {
    size_t done = 0;
    while (done < count) {
        size_t sent = send_some(udp, datagrams + done, count - done, udp->can_segment);
        if (sent == 0) {
            break;
        }
        done += sent;
    }
    return done;
}

void cf_udp_on_run_refused(struct cf_udp *udp, int error) {
    /* EIO: the device does no checksums, it never will. EINVAL, EMSGSIZE: the segments of this run are longer than the path
     * takes; one by one they may get through in fragments. */
    udp->can_segment = udp->can_segment && error != EIO;
}
