/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What subscriptions to something of a room have in common. Private to core/focus. */
#ifndef CF_CORE_FOCUS_SUBSCRIPTION_H
#define CF_CORE_FOCUS_SUBSCRIPTION_H

#include "core/dialog/notifier.h"
#include "core/focus/focus_timer.h"

struct cf_room;

/** A subscription to something of a room. */
struct cf_room_subscription {
    struct cf_room *room;
    struct cf_handle_table *handles; /**< of the focus: where its handle is of; NULL: in none */
    struct cf_handle handle;
    struct cf_link in_room;
    struct cf_focus_timer timer;
    struct cf_notifier notifier;
};

/** Give @p sub, whose room is set, a name for @p self in @p handles and a place in list @p in of the room. False: too many. */
bool cf_room_subscription_open(struct cf_room_subscription *sub, struct cf_handle_table *handles, struct cf_list *in, void *self);

/** Free all of it, without a word. One that was never opened is allowed. */
void cf_room_subscription_close(struct cf_room_subscription *sub);

#endif
