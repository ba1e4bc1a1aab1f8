/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nonces. */
#include "core/turn/nonce.h"

#include "base/reader.h"
#include "base/secret.h"

#define TIME_LEN 8
#define HASH_LEN 8

/* The nonce that was made for @client at @made. */
static bool put(const struct cf_stun_hash *hash, struct cf_span key, const struct cf_addr *client, const uint8_t *made,
                char *ret_nonce) {
    uint8_t digest[CF_STUN_SHA1_LEN];
    uint8_t port[2];
    struct cf_writer w;
    cf_set_be16(port, client->port);
    const struct cf_span parts[] = {{made, TIME_LEN}, {client->ip, sizeof client->ip}, {port, sizeof port}};
    if (!hash->hmac_sha1(hash->ctx, key, parts, sizeof parts / sizeof parts[0], digest)) {
        return false;
    }
    cf_writer_init(&w, ret_nonce, CF_TURN_NONCE_LEN);
    cf_put_hex(&w, (struct cf_span){made, TIME_LEN});
    cf_put_hex(&w, (struct cf_span){digest, HASH_LEN});
    return cf_writer_ok(&w);
}

bool cf_turn_nonce_make(const struct cf_stun_hash *hash, struct cf_span key, const struct cf_addr *client, cf_usec now,
                        char *ret_nonce) {
    uint8_t made[TIME_LEN];
    struct cf_writer w;
    cf_writer_init(&w, made, sizeof made);
    cf_put_u64(&w, (uint64_t)now);
    return put(hash, key, client, made, ret_nonce);
}

static bool nibble_of(char c, uint8_t *ret) {
    if (c >= '0' && c <= '9') {
        *ret = (uint8_t)(c - '0');
        return true;
    }
    *ret = (uint8_t)(c - 'a' + 10);
    return c >= 'a' && c <= 'f';
}

static bool read_time(struct cf_str nonce, uint8_t *made, cf_usec *ret) {
    uint64_t value = 0;
    for (size_t i = 0; i < 2 * TIME_LEN; i++) {
        uint8_t nibble = 0;
        if (!nibble_of(nonce.at[i], &nibble)) {
            return false;
        }
        value = value << 4 | nibble;
        made[i / 2] = (uint8_t)value;
    }
    *ret = (cf_usec)value;
    return value <= INT64_MAX;
}

bool cf_turn_nonce_is_good(const struct cf_stun_hash *hash, struct cf_span key, const struct cf_addr *client, struct cf_str nonce,
                           cf_usec now) {
    uint8_t made[TIME_LEN];
    char right[CF_TURN_NONCE_LEN];
    cf_usec made_at = 0;
    if (nonce.len != CF_TURN_NONCE_LEN || !read_time(nonce, made, &made_at) || !put(hash, key, client, made, right)) {
        return false;
    }
    bool is_ours = cf_secret_eq(cf_str_span(nonce), (struct cf_span){(const uint8_t *)right, sizeof right});
    return is_ours && made_at <= now && now - made_at < CF_TURN_NONCE_LIFE;
}
