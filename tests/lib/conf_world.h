/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference server of the tests: a directory, a clock, and short forms of what a focus does. */
#ifndef CF_TESTS_LIB_CONF_WORLD_H
#define CF_TESTS_LIB_CONF_WORLD_H

#include "core/conf/directory.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include <stdlib.h>

/** Wall clock at now == 0: 2026-01-01T00:00:00Z. */
#define WORLD_WALL (INT64_C(1767225600) * 1000000)

/** What was polled, in a compact form, one line a thing. */
#define WORLD_LOG_MAX 8192

struct world {
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_directory dir;
    cf_usec now;
    char log[WORLD_LOG_MAX];
    size_t log_len;
    uint32_t next_leg;
};

static inline void world_init(struct world *w, const struct cf_conference_limits *limits) {
    memset(w, 0, sizeof *w);
    test_mem_init(&w->mem);
    test_entropy_init(&w->entropy, 1);
    struct cf_directory_config config = {.mem = &w->mem.mem, .entropy = &w->entropy.entropy, .limits = limits};
    cf_directory_init(&w->dir, &config);
    cf_directory_set_wall(&w->dir, 0, WORLD_WALL);
}

static inline void world_fini(struct world *w) {
    cf_directory_fini(&w->dir);
    test_mem_fini(&w->mem);
}

static inline void world_line(struct world *w, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int len = vsnprintf(w->log + w->log_len, sizeof w->log - w->log_len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof w->log - w->log_len);
    w->log_len += (size_t)len;
}

static inline const char *world_reason(enum cf_hang_up_reason reason) {
    static const char *const words[] = {"removed", "replaced", "joined", "denied", "over", "weak"};
    return words[reason];
}

/** How many people are in is counted as they come and go; here they are asked. */
static inline void world_people_are_counted(const struct cf_conference *conf) {
    size_t people = 0;
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        bool is_in = false;
        for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            is_in = is_in || (!d->is_waiting && (d->status == CF_ENDPOINT_DIALING_IN || d->status == CF_ENDPOINT_CONNECTED));
        }
        people += is_in ? 1 : 0;
    }
    assert_int_equal(cf_conference_people(conf), people);
}

static inline void world_log_out(struct world *w, const struct cf_conference_out *out) {
    if (out->conference != NULL) {
        world_people_are_counted(out->conference);
    }
    struct cf_str who = out->device != NULL ? out->device->participant->aor : CF_STR("-");
    switch (out->kind) {
    case CF_CONF_OUT_NONE:
        break;
    case CF_CONF_OUT_INVITE:
        world_line(w, "invite %.*s\n", CF_STR_ARG(who));
        break;
    case CF_CONF_OUT_HANG_UP:
        world_line(w, "hang up %.*s leg %u (%s)\n", CF_STR_ARG(who), out->leg.slot, world_reason(out->reason));
        break;
    case CF_CONF_OUT_ADMITTED:
        world_line(w, "admitted %.*s\n", CF_STR_ARG(who));
        break;
    case CF_CONF_OUT_MUTE:
        world_line(w, "%s %.*s\n", out->device->participant->is_muted ? "mute" : "unmute", CF_STR_ARG(who));
        break;
    case CF_CONF_OUT_ROSTER:
        world_line(w, "roster\n");
        break;
    case CF_CONF_OUT_STORE:
        world_line(w, "store %.*s\n", CF_STR_ARG(cf_conference_state_word(out->conference->state)));
        break;
    case CF_CONF_OUT_OVER:
        world_line(w, "over %.*s\n", CF_STR_ARG(cf_conference_state_word(out->conference->state)));
        break;
    }
}

/** Do what a focus does: drain. The log holds what came since the last call; returns it. */
static inline struct cf_str world_drain(struct world *w) {
    struct cf_directory_out out;
    w->log_len = 0;
    while (cf_directory_poll(&w->dir, w->now, &out)) {
        if (out.forget_key.at != NULL) {
            world_line(w, "forget\n");
        }
        world_log_out(w, &out.conference);
    }
    return cf_str_n(w->log, w->log_len);
}

/** Let time pass up to @p now, deadline by deadline. */
static inline void world_run(struct world *w, cf_usec until) {
    for (cf_usec next = cf_directory_deadline(&w->dir); next <= until; next = cf_directory_deadline(&w->dir)) {
        w->now = next > w->now ? next : w->now;
        cf_directory_on_deadline(&w->dir, w->now);
        (void)world_drain(w);
    }
    w->now = until;
}

static inline struct cf_conference_call world_call(struct world *w, const char *aor, const char *entity, const char *call_id) {
    return (struct cf_conference_call){.aor = cf_str_of(aor),
                                       .entity = cf_str_of(entity),
                                       .is_verified = true,
                                       .ids = {cf_str_of(call_id), CF_STR("from"), CF_STR("to")},
                                       .leg = {.slot = ++w->next_leg, .generation = 1}};
}

/** Call in and be connected; the call must be accepted. */
static inline struct cf_handle world_join(struct world *w, struct cf_conference *conf, const char *aor, const char *entity) {
    struct cf_conference_call call = world_call(w, aor, entity, entity);
    struct cf_admission admission = cf_conference_on_dial_in(conf, w->now, &call);
    assert_int_equal(admission.denial.reason, CF_DENIAL_NONE);
    cf_conference_on_connected(conf, w->now, admission.device);
    return admission.device;
}

static inline enum cf_denial_reason world_try(struct world *w, struct cf_conference *conf, const char *aor, const char *entity) {
    struct cf_conference_call call = world_call(w, aor, entity, entity);
    return cf_conference_on_dial_in(conf, w->now, &call).denial.reason;
}

static inline struct cf_conference *world_create(struct world *w, const struct cf_conference_config *config) {
    struct cf_conference *conf = NULL;
    assert_int_equal(cf_directory_create(&w->dir, w->now, config, &conf).reason, CF_DENIAL_NONE);
    return conf;
}

/** An ad hoc conference of alice. */
static inline struct cf_conference *world_ad_hoc(struct world *w, const struct cf_resource_list *list) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_AD_HOC,
                                          .uri = CF_STR("sip:conference-focus@example.org"),
                                          .subject = CF_STR("Weekly sync"),
                                          .organiser = CF_STR("sip:alice@example.org"),
                                          .has_video = true,
                                          .invitees = list};
    return world_create(w, &config);
}

static inline struct cf_conference_actor world_actor(const char *aor) {
    return (struct cf_conference_actor){.aor = cf_str_of(aor)};
}

/** First device of @p aor, or NULL. */
static inline const struct cf_roster_device *world_find_device(const struct cf_conference *conf, const char *aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, cf_str_of(aor));
    return p == NULL ? NULL : cf_roster_first_device(p);
}

/** First device of @p aor, who must have one. */
static inline const struct cf_roster_device *world_device(const struct cf_conference *conf, const char *aor) {
    const struct cf_roster_device *device = world_find_device(conf, aor);
    if (device == NULL) {
        print_error("%s has no device\n", aor);
        abort();
    }
    return device;
}

static inline bool world_is_admin(const struct cf_conference *conf, const char *aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, cf_str_of(aor));
    return p != NULL && p->is_admin;
}

#define ALICE "sip:alice@example.org"
#define ALICE_PHONE "sip:alice@example.org;gr=urn:uuid:a"
#define BOB "sip:bob@example.org"
#define BOB_PHONE "sip:bob@example.org;gr=urn:uuid:b"
#define BOB_LAPTOP "sip:bob@example.org;gr=urn:uuid:b2"
#define CAROL "sip:carol@example.org"
#define CAROL_PHONE "sip:carol@example.org;gr=urn:uuid:c"

#endif
