/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member asks for by keys of the phone (RFC 4733, INFO, or tones in the sound) and by commands in INFO
 * (docs/conference-commands.md). Who may do it is for the conference to say; what came of a key is told to who pressed it
 * (voice.c).
 */
#include "core/focus/keys.h"

#include "core/conf/conference_command.h"
#include "core/focus/answer.h"
#include "core/focus/leg_media.h"
#include "core/focus/room.h"
#include "core/focus/voice.h"
#include "core/menu/dtmf_info.h"
#include "core/mime/mime.h"

/* INFO comes so long after the tones at most. */
#define SAME_KEY CF_SEC(2)

#define COMMAND_TYPE CF_STR("application/vnd.confer.command")

/* The command behind a code, and what is on after it. @self: the roster's view of who asks. */
static enum cf_conference_command command_of(enum cf_menu_action action, const struct cf_conference *conf,
                                             const struct cf_roster_participant *self, enum cf_outcome *ret) {
    *ret = CF_OUTCOME_ON;
    if (action == CF_MENU_MUTE) {
        *ret = self->is_muted ? CF_OUTCOME_OFF : CF_OUTCOME_ON;
        return self->is_muted ? CF_CONFERENCE_COMMAND_UNMUTE : CF_CONFERENCE_COMMAND_MUTE;
    }
    if (action == CF_MENU_HAND) {
        *ret = self->hand_up != 0 ? CF_OUTCOME_OFF : CF_OUTCOME_ON;
        return self->hand_up != 0 ? CF_CONFERENCE_COMMAND_HAND_DOWN : CF_CONFERENCE_COMMAND_HAND_UP;
    }
    if (action == CF_MENU_LOCK) {
        *ret = conf->is_locked ? CF_OUTCOME_OFF : CF_OUTCOME_ON;
        return conf->is_locked ? CF_CONFERENCE_COMMAND_UNLOCK : CF_CONFERENCE_COMMAND_LOCK;
    }
    return action == CF_MENU_MUTE_ALL ? CF_CONFERENCE_COMMAND_MUTE_ALL : CF_CONFERENCE_COMMAND_ADMIT_ALL;
}

static bool is_command(enum cf_menu_action action) {
    return action == CF_MENU_MUTE || action == CF_MENU_HAND || action == CF_MENU_LOCK || action == CF_MENU_ADMIT ||
           action == CF_MENU_MUTE_ALL;
}

/* What somebody does to himself needs not be told him. */
static void note_own_mute(struct cf_leg *leg, enum cf_conference_command command, struct cf_str argument) {
    bool is_own = argument.len == 0 || cf_str_eq(argument, leg->aor);
    if (is_own && (command == CF_CONFERENCE_COMMAND_MUTE || command == CF_CONFERENCE_COMMAND_UNMUTE)) {
        leg->believes_muted = command == CF_CONFERENCE_COMMAND_MUTE;
    }
}

/* A code was keyed in: do it, and say what came of it. */
static void on_code(struct cf_leg *leg, struct cf_conference *conf, enum cf_menu_action action, cf_usec now) {
    const struct cf_conference_actor actor = {.aor = leg->aor};
    const struct cf_roster_participant *self = cf_roster_find(&conf->roster, leg->aor);
    enum cf_outcome outcome = CF_OUTCOME_ON;
    if (self == NULL) {
        return;
    }
    if (is_command(action)) {
        enum cf_conference_command command = command_of(action, conf, self, &outcome);
        bool is_done = cf_denial_is_none(cf_conference_do(conf, now, &actor, command, CF_STR_NONE));
        if (is_done) {
            note_own_mute(leg, command, CF_STR_NONE);
        }
        outcome = is_done ? outcome : CF_OUTCOME_DENIED;
    }
    const struct cf_attendant_view view = cf_leg_view(leg);
    struct cf_phrase phrase = cf_attendant_answer(&leg->attendant, action, outcome, &view);
    cf_leg_say(leg, &phrase);
}

static void on_pin(struct cf_leg *leg, struct cf_conference *conf, cf_usec now) {
    enum cf_pin_verdict verdict = cf_conference_on_pin(conf, now, leg->device, cf_menu_pin(&leg->menu));
    if (verdict == CF_PIN_RIGHT) {
        cf_menu_ask_pin(&leg->menu, false);
        cf_leg_note_place(leg, now);
    } else {
        struct cf_phrase phrase = cf_phrase_of(leg->attendant.language, CF_PROMPT_PIN_WRONG);
        cf_leg_say(leg, &phrase);
    }
}

void cf_leg_on_digit(struct cf_leg *leg, char digit, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf == NULL || !cf_handle_is_set(leg->device) || leg->has_left) {
        return;
    }
    enum cf_menu_action action = cf_menu_on_digit(&leg->menu, now, digit);
    cf_leg_on_key(leg, now);
    if (action == CF_MENU_PIN) {
        on_pin(leg, conf, now);
    } else if (action != CF_MENU_NOTHING) {
        on_code(leg, conf, action, now);
    }
}

void cf_leg_on_tone(struct cf_leg *leg, char key, cf_usec now) {
    if (leg->keys_by_info) {
        return; /* it said, or will say, the same key in words */
    }
    leg->tone = key;
    leg->tone_at = now;
    cf_leg_on_digit(leg, key, now);
}

/* A phone that says keys by INFO may be heard pressing them, too: the first one has been taken then. */
static void on_info_key(struct cf_leg *leg, char key, cf_usec now) {
    bool is_first = !leg->keys_by_info;
    leg->keys_by_info = true;
    if (!is_first || leg->tone != key || now - leg->tone_at > SAME_KEY) {
        cf_leg_on_digit(leg, key, now);
    }
}

/* One command a body: the word, and after a blank what it takes. */
static unsigned on_command(struct cf_leg *leg, struct cf_str body, cf_usec now) {
    const struct cf_conference_actor actor = {.aor = leg->aor};
    enum cf_conference_command command;
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_str rest = cf_str_trim(body);
    struct cf_str word = cf_str_cut(&rest, ' ');
    struct cf_str argument = rest.at == NULL ? CF_STR_NONE : cf_str_trim(rest);
    if (conf == NULL) {
        return 481;
    }
    if (!cf_conference_command_of(word, &command)) {
        return 400;
    }
    if (command == CF_CONFERENCE_COMMAND_INVITE && !cf_focus_may_call(leg->room->focus, argument)) {
        return 403;
    }
    struct cf_denial denial = cf_conference_do(conf, now, &actor, command, argument);
    if (cf_denial_is_none(denial)) {
        note_own_mute(leg, command, argument);
    }
    return cf_status_in_dialog(cf_denial_status(denial.reason));
}

unsigned cf_leg_on_info(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now) {
    struct cf_mime_part part;
    char digit = 0;
    if (message->body.len == 0 || cf_mime_body_of(message, &part) != CF_OK) {
        return message->body.len == 0 ? 200 : 415;
    }
    bool is_relay = cf_mime_type_is(&part.type, CF_STR("application/dtmf-relay"));
    if (is_relay || cf_mime_type_is(&part.type, CF_STR("application/dtmf"))) {
        if ((is_relay ? cf_dtmf_relay_parse(part.body, &digit) : cf_dtmf_parse(part.body, &digit)) != CF_OK) {
            return 400;
        }
        on_info_key(leg, digit, now);
        return 200;
    }
    if (cf_mime_type_is(&part.type, CF_STR("application/trickle-ice-sdpfrag"))) {
        cf_leg_on_trickle(leg, part.body);
        return 200;
    }
    if (cf_mime_type_is(&part.type, COMMAND_TYPE)) {
        return on_command(leg, part.body, now);
    }
    /* RFC 5168: the engine asks for pictures by RTCP and is asked so; this changes nothing. */
    return cf_mime_type_is(&part.type, CF_STR("application/media_control+xml")) ? 200 : 415;
}
