/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a conference share among themselves; nobody else includes it. */
#ifndef CF_CORE_CONF_CONFERENCE_INTERNAL_H
#define CF_CORE_CONF_CONFERENCE_INTERNAL_H

#include "core/conf/conference.h"
#include "core/conf/conference_rules.h"

/** What is to be polled of a device: bits of cf_roster_device.out, polled in this order. */
enum {
    CF_CONF_WANT_OLD_HANG_UP = 1U, /**< HANG_UP of old_leg */
    CF_CONF_WANT_HANG_UP = 2U,     /**< HANG_UP of leg */
    CF_CONF_WANT_INVITE = 4U,
    CF_CONF_WANT_ADMITTED = 8U,
    CF_CONF_WANT_MUTE = 16U,
};

/** Wall clock at @p now. */
static inline cf_wall cf_conf_wall(const struct cf_conference *conf, cf_usec now) {
    return now + conf->env->wall_offset;
}

/** Last second of the year 9999: later times are taken for it, so that sums of times can't overflow. */
#define CF_CONF_WALL_MAX (INT64_C(253402300799) * 1000000)

/** @p wall within bounds. */
static inline cf_wall cf_conf_clamp(cf_wall wall) {
    return wall < 0 ? 0 : wall > CF_CONF_WALL_MAX ? CF_CONF_WALL_MAX : wall;
}

/** A denial with or without a time. */
static inline struct cf_denial cf_deny(enum cf_denial_reason reason) {
    return (struct cf_denial){.reason = reason};
}
static inline struct cf_denial cf_deny_at(enum cf_denial_reason reason, cf_wall at) {
    return (struct cf_denial){.reason = reason, .at = at};
}

/** End of every event: set the timer, get in line for the poll. */
void cf_conf_settle(struct cf_conference *conf, cf_usec now);

/** Have @p device polled with @p want. */
void cf_conf_want(struct cf_conference *conf, struct cf_roster_device *device, unsigned want);

/** Something happened to the conference as a whole; what follows for calls is done. */
void cf_conf_step(struct cf_conference *conf, cf_usec now, enum cf_conference_event event);

/** The row in the store is out of date, if it has one. */
void cf_conf_store(struct cf_conference *conf);

/** End the call of @p device; one that was never begun is removed at once. */
void cf_conf_hang_up(struct cf_conference *conf, cf_usec now, struct cf_roster_device *device, enum cf_hang_up_reason reason);

/** Take @p device out, and look after what follows: the head count, administrators, the participant. */
void cf_conf_drop_device(struct cf_conference *conf, cf_usec now, struct cf_roster_device *device);

/** Make a new participant, or find the one there is. */
enum cf_denial_reason cf_conf_take_participant(struct cf_conference *conf, cf_usec now, struct cf_str aor, struct cf_str name,
                                               struct cf_roster_participant **ret);

/** @p participant may have no device any more: keep it a while. */
void cf_conf_depart(struct cf_conference *conf, cf_usec now, struct cf_roster_participant *participant);

/** Is @p device in the conference or on its way in? That is what keeps a conference running. */
bool cf_conf_counts(const struct cf_roster_device *device);

/** Has @p participant a device that counts? */
bool cf_conf_is_present(const struct cf_roster_participant *participant);

/** An administrator, in a conference that is not over. NONE, GONE, NOT_ADMIN. */
enum cf_denial_reason cf_conf_check_admin(const struct cf_conference *conf, const struct cf_conference_actor *actor);

/** An administrator who means the participant @p aor; themselves will do if @p self_may. NOT_ADMIN, NOT_MEMBER. */
enum cf_denial_reason cf_conf_check_target(const struct cf_conference *conf, const struct cf_conference_actor *actor,
                                           struct cf_str aor, bool self_may, struct cf_roster_participant **ret);

/** See that a present participant is administrator; @p except only if there is nobody else. */
void cf_conf_ensure_admin(struct cf_conference *conf, const struct cf_roster_participant *except);

/** Its identity was proved, or only claimed. */
void cf_conf_set_verified(struct cf_conference *conf, struct cf_roster_participant *participant, bool is_verified);

/** Set the status of @p device and keep the head count right. */
void cf_conf_set_status(struct cf_conference *conf, struct cf_roster_device *device, enum cf_endpoint_status status);

/** Let @p device wait or not, and keep the head count right. */
void cf_conf_set_waiting(struct cf_conference *conf, struct cf_roster_device *device, bool is_waiting);

/** Set the ids of @p device's call; ones that are too long become none. CF_ERR_NO_MEMORY leaves the old ones. */
enum cf_err cf_conf_take_ids(struct cf_conference *conf, struct cf_roster_device *device, const struct cf_roster_call *ids);

/** Have @p participant called. Nothing happens if they are in or being called. */
enum cf_denial_reason cf_conf_dial(struct cf_conference *conf, cf_usec now, struct cf_roster_participant *participant,
                                   struct cf_str brought_by);

/** Call everybody on the list who was not called yet. */
void cf_conf_dial_list(struct cf_conference *conf, cf_usec now);

/** The invitee named @p aor, or NULL. */
struct cf_conference_invitee *cf_conf_invitee(const struct cf_conference *conf, struct cf_str aor);

/** Add to the list; there already: nothing happens. LIST_TOO_LONG, TOO_LONG, NO_MEMORY. */
enum cf_denial_reason cf_conf_invite(struct cf_conference *conf, const struct cf_resource_entry *entry);

/** Strike from the list. */
void cf_conf_uninvite(struct cf_conference *conf, struct cf_str aor);

/** Empty the list. */
void cf_conf_clear_invitees(struct cf_conference *conf);

#endif
