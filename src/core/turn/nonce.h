/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nonces of the relay (RFC 8489 section 9.2): the time they were made and a keyed hash of it and of whom they are for, so that
 * none has to be remembered. Pure, any thread.
 */
#ifndef CF_CORE_TURN_NONCE_H
#define CF_CORE_TURN_NONCE_H

#include "base/addr.h"
#include "base/usec.h"
#include "core/stun/integrity.h"

/** Characters: 16 of the time and 16 of the hash, hexadecimal. */
#define CF_TURN_NONCE_LEN 32

/** How long one is good. */
#define CF_TURN_NONCE_LIFE CF_SEC(600)

/** Make one for @p client. False: the library refuses. */
bool cf_turn_nonce_make(const struct cf_stun_hash *hash, struct cf_span key, const struct cf_addr *client, cf_usec now,
                        char *ret_nonce);

/** Is @p nonce ours, for @p client, and not too old? */
bool cf_turn_nonce_is_good(const struct cf_stun_hash *hash, struct cf_span key, const struct cf_addr *client, struct cf_str nonce,
                           cf_usec now);

#endif
