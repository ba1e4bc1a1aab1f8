/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: who may come in, and what happens when they do. */
#include "base/bug.h"
#include "core/conf/conference.h"
#include "core/conf/conference_internal.h"

/* --- may somebody come in? --- */

static struct cf_denial deny_by_state(const struct cf_conference *conf) {
    switch (conf->state) {
    case CF_CONFERENCE_STATE_ENDED:
        return cf_deny(CF_DENIAL_GONE);
    case CF_CONFERENCE_STATE_CANCELLED:
        return cf_deny(CF_DENIAL_CANCELLED);
    case CF_CONFERENCE_STATE_EXPIRED:
        return cf_deny_at(CF_DENIAL_TOO_LATE, conf->over);
    case CF_CONFERENCE_STATE_CREATED:
    case CF_CONFERENCE_STATE_RUNNING:
    case CF_CONFERENCE_STATE_IDLE:
    case CF_CONFERENCE_STATE_COUNT_:
        break;
    }
    return cf_deny(CF_DENIAL_NONE);
}

static struct cf_denial deny_by_time(const struct cf_conference *conf, cf_wall wall) {
    if (conf->kind == CF_CONFERENCE_SCHEDULED && wall < cf_conference_opens(conf)) {
        return cf_deny_at(CF_DENIAL_TOO_EARLY, cf_conference_opens(conf));
    }
    if (conf->kind == CF_CONFERENCE_SCHEDULED && wall >= cf_conference_expires(conf) && conf->in_count == 0) {
        return cf_deny_at(CF_DENIAL_TOO_LATE, cf_conference_expires(conf));
    }
    return cf_deny(CF_DENIAL_NONE);
}

static bool is_organiser(const struct cf_conference *conf, struct cf_str aor) {
    return conf->organiser.at != NULL && cf_str_eq(conf->organiser, aor);
}

/* Whom somebody with the right to has asked in: the list, a call out that is under way, a device that is in. */
static bool is_expected(const struct cf_conference *conf, struct cf_str aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, aor);
    if (is_organiser(conf, aor) || cf_conf_invitee(conf, aor) != NULL) {
        return true;
    }
    for (struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (!d->is_waiting && d->status != CF_ENDPOINT_DISCONNECTING && d->status != CF_ENDPOINT_DISCONNECTED) {
            return true;
        }
    }
    return false;
}

/* In already, or called by us right now. */
static bool passes_lock(const struct cf_conference *conf, struct cf_str aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, aor);
    if (is_organiser(conf, aor)) {
        return true;
    }
    for (struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (cf_conf_counts(d) || d->status == CF_ENDPOINT_PENDING || d->status == CF_ENDPOINT_DIALING_OUT ||
            d->status == CF_ENDPOINT_ALERTING) {
            return true;
        }
    }
    return false;
}

static struct cf_denial may_join(const struct cf_conference *conf, cf_usec now, struct cf_str aor, bool has_pass) {
    struct cf_denial denial = deny_by_state(conf);
    if (cf_denial_is_none(denial)) {
        denial = deny_by_time(conf, cf_conf_wall(conf, now));
    }
    if (!cf_denial_is_none(denial)) {
        return denial;
    }
    if (conf->kind == CF_CONFERENCE_AD_HOC && conf->state == CF_CONFERENCE_STATE_CREATED && !is_organiser(conf, aor)) {
        return cf_deny(CF_DENIAL_NO_ORGANISER);
    }
    if (conf->is_locked && !passes_lock(conf, aor)) {
        return cf_deny(CF_DENIAL_LOCKED);
    }
    bool has_door = conf->has_lobby || conf->pin.len > 0;
    if (conf->access == CF_CONFERENCE_ACCESS_INVITED && !has_door && !has_pass && !is_expected(conf, aor)) {
        return cf_deny(CF_DENIAL_NOT_INVITED);
    }
    if (cf_roster_find(&conf->roster, aor) == NULL && cf_list_is_empty(&conf->departed) &&
        conf->roster.participant_count >= conf->roster.config.participants_max) {
        return cf_deny(CF_DENIAL_FULL);
    }
    return cf_deny(CF_DENIAL_NONE);
}

struct cf_denial cf_conference_may_join(const struct cf_conference *conf, cf_usec now, struct cf_str aor) {
    return may_join(conf, now, aor, false);
}

/* --- calls that come in --- */

/* The device is known: its new call takes the place of what there was. */
static enum cf_denial_reason take_over(struct cf_conference *conf, struct cf_roster_device *device,
                                       const struct cf_conference_call *call) {
    enum cf_err err = cf_conf_take_ids(conf, device, &call->ids);
    if (err != CF_OK) {
        return cf_denial_of(err, CF_DENIAL_TOO_LONG);
    }
    bool was_begun = (device->out & CF_CONF_WANT_INVITE) == 0 && device->status != CF_ENDPOINT_DISCONNECTED;
    bool was_hung_up = device->status == CF_ENDPOINT_DISCONNECTING && (device->out & CF_CONF_WANT_HANG_UP) == 0;
    unsigned moot = CF_CONF_WANT_INVITE | CF_CONF_WANT_HANG_UP;
    device->out = (uint8_t)(device->out & ~moot);
    if (device->out == 0) {
        cf_list_remove(&device->in_out);
    }
    if (was_begun && !was_hung_up) {
        bool was_in = device->status == CF_ENDPOINT_CONNECTED || device->status == CF_ENDPOINT_DIALING_IN;
        device->old_leg = device->leg;
        device->old_reason = (uint8_t)(was_in ? CF_HANG_UP_REPLACED : CF_HANG_UP_JOINED);
        cf_conf_want(conf, device, CF_CONF_WANT_OLD_HANG_UP);
    }
    cf_list_remove(&device->in_linger);
    bool renewed = cf_roster_renew_handle(&conf->roster, device);
    cf_assert(renewed);
    return CF_DENIAL_NONE;
}

static enum cf_denial_reason take_device(struct cf_conference *conf, struct cf_roster_participant *p,
                                         const struct cf_conference_call *call, struct cf_roster_device **ret) {
    struct cf_roster_device *device = cf_roster_find_device(p, call->entity);
    if (device != NULL) {
        enum cf_denial_reason reason = take_over(conf, device, call);
        if (reason == CF_DENIAL_NONE) {
            *ret = device;
        }
        return reason;
    }
    enum cf_err err = cf_roster_add_device(&conf->roster, p, call->entity, &device);
    if (err != CF_OK) {
        return cf_denial_of(err, CF_DENIAL_TOO_MANY_DEVICES);
    }
    err = cf_conf_take_ids(conf, device, &call->ids);
    if (err != CF_OK) {
        cf_roster_remove_device(&conf->roster, device);
        return cf_denial_of(err, CF_DENIAL_TOO_LONG);
    }
    cf_list_remove(&p->in_departed);
    *ret = device;
    return CF_DENIAL_NONE;
}

/* Somebody who has come in need not be called. */
static void stop_dialling(struct cf_conference *conf, cf_usec now, const struct cf_roster_device *arrived) {
    struct cf_roster_device *next = NULL;
    for (struct cf_roster_device *d = cf_roster_first_device(arrived->participant); d != NULL; d = next) {
        next = cf_roster_next_device(d);
        bool is_dialled = d->status == CF_ENDPOINT_PENDING || d->status == CF_ENDPOINT_DIALING_OUT ||
                          d->status == CF_ENDPOINT_ALERTING || d->status == CF_ENDPOINT_DISCONNECTED;
        if (d != arrived && is_dialled) {
            cf_conf_hang_up(conf, now, d, CF_HANG_UP_JOINED);
        }
    }
}

static void set_in(struct cf_conference *conf, struct cf_roster_device *device, const struct cf_conference_call *call,
                   bool is_waiting) {
    device->leg = call->leg;
    device->joining_method = CF_JOINING_DIALED_IN;
    device->is_held = false;
    device->disconnected = 0;
    if (!is_waiting && device->is_waiting) {
        cf_conf_set_waiting(conf, device, false);
    } else if (is_waiting && !device->is_waiting) {
        cf_conf_set_waiting(conf, device, true);
    }
    cf_conf_set_status(conf, device, CF_ENDPOINT_DIALING_IN);
}

/* With the first device; what moderators have made of a guest since stays. */
static void take_pass(struct cf_conference *conf, struct cf_roster_participant *p, const struct cf_conference_pass *pass) {
    if (p->is_guest) {
        return;
    }
    p->is_guest = true;
    p->role = pass->role;
    p->is_admin = pass->is_moderator;
    cf_roster_touch(&conf->roster, p);
}

struct cf_admission cf_conference_on_dial_in(struct cf_conference *conf, cf_usec now, const struct cf_conference_call *call) {
    struct cf_admission admission = {.denial = may_join(conf, now, call->aor, call->pass.is_guest)};
    struct cf_roster_participant *p = NULL;
    struct cf_roster_device *device = NULL;
    if (call->entity.len == 0 || call->entity.len > CF_ROSTER_ENTITY_MAX) {
        admission.denial = cf_deny(CF_DENIAL_TOO_LONG);
    }
    if (!cf_denial_is_none(admission.denial)) {
        return admission;
    }
    bool is_known = is_expected(conf, call->aor) || call->pass.is_moderator;
    bool wants_pin = conf->pin.len > 0 && !is_known && !call->pass.is_guest;
    bool is_waiting = wants_pin || (conf->has_lobby && !is_known);
    admission.denial = cf_deny(cf_conf_take_participant(conf, now, call->aor, call->name, &p));
    if (cf_denial_is_none(admission.denial)) {
        admission.denial = cf_deny(take_device(conf, p, call, &device));
    }
    if (cf_denial_is_none(admission.denial) && device != NULL) {
        cf_conf_set_verified(conf, p, call->is_verified);
        if (call->pass.is_guest && p->device_count == 1) {
            take_pass(conf, p, &call->pass);
        }
        device->wants_pin = wants_pin;
        device->is_starved = device->lacks_codec = false;
        device->wrong_pins = 0;
        set_in(conf, device, call, is_waiting);
        stop_dialling(conf, now, device);
        admission.device = device->handle;
        admission.is_waiting = is_waiting;
        admission.wants_pin = wants_pin;
    }
    cf_conf_settle(conf, now);
    return admission;
}
