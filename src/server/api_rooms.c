/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms at the HTTP interface. */
#include "core/conf/conference_command.h"
#include "server/api_handlers.h"
#include "server/json.h"

static const struct cf_conference_actor operator_actor = {.is_operator = true};

static struct cf_directory *directory_of(struct cf_api_call *call) {
    return cf_focus_directory(cf_node_focus(call->services->node));
}

/* --- one --- */

static size_t count_waiting(const struct cf_conference *conf) {
    size_t count = 0;
    for (const struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL;
         p = cf_roster_next(&conf->roster, p)) {
        for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            count += d->is_waiting ? 1 : 0;
        }
    }
    return count;
}

static void put_room(struct cf_api_call *call, const struct cf_conference *conf) {
    struct cf_writer *w = &call->body;
    char page[512];
    struct cf_writer text;
    cf_writer_init(&text, page, sizeof page);
    cf_put_meeting_page(&text, call->services->config, cf_node_realm(call->services->node), conf->key);
    cf_put_lit(w, "{");
    cf_put_json_key(w, CF_STR("room"), true);
    cf_put_json_str(w, conf->key);
    cf_put_json_text(w, CF_STR("uri"), conf->uri);
    cf_put_json_text(w, CF_STR("page"), cf_writer_str(&text));
    cf_put_json_text(w, CF_STR("kind"), cf_conference_kind_word(conf->kind));
    cf_put_json_text(w, CF_STR("subject"), conf->subject);
    if (conf->organiser.len > 0) {
        cf_put_json_text(w, CF_STR("organiser"), conf->organiser);
    }
    cf_put_json_flag(w, CF_STR("locked"), conf->is_locked);
    cf_put_json_flag(w, CF_STR("lobby"), conf->has_lobby);
    cf_put_json_flag(w, CF_STR("aes256"), cf_focus_demands_aes256(cf_node_focus(call->services->node), conf));
    cf_put_json_flag(w, CF_STR("pin"), conf->pin.len > 0);
    cf_put_json_number(w, CF_STR("members"), conf->in_count);
    cf_put_json_number(w, CF_STR("waiting"), count_waiting(conf));
    cf_put_json_time(w, CF_STR("created"), conf->created);
    cf_put_char(w, '}');
}

struct cf_conference *cf_api_room(struct cf_api_call *call) {
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_focus_find_room(cf_node_focus(call->services->node), call->match.params[0], &conf);
    if (!cf_denial_is_none(denial)) {
        (void)cf_api_fail(call, cf_problem_of_denial(denial));
        return NULL;
    }
    return conf;
}

void cf_api_get_room(struct cf_api_call *call) {
    const struct cf_conference *conf = cf_api_room(call);
    if (conf != NULL) {
        put_room(call, conf);
    }
}

/* --- all --- */

/* The conference with the least key behind @p after; NULL: none. Without an index: a page of a thousand is a matter of
 * milliseconds. */
static const struct cf_conference *next_room(struct cf_directory *directory, struct cf_str after) {
    const struct cf_conference *least = NULL;
    for (const struct cf_conference *conf = cf_directory_next(directory, NULL); conf != NULL;
         conf = cf_directory_next(directory, conf)) {
        if (cf_str_cmp(conf->key, after) > 0 && (least == NULL || cf_str_cmp(conf->key, least->key) < 0)) {
            least = conf;
        }
    }
    return least;
}

void cf_api_list_rooms(struct cf_api_call *call) {
    struct cf_api_page page;
    if (!cf_api_page_begin(call, &page)) {
        return;
    }
    struct cf_str after = page.after.at == NULL ? CF_STR("") : page.after;
    const struct cf_conference *conf = next_room(directory_of(call), after);
    while (conf != NULL && cf_api_page_takes(call, &page, conf->key)) {
        put_room(call, conf);
        conf = next_room(directory_of(call), conf->key);
    }
    cf_api_page_end(call, &page);
}

/* --- making, changing, ending --- */

/* What may be said of a room. */
struct room_wish {
    struct cf_str name;
    struct cf_str subject;
    struct cf_str pin; /* empty: none; absent: leave */
    bool lobby;
    bool locked;
    bool aes256;
    bool has_lobby;
    bool has_locked;
    bool has_aes256;
};

static bool read_wish(struct cf_api_call *call, struct room_wish *wish, bool is_new) {
    struct cf_json_member members[] = {{.name = CF_STR("subject")}, {.name = CF_STR("lobby")},  {.name = CF_STR("locked")},
                                       {.name = CF_STR("pin")},     {.name = CF_STR("aes256")}, {.name = CF_STR("name")}};
    if (!cf_api_read(call, members, is_new ? 6 : 5)) {
        return false;
    }
    if (members[3].value.kind == CF_JSON_NULL && !is_new) {
        wish->pin = CF_STR("");
        members[3].value.kind = CF_JSON_ABSENT;
    }
    if (!cf_api_take_text(call, &members[0], CF_CONFERENCE_SUBJECT_MAX, &wish->subject) ||
        !cf_api_take_flag(call, &members[1], &wish->lobby) || !cf_api_take_flag(call, &members[2], &wish->locked) ||
        !cf_api_take_text(call, &members[3], CF_PIN_MAX, &wish->pin) || !cf_api_take_flag(call, &members[4], &wish->aes256) ||
        (is_new && !cf_api_take_text(call, &members[5], 40, &wish->name))) {
        return false;
    }
    if (members[3].value.kind == CF_JSON_TEXT && !cf_pin_is_valid(wish->pin)) {
        return cf_api_fail(call, CF_PROBLEM(400, "malformed", "A PIN has 4 to 16 digits"));
    }
    wish->has_lobby = members[1].value.kind != CF_JSON_ABSENT;
    wish->has_locked = members[2].value.kind != CF_JSON_ABSENT;
    wish->has_aes256 = members[4].value.kind != CF_JSON_ABSENT;
    return true;
}

static struct cf_denial change(struct cf_conference *conf, cf_usec now, const struct room_wish *wish) {
    struct cf_denial denial = {.reason = CF_DENIAL_NONE};
    if (wish->pin.at != NULL) {
        denial = cf_conference_on_set_pin(conf, now, &operator_actor, wish->pin);
    }
    if (cf_denial_is_none(denial) && wish->has_lobby) {
        denial = cf_conference_on_lobby(conf, now, &operator_actor, wish->lobby);
    }
    if (cf_denial_is_none(denial) && wish->has_aes256) {
        denial = cf_conference_on_aes256(conf, now, &operator_actor, wish->aes256);
    }
    if (cf_denial_is_none(denial) && wish->has_locked) {
        denial = cf_conference_on_lock(conf, now, &operator_actor, wish->locked);
    }
    if (cf_denial_is_none(denial) && wish->subject.len > 0) {
        denial = cf_conference_on_subject(conf, now, &operator_actor, wish->subject);
    }
    return denial;
}

void cf_api_change_room(struct cf_api_call *call) {
    struct room_wish wish = {.name = CF_STR_NONE};
    struct cf_conference *conf = cf_api_room(call);
    if (conf == NULL || !read_wish(call, &wish, false)) {
        return;
    }
    struct cf_denial denial = change(conf, call->now, &wish);
    if (cf_denial_is_none(denial)) {
        put_room(call, conf);
    } else {
        (void)cf_api_fail(call, cf_problem_of_denial(denial));
    }
}

void cf_api_create_room(struct cf_api_call *call) {
    struct room_wish wish = {.name = CF_STR_NONE};
    struct cf_conference *conf = NULL;
    char key_text[CF_FOCUS_KEY_MAX];
    struct cf_writer key;
    struct cf_focus *focus = cf_node_focus(call->services->node);
    if (!read_wish(call, &wish, true)) {
        return;
    }
    cf_writer_init(&key, key_text, sizeof key_text);
    cf_put_lit(&key, "room-");
    cf_put(&key, wish.name);
    if (cf_denial_is_none(cf_directory_find(directory_of(call), cf_writer_str(&key), &conf))) {
        (void)cf_api_fail(call, CF_PROBLEM(409, "conflict", "There is a room of that name"));
        return;
    }
    struct cf_denial denial = cf_focus_add_room(focus, wish.name, call->now);
    if (denial.reason == CF_DENIAL_NOT_FOUND) {
        (void)cf_api_fail(call, CF_PROBLEM(400, "malformed", "A room's name has letters, digits, '-', '_' and '.' only"));
        return;
    }
    if (cf_denial_is_none(denial)) {
        denial = cf_directory_find(directory_of(call), cf_writer_str(&key), &conf);
    }
    if (cf_denial_is_none(denial)) {
        denial = change(conf, call->now, &wish);
    }
    if (!cf_denial_is_none(denial)) {
        (void)cf_api_fail(call, cf_problem_of_denial(denial));
        return;
    }
    put_room(call, conf);
    cf_api_made(call, CF_STR("/api/rooms/"), conf->key);
}

void cf_api_delete_room(struct cf_api_call *call) {
    struct cf_conference *conf = cf_api_room(call);
    if (conf == NULL) {
        return;
    }
    struct cf_denial denial = cf_conference_on_delete(conf, call->now, &operator_actor);
    if (cf_denial_is_none(denial)) {
        cf_api_done(call);
    } else {
        (void)cf_api_fail(call, cf_problem_of_denial(denial));
    }
}
