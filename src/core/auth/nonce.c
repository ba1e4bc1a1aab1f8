/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nonces of the digest server. */
#include "core/auth/nonce.h"

#include "base/err.h"
#include "base/reader.h"
#include "base/secret.h"
#include "base/writer.h"

#define TIME_DIGITS 16
#define SERIAL_BITS 11 /* below the microseconds, of which 53 bits last for centuries */
#define MAC_OCTETS 16
#define WINDOW 64 /* counts below the highest that may still come: UDP changes the order */

struct used_nonce {
    struct cf_map_node node;
    struct cf_link link;
    char text[CF_NONCE_LEN];
    uint32_t highest;
    uint64_t seen; /* bit n: highest - n */
};

void cf_nonces_init(struct cf_nonces *nonces, const struct cf_mem *mem, const struct cf_hash *hash,
                    const struct cf_entropy *entropy, cf_usec life_usec) {
    *nonces = (struct cf_nonces){.mem = mem, .hash = hash, .life_usec = life_usec};
    cf_entropy_fill(entropy, nonces->key, sizeof nonces->key);
    cf_map_init(&nonces->used, mem, ((uint64_t)cf_entropy_u32(entropy) << 32) | cf_entropy_u32(entropy));
    cf_list_init(&nonces->order);
}

static void forget(struct cf_nonces *nonces, struct used_nonce *used) {
    cf_map_remove(&nonces->used, &used->node);
    cf_list_remove(&used->link);
    cf_mem_free(nonces->mem, used, sizeof *used);
}

void cf_nonces_fini(struct cf_nonces *nonces) {
    CF_LIST_EACH (&nonces->order, link, following) {
        forget(nonces, CF_OF(link, struct used_nonce, link));
    }
    cf_map_fini(&nonces->used);
    memset(nonces->key, 0, sizeof nonces->key);
}

static void put_time(struct cf_writer *w, cf_usec now, uint16_t serial) {
    uint8_t octets[8];
    struct cf_writer time;
    cf_writer_init(&time, octets, sizeof octets);
    cf_put_u64(&time, (uint64_t)now << SERIAL_BITS | (serial & ((1U << SERIAL_BITS) - 1)));
    cf_put_hex(w, cf_writer_span(&time));
}

static void put_mac(const struct cf_nonces *nonces, struct cf_str time, struct cf_writer *w) {
    uint8_t mac[CF_HASH_SHA256_LEN] = {0};
    struct cf_span part = cf_str_span(time);
    bool is_made = nonces->hash->hmac_sha256(nonces->hash->ctx, (struct cf_span){nonces->key, sizeof nonces->key}, &part, 1, mac);
    cf_assert(is_made);
    cf_put_hex(w, (struct cf_span){mac, MAC_OCTETS});
}

void cf_nonce_make(struct cf_nonces *nonces, cf_usec now, char *out) {
    struct cf_writer w;
    cf_writer_init(&w, out, CF_NONCE_LEN);
    put_time(&w, now, ++nonces->serial);
    put_mac(nonces, cf_writer_str(&w), &w);
    cf_assert(cf_writer_ok(&w) && w.len == CF_NONCE_LEN);
}

bool cf_nonce_is_ours(const struct cf_nonces *nonces, struct cf_str nonce) {
    char expected[2 * MAC_OCTETS];
    struct cf_writer w;
    if (nonce.len != CF_NONCE_LEN) {
        return false;
    }
    cf_writer_init(&w, expected, sizeof expected);
    put_mac(nonces, cf_str_head(nonce, TIME_DIGITS), &w);
    return cf_secret_eq(cf_writer_span(&w), cf_str_span(cf_str_skip(nonce, TIME_DIGITS)));
}

static cf_usec made_at(struct cf_str nonce) {
    uint8_t octets[8] = {0};
    size_t len = 0;
    struct cf_reader r;
    if (cf_hex_decode(cf_str_head(nonce, TIME_DIGITS), octets, sizeof octets, &len) != CF_OK) {
        return 0;
    }
    cf_reader_init(&r, (struct cf_span){octets, sizeof octets});
    return (cf_usec)(cf_take_u64(&r) >> SERIAL_BITS);
}

static enum cf_nonce_verdict use_again(struct used_nonce *used, uint32_t count) {
    if (count > used->highest) {
        uint32_t step = count - used->highest;
        used->seen = step >= WINDOW ? 0 : used->seen << step;
        used->seen |= 1;
        used->highest = count;
        return CF_NONCE_GOOD;
    }
    uint32_t back = used->highest - count;
    if (back >= WINDOW) {
        return CF_NONCE_REPLAYED;
    }
    uint64_t bit = UINT64_C(1) << back;
    if ((used->seen & bit) != 0) {
        return CF_NONCE_REPLAYED;
    }
    used->seen |= bit;
    return CF_NONCE_GOOD;
}

static enum cf_nonce_verdict use_first(struct cf_nonces *nonces, struct cf_str nonce, uint32_t count) {
    /* A nonce that begins in the middle was in use before and forgotten: its counts are not known. */
    if (count > WINDOW) {
        return CF_NONCE_STALE;
    }
    struct used_nonce *used = cf_mem_alloc(nonces->mem, sizeof *used);
    if (used == NULL) {
        return CF_NONCE_STALE;
    }
    memcpy(used->text, nonce.at, CF_NONCE_LEN);
    used->highest = count;
    used->seen = 1;
    if (cf_map_add(&nonces->used, &used->node, cf_str_n(used->text, CF_NONCE_LEN)) != CF_OK) {
        cf_mem_free(nonces->mem, used, sizeof *used);
        return CF_NONCE_STALE;
    }
    cf_list_append(&nonces->order, &used->link);
    return CF_NONCE_GOOD;
}

static void forget_old(struct cf_nonces *nonces, cf_usec now) {
    struct cf_link *first = cf_list_first(&nonces->order);
    while (first != NULL) {
        struct used_nonce *used = CF_OF(first, struct used_nonce, link);
        bool is_old = now - made_at(cf_str_n(used->text, CF_NONCE_LEN)) > nonces->life_usec;
        if (!is_old && nonces->used.count < CF_NONCE_USED_MAX) {
            return;
        }
        forget(nonces, used);
        first = cf_list_first(&nonces->order);
    }
}

enum cf_nonce_verdict cf_nonce_use(struct cf_nonces *nonces, struct cf_str nonce, uint32_t count, cf_usec now) {
    if (!cf_nonce_is_ours(nonces, nonce)) {
        return CF_NONCE_FOREIGN;
    }
    if (now - made_at(nonce) > nonces->life_usec || made_at(nonce) > now) {
        return CF_NONCE_STALE;
    }
    forget_old(nonces, now);
    struct cf_map_node *node = cf_map_get(&nonces->used, nonce);
    if (node == NULL) {
        return use_first(nonces, nonce, count);
    }
    return use_again(CF_OF(node, struct used_nonce, node), count);
}
