/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room of a conference in the focus: how it presents itself, its legs and its subscribers. Private to core/focus. */
#ifndef CF_CORE_FOCUS_ROOM_H
#define CF_CORE_FOCUS_ROOM_H

#include "core/dialog/usage.h"
#include "core/focus/focus.h"
#include "core/focus/placement.h"

/** The focus' side of a conference: how it presents itself, its legs and its subscribers. */
struct cf_room {
    struct cf_map_node node;            /**< key: the conference's handle */
    struct cf_handle conference;        /**< the directory's name */
    struct cf_handle handle;            /**< ours, and the media worker's */
    struct cf_focus *focus;             /**< borrowed */
    struct cf_str contact;              /**< owned: "<uri>;isfocus" */
    struct cf_str fields;               /**< owned: "Subject: ...\r\n", or empty */
    struct cf_ua_profile profile;       /**< of all its usages but errands */
    struct cf_ua_profile plain_profile; /**< of errands: the same without isfocus */
    struct cf_list legs;                /**< of struct cf_leg.in_room */
    struct cf_list dials;               /**< of struct cf_dial.in_room */
    struct cf_list watchers;            /**< of struct cf_watcher.in_room */
    struct cf_list referrals;           /**< of struct cf_referral.in_room */
    struct cf_list deliveries;          /**< of struct cf_delivery.in_room */
    uint32_t people;                    /**< in the conference, as last heard */
    uint32_t leg_count;                 /**< of .legs */
    uint16_t workers;                   /**< media workers that have the room, as bits; its home is one of them */
    bool is_over;                       /**< the conference is gone; the room goes with its last usage */
};

/** The room of @p conf, made if need be. NULL if memory is out. */
struct cf_room *cf_room_of(struct cf_focus *focus, struct cf_conference *conf);

/** One more leg in @p room: the media worker that it is going to live on. */
size_t cf_room_place(struct cf_room *room);

/** A leg that lived on @p worker is gone. */
void cf_room_unplace(struct cf_room *room, size_t worker);

/** @p worker is going to have media of a leg: the room is made known there. */
void cf_room_bring(struct cf_room *room, size_t worker);

/** The conference of @p room; NULL if it is over. */
struct cf_conference *cf_room_conference(const struct cf_room *room);

/** The subject or another part of how the room presents itself has changed. */
void cf_room_refresh(struct cf_room *room);

/** Free @p room if it is over and nothing uses it any more. */
void cf_room_settle(struct cf_room *room);

/** Free @p room and all that is in it, without a word. */
void cf_room_destroy(struct cf_room *room);

/** The roster has changed: subscribers are told in time. */
void cf_room_on_roster(struct cf_room *room, cf_usec now);

/** The conference is over: subscriptions end. */
void cf_room_on_over(struct cf_room *room, cf_usec now);

/** The usage of sessions and subscriptions in @p room for @p owner. */
struct cf_usage cf_room_usage(struct cf_room *room, enum cf_focus_owner kind, struct cf_handle handle);

#endif
