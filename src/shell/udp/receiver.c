/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/receiver.h"

#include "shell/log/log.h"
#include "shell/udp/receive_ring.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

struct cf_receiver {
    struct cf_receiver_config config;
    struct cf_receive_ring *ring; /* NULL: by calls */
    uint8_t *buffer;              /* for calls: CF_UDP_BATCH_MAX slots */
    size_t slots_used;            /* of .buffer, until the release */
};

static enum cf_err watch(struct cf_receiver *r, int fd, uint32_t number, uint32_t events) {
    struct epoll_event interest = {.events = events, .data.u32 = number};
    return epoll_ctl(r->config.epoll, EPOLL_CTL_ADD, fd, &interest) == 0 ? CF_OK : CF_ERR_IO;
}

static enum cf_err make(struct cf_receiver *r) {
    /* Also with a ring: for sockets that it has no room for. Pages that are never touched take no memory. */
    r->buffer = malloc(CF_UDP_BATCH_MAX * r->config.slot);
    if (r->buffer == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (r->config.kind == CF_RECEIVER_CALLS) {
        return CF_OK;
    }
    enum cf_err err = cf_receive_ring_create(r->config.slot, &r->ring);
    return err == CF_OK ? watch(r, cf_receive_ring_fd(r->ring), r->config.ring_tag, EPOLLIN | EPOLLET) : err;
}

enum cf_err cf_receiver_create(const struct cf_receiver_config *config, struct cf_receiver **ret) {
    struct cf_receiver *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    r->config = *config;
    enum cf_err err = make(r);
    if (err != CF_OK) {
        cf_receiver_destroy(&r);
        return err;
    }
    *ret = r;
    return CF_OK;
}

void cf_receiver_destroy(struct cf_receiver **receiver) {
    if (*receiver != NULL) {
        cf_receive_ring_destroy(&(*receiver)->ring);
        free((*receiver)->buffer);
        free(*receiver);
        *receiver = NULL;
    }
}

enum cf_err cf_receiver_add(struct cf_receiver *receiver, uint32_t number, struct cf_udp *udp, enum cf_receiver_kind kind) {
    if (receiver->ring != NULL && kind == CF_RECEIVER_RING && cf_receive_ring_add(receiver->ring, udp, number)) {
        return CF_OK;
    }
    return watch(receiver, udp->fd, number, EPOLLIN);
}

void cf_receiver_remove(struct cf_receiver *receiver, struct cf_udp *udp) {
    if (udp->receive_slot != 0) {
        cf_receive_ring_remove(receiver->ring, udp);
    } else {
        (void)epoll_ctl(receiver->config.epoll, EPOLL_CTL_DEL, udp->fd, NULL);
    }
}

static size_t take_by_call(struct cf_receiver *r, uint32_t number, struct cf_udp *udp, struct cf_received *ret, size_t max) {
    struct cf_datagram datagrams[CF_UDP_BATCH_MAX] CF_SCRATCH;
    size_t room = CF_UDP_BATCH_MAX - r->slots_used;
    uint8_t *begin = r->buffer + r->slots_used * r->config.slot;
    size_t count = cf_udp_receive(udp, begin, r->config.slot, datagrams, room < max ? room : max);
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = (uint8_t *)(uintptr_t)datagrams[i].bytes.at; /* it lies in our buffer */
        ret[i] = (struct cf_received){number, datagrams[i].remote, at, datagrams[i].bytes.len};
        r->slots_used = (size_t)(at - r->buffer) / r->config.slot + 1;
    }
    return count;
}

/* Sockets that the kernel did not serve by the ring are looked at by calls from now on. */
static void watch_refused(struct cf_receiver *r) {
    uint32_t number;
    for (struct cf_udp *udp; (udp = cf_receive_ring_poll_refused(r->ring, &number)) != NULL;) {
        if (watch(r, udp->fd, number, EPOLLIN) != CF_OK) {
            cf_log(CF_LOG_ERROR, "media", "what comes to UDP port %u is not heard any more: %s", udp->local.port,
                   strerror(errno));
        }
    }
}

size_t cf_receiver_take(struct cf_receiver *receiver, uint32_t number, struct cf_udp *udp, struct cf_received *ret, size_t max) {
    if (udp != NULL) {
        return take_by_call(receiver, number, udp, ret, max);
    }
    size_t count = cf_receive_ring_take(receiver->ring, ret, max);
    watch_refused(receiver);
    return count;
}

void cf_receiver_release(struct cf_receiver *receiver) {
    receiver->slots_used = 0;
    if (receiver->ring != NULL) {
        cf_receive_ring_release(receiver->ring);
    }
}
