/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages that are kept for sending again: counted octets under one budget, so that peers can't fill the memory with large
 * messages however many transactions they may have.
 */
#ifndef CF_CORE_ENDPOINT_KEPT_H
#define CF_CORE_ENDPOINT_KEPT_H

#include "base/err.h"
#include "base/mem.h"

/** Octets shared by a transaction and the outputs that send them. */
struct cf_kept {
    uint32_t refs; /**< freed with the last one */
    uint32_t len;
    char at[]; /**< len octets */
};

/** The budget. */
struct cf_keeper {
    const struct cf_mem *mem;
    size_t limit; /**< most octets */
    size_t bytes; /**< octets now */
};

/** A block of @p len octets to fill, with one reference. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_keep_alloc(struct cf_keeper *keeper, size_t len, struct cf_kept **ret);

/** A copy of @p text, with one reference. */
CF_MUST_USE enum cf_err cf_keep(struct cf_keeper *keeper, struct cf_str text, struct cf_kept **ret);

/** One more reference; returns @p kept. */
struct cf_kept *cf_kept_take(struct cf_kept *kept);

/** One reference less, and *kept = NULL. A NULL *kept is ignored. */
void cf_kept_release(struct cf_keeper *keeper, struct cf_kept **kept);

/** The octets; absent for NULL. */
static inline struct cf_str cf_kept_str(const struct cf_kept *kept) {
    return kept != NULL ? cf_str_n(kept->at, kept->len) : CF_STR_NONE;
}

#endif
