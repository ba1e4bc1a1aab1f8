/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash functions over OpenSSL. */
#include "adapt/openssl/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static bool digest(const EVP_MD *md, const struct cf_span *parts, size_t count, uint8_t *out) {
    EVP_MD_CTX *ctx = md == NULL ? NULL : EVP_MD_CTX_new();
    bool is_done = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1;
    for (size_t i = 0; is_done && i < count; i++) {
        is_done = EVP_DigestUpdate(ctx, parts[i].at, parts[i].len) == 1;
    }
    is_done = is_done && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return is_done;
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

static bool update_all(EVP_MAC_CTX *mac, const struct cf_span *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (EVP_MAC_update(mac, parts[i].at, parts[i].len) != 1) {
            return false;
        }
    }
    return true;
}

static bool hmac_sha256(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    char name[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_utf8_string("digest", name, 0), OSSL_PARAM_END};
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = algorithm == NULL ? NULL : EVP_MAC_CTX_new(algorithm);
    size_t len = 0;
    bool is_done = mac != NULL && EVP_MAC_init(mac, key.at, key.len, params) == 1 && update_all(mac, parts, count) &&
                   EVP_MAC_final(mac, out, &len, CF_HASH_SHA256_LEN) == 1;
    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(algorithm);
    return is_done;
}

const struct cf_hash *cf_openssl_hash(void) {
    static const struct cf_hash hash = {md5, sha256, sha512_256, hmac_sha256, NULL};
    return &hash;
}

bool cf_openssl_sha1(struct cf_span octets, uint8_t *out) {
    return digest(EVP_sha1(), &octets, 1, out);
}
