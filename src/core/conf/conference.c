/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: its life, its timer, what it wants done. */
#include "core/conf/conference.h"

#include "base/bug.h"
#include "core/conf/conference_happening.h"
#include "core/conf/conference_internal.h"
#include "core/conf/display_name.h"

const struct cf_conference_limits cf_conference_limits_default = {
    .conferences = 1000, .per_account = 20, .participants = 100, .devices = 8, .list = 50, .tombstones = 4096};

const struct cf_conference_times cf_conference_times_default = {.organiser_wait_usec = CF_SEC(60),
                                                                .failed_shown_usec = CF_SEC(20),
                                                                .departed_shown_usec = CF_SEC(1),
                                                                .available_before_usec = CF_SEC(15 * 60),
                                                                .expires_after_usec = CF_SEC(24 * 3600),
                                                                .tombstone_usec = CF_SEC(24 * 3600)};

void cf_conference_env_init(struct cf_conference_env *env, const struct cf_mem *mem, const struct cf_entropy *entropy,
                            const struct cf_conference_limits *limits, const struct cf_conference_times *times) {
    *env = (struct cf_conference_env){.mem = mem,
                                      .entropy = entropy,
                                      .limits = limits != NULL ? *limits : cf_conference_limits_default,
                                      .times = times != NULL ? *times : cf_conference_times_default};
    env->guard.seed = cf_entropy_u32(entropy);
    cf_heap_init(&env->timers, mem);
    cf_list_init(&env->busy);
    cf_list_init(&env->happenings);
}

void cf_conference_env_fini(struct cf_conference_env *env) {
    cf_happenings_keep(env, false);
    cf_heap_fini(&env->timers);
}

struct cf_conference *cf_conference_of_timer(struct cf_timer *timer) {
    return CF_OF(timer, struct cf_conference, timer);
}

/* --- beginning and end --- */

static bool copy_strings(struct cf_conference *conf, const struct cf_conference_config *config) {
    const struct cf_mem *mem = conf->env->mem;
    char clean[CF_CONFERENCE_SUBJECT_MAX];
    char name[CF_ROSTER_NAME_MAX];
    struct cf_str subject = cf_str_n(clean, cf_display_name_clean(config->subject, clean, sizeof clean));
    struct cf_str organiser_name = cf_str_n(name, cf_display_name_clean(config->organiser_name, name, sizeof name));
    return cf_mem_dup_str(mem, config->key, &conf->key) && cf_mem_dup_str(mem, config->uri, &conf->uri) &&
           cf_mem_dup_str(mem, subject, &conf->subject) && cf_mem_dup_str(mem, config->organiser, &conf->organiser) &&
           cf_mem_dup_str(mem, organiser_name, &conf->organiser_name) && cf_mem_dup_str(mem, config->pin, &conf->pin);
}

static enum cf_denial_reason invite_all(struct cf_conference *conf, const struct cf_resource_list *list) {
    if (list != NULL && list->count > conf->env->limits.list) {
        return CF_DENIAL_LIST_TOO_LONG;
    }
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        enum cf_denial_reason reason = cf_conf_invite(conf, &list->entries[i]);
        if (reason != CF_DENIAL_NONE) {
            return reason;
        }
    }
    return CF_DENIAL_NONE;
}

static enum cf_denial_reason fill(struct cf_conference *conf, const struct cf_conference_config *config) {
    if (config->pin.len > 0 && !cf_pin_is_valid(config->pin)) {
        return CF_DENIAL_TOO_LONG;
    }
    if (config->key.len > CF_CONFERENCE_KEY_MAX || config->uri.len > CF_CONFERENCE_URI_MAX ||
        config->organiser.len > CF_ROSTER_AOR_MAX) {
        return CF_DENIAL_TOO_LONG;
    }
    if (!copy_strings(conf, config)) {
        return CF_DENIAL_NO_MEMORY;
    }
    enum cf_denial_reason reason = invite_all(conf, config->invitees);
    if (reason != CF_DENIAL_NONE) {
        return reason;
    }
    /* From here on the timer stays in the heap, so that moving it never needs memory. */
    return cf_heap_set(&conf->env->timers, &conf->timer, CF_USEC_NEVER - 1) == CF_OK ? CF_DENIAL_NONE : CF_DENIAL_NO_MEMORY;
}

struct cf_denial cf_conference_init(struct cf_conference *conf, struct cf_conference_env *env, cf_usec now,
                                    const struct cf_conference_config *config) {
    struct cf_roster_config roster = {.mem = env->mem,
                                      .entropy = env->entropy,
                                      .participants_max = env->limits.participants,
                                      .devices_max = env->limits.devices};
    *conf = (struct cf_conference){.env = env,
                                   .kind = config->kind,
                                   .access = config->access,
                                   .start = cf_conf_clamp(config->start),
                                   .end = cf_conf_clamp(config->end),
                                   .has_video = config->has_video,
                                   .has_lobby = config->has_lobby,
                                   .demands_aes256 = config->demands_aes256,
                                   .begun = now};
    conf->created = cf_conf_wall(conf, now);
    cf_roster_init(&conf->roster, &roster);
    cf_map_init(&conf->invitees_by_aor, env->mem, conf->roster.by_aor.seed);
    cf_list_init(&conf->out);
    cf_list_init(&conf->linger);
    cf_list_init(&conf->departed);
    enum cf_denial_reason reason = fill(conf, config);
    if (reason != CF_DENIAL_NONE) {
        cf_conference_fini(conf);
        return cf_deny(reason);
    }
    cf_conf_store(conf);
    cf_conf_settle(conf, now);
    return cf_deny(CF_DENIAL_NONE);
}

void cf_conference_fini(struct cf_conference *conf) {
    const struct cf_mem *mem = conf->env->mem;
    cf_heap_cancel(&conf->env->timers, &conf->timer);
    cf_list_remove(&conf->in_busy);
    cf_roster_fini(&conf->roster);
    cf_conf_clear_invitees(conf);
    cf_mem_free(mem, (void *)conf->invitees, conf->invitees_max * sizeof(*conf->invitees));
    cf_map_fini(&conf->invitees_by_aor);
    cf_mem_free_str(mem, &conf->key);
    cf_mem_free_str(mem, &conf->uri);
    cf_mem_free_str(mem, &conf->subject);
    cf_mem_free_str(mem, &conf->organiser);
    cf_mem_free_str(mem, &conf->organiser_name);
    cf_mem_free_str(mem, &conf->pin);
}

/* --- state --- */

bool cf_conference_is_over(const struct cf_conference *conf) {
    return conf->state == CF_CONFERENCE_STATE_ENDED || conf->state == CF_CONFERENCE_STATE_CANCELLED ||
           conf->state == CF_CONFERENCE_STATE_EXPIRED;
}

void cf_conf_store(struct cf_conference *conf) {
    conf->must_store = conf->must_store || conf->kind == CF_CONFERENCE_SCHEDULED || conf->kind == CF_CONFERENCE_ROOM;
}

/* Hang up on everybody; the lobby too unless people may come again. */
static void hang_up_all(struct cf_conference *conf, cf_usec now) {
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        struct cf_roster_device *next = NULL;
        for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = next) {
            next = cf_roster_next_device(d);
            if (!d->is_waiting || cf_conference_is_over(conf)) {
                cf_conf_hang_up(conf, now, d, CF_HANG_UP_OVER);
            }
        }
    }
}

/* The store does not tell running from idle: nobody is in after a restart. */
static bool is_open_state(enum cf_conference_state state) {
    return state == CF_CONFERENCE_STATE_RUNNING || state == CF_CONFERENCE_STATE_IDLE;
}

void cf_conf_step(struct cf_conference *conf, cf_usec now, enum cf_conference_event event) {
    enum cf_conference_state before = conf->state;
    conf->state = cf_conference_next(conf->kind, before, event);
    if (conf->state == before) {
        return;
    }
    if (!is_open_state(before) || !is_open_state(conf->state)) {
        cf_conf_store(conf);
    }
    if (cf_conference_is_over(conf)) {
        conf->over = cf_conf_wall(conf, now);
    }
    if (conf->state != CF_CONFERENCE_STATE_RUNNING) {
        conf->has_dialled_list = false;
        hang_up_all(conf, now);
    }
    if (before == CF_CONFERENCE_STATE_RUNNING) {
        cf_conf_tell(conf, CF_HAPPENING_ENDED, NULL);
    }
    cf_roster_touch_count(&conf->roster);
}

/* --- time --- */

cf_wall cf_conference_opens(const struct cf_conference *conf) {
    if (conf->kind != CF_CONFERENCE_SCHEDULED || conf->start == 0) {
        return 0;
    }
    return conf->start - conf->env->times.available_before_usec;
}

cf_wall cf_conference_expires(const struct cf_conference *conf) {
    if (conf->kind != CF_CONFERENCE_SCHEDULED) {
        return INT64_MAX;
    }
    cf_wall from = conf->end != 0 ? conf->end : conf->start != 0 ? conf->start : conf->created;
    cf_wall most = INT64_MAX - conf->env->times.expires_after_usec;
    return from >= most ? INT64_MAX : from + conf->env->times.expires_after_usec;
}

/* When the life of an empty conference ends by itself. */
static cf_usec life_deadline(const struct cf_conference *conf) {
    if (cf_conference_is_over(conf) || conf->state == CF_CONFERENCE_STATE_RUNNING) {
        return CF_USEC_NEVER;
    }
    if (conf->kind == CF_CONFERENCE_AD_HOC || conf->kind == CF_CONFERENCE_ON_DEMAND) {
        return conf->begun + conf->env->times.organiser_wait_usec;
    }
    cf_wall expires = cf_conference_expires(conf);
    return expires == INT64_MAX ? CF_USEC_NEVER : expires - conf->env->wall_offset;
}

static cf_usec next_deadline(const struct cf_conference *conf) {
    cf_usec deadline = life_deadline(conf);
    struct cf_link *failed = cf_list_first(&conf->linger);
    struct cf_link *departed = cf_list_first(&conf->departed);
    if (failed != NULL) {
        deadline = cf_usec_min(deadline, CF_OF(failed, struct cf_roster_device, in_linger)->linger_at);
    }
    if (departed != NULL) {
        deadline = cf_usec_min(deadline, CF_OF(departed, struct cf_roster_participant, in_departed)->departed_at);
    }
    return deadline;
}

static void remove_lingering(struct cf_conference *conf, cf_usec now) {
    for (struct cf_link *link = cf_list_first(&conf->linger); link != NULL; link = cf_list_first(&conf->linger)) {
        struct cf_roster_device *device = CF_OF(link, struct cf_roster_device, in_linger);
        if (device->linger_at > now) {
            break;
        }
        cf_conf_drop_device(conf, now, device);
    }
    for (struct cf_link *link = cf_list_first(&conf->departed); link != NULL; link = cf_list_first(&conf->departed)) {
        struct cf_roster_participant *p = CF_OF(link, struct cf_roster_participant, in_departed);
        if (p->departed_at > now) {
            break;
        }
        cf_list_remove(&p->in_departed);
        cf_roster_remove(&conf->roster, p);
    }
}

void cf_conference_on_deadline(struct cf_conference *conf, cf_usec now) {
    remove_lingering(conf, now);
    if (life_deadline(conf) <= now) {
        cf_conf_step(conf, now, CF_CONFERENCE_TIMED_OUT);
    }
    cf_conf_settle(conf, now);
}

void cf_conference_on_wall_clock(struct cf_conference *conf, cf_usec now) {
    cf_conf_settle(conf, now);
}

void cf_conf_settle(struct cf_conference *conf, cf_usec now) {
    if (conf->in_count > 0) {
        cf_conf_step(conf, now, CF_CONFERENCE_ENTERED);
    } else if (conf->state == CF_CONFERENCE_STATE_RUNNING) {
        cf_conf_step(conf, now, CF_CONFERENCE_EMPTIED);
    }
    if (conf->needs_admin) {
        conf->needs_admin = false;
        cf_conf_ensure_admin(conf, NULL);
    }
    enum cf_err err = cf_heap_set(&conf->env->timers, &conf->timer, cf_usec_min(next_deadline(conf), CF_USEC_NEVER - 1));
    cf_assert(err == CF_OK);
    bool is_over_due = cf_conference_is_over(conf) && !conf->is_over_told;
    bool has_news = conf->roster.sequence != conf->told && !conf->is_over_told;
    if ((is_over_due || has_news || conf->must_store || !cf_list_is_empty(&conf->out)) && !cf_link_is_in(&conf->in_busy)) {
        cf_list_append(&conf->env->busy, &conf->in_busy);
    }
}

/* --- what is wanted --- */

void cf_conf_want(struct cf_conference *conf, struct cf_roster_device *device, unsigned want) {
    device->out = (uint8_t)(device->out | want);
    if (!cf_link_is_in(&device->in_out)) {
        cf_list_append(&conf->out, &device->in_out);
    }
}

static struct cf_conference_out poll_device(struct cf_conference *conf, struct cf_roster_device *device) {
    struct cf_conference_out out = {.conference = conf, .device = device};
    unsigned lowest = device->out & (0U - device->out);
    device->out = (uint8_t)(device->out & ~lowest);
    if (device->out == 0) {
        cf_list_remove(&device->in_out);
    }
    switch (lowest) {
    case CF_CONF_WANT_OLD_HANG_UP:
        out.kind = CF_CONF_OUT_HANG_UP;
        out.device = NULL;
        out.leg = device->old_leg;
        out.reason = (enum cf_hang_up_reason)device->old_reason;
        break;
    case CF_CONF_WANT_HANG_UP:
        out.kind = CF_CONF_OUT_HANG_UP;
        out.leg = device->leg;
        out.reason = (enum cf_hang_up_reason)device->hang_up_reason;
        break;
    case CF_CONF_WANT_INVITE:
        out.kind = CF_CONF_OUT_INVITE;
        break;
    case CF_CONF_WANT_ADMITTED:
        out.kind = CF_CONF_OUT_ADMITTED;
        break;
    default:
        cf_assert(lowest == CF_CONF_WANT_MUTE);
        out.kind = CF_CONF_OUT_MUTE;
        break;
    }
    return out;
}

struct cf_conference_out cf_conference_poll(struct cf_conference *conf) {
    struct cf_link *link = cf_list_first(&conf->out);
    if (link != NULL) {
        return poll_device(conf, CF_OF(link, struct cf_roster_device, in_out));
    }
    if (conf->must_store) {
        conf->must_store = false;
        return (struct cf_conference_out){.kind = CF_CONF_OUT_STORE, .conference = conf};
    }
    if (cf_conference_is_over(conf) && !conf->is_over_told) {
        conf->is_over_told = true;
        conf->told = conf->roster.sequence;
        return (struct cf_conference_out){.kind = CF_CONF_OUT_OVER, .conference = conf};
    }
    if (conf->told != conf->roster.sequence) {
        conf->told = conf->roster.sequence;
        return (struct cf_conference_out){.kind = CF_CONF_OUT_ROSTER, .conference = conf};
    }
    return (struct cf_conference_out){.kind = CF_CONF_OUT_NONE, .conference = conf};
}
