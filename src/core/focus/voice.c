/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What callers are told (core/menu/attendant.h decides when and what), chimes when people come and go, and the last word to whom
 * we hang up on. A phone whose user has a window with the conference in it, which is who subscribes to it, is told less.
 */
#include "core/focus/voice.h"

#include "core/focus/focus_impl.h"
#include "core/focus/leg_media.h"
#include "core/focus/room.h"
#include "core/focus/watcher.h"

/* The tag of a last word, and how long it may take. */
#define FAREWELL_TAG 1
#define FAREWELL_MAX CF_SEC(8)

static bool speaks(const struct cf_focus *focus) {
    return focus->config.sounds != NULL && focus->config.prompts != CF_FOCUS_PROMPTS_OFF;
}

void cf_leg_say(const struct cf_leg *leg, const struct cf_phrase *phrase) {
    if (speaks(leg->room->focus) && leg->has_media) {
        struct cf_media_command command = {.kind = CF_MEDIA_PLAY, .room = leg->room->handle, .leg = leg->handle};
        command.as.phrase = *phrase;
        cf_focus_command(leg->room->focus, &command);
    }
}

static void hush(const struct cf_leg *leg) {
    if (speaks(leg->room->focus) && leg->has_media) {
        const struct cf_media_command command = {.kind = CF_MEDIA_HUSH, .leg = leg->handle};
        cf_focus_command(leg->room->focus, &command);
    }
}

/* Its user subscribes to the conference. */
static bool has_screen(const struct cf_leg *leg) {
    if (leg->room->focus->config.prompts == CF_FOCUS_PROMPTS_ALL) {
        return false;
    }
    CF_LIST_EACH (&leg->room->watchers, link, following) {
        if (cf_str_eq(CF_OF(link, struct cf_watcher, sub.in_room)->aor, leg->aor)) {
            return true;
        }
    }
    return false;
}

struct cf_attendant_view cf_leg_view(const struct cf_leg *leg) {
    const struct cf_conference *conf = cf_room_conference(leg->room);
    const struct cf_conference_actor actor = {.aor = leg->aor};
    struct cf_attendant_view view = {.has_screen = has_screen(leg)};
    if (conf != NULL) {
        view.people = (uint32_t)cf_conference_people(conf);
        view.is_moderator = cf_conference_is_admin(conf, &actor);
    }
    return view;
}

void cf_leg_choose_language(struct cf_leg *leg, struct cf_str accept) {
    const struct cf_focus_config *config = &leg->room->focus->config;
    size_t language = config->sounds == NULL ? 0 : cf_language_choose(config->sounds, accept, config->language);
    cf_attendant_init(&leg->attendant, language);
}

static enum cf_place place_of(const struct cf_leg *leg) {
    if (!cf_handle_is_set(leg->device) || leg->has_left || leg->dial != NULL) {
        return CF_PLACE_NOWHERE;
    }
    return leg->menu.wants_pin ? CF_PLACE_DOOR : leg->is_waiting ? CF_PLACE_LOBBY : CF_PLACE_INSIDE;
}

void cf_leg_note_place(struct cf_leg *leg, cf_usec now) {
    if (speaks(leg->room->focus)) {
        cf_attendant_on_place(&leg->attendant, now, place_of(leg));
        if (leg->has_media) {
            cf_attendant_on_sound(&leg->attendant, now);
        }
        cf_leg_set_timer(leg);
    }
}

void cf_leg_on_key(struct cf_leg *leg, cf_usec now) {
    cf_attendant_on_key(&leg->attendant, now);
    cf_leg_set_timer(leg);
    hush(leg);
}

void cf_leg_on_muted_by_other(const struct cf_leg *leg) {
    if (!has_screen(leg)) {
        struct cf_phrase phrase =
            cf_phrase_of(leg->attendant.language, leg->is_muted ? CF_PROMPT_MUTED_BY_MODERATOR : CF_PROMPT_UNMUTED_BY_MODERATOR);
        cf_leg_say(leg, &phrase);
    }
}

cf_usec cf_leg_voice_deadline(const struct cf_leg *leg) {
    cf_usec farewell = leg->farewell_until == 0 ? CF_USEC_NEVER : leg->farewell_until;
    return cf_usec_min(cf_attendant_deadline(&leg->attendant), farewell);
}

static void end(struct cf_leg *leg, cf_usec now) {
    leg->farewell_until = CF_USEC_NEVER;
    cf_session_end(&leg->session, 0, CF_STR_NONE, now);
}

void cf_leg_voice_on_deadline(struct cf_leg *leg, cf_usec now) {
    struct cf_phrase phrase;
    if (leg->farewell_until != 0 && leg->farewell_until <= now) {
        end(leg, now);
    }
    if (cf_attendant_deadline(&leg->attendant) <= now) {
        const struct cf_attendant_view view = cf_leg_view(leg);
        if (cf_attendant_on_deadline(&leg->attendant, now, &view, &phrase)) {
            cf_leg_say(leg, &phrase);
        }
    }
}

void cf_leg_on_played(struct cf_leg *leg, const struct cf_played *played, cf_usec now) {
    if (played->tag == FAREWELL_TAG && leg->farewell_until != 0) {
        end(leg, now);
        cf_leg_settle(leg, now);
    }
}

static bool farewell_of(const struct cf_leg *leg, enum cf_hang_up_reason reason, enum cf_prompt *ret) {
    switch (reason) {
    case CF_HANG_UP_REMOVED:
        *ret = CF_PROMPT_REMOVED;
        return !has_screen(leg);
    case CF_HANG_UP_DENIED:
        *ret = leg->menu.wants_pin ? CF_PROMPT_PIN_REFUSED : CF_PROMPT_DENIED;
        return true;
    case CF_HANG_UP_OVER:
        *ret = CF_PROMPT_OVER;
        return !has_screen(leg);
    case CF_HANG_UP_REPLACED:
    case CF_HANG_UP_JOINED:
    case CF_HANG_UP_WEAK: /* nothing more is said over what is too weak */
        break;
    }
    return false;
}

bool cf_leg_bid_farewell(struct cf_leg *leg, enum cf_hang_up_reason reason, cf_usec now) {
    enum cf_prompt prompt = CF_PROMPT_OVER;
    bool can = speaks(leg->room->focus) && leg->has_media && !leg->room->focus->is_draining;
    if (!can || leg->farewell_until != 0 || !farewell_of(leg, reason, &prompt)) {
        return leg->farewell_until != 0;
    }
    /* Out of the room at once: in the lobby only we are heard. */
    leg->is_waiting = true;
    cf_leg_tell_policy(leg);
    cf_attendant_on_place(&leg->attendant, now, CF_PLACE_NOWHERE);
    hush(leg);
    struct cf_phrase phrase = cf_phrase_of(leg->attendant.language, prompt);
    phrase.is_firm = true;
    phrase.tag = FAREWELL_TAG;
    cf_leg_say(leg, &phrase);
    leg->farewell_until = now + FAREWELL_MAX;
    cf_leg_set_timer(leg);
    return true;
}

static void chime(const struct cf_room *room, enum cf_prompt tone) {
    struct cf_media_command command = {.kind = CF_MEDIA_PLAY, .room = room->handle, .workers = room->workers};
    command.as.phrase = cf_phrase_of(0, tone);
    cf_focus_command(room->focus, &command);
}

void cf_room_voice_on_roster(struct cf_room *room, cf_usec now) {
    const struct cf_conference *conf = cf_room_conference(room);
    if (conf == NULL || !speaks(room->focus)) {
        return;
    }
    uint32_t before = room->people;
    room->people = (uint32_t)cf_conference_people(conf);
    uint32_t most = room->people > before ? room->people : before;
    if (room->people != before && most <= room->focus->config.tones_max && room->people > 0) {
        chime(room, room->people > before ? CF_PROMPT_TONE_ENTER : CF_PROMPT_TONE_LEAVE);
    }
    CF_LIST_EACH (&room->legs, link, following) {
        struct cf_leg *leg = CF_OF(link, struct cf_leg, in_room);
        cf_usec due = cf_attendant_deadline(&leg->attendant);
        cf_attendant_on_people(&leg->attendant, now, room->people);
        if (cf_attendant_deadline(&leg->attendant) != due) {
            cf_leg_set_timer(leg);
        }
    }
}
