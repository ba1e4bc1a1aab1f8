/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands to a conference. */
#include "core/conf/conference_command.h"

static const struct {
    struct cf_str word;
    enum cf_command_takes takes;
    struct cf_str text;
} rows[] = {
#define X(name, word, takes, text) {CF_STR_INIT(word), CF_COMMAND_TAKES_##takes, CF_STR_INIT(text)},
#include "core/conf/conference_command_table.h"
#undef X
};

struct cf_str cf_conference_command_word(enum cf_conference_command command) {
    return rows[command].word;
}

enum cf_command_takes cf_conference_command_takes(enum cf_conference_command command) {
    return rows[command].takes;
}

struct cf_str cf_conference_command_text(enum cf_conference_command command) {
    return rows[command].text;
}

bool cf_conference_command_of(struct cf_str word, enum cf_conference_command *ret) {
    for (size_t i = 0; i < CF_CONFERENCE_COMMAND_COUNT_; i++) {
        if (cf_str_eq(rows[i].word, word)) {
            *ret = (enum cf_conference_command)i;
            return true;
        }
    }
    return false;
}

static struct cf_denial invite(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                               struct cf_str aor) {
    struct cf_resource_entry entry = {.uri = aor};
    return cf_conference_on_add(conf, now, actor, &entry);
}

struct cf_denial cf_conference_do(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                  enum cf_conference_command command, struct cf_str argument) {
    struct cf_str user = argument.len > 0 ? argument : actor->aor;
    switch (command) {
    case CF_CONFERENCE_COMMAND_HAND_UP:
    case CF_CONFERENCE_COMMAND_HAND_DOWN:
        return cf_conference_on_hand(conf, now, actor, user, command == CF_CONFERENCE_COMMAND_HAND_UP);
    case CF_CONFERENCE_COMMAND_MUTE:
    case CF_CONFERENCE_COMMAND_UNMUTE:
        return cf_conference_on_mute(conf, now, actor, user, command == CF_CONFERENCE_COMMAND_MUTE);
    case CF_CONFERENCE_COMMAND_MUTE_ALL:
        return cf_conference_on_mute_all(conf, now, actor);
    case CF_CONFERENCE_COMMAND_SPEAKER:
        return cf_conference_on_set_role(conf, now, actor, user, CF_CONF_ROLE_SPEAKER);
    case CF_CONFERENCE_COMMAND_LISTENER:
        return cf_conference_on_set_role(conf, now, actor, user, CF_CONF_ROLE_LISTENER);
    case CF_CONFERENCE_COMMAND_MODERATOR:
    case CF_CONFERENCE_COMMAND_MEMBER:
        return cf_conference_on_set_admin(conf, now, actor, user, command == CF_CONFERENCE_COMMAND_MODERATOR);
    case CF_CONFERENCE_COMMAND_KICK:
        return cf_conference_on_remove(conf, now, actor, user);
    case CF_CONFERENCE_COMMAND_INVITE:
        return invite(conf, now, actor, user);
    case CF_CONFERENCE_COMMAND_ADMIT:
    case CF_CONFERENCE_COMMAND_DENY:
        return cf_conference_on_admit(conf, now, actor, user, command == CF_CONFERENCE_COMMAND_ADMIT);
    case CF_CONFERENCE_COMMAND_ADMIT_ALL:
        return cf_conference_on_admit_all(conf, now, actor);
    case CF_CONFERENCE_COMMAND_LOCK:
    case CF_CONFERENCE_COMMAND_UNLOCK:
        return cf_conference_on_lock(conf, now, actor, command == CF_CONFERENCE_COMMAND_LOCK);
    case CF_CONFERENCE_COMMAND_LOBBY:
    case CF_CONFERENCE_COMMAND_NO_LOBBY:
        return cf_conference_on_lobby(conf, now, actor, command == CF_CONFERENCE_COMMAND_LOBBY);
    case CF_CONFERENCE_COMMAND_AES256:
    case CF_CONFERENCE_COMMAND_NO_AES256:
        return cf_conference_on_aes256(conf, now, actor, command == CF_CONFERENCE_COMMAND_AES256);
    case CF_CONFERENCE_COMMAND_PIN:
        return cf_conference_on_set_pin(conf, now, actor, argument);
    case CF_CONFERENCE_COMMAND_SUBJECT:
        return cf_conference_on_subject(conf, now, actor, argument);
    case CF_CONFERENCE_COMMAND_END:
        return cf_conference_on_end(conf, now, actor);
    case CF_CONFERENCE_COMMAND_COUNT_:
        break;
    }
    return (struct cf_denial){.reason = CF_DENIAL_STATE};
}
