/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that are registered with a ring, so that the kernel need not look up, count and let go of a file for each request. A
 * table that may be full: what is not in it is used by its descriptor. A registered file stays open until it is taken out, also
 * when its descriptor is closed. Private to shell/udp; by the thread of the ring.
 */
#ifndef CF_SHELL_UDP_RING_FILES_H
#define CF_SHELL_UDP_RING_FILES_H

#include "base/err.h"
#include <liburing.h>

/** Most files of one ring; fewer if the process may not have as many open. */
#define CF_RING_FILES_MAX 16384U

/** The table. Slots count from 1. */
struct cf_ring_files {
    struct io_uring *uring;
    uint32_t size;
    uint32_t touched;    /**< slots that were in use at some time: those up to this one */
    uint32_t free_count; /**< of .free */
    uint32_t *free;      /**< slots that can be used again; owned, .size of them */
};

/** An empty table of @p uring, which outlives it. CF_ERR_UNSUPPORTED: the kernel does not do it. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_ring_files_init(struct cf_ring_files *files, struct io_uring *uring);

/** Free it; the files stay with the ring until that is gone. Idempotent on a zeroed one. */
void cf_ring_files_fini(struct cf_ring_files *files);

/** Register @p fd; returns its slot, 0 if there is none for it. */
uint32_t cf_ring_files_add(struct cf_ring_files *files, int fd);

/** The kernel lets go of the file in @p slot, as soon as no request uses it. The slot stays taken. */
void cf_ring_files_drop(struct cf_ring_files *files, uint32_t slot);

/** @p slot, of which the file was dropped, can be used again. */
void cf_ring_files_reuse(struct cf_ring_files *files, uint32_t slot);

/** @p entry, which was prepared for any file, is about the one in @p slot. */
static inline void cf_ring_files_use(struct io_uring_sqe *entry, uint32_t slot) {
    entry->fd = (int)slot - 1;
    entry->flags |= IOSQE_FIXED_FILE;
}

#endif
