/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: how the media of its devices is encrypted, and what it demands of that. */
#include "core/conf/conference_internal.h"

/* Where it is not known yet, signalling and handshakes see to it that nothing less is agreed on. */
static bool is_too_weak(const struct cf_conference *conf, const struct cf_roster_device *device) {
    return conf->demands_aes256 && device->protection[0] != '\0' && !device->is_aes256;
}

void cf_conference_on_protection(struct cf_conference *conf, cf_usec now, struct cf_handle handle, struct cf_str protection,
                                 bool is_aes256) {
    struct cf_roster_device *device = cf_roster_device(&conf->roster, handle);
    struct cf_str text = cf_str_head(protection, sizeof device->protection - 1);
    if (device == NULL) {
        conf->stale++;
        return;
    }
    device->is_aes256 = is_aes256;
    if (!cf_str_eq(cf_str_of(device->protection), text)) {
        memcpy(device->protection, text.at, text.len);
        device->protection[text.len] = '\0';
        cf_roster_touch_device(&conf->roster, device);
    }
    if (is_too_weak(conf, device)) {
        cf_conf_hang_up(conf, now, device, CF_HANG_UP_WEAK);
    }
    cf_conf_settle(conf, now);
}

void cf_conference_on_sas(struct cf_conference *conf, cf_usec now, struct cf_handle handle, struct cf_str sas, bool is_verified) {
    struct cf_roster_device *device = cf_roster_device(&conf->roster, handle);
    struct cf_str text = cf_str_head(sas, sizeof device->sas - 1);
    if (device == NULL) {
        conf->stale++;
        return;
    }
    if (!cf_str_eq(cf_str_of(device->sas), text) || device->is_sas_verified != is_verified) {
        memcpy(device->sas, text.at, text.len);
        device->sas[text.len] = '\0';
        device->is_sas_verified = is_verified;
        cf_roster_touch_device(&conf->roster, device);
        cf_conf_settle(conf, now);
    }
}

/* A hang-up may drop a device that was never called. */
static void hang_up_on_the_weak(struct cf_conference *conf, cf_usec now) {
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        struct cf_roster_device *next;
        for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = next) {
            next = cf_roster_next_device(d);
            if (is_too_weak(conf, d)) {
                cf_conf_hang_up(conf, now, d, CF_HANG_UP_WEAK);
            }
        }
    }
}

struct cf_denial cf_conference_on_aes256(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                         bool is_demanded) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE && conf->demands_aes256 != is_demanded) {
        conf->demands_aes256 = is_demanded;
        hang_up_on_the_weak(conf, now);
        cf_conf_store(conf);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}
