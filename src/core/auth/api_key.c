/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/auth/api_key.h"

#include "base/writer.h"

bool cf_api_key_digest(const struct cf_hash *hash, struct cf_str secret, char *out) {
    uint8_t digest[CF_HASH_SHA256_LEN];
    const struct cf_span parts[] = {cf_str_span(secret)};
    struct cf_writer w;
    if (!hash->sha256(hash->ctx, parts, 1, digest)) {
        return false;
    }
    cf_writer_init(&w, out, CF_API_KEY_DIGEST_LEN);
    cf_put_hex(&w, (struct cf_span){digest, sizeof digest});
    return cf_writer_ok(&w);
}
