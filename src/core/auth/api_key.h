/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the HTTP interface: "cfk_", an id, '_', a secret. Of the secret only a digest is kept. */
#ifndef CF_CORE_AUTH_API_KEY_H
#define CF_CORE_AUTH_API_KEY_H

#include "core/auth/hash.h"

/** Letters of the digest as it is kept: SHA-256 in hexadecimal. */
#define CF_API_KEY_DIGEST_LEN (2 * CF_HASH_SHA256_LEN)

/** The digest of @p secret into @p out, CF_API_KEY_DIGEST_LEN letters. False: the library refuses. */
bool cf_api_key_digest(const struct cf_hash *hash, struct cf_str secret, char *out);

#endif
