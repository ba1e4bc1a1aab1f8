/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of flow pairs. */
#include "core/proxy/flow_token.h"

#include "base/reader.h"
#include "base/secret.h"

#define PREFIX CF_STR("ft")
#define PAIR_OCTETS 16
#define MAC_OCTETS 16

static void put_pair(struct cf_writer *w, const struct cf_flow_pair *pair) {
    cf_put_u32(w, pair->caller.h.slot);
    cf_put_u32(w, pair->caller.h.generation);
    cf_put_u32(w, pair->callee.h.slot);
    cf_put_u32(w, pair->callee.h.generation);
}

static void make_mac(const struct cf_hash *hash, struct cf_span key, const struct cf_flow_seal *seal, struct cf_span pair,
                     uint8_t *out) {
    /* The pair has always the same length, and no Call-ID has a zero in it: nothing can be taken for something else. */
    const struct cf_span parts[] = {pair, cf_str_span(seal->call_id), {(const uint8_t *)"", 1}, cf_str_span(seal->caller_tag)};
    bool is_made = hash->hmac_sha256(hash->ctx, key, parts, sizeof parts / sizeof *parts, out);
    cf_assert(is_made);
}

void cf_put_flow_token(struct cf_writer *w, const struct cf_hash *hash, struct cf_span key, const struct cf_flow_seal *seal,
                       const struct cf_flow_pair *pair) {
    uint8_t octets[PAIR_OCTETS];
    uint8_t mac[CF_HASH_SHA256_LEN] = {0};
    struct cf_writer o;
    cf_writer_init(&o, octets, sizeof octets);
    put_pair(&o, pair);
    make_mac(hash, key, seal, cf_writer_span(&o), mac);
    cf_put(w, PREFIX);
    cf_put_hex(w, cf_writer_span(&o));
    cf_put_hex(w, (struct cf_span){mac, MAC_OCTETS});
}

enum cf_err cf_flow_token_read(struct cf_str text, const struct cf_hash *hash, struct cf_span key,
                               const struct cf_flow_seal *seal, struct cf_flow_pair *ret) {
    uint8_t octets[PAIR_OCTETS + MAC_OCTETS];
    uint8_t mac[CF_HASH_SHA256_LEN] = {0};
    size_t len = 0;
    struct cf_reader r;
    if (text.len != CF_FLOW_TOKEN_LEN || !cf_str_starts(text, PREFIX) ||
        cf_hex_decode(cf_str_skip(text, PREFIX.len), octets, sizeof octets, &len) != CF_OK) {
        return CF_ERR_MALFORMED;
    }
    make_mac(hash, key, seal, (struct cf_span){octets, PAIR_OCTETS}, mac);
    if (!cf_secret_eq((struct cf_span){mac, MAC_OCTETS}, (struct cf_span){octets + PAIR_OCTETS, MAC_OCTETS})) {
        return CF_ERR_AUTH;
    }
    cf_reader_init(&r, (struct cf_span){octets, PAIR_OCTETS});
    ret->caller.h.slot = cf_take_u32(&r);
    ret->caller.h.generation = cf_take_u32(&r);
    ret->callee.h.slot = cf_take_u32(&r);
    ret->callee.h.generation = cf_take_u32(&r);
    return CF_OK;
}
