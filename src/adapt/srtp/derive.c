/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key derivation. */
#include "adapt/srtp/cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { BLOCK_LEN = 16, LABEL_AT = 7, DERIVED_MAX = 96 };

size_t cf_cipher_key_len(enum cf_cipher_kind kind) {
    static const uint8_t lens[CF_CIPHER_KIND_COUNT] = {[CF_CIPHER_CM_128] = 16,
                                                       [CF_CIPHER_CM_192] = 24,
                                                       [CF_CIPHER_CM_256] = 32,
                                                       [CF_CIPHER_GCM_128] = 16,
                                                       [CF_CIPHER_GCM_256] = 32};
    return lens[kind];
}

void cf_srtp_wipe(void *memory, size_t size) {
    OPENSSL_cleanse(memory, size);
}

static const EVP_CIPHER *cipher_of(size_t key_len) {
    if (key_len == 16) {
        return EVP_aes_128_ctr();
    }
    return key_len == 24 ? EVP_aes_192_ctr() : EVP_aes_256_ctr();
}

enum cf_err cf_srtp_derive(struct cf_span key, struct cf_span salt, uint8_t label, uint8_t *out, size_t len) {
    static const uint8_t zeros[DERIVED_MAX];
    /*
     * The generator is AES-CTR from salt XOR (label * 2^48), times 2^16 to leave room for the block counter. With a derivation
     * rate of zero the index does not come into it. Salts of 96 bits (RFC 7714) are filled up behind.
     */
    uint8_t block[BLOCK_LEN] = {0};
    int done = 0;
    cf_assert(len <= DERIVED_MAX && salt.len <= BLOCK_LEN - 2);
    memcpy(block, salt.at, salt.len);
    block[LABEL_AT] ^= label;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool is_done = ctx != NULL && EVP_EncryptInit_ex(ctx, cipher_of(key.len), NULL, key.at, block) == 1 &&
                   EVP_EncryptUpdate(ctx, out, &done, zeros, (int)len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return is_done ? CF_OK : CF_ERR_NO_MEMORY;
}
