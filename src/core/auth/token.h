/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens of this server: JSON Web Tokens (RFC 7519) signed by HMAC-SHA-256 (HS256, RFC 7518 section 3.2), of three kinds told
 * apart by their audience: a meeting link, a guest, a session of an account at the HTTP interface. Other programs that have the
 * key can make them with any library (docs/web-api.md).
 *
 * Reading is strict (attacks T23): HS256 and nothing else, whatever the header says; the key named by "kid" and no other; the
 * signature is compared in constant time before anything inside is looked at; no member twice; all that a kind needs is there;
 * an audience, an issuer, a time that do not fit are refused. Pure: time and keys come in. No allocation.
 */
#ifndef CF_CORE_AUTH_TOKEN_H
#define CF_CORE_AUTH_TOKEN_H

#include "base/writer.h"
#include "core/auth/hash.h"

/** Longest token, octets. */
#define CF_TOKEN_MAX 1024

/** Longest texts inside. */
#define CF_TOKEN_ROOM_MAX 64
#define CF_TOKEN_NAME_MAX 128
#define CF_TOKEN_SUBJECT_MAX 80
#define CF_TOKEN_ID_MAX 32

/** Octets of a key; digits of its name. */
#define CF_TOKEN_KEY_LEN 32
#define CF_TOKEN_KEY_NAME_LEN 8

/** What a token is for. */
enum cf_token_kind {
    CF_TOKEN_LINK,    /**< whoever has it may become a guest of .room: "confer-link" */
    CF_TOKEN_GUEST,   /**< .subject is a guest of .room: "confer-guest" */
    CF_TOKEN_SESSION, /**< .subject is an account at the HTTP interface: "confer-session" */
};

/** What one is in the room. */
enum cf_token_role {
    CF_TOKEN_MODERATOR,
    CF_TOKEN_SPEAKER,
    CF_TOKEN_LISTENER,
    CF_TOKEN_ROLE_COUNT_,
};

/** A key and its name. */
struct cf_token_key {
    char name[CF_TOKEN_KEY_NAME_LEN]; /**< "kid" */
    uint8_t secret[CF_TOKEN_KEY_LEN];
    bool is_set;
};

/** The key that signs, and the one before, which is still good for reading. */
struct cf_token_keys {
    struct cf_token_key current;
    struct cf_token_key former;
};

/** What is inside. Views. */
struct cf_token {
    enum cf_token_kind kind;
    struct cf_str issuer;    /**< "iss": the SIP domain */
    struct cf_str id;        /**< "jti" */
    struct cf_str room;      /**< LINK, GUEST: key of the conference */
    enum cf_token_role role; /**< LINK, GUEST */
    struct cf_str name;      /**< LINK, GUEST: display name; absent: none */
    struct cf_str subject;   /**< GUEST: user part of the guest's address; SESSION: account */
    struct cf_str link;      /**< GUEST: id of the link that it came by; absent: by PIN */
    int64_t expires;         /**< "exp": seconds since 1970; not good from then on */
};

/** What a text is. */
enum cf_token_verdict {
    CF_TOKEN_GOOD,
    CF_TOKEN_MALFORMED, /**< no token, or not of that kind, or something is missing */
    CF_TOKEN_FORGED,    /**< another algorithm, key or signature */
    CF_TOKEN_EXPIRED,
    CF_TOKEN_REVOKED, /**< never from here: by who keeps a list, see guests.h */
};

/** The word of a role ("speaker"), and the role of a word. */
struct cf_str cf_token_role_word(enum cf_token_role role);
bool cf_token_role_of(struct cf_str word, enum cf_token_role *ret);

/** Make a key out of @p entropy's octets. */
struct cf_entropy;
void cf_token_key_make(struct cf_token_key *key, const struct cf_entropy *entropy);

/** Write @p token signed by the current key. False: no room for it in @p w, a text too long, or the hash refuses. */
bool cf_token_put(struct cf_writer *w, const struct cf_hash *hash, const struct cf_token_keys *keys,
                  const struct cf_token *token);

/**
 * Read @p text as a token of @p kind by @p issuer at @p now_sec, seconds since 1970. Texts of @p ret are in @p room, which has
 * CF_TOKEN_MAX octets; nothing of it may be used unless the verdict is CF_TOKEN_GOOD.
 */
enum cf_token_verdict cf_token_read(const struct cf_hash *hash, const struct cf_token_keys *keys, struct cf_str text,
                                    enum cf_token_kind kind, struct cf_str issuer, int64_t now_sec, char *room,
                                    struct cf_token *ret);

/** The signature over @p signed_part ("header.claims"), as it stands in a token. False if its header names no key of ours. */
#define CF_TOKEN_SIGNATURE_LEN 43
bool cf_token_signature(const struct cf_hash *hash, const struct cf_token_keys *keys, struct cf_str signed_part,
                        char ret[CF_TOKEN_SIGNATURE_LEN]);

#endif
