/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Credentials of the relay that need not be kept: the user name says until when it is good, "EXPIRY:NAME" with seconds since
 * 1970, and the password is its HMAC-SHA1 under a secret of the server in base64, as TURN REST APIs and browsers' pages have
 * it. So whoever has the secret can hand them out, and nobody else (attacks T31). Pure, any thread.
 */
#ifndef CF_CORE_TURN_CREDENTIAL_H
#define CF_CORE_TURN_CREDENTIAL_H

#include "base/writer.h"
#include "core/stun/integrity.h"

/** Longest user name. */
#define CF_TURN_USER_MAX 128

/** Characters of a password: 20 octets in base64. */
#define CF_TURN_PASSWORD_LEN 28

/** Octets of the key of long-term credentials (RFC 8489 section 9.2.2). */
#define CF_TURN_KEY_LEN 16

/** A credential; both texts end with NUL. */
struct cf_turn_credential {
    char user[CF_TURN_USER_MAX + 1];
    char password[CF_TURN_PASSWORD_LEN + 1];
};

/** Make one for @p name, good until @p expires. False: the name is too long, or the library refuses. */
bool cf_turn_credential_make(const struct cf_stun_hash *hash, struct cf_span secret, struct cf_str name, uint64_t expires,
                             struct cf_turn_credential *ret);

/** The key of user name @p user in @p realm, CF_TURN_KEY_LEN octets. False: the library refuses. */
bool cf_turn_credential_key(const struct cf_stun_hash *hash, struct cf_span secret, struct cf_str realm, struct cf_str user,
                            uint8_t *ret_key);

/** Until when @p user is good, and for whom (a view). False: it is no user name of this kind. */
bool cf_turn_credential_read(struct cf_str user, uint64_t *ret_expires, struct cf_str *ret_name);

#endif
