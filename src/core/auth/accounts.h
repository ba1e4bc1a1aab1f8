/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts of this server: names and, instead of passwords, the hashes that digest needs (RFC 7616 section 3.4.2), one for each
 * algorithm. In memory; the store is the wiring's. Secrets are wiped when they are dropped. Limits: CF_ACCOUNTS_MAX.
 */
#ifndef CF_CORE_AUTH_ACCOUNTS_H
#define CF_CORE_AUTH_ACCOUNTS_H

#include "base/map.h"
#include "core/auth/digest.h"

#define CF_ACCOUNTS_MAX 100000

/** Longest name, octets. */
#define CF_ACCOUNT_NAME_MAX 64

/** Octets of the domain that accounts are for (the realm of their digests). */
#define CF_ACCOUNT_DOMAIN_MAX 256

/** Algorithms for which a secret is kept. */
#define CF_ACCOUNT_SECRETS 3

/** An account. */
struct cf_account {
    struct cf_map_node node; /**< by name */
    char name[CF_ACCOUNT_NAME_MAX];
    uint8_t name_len;
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS]; /**< by enum cf_digest_algorithm; .len 0: none */
};

/** All accounts. */
struct cf_accounts {
    const struct cf_mem *mem;
    struct cf_map by_name;
};

/** No account; @p mem is kept by reference. */
void cf_accounts_init(struct cf_accounts *accounts, const struct cf_mem *mem, uint64_t seed);

/** Free and wipe. */
void cf_accounts_fini(struct cf_accounts *accounts);

/** Add or replace. CF_ERR_MALFORMED (name empty, or with characters a user part would have to escape), CF_ERR_LIMIT,
 * CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_accounts_set(struct cf_accounts *accounts, struct cf_str name,
                                        const struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS]);

/** Remove; nothing happens if there is none of that name. */
void cf_accounts_remove(struct cf_accounts *accounts, struct cf_str name);

/** The account called @p name, or NULL. */
const struct cf_account *cf_accounts_find(const struct cf_accounts *accounts, struct cf_str name);

/** The secrets of @p password for every algorithm that @p hash has. CF_ERR_UNSUPPORTED if it has none. */
CF_MUST_USE enum cf_err cf_account_secrets(const struct cf_hash *hash, struct cf_str name, struct cf_str realm,
                                           struct cf_str password, struct cf_digest_hex ret[CF_ACCOUNT_SECRETS]);

/** May an account be called @p name? */
bool cf_account_name_is_valid(struct cf_str name);

#endif
