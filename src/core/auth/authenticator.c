/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest server. */
#include "core/auth/authenticator.h"

#include "base/secret.h"
#include "core/sip/builder.h"
#include "core/sip/digest_field.h"

#define FAILURE_WINDOW CF_SEC(60)
#define KEY_OCTETS 9 /* family and network */

/* Wrong credentials from one address. */
struct failing_address {
    struct cf_map_node node;
    struct cf_link link;
    uint8_t key[KEY_OCTETS];
    uint32_t failures;
    cf_usec since;
};

void cf_authenticator_init(struct cf_authenticator *auth, const struct cf_authenticator_config *config) {
    *auth = (struct cf_authenticator){.config = *config};
    cf_nonces_init(&auth->nonces, config->mem, config->hash, config->entropy, config->nonce_life_usec);
    cf_map_init(&auth->addresses, config->mem,
                ((uint64_t)cf_entropy_u32(config->entropy) << 32) | cf_entropy_u32(config->entropy));
    cf_list_init(&auth->order);
}

static void forget(struct cf_authenticator *auth, struct failing_address *address) {
    cf_map_remove(&auth->addresses, &address->node);
    cf_list_remove(&address->link);
    cf_mem_free(auth->config.mem, address, sizeof *address);
}

void cf_authenticator_fini(struct cf_authenticator *auth) {
    CF_LIST_EACH (&auth->order, link, following) {
        forget(auth, CF_OF(link, struct failing_address, link));
    }
    cf_map_fini(&auth->addresses);
    cf_nonces_fini(&auth->nonces);
}

/* Who owns an IPv6 address owns the 2^64 beside it: they count as one. */
static void key_of(const struct cf_addr *source, uint8_t out[KEY_OCTETS]) {
    memset(out, 0, KEY_OCTETS);
    out[0] = source->family;
    memcpy(out + 1, source->ip, source->family == CF_FAMILY_IP6 ? 8 : 4);
}

static struct failing_address *find_address(const struct cf_authenticator *auth, const struct cf_addr *source) {
    uint8_t key[KEY_OCTETS];
    key_of(source, key);
    struct cf_map_node *node = cf_map_get(&auth->addresses, cf_str_n((const char *)key, sizeof key));
    return node == NULL ? NULL : CF_OF(node, struct failing_address, node);
}

bool cf_authenticator_is_locked(struct cf_authenticator *auth, const struct cf_addr *source, cf_usec now) {
    struct failing_address *address = find_address(auth, source);
    if (address == NULL) {
        return false;
    }
    if (now - address->since > FAILURE_WINDOW) {
        forget(auth, address);
        return false;
    }
    return address->failures >= auth->config.failures_max;
}

void cf_authenticator_note_failure(struct cf_authenticator *auth, const struct cf_addr *source, cf_usec now) {
    struct failing_address *address = find_address(auth, source);
    auth->failures++;
    if (address != NULL) {
        address->failures++;
        return;
    }
    struct cf_link *oldest = cf_list_first(&auth->order);
    if (auth->addresses.count >= CF_AUTH_ADDRESSES_MAX && oldest != NULL) {
        forget(auth, CF_OF(oldest, struct failing_address, link));
    }
    address = cf_mem_alloc(auth->config.mem, sizeof *address);
    if (address == NULL) {
        return;
    }
    key_of(source, address->key);
    address->since = now;
    address->failures = 1;
    if (cf_map_add(&auth->addresses, &address->node, cf_str_n((const char *)address->key, sizeof address->key)) != CF_OK) {
        cf_mem_free(auth->config.mem, address, sizeof *address);
        return;
    }
    cf_list_append(&auth->order, &address->link);
}

/* Credentials for our realm, ready for the arithmetic. */
struct credentials {
    struct cf_sip_credentials field;
    struct cf_digest digest;
};

static bool read_qop(struct cf_str qop, enum cf_digest_qop *ret) {
    *ret = cf_str_eq_nocase(qop, CF_STR("auth")) ? CF_DIGEST_QOP_AUTH : CF_DIGEST_QOP_NONE;
    return qop.at == NULL || *ret == CF_DIGEST_QOP_AUTH;
}

static bool read_credentials(struct cf_str method, struct cf_str value, struct cf_str realm, struct credentials *ret) {
    struct cf_sip_credentials *field = &ret->field;
    if (cf_sip_credentials_parse(value, field) != CF_OK || !cf_sip_is_digest(field->scheme) || !cf_str_eq(field->realm, realm)) {
        return false;
    }
    ret->digest = (struct cf_digest){.nonce = field->nonce,
                                     .cnonce = field->cnonce,
                                     .nonce_count = field->nonce_count,
                                     .nc_text = field->nc,
                                     .method = method,
                                     .uri = field->uri};
    if (!cf_digest_algorithm_of(field->algorithm, &ret->digest.algorithm, &ret->digest.is_session) ||
        !read_qop(field->qop, &ret->digest.qop)) {
        return false;
    }
    /* Without qop there is no count (RFC 2069), with it there must be one. */
    if (ret->digest.qop == CF_DIGEST_QOP_NONE) {
        ret->digest.nonce_count = 0;
        return true;
    }
    return ret->digest.nonce_count > 0;
}

/* The field for our realm; a request that crosses several servers has one for each (RFC 3261 section 22.3). */
static bool find_credentials(const struct cf_authenticator *auth, const struct cf_sip_message *msg, enum cf_auth_role role,
                             struct credentials *ret) {
    enum cf_sip_header id = role == CF_AUTH_SERVER ? CF_SIP_HEADER_AUTHORIZATION : CF_SIP_HEADER_PROXY_AUTHORIZATION;
    for (const struct cf_sip_field *field = cf_sip_field_first(msg, id); field != NULL; field = cf_sip_field_next(msg, field)) {
        if (read_credentials(msg->method_name, field->value, auth->config.realm, ret)) {
            return true;
        }
    }
    return false;
}

/*
 * RFC 7616 section 3.4.6: the credentials must be for what is asked for, else whoever overhears a request could send it somewhere
 * else first. Proxies may change parameters and port of a Request-URI, so only the resource is compared.
 */
static bool is_for_this_request(const struct cf_sip_message *msg, struct cf_str uri) {
    struct cf_sip_uri meant;
    return cf_str_eq(uri, msg->request_uri.text) ||
           (cf_sip_uri_parse(uri, &meant) == CF_OK && cf_sip_uri_same_resource(&meant, &msg->request_uri));
}

static bool is_offered(const struct cf_authenticator *auth, enum cf_digest_algorithm algorithm) {
    struct cf_str rest = auth->config.algorithms;
    while (rest.at != NULL) {
        if (cf_str_eq_nocase(cf_str_cut(&rest, ' '), cf_digest_algorithm_name(algorithm))) {
            return true;
        }
    }
    return false;
}

/* Does the response fit @p secret? */
static bool fits(const struct cf_authenticator *auth, const struct credentials *c, const struct cf_digest_hex *secret) {
    struct cf_digest_hex expected;
    return cf_digest_response(auth->config.hash, &c->digest, cf_digest_str(secret), &expected) == CF_OK &&
           cf_secret_eq(cf_str_span(cf_digest_str(&expected)), cf_str_span(c->field.response));
}

/*
 * T15: for an account that isn't there, or has no secret of that kind, the same work is done with a secret of nobody. It is as
 * long as a real one, since what is hashed takes its time by the block.
 */
static bool is_right(const struct cf_authenticator *auth, const struct credentials *c, const struct cf_account *account) {
    struct cf_digest_hex nobody = {.text = "0000000000000000000000000000000000000000000000000000000000000000"};
    nobody.len = c->digest.algorithm == CF_DIGEST_MD5 ? 2 * CF_HASH_MD5_LEN : CF_DIGEST_HEX_MAX;
    bool is_known = account != NULL && account->secrets[c->digest.algorithm].len > 0;
    bool is_fitting = fits(auth, c, is_known ? &account->secrets[c->digest.algorithm] : &nobody);
    return is_fitting && is_known && is_offered(auth, c->digest.algorithm);
}

/* A nonce that was not used up, once the response is known to be right. */
static enum cf_auth_verdict use_nonce(struct cf_authenticator *auth, const struct credentials *c, cf_usec now) {
    switch (cf_nonce_use(&auth->nonces, c->digest.nonce, c->digest.nonce_count, now)) {
    case CF_NONCE_GOOD:
        return CF_AUTH_PASSED;
    case CF_NONCE_STALE:
    case CF_NONCE_REPLAYED:
        return CF_AUTH_STALE;
    case CF_NONCE_FOREIGN:
        break;
    }
    return CF_AUTH_CHALLENGE;
}

static enum cf_auth_verdict judge_account(struct cf_authenticator *auth, const struct credentials *c,
                                          const struct cf_addr *source, cf_usec now, const struct cf_account **ret) {
    const struct cf_account *account = cf_accounts_find(auth->config.accounts, c->field.username);
    if (!is_right(auth, c, account)) {
        cf_authenticator_note_failure(auth, source, now);
        return CF_AUTH_CHALLENGE;
    }
    enum cf_auth_verdict verdict = use_nonce(auth, c, now);
    *ret = verdict == CF_AUTH_PASSED ? account : NULL;
    return verdict;
}

/* --- guests --- */

/* Who was a guest until a moment ago is no attacker. */
static bool was_good(enum cf_token_verdict verdict) {
    return verdict == CF_TOKEN_EXPIRED || verdict == CF_TOKEN_REVOKED;
}

static enum cf_auth_verdict judge_guest(struct cf_authenticator *auth, const struct credentials *c, const struct cf_addr *source,
                                        struct cf_auth_time time, struct cf_auth_identity *ret) {
    struct cf_digest_hex secret;
    enum cf_token_verdict verdict = cf_guests_secret(auth->config.guests, c->field.username, c->digest.algorithm,
                                                     auth->config.realm, time.wall_sec, ret->room, &ret->guest, &secret);
    bool is_right = (verdict == CF_TOKEN_GOOD || was_good(verdict)) && fits(auth, c, &secret);
    if (is_right && verdict == CF_TOKEN_GOOD && is_offered(auth, c->digest.algorithm)) {
        return use_nonce(auth, c, time.now);
    }
    if (!is_right || verdict == CF_TOKEN_GOOD) {
        cf_authenticator_note_failure(auth, source, time.now);
    }
    return CF_AUTH_NO_TOKEN;
}

static struct cf_str find_bearer(const struct cf_sip_message *msg) {
    for (const struct cf_sip_field *field = cf_sip_field_first(msg, CF_SIP_HEADER_AUTHORIZATION); field != NULL;
         field = cf_sip_field_next(msg, field)) {
        struct cf_sip_credentials credentials;
        if (cf_sip_credentials_parse(field->value, &credentials) == CF_OK &&
            cf_str_eq_nocase(credentials.scheme, CF_STR("Bearer"))) {
            return cf_str_trim(credentials.params);
        }
    }
    return CF_STR_NONE;
}

static enum cf_auth_verdict judge_bearer(struct cf_authenticator *auth, struct cf_str text, const struct cf_addr *source,
                                         struct cf_auth_time time, struct cf_auth_identity *ret) {
    if (cf_authenticator_is_locked(auth, source, time.now)) {
        auth->lock_outs++;
        return CF_AUTH_LOCKED;
    }
    enum cf_token_verdict verdict =
        cf_guests_check(auth->config.guests, text, CF_TOKEN_GUEST, time.wall_sec, ret->room, &ret->guest);
    if (verdict == CF_TOKEN_GOOD) {
        return CF_AUTH_PASSED;
    }
    if (!was_good(verdict)) {
        cf_authenticator_note_failure(auth, source, time.now);
    }
    return CF_AUTH_NO_TOKEN;
}

enum cf_auth_verdict cf_authenticator_check(struct cf_authenticator *auth, const struct cf_sip_message *msg,
                                            enum cf_auth_role role, bool takes_bearer, const struct cf_addr *source,
                                            struct cf_auth_time time, struct cf_auth_identity *ret) {
    struct credentials c;
    ret->account = NULL;
    if (!find_credentials(auth, msg, role, &c)) {
        struct cf_str bearer = takes_bearer && auth->config.guests != NULL ? find_bearer(msg) : CF_STR_NONE;
        return bearer.at == NULL ? CF_AUTH_CHALLENGE : judge_bearer(auth, bearer, source, time, ret);
    }
    if (cf_authenticator_is_locked(auth, source, time.now)) {
        auth->lock_outs++;
        return CF_AUTH_LOCKED;
    }
    /* A nonce of before a restart is nobody's failure. */
    if (!cf_nonce_is_ours(&auth->nonces, c.digest.nonce)) {
        return CF_AUTH_CHALLENGE;
    }
    if (!is_for_this_request(msg, c.digest.uri)) {
        return CF_AUTH_MISDIRECTED;
    }
    if (auth->config.guests != NULL && cf_guests_is_username(c.field.username)) {
        return judge_guest(auth, &c, source, time, ret);
    }
    return judge_account(auth, &c, source, time.now, &ret->account);
}

enum cf_auth_verdict cf_authenticator_check_http(struct cf_authenticator *auth, const struct cf_auth_request *request,
                                                 const struct cf_addr *source, cf_usec now,
                                                 const struct cf_account **ret_account) {
    struct credentials c;
    if (request->value.at == NULL || !read_credentials(request->method, request->value, auth->config.realm, &c)) {
        return CF_AUTH_CHALLENGE;
    }
    if (cf_authenticator_is_locked(auth, source, now)) {
        auth->lock_outs++;
        return CF_AUTH_LOCKED;
    }
    if (!cf_nonce_is_ours(&auth->nonces, c.digest.nonce)) {
        return CF_AUTH_CHALLENGE;
    }
    if (!cf_str_eq(c.digest.uri, request->uri)) {
        return CF_AUTH_MISDIRECTED;
    }
    return judge_account(auth, &c, source, now, ret_account);
}

void cf_authenticator_set(struct cf_authenticator *auth, struct cf_str algorithms, cf_usec nonce_life_usec,
                          uint32_t failures_max) {
    auth->config.algorithms = algorithms;
    auth->config.nonce_life_usec = nonce_life_usec;
    auth->config.failures_max = failures_max;
    auth->nonces.life_usec = nonce_life_usec;
}

void cf_authenticator_set_tokens_at(struct cf_authenticator *auth, struct cf_str url) {
    auth->tokens_at = url;
}

void cf_authenticator_put_bearer(const struct cf_authenticator *auth, struct cf_str error, struct cf_writer *w) {
    cf_sip_field_begin(w, CF_SIP_HEADER_WWW_AUTHENTICATE);
    cf_put_lit(w, "Bearer realm=");
    cf_sip_put_quoted(w, auth->config.realm);
    if (auth->tokens_at.len > 0) {
        /* RFC 8898 section 4: where tokens come from. */
        cf_put_lit(w, ", authz_server=\"");
        cf_put(w, auth->tokens_at);
        cf_put_char(w, '"');
    }
    if (error.len > 0) {
        cf_put_lit(w, ", error=\"");
        cf_put(w, error);
        cf_put_char(w, '"');
    }
    cf_sip_field_end(w);
}

void cf_authenticator_put_challenge(struct cf_authenticator *auth, enum cf_auth_role role, bool is_stale, cf_usec now,
                                    struct cf_writer *w) {
    char nonce[CF_NONCE_LEN];
    struct cf_str rest = auth->config.algorithms;
    cf_nonce_make(&auth->nonces, now, nonce);
    while (rest.at != NULL) {
        cf_sip_field_begin(w, role == CF_AUTH_SERVER ? CF_SIP_HEADER_WWW_AUTHENTICATE : CF_SIP_HEADER_PROXY_AUTHENTICATE);
        cf_put_lit(w, "Digest realm=");
        cf_sip_put_quoted(w, auth->config.realm);
        cf_put_lit(w, ", nonce=\"");
        cf_put(w, cf_str_n(nonce, sizeof nonce));
        cf_put_lit(w, "\", algorithm=");
        cf_put(w, cf_str_cut(&rest, ' '));
        cf_put_lit(w, ", qop=\"auth\"");
        cf_put(w, is_stale ? CF_STR(", stale=true") : CF_STR_NONE);
        cf_sip_field_end(w);
    }
}
