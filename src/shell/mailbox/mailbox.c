/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded mailbox from one thread to one other. */
#include "shell/mailbox/mailbox.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CACHE_LINE 64

struct cf_mailbox {
    size_t size;
    size_t mask;
    int fd;
    uint8_t *slots;
    /* Each index is written by one thread only; apart, so that they don't share a cache line. */
    alignas(CACHE_LINE) atomic_size_t put_index;
    alignas(CACHE_LINE) atomic_size_t take_index;
};

static size_t power_of_two(size_t count) {
    size_t power = 1;
    while (power < count) {
        power *= 2;
    }
    return power;
}

enum cf_err cf_mailbox_create(size_t size, size_t count, struct cf_mailbox **ret) {
    size_t slots = power_of_two(count);
    struct cf_mailbox *mailbox = aligned_alloc(CACHE_LINE, sizeof *mailbox);
    if (mailbox == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memset(mailbox, 0, sizeof *mailbox);
    mailbox->size = size;
    mailbox->mask = slots - 1;
    mailbox->slots = calloc(slots, size);
    mailbox->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (mailbox->slots == NULL || mailbox->fd < 0) {
        enum cf_err err = mailbox->slots == NULL ? CF_ERR_NO_MEMORY : CF_ERR_IO;
        cf_mailbox_destroy(&mailbox);
        return err;
    }
    *ret = mailbox;
    return CF_OK;
}

void cf_mailbox_destroy(struct cf_mailbox **mailbox) {
    if (*mailbox == NULL) {
        return;
    }
    if ((*mailbox)->fd >= 0) {
        close((*mailbox)->fd);
    }
    free((*mailbox)->slots);
    free(*mailbox);
    *mailbox = NULL;
}

bool cf_mailbox_put(struct cf_mailbox *mailbox, const void *message) {
    size_t put = atomic_load_explicit(&mailbox->put_index, memory_order_relaxed);
    size_t taken = atomic_load_explicit(&mailbox->take_index, memory_order_acquire);
    if (put - taken > mailbox->mask) {
        return false;
    }
    memcpy(mailbox->slots + (put & mailbox->mask) * mailbox->size, message, mailbox->size);
    atomic_store_explicit(&mailbox->put_index, put + 1, memory_order_release);
    return true;
}

void cf_mailbox_ring(struct cf_mailbox *mailbox) {
    uint64_t one = 1;
    /* It can only fail with the counter at its maximum, and then the receiver has been rung. */
    ssize_t written = write(mailbox->fd, &one, sizeof one);
    (void)written;
}

bool cf_mailbox_take(struct cf_mailbox *mailbox, void *ret_message) {
    size_t taken = atomic_load_explicit(&mailbox->take_index, memory_order_relaxed);
    size_t put = atomic_load_explicit(&mailbox->put_index, memory_order_acquire);
    if (taken == put) {
        return false;
    }
    memcpy(ret_message, mailbox->slots + (taken & mailbox->mask) * mailbox->size, mailbox->size);
    atomic_store_explicit(&mailbox->take_index, taken + 1, memory_order_release);
    return true;
}

int cf_mailbox_fd(const struct cf_mailbox *mailbox) {
    return mailbox->fd;
}

void cf_mailbox_hush(struct cf_mailbox *mailbox) {
    uint64_t count = 0;
    ssize_t got = read(mailbox->fd, &count, sizeof count);
    (void)got;
}
