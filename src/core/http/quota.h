/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections an address may have on a port, and how many there may be in all: who has used up his share is not let in
 * (attacks T42). IPv6 is counted by networks of 64 bits. A machine without time; single-threaded.
 */
#ifndef CF_CORE_HTTP_QUOTA_H
#define CF_CORE_HTTP_QUOTA_H

#include "base/addr.h"
#include "base/map.h"

/** Connections being counted. */
struct cf_quota {
    const struct cf_mem *mem;
    struct cf_map addresses;
    size_t count;
    size_t max;
    size_t max_per_address;
    uint64_t refused; /**< since start */
};

/** Nobody is in. @p mem is kept by reference. */
void cf_quota_init(struct cf_quota *quota, const struct cf_mem *mem, uint64_t seed, size_t max, size_t max_per_address);

/** Free everything. */
void cf_quota_fini(struct cf_quota *quota);

/** Take a place for one more from @p addr; @p is_exempt: as many as there are places. False: there is none. */
bool cf_quota_take(struct cf_quota *quota, const struct cf_addr *addr, bool is_exempt);

/** Give back the place of one from @p addr. */
void cf_quota_give(struct cf_quota *quota, const struct cf_addr *addr);

#endif
