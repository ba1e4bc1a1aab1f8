/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions at the HTTP interface: who has logged in or come as a guest, and an end to that. */
#include "core/sip/text.h"
#include "server/api_handlers.h"
#include "server/json.h"
#include "server/sessions.h"

static void put_text(struct cf_writer *w, struct cf_str key, struct cf_str text) {
    if (text.len > 0) {
        cf_put_json_text(w, key, text);
    }
}

static void put_session(struct cf_api_call *call, const struct cf_session_row *row) {
    char aor[CF_ROSTER_AOR_MAX];
    struct cf_writer *w = &call->body;
    struct cf_writer text;
    cf_writer_init(&text, aor, sizeof aor);
    cf_sip_put_address(&text, row->user, cf_node_realm(call->services->node));
    cf_put_lit(w, "{");
    cf_put_json_key(w, CF_STR("id"), true);
    cf_put_json_str(w, row->id);
    cf_put_json_text(w, CF_STR("kind"), row->is_guest ? CF_STR("guest") : CF_STR("account"));
    cf_put_json_text(w, CF_STR("user"), cf_writer_ok(&text) ? cf_writer_str(&text) : row->user);
    put_text(w, CF_STR("room"), row->room);
    put_text(w, CF_STR("role"), row->role);
    put_text(w, CF_STR("name"), row->name);
    put_text(w, CF_STR("link"), row->link);
    cf_put_json_flag(w, CF_STR("own"), cf_str_eq(row->id, call->actor.token.id));
    cf_put_json_time(w, CF_STR("created"), row->created);
    cf_put_json_time(w, CF_STR("expires"), row->expires);
    cf_put_char(w, '}');
}

/* Sessions being listed. */
struct listing {
    struct cf_api_call *call;
    struct cf_api_page page;
};

static bool list_session(void *ctx, const struct cf_session_row *row) {
    struct listing *listing = ctx;
    if (!cf_api_page_takes(listing->call, &listing->page, row->id)) {
        return false;
    }
    put_session(listing->call, row);
    return true;
}

void cf_api_list_sessions(struct cf_api_call *call) {
    struct listing listing = {.call = call};
    if (!cf_api_page_begin(call, &listing.page)) {
        return;
    }
    enum cf_err err = cf_session_store_page(&call->services->store->db, listing.page.after, call->wall, listing.page.limit + 1,
                                            list_session, &listing);
    if (err == CF_OK) {
        cf_api_page_end(call, &listing.page);
    } else {
        (void)cf_api_fail(call, cf_problem_of_err(err));
    }
}

static bool show_session(void *ctx, const struct cf_session_row *row) {
    put_session(ctx, row);
    return false;
}

void cf_api_get_session(struct cf_api_call *call) {
    enum cf_err err = cf_session_store_find(&call->services->store->db, call->match.params[0], call->wall, show_session, call);
    if (err != CF_OK) {
        (void)cf_api_fail(call, cf_problem_of_err(err));
    }
}

static void revoke(struct cf_api_call *call, struct cf_str id) {
    struct cf_problem problem = cf_sessions_revoke(call->services->links, id, call->now, call->wall);
    if (problem.status == 0) {
        cf_api_done(call);
    } else {
        (void)cf_api_fail(call, problem);
    }
}

void cf_api_revoke_session(struct cf_api_call *call) {
    revoke(call, call->match.params[0]);
}

void cf_api_close_session(struct cf_api_call *call) {
    if (call->actor.token.id.len == 0) {
        (void)cf_api_fail(call, CF_PROBLEM(403, "scope-missing", "A key is no session: confer key remove"));
        return;
    }
    revoke(call, call->actor.token.id);
}
