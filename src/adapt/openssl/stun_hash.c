/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash functions for STUN over OpenSSL. */
#include "adapt/openssl/stun_hash.h"

#include "adapt/openssl/hash.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

/* Finding an algorithm costs more than a digest of a check: it is done once, and never undone. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MAC *hmac;

static void find_hmac(void) {
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

static bool hmac_sha1(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    char name[] = "SHA1";
    OSSL_PARAM params[] = {OSSL_PARAM_utf8_string("digest", name, 0), OSSL_PARAM_END};
    pthread_once(&once, find_hmac);
    EVP_MAC_CTX *mac = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
    size_t len = 0;
    bool is_done = mac != NULL && EVP_MAC_init(mac, key.at, key.len, params) == 1;
    for (size_t i = 0; is_done && i < count; i++) {
        is_done = EVP_MAC_update(mac, parts[i].at, parts[i].len) == 1;
    }
    is_done = is_done && EVP_MAC_final(mac, out, &len, CF_STUN_SHA1_LEN) == 1 && len == CF_STUN_SHA1_LEN;
    EVP_MAC_CTX_free(mac);
    return is_done;
}

static bool md5(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    const struct cf_hash *hash = cf_openssl_hash();
    return hash->md5(hash->ctx, parts, count, out);
}

const struct cf_stun_hash *cf_openssl_stun_hash(void) {
    static const struct cf_stun_hash hash = {hmac_sha1, md5, NULL};
    return &hash;
}
