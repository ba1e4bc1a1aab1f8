/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may come without an account: the keys of tokens (token.h) and the ids of those that were revoked, with how long each has to
 * be remembered. A guest is made out of a link or a PIN by the HTTP interface, gets an address with a '~' in its user part, which
 * no account can have, and proves it with its token, in one of two ways: as it is (RFC 8898, "Bearer"), or as digest credentials
 * whose user name is the signed part of the token and whose password is the signature (so that clients that know digest only,
 * and transports without encryption, do). Nothing is kept of a guest but what is in the token.
 *
 * Limits: CF_GUESTS_REVOKED_MAX; the one that expires first is forgotten to make room, which is counted. One thread.
 */
#ifndef CF_CORE_AUTH_GUESTS_H
#define CF_CORE_AUTH_GUESTS_H

#include "base/map.h"
#include "core/auth/digest.h"
#include "core/auth/token.h"

/** Revoked ids at a time. */
#define CF_GUESTS_REVOKED_MAX 10000

/** User parts of guests begin with it. */
#define CF_GUEST_PREFIX CF_STR("guest~")

/** Guests of a server. */
struct cf_guests {
    const struct cf_mem *mem;
    const struct cf_hash *hash;
    struct cf_token_keys keys;
    struct cf_str issuer; /**< the SIP domain, kept by reference */
    struct cf_map revoked;
    struct cf_list order; /**< the same, oldest first */
    uint64_t refused;     /**< tokens that were no good, since start */
    uint64_t forgotten;   /**< revoked ids that there was no room for */
};

/** No keys: every token is forged. @p mem, @p hash, @p issuer are kept by reference. */
void cf_guests_init(struct cf_guests *guests, const struct cf_mem *mem, const struct cf_hash *hash, struct cf_str issuer,
                    uint64_t seed);

/** Free; wipe the keys. */
void cf_guests_fini(struct cf_guests *guests);

/** These keys from now on (copied). */
void cf_guests_set_keys(struct cf_guests *guests, const struct cf_token_keys *keys);

/** Tokens with this id, and guests that came by the link of this id, are no good any more; remember it until @p expires. */
CF_MUST_USE enum cf_err cf_guests_revoke(struct cf_guests *guests, struct cf_str id, int64_t expires, int64_t now_sec);

/** Was @p token, or the link that it came by, revoked? */
bool cf_guests_is_revoked(const struct cf_guests *guests, const struct cf_token *token);

/** Is a token of @p kind good now? As cf_token_read(), and CF_TOKEN_REVOKED. */
enum cf_token_verdict cf_guests_check(struct cf_guests *guests, struct cf_str text, enum cf_token_kind kind, int64_t now_sec,
                                      char *room, struct cf_token *ret);

/** Is @p username of digest credentials the signed part of a token? */
bool cf_guests_is_username(struct cf_str username);

/**
 * The token behind digest credentials with @p username, and the secret that they must have been made with in @p realm. Verdicts
 * as cf_guests_check().
 */
enum cf_token_verdict cf_guests_secret(struct cf_guests *guests, struct cf_str username, enum cf_digest_algorithm algorithm,
                                       struct cf_str realm, int64_t now_sec, char *room, struct cf_token *ret,
                                       struct cf_digest_hex *ret_secret);

#endif
