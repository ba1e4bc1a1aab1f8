/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permanent rooms. */
#include "server/permanent_rooms.h"

#include "shell/log/log.h"

static void complain(const char *key, struct cf_str name, struct cf_denial denial) {
    if (!cf_denial_is_none(denial)) {
        struct cf_str why = cf_denial_text(denial.reason);
        cf_log(CF_LOG_WARNING, "config", "conferences.%s: %.*s: %.*s", key, CF_STR_ARG(name), CF_STR_ARG(why));
    }
}

/* Room @p name has a lobby, or @p pin if that is there. */
static struct cf_denial set_door(struct cf_focus *focus, struct cf_str name, struct cf_str pin, cf_usec now) {
    static const struct cf_conference_actor server = {.is_operator = true};
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_focus_find_room(focus, name, &conf);
    if (!cf_denial_is_none(denial)) {
        return denial;
    }
    return pin.at != NULL ? cf_conference_on_set_pin(conf, now, &server, pin) : cf_conference_on_lobby(conf, now, &server, true);
}

void cf_permanent_rooms_add(const struct cf_config *config, struct cf_focus *focus, cf_usec now) {
    struct cf_str rest = cf_config_list(&config->rooms);
    struct cf_str name;
    while (cf_config_list_next(&rest, &name)) {
        complain("rooms", name, cf_focus_add_room(focus, name, now));
    }
    rest = cf_config_list(&config->lobby_rooms);
    while (cf_config_list_next(&rest, &name)) {
        complain("lobby-rooms", name, set_door(focus, name, CF_STR_NONE, now));
    }
    rest = cf_config_list(&config->pins);
    while (cf_config_list_next(&rest, &name)) {
        struct cf_str pin = name;
        struct cf_str room = cf_str_cut(&pin, ':');
        complain("pins", room,
                 pin.at == NULL ? (struct cf_denial){.reason = CF_DENIAL_TOO_LONG} : set_door(focus, room, pin, now));
    }
}
