/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nonces of the digest server (RFC 7616 section 3.3): the time they were made, a number that tells those of one moment apart, and
 * a keyed hash of both, so that none needs to be remembered until it is used; then its counts are (section 3.4, nc), so that
 * credentials can't be used twice. A nonce lives for a configured time. Bounded table; the oldest entry goes first, and a nonce
 * that is not in the table any more is stale.
 */
#ifndef CF_CORE_AUTH_NONCE_H
#define CF_CORE_AUTH_NONCE_H

#include "base/list.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/usec.h"
#include "core/auth/hash.h"

/** Length of a nonce: hexadecimal time and number, and half a SHA-256. */
#define CF_NONCE_LEN 48

/** Nonces in use at a time whose counts are remembered. */
#define CF_NONCE_USED_MAX 20000

/** Nonces of a server. */
struct cf_nonces {
    const struct cf_mem *mem;
    const struct cf_hash *hash;
    uint8_t key[32];
    cf_usec life_usec;
    uint16_t serial;      /**< of the latest nonce; those of 2048 in a row differ whatever the clock says */
    struct cf_map used;   /**< by nonce */
    struct cf_list order; /**< oldest first */
};

/** What a nonce in credentials is worth. */
enum cf_nonce_verdict {
    CF_NONCE_GOOD,     /**< ours, in time, a new count */
    CF_NONCE_STALE,    /**< ours, but too old or forgotten: challenge again with stale=true */
    CF_NONCE_REPLAYED, /**< this count was used before */
    CF_NONCE_FOREIGN,  /**< not made by us */
};

/** Draw a key; @p mem, @p hash and nothing else is kept by reference. */
void cf_nonces_init(struct cf_nonces *nonces, const struct cf_mem *mem, const struct cf_hash *hash,
                    const struct cf_entropy *entropy, cf_usec life_usec);

/** Free the table and wipe the key. */
void cf_nonces_fini(struct cf_nonces *nonces);

/** A new nonce of CF_NONCE_LEN characters. */
void cf_nonce_make(struct cf_nonces *nonces, cf_usec now, char *out);

/**
 * Judge @p nonce with @p count (nc; 0: the credentials have none, as those of old phones without qop: good once). Only after
 * the response was found right: a wrong one must not use up a count.
 */
enum cf_nonce_verdict cf_nonce_use(struct cf_nonces *nonces, struct cf_str nonce, uint32_t count, cf_usec now);

/** Was @p nonce made by us, whatever its age? */
bool cf_nonce_is_ours(const struct cf_nonces *nonces, struct cf_str nonce);

#endif
