/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash functions over OpenSSL. */
#include "adapt/openssl/hash.h"

#include "base/mem.h"
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>

#define HMAC_BLOCK 64 /* octets that SHA-256 takes at a time */

/*
 * The library looks an algorithm up by name each time it is asked for one, which costs several times what a hash of a line
 * does. So each is looked up once, by whoever needs it first; two threads that do so at once agree on one. Kept until the end of
 * the process.
 */
enum known { MD5, SHA1, SHA256, SHA512_256, KNOWN };

static const EVP_MD *digest_of(enum known which) {
    static _Atomic(EVP_MD *) found[KNOWN];
    static const char *const names[KNOWN] = {[MD5] = "MD5", [SHA1] = "SHA1", [SHA256] = "SHA256", [SHA512_256] = "SHA512-256"};
    EVP_MD *md = atomic_load(&found[which]);
    if (md == NULL) {
        EVP_MD *mine = EVP_MD_fetch(NULL, names[which], NULL);
        if (mine != NULL && atomic_compare_exchange_strong(&found[which], &md, mine)) {
            return mine;
        }
        EVP_MD_free(mine);
    }
    return md;
}

static bool update_all(EVP_MD_CTX *ctx, const struct cf_span *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (EVP_DigestUpdate(ctx, parts[i].at, parts[i].len) != 1) {
            return false;
        }
    }
    return true;
}

static bool digest(const EVP_MD *md, const struct cf_span *parts, size_t count, uint8_t *out) {
    EVP_MD_CTX *ctx = md == NULL ? NULL : EVP_MD_CTX_new();
    bool is_done = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 && update_all(ctx, parts, count) &&
                   EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return is_done;
}

static bool md5(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return digest(digest_of(MD5), parts, count, out);
}

static bool sha256(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return digest(digest_of(SHA256), parts, count, out);
}

static bool sha512_256(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return digest(digest_of(SHA512_256), parts, count, out);
}

/* The key with each octet changed by @p pad, and then the parts: one of the two hashes that RFC 2104 section 2 puts into another.
 */
static bool padded(EVP_MD_CTX *ctx, const uint8_t *key, uint8_t pad, const struct cf_span *parts, size_t count, uint8_t *out) {
    uint8_t block[HMAC_BLOCK];
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] = key[i] ^ pad;
    }
    bool is_done = EVP_DigestInit_ex(ctx, digest_of(SHA256), NULL) == 1 && EVP_DigestUpdate(ctx, block, sizeof block) == 1 &&
                   update_all(ctx, parts, count) && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    cf_mem_wipe(block, sizeof block);
    return is_done;
}

/* RFC 2104 over the library's hash: its own HMAC takes three times as long to be set up as to be computed. */
static bool hmac_sha256(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    uint8_t block[HMAC_BLOCK] = {0};
    uint8_t inner[CF_HASH_SHA256_LEN];
    const struct cf_span inner_part = {inner, sizeof inner};
    EVP_MD_CTX *md = digest_of(SHA256) == NULL ? NULL : EVP_MD_CTX_new();
    bool is_done = md != NULL;
    if (key.len > sizeof block) {
        is_done = is_done && digest(digest_of(SHA256), &key, 1, block);
    } else if (key.len > 0) {
        memcpy(block, key.at, key.len);
    }
    is_done = is_done && padded(md, block, 0x36, parts, count, inner) && padded(md, block, 0x5c, &inner_part, 1, out);
    cf_mem_wipe(block, sizeof block);
    cf_mem_wipe(inner, sizeof inner);
    EVP_MD_CTX_free(md);
    return is_done;
}

const struct cf_hash *cf_openssl_hash(void) {
    static const struct cf_hash hash = {md5, sha256, sha512_256, hmac_sha256, NULL};
    return &hash;
}

bool cf_openssl_sha1(struct cf_span octets, uint8_t *out) {
    return digest(digest_of(SHA1), &octets, 1, out);
}
