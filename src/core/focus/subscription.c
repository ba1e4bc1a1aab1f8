/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a watcher and a referral have in common: a notifier that belongs to a room. */
#include "core/focus/subscription.h"

#include "core/focus/focus_impl.h"
#include "core/focus/room.h"

bool cf_room_subscription_open(struct cf_room_subscription *sub, struct cf_handle_table *handles, struct cf_list *in,
                               void *self) {
    sub->handles = handles;
    sub->handle = cf_handle_add(handles, self);
    if (!cf_handle_is_set(sub->handle)) {
        return false;
    }
    cf_list_append(in, &sub->in_room);
    return true;
}

void cf_room_subscription_close(struct cf_room_subscription *sub) {
    cf_notifier_fini(&sub->notifier);
    cf_heap_cancel(&sub->room->focus->timers, &sub->timer.timer);
    cf_list_remove(&sub->in_room);
    if (sub->handles != NULL) {
        cf_handle_remove(sub->handles, sub->handle);
    }
}
