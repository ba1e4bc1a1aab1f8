/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One side of ZRTP (RFC 6189) with one peer, over bzrtp: made where signalling is done, since the description carries the hash of
 * the Hello that it will send (section 8.1), then handed to the thread that does the talking (zrtp.h). Secrets of earlier calls
 * are kept in an SQLite file (section 4.9), if there is one.
 */
#ifndef CF_ADAPT_BZRTP_ZRTP_PARTY_H
#define CF_ADAPT_BZRTP_ZRTP_PARTY_H

#include "base/err.h"
#include "base/str.h"

/**
 * Lines with ZRTP that a peer can have: bzrtp has no more. The first agrees on keys by Diffie-Hellman, those of the other are
 * derived from it.
 */
#define CF_ZRTP_CHANNELS_MAX 2

/** Octets of the hash of a Hello. */
#define CF_ZRTP_HELLO_HASH_LEN 32

/** Secrets kept from call to call; opaque. Any thread; each call is short, but it is file I/O. */
struct cf_zrtp_store;

/** Open or make the file at @p path. CF_ERR_IO, CF_ERR_NO_MEMORY; CF_ERR_UNSUPPORTED: built without bzrtp. */
CF_MUST_USE enum cf_err cf_zrtp_store_open(const char *path, struct cf_zrtp_store **ret);

/** Close it, after all parties. Sets the pointer to NULL; NULL is ignored. */
void cf_zrtp_store_close(struct cf_zrtp_store **store);

/** One side; opaque. May be handed from one thread to another, not used by two. */
struct cf_zrtp_party;

/** What a party is made of. Strings are copied. */
struct cf_zrtp_party_config {
    struct cf_zrtp_store *store; /**< kept; NULL: nothing is remembered */
    struct cf_str self;          /**< our URI, for the store */
    struct cf_str peer;          /**< the peer's */
    uint32_t ssrc;               /**< of the first channel's packets, by chance; those of the others follow it */
    bool demands_aes256;         /**< offer no other cipher */
};

/** Make one. CF_ERR_NO_MEMORY if bzrtp fails, CF_ERR_UNSUPPORTED without it. */
CF_MUST_USE enum cf_err cf_zrtp_party_make(const struct cf_zrtp_party_config *config, struct cf_zrtp_party **ret);

/** Free it. Sets the pointer to NULL; NULL is ignored. */
void cf_zrtp_party_destroy(struct cf_zrtp_party **party);

/** Hash of the Hello of @p channel, CF_ZRTP_HELLO_HASH_LEN octets; valid as long as @p party. */
const uint8_t *cf_zrtp_party_hash(const struct cf_zrtp_party *party, size_t channel);

#endif
