/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of a room at the HTTP interface, and what is done to them. */
#include "core/conf/conference_command.h"
#include "server/api_handlers.h"
#include "server/json.h"

static const struct cf_conference_actor operator_actor = {.is_operator = true};

void cf_api_put_protection(struct cf_writer *w, const struct cf_roster_device *d) {
    cf_put_json_text(w, CF_STR("encryption"), cf_str_of(d->protection));
    if (d->sas[0] != '\0') {
        cf_put_json_text(w, CF_STR("sas"), cf_str_of(d->sas));
        cf_put_json_flag(w, CF_STR("sas_verified"), d->is_sas_verified);
    }
}

static void put_device(struct cf_writer *w, const struct cf_roster_device *d) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("entity"), true);
    cf_put_json_str(w, d->entity);
    cf_put_json_text(w, CF_STR("status"), cf_endpoint_status_word(cf_roster_device_status(d)));
    cf_put_json_text(w, CF_STR("audio"), cf_media_status_word(d->media[CF_CONF_AUDIO].status));
    cf_put_json_text(w, CF_STR("video"), cf_media_status_word(d->media[CF_CONF_VIDEO].status));
    cf_api_put_protection(w, d);
    cf_put_char(w, '}');
}

static bool is_waiting(const struct cf_roster_participant *p) {
    for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (!d->is_waiting) {
            return false;
        }
    }
    return true;
}

static void put_member(struct cf_writer *w, const struct cf_roster_participant *p) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("user"), true);
    cf_put_json_str(w, p->aor);
    if (p->name.len > 0) {
        cf_put_json_text(w, CF_STR("name"), p->name);
    }
    cf_put_json_text(w, CF_STR("role"), cf_roster_role_word(p));
    cf_put_json_flag(w, CF_STR("guest"), p->is_guest);
    cf_put_json_flag(w, CF_STR("verified"), p->is_verified);
    cf_put_json_flag(w, CF_STR("muted"), p->is_muted);
    cf_put_json_flag(w, CF_STR("hand"), p->hand_up != 0);
    cf_put_json_flag(w, CF_STR("waiting"), is_waiting(p));
    cf_put_json_key(w, CF_STR("devices"), false);
    cf_put_char(w, '[');
    for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        cf_put(w, d == cf_roster_first_device(p) ? CF_STR_NONE : CF_STR(","));
        put_device(w, d);
    }
    cf_put_lit(w, "]}");
}

/* Who is only still shown, without a device, is no member. */
static const struct cf_roster_participant *skip_departed(const struct cf_conference *conf,
                                                         const struct cf_roster_participant *p) {
    while (p != NULL && p->device_count == 0) {
        p = cf_roster_next(&conf->roster, p);
    }
    return p;
}

/* The first one behind @p after; if that has gone meanwhile, from the beginning. */
static const struct cf_roster_participant *first_after(const struct cf_conference *conf, struct cf_str after) {
    const struct cf_roster_participant *p = after.len > 0 ? cf_roster_find(&conf->roster, after) : NULL;
    return skip_departed(conf, p == NULL ? cf_roster_first(&conf->roster) : cf_roster_next(&conf->roster, p));
}

void cf_api_list_members(struct cf_api_call *call) {
    struct cf_api_page page;
    const struct cf_conference *conf = cf_api_room(call);
    if (conf == NULL || !cf_api_page_begin(call, &page)) {
        return;
    }
    for (const struct cf_roster_participant *p = first_after(conf, page.after);
         p != NULL && cf_api_page_takes(call, &page, p->aor); p = skip_departed(conf, cf_roster_next(&conf->roster, p))) {
        put_member(&call->body, p);
    }
    cf_api_page_end(call, &page);
}

void cf_api_get_member(struct cf_api_call *call) {
    const struct cf_conference *conf = cf_api_room(call);
    const struct cf_roster_participant *p = conf == NULL ? NULL : cf_roster_find(&conf->roster, call->match.params[1]);
    if (conf == NULL) {
        return;
    }
    if (p == NULL || p->device_count == 0) {
        (void)cf_api_fail(call, CF_PROBLEM(404, "not-found", "Not in the conference"));
        return;
    }
    put_member(&call->body, p);
}

static void finish(struct cf_api_call *call, struct cf_denial denial) {
    if (cf_denial_is_none(denial)) {
        cf_api_done(call);
    } else {
        (void)cf_api_fail(call, cf_problem_of_denial(denial));
    }
}

void cf_api_remove_member(struct cf_api_call *call) {
    struct cf_conference *conf = cf_api_room(call);
    if (conf != NULL) {
        finish(call, cf_conference_on_remove(conf, call->now, &operator_actor, call->match.params[1]));
    }
}

void cf_api_act(struct cf_api_call *call) {
    struct cf_str word = CF_STR("");
    struct cf_str user = CF_STR("");
    struct cf_str text = CF_STR("");
    enum cf_conference_command command;
    struct cf_json_member members[] = {{.name = CF_STR("action")}, {.name = CF_STR("user")}, {.name = CF_STR("text")}};
    struct cf_conference *conf = cf_api_room(call);
    if (conf == NULL || !cf_api_read(call, members, 3) || !cf_api_take_text(call, &members[0], 32, &word) ||
        !cf_api_take_text(call, &members[1], CF_ROSTER_AOR_MAX, &user) ||
        !cf_api_take_text(call, &members[2], CF_CONFERENCE_SUBJECT_MAX, &text)) {
        return;
    }
    /* Nobody's hand is raised by others. */
    if (!cf_conference_command_of(word, &command) || command == CF_CONFERENCE_COMMAND_HAND_UP) {
        (void)cf_api_fail(call, CF_PROBLEM(400, "malformed", "There is no such action"));
        return;
    }
    bool wants_user = cf_conference_command_takes(command) == CF_COMMAND_TAKES_USER;
    if (wants_user && user.len == 0) {
        (void)cf_api_fail(call, CF_PROBLEM(400, "malformed", "user is needed: sip:name@domain"));
        return;
    }
    if (command == CF_CONFERENCE_COMMAND_INVITE && !cf_focus_may_call(cf_node_focus(call->services->node), user)) {
        (void)cf_api_fail(call, CF_PROBLEM(403, "not-allowed", "Only people of this server are called"));
        return;
    }
    finish(call, cf_conference_do(conf, call->now, &operator_actor, command, wants_user ? user : text));
}
