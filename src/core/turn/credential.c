/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time-limited credentials. */
#include "core/turn/credential.h"

static bool make_password(const struct cf_stun_hash *hash, struct cf_span secret, struct cf_str user, char *ret) {
    uint8_t digest[CF_STUN_SHA1_LEN];
    struct cf_span part = cf_str_span(user);
    struct cf_writer w;
    if (!hash->hmac_sha1(hash->ctx, secret, &part, 1, digest)) {
        return false;
    }
    cf_writer_init(&w, ret, CF_TURN_PASSWORD_LEN);
    cf_put_base64(&w, (struct cf_span){digest, sizeof digest});
    return cf_writer_ok(&w);
}

bool cf_turn_credential_make(const struct cf_stun_hash *hash, struct cf_span secret, struct cf_str name, uint64_t expires,
                             struct cf_turn_credential *ret) {
    struct cf_writer w;
    memset(ret, 0, sizeof *ret);
    cf_writer_init(&w, ret->user, CF_TURN_USER_MAX);
    cf_put_dec(&w, expires);
    cf_put_char(&w, ':');
    cf_put(&w, name);
    return cf_writer_ok(&w) && make_password(hash, secret, cf_writer_str(&w), ret->password);
}

bool cf_turn_credential_key(const struct cf_stun_hash *hash, struct cf_span secret, struct cf_str realm, struct cf_str user,
                            uint8_t *ret_key) {
    char password[CF_TURN_PASSWORD_LEN];
    struct cf_span colon = cf_str_span(CF_STR(":"));
    if (!make_password(hash, secret, user, password)) {
        return false;
    }
    const struct cf_span parts[] = {
        cf_str_span(user), colon, cf_str_span(realm), colon, {(const uint8_t *)password, sizeof password}};
    return hash->md5(hash->ctx, parts, sizeof parts / sizeof parts[0], ret_key);
}

bool cf_turn_credential_read(struct cf_str user, uint64_t *ret_expires, struct cf_str *ret_name) {
    struct cf_str rest = user;
    struct cf_str expiry = cf_str_cut(&rest, ':');
    if (user.len > CF_TURN_USER_MAX || rest.at == NULL || !cf_str_to_u64(expiry, UINT64_MAX, ret_expires)) {
        return false;
    }
    *ret_name = rest;
    return true;
}
