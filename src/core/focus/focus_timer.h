/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines of the focus. Private to core/focus. */
#ifndef CF_CORE_FOCUS_FOCUS_TIMER_H
#define CF_CORE_FOCUS_FOCUS_TIMER_H

#include "base/heap.h"

/** What a timer of the focus is of. */
enum cf_focus_timer_kind {
    CF_FOCUS_TIMER_LEG,
    CF_FOCUS_TIMER_DIAL,
    CF_FOCUS_TIMER_WATCHER,
    CF_FOCUS_TIMER_REFERRAL,
};

/** A deadline in the focus' heap that knows its object. */
struct cf_focus_timer {
    struct cf_timer timer;
    enum cf_focus_timer_kind kind;
};

#endif
