/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/sender.h"

#include "shell/udp/ring.h"
#include <stdlib.h>

struct cf_sender {
    struct cf_send_ring *ring; /* NULL: by calls */
    uint64_t lost;
};

enum cf_err cf_sender_create(enum cf_sender_kind kind, struct cf_sender **ret) {
    struct cf_sender *sender = calloc(1, sizeof *sender);
    enum cf_err err = sender == NULL ? CF_ERR_NO_MEMORY : CF_OK;
    if (err == CF_OK && kind == CF_SENDER_RING) {
        err = cf_send_ring_create(&sender->ring);
    }
    if (err != CF_OK) {
        free(sender);
        return err;
    }
    *ret = sender;
    return CF_OK;
}

void cf_sender_destroy(struct cf_sender **sender) {
    if (*sender != NULL) {
        cf_send_ring_destroy(&(*sender)->ring);
        free(*sender);
        *sender = NULL;
    }
}

void cf_sender_put(struct cf_sender *sender, struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count) {
    if (sender->ring == NULL) {
        sender->lost += count - cf_udp_send(udp, datagrams, count);
        return;
    }
    for (size_t put = 0; put < count;) {
        put += cf_send_ring_put(sender->ring, udp, datagrams + put, count - put);
        if (put < count) {
            cf_sender_flush(sender);
        }
    }
}

void cf_sender_flush(struct cf_sender *sender) {
    if (sender->ring != NULL) {
        sender->lost += cf_send_ring_flush(sender->ring);
    }
}

uint64_t cf_sender_lost(const struct cf_sender *sender) {
    return sender->lost;
}
