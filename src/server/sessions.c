/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions of accounts and guests. */
#include "server/sessions.h"

#include "core/sip/text.h"
#include "shell/log/log.h"

static bool note_revoked(void *ctx, const struct cf_session_row *row) {
    struct cf_guests *guests = ctx;
    if (cf_guests_revoke(guests, row->id, row->expires / CF_SEC(1), 0) != CF_OK) {
        cf_log(CF_LOG_ERROR, "links", "session %.*s is revoked, and there is no memory to know it", CF_STR_ARG(row->id));
    }
    return true;
}

enum cf_err cf_sessions_restore(struct cf_meeting_links *links, cf_wall wall) {
    return cf_session_store_revoked(&links->store->db, wall, note_revoked, cf_node_guests(links->node));
}

void cf_sessions_note(struct cf_meeting_links *links, const struct cf_token *token, cf_wall wall) {
    bool is_guest = token->kind == CF_TOKEN_GUEST;
    const struct cf_session_row row = {.id = token->id,
                                       .is_guest = is_guest,
                                       .user = token->subject,
                                       .room = is_guest ? token->room : CF_STR_NONE,
                                       .role = is_guest ? cf_token_role_word(token->role) : CF_STR_NONE,
                                       .name = is_guest ? token->name : CF_STR_NONE,
                                       .link = is_guest ? token->link : CF_STR_NONE,
                                       .created = wall,
                                       .expires = token->expires * CF_SEC(1)};
    enum cf_err err = cf_session_store_add(&links->store->db, &row);
    if (err != CF_OK) {
        links->store->failures++;
        cf_log(CF_LOG_ERROR, "links", "a session is not listed: %s", cf_err_text(err));
    }
}

/* What is needed of a session that is being revoked. */
struct revoking {
    bool is_guest;
    int64_t expires_sec;
    char aor[CF_ROSTER_AOR_MAX];
    size_t aor_len;
    char room[CF_TOKEN_ROOM_MAX];
    size_t room_len;
    struct cf_str realm;
};

static bool read_row(void *ctx, const struct cf_session_row *row) {
    struct revoking *r = ctx;
    struct cf_writer w;
    r->is_guest = row->is_guest;
    r->expires_sec = row->expires / CF_SEC(1);
    cf_writer_init(&w, r->aor, sizeof r->aor);
    cf_sip_put_address(&w, row->user, r->realm);
    r->aor_len = cf_writer_ok(&w) ? w.len : 0;
    cf_writer_init(&w, r->room, sizeof r->room);
    cf_put(&w, row->room);
    r->room_len = cf_writer_ok(&w) ? w.len : 0;
    return false;
}

static void remove_guest(struct cf_meeting_links *links, const struct revoking *r, cf_usec now) {
    static const struct cf_conference_actor operator_actor = {.is_operator = true};
    struct cf_conference *conf = NULL;
    struct cf_directory *directory = cf_focus_directory(cf_node_focus(links->node));
    struct cf_denial denial = cf_directory_find(directory, cf_str_n(r->room, r->room_len), &conf);
    if (cf_denial_is_none(denial) && conf != NULL) {
        denial = cf_conference_on_remove(conf, now, &operator_actor, cf_str_n(r->aor, r->aor_len));
        (void)denial; /* who is not in any more has not to be removed */
    }
}

struct cf_problem cf_sessions_revoke(struct cf_meeting_links *links, struct cf_str id, cf_usec now, cf_wall wall) {
    struct revoking r = {.realm = cf_node_realm(links->node)};
    enum cf_err err = cf_session_store_find(&links->store->db, id, wall, read_row, &r);
    err = err == CF_OK ? cf_session_store_revoke(&links->store->db, id, wall) : err;
    err = err == CF_OK ? cf_guests_revoke(cf_node_guests(links->node), id, r.expires_sec, wall / CF_SEC(1)) : err;
    if (err == CF_OK && r.is_guest) {
        remove_guest(links, &r, now);
    }
    return cf_problem_of_err(err);
}
