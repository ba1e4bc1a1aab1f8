/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose datagrams are read while too many come from addresses that have proved nothing (docs/adr/0125, 0159). They share a rate:
 * half of it is for whoever comes, half for those who come again, as phones do that got no answer (RFC 3261 section 17.1.1.2) and
 * forged addresses don't. No network may use up more than an eighth. A machine without outputs, of bounded size: what is
 * remembered of an address is two bits among millions, for some seconds, and the sets of bits are made when the first one is
 * turned away.
 *
 * Private to core/endpoint.
 */
#ifndef CF_CORE_ENDPOINT_STRANGERS_H
#define CF_CORE_ENDPOINT_STRANGERS_H

#include "base/addr.h"
#include "base/mem.h"
#include "base/usec.h"

/** Networks that are told apart, by hash: /24 of IPv4, /48 of IPv6. */
#define CF_STRANGERS_NETWORKS 4096U

/** Octets of each of the two sets of addresses that were turned away. */
#define CF_STRANGERS_SET_SIZE ((size_t)1 << 20)

/** The gate. Members are private. */
struct cf_strangers {
    const struct cf_mem *mem;
    uint64_t seed;
    uint32_t per_sec;
    cf_usec anybody_until;                        /**< when what this half has let in will be within its rate */
    cf_usec again_until;                          /**< likewise */
    cf_usec network_until[CF_STRANGERS_NETWORKS]; /**< likewise, of each network */
    uint64_t *sets[2];                            /**< owned: who was turned away lately, and before that; NULL: nobody yet */
    cf_usec since;                                /**< .sets[0] began */
};

/** A gate for @p per_sec datagrams a second, at least 16. @p mem is kept by reference. */
void cf_strangers_init(struct cf_strangers *s, const struct cf_mem *mem, uint64_t seed, size_t per_sec);

/** Free the sets. Zeroed is allowed. */
void cf_strangers_fini(struct cf_strangers *s);

/** May a datagram from @p source, which has proved nothing, be read at @p now? Without memory nobody is known to come again. */
bool cf_strangers_admit(struct cf_strangers *s, const struct cf_addr *source, cf_usec now);

#endif
