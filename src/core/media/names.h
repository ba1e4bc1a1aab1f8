/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects under handles that somebody else gave out: signalling names rooms and legs, the engine finds its own objects for them.
 * An array by slot; a name whose generation is not the one that was added finds nothing. Single thread.
 */
#ifndef CF_MEDIA_NAMES_H
#define CF_MEDIA_NAMES_H

#include "base/err.h"
#include "base/handle.h"

/** One slot; private to names.c. */
struct cf_media_name {
    void *object; /**< NULL: free */
    uint32_t generation;
};

/** The table. */
struct cf_media_names {
    const struct cf_mem *mem;
    struct cf_media_name *slots;
    size_t slots_max;
    size_t limit; /**< slots 0..limit-1 can be used */
    size_t count; /**< objects in the table */
};

/** Nothing named. @p mem is kept by reference. */
void cf_media_names_init(struct cf_media_names *names, const struct cf_mem *mem, size_t limit);

/** Free the table; the objects are the caller's. */
void cf_media_names_fini(struct cf_media_names *names);

/**
 * @p name is @p object (not NULL) from now on. CF_ERR_EXISTS if its slot is taken, CF_ERR_LIMIT if the slot is beyond the limit,
 * CF_ERR_MALFORMED for the zero handle, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_media_names_add(struct cf_media_names *names, struct cf_handle name, void *object);

/** The object called @p name, or NULL. */
void *cf_media_names_get(const struct cf_media_names *names, struct cf_handle name);

/** The object in @p slot, or NULL. */
void *cf_media_names_at(const struct cf_media_names *names, size_t slot);

/** Forget @p name, if it is known. */
void cf_media_names_remove(struct cf_media_names *names, struct cf_handle name);

#endif
