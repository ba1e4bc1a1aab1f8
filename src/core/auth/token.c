/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens: JWT with HS256, made and read. */
#include "core/auth/token.h"

#include "base/rng.h"
#include "base/secret.h"
#include "core/auth/base64url.h"
#include "core/json/json.h"

#define HEADER_MAX 256

static const struct cf_str roles[] = {
    [CF_TOKEN_MODERATOR] = CF_STR_INIT("moderator"),
    [CF_TOKEN_SPEAKER] = CF_STR_INIT("speaker"),
    [CF_TOKEN_LISTENER] = CF_STR_INIT("listener"),
};

static const struct cf_str audiences[] = {
    [CF_TOKEN_LINK] = CF_STR_INIT("confer-link"),
    [CF_TOKEN_GUEST] = CF_STR_INIT("confer-guest"),
    [CF_TOKEN_SESSION] = CF_STR_INIT("confer-session"),
};

struct cf_str cf_token_role_word(enum cf_token_role role) {
    return roles[role];
}

bool cf_token_role_of(struct cf_str word, enum cf_token_role *ret) {
    for (size_t i = 0; i < CF_TOKEN_ROLE_COUNT_; i++) {
        if (cf_str_eq(roles[i], word)) {
            *ret = (enum cf_token_role)i;
            return true;
        }
    }
    return false;
}

void cf_token_key_make(struct cf_token_key *key, const struct cf_entropy *entropy) {
    cf_entropy_word(entropy, key->name, sizeof key->name);
    cf_entropy_fill(entropy, key->secret, sizeof key->secret);
    key->is_set = true;
}

/* --- making --- */

/* Our own texts, and names that were cleaned: what JSON wants escaped is. */
static void put_text(struct cf_writer *w, struct cf_str key, struct cf_str text) {
    static const char digits[] = "0123456789abcdef";
    if (text.at == NULL) {
        return;
    }
    cf_put_lit(w, ",\"");
    cf_put(w, key);
    cf_put_lit(w, "\":\"");
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.at[i];
        if (c == '"' || c == '\\') {
            cf_put_char(w, '\\');
            cf_put_char(w, (char)c);
        } else if (c < 0x20) {
            cf_put_lit(w, "\\u00");
            cf_put_char(w, digits[c >> 4]);
            cf_put_char(w, digits[c & 15]);
        } else {
            cf_put_u8(w, c);
        }
    }
    cf_put_char(w, '"');
}

static void put_claims(struct cf_writer *w, const struct cf_token *token) {
    cf_put_lit(w, "{\"exp\":");
    cf_put_dec(w, (uint64_t)token->expires);
    put_text(w, CF_STR("aud"), audiences[token->kind]);
    put_text(w, CF_STR("iss"), token->issuer);
    put_text(w, CF_STR("jti"), token->id);
    if (token->kind != CF_TOKEN_SESSION) {
        put_text(w, CF_STR("room"), token->room);
        put_text(w, CF_STR("role"), roles[token->role]);
        put_text(w, CF_STR("name"), token->name);
    }
    if (token->kind != CF_TOKEN_LINK) {
        put_text(w, CF_STR("sub"), token->subject);
    }
    if (token->kind == CF_TOKEN_GUEST) {
        put_text(w, CF_STR("link"), token->link);
    }
    cf_put_char(w, '}');
}

static bool sign(const struct cf_hash *hash, const struct cf_token_key *key, struct cf_str part,
                 char ret[CF_TOKEN_SIGNATURE_LEN]) {
    uint8_t mac[CF_HASH_SHA256_LEN];
    struct cf_writer w;
    struct cf_span parts[] = {cf_str_span(part)};
    if (!key->is_set || hash->hmac_sha256 == NULL ||
        !hash->hmac_sha256(hash->ctx, (struct cf_span){key->secret, sizeof key->secret}, parts, 1, mac)) {
        return false;
    }
    cf_writer_init(&w, ret, CF_TOKEN_SIGNATURE_LEN);
    cf_put_base64url(&w, (struct cf_span){mac, sizeof mac});
    return cf_writer_ok(&w);
}

bool cf_token_put(struct cf_writer *w, const struct cf_hash *hash, const struct cf_token_keys *keys,
                  const struct cf_token *token) {
    char text[CF_TOKEN_MAX];
    char signature[CF_TOKEN_SIGNATURE_LEN];
    struct cf_writer plain;
    size_t from = w->len;
    cf_writer_init(&plain, text, sizeof text);
    cf_put_lit(&plain, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"");
    cf_put(&plain, cf_str_n(keys->current.name, sizeof keys->current.name));
    cf_put_lit(&plain, "\"}");
    cf_put_base64url(w, cf_writer_span(&plain));
    cf_put_char(w, '.');
    cf_writer_init(&plain, text, sizeof text);
    put_claims(&plain, token);
    cf_put_base64url(w, cf_writer_span(&plain));
    if (!cf_writer_ok(&plain) || !cf_writer_ok(w)) {
        return false;
    }
    if (!sign(hash, &keys->current, cf_str_n((const char *)w->base + from, w->len - from), signature)) {
        return false;
    }
    cf_put_char(w, '.');
    cf_put(w, cf_str_n(signature, sizeof signature));
    return cf_writer_ok(w) && w->len - from <= CF_TOKEN_MAX;
}

/* --- reading --- */

/* The key that the header names; NULL: none of ours, or another algorithm, or what we would have to understand (RFC 7515 4.1.11).
 */
static const struct cf_token_key *key_of(const struct cf_token_keys *keys, struct cf_str header) {
    char json[HEADER_MAX];
    char texts[HEADER_MAX];
    struct cf_writer plain;
    struct cf_writer room;
    struct cf_json_member members[] = {{.name = CF_STR("alg")}, {.name = CF_STR("kid")}, {.name = CF_STR("crit")}};
    cf_writer_init(&plain, json, sizeof json);
    cf_writer_init(&room, texts, sizeof texts);
    if (!cf_base64url_decode(header, &plain) || cf_json_object(cf_writer_str(&plain), members, 3, &room, NULL) != CF_OK) {
        return NULL;
    }
    if (members[0].value.kind != CF_JSON_TEXT || !cf_str_eq(members[0].value.text, CF_STR("HS256")) ||
        members[1].value.kind != CF_JSON_TEXT || members[2].value.kind != CF_JSON_ABSENT) {
        return NULL;
    }
    const struct cf_token_key *both[] = {&keys->current, &keys->former};
    for (size_t i = 0; i < 2; i++) {
        if (both[i]->is_set && cf_str_eq(cf_str_n(both[i]->name, sizeof both[i]->name), members[1].value.text)) {
            return both[i];
        }
    }
    return NULL;
}

bool cf_token_signature(const struct cf_hash *hash, const struct cf_token_keys *keys, struct cf_str signed_part,
                        char ret[CF_TOKEN_SIGNATURE_LEN]) {
    const struct cf_token_key *key = key_of(keys, cf_str_head(signed_part, cf_str_find(signed_part, '.')));
    return key != NULL && sign(hash, key, signed_part, ret);
}

/* Three parts; the last dot. */
static bool cut(struct cf_str text, struct cf_str *ret_signed, struct cf_str *ret_claims, struct cf_str *ret_signature) {
    size_t first = cf_str_find(text, '.');
    struct cf_str rest = cf_str_skip(text, first + 1);
    size_t second = cf_str_find(rest, '.');
    if (first >= text.len || second >= rest.len) {
        return false;
    }
    *ret_claims = cf_str_head(rest, second);
    *ret_signature = cf_str_skip(rest, second + 1);
    *ret_signed = cf_str_head(text, first + 1 + second);
    return cf_str_find(*ret_signature, '.') == ret_signature->len;
}

enum claim {
    CLAIM_EXP,
    CLAIM_AUD,
    CLAIM_ISS,
    CLAIM_JTI,
    CLAIM_ROOM,
    CLAIM_ROLE,
    CLAIM_NAME,
    CLAIM_SUB,
    CLAIM_LINK,
    CLAIM_NBF,
    CLAIM_COUNT_,
};

/* A text claim of 1 to @p max octets; one that is not there is absent and fits if it may be. */
static bool is_text(const struct cf_json_member *member, size_t max, bool may_be_absent, struct cf_str *ret) {
    const struct cf_json_value *value = &member->value;
    *ret = CF_STR_NONE;
    if (value->kind == CF_JSON_ABSENT) {
        return may_be_absent;
    }
    if (value->kind != CF_JSON_TEXT || value->text.len == 0 || value->text.len > max) {
        return false;
    }
    *ret = value->text;
    return true;
}

static bool take_claims(const struct cf_json_member *members, enum cf_token_kind kind, struct cf_str issuer,
                        struct cf_token *ret) {
    struct cf_str role;
    struct cf_str audience;
    const struct cf_json_value *expires = &members[CLAIM_EXP].value;
    *ret = (struct cf_token){.kind = kind, .role = CF_TOKEN_LISTENER};
    if (expires->kind != CF_JSON_NUMBER || !expires->is_integer || expires->integer < 0) {
        return false;
    }
    ret->expires = expires->integer;
    bool has_all = is_text(&members[CLAIM_AUD], 32, false, &audience) && cf_str_eq(audience, audiences[kind]) &&
                   is_text(&members[CLAIM_ISS], 256, false, &ret->issuer) && cf_str_eq(ret->issuer, issuer) &&
                   is_text(&members[CLAIM_JTI], CF_TOKEN_ID_MAX, false, &ret->id);
    if (kind != CF_TOKEN_SESSION) {
        has_all = has_all && is_text(&members[CLAIM_ROOM], CF_TOKEN_ROOM_MAX, false, &ret->room) &&
                  is_text(&members[CLAIM_ROLE], 16, false, &role) && cf_token_role_of(role, &ret->role) &&
                  is_text(&members[CLAIM_NAME], CF_TOKEN_NAME_MAX, true, &ret->name);
    }
    if (kind != CF_TOKEN_LINK) {
        has_all = has_all && is_text(&members[CLAIM_SUB], CF_TOKEN_SUBJECT_MAX, false, &ret->subject);
    }
    if (kind == CF_TOKEN_GUEST) {
        has_all = has_all && is_text(&members[CLAIM_LINK], CF_TOKEN_ID_MAX, true, &ret->link);
    }
    return has_all;
}

static enum cf_token_verdict read_claims(struct cf_str claims, enum cf_token_kind kind, struct cf_str issuer, int64_t now_sec,
                                         char *room, struct cf_token *ret) {
    char json[CF_TOKEN_MAX];
    struct cf_writer plain;
    struct cf_writer texts;
    struct cf_json_member members[CLAIM_COUNT_] = {
        [CLAIM_EXP] = {.name = CF_STR("exp")},   [CLAIM_AUD] = {.name = CF_STR("aud")},   [CLAIM_ISS] = {.name = CF_STR("iss")},
        [CLAIM_JTI] = {.name = CF_STR("jti")},   [CLAIM_ROOM] = {.name = CF_STR("room")}, [CLAIM_ROLE] = {.name = CF_STR("role")},
        [CLAIM_NAME] = {.name = CF_STR("name")}, [CLAIM_SUB] = {.name = CF_STR("sub")},   [CLAIM_LINK] = {.name = CF_STR("link")},
        [CLAIM_NBF] = {.name = CF_STR("nbf")}};
    cf_writer_init(&plain, json, sizeof json);
    cf_writer_init(&texts, room, CF_TOKEN_MAX);
    if (!cf_base64url_decode(claims, &plain) ||
        cf_json_object(cf_writer_str(&plain), members, CLAIM_COUNT_, &texts, NULL) != CF_OK ||
        !take_claims(members, kind, issuer, ret)) {
        return CF_TOKEN_MALFORMED;
    }
    const struct cf_json_value *from = &members[CLAIM_NBF].value;
    if (from->kind != CF_JSON_ABSENT && (from->kind != CF_JSON_NUMBER || !from->is_integer || from->integer > now_sec)) {
        return CF_TOKEN_MALFORMED;
    }
    return now_sec < ret->expires ? CF_TOKEN_GOOD : CF_TOKEN_EXPIRED;
}

enum cf_token_verdict cf_token_read(const struct cf_hash *hash, const struct cf_token_keys *keys, struct cf_str text,
                                    enum cf_token_kind kind, struct cf_str issuer, int64_t now_sec, char *room,
                                    struct cf_token *ret) {
    struct cf_str signed_part;
    struct cf_str claims;
    struct cf_str signature;
    char expected[CF_TOKEN_SIGNATURE_LEN];
    if (text.len > CF_TOKEN_MAX || !cut(text, &signed_part, &claims, &signature)) {
        return CF_TOKEN_MALFORMED;
    }
    if (!cf_token_signature(hash, keys, signed_part, expected) ||
        !cf_secret_eq((struct cf_span){(const uint8_t *)expected, sizeof expected}, cf_str_span(signature))) {
        return CF_TOKEN_FORGED;
    }
    return read_claims(claims, kind, issuer, now_sec, room, ret);
}
