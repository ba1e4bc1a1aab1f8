/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meeting links and guests. */
#include "server/meeting_links.h"

#include "adapt/openssl/hash.h"
#include "core/conf/display_name.h"
#include "core/sip/text.h"
#include "server/json.h"
#include "server/sessions.h"
#include "server/token_keys.h"
#include "shell/log/log.h"
#include "shell/system/system.h"

#define GUEST_WORD_LEN 12

/* Guests who came by a link have tokens that may be good for longer than it. */
static cf_wall guests_last(const struct cf_meeting_links *links, cf_wall link_expires) {
    return link_expires + links->config->guest_life_usec;
}

static bool note_revoked(void *ctx, const struct cf_link_row *row) {
    struct cf_meeting_links *links = ctx;
    int64_t now_sec = cf_system_wall() / CF_SEC(1);
    int64_t last_sec = guests_last(links, row->expires) / CF_SEC(1);
    if (cf_guests_revoke(cf_node_guests(links->node), row->id, last_sec, now_sec) != CF_OK) {
        cf_log(CF_LOG_ERROR, "links", "link %.*s is revoked, and there is no memory to know it", CF_STR_ARG(row->id));
    }
    return true;
}

/* --- where --- */

static void put_port(struct cf_writer *w, const struct cf_config_text *list, uint16_t usual) {
    struct cf_str rest = cf_config_list(list);
    struct cf_str text;
    struct cf_addr addr;
    if (cf_config_list_next(&rest, &text) && cf_addr_parse(text, &addr) == CF_OK && addr.port != usual) {
        cf_put_char(w, ':');
        cf_put_dec(w, addr.port);
    }
}

void cf_put_page_base(struct cf_writer *w, const struct cf_config *config, struct cf_str realm) {
    struct cf_str url = cf_config_str(&config->web_public_url);
    bool has_tls = config->web_listen_tls.text[0] != '\0' || config->web_listen.text[0] == '\0';
    if (url.len > 0) {
        cf_put(w, cf_str_ends(url, CF_STR("/")) ? cf_str_head(url, url.len - 1) : url);
        return;
    }
    cf_put(w, has_tls ? CF_STR("https://") : CF_STR("http://"));
    cf_put(w, realm);
    if (has_tls) {
        put_port(w, &config->web_listen_tls, 443);
    } else {
        put_port(w, &config->web_listen, 80);
    }
}

/* Who has no token is told where there are some. */
static void tell_where(struct cf_meeting_links *links) {
    struct cf_writer w;
    cf_writer_init(&w, links->tokens_at, sizeof links->tokens_at);
    cf_put_page_base(&w, links->config, cf_node_realm(links->node));
    cf_put_lit(&w, "/api/join");
    cf_authenticator_set_tokens_at(cf_node_authenticator(links->node), cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE);
}

/* --- keys, revoked links --- */

void cf_meeting_links_reload(struct cf_meeting_links *links) {
    static const struct cf_token_keys none;
    cf_guests_set_keys(cf_node_guests(links->node), links->config->takes_guests ? &links->keys : &none);
    tell_where(links);
}

enum cf_err cf_meeting_links_open(struct cf_meeting_links *links, struct cf_store *store, struct cf_node *node,
                                  const struct cf_config *config) {
    *links = (struct cf_meeting_links){.store = store, .node = node, .config = config};
    enum cf_err err = cf_token_keys_load(config->state.text, &links->keys);
    if (err == CF_OK) {
        cf_meeting_links_reload(links);
        err = cf_link_store_revoked(&store->db, cf_system_wall() - config->guest_life_usec, note_revoked, links);
    }
    return err == CF_OK ? cf_sessions_restore(links, cf_system_wall()) : err;
}

void cf_put_meeting_page(struct cf_writer *w, const struct cf_config *config, struct cf_str realm, struct cf_str key) {
    cf_put_page_base(w, config, realm);
    cf_put_lit(w, "/m/");
    cf_put(w, cf_focus_room_name(key));
}

/* --- links --- */

static struct cf_problem check_guests(const struct cf_meeting_links *links) {
    return links->config->takes_guests ? CF_PROBLEM_NONE
                                       : CF_PROBLEM(403, "guests-not-allowed", "This server takes nobody without an account");
}

static bool sign_link(struct cf_meeting_links *links, const struct cf_link_wish *wish, struct cf_made_link *ret) {
    struct cf_writer w;
    struct cf_token token = {.kind = CF_TOKEN_LINK,
                             .issuer = cf_node_realm(links->node),
                             .id = ret->row.id,
                             .room = ret->row.room,
                             .role = wish->role,
                             .name = ret->row.name,
                             .expires = ret->row.expires / CF_SEC(1)};
    cf_writer_init(&w, ret->text, sizeof ret->text);
    if (!cf_token_put(&w, cf_openssl_hash(), &links->keys, &token)) {
        return false;
    }
    ret->token = cf_writer_str(&w);
    cf_writer_init(&w, ret->url_text, sizeof ret->url_text);
    cf_put_meeting_page(&w, links->config, cf_node_realm(links->node), ret->row.room);
    cf_put_char(&w, '#');
    cf_put(&w, ret->token);
    ret->url = cf_writer_str(&w);
    return cf_writer_ok(&w);
}

struct cf_problem cf_meeting_links_make(struct cf_meeting_links *links, const struct cf_link_wish *wish, cf_wall wall,
                                        struct cf_made_link *ret) {
    struct cf_str key;
    int64_t life = wish->life_sec > 0 ? wish->life_sec : links->config->link_life_usec / CF_SEC(1);
    struct cf_problem problem = check_guests(links);
    if (problem.status == 0) {
        problem = cf_problem_of_denial(cf_focus_key_of(cf_node_focus(links->node), wish->room, ret->room, &key));
    }
    if (problem.status != 0) {
        return problem;
    }
    size_t name_len = cf_display_name_clean(wish->name, ret->name, sizeof ret->name);
    cf_entropy_word(cf_system_entropy(), ret->id, sizeof ret->id);
    ret->row = (struct cf_link_row){.id = cf_str_n(ret->id, sizeof ret->id),
                                    .room = key,
                                    .role = cf_token_role_word(wish->role),
                                    .name = name_len > 0 ? cf_str_n(ret->name, name_len) : CF_STR_NONE,
                                    .created = wall,
                                    /* Whole seconds, as in the token. */
                                    .expires = (wall / CF_SEC(1) + life) * CF_SEC(1)};
    if (!sign_link(links, wish, ret)) {
        return CF_PROBLEM(400, "malformed", "The name is too long");
    }
    return cf_problem_of_err(cf_link_store_add(&links->store->db, &ret->row));
}

static bool note_expiry(void *ctx, const struct cf_link_row *row) {
    *(cf_wall *)ctx = row->expires;
    return false;
}

struct cf_problem cf_meeting_links_revoke(struct cf_meeting_links *links, struct cf_str id, cf_wall wall) {
    cf_wall expires = 0;
    enum cf_err err = cf_link_store_find(&links->store->db, id, note_expiry, &expires);
    err = err == CF_OK ? cf_link_store_revoke(&links->store->db, id) : err;
    if (err == CF_OK) {
        int64_t last_sec = guests_last(links, expires) / CF_SEC(1);
        err = cf_guests_revoke(cf_node_guests(links->node), id, last_sec, wall / CF_SEC(1));
    }
    return cf_problem_of_err(err);
}

struct cf_problem cf_meeting_links_rotate(struct cf_meeting_links *links) {
    enum cf_err err = cf_token_keys_rotate(links->config->state.text, &links->keys);
    cf_meeting_links_reload(links);
    return cf_problem_of_err(err);
}

/* --- guests --- */

static struct cf_problem read_link(struct cf_meeting_links *links, const struct cf_join_wish *wish, cf_usec now, cf_wall wall,
                                   struct cf_made_guest *ret) {
    struct cf_token link;
    struct cf_authenticator *authenticator = cf_node_authenticator(links->node);
    enum cf_token_verdict verdict =
        cf_guests_check(cf_node_guests(links->node), wish->link, CF_TOKEN_LINK, wall / CF_SEC(1), ret->room, &link);
    switch (verdict) {
    case CF_TOKEN_GOOD:
        break;
    case CF_TOKEN_EXPIRED:
        return CF_PROBLEM(403, "link-expired", "The link is not good any more: ask for another one");
    case CF_TOKEN_REVOKED:
        return CF_PROBLEM(403, "link-revoked", "The link was withdrawn");
    case CF_TOKEN_MALFORMED:
    case CF_TOKEN_FORGED:
        cf_authenticator_note_failure(authenticator, &wish->remote, now);
        return CF_PROBLEM(403, "link-invalid", "This is not a link of this server, or a part of it is missing");
    }
    ret->guest.room = link.room;
    ret->guest.role = link.role;
    ret->guest.name = link.name;
    ret->guest.link = link.id;
    return CF_PROBLEM_NONE;
}

/* Unknown rooms and such without a PIN are as wrong as a wrong PIN: what there is, is not told. */
static struct cf_problem try_pin(struct cf_meeting_links *links, const struct cf_join_wish *wish, cf_usec now,
                                 struct cf_made_guest *ret) {
    char caller[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    struct cf_conference *conf = NULL;
    struct cf_focus *focus = cf_node_focus(links->node);
    struct cf_denial denial = cf_focus_find_room(focus, wish->room, &conf);
    struct cf_str pin = conf != NULL && cf_denial_is_none(denial) && conf->pin.len > 0 ? conf->pin : CF_STR("none");
    struct cf_addr network = wish->remote;
    if (network.family == CF_FAMILY_IP6) {
        memset(network.ip + 8, 0, 8); /* who owns an address owns those beside it */
    }
    cf_writer_init(&w, caller, sizeof caller);
    cf_put_ip(&w, &network);
    struct cf_str entered = cf_pin_is_valid(wish->pin) ? wish->pin : CF_STR("");
    switch (cf_pin_guard_try(&cf_focus_directory(focus)->env.guard, now, cf_writer_str(&w), wish->room, pin, entered)) {
    case CF_PIN_BARRED:
        return CF_PROBLEM(429, "pin-barred", "Too many wrong PINs: wait a minute");
    case CF_PIN_WRONG:
        return CF_PROBLEM(403, "pin-wrong", "There is no such room with that PIN");
    case CF_PIN_RIGHT:
        break;
    }
    cf_assert(conf != NULL); /* only of a room a PIN can be right */
    cf_writer_init(&w, ret->key, sizeof ret->key);
    cf_put(&w, conf->key);
    ret->guest.room = cf_writer_str(&w);
    ret->guest.role = CF_TOKEN_SPEAKER;
    return CF_PROBLEM_NONE;
}

static struct cf_problem check_room(struct cf_meeting_links *links, struct cf_made_guest *ret) {
    struct cf_str key;
    char room[CF_FOCUS_KEY_MAX];
    struct cf_denial denial = cf_focus_key_of(cf_node_focus(links->node), ret->guest.room, room, &key);
    if (cf_denial_is_none(denial) && !cf_str_eq(key, ret->guest.room)) {
        denial.reason = CF_DENIAL_NOT_FOUND;
    }
    return cf_problem_of_denial(denial);
}

static struct cf_problem sign_guest(struct cf_meeting_links *links, cf_wall wall, int64_t life_sec, struct cf_made_guest *ret) {
    struct cf_writer w;
    cf_writer_init(&w, ret->subject, sizeof ret->subject);
    cf_put(&w, CF_GUEST_PREFIX);
    uint8_t *word = cf_writer_reserve(&w, GUEST_WORD_LEN);
    cf_entropy_word(cf_system_entropy(), (char *)word, GUEST_WORD_LEN);
    cf_entropy_word(cf_system_entropy(), ret->id, sizeof ret->id);
    ret->guest.kind = CF_TOKEN_GUEST;
    ret->guest.issuer = cf_node_realm(links->node);
    ret->guest.subject = cf_writer_str(&w);
    ret->guest.id = cf_str_n(ret->id, sizeof ret->id);
    ret->guest.expires = (life_sec > 0 ? wall + CF_SEC(life_sec) : wall + links->config->guest_life_usec) / CF_SEC(1);
    cf_writer_init(&w, ret->text, sizeof ret->text);
    if (!cf_token_put(&w, cf_openssl_hash(), &links->keys, &ret->guest)) {
        return CF_PROBLEM(400, "malformed", "The name is too long");
    }
    ret->token = cf_writer_str(&w);
    ret->username = cf_str_head(ret->token, ret->token.len - CF_TOKEN_SIGNATURE_LEN - 1);
    ret->password = cf_str_skip(ret->token, ret->token.len - CF_TOKEN_SIGNATURE_LEN);
    cf_sessions_note(links, &ret->guest, wall);
    return CF_PROBLEM_NONE;
}

static void take_name(struct cf_str name, struct cf_made_guest *ret) {
    size_t len = cf_display_name_clean(name, ret->name, sizeof ret->name);
    ret->guest.name = len > 0 ? cf_str_n(ret->name, len) : ret->guest.name;
}

static void put_address(struct cf_writer *w, struct cf_str key, struct cf_str user, struct cf_str domain) {
    char uri[CF_CONFERENCE_URI_MAX];
    struct cf_writer text;
    cf_writer_init(&text, uri, sizeof uri);
    cf_sip_put_address(&text, user, domain);
    cf_put_json_text(w, key, cf_writer_str(&text));
}

struct cf_problem cf_meeting_links_join(struct cf_meeting_links *links, const struct cf_join_wish *wish, cf_usec now,
                                        cf_wall wall, struct cf_made_guest *ret) {
    struct cf_problem problem = check_guests(links);
    ret->guest = (struct cf_token){.kind = CF_TOKEN_GUEST};
    if (problem.status == 0 && cf_authenticator_is_locked(cf_node_authenticator(links->node), &wish->remote, now)) {
        problem = CF_PROBLEM(429, "locked-out", "Too many attempts: wait a minute");
    }
    if (problem.status == 0) {
        problem = wish->link.at != NULL ? read_link(links, wish, now, wall, ret) : try_pin(links, wish, now, ret);
    }
    if (problem.status == 0) {
        problem = check_room(links, ret);
    }
    if (problem.status != 0) {
        return problem;
    }
    take_name(wish->name, ret);
    return sign_guest(links, wall, 0, ret);
}

struct cf_problem cf_meeting_links_invite(struct cf_meeting_links *links, const struct cf_link_wish *wish, cf_wall wall,
                                          struct cf_made_guest *ret) {
    struct cf_problem problem = check_guests(links);
    ret->guest = (struct cf_token){.kind = CF_TOKEN_GUEST, .role = wish->role};
    if (problem.status == 0) {
        problem = cf_problem_of_denial(cf_focus_key_of(cf_node_focus(links->node), wish->room, ret->key, &ret->guest.room));
    }
    if (problem.status != 0) {
        return problem;
    }
    take_name(wish->name, ret);
    return sign_guest(links, wall, wish->life_sec, ret);
}

void cf_put_json_guest(struct cf_writer *w, struct cf_node *node, const struct cf_made_guest *made) {
    struct cf_str realm = cf_node_realm(node);
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_directory_find(cf_focus_directory(cf_node_focus(node)), made->guest.room, &conf);
    bool is_there = cf_denial_is_none(denial) && conf != NULL;
    cf_put_json_key(w, CF_STR("room"), true);
    cf_put_json_str(w, made->guest.room);
    if (is_there) {
        cf_put_json_text(w, CF_STR("uri"), conf->uri);
    } else {
        put_address(w, CF_STR("uri"), made->guest.room, realm);
    }
    cf_put_json_text(w, CF_STR("subject"), is_there ? conf->subject : cf_focus_room_name(made->guest.room));
    put_address(w, CF_STR("user"), made->guest.subject, realm);
    if (made->guest.name.len > 0) {
        cf_put_json_text(w, CF_STR("name"), made->guest.name);
    }
    cf_put_json_text(w, CF_STR("role"), cf_token_role_word(made->guest.role));
    cf_put_json_text(w, CF_STR("token"), made->token);
    cf_put_json_text(w, CF_STR("username"), made->username);
    cf_put_json_text(w, CF_STR("password"), made->password);
    cf_put_json_text(w, CF_STR("domain"), realm);
    cf_put_json_time(w, CF_STR("expires"), CF_SEC(made->guest.expires));
}
