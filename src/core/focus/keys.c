/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member asks for by keys of the phone (RFC 4733 or INFO) and by commands in INFO (docs/conference-commands.md). Who may
 * do it is for the conference to say; a key that is refused does nothing.
 */
#include "core/conf/conference_command.h"
#include "core/focus/focus_impl.h"
#include "core/menu/dtmf_info.h"
#include "core/mime/mime.h"

#define COMMAND_TYPE CF_STR("application/vnd.confer.command")

static void toggle(struct cf_leg *leg, struct cf_conference *conf, enum cf_menu_action action, cf_usec now) {
    const struct cf_conference_actor actor = {.aor = leg->aor};
    const struct cf_roster_participant *self = cf_roster_find(&conf->roster, leg->aor);
    enum cf_conference_command command = CF_CONFERENCE_COMMAND_ADMIT_ALL;
    if (self == NULL) {
        return;
    }
    if (action == CF_MENU_MUTE) {
        command = self->is_muted ? CF_CONFERENCE_COMMAND_UNMUTE : CF_CONFERENCE_COMMAND_MUTE;
    } else if (action == CF_MENU_HAND) {
        command = self->hand_up != 0 ? CF_CONFERENCE_COMMAND_HAND_DOWN : CF_CONFERENCE_COMMAND_HAND_UP;
    } else if (action == CF_MENU_LOCK) {
        command = conf->is_locked ? CF_CONFERENCE_COMMAND_UNLOCK : CF_CONFERENCE_COMMAND_LOCK;
    }
    struct cf_denial ignored = cf_conference_do(conf, now, &actor, command, CF_STR_NONE);
    (void)ignored;
}

void cf_leg_on_digit(struct cf_leg *leg, char digit, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    enum cf_menu_action action = cf_menu_on_digit(&leg->menu, now, digit);
    if (conf == NULL || !cf_handle_is_set(leg->device) || action == CF_MENU_NOTHING) {
        return;
    }
    if (action == CF_MENU_PIN) {
        enum cf_pin_verdict verdict = cf_conference_on_pin(conf, now, leg->device, cf_menu_pin(&leg->menu));
        if (verdict == CF_PIN_RIGHT) {
            cf_menu_ask_pin(&leg->menu, false);
        }
        return;
    }
    toggle(leg, conf, action, now);
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
        cf_leg_on_digit(leg, digit, now);
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
