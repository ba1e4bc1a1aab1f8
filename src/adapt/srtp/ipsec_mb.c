/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AES and SHA-1 by ipsec-mb (amd64). Two of its managers side by side: the best one of the processor for AES-GCM by direct call,
 * which needs no burst; for AES-CM with HMAC-SHA1 the SSE one where the processor has SHA instructions: two packets interleaved
 * there beat eight in vector lanes for the small bursts that we have, and a lone packet costs a third.
 */
#include "adapt/srtp/cipher.h"

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <stdalign.h>

enum { HMAC_BLOCK = 64, AES_SCHEDULE_LEN = 16 * 15, GCM_TAG_LEN = 16 };

/* An expanded key of AES-CM and HMAC-SHA1. */
struct cm_key {
    uint8_t schedule[AES_SCHEDULE_LEN];
    uint8_t inner[CF_SRTP_DIGEST_LEN]; /* SHA-1 state after the block of key and ipad */
    uint8_t outer[CF_SRTP_DIGEST_LEN]; /* the same with opad */
};

/* An expanded key. */
struct imb_key {
    alignas(CF_SRTP_KEY_ALIGN) union {
        struct cm_key cm;
        struct gcm_key_data gcm;
    } u;
};

/* State of one thread. */
struct imb_state {
    IMB_MGR *gcm; /* owned */
    IMB_MGR *cm;  /* owned */
    IMB_JOB cipher_jobs[CF_SRTP_BURST_MAX];
    IMB_JOB hash_jobs[CF_SRTP_BURST_MAX];
    uint8_t digests[CF_SRTP_BURST_MAX][CF_SRTP_DIGEST_LEN];
};

static struct imb_key *own(struct cf_cipher_key *key) {
    return (struct imb_key *)(void *)key;
}

static const struct imb_key *own_const(const struct cf_cipher_key *key) {
    return (const struct imb_key *)(const void *)key;
}

static void close_library(void *state) {
    struct imb_state *s = state;
    if (s->gcm != NULL) {
        free_mb_mgr(s->gcm);
    }
    if (s->cm != NULL) {
        free_mb_mgr(s->cm);
    }
    OPENSSL_clear_free(s, sizeof *s);
}

/* Managers for what the processor has; false if it has not even AES instructions. */
static bool open_managers(struct imb_state *s) {
    s->gcm = alloc_mb_mgr(0);
    s->cm = alloc_mb_mgr(0);
    if (s->gcm == NULL || s->cm == NULL) {
        return false;
    }
    init_mb_mgr_auto(s->gcm, NULL);
    if (imb_get_errno(s->gcm) != 0 || (s->gcm->features & IMB_FEATURE_AESNI) == 0) {
        return false;
    }
    if ((s->gcm->features & IMB_FEATURE_SHANI) != 0) {
        init_mb_mgr_sse(s->cm);
    } else {
        init_mb_mgr_auto(s->cm, NULL);
    }
    return imb_get_errno(s->cm) == 0;
}

static void *open_library(void) {
    struct imb_state *s = OPENSSL_zalloc(sizeof *s);
    if (s != NULL && !open_managers(s)) {
        close_library(s);
        return NULL;
    }
    return s;
}

static void begin_hmac(const IMB_MGR *mgr, uint8_t *sha, const uint8_t *auth, uint8_t pad) {
    uint8_t block[HMAC_BLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < CF_SRTP_AUTH_KEY_LEN; i++) {
        block[i] ^= auth[i];
    }
    IMB_SHA1_ONE_BLOCK(mgr, block, sha);
    cf_srtp_wipe(block, sizeof block);
}

static bool init_key(void *state, struct cf_cipher_key *key, const struct cf_cipher_keys *keys) {
    struct imb_state *s = state;
    struct imb_key *k = own(key);
    alignas(16) uint8_t unused[AES_SCHEDULE_LEN]; /* the schedule of decryption */
    switch (keys->kind) {
    case CF_CIPHER_CM_128:
        IMB_AES_KEYEXP_128(s->cm, keys->key, k->u.cm.schedule, unused);
        break;
    case CF_CIPHER_CM_192:
        IMB_AES_KEYEXP_192(s->cm, keys->key, k->u.cm.schedule, unused);
        break;
    case CF_CIPHER_CM_256:
        IMB_AES_KEYEXP_256(s->cm, keys->key, k->u.cm.schedule, unused);
        break;
    case CF_CIPHER_GCM_128:
        IMB_AES128_GCM_PRE(s->gcm, keys->key, &k->u.gcm);
        return true;
    case CF_CIPHER_GCM_256:
        IMB_AES256_GCM_PRE(s->gcm, keys->key, &k->u.gcm);
        return true;
    case CF_CIPHER_KIND_COUNT:
    default:
        CF_BUG("no such kind");
    }
    cf_srtp_wipe(unused, sizeof unused);
    begin_hmac(s->cm, k->u.cm.inner, keys->auth, 0x36);
    begin_hmac(s->cm, k->u.cm.outer, keys->auth, 0x5c);
    return true;
}

static void fini_key(void *state, struct cf_cipher_key *key) {
    (void)state;
    (void)key;
}

/* Encrypt or decrypt, which is the same, those of @ops that are good. */
static void crypt_ctr(struct imb_state *s, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    uint32_t jobs = 0;
    for (size_t i = 0; i < count; i++) {
        struct cf_cipher_op *op = &ops[i];
        if (!op->is_good || op->len == 0) {
            continue;
        }
        IMB_JOB *job = &s->cipher_jobs[jobs++];
        job->enc_keys = own_const(op->key)->u.cm.schedule;
        job->dec_keys = job->enc_keys;
        job->key_len_in_bytes = cf_cipher_key_len(kind);
        job->src = op->src;
        job->dst = op->dst;
        job->cipher_start_src_offset_in_bytes = 0;
        job->msg_len_to_cipher_in_bytes = op->len;
        job->iv = op->iv;
        job->iv_len_in_bytes = sizeof op->iv;
    }
    if (jobs > 0) {
        (void)IMB_SUBMIT_CIPHER_BURST_NOCHECK(s->cm, s->cipher_jobs, jobs, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
                                              (IMB_KEY_SIZE_BYTES)cf_cipher_key_len(kind));
    }
}

/* HMAC of every one of @ops into s->digests. */
static void hash(struct imb_state *s, struct cf_cipher_op *ops, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct cm_key *key = &own_const(ops[i].key)->u.cm;
        IMB_JOB *job = &s->hash_jobs[i];
        job->src = ops[i].aad;
        job->hash_start_src_offset_in_bytes = 0;
        job->msg_len_to_hash_in_bytes = ops[i].aad_len;
        job->auth_tag_output = s->digests[i];
        job->auth_tag_output_len_in_bytes = CF_SRTP_DIGEST_LEN;
        job->u.HMAC._hashed_auth_key_xor_ipad = key->inner;
        job->u.HMAC._hashed_auth_key_xor_opad = key->outer;
    }
    (void)IMB_SUBMIT_HASH_BURST_NOCHECK(s->cm, s->hash_jobs, (uint32_t)count, IMB_AUTH_HMAC_SHA_1);
}

static void seal_cm(struct imb_state *s, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ops[i].is_good = true;
    }
    crypt_ctr(s, kind, ops, count);
    hash(s, ops, count);
    for (size_t i = 0; i < count; i++) {
        memcpy(ops[i].tag, s->digests[i], ops[i].tag_len);
    }
}

static void open_cm(struct imb_state *s, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    hash(s, ops, count);
    for (size_t i = 0; i < count; i++) {
        ops[i].is_good = CRYPTO_memcmp(s->digests[i], ops[i].tag, ops[i].tag_len) == 0;
    }
    crypt_ctr(s, kind, ops, count);
}

static void seal_gcm(struct imb_state *s, enum cf_cipher_kind kind, struct cf_cipher_op *op) {
    struct gcm_context_data ctx CF_SCRATCH;
    aes_gcm_enc_dec_t seal_one = kind == CF_CIPHER_GCM_128 ? s->gcm->gcm128_enc : s->gcm->gcm256_enc;
    seal_one(&own_const(op->key)->u.gcm, &ctx, op->dst, op->src, op->len, op->iv, op->aad, op->aad_len, op->tag, GCM_TAG_LEN);
    op->is_good = true;
}

static void open_gcm(struct imb_state *s, enum cf_cipher_kind kind, struct cf_cipher_op *op) {
    struct gcm_context_data ctx CF_SCRATCH;
    uint8_t tag[GCM_TAG_LEN];
    aes_gcm_enc_dec_t open_one = kind == CF_CIPHER_GCM_128 ? s->gcm->gcm128_dec : s->gcm->gcm256_dec;
    open_one(&own_const(op->key)->u.gcm, &ctx, op->dst, op->src, op->len, op->iv, op->aad, op->aad_len, tag, GCM_TAG_LEN);
    op->is_good = CRYPTO_memcmp(tag, op->tag, GCM_TAG_LEN) == 0;
}

static void seal(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    if (!cf_cipher_is_gcm(kind)) {
        seal_cm(state, kind, ops, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        seal_gcm(state, kind, &ops[i]);
    }
}

static void open_packets(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    if (!cf_cipher_is_gcm(kind)) {
        open_cm(state, kind, ops, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        open_gcm(state, kind, &ops[i]);
    }
}

static const struct cf_cipher_library library = {
    .name = CF_STR_INIT("ipsec-mb"),
    .key_size = sizeof(struct imb_key),
    .open = open_library,
    .close = close_library,
    .key_init = init_key,
    .key_fini = fini_key,
    .seal = seal,
    .open_packets = open_packets,
};

const struct cf_cipher_library *cf_cipher_ipsec_mb(void) {
    return &library;
}
