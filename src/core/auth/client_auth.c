/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials for one peer. */
#include "core/auth/client_auth.h"

#include "core/sip/builder.h"
#include "core/sip/digest_field.h"

#define CNONCE_LEN 20

/* Longest nonce and opaque that are taken; longer ones would blow up every request of ours. */
#define CHALLENGE_MAX 1024

/* Names and punctuation of a credentials field. */
#define FIELD_SIZE 256

/* The next len octets of the block hold a copy of s. */
static struct cf_str place(struct cf_writer *w, struct cf_str s) {
    size_t start = w->len;
    cf_put(w, s);
    return cf_str_n((const char *)w->base + start, s.len);
}

enum cf_err cf_client_auth_init(struct cf_client_auth *auth, const struct cf_mem *mem, const struct cf_hash *hash,
                                const struct cf_entropy *entropy, const struct cf_client_account *account) {
    struct cf_str domain = account->domain.at != NULL ? account->domain : account->peer_host;
    size_t len = account->peer_host.len + domain.len + account->realm.len + account->username.len + account->password.len;
    char *memory = cf_mem_alloc(mem, len + 1);
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, len);
    *auth = (struct cf_client_auth){.mem = mem, .hash = hash, .entropy = entropy};
    auth->account = (struct cf_client_account){
        .peer_host = place(&w, account->peer_host),
        .domain = place(&w, domain),
        .realm = place(&w, account->realm),
        .username = place(&w, account->username),
        .password = place(&w, account->password),
        .is_md5_refused = account->is_md5_refused,
    };
    auth->strings = cf_writer_str(&w);
    return CF_OK;
}

static void forget_challenge(struct cf_client_auth *auth, struct cf_client_challenge *challenge) {
    cf_mem_free_str(auth->mem, &challenge->strings);
    *challenge = (struct cf_client_challenge){.nonce_count = 0};
}

void cf_client_auth_fini(struct cf_client_auth *auth) {
    if (auth->mem == NULL) {
        return;
    }
    forget_challenge(auth, &auth->server);
    forget_challenge(auth, &auth->proxy);
    /* The password is in there. */
    volatile char *octets = (volatile char *)(uintptr_t)auth->strings.at;
    for (size_t i = 0; i < auth->strings.len; i++) {
        octets[i] = 0;
    }
    cf_mem_free_str(auth->mem, &auth->strings);
    *auth = (struct cf_client_auth){.mem = NULL};
}

bool cf_client_auth_is_peer_host(const struct cf_client_auth *auth, struct cf_str host) {
    return host.len > 0 && cf_str_eq_nocase(auth->account.peer_host, host);
}

bool cf_client_auth_is_peer_addr(const struct cf_client_auth *auth, const struct cf_addr *addr) {
    struct cf_addr literal;
    if (cf_addr_parse_ip(auth->account.peer_host, &literal) == CF_OK && cf_addr_eq_ip(&literal, addr)) {
        return true;
    }
    for (size_t i = 0; i < auth->peer_count; i++) {
        if (cf_addr_eq_ip(&auth->peers[i], addr)) {
            return true;
        }
    }
    return false;
}

void cf_client_auth_learn(struct cf_client_auth *auth, const struct cf_addr *addr) {
    if (cf_client_auth_is_peer_addr(auth, addr)) {
        return;
    }
    auth->peers[auth->peer_next] = *addr;
    auth->peer_next = (uint8_t)((auth->peer_next + 1) % CF_CLIENT_AUTH_PEERS_MAX);
    if (auth->peer_count < CF_CLIENT_AUTH_PEERS_MAX) {
        auth->peer_count++;
    }
}

/* Is the challenge one that we may and can answer? The reason if not. */
static enum cf_err judge(const struct cf_client_auth *auth, const struct cf_sip_challenge *field,
                         struct cf_client_challenge *ret) {
    struct cf_client_challenge challenge = {
        .nonce = field->nonce, .opaque = field->opaque, .wants_userhash = field->has_userhash};
    if (!cf_str_eq(field->realm, auth->account.realm)) {
        return CF_ERR_FORBIDDEN;
    }
    if (!cf_digest_algorithm_of(field->algorithm, &challenge.algorithm, &challenge.is_session) ||
        (challenge.algorithm == CF_DIGEST_MD5 && auth->account.is_md5_refused)) {
        return CF_ERR_UNSUPPORTED;
    }
    if (field->qop.at == NULL) {
        challenge.qop = CF_DIGEST_QOP_NONE;
    } else if (cf_sip_qop_has(field->qop, CF_STR("auth"))) {
        challenge.qop = CF_DIGEST_QOP_AUTH;
    } else if (cf_sip_qop_has(field->qop, CF_STR("auth-int"))) {
        challenge.qop = CF_DIGEST_QOP_AUTH_INT;
    } else {
        return CF_ERR_UNSUPPORTED;
    }
    if (field->nonce.len + field->opaque.len > CHALLENGE_MAX) {
        return CF_ERR_LIMIT;
    }
    *ret = challenge;
    return CF_OK;
}

/* The first challenge that can be answered: the server's order is its preference (RFC 8760 section 2.4). */
static enum cf_err choose(const struct cf_client_auth *auth, const struct cf_sip_message *response, enum cf_sip_header id,
                          struct cf_client_challenge *ret, bool *ret_is_stale) {
    enum cf_err first_err = CF_ERR_FORBIDDEN;
    bool is_first = true;
    const struct cf_sip_field *field = cf_sip_field_first(response, id);
    for (; field != NULL; field = cf_sip_field_next(response, field)) {
        struct cf_sip_challenge challenge;
        enum cf_err err = cf_sip_challenge_parse(field->value, &challenge);
        if (err == CF_OK && cf_sip_is_digest(challenge.scheme)) {
            err = judge(auth, &challenge, ret);
            *ret_is_stale = challenge.is_stale;
        } else if (err == CF_OK) {
            err = CF_ERR_UNSUPPORTED;
        }
        if (err == CF_OK) {
            return CF_OK;
        }
        first_err = is_first ? err : first_err;
        is_first = false;
    }
    return first_err;
}

/* Keep the challenge in memory of our own. */
static enum cf_err keep(struct cf_client_auth *auth, struct cf_client_challenge *place_of,
                        const struct cf_client_challenge *found) {
    size_t len = found->nonce.len + found->opaque.len;
    char *memory = cf_mem_alloc(auth->mem, len + 1);
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, len);
    struct cf_client_challenge kept = *found;
    kept.nonce = place(&w, found->nonce);
    kept.opaque = found->opaque.at != NULL ? place(&w, found->opaque) : CF_STR_NONE;
    kept.strings = cf_writer_str(&w);
    forget_challenge(auth, place_of);
    *place_of = kept;
    return CF_OK;
}

static bool may_answer(const struct cf_client_auth *auth, const struct cf_client_auth_request *request, bool is_proxy) {
    return request->is_to_peer && (is_proxy || cf_str_eq_nocase(request->uri.host, auth->account.domain));
}

enum cf_err cf_client_auth_on_challenge(struct cf_client_auth *auth, const struct cf_client_auth_request *request,
                                        const struct cf_sip_message *response) {
    bool is_proxy = response->status == 407;
    struct cf_client_challenge *place_of = is_proxy ? &auth->proxy : &auth->server;
    enum cf_sip_header id = is_proxy ? CF_SIP_HEADER_PROXY_AUTHENTICATE : CF_SIP_HEADER_WWW_AUTHENTICATE;
    struct cf_client_challenge found;
    bool is_stale = false;
    if (!may_answer(auth, request, is_proxy)) {
        return CF_ERR_FORBIDDEN;
    }
    enum cf_err err = choose(auth, response, id, &found, &is_stale);
    if (err != CF_OK) {
        return err;
    }
    /* A second challenge to the same request means wrong credentials, unless it is only the nonce that was too old. */
    bool was_answered = request->attempts > 0 && place_of->nonce.at != NULL;
    if (request->attempts >= CF_CLIENT_AUTH_ATTEMPTS_MAX || (was_answered && !is_stale)) {
        forget_challenge(auth, place_of);
        return CF_ERR_AUTH;
    }
    return keep(auth, place_of, &found);
}

/* One credentials field. */
static enum cf_err put_credentials(struct cf_client_auth *auth, struct cf_client_challenge *challenge, enum cf_sip_header id,
                                   const struct cf_client_auth_request *request, struct cf_writer *w) {
    char cnonce[CNONCE_LEN];
    cf_entropy_word(auth->entropy, cnonce, sizeof cnonce);
    bool has_qop = challenge->qop != CF_DIGEST_QOP_NONE;
    struct cf_digest digest = {
        .algorithm = challenge->algorithm,
        .qop = challenge->qop,
        .is_session = challenge->is_session,
        .nonce = challenge->nonce,
        .cnonce = cf_str_n(cnonce, sizeof cnonce),
        .nonce_count = challenge->nonce_count + 1,
        .method = request->method,
        .uri = request->uri.text,
        .body = request->body,
    };
    const struct cf_client_account *account = &auth->account;
    struct cf_digest_hex secret;
    struct cf_digest_hex response;
    struct cf_digest_hex userhash;
    enum cf_err err =
        cf_digest_secret(auth->hash, digest.algorithm, account->username, account->realm, account->password, &secret);
    if (err == CF_OK) {
        err = cf_digest_response(auth->hash, &digest, cf_digest_str(&secret), &response);
    }
    if (err == CF_OK && challenge->wants_userhash) {
        err = cf_digest_userhash(auth->hash, digest.algorithm, account->username, account->realm, &userhash);
    }
    if (err != CF_OK) {
        return err;
    }
    char nc[8];
    char algorithm[24];
    struct cf_writer nc_writer;
    struct cf_writer algorithm_writer;
    uint8_t count[4] = {(uint8_t)(digest.nonce_count >> 24), (uint8_t)(digest.nonce_count >> 16),
                        (uint8_t)(digest.nonce_count >> 8), (uint8_t)digest.nonce_count};
    cf_writer_init(&nc_writer, nc, sizeof nc);
    cf_put_hex(&nc_writer, (struct cf_span){count, sizeof count});
    cf_writer_init(&algorithm_writer, algorithm, sizeof algorithm);
    cf_put(&algorithm_writer, cf_digest_algorithm_name(digest.algorithm));
    cf_put(&algorithm_writer, digest.is_session ? CF_STR("-sess") : CF_STR(""));
    struct cf_sip_credentials credentials = {
        .scheme = CF_STR("Digest"),
        .username = challenge->wants_userhash ? cf_digest_str(&userhash) : account->username,
        .realm = account->realm,
        .nonce = challenge->nonce,
        .uri = digest.uri,
        .response = cf_digest_str(&response),
        .algorithm = cf_writer_str(&algorithm_writer),
        .cnonce = has_qop || digest.is_session ? digest.cnonce : CF_STR_NONE,
        .opaque = challenge->opaque,
        .qop = !has_qop                           ? CF_STR_NONE
               : digest.qop == CF_DIGEST_QOP_AUTH ? CF_STR("auth")
                                                  : CF_STR("auth-int"),
        .nc = has_qop ? cf_writer_str(&nc_writer) : CF_STR_NONE,
        .has_userhash = challenge->wants_userhash,
    };
    cf_sip_field_begin(w, id);
    cf_sip_put_credentials(w, &credentials);
    cf_sip_field_end(w);
    challenge->nonce_count++;
    return CF_OK;
}

enum cf_err cf_client_auth_put(struct cf_client_auth *auth, const struct cf_client_auth_request *request, struct cf_writer *w) {
    enum cf_err err = CF_OK;
    if (auth->server.nonce.at != NULL && may_answer(auth, request, false)) {
        err = put_credentials(auth, &auth->server, CF_SIP_HEADER_AUTHORIZATION, request, w);
    }
    if (err == CF_OK && auth->proxy.nonce.at != NULL && may_answer(auth, request, true)) {
        err = put_credentials(auth, &auth->proxy, CF_SIP_HEADER_PROXY_AUTHORIZATION, request, w);
    }
    return err;
}

static size_t field_size(const struct cf_client_challenge *challenge) {
    return challenge->nonce.at == NULL ? 0 : challenge->nonce.len + challenge->opaque.len + FIELD_SIZE + CF_DIGEST_HEX_MAX;
}

size_t cf_client_auth_size(const struct cf_client_auth *auth, size_t uri_len) {
    /* Quotes and backslashes of a username may be escaped, so twice. */
    size_t each = 2 * (auth->account.username.len + auth->account.realm.len) + uri_len + CF_DIGEST_HEX_MAX;
    return field_size(&auth->server) + field_size(&auth->proxy) + 2 * each;
}
