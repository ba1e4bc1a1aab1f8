/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash functions of core/auth over OpenSSL. Stateless; any thread. */
#ifndef CF_ADAPT_OPENSSL_HASH_H
#define CF_ADAPT_OPENSSL_HASH_H

#include "core/auth/hash.h"

/** The table. MD5 refuses where the system's policy forbids it. */
const struct cf_hash *cf_openssl_hash(void);

/** SHA-1 of @p octets into 20 octets of @p out, for the handshake of WebSocket, where it protects nothing. */
bool cf_openssl_sha1(struct cf_span octets, uint8_t *out);

#endif
