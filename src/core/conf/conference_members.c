/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: what its members want, and who of them may. */
#include "core/conf/conference.h"
#include "core/conf/conference_internal.h"
#include "core/conf/display_name.h"
#include "core/conf/subject.h"

size_t cf_conference_people(const struct cf_conference *conf) {
    return conf->people_count;
}

bool cf_conference_is_admin(const struct cf_conference *conf, const struct cf_conference_actor *actor) {
    if (actor->is_operator) {
        return true;
    }
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, actor->aor);
    return p != NULL && p->is_admin && cf_conf_is_present(p);
}

enum cf_denial_reason cf_conf_check_admin(const struct cf_conference *conf, const struct cf_conference_actor *actor) {
    if (cf_conference_is_over(conf)) {
        return CF_DENIAL_GONE;
    }
    return cf_conference_is_admin(conf, actor) ? CF_DENIAL_NONE : CF_DENIAL_NOT_ADMIN;
}

enum cf_denial_reason cf_conf_check_target(const struct cf_conference *conf, const struct cf_conference_actor *actor,
                                           struct cf_str aor, bool self_may, struct cf_roster_participant **ret) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NOT_ADMIN && self_may && cf_str_eq(actor->aor, aor)) {
        reason = CF_DENIAL_NONE;
    }
    if (reason != CF_DENIAL_NONE) {
        return reason;
    }
    struct cf_roster_participant *p = cf_roster_find(&conf->roster, aor);
    if (p == NULL || p->device_count == 0) {
        return CF_DENIAL_NOT_MEMBER;
    }
    *ret = p;
    return CF_DENIAL_NONE;
}

/* Guests may be moderators, but whom the server calls is the business of its own people. */
static bool is_guest(const struct cf_conference *conf, const struct cf_conference_actor *actor) {
    const struct cf_roster_participant *p = actor->is_operator ? NULL : cf_roster_find(&conf->roster, actor->aor);
    return p != NULL && p->is_guest;
}

static enum cf_denial_reason check_caller(const struct cf_conference *conf, const struct cf_conference_actor *actor) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    return reason == CF_DENIAL_NONE && is_guest(conf, actor) ? CF_DENIAL_NOT_ADMIN : reason;
}

/* --- calling people in --- */

/* What of @p participant is in the way of a new call: a failed one is cleared, any other means that none is needed. */
static bool needs_call(struct cf_conference *conf, cf_usec now, struct cf_roster_participant *participant) {
    struct cf_roster_device *next = NULL;
    bool needs = true;
    for (struct cf_roster_device *d = cf_roster_first_device(participant); d != NULL; d = next) {
        next = cf_roster_next_device(d);
        if (d->status == CF_ENDPOINT_DISCONNECTED) {
            cf_conf_drop_device(conf, now, d);
        } else if (d->status != CF_ENDPOINT_DISCONNECTING && !d->is_waiting) {
            needs = false;
        }
    }
    return needs;
}

enum cf_denial_reason cf_conf_dial(struct cf_conference *conf, cf_usec now, struct cf_roster_participant *participant,
                                   struct cf_str brought_by) {
    struct cf_roster_device *device = NULL;
    if (!needs_call(conf, now, participant)) {
        return CF_DENIAL_NONE;
    }
    enum cf_err err = cf_roster_add_device(&conf->roster, participant, participant->aor, &device);
    if (err != CF_OK) {
        /* EXISTS: a call to them is just being ended. */
        return cf_denial_of(err == CF_ERR_EXISTS ? CF_ERR_STATE : err, CF_DENIAL_TOO_MANY_DEVICES);
    }
    cf_list_remove(&participant->in_departed);
    device->joining_method = CF_JOINING_DIALED_OUT;
    cf_roster_set_brought_by(&conf->roster, device, brought_by);
    cf_conf_want(conf, device, CF_CONF_WANT_INVITE);
    return CF_DENIAL_NONE;
}

void cf_conf_dial_list(struct cf_conference *conf, cf_usec now) {
    conf->has_dialled_list = true;
    for (size_t i = 0; i < conf->invitee_count; i++) {
        struct cf_conference_invitee *invitee = conf->invitees[i];
        struct cf_roster_participant *p = NULL;
        bool is_self = conf->organiser.at != NULL && cf_str_eq(conf->organiser, invitee->aor);
        if (invitee->was_called || is_self) {
            continue;
        }
        /* Who can't be added for want of room can be called later, by hand. */
        invitee->was_called = true;
        if (cf_conf_take_participant(conf, now, invitee->aor, invitee->name, &p) == CF_DENIAL_NONE) {
            (void)cf_conf_dial(conf, now, p, conf->organiser);
        }
    }
}

struct cf_denial cf_conference_on_add(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                      const struct cf_resource_entry *entry) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = check_caller(conf, actor);
    if (reason == CF_DENIAL_NONE) {
        reason = cf_conf_take_participant(conf, now, entry->uri, entry->name, &p);
    }
    if (reason == CF_DENIAL_NONE && entry->has_role && p->role != entry->role) {
        p->role = entry->role;
        cf_roster_touch(&conf->roster, p);
    }
    if (reason == CF_DENIAL_NONE) {
        reason = cf_conf_dial(conf, now, p, actor->aor);
    }
    cf_conf_settle(conf, now);
    return cf_deny(reason);
}

/* How many of @p list are not on ours yet. One that stands twice counts twice: nobody needs that. */
static size_t count_new(const struct cf_conference *conf, const struct cf_resource_list *list) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += cf_conf_invitee(conf, list->entries[i].uri) == NULL ? 1 : 0;
    }
    return count;
}

struct cf_denial cf_conference_on_list(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                       const struct cf_resource_list *list) {
    enum cf_denial_reason reason = check_caller(conf, actor);
    if (reason == CF_DENIAL_NONE && conf->invitee_count + count_new(conf, list) > conf->env->limits.list) {
        reason = CF_DENIAL_LIST_TOO_LONG;
    }
    for (size_t i = 0; i < list->count && reason == CF_DENIAL_NONE; i++) {
        reason = cf_conf_invite(conf, &list->entries[i]);
    }
    if (reason == CF_DENIAL_NONE && conf->has_dialled_list) {
        cf_conf_dial_list(conf, now);
    }
    cf_conf_settle(conf, now);
    return cf_deny(reason);
}

/* --- sending people away --- */

struct cf_denial cf_conference_on_remove(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                         struct cf_str aor) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = cf_conf_check_target(conf, actor, aor, true, &p);
    if (reason != CF_DENIAL_NONE) {
        return cf_deny(reason);
    }
    struct cf_roster_device *next = NULL;
    for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = next) {
        next = cf_roster_next_device(d);
        cf_conf_hang_up(conf, now, d, CF_HANG_UP_REMOVED);
    }
    if (!cf_str_eq(actor->aor, aor)) {
        cf_conf_uninvite(conf, aor);
    }
    cf_conf_settle(conf, now);
    return cf_deny(CF_DENIAL_NONE);
}

/* --- roles --- */

void cf_conf_ensure_admin(struct cf_conference *conf, const struct cf_roster_participant *except) {
    struct cf_roster_participant *first = NULL;
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        if (!cf_conf_is_present(p)) {
            continue;
        }
        if (p->is_admin) {
            return;
        }
        if (!p->is_guest && (first == NULL || first == except)) {
            first = p;
        }
    }
    if (first != NULL) {
        first->is_admin = true;
        cf_roster_touch(&conf->roster, first);
    }
}

struct cf_denial cf_conference_on_set_admin(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                            struct cf_str aor, bool is_admin) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = cf_conf_check_target(conf, actor, aor, false, &p);
    if (reason == CF_DENIAL_NONE && p->is_admin != is_admin) {
        p->is_admin = is_admin;
        cf_roster_touch(&conf->roster, p);
        cf_conf_ensure_admin(conf, p);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

/* Its devices are heard and seen, or not any more. */
static void tell_silence(struct cf_conference *conf, struct cf_roster_participant *p) {
    for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (d->status == CF_ENDPOINT_CONNECTED) {
            cf_roster_touch_device(&conf->roster, d);
            cf_conf_want(conf, d, CF_CONF_WANT_MUTE);
        }
    }
}

struct cf_denial cf_conference_on_set_role(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                           struct cf_str aor, enum cf_conf_role role) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = cf_conf_check_target(conf, actor, aor, false, &p);
    if (reason == CF_DENIAL_NONE && p->role != role) {
        p->role = role;
        cf_roster_touch(&conf->roster, p);
        tell_silence(conf, p);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

struct cf_denial cf_conference_on_mute(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                       struct cf_str aor, bool is_muted) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = cf_conf_check_target(conf, actor, aor, true, &p);
    if (reason != CF_DENIAL_NONE) {
        return cf_deny(reason);
    }
    bool is_firm = cf_conference_is_admin(conf, actor) && !cf_str_eq(actor->aor, aor);
    if (!is_muted && p->is_muted_firmly && !cf_conference_is_admin(conf, actor)) {
        return cf_deny(CF_DENIAL_NOT_ADMIN);
    }
    p->is_muted_firmly = is_muted && (is_firm || p->is_muted_firmly);
    if (p->is_muted != is_muted) {
        p->is_muted = is_muted;
        tell_silence(conf, p);
        cf_conf_settle(conf, now);
    }
    return cf_deny(CF_DENIAL_NONE);
}

struct cf_denial cf_conference_on_mute_all(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason != CF_DENIAL_NONE) {
        return cf_deny(reason);
    }
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        if (!p->is_muted && !p->is_admin && cf_conf_is_present(p)) {
            p->is_muted = true;
            tell_silence(conf, p);
        }
    }
    cf_conf_settle(conf, now);
    return cf_deny(CF_DENIAL_NONE);
}

struct cf_denial cf_conference_on_hand(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                       struct cf_str aor, bool is_up) {
    struct cf_roster_participant *p = NULL;
    enum cf_denial_reason reason = cf_conf_check_target(conf, actor, aor, true, &p);
    if (reason == CF_DENIAL_NONE && is_up && !cf_str_eq(actor->aor, aor)) {
        reason = CF_DENIAL_NOT_ADMIN; /* nobody raises the hand of somebody else */
    }
    if (reason == CF_DENIAL_NONE && is_up && !cf_conf_is_present(p)) {
        reason = CF_DENIAL_NOT_MEMBER; /* in the lobby there is nobody to see it */
    }
    if (reason == CF_DENIAL_NONE && (p->hand_up != 0) != is_up) {
        p->hand_up = is_up ? cf_conf_wall(conf, now) : 0;
        cf_roster_touch(&conf->roster, p);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

/* --- the conference as a whole --- */

struct cf_denial cf_conference_on_subject(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                          struct cf_str subject) {
    char clean[CF_CONFERENCE_SUBJECT_MAX];
    struct cf_str copy = CF_STR_NONE;
    struct cf_str cleaned = cf_str_n(clean, cf_display_name_clean(subject, clean, sizeof clean));
    if (!cf_subject_is_change(conf->subject, cleaned)) {
        return cf_deny(CF_DENIAL_NONE);
    }
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason != CF_DENIAL_NONE) {
        return cf_deny(reason);
    }
    if (!cf_mem_dup_str(conf->env->mem, cleaned, &copy)) {
        return cf_deny(CF_DENIAL_NO_MEMORY);
    }
    cf_mem_free_str(conf->env->mem, &conf->subject);
    conf->subject = copy;
    cf_roster_touch_description(&conf->roster);
    cf_conf_store(conf);
    cf_conf_settle(conf, now);
    return cf_deny(CF_DENIAL_NONE);
}

struct cf_denial cf_conference_on_lock(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                       bool is_locked) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE && conf->is_locked != is_locked) {
        conf->is_locked = is_locked;
        cf_roster_touch_count(&conf->roster);
        cf_conf_store(conf);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

struct cf_denial cf_conference_on_end(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE) {
        cf_conf_step(conf, now, CF_CONFERENCE_CLOSED);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}

struct cf_denial cf_conference_on_delete(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor) {
    enum cf_denial_reason reason = cf_conf_check_admin(conf, actor);
    if (reason == CF_DENIAL_NONE && !actor->is_operator) {
        reason = CF_DENIAL_NOT_ADMIN;
    }
    if (reason == CF_DENIAL_NONE) {
        cf_conf_step(conf, now, CF_CONFERENCE_DELETED);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}
