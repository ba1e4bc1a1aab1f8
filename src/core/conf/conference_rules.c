/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two state machines of a conference as tables. */
#include "core/conf/conference_rules.h"

#include "base/bug.h"

#define STATE(name) CF_CONFERENCE_STATE_##name

/* What is not in a row stays as it is: rows name every cell, so that a new state or event does not slip through. */
static const struct {
    enum cf_conference_state next[CF_CONFERENCE_DELETED]; /* ENTERED, EMPTIED, CALLED_OFF, TIMED_OUT, CLOSED */
} conference_rules[CF_CONFERENCE_KIND_COUNT_][CF_CONFERENCE_STATE_COUNT_] =
    {
        [CF_CONFERENCE_AD_HOC] =
            {
                [STATE(CREATED)] = {{STATE(RUNNING), STATE(CREATED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(RUNNING)] = {{STATE(RUNNING), STATE(ENDED), STATE(RUNNING), STATE(RUNNING), STATE(ENDED)}},
                [STATE(IDLE)] = {{STATE(RUNNING), STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(ENDED)] = {{STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(CANCELLED)] = {{STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED)}},
                [STATE(EXPIRED)] = {{STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED)}},
            },
        [CF_CONFERENCE_SCHEDULED] =
            {
                [STATE(CREATED)] = {{STATE(RUNNING), STATE(CREATED), STATE(CANCELLED), STATE(EXPIRED), STATE(CREATED)}},
                [STATE(RUNNING)] = {{STATE(RUNNING), STATE(IDLE), STATE(RUNNING), STATE(RUNNING), STATE(IDLE)}},
                [STATE(IDLE)] = {{STATE(RUNNING), STATE(IDLE), STATE(CANCELLED), STATE(EXPIRED), STATE(IDLE)}},
                [STATE(ENDED)] = {{STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(CANCELLED)] = {{STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED)}},
                [STATE(EXPIRED)] = {{STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED)}},
            },
        [CF_CONFERENCE_ROOM] =
            {
                [STATE(CREATED)] = {{STATE(RUNNING), STATE(CREATED), STATE(CREATED), STATE(CREATED), STATE(CREATED)}},
                [STATE(RUNNING)] = {{STATE(RUNNING), STATE(IDLE), STATE(RUNNING), STATE(RUNNING), STATE(IDLE)}},
                [STATE(IDLE)] = {{STATE(RUNNING), STATE(IDLE), STATE(IDLE), STATE(IDLE), STATE(IDLE)}},
                [STATE(ENDED)] = {{STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(CANCELLED)] = {{STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED)}},
                [STATE(EXPIRED)] = {{STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED)}},
            },
        [CF_CONFERENCE_ON_DEMAND] =
            {
                [STATE(CREATED)] = {{STATE(RUNNING), STATE(CREATED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(RUNNING)] = {{STATE(RUNNING), STATE(ENDED), STATE(RUNNING), STATE(RUNNING), STATE(ENDED)}},
                [STATE(IDLE)] = {{STATE(RUNNING), STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(ENDED)] = {{STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED), STATE(ENDED)}},
                [STATE(CANCELLED)] = {{STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED), STATE(CANCELLED)}},
                [STATE(EXPIRED)] = {{STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED), STATE(EXPIRED)}},
            },
};

enum cf_conference_state cf_conference_next(enum cf_conference_kind kind, enum cf_conference_state state,
                                            enum cf_conference_event event) {
    cf_assert(kind < CF_CONFERENCE_KIND_COUNT_ && state < CF_CONFERENCE_STATE_COUNT_ && event < CF_CONFERENCE_EVENT_COUNT_);
    if (event == CF_CONFERENCE_DELETED) {
        bool is_over = state == STATE(ENDED) || state == STATE(CANCELLED) || state == STATE(EXPIRED);
        return is_over ? state : STATE(ENDED);
    }
    return conference_rules[kind][state].next[event];
}

#define IGNORE                                                                                                                   \
    { CF_DEVICE_IGNORE, CF_ENDPOINT_PENDING }
#define REMOVE                                                                                                                   \
    { CF_DEVICE_REMOVE, CF_ENDPOINT_PENDING }
#define HANG_UP                                                                                                                  \
    { CF_DEVICE_HANG_UP, CF_ENDPOINT_DISCONNECTING }
#define ENTER                                                                                                                    \
    { CF_DEVICE_ENTER, CF_ENDPOINT_CONNECTED }
#define FAIL                                                                                                                     \
    { CF_DEVICE_SHOW_FAILED, CF_ENDPOINT_DISCONNECTED }
#define TO(status)                                                                                                               \
    { CF_DEVICE_MOVE, CF_ENDPOINT_##status }

/* ON_HOLD and MUTED_VIA_FOCUS are how a CONNECTED device is shown, never its status: their rows are empty. */
static const struct cf_device_rule device_rules[CF_ENDPOINT_STATUS_COUNT_][CF_DEVICE_EVENT_COUNT_] = {
    /*                              DIALED           RANG          ANSWERED FAILED  CONNECTED LEFT */
    [CF_ENDPOINT_PENDING] = {TO(DIALING_OUT), TO(ALERTING), ENTER, FAIL, IGNORE, REMOVE},
    [CF_ENDPOINT_DIALING_OUT] = {IGNORE, TO(ALERTING), ENTER, FAIL, IGNORE, REMOVE},
    [CF_ENDPOINT_ALERTING] = {IGNORE, IGNORE, ENTER, FAIL, IGNORE, REMOVE},
    [CF_ENDPOINT_DIALING_IN] = {IGNORE, IGNORE, IGNORE, REMOVE, ENTER, REMOVE},
    [CF_ENDPOINT_CONNECTED] = {IGNORE, IGNORE, IGNORE, REMOVE, IGNORE, REMOVE},
    [CF_ENDPOINT_DISCONNECTING] = {IGNORE, IGNORE, HANG_UP, REMOVE, IGNORE, REMOVE},
    [CF_ENDPOINT_DISCONNECTED] = {IGNORE, IGNORE, HANG_UP, IGNORE, IGNORE, IGNORE},
};

struct cf_device_rule cf_device_next(enum cf_endpoint_status status, enum cf_device_event event) {
    cf_assert(status < CF_ENDPOINT_STATUS_COUNT_ && event < CF_DEVICE_EVENT_COUNT_);
    return device_rules[status][event];
}
