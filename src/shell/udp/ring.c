/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/ring.h"

#include "shell/udp/send_batch.h"
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

struct cf_send_ring {
    struct io_uring uring;
    struct cf_send_batch batch;
    struct cf_udp *sockets[CF_SEND_BATCH_MAX];              /* of each message */
    const struct cf_datagram *datagrams[CF_SEND_BATCH_MAX]; /* the first of each message */
};

enum cf_err cf_send_ring_create(struct cf_send_ring **ret) {
    /* One thread submits, and completions are looked at when it asks: no interrupts of ours by the kernel. */
    struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
    struct cf_send_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (io_uring_queue_init_params(CF_SEND_BATCH_MAX, &ring->uring, &params) < 0) {
        free(ring);
        return CF_ERR_UNSUPPORTED;
    }
    *ret = ring;
    return CF_OK;
}

void cf_send_ring_destroy(struct cf_send_ring **ring) {
    if (*ring != NULL) {
        io_uring_queue_exit(&(*ring)->uring);
        free(*ring);
        *ring = NULL;
    }
}

static void submit_message(struct cf_send_ring *ring, size_t index) {
    /* There are as many entries as a batch has messages: one is always free. */
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->uring);
    cf_assert(entry != NULL);
    io_uring_prep_sendmsg(entry, ring->sockets[index]->fd, &ring->batch.messages[index].msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL);
    io_uring_sqe_set_data64(entry, index);
}

size_t cf_send_ring_put(struct cf_send_ring *ring, struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count) {
    struct cf_send_batch *batch = &ring->batch;
    size_t first = batch->message_count;
    size_t added = cf_send_batch_add(batch, datagrams, count, udp->can_segment);
    for (size_t i = first, at = 0; i < batch->message_count; i++) {
        ring->sockets[i] = udp;
        ring->datagrams[i] = datagrams + at;
        at += batch->runs[i];
        submit_message(ring, i);
    }
    return added;
}

/* What became of message @p index. Returns how many of its datagrams are lost to a full queue. */
static size_t settle(struct cf_send_ring *ring, size_t index, int result) {
    size_t run = ring->batch.runs[index];
    struct cf_udp *udp = ring->sockets[index];
    if (result >= 0) {
        return 0;
    }
    if (result == -EAGAIN || result == -ENOBUFS) {
        return run;
    }
    if (run > 1) {
        struct cf_udp one_by_one = *udp;
        one_by_one.can_segment = false;
        cf_udp_on_run_refused(udp, -result);
        return run - cf_udp_send(&one_by_one, ring->datagrams[index], run);
    }
    return 0; /* it concerns that datagram alone */
}

size_t cf_send_ring_flush(struct cf_send_ring *ring) {
    size_t lost = 0;
    size_t waiting = ring->batch.message_count;
    while (waiting > 0) {
        struct io_uring_cqe *completion = NULL;
        unsigned head = 0;
        unsigned seen = 0;
        int result = io_uring_submit_and_wait(&ring->uring, (unsigned)waiting);
        if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
            lost += waiting; /* the ring is broken: nothing that is left can be sent by it */
            break;
        }
        io_uring_for_each_cqe(&ring->uring, head, completion) {
            lost += settle(ring, (size_t)io_uring_cqe_get_data64(completion), completion->res);
            seen++;
        }
        io_uring_cq_advance(&ring->uring, seen);
        waiting -= seen;
    }
    cf_send_batch_clear(&ring->batch);
    return lost;
}
