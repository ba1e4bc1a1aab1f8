/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links and guests at the HTTP interface. */
#include "server/api_handlers.h"
#include "server/json.h"

#define LIFE_MIN 60
#define LIFE_MAX (365 * 86400)

/* --- coming in --- */

static void put_guest(struct cf_api_call *call, const struct cf_made_guest *made) {
    cf_put_char(&call->body, '{');
    cf_put_json_guest(&call->body, call->services->node, made);
    cf_put_json_text(&call->body, CF_STR("websocket"), CF_STR("/sip"));
    cf_put_char(&call->body, '}');
}

void cf_api_join(struct cf_api_call *call) {
    struct cf_made_guest made;
    struct cf_json_member members[] = {
        {.name = CF_STR("link")}, {.name = CF_STR("room")}, {.name = CF_STR("pin")}, {.name = CF_STR("name")}};
    struct cf_join_wish wish = {.remote = call->remote};
    if (!cf_api_read(call, members, 4) || !cf_api_take_text(call, &members[0], CF_TOKEN_MAX, &wish.link) ||
        !cf_api_take_text(call, &members[1], CF_TOKEN_ROOM_MAX, &wish.room) ||
        !cf_api_take_text(call, &members[2], CF_PIN_MAX, &wish.pin) ||
        !cf_api_take_text(call, &members[3], CF_TOKEN_NAME_MAX, &wish.name)) {
        return;
    }
    if ((wish.link.at == NULL) == (wish.room.at == NULL) || (wish.link.at != NULL && wish.pin.at != NULL)) {
        (void)cf_api_fail(call, CF_PROBLEM(400, "malformed", "Either link, or room and pin"));
        return;
    }
    struct cf_problem problem = cf_meeting_links_join(call->services->links, &wish, call->now, call->wall, &made);
    if (problem.status == 0) {
        put_guest(call, &made);
    } else {
        (void)cf_api_fail(call, problem);
    }
}

/* --- links --- */

static void put_link(struct cf_writer *w, const struct cf_link_row *row) {
    cf_put_lit(w, "{");
    cf_put_json_key(w, CF_STR("id"), true);
    cf_put_json_str(w, row->id);
    cf_put_json_text(w, CF_STR("room"), row->room);
    cf_put_json_text(w, CF_STR("role"), row->role);
    if (row->name.len > 0) {
        cf_put_json_text(w, CF_STR("name"), row->name);
    }
    cf_put_json_time(w, CF_STR("created"), row->created);
    cf_put_json_time(w, CF_STR("expires"), row->expires);
    cf_put_json_flag(w, CF_STR("revoked"), row->is_revoked);
}

/* Those of others are not the business of who may make some only. */
static bool may_see(struct cf_api_call *call) {
    return !call->actor.is_limited || cf_api_fail(call, CF_PROBLEM(403, "scope-missing", "This token makes links only"));
}

/* Links being listed. */
struct listing {
    struct cf_api_call *call;
    struct cf_api_page page;
};

static bool list_link(void *ctx, const struct cf_link_row *row) {
    struct listing *listing = ctx;
    if (!cf_api_page_takes(listing->call, &listing->page, row->id)) {
        return false;
    }
    put_link(&listing->call->body, row);
    cf_put_char(&listing->call->body, '}');
    return true;
}

void cf_api_list_links(struct cf_api_call *call) {
    struct listing listing = {.call = call};
    if (!may_see(call) || !cf_api_page_begin(call, &listing.page)) {
        return;
    }
    enum cf_err err =
        cf_link_store_page(&call->services->store->db, listing.page.after, listing.page.limit + 1, list_link, &listing);
    if (err == CF_OK) {
        cf_api_page_end(call, &listing.page);
    } else {
        (void)cf_api_fail(call, cf_problem_of_err(err));
    }
}

static bool show_link(void *ctx, const struct cf_link_row *row) {
    struct cf_api_call *call = ctx;
    put_link(&call->body, row);
    cf_put_char(&call->body, '}');
    return false;
}

void cf_api_get_link(struct cf_api_call *call) {
    if (!may_see(call)) {
        return;
    }
    enum cf_err err = cf_link_store_find(&call->services->store->db, call->match.params[0], show_link, call);
    if (err != CF_OK) {
        (void)cf_api_fail(call, cf_problem_of_err(err));
    }
}

void cf_api_revoke_link(struct cf_api_call *call) {
    if (!may_see(call)) {
        return;
    }
    struct cf_problem problem = cf_meeting_links_revoke(call->services->links, call->match.params[0], call->wall);
    if (problem.status == 0) {
        cf_api_done(call);
    } else {
        (void)cf_api_fail(call, problem);
    }
}

static bool read_link_wish(struct cf_api_call *call, struct cf_link_wish *wish) {
    struct cf_str role = CF_STR("speaker");
    struct cf_json_member members[] = {
        {.name = CF_STR("room")}, {.name = CF_STR("role")}, {.name = CF_STR("name")}, {.name = CF_STR("expires")}};
    const struct cf_json_value *life = &members[3].value;
    if (!cf_api_read(call, members, 4) || !cf_api_take_text(call, &members[0], CF_TOKEN_ROOM_MAX, &wish->room) ||
        !cf_api_take_text(call, &members[1], 16, &role) || !cf_api_take_text(call, &members[2], CF_TOKEN_NAME_MAX, &wish->name)) {
        return false;
    }
    if (wish->room.len == 0 || !cf_token_role_of(role, &wish->role)) {
        return cf_api_fail(call, CF_PROBLEM(400, "malformed", "A room is needed, and a role of moderator, speaker, listener"));
    }
    if (life->kind != CF_JSON_ABSENT && (!life->is_integer || life->integer < LIFE_MIN || life->integer > LIFE_MAX)) {
        return cf_api_fail(call, CF_PROBLEM(400, "malformed", "expires has to be a number of seconds from 60 to 31536000"));
    }
    wish->life_sec = life->kind == CF_JSON_ABSENT ? 0 : life->integer;
    return true;
}

/* Guests ask others into their own room; they and accounts make no moderators. */
static bool may_make(struct cf_api_call *call, const struct cf_link_wish *wish) {
    char room[CF_FOCUS_KEY_MAX];
    struct cf_str key;
    const struct cf_api_actor *actor = &call->actor;
    if (!actor->is_limited) {
        return true;
    }
    if (wish->role == CF_TOKEN_MODERATOR) {
        return cf_api_fail(call, CF_PROBLEM(403, "scope-missing", "This token makes no moderators"));
    }
    if (actor->token.kind != CF_TOKEN_GUEST) {
        return true;
    }
    struct cf_denial denial = cf_focus_key_of(cf_node_focus(call->services->node), wish->room, room, &key);
    if (!cf_denial_is_none(denial) || !cf_str_eq(key, actor->token.room)) {
        return cf_api_fail(call, CF_PROBLEM(403, "scope-missing", "This token makes links for its own room"));
    }
    return true;
}

void cf_api_make_link(struct cf_api_call *call) {
    struct cf_made_link made;
    struct cf_link_wish wish = {.life_sec = 0};
    if (!read_link_wish(call, &wish) || !may_make(call, &wish)) {
        return;
    }
    struct cf_problem problem = cf_meeting_links_make(call->services->links, &wish, call->wall, &made);
    if (problem.status != 0) {
        (void)cf_api_fail(call, problem);
        return;
    }
    put_link(&call->body, &made.row);
    cf_put_json_text(&call->body, CF_STR("url"), made.url);
    cf_put_json_text(&call->body, CF_STR("token"), made.token);
    cf_put_char(&call->body, '}');
    cf_api_made(call, CF_STR("/api/links/"), made.row.id);
}
