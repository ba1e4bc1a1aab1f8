/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The focus' side of a conference. */
#include "core/focus/room.h"

#include "core/focus/chat.h"
#include "core/focus/dial.h"
#include "core/focus/focus_impl.h"
#include "core/focus/leg_media.h"
#include "core/focus/referral.h"
#include "core/focus/voice.h"
#include "core/focus/watcher.h"
#include "core/sip/name_addr.h"

#define ALLOW "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, SUBSCRIBE, INFO, PRACK, UPDATE, MESSAGE"
#define FIELDS_MAX (CF_CONFERENCE_SUBJECT_MAX * 3 + 32)

static struct cf_str key_of(const struct cf_handle *handle) {
    return cf_str_n((const char *)handle, sizeof *handle);
}

struct cf_conference *cf_room_conference(const struct cf_room *room) {
    return room->is_over ? NULL : cf_directory_get(&room->focus->directory, room->conference);
}

static bool set_contact(struct cf_room *room, const struct cf_conference *conf) {
    char text[CF_CONFERENCE_URI_MAX + 16];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_char(&w, '<');
    cf_put(&w, conf->uri);
    cf_put_lit(&w, ">;isfocus");
    return cf_writer_ok(&w) && cf_mem_dup_str(room->focus->config.mem, cf_writer_str(&w), &room->contact);
}

void cf_room_refresh(struct cf_room *room) {
    char text[FIELDS_MAX];
    struct cf_writer w;
    struct cf_str fields = CF_STR_NONE;
    struct cf_conference *conf = cf_room_conference(room);
    if (conf == NULL) {
        return;
    }
    cf_writer_init(&w, text, sizeof text);
    if (conf->subject.len > 0) {
        cf_put_lit(&w, "Subject: ");
        cf_sip_put_clean_text(&w, conf->subject);
        cf_put_lit(&w, "\r\n");
    }
    if (!cf_writer_ok(&w) || !cf_mem_dup_str(room->focus->config.mem, cf_writer_str(&w), &fields)) {
        return;
    }
    cf_mem_free_str(room->focus->config.mem, &room->fields);
    room->fields = fields;
    room->profile.session_fields = fields;
}

/* --- media workers --- */

static size_t home_of(const struct cf_room *room) {
    return cf_port_worker(room->focus->config.port_source, room->handle);
}

static void tell_media(struct cf_room *room, enum cf_media_command_kind kind, uint16_t workers) {
    struct cf_media_command command = {.kind = kind, .room = room->handle, .workers = workers};
    command.as.room_policy.home = (uint8_t)home_of(room);
    command.as.room_policy.workers = room->workers;
    command.as.room_policy.stats_interval_usec = room->focus->config.stats_interval_usec;
    command.as.room_policy.pauses_unseen = room->focus->config.pauses_unseen;
    cf_focus_command(room->focus, &command);
}

size_t cf_room_place(struct cf_room *room) {
    struct cf_focus *focus = room->focus;
    const struct cf_placement placement = {.worker_count = focus->config.port_source->worker_count,
                                           .home = home_of(room),
                                           .workers = room->workers,
                                           .members = room->leg_count,
                                           .spread_from = focus->config.spread_from,
                                           .loads = focus->loads};
    size_t worker = cf_placement_choose(&placement);
    room->leg_count++;
    focus->loads[worker]++;
    return worker;
}

void cf_room_unplace(struct cf_room *room, size_t worker) {
    room->leg_count--;
    room->focus->loads[worker]--;
}

void cf_room_bring(struct cf_room *room, size_t worker) {
    uint16_t bit = cf_worker_bit(worker);
    uint16_t others = room->workers;
    if ((others & bit) == 0) {
        room->workers |= bit;
        tell_media(room, CF_MEDIA_ROOM_ADD, bit);
        tell_media(room, CF_MEDIA_ROOM_SET, others);
    }
}

/* --- life --- */

static struct cf_room *make(struct cf_focus *focus, struct cf_conference *conf) {
    struct cf_room *room = cf_mem_alloc(focus->config.mem, sizeof *room);
    if (room == NULL) {
        return NULL;
    }
    *room = (struct cf_room){.conference = conf->handle, .focus = focus};
    cf_list_init(&room->legs);
    cf_list_init(&room->dials);
    cf_list_init(&room->watchers);
    cf_list_init(&room->referrals);
    cf_list_init(&room->deliveries);
    room->handle = cf_handle_add(&focus->room_handles, room);
    if (!cf_handle_is_set(room->handle) || !set_contact(room, conf) ||
        cf_map_add(&focus->rooms, &room->node, key_of(&room->conference)) != CF_OK) {
        cf_handle_remove(&focus->room_handles, room->handle);
        cf_mem_free_str(focus->config.mem, &room->contact);
        cf_mem_free(focus->config.mem, room, sizeof *room);
        return NULL;
    }
    return room;
}

static void set_profile(struct cf_room *room) {
    room->profile = (struct cf_ua_profile){.contact = room->contact,
                                           .product = room->focus->config.product,
                                           .allow = CF_STR(ALLOW),
                                           .allow_events = CF_STR("conference, refer"),
                                           .accept = CF_STR("application/sdp, application/resource-lists+xml, multipart/mixed"),
                                           .supported = CF_STR("replaces, outbound, gruu, norefersub")};
    if (room->focus->config.policy->ice != CF_POLICY_ICE_OFF) {
        room->profile.supported = CF_STR("replaces, outbound, gruu, norefersub, trickle-ice");
        room->profile.recv_info = CF_STR("trickle-ice");
    }
    room->plain_profile = room->profile;
    room->plain_profile.contact = cf_str_head(room->contact, cf_str_find(room->contact, '>') + 1);
}

struct cf_room *cf_room_of(struct cf_focus *focus, struct cf_conference *conf) {
    struct cf_map_node *node = cf_map_get(&focus->rooms, key_of(&conf->handle));
    if (node != NULL) {
        return CF_OF(node, struct cf_room, node);
    }
    struct cf_room *room = make(focus, conf);
    if (room == NULL) {
        return NULL;
    }
    set_profile(room);
    cf_room_refresh(room);
    room->workers = cf_worker_bit(home_of(room));
    tell_media(room, CF_MEDIA_ROOM_ADD, room->workers);
    return room;
}

struct cf_usage cf_room_usage(struct cf_room *room, enum cf_focus_owner kind, struct cf_handle handle) {
    const struct cf_focus_config *config = &room->focus->config;
    return (struct cf_usage){.mem = config->mem,
                             .entropy = config->entropy,
                             .endpoint = config->endpoint,
                             .dialogs = config->dialogs,
                             .profile = &room->profile,
                             .auth = config->auth,
                             .owner = {(uint32_t)kind, handle}};
}

static bool is_unused(const struct cf_room *room) {
    return cf_list_is_empty(&room->legs) && cf_list_is_empty(&room->dials) && cf_list_is_empty(&room->watchers) &&
           cf_list_is_empty(&room->referrals) && cf_list_is_empty(&room->deliveries);
}

void cf_room_settle(struct cf_room *room) {
    if (room->is_over && is_unused(room)) {
        cf_room_destroy(room);
    }
}

void cf_room_destroy(struct cf_room *room) {
    struct cf_focus *focus = room->focus;
    CF_LIST_EACH (&room->dials, dial, next_dial) {
        cf_dial_destroy(CF_OF(dial, struct cf_dial, in_room));
    }
    CF_LIST_EACH (&room->legs, leg, next_leg) {
        cf_leg_destroy(CF_OF(leg, struct cf_leg, in_room), 0);
    }
    CF_LIST_EACH (&room->watchers, watcher, next_watcher) {
        cf_watcher_destroy(CF_OF(watcher, struct cf_watcher, sub.in_room));
    }
    CF_LIST_EACH (&room->referrals, referral, next_referral) {
        cf_referral_destroy(CF_OF(referral, struct cf_referral, sub.in_room));
    }
    CF_LIST_EACH (&room->deliveries, delivery, next_delivery) {
        cf_delivery_destroy(CF_OF(delivery, struct cf_delivery, in_room));
    }
    tell_media(room, CF_MEDIA_ROOM_REMOVE, room->workers);
    cf_map_remove(&focus->rooms, &room->node);
    cf_handle_remove(&focus->room_handles, room->handle);
    cf_mem_free_str(focus->config.mem, &room->contact);
    cf_mem_free_str(focus->config.mem, &room->fields);
    cf_mem_free(focus->config.mem, room, sizeof *room);
}

static void tell_referrals(struct cf_room *room, cf_usec now) {
    CF_LIST_EACH (&room->referrals, link, following) {
        cf_referral_on_roster(CF_OF(link, struct cf_referral, sub.in_room), now);
    }
}

void cf_room_on_roster(struct cf_room *room, cf_usec now) {
    cf_room_voice_on_roster(room, now);
    CF_LIST_EACH (&room->watchers, link, following) {
        cf_watcher_on_roster(CF_OF(link, struct cf_watcher, sub.in_room), now);
    }
    tell_referrals(room, now);
    CF_LIST_EACH (&room->legs, member, next) {
        cf_leg_refresh_tiles(CF_OF(member, struct cf_leg, in_room));
        cf_leg_look_later(CF_OF(member, struct cf_leg, in_room), now);
    }
    cf_room_refresh(room);
}

void cf_room_on_over(struct cf_room *room, cf_usec now) {
    CF_LIST_EACH (&room->watchers, link, following) {
        struct cf_watcher *watcher = CF_OF(link, struct cf_watcher, sub.in_room);
        if (!watcher->is_ending) {
            watcher->is_ending = true;
            cf_notifier_end(&watcher->sub.notifier, CF_SUBSCRIPTION_REASON_NORESOURCE, 0, now);
        }
        cf_watcher_settle(watcher, now);
    }
    tell_referrals(room, now);
    room->is_over = true;
    cf_room_settle(room);
}
