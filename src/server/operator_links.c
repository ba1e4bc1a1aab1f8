/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about meeting links, guests and sessions. */
#include "server/operator_links.h"

#include "server/json.h"
#include "server/sessions.h"
#include "shell/system/system.h"

#define LIFE_MAX (365 * 86400)

static void fail(struct cf_writer *w, struct cf_str why) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("error"), true);
    cf_put_json_str(w, why);
    cf_put_lit(w, "}\n");
}

static void put_link(struct cf_writer *w, const struct cf_link_row *row) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("link"), true);
    cf_put_json_str(w, row->id);
    cf_put_json_text(w, CF_STR("room"), row->room);
    cf_put_json_text(w, CF_STR("role"), row->role);
    if (row->name.len > 0) {
        cf_put_json_text(w, CF_STR("name"), row->name);
    }
    cf_put_json_time(w, CF_STR("expires"), row->expires);
    cf_put_json_flag(w, CF_STR("revoked"), row->is_revoked);
}

/* "90s", "30m", "12h", "7d"; a number alone is seconds. */
static bool read_life(struct cf_str text, int64_t *ret) {
    static const struct {
        char unit;
        uint32_t sec;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint32_t number = 0;
    uint32_t sec = 1;
    struct cf_str digits = text;
    for (size_t i = 0; i < sizeof units / sizeof *units && text.len > 0; i++) {
        if (text.at[text.len - 1] == units[i].unit) {
            sec = units[i].sec;
            digits = cf_str_head(text, text.len - 1);
        }
    }
    if (!cf_str_to_u32(digits, LIFE_MAX / sec, &number) || number == 0) {
        return false;
    }
    *ret = (int64_t)number * sec;
    return true;
}

/* One option and what stands behind it, up to the next "--". */
static struct cf_str cut_option(struct cf_str *rest, struct cf_str *ret_value) {
    struct cf_str option = cf_str_cut(rest, ' ');
    *ret_value = CF_STR_NONE;
    if (rest->at != NULL) {
        size_t end = cf_str_find_str(*rest, CF_STR(" --"));
        *ret_value = cf_str_head(*rest, end);
        *rest = end < rest->len ? cf_str_skip(*rest, end + 1) : CF_STR_NONE;
    }
    return option;
}

/* @p rest: ROOM and options. */
static bool read_wish(struct cf_str rest, struct cf_link_wish *wish, struct cf_writer *answer) {
    *wish = (struct cf_link_wish){.role = CF_TOKEN_SPEAKER, .room = cf_str_cut(&rest, ' ')};
    if (wish->room.len == 0) {
        fail(answer, CF_STR("which room?"));
        return false;
    }
    while (rest.at != NULL) {
        struct cf_str value;
        struct cf_str option = cut_option(&rest, &value);
        if (cf_str_eq(option, CF_STR("--role")) && cf_token_role_of(value, &wish->role)) {
            continue;
        }
        if (cf_str_eq(option, CF_STR("--expires")) && read_life(value, &wish->life_sec)) {
            continue;
        }
        if (cf_str_eq(option, CF_STR("--name")) && value.len > 0) {
            wish->name = value;
            continue;
        }
        fail(answer, CF_STR("ROOM [--role moderator|speaker|listener] [--name NAME] [--expires 90s|30m|12h|7d]"));
        return false;
    }
    return true;
}

static void do_link(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    struct cf_made_link made;
    struct cf_link_wish wish;
    if (!read_wish(rest, &wish, w)) {
        return;
    }
    struct cf_problem problem = cf_meeting_links_make(services->links, &wish, wall, &made);
    if (problem.status != 0) {
        fail(w, problem.detail);
        return;
    }
    put_link(w, &made.row);
    cf_put_json_text(w, CF_STR("url"), made.url);
    cf_put_lit(w, "}\n");
}

/* What lets a SIP client call that room and no other, without an account. */
static void do_guest(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    struct cf_made_guest made;
    struct cf_link_wish wish;
    if (!read_wish(rest, &wish, w)) {
        return;
    }
    struct cf_problem problem = cf_meeting_links_invite(services->links, &wish, wall, &made);
    if (problem.status != 0) {
        fail(w, problem.detail);
        return;
    }
    cf_put_char(w, '{');
    cf_put_json_guest(w, services->node, &made);
    cf_put_lit(w, "}\n");
}

static bool list_link(void *ctx, const struct cf_link_row *row) {
    struct cf_writer *w = ctx;
    put_link(w, row);
    cf_put_lit(w, "}\n");
    return cf_writer_ok(w);
}

static void do_links(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    (void)wall;
    enum cf_err err = cf_link_store_page(&services->store->db, rest, CF_LINK_STORE_MAX, list_link, w);
    if (err != CF_OK) {
        fail(w, cf_problem_of_err(err).detail);
    }
}

static void finish(struct cf_writer *w, struct cf_str word, struct cf_problem problem) {
    if (problem.status != 0) {
        fail(w, problem.detail);
        return;
    }
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("done"), true);
    cf_put_json_str(w, word);
    cf_put_lit(w, "}\n");
}

static void do_unlink(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    finish(w, CF_STR("unlink"), cf_meeting_links_revoke(services->links, rest, wall));
}

static void do_rotate(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    (void)rest;
    (void)wall;
    finish(w, CF_STR("rotate-keys"), cf_meeting_links_rotate(services->links));
}

/* --- sessions --- */

static bool list_session(void *ctx, const struct cf_session_row *row) {
    struct cf_writer *w = ctx;
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("session"), true);
    cf_put_json_str(w, row->id);
    cf_put_json_text(w, CF_STR("kind"), row->is_guest ? CF_STR("guest") : CF_STR("account"));
    cf_put_json_text(w, CF_STR("user"), row->user);
    if (row->is_guest) {
        cf_put_json_text(w, CF_STR("room"), row->room);
        cf_put_json_text(w, CF_STR("role"), row->role);
        cf_put_json_text(w, CF_STR("name"), row->name);
        cf_put_json_text(w, CF_STR("link"), row->link);
    }
    cf_put_json_time(w, CF_STR("created"), row->created);
    cf_put_json_time(w, CF_STR("expires"), row->expires);
    cf_put_lit(w, "}\n");
    return cf_writer_ok(w);
}

static void do_sessions(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    enum cf_err err = cf_session_store_page(&services->store->db, rest, wall, CF_SESSION_STORE_MAX, list_session, w);
    if (err != CF_OK) {
        fail(w, cf_problem_of_err(err).detail);
    }
}

static void do_revoke(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    finish(w, CF_STR("revoke"), cf_sessions_revoke(services->links, rest, cf_system_now(), wall));
}

static const struct {
    struct cf_str word;
    void (*run)(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w);
} commands[] = {
    {CF_STR_INIT("guest"), do_guest},   {CF_STR_INIT("link"), do_link},          {CF_STR_INIT("links"), do_links},
    {CF_STR_INIT("unlink"), do_unlink}, {CF_STR_INIT("rotate-keys"), do_rotate}, {CF_STR_INIT("sessions"), do_sessions},
    {CF_STR_INIT("revoke"), do_revoke},
};

bool cf_operator_links_do(struct cf_services *services, struct cf_str command, cf_wall wall, struct cf_writer *answer) {
    struct cf_str rest = command;
    struct cf_str word = cf_str_cut(&rest, ' ');
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (cf_str_eq(commands[i].word, word)) {
            commands[i].run(services, rest, wall, answer);
            return true;
        }
    }
    return false;
}
