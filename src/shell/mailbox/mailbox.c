/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded mailbox from one thread to one other. */
#include "shell/mailbox/mailbox.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CACHE_LINE 64
#define STEP 16 /* records begin at multiples of it */

/* Before each message. A record is never split: where the ring's end is too near, the rest of it is skipped. */
struct record {
    uint32_t len; /* of the message; SKIP: none, go on at the start of the ring */
};
#define SKIP UINT32_MAX

struct cf_mailbox {
    size_t size;
    size_t mask;
    int fd;
    uint8_t *ring;
    atomic_bool is_rung; /* the receiver has not hushed it since */
    /* Octets ever put and taken. Each is written by one thread only; apart, so that they don't share a cache line. */
    alignas(CACHE_LINE) atomic_size_t put_count;
    alignas(CACHE_LINE) atomic_size_t take_count;
};

/* Octets of the ring that a message takes. */
static size_t record_len(size_t len) {
    return (STEP + len + STEP - 1) / STEP * STEP;
}

static size_t power_of_two(size_t count) {
    size_t power = 1;
    while (power < count) {
        power *= 2;
    }
    return power;
}

enum cf_err cf_mailbox_create(size_t size, size_t octets, struct cf_mailbox **ret) {
    size_t least = 2 * record_len(size);
    size_t room = power_of_two(octets < least ? least : octets);
    struct cf_mailbox *mailbox = aligned_alloc(CACHE_LINE, sizeof *mailbox);
    if (mailbox == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memset(mailbox, 0, sizeof *mailbox);
    mailbox->size = size;
    mailbox->mask = room - 1;
    mailbox->ring = aligned_alloc(CACHE_LINE, room < CACHE_LINE ? CACHE_LINE : room);
    mailbox->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (mailbox->ring == NULL || mailbox->fd < 0) {
        enum cf_err err = mailbox->ring == NULL ? CF_ERR_NO_MEMORY : CF_ERR_IO;
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
    free((*mailbox)->ring);
    free(*mailbox);
    *mailbox = NULL;
}

static void write_record(struct cf_mailbox *mailbox, size_t at, uint32_t len) {
    struct record record = {.len = len};
    memcpy(mailbox->ring + (at & mailbox->mask), &record, sizeof record);
}

static uint32_t read_record(const struct cf_mailbox *mailbox, size_t at) {
    struct record record;
    memcpy(&record, mailbox->ring + (at & mailbox->mask), sizeof record);
    return record.len;
}

bool cf_mailbox_put(struct cf_mailbox *mailbox, const void *message, size_t len) {
    size_t put = atomic_load_explicit(&mailbox->put_count, memory_order_relaxed);
    size_t taken = atomic_load_explicit(&mailbox->take_count, memory_order_acquire);
    size_t room = mailbox->mask + 1;
    size_t need = record_len(len);
    size_t to_end = room - (put & mailbox->mask);
    size_t skipped = need > to_end ? to_end : 0;
    if (len > mailbox->size || put - taken + skipped + need > room) {
        return false;
    }
    if (skipped > 0) {
        write_record(mailbox, put, SKIP);
        put += skipped;
    }
    write_record(mailbox, put, (uint32_t)len);
    memcpy(mailbox->ring + (put & mailbox->mask) + STEP, message, len);
    atomic_store_explicit(&mailbox->put_count, put + need, memory_order_release);
    return true;
}

void cf_mailbox_ring(struct cf_mailbox *mailbox) {
    uint64_t one = 1;
    /* Who has been rung and has not come yet needs no second call to find what was put in the meantime. */
    if (atomic_exchange_explicit(&mailbox->is_rung, true, memory_order_acq_rel)) {
        return;
    }
    /* It can only fail with the counter at its maximum, and then the receiver has been rung. */
    ssize_t written = write(mailbox->fd, &one, sizeof one);
    (void)written;
}

size_t cf_mailbox_room(const struct cf_mailbox *mailbox) {
    size_t put = atomic_load_explicit(&mailbox->put_count, memory_order_relaxed);
    size_t taken = atomic_load_explicit(&mailbox->take_count, memory_order_acquire);
    return mailbox->mask + 1 - (put - taken);
}

bool cf_mailbox_take(struct cf_mailbox *mailbox, void *ret_message) {
    size_t len;
    return cf_mailbox_take_sized(mailbox, ret_message, &len);
}

bool cf_mailbox_take_sized(struct cf_mailbox *mailbox, void *ret_message, size_t *ret_len) {
    size_t taken = atomic_load_explicit(&mailbox->take_count, memory_order_relaxed);
    size_t put = atomic_load_explicit(&mailbox->put_count, memory_order_acquire);
    if (taken == put) {
        return false;
    }
    uint32_t len = read_record(mailbox, taken);
    if (len == SKIP) {
        taken += mailbox->mask + 1 - (taken & mailbox->mask);
        len = read_record(mailbox, taken);
    }
    memcpy(ret_message, mailbox->ring + (taken & mailbox->mask) + STEP, len);
    *ret_len = len;
    atomic_store_explicit(&mailbox->take_count, taken + record_len(len), memory_order_release);
    return true;
}

int cf_mailbox_fd(const struct cf_mailbox *mailbox) {
    return mailbox->fd;
}

void cf_mailbox_hush(struct cf_mailbox *mailbox) {
    uint64_t count = 0;
    ssize_t got = read(mailbox->fd, &count, sizeof count);
    (void)got;
    /* Before the first message is taken: what is put after this rings again. */
    (void)atomic_exchange_explicit(&mailbox->is_rung, false, memory_order_acq_rel);
}
