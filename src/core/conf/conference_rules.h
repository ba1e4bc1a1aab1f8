/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two state machines of a conference as tables: what becomes of the conference when people come and go, and what becomes of a
 * device when its call does something. Pure functions; conference*.c act on them.
 */
#ifndef CF_CORE_CONF_CONFERENCE_RULES_H
#define CF_CORE_CONF_CONFERENCE_RULES_H

#include "core/conf/vocabulary.h"

/** What happens to a conference. */
enum cf_conference_event {
    CF_CONFERENCE_ENTERED,    /**< the first device is in */
    CF_CONFERENCE_EMPTIED,    /**< the last device is out */
    CF_CONFERENCE_CALLED_OFF, /**< cancelled */
    CF_CONFERENCE_TIMED_OUT,  /**< its time is over, or its organiser did not come */
    CF_CONFERENCE_CLOSED,     /**< ended for everybody */
    CF_CONFERENCE_DELETED,    /**< ended for good, of whatever kind: not in the table */
    CF_CONFERENCE_EVENT_COUNT_,
};

/** The state that @p event leads to; @p state itself if the event means nothing there. */
enum cf_conference_state cf_conference_next(enum cf_conference_kind kind, enum cf_conference_state state,
                                            enum cf_conference_event event);

/** What happens to the call of a device. */
enum cf_device_event {
    CF_DEVICE_DIALED,    /**< our INVITE is out */
    CF_DEVICE_RANG,      /**< somebody's phone rings */
    CF_DEVICE_ANSWERED,  /**< our INVITE was accepted */
    CF_DEVICE_FAILED,    /**< our INVITE was refused */
    CF_DEVICE_CONNECTED, /**< its INVITE was acknowledged */
    CF_DEVICE_LEFT,      /**< the call is over */
    CF_DEVICE_EVENT_COUNT_,
};

/** What to do about it. */
enum cf_device_step {
    CF_DEVICE_IGNORE,      /**< nothing */
    CF_DEVICE_ENTER,       /**< it is in now: the status is next */
    CF_DEVICE_MOVE,        /**< the status is next */
    CF_DEVICE_SHOW_FAILED, /**< the status is next, and it is shown for a while */
    CF_DEVICE_REMOVE,      /**< it is gone */
    CF_DEVICE_HANG_UP,     /**< it was to be ended and came up all the same: end it again */
};

/** A cell of the table. */
struct cf_device_rule {
    enum cf_device_step step;
    enum cf_endpoint_status next;
};

/** What @p event does to a device of @p status. */
struct cf_device_rule cf_device_next(enum cf_endpoint_status status, enum cf_device_event event);

#endif
