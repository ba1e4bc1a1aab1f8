/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A room that has members on several workers, seen from one of them (docs/adr/0143). Each worker's engine has the room, a branch
 * of it, with the members that live there; of those who live elsewhere and send something it has shadows (shadow.h), which are
 * kept up to date by parcels. Plain structs; the files of the engine work on them.
 *
 * A branch says HELLO to the others when it learns of them, and again when it wants to be told of senders or does not any more:
 * the home of the room always wants to, as it decides who speaks, the others while they have members. Who is told of senders is
 * a listener.
 */
#ifndef CF_MEDIA_BRANCH_H
#define CF_MEDIA_BRANCH_H

#include "base/list.h"
#include "core/media/messages.h"
#include "core/media/parcel.h"

/** When a message that must not be lost was lost, all is said again after so long. */
#define CF_BRANCH_RECOVERY CF_MSEC(50)

/** What could not be taken over, for want of memory or because of an earlier leg in its slot, is asked for again after so long.
 */
#define CF_BRANCH_PATIENCE CF_MSEC(500)

/** What a room knows of its other branches: sets of workers, as bits. All zero: there are none. */
struct cf_room_branches {
    uint16_t peers;                         /**< have the room, too */
    uint16_t met;                           /**< of those, they said HELLO */
    uint16_t listeners;                     /**< of those, they want to be told of senders */
    uint16_t describing;                    /**< of those, they are being told of all that there are ... */
    uint32_t cursors[CF_MEDIA_WORKERS_MAX]; /**< ... slots of legs from this one on are still to come */
    bool is_wanting;                        /**< we want to be told */
    struct cf_handle speaker;               /**< who spoke last, as the home says; unset: nobody */
    struct cf_link describing_link;         /**< in the engine's list of rooms that are being described */
};

/** Parcels for other workers. All zero: none, no memory. */
struct cf_branch_post {
    struct cf_parcel parcels[CF_MEDIA_WORKERS_MAX];
    struct cf_list describing; /**< of struct cf_room_branches */
    size_t polled;             /**< which parcel was given out last, plus 1; 0: none */
    uint16_t lost;             /**< workers to whom all has to be said again ... */
    uint16_t misread;          /**< ... and that have to say all again ... */
    cf_usec recover_at;        /**< ... at this time; meaningful if there are any */
};

#endif
