/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways of agreeing on keys. */
#include "core/offer/keying.h"

/* 165 bits of chance in 32 letters and digits: RFC 8842 section 4 wants 120. */
#define TLS_ID_LEN 32

/* Hash functions, the strongest first (RFC 8122 section 5). MD5 and MD2 are not in it: "MUST NOT" be used. */
static const struct {
    struct cf_str name;
    uint8_t digest_len;
} hashes[] = {
    {CF_STR_INIT("sha-512"), 64}, {CF_STR_INIT("sha-384"), 48}, {CF_STR_INIT("sha-256"), 32},
    {CF_STR_INIT("sha-224"), 28}, {CF_STR_INIT("sha-1"), 20},
};

#define HASH_COUNT (sizeof hashes / sizeof hashes[0])

/* Place of the hash in the table, HASH_COUNT if the fingerprint is not usable. */
static size_t hash_rank(struct cf_str value, struct cf_sdp_fingerprint *ret) {
    size_t rank = 0;
    if (!cf_sdp_fingerprint_parse(value, ret)) {
        return HASH_COUNT;
    }
    while (rank < HASH_COUNT && !cf_str_eq_nocase(ret->hash, hashes[rank].name)) {
        rank++;
    }
    return rank < HASH_COUNT && ret->digest_len == hashes[rank].digest_len ? rank : HASH_COUNT;
}

static void set_fingerprint(struct cf_str hash, const uint8_t *digest, size_t digest_len, struct cf_fingerprint *ret) {
    *ret = (struct cf_fingerprint){.digest_len = (uint8_t)digest_len};
    (void)cf_tag_set(hash, &ret->hash);
    memcpy(ret->digest, digest, digest_len);
}

uint8_t cf_keying_fingerprints(const struct cf_section *section, struct cf_fingerprint ret[CF_MEDIA_FINGERPRINTS_MAX]) {
    const struct cf_attributes *a = &section->attributes;
    size_t best = HASH_COUNT;
    uint8_t count = 0;
    for (size_t i = 0; i < a->fingerprint_count; i++) {
        struct cf_sdp_fingerprint fingerprint;
        size_t rank = hash_rank(a->fingerprints[i], &fingerprint);
        if (rank > best || rank == HASH_COUNT) {
            continue;
        }
        count = rank < best ? 0 : count;
        best = rank;
        set_fingerprint(hashes[rank].name, fingerprint.digest, fingerprint.digest_len, &ret[count++]);
    }
    return count;
}

bool cf_keying_has_dtls(const struct cf_section *section) {
    struct cf_sdp_fingerprint fingerprint;
    const struct cf_attributes *a = &section->attributes;
    bool is_usable = false;
    for (size_t i = 0; i < a->fingerprint_count; i++) {
        is_usable = is_usable || hash_rank(a->fingerprints[i], &fingerprint) < HASH_COUNT;
    }
    /* RFC 8842 section 5.1: holdconn may not be used for DTLS. */
    return is_usable && a->setup != CF_SETUP_HOLDCONN;
}

enum cf_keying cf_keying_of(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer) {
    struct cf_pair_crypto agreed;
    if (cf_profile_is_dtls(local->profile) || (cf_keying_has_dtls(local) && cf_keying_has_dtls(remote))) {
        return CF_KEYING_DTLS;
    }
    if (cf_pair_crypto_of(local, remote, is_local_offer, &agreed)) {
        cf_mem_wipe(&agreed, sizeof agreed);
        return CF_KEYING_SDES;
    }
    bool has_hashes = local->attributes.has_zrtp_hash && remote->attributes.has_zrtp_hash;
    return has_hashes ? CF_KEYING_ZRTP : CF_KEYING_NONE;
}

enum cf_dtls_role cf_keying_dtls_role(enum cf_setup local, enum cf_setup remote) {
    return local == CF_SETUP_ACTIVE || remote == CF_SETUP_PASSIVE ? CF_DTLS_ROLE_CLIENT : CF_DTLS_ROLE_SERVER;
}

/* FNV-1a, 64 bits. Who finds two ids with the same number has fooled himself only: he keeps his old association. */
static uint64_t mix(uint64_t hash, struct cf_str text) {
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (uint8_t)text.at[i]) * 1099511628211U;
    }
    return (hash ^ 0xFFU) * 1099511628211U;
}

uint64_t cf_keying_association(const struct cf_section *local, const struct cf_section *remote) {
    if (local->attributes.tls_id.at == NULL || remote->attributes.tls_id.at == NULL) {
        return 0;
    }
    return mix(mix(14695981039346656037U, local->attributes.tls_id), remote->attributes.tls_id);
}

/* --- ours --- */

static bool is_same_fingerprints(const struct cf_section *a, const struct cf_section *b) {
    struct cf_fingerprint x[CF_MEDIA_FINGERPRINTS_MAX];
    struct cf_fingerprint y[CF_MEDIA_FINGERPRINTS_MAX];
    uint8_t count = cf_keying_fingerprints(a, x);
    return count == cf_keying_fingerprints(b, y) && memcmp(x, y, count * sizeof x[0]) == 0;
}

/* What answers the offerer's role: DTLS server by preference. */
static enum cf_setup complement(enum cf_setup offered) {
    return offered == CF_SETUP_PASSIVE ? CF_SETUP_ACTIVE : CF_SETUP_PASSIVE;
}

/*
 * RFC 8842 section 4: roles, fingerprints and ids that stay keep the association. A change of address alone does not end it:
 * DEVIATION(docs/rfc/8842.md#address).
 */
static bool goes_on(const struct cf_section *offer, const struct cf_keying_before *before, enum cf_dtls_role role) {
    enum cf_setup offered = offer->attributes.setup;
    bool is_same_role = offered == CF_SETUP_ACTPASS || cf_keying_dtls_role(CF_SETUP_NONE, offered) == role;
    return is_same_role && is_same_fingerprints(offer, before->remote) &&
           cf_str_eq(offer->attributes.tls_id, before->remote->attributes.tls_id);
}

static void keep_fingerprint(const struct cf_section *section, struct cf_plan *plan) {
    struct cf_fingerprint list[CF_MEDIA_FINGERPRINTS_MAX];
    if (cf_keying_fingerprints(section, list) > 0) {
        plan->fingerprint = list[0];
    }
}

static void new_fingerprint(const struct cf_local_session *local, struct cf_plan *plan) {
    set_fingerprint(CF_STR("sha-256"), local->fingerprint, 32, &plan->fingerprint);
}

static void new_tls_id(const struct cf_local_session *local, struct cf_plan *plan) {
    plan->tls_id.len = TLS_ID_LEN;
    cf_entropy_word(local->entropy, plan->tls_id.text, TLS_ID_LEN);
}

void cf_keying_answer(const struct cf_local_session *local, const struct cf_section *offer, const struct cf_keying_before *before,
                      struct cf_plan *plan) {
    bool has_id = offer->attributes.tls_id.at != NULL;
    plan->setup = complement(offer->attributes.setup);
    if (before != NULL) {
        enum cf_dtls_role role = cf_keying_dtls_role(before->local->attributes.setup, before->remote->attributes.setup);
        bool is_kept = goes_on(offer, before, role);
        if (is_kept && role == CF_DTLS_ROLE_CLIENT) {
            plan->setup = CF_SETUP_ACTIVE;
        }
        if (is_kept || local->fingerprint == NULL) {
            keep_fingerprint(before->local, plan);
        } else {
            new_fingerprint(local, plan);
        }
        if (has_id && is_kept && before->local->attributes.tls_id.at != NULL &&
            cf_tag_set(before->local->attributes.tls_id, &plan->tls_id)) {
            return;
        }
    } else {
        new_fingerprint(local, plan);
    }
    if (has_id) {
        new_tls_id(local, plan);
    }
}

void cf_keying_offer(const struct cf_local_session *local, const struct cf_keying_before *before, struct cf_plan *plan) {
    plan->setup = CF_SETUP_ACTPASS;
    if (before == NULL) {
        new_fingerprint(local, plan);
        new_tls_id(local, plan);
        return;
    }
    keep_fingerprint(before->local, plan);
    /* One without ids, since the peer does not know them, goes on without. */
    if (before->local->attributes.tls_id.at != NULL && !cf_tag_set(before->local->attributes.tls_id, &plan->tls_id)) {
        new_tls_id(local, plan);
    }
}
