/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The focus: routing between its objects. */
#include "core/focus/focus.h"

#include "core/focus/answer.h"
#include "core/focus/chat.h"
#include "core/focus/dial.h"
#include "core/focus/errand.h"
#include "core/focus/focus_impl.h"
#include "core/focus/identity.h"
#include "core/focus/keys.h"
#include "core/focus/leg_media.h"
#include "core/focus/refer.h"
#include "core/focus/referral.h"
#include "core/focus/room.h"
#include "core/focus/voice.h"
#include "core/focus/watcher.h"

#define LEGS_MAX 20000
#define REFERRALS_MAX 1000
#define DELIVERIES_MAX 20000

void cf_focus_set_timer(struct cf_focus *focus, struct cf_focus_timer *timer, cf_usec deadline) {
    /* Without memory for the timer the object is served at the next event only; there is nothing better to do. */
    enum cf_err err = cf_heap_set(&focus->timers, &timer->timer, deadline);
    (void)err;
}

void cf_focus_command(struct cf_focus *focus, const struct cf_media_command *command) {
    cf_command_queue_put(&focus->commands, command);
}

static void init_tables(struct cf_focus *focus, cf_usec now, cf_wall wall) {
    const struct cf_focus_config *config = &focus->config;
    struct cf_directory_config directory = {
        .mem = config->mem, .entropy = config->entropy, .limits = &config->limits, .times = &config->times};
    cf_directory_init(&focus->directory, &directory);
    cf_directory_set_wall(&focus->directory, now, wall);
    cf_ports_init(&focus->ports, config->mem, config->port_source, config->quarantine_usec);
    cf_heap_init(&focus->timers, config->mem);
    cf_map_init(&focus->rooms, config->mem, cf_entropy_u32(config->entropy));
    cf_handle_table_init(&focus->room_handles, config->mem, config->limits.conferences + 1);
    cf_handle_table_init(&focus->legs, config->mem, LEGS_MAX);
    cf_handle_table_init(&focus->watchers, config->mem, CF_FOCUS_WATCHERS_MAX);
    cf_handle_table_init(&focus->referrals, config->mem, REFERRALS_MAX);
    cf_handle_table_init(&focus->deliveries, config->mem, DELIVERIES_MAX);
    cf_command_queue_init(&focus->commands, config->mem);
}

struct cf_focus *cf_focus_create(const struct cf_focus_config *config, cf_usec now, cf_wall wall) {
    struct cf_focus *focus = cf_mem_alloc(config->mem, sizeof *focus);
    if (focus == NULL) {
        return NULL;
    }
    *focus = (struct cf_focus){.config = *config};
    focus->scratch = cf_mem_alloc(config->mem, CF_FOCUS_SCRATCH_MAX);
    focus->deflated = cf_mem_alloc(config->mem, CF_FOCUS_SCRATCH_MAX);
    init_tables(focus, now, wall);
    if (focus->scratch == NULL || focus->deflated == NULL) {
        cf_focus_destroy(focus);
        return NULL;
    }
    return focus;
}

void cf_focus_destroy(struct cf_focus *focus) {
    if (focus == NULL) {
        return;
    }
    const struct cf_mem *mem = focus->config.mem;
    for (struct cf_map_node *node = cf_map_first(&focus->rooms); node != NULL; node = cf_map_first(&focus->rooms)) {
        cf_room_destroy(CF_OF(node, struct cf_room, node));
    }
    cf_command_queue_fini(&focus->commands);
    cf_ports_fini(&focus->ports);
    cf_directory_fini(&focus->directory);
    cf_handle_table_fini(&focus->deliveries);
    cf_handle_table_fini(&focus->referrals);
    cf_handle_table_fini(&focus->watchers);
    cf_handle_table_fini(&focus->legs);
    cf_handle_table_fini(&focus->room_handles);
    cf_map_fini(&focus->rooms);
    cf_heap_fini(&focus->timers);
    cf_mem_free(mem, focus->scratch, CF_FOCUS_SCRATCH_MAX);
    cf_mem_free(mem, focus->deflated, CF_FOCUS_SCRATCH_MAX);
    cf_mem_free(mem, focus, sizeof *focus);
}

/* --- what comes in --- */

static void on_message(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                       const struct cf_caller *caller, cf_usec now) {
    struct cf_room *room = cf_room_of(focus, conf);
    unsigned status = room == NULL ? 503 : cf_room_on_message(room, caller->aor, event->message, now);
    cf_focus_answer(focus, event, status, CF_STR_NONE, CF_STR_NONE, now);
}

static void on_conference_request(struct cf_focus *focus, const struct cf_endpoint_event *event, const struct cf_caller *caller,
                                  cf_usec now) {
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_focus_find_for(focus, caller, &event->message->request_uri, now, &conf);
    if (!cf_denial_is_none(denial)) {
        cf_focus_deny(focus, event, denial, now);
    } else if (event->message->method == CF_SIP_METHOD_SUBSCRIBE) {
        cf_focus_on_subscribe(focus, conf, event, caller, now);
    } else if (event->message->method == CF_SIP_METHOD_MESSAGE) {
        on_message(focus, conf, event, caller, now);
    } else {
        cf_focus_on_refer(focus, conf, event, caller, now);
    }
}

void cf_focus_on_request(struct cf_focus *focus, const struct cf_endpoint_event *event, const struct cf_caller *caller,
                         cf_usec now) {
    if (!cf_focus_screens(focus, event, now)) {
        return;
    }
    switch (event->message->method) {
    case CF_SIP_METHOD_INVITE:
        cf_focus_on_invite(focus, event, caller, now);
        break;
    case CF_SIP_METHOD_SUBSCRIBE:
    case CF_SIP_METHOD_REFER:
    case CF_SIP_METHOD_MESSAGE:
        on_conference_request(focus, event, caller, now);
        break;
    case CF_SIP_METHOD_OPTIONS:
        cf_focus_answer(focus, event, 200, CF_STR_NONE,
                        CF_STR("Accept: application/sdp\r\nAllow-Events: conference, refer\r\n"
                               "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, INFO, PRACK, UPDATE, MESSAGE\r\n"),
                        now);
        break;
    case CF_SIP_METHOD_OTHER:
    case CF_SIP_METHOD_ACK:
    case CF_SIP_METHOD_BYE:
    case CF_SIP_METHOD_CANCEL:
    case CF_SIP_METHOD_REGISTER:
    case CF_SIP_METHOD_PRACK:
    case CF_SIP_METHOD_UPDATE:
    case CF_SIP_METHOD_PUBLISH:
    case CF_SIP_METHOD_INFO:
    case CF_SIP_METHOD_NOTIFY:
    case CF_SIP_METHOD_COUNT_:
        cf_focus_answer(focus, event, 405, CF_STR_NONE,
                        CF_STR("Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, MESSAGE\r\n"), now);
        break;
    }
}

void cf_focus_on_event(struct cf_focus *focus, struct cf_owner owner, const struct cf_endpoint_event *event, cf_usec now) {
    if (owner.kind == CF_FOCUS_OWNER_LEG) {
        struct cf_leg *leg = cf_handle_get(&focus->legs, owner.handle);
        if (leg != NULL) {
            cf_session_on_event(&leg->session, event, now);
            cf_leg_settle(leg, now);
        }
    } else if (owner.kind == CF_FOCUS_OWNER_WATCHER) {
        struct cf_watcher *watcher = cf_handle_get(&focus->watchers, owner.handle);
        if (watcher != NULL) {
            cf_notifier_on_event(&watcher->sub.notifier, event, now);
            cf_watcher_settle(watcher, now);
        }
    } else if (owner.kind == CF_FOCUS_OWNER_REFERRAL) {
        struct cf_referral *referral = cf_handle_get(&focus->referrals, owner.handle);
        if (referral != NULL) {
            cf_notifier_on_event(&referral->sub.notifier, event, now);
            cf_referral_settle(referral, now);
        }
    } else if (owner.kind == CF_FOCUS_OWNER_DELIVERY) {
        struct cf_delivery *delivery = cf_handle_get(&focus->deliveries, owner.handle);
        if (delivery != NULL) {
            cf_delivery_on_event(delivery, event, now);
        }
    }
}

/* Usages whose peer was reached over the flow look for another way next time. */
void cf_focus_on_flow_closed(struct cf_focus *focus, const struct cf_endpoint_event *event, cf_usec now) {
    for (size_t i = 0; i < focus->legs.slots_used; i++) {
        struct cf_leg *leg = cf_handle_at(&focus->legs, i);
        if (leg != NULL && cf_flow_id_eq(cf_session_dialog(&leg->session)->flow, event->flow)) {
            cf_session_on_event(&leg->session, event, now);
            cf_leg_settle(leg, now);
        }
    }
    for (size_t i = 0; i < focus->watchers.slots_used; i++) {
        struct cf_watcher *watcher = cf_handle_at(&focus->watchers, i);
        if (watcher != NULL) {
            cf_notifier_on_event(&watcher->sub.notifier, event, now);
            cf_watcher_settle(watcher, now);
        }
    }
    for (size_t i = 0; i < focus->referrals.slots_used; i++) {
        struct cf_referral *referral = cf_handle_at(&focus->referrals, i);
        if (referral != NULL) {
            cf_notifier_on_event(&referral->sub.notifier, event, now);
            cf_referral_settle(referral, now);
        }
    }
}

const struct cf_engine_totals *cf_focus_media_totals(const struct cf_focus *focus) {
    return &focus->media_totals;
}

void cf_focus_on_media(struct cf_focus *focus, const struct cf_media_event *event, cf_usec now) {
    if (event->kind == CF_MEDIA_EVENT_TOTALS) {
        focus->media_totals = event->as.totals;
        return;
    }
    struct cf_leg *leg = cf_handle_get(&focus->legs, event->leg);
    if (leg == NULL) {
        return;
    }
    if (event->kind == CF_MEDIA_EVENT_SILENT) {
        /* Nobody is there any more: a phone that lost its network says no BYE. */
        cf_session_end(&leg->session, 0, CF_STR("Reason: SIP;cause=408;text=\"No media\"\r\n"), now);
        cf_leg_settle(leg, now);
    } else if (event->kind == CF_MEDIA_EVENT_STATS) {
        cf_leg_on_stats(leg, &event->as.stats);
    } else if (event->kind == CF_MEDIA_EVENT_SSRC) {
        cf_leg_on_ssrc(leg, event->as.ssrc.line, event->as.ssrc.value, now);
    } else if (event->kind == CF_MEDIA_EVENT_ICE) {
        cf_leg_on_checks(leg, event, now);
    } else if (event->kind == CF_MEDIA_EVENT_SECURED) {
        cf_leg_on_secured(leg, event, now);
    } else if (event->kind == CF_MEDIA_EVENT_INSECURE) {
        cf_leg_on_insecure(leg, event, now);
    } else if (event->kind == CF_MEDIA_EVENT_HEARD) {
        leg->is_heard = true;
        cf_leg_look_later(leg, now);
    } else if (event->kind == CF_MEDIA_EVENT_PAUSED) {
        cf_leg_on_paused(leg, event, now);
    } else if (event->kind == CF_MEDIA_EVENT_DIGIT) {
        cf_leg_on_digit(leg, event->as.digit, now);
    } else if (event->kind == CF_MEDIA_EVENT_TONE) {
        cf_leg_on_tone(leg, event->as.digit, now);
    } else if (event->kind == CF_MEDIA_EVENT_PLAYED) {
        cf_leg_on_played(leg, &event->as.played, now);
    }
}

/* --- what the conferences want --- */

/* Why we hang up, for who reads it (RFC 3326); nobody else can tell being removed from the end of a conference. */
static struct cf_str reason_field(enum cf_hang_up_reason reason) {
    switch (reason) {
    case CF_HANG_UP_REMOVED:
        return CF_STR("Reason: SIP;cause=403;text=\"Removed by a moderator\"\r\n");
    case CF_HANG_UP_OVER:
        return CF_STR("Reason: SIP;cause=410;text=\"Conference is over\"\r\n");
    case CF_HANG_UP_WEAK: /* as a Warning of a 488 would say it */
        return CF_STR("Reason: SIP;cause=488;text=\"AES-256 is required here\"\r\n");
    case CF_HANG_UP_REPLACED:
    case CF_HANG_UP_JOINED:
    case CF_HANG_UP_DENIED:
        break;
    }
    return CF_STR_NONE;
}

static void hang_up(struct cf_focus *focus, struct cf_room *room, const struct cf_conference_out *out, cf_usec now) {
    struct cf_leg *leg = cf_handle_get(&focus->legs, out->leg);
    struct cf_dial *dial = out->device == NULL || leg != NULL ? NULL : cf_dial_of(room, out->device->handle);
    if (leg != NULL) {
        bool was_in = !leg->has_left;
        leg->has_left = true;
        if (was_in && out->reason != CF_HANG_UP_REPLACED && cf_room_conference(room) != NULL) {
            cf_conference_on_left(out->conference, now, leg->device, false);
        }
        if (!cf_leg_bid_farewell(leg, out->reason, now)) {
            cf_session_end(&leg->session, out->reason == CF_HANG_UP_DENIED ? 403 : 0, reason_field(out->reason), now);
            cf_leg_settle(leg, now);
        }
    } else if (dial != NULL) {
        struct cf_handle device = dial->device;
        cf_dial_cancel(dial, out->reason == CF_HANG_UP_JOINED ? CF_FOCUS_ELSEWHERE : CF_STR_NONE, now);
        cf_conference_on_left(out->conference, now, device, false);
    }
}

static void set_policy(struct cf_focus *focus, const struct cf_conference_out *out, cf_usec now) {
    struct cf_leg *leg = cf_handle_get(&focus->legs, out->device->leg);
    if (leg != NULL && leg->farewell_until == 0) {
        bool was_muted = leg->is_muted;
        const struct cf_roster_participant *participant = out->device->participant;
        leg->is_muted = cf_roster_is_silenced(participant);
        leg->is_listener = participant->role == CF_CONF_ROLE_LISTENER;
        leg->is_waiting = out->device->is_waiting;
        cf_menu_ask_pin(&leg->menu, out->device->wants_pin);
        cf_leg_tell_policy(leg);
        cf_leg_note_place(leg, now);
        if (leg->is_muted != was_muted && leg->is_muted != leg->believes_muted) {
            cf_leg_on_muted_by_other(leg);
            leg->believes_muted = leg->is_muted;
        }
    }
}

static void obey(struct cf_focus *focus, const struct cf_conference_out *out, cf_usec now) {
    struct cf_room *room = cf_room_of(focus, out->conference);
    if (room == NULL) {
        return;
    }
    switch (out->kind) {
    case CF_CONF_OUT_INVITE:
        cf_dial_begin(room, out->device, now);
        break;
    case CF_CONF_OUT_HANG_UP:
        hang_up(focus, room, out, now);
        break;
    case CF_CONF_OUT_ADMITTED:
    case CF_CONF_OUT_MUTE:
        set_policy(focus, out, now);
        break;
    case CF_CONF_OUT_ROSTER:
        cf_room_on_roster(room, now);
        break;
    case CF_CONF_OUT_OVER:
        cf_room_on_over(room, now);
        break;
    case CF_CONF_OUT_NONE:
    case CF_CONF_OUT_STORE:
        break;
    }
}

static bool poll_command(struct cf_focus *focus, struct cf_focus_out *ret) {
    const struct cf_media_command *command = cf_command_queue_poll(&focus->commands);
    if (command == NULL) {
        return false;
    }
    *ret = (struct cf_focus_out){.kind = CF_FOCUS_OUT_MEDIA, .command = command};
    return true;
}

bool cf_focus_poll(struct cf_focus *focus, cf_usec now, struct cf_focus_out *ret) {
    struct cf_directory_out out;
    while (!poll_command(focus, ret)) {
        if (!cf_directory_poll(&focus->directory, now, &out)) {
            return false;
        }
        if (out.conference.kind == CF_CONF_OUT_NONE) {
            *ret = (struct cf_focus_out){.kind = CF_FOCUS_OUT_FORGET, .key = out.forget_key};
            return true;
        }
        if (out.conference.kind == CF_CONF_OUT_STORE) {
            *ret = (struct cf_focus_out){.kind = CF_FOCUS_OUT_STORE, .row = cf_conference_row_of(out.conference.conference)};
            return true;
        }
        obey(focus, &out.conference, now);
    }
    return true;
}

/* --- time --- */

cf_usec cf_focus_deadline(const struct cf_focus *focus) {
    cf_usec deadline = cf_usec_min(cf_heap_deadline(&focus->timers), cf_directory_deadline(&focus->directory));
    return cf_usec_min(deadline, cf_ports_deadline(&focus->ports));
}

static void on_timer(struct cf_focus_timer *timer, cf_usec now) {
    switch (timer->kind) {
    case CF_FOCUS_TIMER_LEG: {
        struct cf_leg *leg = CF_OF(timer, struct cf_leg, timer);
        cf_session_on_deadline(&leg->session, now);
        cf_errand_on_deadline(leg, now);
        cf_leg_voice_on_deadline(leg, now);
        cf_leg_on_look(leg, now);
        cf_leg_on_path_deadline(leg, now);
        cf_leg_settle(leg, now);
        break;
    }
    case CF_FOCUS_TIMER_DIAL:
        cf_dial_on_deadline(CF_OF(timer, struct cf_dial, timer), now);
        break;
    case CF_FOCUS_TIMER_WATCHER:
        cf_watcher_on_deadline(CF_OF(timer, struct cf_watcher, sub.timer), now);
        break;
    case CF_FOCUS_TIMER_REFERRAL: {
        struct cf_referral *referral = CF_OF(timer, struct cf_referral, sub.timer);
        cf_notifier_on_deadline(&referral->sub.notifier, now);
        cf_referral_settle(referral, now);
        break;
    }
    }
}

void cf_focus_on_deadline(struct cf_focus *focus, cf_usec now) {
    for (struct cf_timer *timer = cf_heap_pop(&focus->timers, now); timer != NULL; timer = cf_heap_pop(&focus->timers, now)) {
        on_timer(CF_OF(timer, struct cf_focus_timer, timer), now);
    }
    cf_directory_on_deadline(&focus->directory, now);
    cf_ports_on_deadline(&focus->ports, now);
}

cf_wall cf_focus_wall(const struct cf_focus *focus, cf_usec now) {
    return now + focus->directory.env.wall_offset;
}

void cf_focus_set_wall(struct cf_focus *focus, cf_usec now, cf_wall wall) {
    cf_directory_set_wall(&focus->directory, now, wall);
}

/* --- start and end --- */

void cf_focus_restore(struct cf_focus *focus, const struct cf_conference_row *row, cf_usec now) {
    struct cf_denial ignored = cf_directory_restore(&focus->directory, now, row);
    (void)ignored;
}

void cf_focus_set_live(struct cf_focus *focus, const struct cf_focus_config *config) {
    focus->config.factory_answer = config->factory_answer;
    focus->config.has_open_rooms = config->has_open_rooms;
    focus->config.announces_chat = config->announces_chat;
    focus->config.limits = config->limits;
    focus->config.times = config->times;
    focus->config.ring_usec = config->ring_usec;
    focus->config.quarantine_usec = focus->ports.quarantine_usec = config->quarantine_usec;
    focus->config.silence_usec = config->silence_usec;
    focus->config.video_kbps = config->video_kbps;
    focus->config.tones_max = config->tones_max;
    cf_directory_set_limits(&focus->directory, &config->limits, &config->times);
}

void cf_focus_drain(struct cf_focus *focus) {
    focus->is_draining = true;
}

void cf_focus_end_all(struct cf_focus *focus, cf_usec now) {
    struct cf_conference_actor server = {.is_operator = true};
    for (struct cf_conference *conf = cf_directory_next(&focus->directory, NULL); conf != NULL;
         conf = cf_directory_next(&focus->directory, conf)) {
        struct cf_denial ignored = cf_conference_on_end(conf, now, &server);
        (void)ignored;
    }
}

size_t cf_focus_leg_count(const struct cf_focus *focus) {
    return focus->legs.count;
}

struct cf_directory *cf_focus_directory(struct cf_focus *focus) {
    return &focus->directory;
}
