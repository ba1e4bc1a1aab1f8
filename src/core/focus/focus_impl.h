/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The focus itself: what it has, its deadlines, what it asks of media. Private to core/focus. */
#ifndef CF_CORE_FOCUS_FOCUS_IMPL_H
#define CF_CORE_FOCUS_FOCUS_IMPL_H

#include "core/focus/command_queue.h"
#include "core/focus/focus.h"
#include "core/focus/focus_timer.h"
#include "core/offer/policy.h"

/** The focus. */
struct cf_focus {
    struct cf_focus_config config;
    struct cf_directory directory;
    struct cf_ports ports;
    struct cf_engine_totals media_totals; /**< the latest */
    uint32_t loads[CF_PORT_WORKERS_MAX];  /**< legs, by media worker */
    struct cf_heap timers;
    struct cf_map rooms; /**< by conference handle */
    struct cf_handle_table room_handles;
    struct cf_handle_table legs;
    struct cf_handle_table watchers;
    struct cf_handle_table referrals;
    struct cf_handle_table deliveries;
    struct cf_command_queue commands; /**< for media */
    struct cf_policy strict;          /**< config.policy as it is for one leg (AES-256, browsers), made anew when it is needed */
    char *scratch;                    /**< CF_FOCUS_SCRATCH_MAX octets for documents */
    char *deflated;                   /**< the same for compressed ones */
    bool is_draining;
    uint64_t lost_messages; /**< copies of chat messages that were refused, not answered or not sent */
};

#define CF_FOCUS_SCRATCH_MAX CF_ROSTER_DOCUMENT_MAX

/** The owner's deadline; CF_USEC_NEVER: none. */
void cf_focus_set_timer(struct cf_focus *focus, struct cf_focus_timer *timer, cf_usec deadline);

/** Queue @p command for cf_focus_poll(). */
void cf_focus_command(struct cf_focus *focus, const struct cf_media_command *command);

#endif
