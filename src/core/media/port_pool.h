/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UDP ports for legs without ICE: pairs of an even port for RTP and the odd one above it for RTCP (RFC 3550 section 11), taken in
 * turn and, once given back, left alone for a while, so that what a peer still sends never reaches the next call. Which ports
 * could be opened is the shell's business: a pair that could not is given back at once.
 *
 * Small machine without output. Memory is taken at init.
 */
#ifndef CF_MEDIA_PORT_POOL_H
#define CF_MEDIA_PORT_POOL_H

#include "base/err.h"
#include "base/mem.h"
#include "base/usec.h"

/** How long a port rests. RFC 3550 section 6.3.5 lets a peer linger for about so long. */
#define CF_PORT_QUARANTINE CF_SEC(30)

/** One pair; private to port_pool.c. */
struct cf_port_pair {
    bool taken;
    cf_usec free_at; /**< may be taken from then on */
};

/** The pool. */
struct cf_port_pool {
    const struct cf_mem *mem;
    struct cf_port_pair *pairs; /**< owned, .count of them */
    size_t count;
    uint16_t first; /**< RTP port of the first pair, even */
    size_t next;    /**< where to look first */
    size_t taken;
};

/**
 * A pool of the pairs within @p first..@p last (inclusive). CF_ERR_CONFIG if there is not one, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_port_pool_init(struct cf_port_pool *pool, const struct cf_mem *mem, uint16_t first, uint16_t last);

/** Free the memory. */
void cf_port_pool_fini(struct cf_port_pool *pool);

/** Take a pair; the RTP port. CF_ERR_NO_PORT if all are taken or rest. */
CF_MUST_USE enum cf_err cf_port_pool_take(struct cf_port_pool *pool, cf_usec now, uint16_t *ret_port);

/** Give the pair of RTP port @p port back: it rests for CF_PORT_QUARANTINE. Ports that are not taken are ignored. */
void cf_port_pool_give(struct cf_port_pool *pool, uint16_t port, cf_usec now);

#endif
