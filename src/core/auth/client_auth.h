/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's side of digest authentication (RFC 3261 section 22, RFC 7616, RFC 8760): answers challenges of one configured peer
 * in one configured realm, and nobody else's. That is the point: whoever we call may answer with a challenge, and a client that
 * answers every one of them computes hashes of its password for strangers (the "digest leak").
 *
 * Three locks: the request must have gone to the configured peer (its host name in the URI that the request was routed by, or an
 * address learnt that way); the realm must be the configured one, octet by octet; and a 401, which comes from the far end and not
 * from a proxy on the way, is only answered if the Request-URI is in the peer's domain.
 *
 * Keeps the last challenge of each kind, so that later requests carry credentials at once (RFC 7616 section 3.6). Strongest use:
 * qop auth, or auth-int if nothing else is offered. Single-threaded, no time.
 */
#ifndef CF_CORE_AUTH_CLIENT_AUTH_H
#define CF_CORE_AUTH_CLIENT_AUTH_H

#include "base/addr.h"
#include "base/mem.h"
#include "base/rng.h"
#include "core/auth/digest.h"
#include "core/sip/message.h"

/** Most addresses of the peer that are remembered; the oldest is forgotten first. */
#define CF_CLIENT_AUTH_PEERS_MAX 8

/** Most answers to challenges for one request. */
#define CF_CLIENT_AUTH_ATTEMPTS_MAX 3

/** Whose challenges are answered, and with what. Strings are copied. */
struct cf_client_account {
    struct cf_str peer_host; /**< host of the registrar or outbound proxy, as in the URI by which requests go there */
    struct cf_str domain;    /**< host of Request-URIs for which a 401 is answered; absent: peer_host */
    struct cf_str realm;     /**< the only one that is answered */
    struct cf_str username;
    struct cf_str password;
    bool is_md5_refused; /**< answer SHA-256 and better only */
};

/** A challenge that may be used again. Private. */
struct cf_client_challenge {
    struct cf_str strings; /**< owned: nonce and opaque */
    struct cf_str nonce;   /**< view into strings; absent: none kept */
    struct cf_str opaque;  /**< view into strings; absent: none given */
    enum cf_digest_algorithm algorithm;
    enum cf_digest_qop qop;
    bool is_session;
    bool wants_userhash;
    uint32_t nonce_count; /**< times used */
};

/** Credentials for one peer. Members are private. */
struct cf_client_auth {
    const struct cf_mem *mem;
    const struct cf_hash *hash;
    const struct cf_entropy *entropy;
    struct cf_str strings; /**< owned: those of account */
    struct cf_client_account account;
    struct cf_client_challenge server; /**< WWW-Authenticate */
    struct cf_client_challenge proxy;  /**< Proxy-Authenticate */
    struct cf_addr peers[CF_CLIENT_AUTH_PEERS_MAX];
    uint8_t peer_count;
    uint8_t peer_next;
};

/** A request that wants credentials. Borrowed. */
struct cf_client_auth_request {
    struct cf_str method;
    struct cf_sip_uri uri; /**< Request-URI */
    struct cf_span body;   /**< for auth-int */
    bool is_to_peer;       /**< it goes, or went, to the configured peer */
    uint8_t attempts;      /**< challenges to it that were answered before */
};

/** Keep @p account; @p mem, @p hash and @p entropy by reference. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_client_auth_init(struct cf_client_auth *auth, const struct cf_mem *mem, const struct cf_hash *hash,
                                            const struct cf_entropy *entropy, const struct cf_client_account *account);

/** Wipe and free. */
void cf_client_auth_fini(struct cf_client_auth *auth);

/** Is @p host the configured peer? */
bool cf_client_auth_is_peer_host(const struct cf_client_auth *auth, struct cf_str host);

/** Is @p addr an address of the peer, whatever the port? */
bool cf_client_auth_is_peer_addr(const struct cf_client_auth *auth, const struct cf_addr *addr);

/** A request that was routed by the peer's host name was answered from @p addr: flows to it are the peer's. */
void cf_client_auth_learn(struct cf_client_auth *auth, const struct cf_addr *addr);

/**
 * @p response (401 or 407) to @p request came: take its challenge, so that the next cf_client_auth_put() answers it. CF_OK: send
 * the request again, with the next CSeq. CF_ERR_FORBIDDEN: not the peer, or another realm: treat the response as final.
 * CF_ERR_AUTH: tried before with these credentials, they are wrong. CF_ERR_UNSUPPORTED: no algorithm or qop that we have.
 * CF_ERR_MALFORMED, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_client_auth_on_challenge(struct cf_client_auth *auth, const struct cf_client_auth_request *request,
                                                    const struct cf_sip_message *response);

/** Write Authorization and Proxy-Authorization for @p request as whole lines, as far as there are challenges and the locks allow.
 */
CF_MUST_USE enum cf_err cf_client_auth_put(struct cf_client_auth *auth, const struct cf_client_auth_request *request,
                                           struct cf_writer *w);

/** Most octets that cf_client_auth_put() writes for a Request-URI of @p uri_len octets. */
size_t cf_client_auth_size(const struct cf_client_auth *auth, size_t uri_len);

#endif
