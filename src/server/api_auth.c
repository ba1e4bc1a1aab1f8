/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who uses the HTTP interface. */
#include "server/api_auth.h"

#include "adapt/openssl/hash.h"
#include "adapt/sqlite/account_store.h"
#include "adapt/sqlite/api_key_store.h"
#include "base/secret.h"
#include "core/auth/api_key.h"
#include "core/sip/text.h"
#include "server/json.h"
#include "server/sessions.h"
#include "shell/system/system.h"

#define SESSION_SEC (8 * 3600)
#define KEY_PREFIX CF_STR("cfk_")

static bool ask_for_token(struct cf_api_call *call, bool has_one) {
    call->response.fields = has_one ? CF_STR("WWW-Authenticate: Bearer realm=\"confer\", error=\"invalid_token\"\r\n")
                                    : CF_STR("WWW-Authenticate: Bearer realm=\"confer\"\r\n");
    return cf_api_fail(call, has_one ? CF_PROBLEM(401, "token-invalid", "The token is not good, or not any more")
                                     : CF_PROBLEM(401, "token-missing", "Authorization: Bearer is needed"));
}

/* --- API keys --- */

/* A key being looked at. */
struct key_check {
    struct cf_str secret;
    bool is_right;
    unsigned scopes;
};

static void check_key(void *ctx, const struct cf_api_key_row *row) {
    struct key_check *check = ctx;
    char text[CF_API_KEY_DIGEST_LEN];
    const struct cf_span digest = {(const uint8_t *)text, sizeof text};
    check->is_right = cf_api_key_digest(cf_openssl_hash(), check->secret, text) &&
                      cf_secret_eq(digest, cf_str_span(row->digest)) && cf_scopes_parse(row->scopes, &check->scopes);
}

static bool take_key(struct cf_api_call *call, struct cf_str text) {
    struct cf_str rest = cf_str_skip(text, KEY_PREFIX.len);
    struct cf_str id = cf_str_head(rest, CF_API_KEY_ID_LEN);
    struct key_check check = {.secret = cf_str_skip(rest, CF_API_KEY_ID_LEN + 1)};
    if (rest.len != CF_API_KEY_ID_LEN + 1 + CF_API_KEY_SECRET_LEN || rest.at[CF_API_KEY_ID_LEN] != '_') {
        return false;
    }
    enum cf_err err = cf_api_key_store_each(&call->services->store->db, id, check_key, &check);
    call->actor.scopes = check.scopes;
    return err == CF_OK && check.is_right;
}

/* --- tokens --- */

/* What a token is worth. */
enum worth {
    WORTH_NOTHING,
    WORTH_PAST, /* who has it was somebody until a moment ago, and is no attacker */
    WORTH_GOOD,
};

static enum worth worth_of(enum cf_token_verdict verdict) {
    switch (verdict) {
    case CF_TOKEN_GOOD:
        return WORTH_GOOD;
    case CF_TOKEN_EXPIRED:
    case CF_TOKEN_REVOKED:
        return WORTH_PAST;
    case CF_TOKEN_MALFORMED:
    case CF_TOKEN_FORGED:
        break;
    }
    return WORTH_NOTHING;
}

static enum worth take_session(struct cf_api_call *call, struct cf_str text) {
    struct cf_api_actor *actor = &call->actor;
    struct cf_node *node = call->services->node;
    bool is_admin = false;
    int64_t now_sec = call->wall / CF_SEC(1);
    enum worth worth = worth_of(cf_token_read(cf_openssl_hash(), &call->services->links->keys, text, CF_TOKEN_SESSION,
                                              cf_node_realm(node), now_sec, actor->room, &actor->token));
    if (worth != WORTH_GOOD) {
        return worth;
    }
    if (cf_guests_is_revoked(cf_node_guests(node), &actor->token) ||
        cf_accounts_find(cf_node_accounts(node), actor->token.subject) == NULL ||
        cf_account_store_is_admin(&call->services->store->db, actor->token.subject, &is_admin) != CF_OK) {
        return WORTH_PAST;
    }
    actor->user = actor->token.subject;
    actor->scopes = is_admin ? CF_SCOPE_ALL : CF_SCOPE_LINKS;
    actor->is_limited = !is_admin;
    return WORTH_GOOD;
}

static enum worth take_guest(struct cf_api_call *call, struct cf_str text) {
    struct cf_api_actor *actor = &call->actor;
    struct cf_guests *guests = cf_node_guests(call->services->node);
    int64_t now_sec = call->wall / CF_SEC(1);
    enum worth worth = worth_of(cf_guests_check(guests, text, CF_TOKEN_GUEST, now_sec, actor->room, &actor->token));
    if (worth == WORTH_GOOD) {
        actor->user = actor->token.subject;
        actor->scopes = actor->token.role == CF_TOKEN_MODERATOR ? CF_SCOPE_LINKS : 0;
        actor->is_limited = true;
    }
    return worth;
}

static enum worth take(struct cf_api_call *call, struct cf_str text) {
    if (cf_str_starts(text, KEY_PREFIX)) {
        return take_key(call, text) ? WORTH_GOOD : WORTH_NOTHING;
    }
    enum worth worth = take_session(call, text);
    return worth == WORTH_NOTHING ? take_guest(call, text) : worth;
}

static struct cf_str bearer_of(const struct cf_http_request *request) {
    struct cf_str value = cf_http_value(request, CF_STR("Authorization"));
    struct cf_str rest = value;
    struct cf_str scheme = cf_str_cut(&rest, ' ');
    return cf_str_eq_nocase(scheme, CF_STR("Bearer")) ? cf_str_trim(rest) : CF_STR_NONE;
}

bool cf_api_authorize(struct cf_api_call *call, unsigned scopes) {
    struct cf_authenticator *authenticator = cf_node_authenticator(call->services->node);
    struct cf_str text = bearer_of(call->request);
    call->actor = (struct cf_api_actor){.scopes = 0};
    if (text.len == 0) {
        return ask_for_token(call, false);
    }
    if (cf_authenticator_is_locked(authenticator, &call->remote, call->now)) {
        return cf_api_fail(call, CF_PROBLEM(429, "locked-out", "Too many attempts: wait a minute"));
    }
    enum worth worth = take(call, text);
    if (worth == WORTH_NOTHING) {
        cf_authenticator_note_failure(authenticator, &call->remote, call->now);
    }
    if (worth != WORTH_GOOD) {
        return ask_for_token(call, true);
    }
    if (scopes != CF_API_ANY_SCOPE && (call->actor.scopes & scopes) == 0) {
        return cf_api_fail(call, CF_PROBLEM(403, "scope-missing", "This token may not do that"));
    }
    return true;
}

/* --- sessions --- */

static void challenge(struct cf_api_call *call, bool is_stale) {
    struct cf_writer w;
    cf_writer_init(&w, call->fields, sizeof call->fields);
    cf_authenticator_put_challenge(cf_node_authenticator(call->services->node), CF_AUTH_SERVER, is_stale, call->now, &w);
    call->response.fields = cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE;
    (void)cf_api_fail(call, CF_PROBLEM(401, "password-needed", "Authorization: Digest is needed"));
}

static void put_session(struct cf_api_call *call, const struct cf_token *token, struct cf_str text) {
    struct cf_writer *w = &call->body;
    bool is_admin = false;
    if (cf_account_store_is_admin(&call->services->store->db, token->subject, &is_admin) != CF_OK) {
        is_admin = false;
    }
    unsigned scopes = is_admin ? CF_SCOPE_ALL : CF_SCOPE_LINKS;
    cf_put_lit(w, "{\"user\":\"");
    cf_sip_put_address(w, token->subject, token->issuer);
    cf_put_char(w, '"');
    cf_put_json_text(w, CF_STR("role"), is_admin ? CF_STR("admin") : CF_STR("user"));
    cf_put_json_key(w, CF_STR("scopes"), false);
    cf_put_char(w, '[');
    bool is_first = true;
    for (size_t i = 0; i < CF_SCOPE_COUNT; i++) {
        if ((scopes & (1U << i)) != 0) {
            cf_put(w, is_first ? CF_STR_NONE : CF_STR(","));
            cf_put_json_str(w, cf_scope_word(i));
            is_first = false;
        }
    }
    cf_put_char(w, ']');
    cf_put_json_text(w, CF_STR("token"), text);
    cf_put_json_time(w, CF_STR("expires"), token->expires * CF_SEC(1));
    cf_put_char(w, '}');
}

static void make_session(struct cf_api_call *call, const struct cf_account *account) {
    char id[CF_LINK_ID_LEN];
    char text[CF_TOKEN_MAX];
    struct cf_writer w;
    struct cf_services *services = call->services;
    cf_entropy_word(cf_system_entropy(), id, sizeof id);
    struct cf_token token = {.kind = CF_TOKEN_SESSION,
                             .issuer = cf_node_realm(services->node),
                             .id = cf_str_n(id, sizeof id),
                             .subject = cf_str_n(account->name, account->name_len),
                             .expires = call->wall / CF_SEC(1) + SESSION_SEC};
    cf_writer_init(&w, text, sizeof text);
    if (cf_token_put(&w, cf_openssl_hash(), &services->links->keys, &token)) {
        cf_sessions_note(services->links, &token, call->wall);
        put_session(call, &token, cf_writer_str(&w));
    } else {
        (void)cf_api_fail(call, CF_PROBLEM(503, "unavailable", "No token could be made"));
    }
}

void cf_api_open_session(struct cf_api_call *call) {
    const struct cf_account *account = NULL;
    struct cf_auth_request request = {.method = call->request->method,
                                      .uri = call->request->path,
                                      .value = cf_http_value(call->request, CF_STR("Authorization"))};
    if (!call->services->config->is_registrar) {
        (void)cf_api_fail(call, CF_PROBLEM(403, "no-accounts", "This server has no accounts"));
        return;
    }
    switch (
        cf_authenticator_check_http(cf_node_authenticator(call->services->node), &request, &call->remote, call->now, &account)) {
    case CF_AUTH_PASSED:
        make_session(call, account);
        break;
    case CF_AUTH_STALE:
        challenge(call, true);
        break;
    case CF_AUTH_CHALLENGE:
    case CF_AUTH_NO_TOKEN:
        challenge(call, false);
        break;
    case CF_AUTH_MISDIRECTED:
        (void)cf_api_fail(call, CF_PROBLEM(400, "malformed", "The credentials are for another resource"));
        break;
    case CF_AUTH_LOCKED:
        (void)cf_api_fail(call, CF_PROBLEM(429, "locked-out", "Too many attempts: wait a minute"));
        break;
    }
}
