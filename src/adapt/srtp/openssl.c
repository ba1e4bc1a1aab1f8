/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES and SHA-1 by OpenSSL. Two things make it fast: a cipher context keyed once, of which only the IV changes, and the SHA-1
 * states of HMAC after its first blocks, copied per packet. The SHA-1 functions are the plain ones that OpenSSL 3 calls
 * deprecated: the ones it recommends instead allocate for every packet (docs/adr/0021-srtp-is-ours.md).
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "adapt/srtp/cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdalign.h>

enum { HMAC_BLOCK = 64, GCM_TAG_LEN = 16 };

/* An expanded key. */
struct openssl_key {
    alignas(CF_SRTP_KEY_ALIGN) EVP_CIPHER_CTX *encrypt; /* owned; CTR needs only this one */
    EVP_CIPHER_CTX *decrypt;                            /* owned; GCM only */
    SHA_CTX inner;                                      /* after the block of key and ipad */
    SHA_CTX outer;                                      /* after the block of key and opad */
};

static struct openssl_key *own(struct cf_cipher_key *key) {
    return (struct openssl_key *)(void *)key;
}

static const struct openssl_key *own_const(const struct cf_cipher_key *key) {
    return (const struct openssl_key *)(const void *)key;
}

static const EVP_CIPHER *cipher_of(enum cf_cipher_kind kind) {
    switch (kind) {
    case CF_CIPHER_CM_128:
        return EVP_aes_128_ctr();
    case CF_CIPHER_CM_192:
        return EVP_aes_192_ctr();
    case CF_CIPHER_CM_256:
        return EVP_aes_256_ctr();
    case CF_CIPHER_GCM_128:
        return EVP_aes_128_gcm();
    case CF_CIPHER_GCM_256:
        return EVP_aes_256_gcm();
    case CF_CIPHER_KIND_COUNT:
    default:
        CF_BUG("no such kind");
        return NULL;
    }
}

/* SHA-1 over the first block of HMAC (RFC 2104). */
static void begin_hmac(SHA_CTX *sha, const uint8_t *auth, uint8_t pad) {
    uint8_t block[HMAC_BLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < CF_SRTP_AUTH_KEY_LEN; i++) {
        block[i] ^= auth[i];
    }
    SHA1_Init(sha);
    SHA1_Update(sha, block, sizeof block);
    cf_srtp_wipe(block, sizeof block);
}

static EVP_CIPHER_CTX *new_cipher(const struct cf_cipher_keys *keys, int encrypt) {
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx != NULL && EVP_CipherInit_ex(ctx, cipher_of(keys->kind), NULL, keys->key, NULL, encrypt) != 1) {
        EVP_CIPHER_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

static void fini_key(void *state, struct cf_cipher_key *key) {
    (void)state;
    EVP_CIPHER_CTX_free(own(key)->encrypt);
    EVP_CIPHER_CTX_free(own(key)->decrypt);
}

static bool init_key(void *state, struct cf_cipher_key *key, const struct cf_cipher_keys *keys) {
    struct openssl_key *k = own(key);
    bool is_gcm = cf_cipher_is_gcm(keys->kind);
    k->encrypt = new_cipher(keys, 1);
    k->decrypt = is_gcm ? new_cipher(keys, 0) : NULL;
    if (k->encrypt == NULL || (is_gcm && k->decrypt == NULL)) {
        fini_key(state, key);
        return false;
    }
    if (!is_gcm) {
        begin_hmac(&k->inner, keys->auth, 0x36);
        begin_hmac(&k->outer, keys->auth, 0x5c);
    }
    return true;
}

static void hmac(const struct openssl_key *key, const uint8_t *at, size_t len, uint8_t digest[CF_SRTP_DIGEST_LEN]) {
    SHA_CTX sha = key->inner;
    SHA1_Update(&sha, at, len);
    SHA1_Final(digest, &sha);
    sha = key->outer;
    SHA1_Update(&sha, digest, CF_SRTP_DIGEST_LEN);
    SHA1_Final(digest, &sha);
}

/* AES-CTR is its own inverse. */
static bool crypt_ctr(const struct cf_cipher_op *op) {
    EVP_CIPHER_CTX *ctx = own_const(op->key)->encrypt;
    int len = 0;
    return EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, op->iv) == 1 &&
           (op->len == 0 || EVP_EncryptUpdate(ctx, op->dst, &len, op->src, (int)op->len) == 1);
}

static void seal_cm(struct cf_cipher_op *op) {
    uint8_t digest[CF_SRTP_DIGEST_LEN];
    op->is_good = crypt_ctr(op);
    hmac(own_const(op->key), op->aad, op->aad_len, digest);
    memcpy(op->tag, digest, op->tag_len);
}

static void open_cm(struct cf_cipher_op *op) {
    uint8_t digest[CF_SRTP_DIGEST_LEN];
    hmac(own_const(op->key), op->aad, op->aad_len, digest);
    op->is_good = CRYPTO_memcmp(digest, op->tag, op->tag_len) == 0 && crypt_ctr(op);
}

static void seal_gcm(struct cf_cipher_op *op) {
    EVP_CIPHER_CTX *ctx = own_const(op->key)->encrypt;
    int len = 0;
    uint8_t none[GCM_TAG_LEN];
    op->is_good = EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, op->iv) == 1 &&
                  EVP_EncryptUpdate(ctx, NULL, &len, op->aad, (int)op->aad_len) == 1 &&
                  (op->len == 0 || EVP_EncryptUpdate(ctx, op->dst, &len, op->src, (int)op->len) == 1) &&
                  EVP_EncryptFinal_ex(ctx, none, &len) == 1 &&
                  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_LEN, op->tag) == 1;
}

static void open_gcm(struct cf_cipher_op *op) {
    EVP_CIPHER_CTX *ctx = own_const(op->key)->decrypt;
    int len = 0;
    uint8_t none[GCM_TAG_LEN];
    op->is_good = EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, op->iv) == 1 &&
                  EVP_DecryptUpdate(ctx, NULL, &len, op->aad, (int)op->aad_len) == 1 &&
                  (op->len == 0 || EVP_DecryptUpdate(ctx, op->dst, &len, op->src, (int)op->len) == 1) &&
                  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_LEN, op->tag) == 1 &&
                  EVP_DecryptFinal_ex(ctx, none, &len) == 1;
}

static void seal(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (cf_cipher_is_gcm(kind)) {
            seal_gcm(&ops[i]);
        } else {
            seal_cm(&ops[i]);
        }
    }
}

static void open_packets(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (cf_cipher_is_gcm(kind)) {
            open_gcm(&ops[i]);
        } else {
            open_cm(&ops[i]);
        }
    }
}

/* There is no state but the keys: any address that is not NULL will do. */
static void *open_library(void) {
    static char none;
    return &none;
}

static void close_library(void *state) {
    (void)state;
}

const struct cf_cipher_library cf_cipher_openssl = {
    .name = CF_STR_INIT("OpenSSL"),
    .key_size = sizeof(struct openssl_key),
    .open = open_library,
    .close = close_library,
    .key_init = init_key,
    .key_fini = fini_key,
    .seal = seal,
    .open_packets = open_packets,
};
