/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GRUUs. A temporary one is "tgruu." and the hexadecimal digits of nonce, ciphertext and a keyed hash of both. The plaintext is
 * the length of the name, the name filled up to a multiple of 16 (so that its length does not tell who it is), and the mark.
 */
#include "core/registrar/gruu.h"

#include "base/reader.h"
#include "base/secret.h"

#define PREFIX CF_STR("tgruu.")
#define NONCE_LEN 12
#define MARK_LEN 8
#define MAC_LEN 10
#define STEP 16
#define PLAIN_MAX (((1 + CF_GRUU_NAME_MAX + STEP - 1) / STEP) * STEP + MARK_LEN)
#define TOKEN_MAX (NONCE_LEN + PLAIN_MAX + MAC_LEN)

static struct cf_span key_of(const struct cf_gruu_maker *maker) {
    return (struct cf_span){maker->key, sizeof maker->key};
}

/* A keyed hash of up to three parts; @p use keeps those for different purposes apart. */
static void keyed_hash(const struct cf_gruu_maker *maker, const char *use, struct cf_span a, struct cf_span b,
                       uint8_t out[CF_HASH_SHA256_LEN]) {
    const struct cf_span parts[] = {{(const uint8_t *)use, 1}, a, {(const uint8_t *)"", 1}, b};
    bool is_made = maker->hash->hmac_sha256(maker->hash->ctx, key_of(maker), parts, sizeof parts / sizeof *parts, out);
    cf_assert(is_made);
}

/* Of one registration of one device. */
static void make_mark(const struct cf_gruu_maker *maker, const struct cf_binding *binding, uint8_t out[MARK_LEN]) {
    uint8_t hash[CF_HASH_SHA256_LEN] = {0};
    char room[CF_BINDING_TEXT_MAX];
    keyed_hash(maker, "r", cf_str_span(cf_binding_instance(binding, room)), cf_str_span(binding->values.call_id), hash);
    memcpy(out, hash, MARK_LEN);
}

/* Encrypts or decrypts: a stream of keyed hashes of the nonce. */
static void apply_stream(const struct cf_gruu_maker *maker, const uint8_t *nonce, uint8_t *text, size_t len) {
    uint8_t stream[CF_HASH_SHA256_LEN] = {0};
    for (size_t i = 0; i < len; i++) {
        if (i % sizeof stream == 0) {
            uint8_t block = (uint8_t)(i / sizeof stream);
            keyed_hash(maker, "s", (struct cf_span){nonce, NONCE_LEN}, (struct cf_span){&block, 1}, stream);
        }
        text[i] ^= stream[i % sizeof stream];
    }
}

/* RFC 5630 section 5.2.1: a GRUU has the scheme of the contact that it stands for. */
static void put_scheme(struct cf_writer *w, const struct cf_binding *binding) {
    cf_put(w, cf_str_starts_nocase(binding->values.contact, CF_STR("sips:")) ? CF_STR("sips:") : CF_STR("sip:"));
}

void cf_put_public_gruu(struct cf_writer *w, struct cf_str user, struct cf_str host, const struct cf_binding *binding) {
    if (binding->values.instance.len == 0) {
        return;
    }
    put_scheme(w, binding);
    cf_put(w, user);
    cf_put_char(w, '@');
    cf_put(w, host);
    cf_put_lit(w, ";gr=");
    cf_sip_put_escaped_param(w, binding->values.instance);
}

void cf_put_temp_gruu(struct cf_writer *w, const struct cf_gruu_maker *maker, struct cf_str name, struct cf_str host,
                      const struct cf_binding *binding) {
    uint8_t token[TOKEN_MAX] = {0};
    uint8_t mac[CF_HASH_SHA256_LEN] = {0};
    if (binding->values.instance.len == 0 || name.len == 0 || name.len > CF_GRUU_NAME_MAX) {
        return;
    }
    size_t name_len = (1 + name.len + STEP - 1) / STEP * STEP;
    size_t plain_len = name_len + MARK_LEN;
    uint8_t *plain = token + NONCE_LEN;
    cf_entropy_fill(maker->entropy, token, NONCE_LEN);
    plain[0] = (uint8_t)name.len;
    memcpy(plain + 1, name.at, name.len);
    make_mark(maker, binding, plain + name_len);
    apply_stream(maker, token, plain, plain_len);
    keyed_hash(maker, "m", (struct cf_span){token, NONCE_LEN + plain_len}, (struct cf_span){NULL, 0}, mac);
    memcpy(plain + plain_len, mac, MAC_LEN);
    put_scheme(w, binding);
    cf_put(w, PREFIX);
    cf_put_hex(w, (struct cf_span){token, NONCE_LEN + plain_len + MAC_LEN});
    cf_put_char(w, '@');
    cf_put(w, host);
    cf_put_lit(w, ";gr");
}

/* What a token says. False if it is none of ours. */
static bool read_token(const struct cf_gruu_maker *maker, struct cf_str user, char name[CF_GRUU_NAME_MAX], size_t *ret_name_len,
                       uint8_t mark[MARK_LEN]) {
    uint8_t token[TOKEN_MAX];
    uint8_t mac[CF_HASH_SHA256_LEN] = {0};
    size_t len = 0;
    if (cf_hex_decode(cf_str_skip(user, PREFIX.len), token, sizeof token, &len) != CF_OK ||
        len < NONCE_LEN + STEP + MARK_LEN + MAC_LEN) {
        return false;
    }
    size_t plain_len = len - NONCE_LEN - MAC_LEN;
    uint8_t *plain = token + NONCE_LEN;
    keyed_hash(maker, "m", (struct cf_span){token, NONCE_LEN + plain_len}, (struct cf_span){NULL, 0}, mac);
    if (!cf_secret_eq((struct cf_span){mac, MAC_LEN}, (struct cf_span){plain + plain_len, MAC_LEN})) {
        return false;
    }
    apply_stream(maker, token, plain, plain_len);
    *ret_name_len = plain[0];
    if (*ret_name_len > CF_GRUU_NAME_MAX || 1 + *ret_name_len + MARK_LEN > plain_len) {
        return false;
    }
    memcpy(name, plain + 1, *ret_name_len);
    memcpy(mark, plain + plain_len - MARK_LEN, MARK_LEN);
    return true;
}

/* The latest registration with that mark. */
static const struct cf_binding *find_marked(const struct cf_gruu_maker *maker, const struct cf_aor_record *record,
                                            const uint8_t mark[MARK_LEN]) {
    const struct cf_binding *latest = NULL;
    for (const struct cf_binding *b = record == NULL ? NULL : cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        uint8_t own[MARK_LEN];
        make_mark(maker, b, own);
        bool is_it = b->values.instance.len > 0 && memcmp(own, mark, MARK_LEN) == 0;
        if (is_it && (latest == NULL || b->serial > latest->serial)) {
            latest = b;
        }
    }
    return latest;
}

/* "sip:name@domain" and the name in it, which is in its normal form there. */
static void set_account(const struct cf_domains *domains, const struct cf_sip_uri *uri, struct cf_user_target *ret) {
    ret->aor = cf_domains_account_aor(domains, uri, ret->aor_room);
    struct cf_str rest = cf_str_skip(ret->aor, strlen("sip:"));
    ret->name = cf_str_cut(&rest, '@');
}

static void find_temporary(const struct cf_gruu_maker *maker, const struct cf_location *location,
                           const struct cf_domains *domains, const struct cf_sip_uri *uri, struct cf_user_target *ret) {
    char name[CF_GRUU_NAME_MAX];
    uint8_t mark[MARK_LEN];
    size_t name_len = 0;
    ret->verdict = CF_GRUU_VOID;
    if (!read_token(maker, uri->user, name, &name_len, mark)) {
        return;
    }
    struct cf_sip_uri account = *uri;
    account.user = cf_str_n(name, name_len);
    set_account(domains, &account, ret);
    ret->binding = ret->aor.len == 0 ? NULL : find_marked(maker, cf_location_find(location, ret->aor), mark);
    ret->verdict = ret->binding == NULL ? CF_GRUU_VOID : CF_GRUU_DEVICE;
}

static void find_public(const struct cf_location *location, struct cf_str gr, struct cf_user_target *ret) {
    char instance[CF_BINDING_TEXT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, instance, sizeof instance);
    cf_sip_put_unescaped(&w, gr);
    ret->binding = cf_writer_ok(&w) ? cf_location_find_instance(location, ret->aor, cf_writer_str(&w)) : NULL;
    ret->verdict = ret->binding == NULL ? CF_GRUU_ABSENT : CF_GRUU_DEVICE;
}

void cf_user_target_find(const struct cf_gruu_maker *maker, const struct cf_location *location, const struct cf_domains *domains,
                         const struct cf_sip_uri *uri, struct cf_user_target *ret) {
    struct cf_str gr = CF_STR_NONE;
    bool has_gr = cf_sip_param_find(uri->params, CF_STR("gr"), &gr);
    ret->verdict = CF_GRUU_ACCOUNT;
    ret->name = CF_STR_NONE;
    ret->aor = CF_STR_NONE;
    ret->binding = NULL;
    if (!cf_sip_uri_is_sip(uri) || !cf_domains_has(domains, uri->host)) {
        return;
    }
    if (has_gr && gr.len == 0 && cf_str_starts(uri->user, PREFIX)) {
        find_temporary(maker, location, domains, uri, ret);
        return;
    }
    set_account(domains, uri, ret);
    if (ret->aor.len > 0 && gr.len > 0) {
        find_public(location, gr, ret);
    }
}
