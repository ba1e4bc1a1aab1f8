/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscriptions to the conference event package. Private to core/focus. */
#ifndef CF_CORE_FOCUS_WATCHER_H
#define CF_CORE_FOCUS_WATCHER_H

#include "core/conf/roster_document.h"
#include "core/focus/focus.h"
#include "core/focus/subscription.h"

/** A subscription to the conference event package. */
struct cf_watcher {
    struct cf_room_subscription sub;
    struct cf_str aor; /**< owned: who watches */
    struct cf_roster_subscriber subscriber;
    bool has_subscriber;
    bool takes_deflate; /**< may be sent compressed documents */
    bool is_asked;      /**< the notifier knows that there is news; it says when */
    bool is_ending;
};

/** SUBSCRIBE outside a dialog, for the conference @p conf. */
void cf_focus_on_subscribe(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                           const struct cf_caller *caller, cf_usec now);

/** The roster has changed: who waited in the lobby may be in now. */
void cf_watcher_on_roster(struct cf_watcher *watcher, cf_usec now);

void cf_watcher_settle(struct cf_watcher *watcher, cf_usec now);
void cf_watcher_on_deadline(struct cf_watcher *watcher, cf_usec now);
void cf_watcher_destroy(struct cf_watcher *watcher);

#endif
