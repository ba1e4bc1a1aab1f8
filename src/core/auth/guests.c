/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests: keys, revoked ids, two ways to prove a token. */
#include "core/auth/guests.h"

#include "core/auth/accounts.h"

/* A revoked id. */
struct revoked {
    struct cf_map_node node;
    struct cf_link link;
    char id[CF_TOKEN_ID_MAX];
    int64_t expires;
};

void cf_guests_init(struct cf_guests *guests, const struct cf_mem *mem, const struct cf_hash *hash, struct cf_str issuer,
                    uint64_t seed) {
    *guests = (struct cf_guests){.mem = mem, .hash = hash, .issuer = issuer};
    cf_map_init(&guests->revoked, mem, seed);
    cf_list_init(&guests->order);
}

static void forget(struct cf_guests *guests, struct revoked *revoked) {
    cf_map_remove(&guests->revoked, &revoked->node);
    cf_list_remove(&revoked->link);
    cf_mem_free(guests->mem, revoked, sizeof *revoked);
}

void cf_guests_fini(struct cf_guests *guests) {
    CF_LIST_EACH (&guests->order, link, following) {
        forget(guests, CF_OF(link, struct revoked, link));
    }
    cf_map_fini(&guests->revoked);
    cf_mem_wipe(&guests->keys, sizeof guests->keys);
}

void cf_guests_set_keys(struct cf_guests *guests, const struct cf_token_keys *keys) {
    guests->keys = *keys;
}

/* What has expired needs no list any more; if all is still needed, the first goes. */
static void make_room(struct cf_guests *guests, int64_t now_sec) {
    struct revoked *first = NULL;
    CF_LIST_EACH (&guests->order, link, following) {
        struct revoked *each = CF_OF(link, struct revoked, link);
        if (each->expires <= now_sec) {
            forget(guests, each);
        } else if (first == NULL || each->expires < first->expires) {
            first = each;
        }
    }
    if (guests->revoked.count >= CF_GUESTS_REVOKED_MAX && first != NULL) {
        forget(guests, first);
        guests->forgotten++;
    }
}

enum cf_err cf_guests_revoke(struct cf_guests *guests, struct cf_str id, int64_t expires, int64_t now_sec) {
    if (id.len == 0 || id.len > CF_TOKEN_ID_MAX) {
        return CF_ERR_MALFORMED;
    }
    if (cf_map_get(&guests->revoked, id) != NULL) {
        return CF_OK;
    }
    if (guests->revoked.count >= CF_GUESTS_REVOKED_MAX) {
        make_room(guests, now_sec);
    }
    struct revoked *revoked = cf_mem_alloc(guests->mem, sizeof *revoked);
    if (revoked == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memcpy(revoked->id, id.at, id.len);
    revoked->expires = expires;
    if (cf_map_add(&guests->revoked, &revoked->node, cf_str_n(revoked->id, id.len)) != CF_OK) {
        cf_mem_free(guests->mem, revoked, sizeof *revoked);
        return CF_ERR_NO_MEMORY;
    }
    cf_list_append(&guests->order, &revoked->link);
    return CF_OK;
}

bool cf_guests_is_revoked(const struct cf_guests *guests, const struct cf_token *token) {
    return cf_map_get(&guests->revoked, token->id) != NULL ||
           (token->link.len > 0 && cf_map_get(&guests->revoked, token->link) != NULL);
}

enum cf_token_verdict cf_guests_check(struct cf_guests *guests, struct cf_str text, enum cf_token_kind kind, int64_t now_sec,
                                      char *room, struct cf_token *ret) {
    enum cf_token_verdict verdict = cf_token_read(guests->hash, &guests->keys, text, kind, guests->issuer, now_sec, room, ret);
    verdict = verdict == CF_TOKEN_GOOD && cf_guests_is_revoked(guests, ret) ? CF_TOKEN_REVOKED : verdict;
    guests->refused += verdict == CF_TOKEN_GOOD ? 0 : 1;
    return verdict;
}

bool cf_guests_is_username(struct cf_str username) {
    /* Longer than any account's name can be. */
    return username.len > CF_ACCOUNT_NAME_MAX && username.len <= CF_TOKEN_MAX && cf_str_find(username, '.') < username.len;
}

enum cf_token_verdict cf_guests_secret(struct cf_guests *guests, struct cf_str username, enum cf_digest_algorithm algorithm,
                                       struct cf_str realm, int64_t now_sec, char *room, struct cf_token *ret,
                                       struct cf_digest_hex *ret_secret) {
    char text[CF_TOKEN_MAX];
    char signature[CF_TOKEN_SIGNATURE_LEN];
    struct cf_writer w;
    struct cf_str password = cf_str_n(signature, sizeof signature);
    if (!cf_token_signature(guests->hash, &guests->keys, username, signature)) {
        guests->refused++;
        return CF_TOKEN_FORGED;
    }
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, username);
    cf_put_char(&w, '.');
    cf_put(&w, password);
    if (!cf_writer_ok(&w) || cf_digest_secret(guests->hash, algorithm, username, realm, password, ret_secret) != CF_OK) {
        return CF_TOKEN_MALFORMED;
    }
    return cf_guests_check(guests, cf_writer_str(&w), CF_TOKEN_GUEST, now_sec, room, ret);
}
