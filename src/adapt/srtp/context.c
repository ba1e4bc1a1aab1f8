/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contexts: session keys from master keys, and SSRCs. */
#include "adapt/srtp/engine.h"

/* Labels of key derivation, RFC 3711 section 4.3. */
enum label {
    LABEL_RTP_KEY,
    LABEL_RTP_AUTH,
    LABEL_RTP_SALT,
    LABEL_RTCP_KEY,
    LABEL_RTCP_AUTH,
    LABEL_RTCP_SALT,
};

/* Session keys for RTP or RTCP, before they are expanded. */
struct session_keys {
    uint8_t key[CF_SRTP_KEY_MAX];
    uint8_t auth[CF_SRTP_AUTH_KEY_LEN];
};

static bool kind_of(enum cf_srtp_suite suite, enum cf_cipher_kind *ret_kind) {
    switch (suite) {
    case CF_SRTP_AES_CM_128_HMAC_SHA1_80:
    case CF_SRTP_AES_CM_128_HMAC_SHA1_32:
        *ret_kind = CF_CIPHER_CM_128;
        return true;
    case CF_SRTP_AES_192_CM_HMAC_SHA1_80:
    case CF_SRTP_AES_192_CM_HMAC_SHA1_32:
        *ret_kind = CF_CIPHER_CM_192;
        return true;
    case CF_SRTP_AES_256_CM_HMAC_SHA1_80:
    case CF_SRTP_AES_256_CM_HMAC_SHA1_32:
        *ret_kind = CF_CIPHER_CM_256;
        return true;
    case CF_SRTP_AEAD_AES_128_GCM:
        *ret_kind = CF_CIPHER_GCM_128;
        return true;
    case CF_SRTP_AEAD_AES_256_GCM:
        *ret_kind = CF_CIPHER_GCM_256;
        return true;
    case CF_SRTP_NONE:
    case CF_SRTP_SUITE_COUNT:
    default:
        return false;
    }
}

/* Derive and expand the keys whose labels begin at @first_label. */
static enum cf_err make_keys(struct cf_srtp_engine *engine, struct cf_srtp_context *srtp, const struct cf_srtp_params *params,
                             enum label first_label) {
    bool is_rtp = first_label == LABEL_RTP_KEY;
    uint8_t label = (uint8_t)first_label;
    uint8_t *salt = is_rtp ? srtp->rtp_salt : srtp->rtcp_salt;
    struct session_keys session;
    struct cf_cipher_keys keys = {.kind = srtp->kind, .key = session.key, .auth = session.auth};
    enum cf_err err = cf_srtp_derive(params->key, params->salt, label, session.key, params->key.len);
    if (err == CF_OK) {
        err = cf_srtp_derive(params->key, params->salt, (uint8_t)(label + 1), session.auth, sizeof session.auth);
    }
    if (err == CF_OK) {
        err = cf_srtp_derive(params->key, params->salt, (uint8_t)(label + 2), salt, params->salt.len);
    }
    if (err == CF_OK && !engine->library->key_init(engine->state, is_rtp ? srtp->rtp_key : srtp->rtcp_key, &keys)) {
        err = CF_ERR_NO_MEMORY;
    }
    cf_srtp_wipe(&session, sizeof session);
    return err;
}

/* Octets from the start of the block at @block to the first expanded key. */
static size_t key_offset(const void *block) {
    uintptr_t end = (uintptr_t)block + sizeof(struct cf_srtp_context);
    uintptr_t aligned = (end + CF_SRTP_KEY_ALIGN - 1) & ~(uintptr_t)(CF_SRTP_KEY_ALIGN - 1);
    return (size_t)(aligned - (uintptr_t)block);
}

static enum cf_err check_params(const struct cf_srtp_params *params, enum cf_cipher_kind *ret_kind) {
    if (!kind_of(params->suite, ret_kind)) {
        return CF_ERR_UNSUPPORTED;
    }
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[params->suite];
    bool is_sound = params->key.len == info->key_len && params->salt.len == info->salt_len && params->streams_max > 0 &&
                    params->streams_max <= CF_SRTP_STREAMS_MAX;
    return is_sound ? CF_OK : CF_ERR_MALFORMED;
}

static void free_block(struct cf_srtp_engine *engine, struct cf_srtp_context *srtp) {
    size_t size = srtp->block_size;
    cf_srtp_streams_fini(&srtp->streams);
    cf_srtp_wipe(srtp, size);
    cf_mem_free(engine->mem, srtp, size);
}

enum cf_err cf_srtp_open(void *ctx, const struct cf_srtp_params *params, struct cf_srtp_context **ret_srtp) {
    struct cf_srtp_engine *engine = ctx;
    enum cf_cipher_kind kind = CF_CIPHER_CM_128;
    enum cf_err err = check_params(params, &kind);
    if (err != CF_OK) {
        return err;
    }
    size_t key_size = engine->library->key_size;
    size_t size = sizeof(struct cf_srtp_context) + CF_SRTP_KEY_ALIGN + 2 * key_size;
    struct cf_srtp_context *srtp = cf_mem_alloc(engine->mem, size);
    if (srtp == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    uint8_t *keys = (uint8_t *)srtp + key_offset(srtp);
    srtp->block_size = size;
    srtp->kind = kind;
    srtp->direction = params->direction;
    srtp->rtp_key = (struct cf_cipher_key *)(void *)keys;
    srtp->rtcp_key = (struct cf_cipher_key *)(void *)(keys + key_size);
    srtp->rtp_tag_len = cf_srtp_suites[params->suite].rtp_tag_len;
    srtp->rtcp_tag_len = cf_srtp_suites[params->suite].rtcp_tag_len;
    err = cf_srtp_streams_init(&srtp->streams, engine->mem, params->streams_max);
    if (err == CF_OK) {
        err = make_keys(engine, srtp, params, LABEL_RTP_KEY);
    }
    if (err == CF_OK) {
        err = make_keys(engine, srtp, params, LABEL_RTCP_KEY);
        if (err != CF_OK) {
            engine->library->key_fini(engine->state, srtp->rtp_key);
        }
    }
    if (err != CF_OK) {
        free_block(engine, srtp);
        return err;
    }
    *ret_srtp = srtp;
    return CF_OK;
}

void cf_srtp_close(void *ctx, struct cf_srtp_context *srtp) {
    struct cf_srtp_engine *engine = ctx;
    if (srtp != NULL) {
        engine->library->key_fini(engine->state, srtp->rtp_key);
        engine->library->key_fini(engine->state, srtp->rtcp_key);
        free_block(engine, srtp);
    }
}

enum cf_err cf_srtp_find_slot(struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t *ret_slot) {
    uint32_t slot = cf_srtp_streams_find(&srtp->streams, ssrc);
    if (slot == CF_SRTP_SLOT_NONE) {
        enum cf_err err = cf_srtp_streams_add(&srtp->streams, ssrc, 0, &slot);
        if (err != CF_OK) {
            return err;
        }
    }
    srtp->recent = slot;
    *ret_slot = slot;
    return CF_OK;
}

enum cf_err cf_srtp_set_rollover(void *ctx, struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t roc) {
    uint32_t slot = 0;
    (void)ctx;
    enum cf_err err = cf_srtp_slot(srtp, ssrc, &slot);
    if (err != CF_OK) {
        return err;
    }
    if (srtp->streams.slots[slot].rtp.is_started) {
        return CF_ERR_STATE;
    }
    srtp->streams.slots[slot].first_roc = roc;
    return CF_OK;
}
