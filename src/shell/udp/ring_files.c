/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/ring_files.h"

#include <stdlib.h>
#include <sys/resource.h>

/* The kernel takes no table larger than the number of files that a process may have open. */
static uint32_t most_files(void) {
    struct rlimit limit;
    bool is_less = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < CF_RING_FILES_MAX;
    return is_less ? (uint32_t)limit.rlim_cur : CF_RING_FILES_MAX;
}

enum cf_err cf_ring_files_init(struct cf_ring_files *files, struct io_uring *uring) {
    *files = (struct cf_ring_files){.uring = uring, .size = most_files()};
    files->free = calloc(files->size, sizeof *files->free);
    if (files->free == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (io_uring_register_files_sparse(uring, files->size) < 0) {
        cf_ring_files_fini(files);
        return CF_ERR_UNSUPPORTED;
    }
    return CF_OK;
}

void cf_ring_files_fini(struct cf_ring_files *files) {
    free(files->free);
    *files = (struct cf_ring_files){.size = 0};
}

uint32_t cf_ring_files_add(struct cf_ring_files *files, int fd) {
    bool is_fresh = files->free_count == 0;
    if (is_fresh && files->touched == files->size) {
        return 0;
    }
    uint32_t slot = is_fresh ? files->touched + 1 : files->free[files->free_count - 1];
    if (io_uring_register_files_update(files->uring, slot - 1, &fd, 1) != 1) {
        return 0;
    }
    files->touched += is_fresh;
    files->free_count -= !is_fresh;
    return slot;
}

void cf_ring_files_drop(struct cf_ring_files *files, uint32_t slot) {
    int none = -1;
    (void)io_uring_register_files_update(files->uring, slot - 1, &none, 1);
}

void cf_ring_files_reuse(struct cf_ring_files *files, uint32_t slot) {
    files->free[files->free_count++] = slot;
}
