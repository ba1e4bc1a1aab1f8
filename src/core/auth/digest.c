/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digest arithmetic. The letters A1, A2 and KD are those of RFC 7616 section 3.4. */
#include "core/auth/digest.h"

#include "base/reader.h"
#include "base/writer.h"

#define PARTS_MAX 12

/* What is hashed: parts with colons between them. */
struct input {
    struct cf_span parts[PARTS_MAX];
    size_t count;
};

static void add(struct input *in, struct cf_str part) {
    cf_assert(in->count + 2 <= PARTS_MAX);
    if (in->count > 0) {
        in->parts[in->count++] = cf_str_span(CF_STR(":"));
    }
    in->parts[in->count++] = cf_str_span(part);
}

static enum cf_err hash_hex(const struct cf_hash *hash, enum cf_digest_algorithm algorithm, const struct cf_span *parts,
                            size_t count, struct cf_digest_hex *ret) {
    cf_hash_fn *const functions[] = {
        [CF_DIGEST_MD5] = hash->md5,
        [CF_DIGEST_SHA256] = hash->sha256,
        [CF_DIGEST_SHA512_256] = hash->sha512_256,
    };
    static const size_t lengths[] = {
        [CF_DIGEST_MD5] = CF_HASH_MD5_LEN,
        [CF_DIGEST_SHA256] = CF_HASH_SHA256_LEN,
        [CF_DIGEST_SHA512_256] = CF_HASH_SHA512_256_LEN,
    };
    uint8_t out[CF_HASH_LEN_MAX];
    if (functions[algorithm] == NULL || !functions[algorithm](hash->ctx, parts, count, out)) {
        return CF_ERR_UNSUPPORTED;
    }
    struct cf_writer w;
    cf_writer_init(&w, ret->text, sizeof ret->text);
    cf_put_hex(&w, (struct cf_span){out, lengths[algorithm]});
    cf_assert(cf_writer_ok(&w));
    ret->len = (uint8_t)w.len;
    return CF_OK;
}

static enum cf_err hash_input(const struct cf_hash *hash, enum cf_digest_algorithm algorithm, const struct input *in,
                              struct cf_digest_hex *ret) {
    return hash_hex(hash, algorithm, in->parts, in->count, ret);
}

static const struct cf_str algorithm_names[] = {
    [CF_DIGEST_MD5] = CF_STR_INIT("MD5"),
    [CF_DIGEST_SHA256] = CF_STR_INIT("SHA-256"),
    [CF_DIGEST_SHA512_256] = CF_STR_INIT("SHA-512-256"),
};

struct cf_str cf_digest_algorithm_name(enum cf_digest_algorithm algorithm) {
    return algorithm_names[algorithm];
}

bool cf_digest_algorithm_of(struct cf_str name, enum cf_digest_algorithm *ret, bool *ret_is_session) {
    static const struct cf_str suffix = CF_STR_INIT("-sess");
    struct cf_str plain = name.at == NULL ? algorithm_names[CF_DIGEST_MD5] : name;
    bool is_session = plain.len > suffix.len && cf_str_eq_nocase(cf_str_skip(plain, plain.len - suffix.len), suffix);
    if (is_session) {
        plain = cf_str_head(plain, plain.len - suffix.len);
    }
    for (size_t i = 0; i < sizeof algorithm_names / sizeof *algorithm_names; i++) {
        if (cf_str_eq_nocase(plain, algorithm_names[i])) {
            *ret = (enum cf_digest_algorithm)i;
            *ret_is_session = is_session;
            return true;
        }
    }
    return false;
}

enum cf_err cf_digest_secret(const struct cf_hash *hash, enum cf_digest_algorithm algorithm, struct cf_str username,
                             struct cf_str realm, struct cf_str password, struct cf_digest_hex *ret) {
    struct input in = {.count = 0};
    add(&in, username);
    add(&in, realm);
    add(&in, password);
    return hash_input(hash, algorithm, &in, ret);
}

enum cf_err cf_digest_userhash(const struct cf_hash *hash, enum cf_digest_algorithm algorithm, struct cf_str username,
                               struct cf_str realm, struct cf_digest_hex *ret) {
    struct input in = {.count = 0};
    add(&in, username);
    add(&in, realm);
    return hash_input(hash, algorithm, &in, ret);
}

/* H(A1): the stored secret, or with -sess the hash of it with both nonces. */
static enum cf_err hash_a1(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str secret,
                           struct cf_digest_hex *ret) {
    struct cf_writer w;
    cf_writer_init(&w, ret->text, sizeof ret->text);
    for (size_t i = 0; i < secret.len; i++) {
        cf_put_char(&w, cf_ascii_lower(secret.at[i]));
    }
    if (!cf_writer_ok(&w)) {
        return CF_ERR_MALFORMED;
    }
    ret->len = (uint8_t)w.len;
    if (!digest->is_session) {
        return CF_OK;
    }
    struct cf_digest_hex plain = *ret;
    struct input in = {.count = 0};
    add(&in, cf_digest_str(&plain));
    add(&in, digest->nonce);
    add(&in, digest->cnonce);
    return hash_input(hash, digest->algorithm, &in, ret);
}

/* H(A2): method and URI, with auth-int also the hash of the body. */
static enum cf_err hash_a2(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str method,
                           struct cf_digest_hex *ret) {
    struct input in = {.count = 0};
    struct cf_digest_hex body;
    add(&in, method);
    add(&in, digest->uri);
    if (digest->qop == CF_DIGEST_QOP_AUTH_INT) {
        enum cf_err err = hash_hex(hash, digest->algorithm, &digest->body, 1, &body);
        if (err != CF_OK) {
            return err;
        }
        add(&in, cf_digest_str(&body));
    }
    return hash_input(hash, digest->algorithm, &in, ret);
}

static enum cf_err hash_kd(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str secret, struct cf_str method,
                           struct cf_digest_hex *ret) {
    struct cf_digest_hex a1;
    struct cf_digest_hex a2;
    enum cf_err err = hash_a1(hash, digest, secret, &a1);
    if (err == CF_OK) {
        err = hash_a2(hash, digest, method, &a2);
    }
    if (err != CF_OK) {
        return err;
    }
    uint8_t nc[8];
    struct cf_writer w;
    cf_writer_init(&w, nc, sizeof nc);
    uint8_t nc_octets[4];
    cf_set_be32(nc_octets, digest->nonce_count);
    cf_put_hex(&w, (struct cf_span){nc_octets, sizeof nc_octets});
    struct input in = {.count = 0};
    add(&in, cf_digest_str(&a1));
    add(&in, digest->nonce);
    if (digest->qop != CF_DIGEST_QOP_NONE) {
        add(&in, digest->nc_text.at != NULL ? digest->nc_text : cf_writer_str(&w));
        add(&in, digest->cnonce);
        add(&in, digest->qop == CF_DIGEST_QOP_AUTH ? CF_STR("auth") : CF_STR("auth-int"));
    }
    add(&in, cf_digest_str(&a2));
    return hash_input(hash, digest->algorithm, &in, ret);
}

enum cf_err cf_digest_response(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str secret,
                               struct cf_digest_hex *ret) {
    return hash_kd(hash, digest, secret, digest->method, ret);
}

enum cf_err cf_digest_rspauth(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str secret,
                              struct cf_digest_hex *ret) {
    return hash_kd(hash, digest, secret, CF_STR(""), ret);
}
