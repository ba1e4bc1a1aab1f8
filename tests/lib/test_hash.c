/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash functions over OpenSSL's EVP. */
#include "lib/test_hash.h"

#include "lib/test.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

static bool digest(const EVP_MD *md, const struct cf_span *parts, size_t count, uint8_t *out) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_non_null(ctx);
    assert_int_equal(EVP_DigestInit_ex(ctx, md, NULL), 1);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(EVP_DigestUpdate(ctx, parts[i].at, parts[i].len), 1);
    }
    assert_int_equal(EVP_DigestFinal_ex(ctx, out, NULL), 1);
    EVP_MD_CTX_free(ctx);
    return true;
}

static bool md5(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return digest(EVP_md5(), parts, count, out);
}

static bool sha256(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return digest(EVP_sha256(), parts, count, out);
}

static bool sha512_256(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return digest(EVP_sha512_256(), parts, count, out);
}

static bool hmac(const EVP_MD *md, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out, size_t size) {
    uint8_t text[4096];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(parts[i].len <= sizeof text - len);
        if (parts[i].len > 0) {
            memcpy(text + len, parts[i].at, parts[i].len);
        }
        len += parts[i].len;
    }
    unsigned out_len = 0;
    assert_non_null(HMAC(md, key.at, (int)key.len, text, len, out, &out_len));
    return out_len == size;
}

static bool hmac_sha256(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return hmac(EVP_sha256(), key, parts, count, out, CF_HASH_SHA256_LEN);
}

static bool hmac_sha1(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    return hmac(EVP_sha1(), key, parts, count, out, CF_STUN_SHA1_LEN);
}

const struct cf_hash test_hash = {.md5 = md5, .sha256 = sha256, .sha512_256 = sha512_256, .hmac_sha256 = hmac_sha256};

const struct cf_stun_hash test_stun_hash = {.hmac_sha1 = hmac_sha1, .md5 = md5};
