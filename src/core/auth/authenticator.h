/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The digest server (RFC 3261 section 22, RFC 7616, RFC 8760): looks at the credentials of a request and says who sent it, or
 * what to answer. Strongest algorithm offered first. An account that does not exist is treated exactly as a wrong password is, in
 * answer and in work, so that names can't be guessed. Addresses (of IPv6: networks of 64 bits) that fail too often have to wait.
 * One thread.
 */
#ifndef CF_CORE_AUTH_AUTHENTICATOR_H
#define CF_CORE_AUTH_AUTHENTICATOR_H

#include "base/addr.h"
#include "core/auth/accounts.h"
#include "core/auth/guests.h"
#include "core/auth/nonce.h"
#include "core/sip/message.h"

/** Addresses whose failures are remembered. */
#define CF_AUTH_ADDRESSES_MAX 4096

/** Settings; kept by reference where they point. */
struct cf_authenticator_config {
    const struct cf_mem *mem;
    const struct cf_hash *hash;
    const struct cf_entropy *entropy;
    const struct cf_accounts *accounts;
    struct cf_guests *guests; /**< NULL: there are none */
    struct cf_str realm;      /**< of the challenges, kept by reference */
    struct cf_str algorithms; /**< offered, in order, separated by blanks: "SHA-256 MD5"; kept by reference */
    cf_usec nonce_life_usec;
    uint32_t failures_max; /**< wrong credentials from one address within a minute */
};

/** A digest server. */
struct cf_authenticator {
    struct cf_authenticator_config config;
    struct cf_nonces nonces;
    struct cf_map addresses; /**< failures by address */
    struct cf_list order;    /**< the same, oldest first */
    struct cf_str tokens_at; /**< see cf_authenticator_set_tokens_at(); empty: not told */
    uint64_t failures;       /**< wrong credentials, in all */
    uint64_t lock_outs;      /**< requests not looked at because their address has to wait */
};

/** Whose credentials are wanted. */
enum cf_auth_role {
    CF_AUTH_SERVER, /**< 401, WWW-Authenticate, Authorization: as registrar or focus */
    CF_AUTH_PROXY,  /**< 407, Proxy-Authenticate, Proxy-Authorization */
};

/** Who has sent a request: an account, or a guest. */
struct cf_auth_identity {
    const struct cf_account *account; /**< NULL: a guest; valid until accounts change */
    struct cf_token guest;            /**< its texts are in .room */
    char room[CF_TOKEN_MAX];
};

/** A request that may have credentials in its fields, at a server that is not SIP's. */
struct cf_auth_request {
    struct cf_str method; /**< "POST" */
    struct cf_str uri;    /**< as it was sent: the "uri" of the credentials must be the same */
    struct cf_str value;  /**< of Authorization; absent: none */
};

/** What was found. */
enum cf_auth_verdict {
    CF_AUTH_PASSED,      /**< the identity sent it */
    CF_AUTH_CHALLENGE,   /**< no credentials, or stale or wrong ones: answer 401 or 407 with cf_authenticator_put_challenge() */
    CF_AUTH_STALE,       /**< the same with stale=true: the password was right */
    CF_AUTH_LOCKED,      /**< too many failures from there: answer 403 */
    CF_AUTH_MISDIRECTED, /**< credentials for another resource than the Request-URI's (RFC 7616 section 3.4.6): answer 400 */
    CF_AUTH_NO_TOKEN,    /**< a guest's token that is no good (any more): as CHALLENGE, with cf_authenticator_put_bearer() */
};

/** Set up. */
void cf_authenticator_init(struct cf_authenticator *auth, const struct cf_authenticator_config *config);

/** Free. */
void cf_authenticator_fini(struct cf_authenticator *auth);

/** When something is judged: deadlines go by one, tokens by the other. */
struct cf_auth_time {
    cf_usec now;
    int64_t wall_sec; /**< seconds since 1970 */
};

/**
 * Judge @p msg, which came from @p source. @p takes_bearer: what it came over keeps secrets, so a token may be in it as it is.
 * @p ret is filled in on CF_AUTH_PASSED.
 */
enum cf_auth_verdict cf_authenticator_check(struct cf_authenticator *auth, const struct cf_sip_message *msg,
                                            enum cf_auth_role role, bool takes_bearer, const struct cf_addr *source,
                                            struct cf_auth_time time, struct cf_auth_identity *ret);

/** Judge a request of HTTP by the account's password (RFC 7616). Verdicts as above, but for guests: there are none. */
enum cf_auth_verdict cf_authenticator_check_http(struct cf_authenticator *auth, const struct cf_auth_request *request,
                                                 const struct cf_addr *source, cf_usec now,
                                                 const struct cf_account **ret_account);

/** Has @p source failed too often, so that nothing is to be looked at? And: it has failed once more. */
bool cf_authenticator_is_locked(struct cf_authenticator *auth, const struct cf_addr *source, cf_usec now);
void cf_authenticator_note_failure(struct cf_authenticator *auth, const struct cf_addr *source, cf_usec now);

/** Other settings, from now on; @p algorithms is kept by reference. */
void cf_authenticator_set(struct cf_authenticator *auth, struct cf_str algorithms, cf_usec nonce_life_usec,
                          uint32_t failures_max);

/** Where tokens for guests come from: a URL, kept by reference, for cf_authenticator_put_bearer(). */
void cf_authenticator_set_tokens_at(struct cf_authenticator *auth, struct cf_str url);

/** Write the challenge for a token (RFC 8898 section 2.1): @p error absent, or "invalid_token". */
void cf_authenticator_put_bearer(const struct cf_authenticator *auth, struct cf_str error, struct cf_writer *w);

/** Write the challenges, one field an algorithm. */
void cf_authenticator_put_challenge(struct cf_authenticator *auth, enum cf_auth_role role, bool is_stale, cf_usec now,
                                    struct cf_writer *w);

#endif
