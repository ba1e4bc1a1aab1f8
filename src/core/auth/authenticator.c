/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest server. */
#include "core/auth/authenticator.h"

#include "base/reader.h"
#include "core/sip/auth_field.h"
#include "core/sip/builder.h"

#define FAILURE_WINDOW CF_SEC(60)

/* Wrong credentials from one address. */
struct failing_address {
    struct cf_map_node node;
    struct cf_link link;
    uint8_t ip[16];
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

static struct failing_address *find_address(const struct cf_authenticator *auth, const struct cf_addr *source) {
    struct cf_map_node *node = cf_map_get(&auth->addresses, cf_str_n((const char *)source->ip, sizeof source->ip));
    return node == NULL ? NULL : CF_OF(node, struct failing_address, node);
}

static bool is_locked(struct cf_authenticator *auth, const struct cf_addr *source, cf_usec now) {
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

static void note_failure(struct cf_authenticator *auth, const struct cf_addr *source, cf_usec now) {
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
    memcpy(address->ip, source->ip, sizeof address->ip);
    address->since = now;
    address->failures = 1;
    if (cf_map_add(&auth->addresses, &address->node, cf_str_n((const char *)address->ip, sizeof address->ip)) != CF_OK) {
        cf_mem_free(auth->config.mem, address, sizeof *address);
        return;
    }
    cf_list_append(&auth->order, &address->link);
}

/* Credentials as far as they can be read. */
struct credentials {
    struct cf_digest digest;
    struct cf_str username;
    struct cf_str response;
};

static bool read_count(const struct cf_sip_auth *field, struct cf_digest *digest) {
    uint8_t octets[4];
    size_t len = 0;
    digest->nc_text = cf_sip_auth_plain(field, CF_STR("nc"));
    if (digest->qop == CF_DIGEST_QOP_NONE) {
        return true;
    }
    if (cf_hex_decode(digest->nc_text, octets, sizeof octets, &len) != CF_OK || len != sizeof octets) {
        return false;
    }
    digest->nonce_count = cf_be32(octets);
    return digest->nonce_count > 0;
}

static bool read_qop(const struct cf_sip_auth *field, enum cf_digest_qop *ret) {
    struct cf_str qop = cf_sip_auth_plain(field, CF_STR("qop"));
    *ret = cf_str_eq_nocase(qop, CF_STR("auth")) ? CF_DIGEST_QOP_AUTH : CF_DIGEST_QOP_NONE;
    return qop.at == NULL || *ret == CF_DIGEST_QOP_AUTH;
}

static bool read_credentials(const struct cf_sip_message *msg, struct cf_str value, struct cf_str realm,
                             struct credentials *ret) {
    struct cf_sip_auth field;
    *ret = (struct credentials){.username = CF_STR_NONE};
    if (cf_sip_auth_parse(value, &field) != CF_OK || !cf_str_eq_nocase(field.scheme, CF_STR("Digest")) ||
        !cf_str_eq(cf_sip_auth_plain(&field, CF_STR("realm")), realm)) {
        return false;
    }
    ret->username = cf_sip_auth_plain(&field, CF_STR("username"));
    ret->response = cf_sip_auth_plain(&field, CF_STR("response"));
    ret->digest.nonce = cf_sip_auth_plain(&field, CF_STR("nonce"));
    ret->digest.cnonce = cf_sip_auth_plain(&field, CF_STR("cnonce"));
    ret->digest.uri = cf_sip_auth_plain(&field, CF_STR("uri"));
    ret->digest.method = msg->method_name;
    return cf_digest_algorithm_of(cf_sip_auth_plain(&field, CF_STR("algorithm")), &ret->digest.algorithm,
                                  &ret->digest.is_session) &&
           read_qop(&field, &ret->digest.qop) && read_count(&field, &ret->digest);
}

/* The field for our realm; a request that crosses several servers has one for each (RFC 3261 section 22.3). */
static bool find_credentials(const struct cf_authenticator *auth, const struct cf_sip_message *msg, enum cf_auth_role role,
                             struct credentials *ret) {
    enum cf_sip_header id = role == CF_AUTH_SERVER ? CF_SIP_HEADER_AUTHORIZATION : CF_SIP_HEADER_PROXY_AUTHORIZATION;
    for (const struct cf_sip_field *field = cf_sip_field_first(msg, id); field != NULL; field = cf_sip_field_next(msg, field)) {
        if (read_credentials(msg, field->value, auth->config.realm, ret)) {
            return true;
        }
    }
    return false;
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

/* Does the response fit the account's secret? For an account that isn't there the same work is done with a secret of nobody. */
static bool is_right(const struct cf_authenticator *auth, const struct credentials *c, const struct cf_account *account) {
    static const struct cf_digest_hex nobody = {.text = "0000000000000000000000000000000000000000000000000000000000000000",
                                                .len = CF_DIGEST_HEX_MAX};
    struct cf_digest_hex expected;
    const struct cf_digest_hex *secret = account == NULL ? &nobody : &account->secrets[c->digest.algorithm];
    if (cf_digest_response(auth->config.hash, &c->digest, cf_digest_str(secret), &expected) != CF_OK) {
        return false;
    }
    bool fits = cf_hash_eq(cf_str_span(cf_digest_str(&expected)), cf_str_span(c->response));
    return fits && account != NULL && secret->len > 0 && is_offered(auth, c->digest.algorithm);
}

enum cf_auth_verdict cf_authenticator_check(struct cf_authenticator *auth, const struct cf_sip_message *msg,
                                            enum cf_auth_role role, const struct cf_addr *source, cf_usec now,
                                            const struct cf_account **ret_account) {
    struct credentials c;
    if (!find_credentials(auth, msg, role, &c)) {
        return CF_AUTH_CHALLENGE;
    }
    if (is_locked(auth, source, now)) {
        auth->lock_outs++;
        return CF_AUTH_LOCKED;
    }
    /* A nonce of before a restart is nobody's failure. */
    if (!cf_nonce_is_ours(&auth->nonces, c.digest.nonce)) {
        return CF_AUTH_CHALLENGE;
    }
    const struct cf_account *account = cf_accounts_find(auth->config.accounts, c.username);
    if (!is_right(auth, &c, account)) {
        note_failure(auth, source, now);
        return CF_AUTH_CHALLENGE;
    }
    switch (cf_nonce_use(&auth->nonces, c.digest.nonce, c.digest.nonce_count, now)) {
    case CF_NONCE_GOOD:
        *ret_account = account;
        return CF_AUTH_PASSED;
    case CF_NONCE_STALE:
    case CF_NONCE_REPLAYED:
        return CF_AUTH_STALE;
    case CF_NONCE_FOREIGN:
        break;
    }
    return CF_AUTH_CHALLENGE;
}

void cf_authenticator_put_challenge(const struct cf_authenticator *auth, enum cf_auth_role role, bool is_stale, cf_usec now,
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
