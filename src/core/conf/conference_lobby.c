/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: the lobby and the PIN, and how one gets past them. */
#include "core/conf/conference.h"
#include "core/conf/conference_internal.h"

static void let_in(struct cf_conference *conf, struct cf_roster_device *device) {
    device->wants_pin = false;
    cf_conf_set_waiting(conf, device, false);
    cf_conf_want(conf, device, CF_CONF_WANT_ADMITTED);
}

struct cf_denial cf_conference_on_admit(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                        struct cf_str aor, bool is_let_in) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = cf_conf_check_target(conf, actor, aor, false, &p);
    if (reason != CF_DENIAL_NONE) {
        return cf_deny(reason);
    }
    struct cf_roster_device *next = NULL;
    for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = next) {
        next = cf_roster_next_device(d);
        if (d->is_waiting && d->status == CF_ENDPOINT_DISCONNECTING) {
            continue; /* on its way out already */
        }
        if (d->is_waiting && is_let_in) {
            let_in(conf, d);
        } else if (d->is_waiting) {
            cf_conf_hang_up(conf, now, d, CF_HANG_UP_DENIED);
        }
    }
    cf_conf_settle(conf, now);
    return cf_deny(CF_DENIAL_NONE);
}

/* Everybody who only waits for an administrator. */
static void admit_all(struct cf_conference *conf) {
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            if (d->is_waiting && !d->wants_pin && d->status != CF_ENDPOINT_DISCONNECTING) {
                let_in(conf, d);
            }
        }
    }
}

struct cf_denial cf_conference_on_admit_all(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE) {
        admit_all(conf);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

struct cf_denial cf_conference_on_lobby(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                        bool has_lobby) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE && conf->has_lobby != has_lobby) {
        conf->has_lobby = has_lobby;
        if (!has_lobby) {
            admit_all(conf);
        }
        cf_roster_touch_count(&conf->roster);
        cf_conf_store(conf);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

struct cf_denial cf_conference_on_set_pin(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                          struct cf_str pin) {
    struct cf_str copy = CF_STR_NONE;
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE && pin.len > 0 && !cf_pin_is_valid(pin)) {
        reason = CF_DENIAL_TOO_LONG;
    }
    if (reason == CF_DENIAL_NONE && !cf_mem_dup_str(conf->env->mem, pin, &copy)) {
        reason = CF_DENIAL_NO_MEMORY;
    }
    if (reason == CF_DENIAL_NONE) {
        cf_mem_free_str(conf->env->mem, &conf->pin);
        conf->pin = copy;
        cf_conf_store(conf);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

enum cf_pin_verdict cf_conference_on_pin(struct cf_conference *conf, cf_usec now, struct cf_handle handle, struct cf_str digits) {
    struct cf_roster_device *device = cf_roster_device(&conf->roster, handle);
    if (device == NULL || !device->wants_pin || device->status == CF_ENDPOINT_DISCONNECTING) {
        conf->stale += device == NULL ? 1 : 0;
        return CF_PIN_WRONG;
    }
    enum cf_pin_verdict verdict = CF_PIN_RIGHT; /* the PIN may have been lifted meanwhile */
    if (conf->pin.len > 0) {
        verdict = cf_pin_guard_try(&conf->env->guard, now, device->participant->aor, conf->key, conf->pin, digits);
    }
    if (verdict == CF_PIN_RIGHT && conf->has_lobby) {
        device->wants_pin = false;
        cf_roster_touch(&conf->roster, device->participant);
    } else if (verdict == CF_PIN_RIGHT) {
        let_in(conf, device);
    } else {
        device->wrong_pins++;
    }
    if (verdict == CF_PIN_BARRED || device->wrong_pins >= CF_CONFERENCE_PINS_MAX) {
        cf_conf_hang_up(conf, now, device, CF_HANG_UP_DENIED);
    }
    cf_conf_settle(conf, now);
    return verdict;
}
