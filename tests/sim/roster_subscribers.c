/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conferences in which everything happens at random, with subscribers of every speed: some prompt, some slow, some whose NOTIFYs
 * get lost. Whatever they are told must be a lawful sequence of documents, and in the end each must know exactly what the server
 * knows. The judge is roster_model.h, which shares nothing with the writer; our own reader is checked along the way.
 */
#include "roster_model.h"

#include "adapt/expat/expat_conference_info.h"
#include "core/conf/roster_document.h"
#include "core/conf/roster_view.h"
#include "lib/conf_world.h"

#define PEOPLE 24U
#define DEVICES 3U
#define SUBSCRIBERS 6U

/** A subscriber and its two ideas of the conference. */
struct listener {
    struct cf_roster_subscriber sub;
    struct model model;
    struct cf_roster_view view;
    bool is_on;
    bool is_strict;     /* every document came through since the full state, and none was paged */
    uint32_t answer_in; /* steps until the NOTIFY that is under way is answered */
    uint32_t slowness;  /* upper bound of answer_in */
    uint32_t loss;      /* chance that a NOTIFY is lost, percent */
};

struct scene {
    struct world world;
    struct cf_conference *conf;
    struct cf_rng rng;
    struct listener listeners[SUBSCRIBERS];
};

/* What was seen over all runs: a test that never comes to the hard places proves little. */
static struct {
    size_t full;
    size_t partial;
    size_t empty;
    size_t lost;
    size_t paged; /* documents that were cut at the soft limit */
    size_t longest;
} seen;

static char buffer[CF_ROSTER_DOCUMENT_MAX];

static const char *person(uint32_t n) {
    static char text[4][64];
    static unsigned turn;
    turn = (turn + 1) % 4;
    snprintf(text[turn], sizeof text[turn], "sip:user%u@example.org", n);
    return text[turn];
}

/* --- listeners --- */

static void listen_begin(struct scene *s, struct listener *l, uint32_t n) {
    if (l->is_on) {
        return;
    }
    *l = (struct listener){.is_on = true, .slowness = n == 4 ? 2500 : n % 3 * 4, .loss = n == 5 ? 20 : 0};
    uint32_t last = n % 2 == 0 ? 0 : cf_rng_below(&s->rng, 50);
    assert_ok(cf_roster_subscriber_init(&l->sub, &s->world.mem.mem, s->conf->uri, n % 2 == 0 ? CF_STR_NONE : cf_str_of(person(n)),
                                        last));
    l->model.version = last;
    cf_roster_view_init(&l->view, &s->world.mem.mem, 1);
}

static void listen_end(struct listener *l) {
    if (l->is_on) {
        cf_roster_subscriber_fini(&l->sub);
        cf_roster_view_fini(&l->view);
        node_free(l->model.root);
        *l = (struct listener){.is_on = false};
    }
}

static void deliver(struct scene *s, struct listener *l, struct cf_str xml, enum cf_roster_document_kind kind) {
    struct cf_conference_info info;
    enum cf_view_result result = CF_VIEW_OLD;
    if (kind == CF_ROSTER_DOCUMENT_FULL) {
        l->is_strict = true;
        /* A refresh begins the count anew for the view; the model wants an unbroken sequence. */
        cf_roster_view_on_subscribed(&l->view);
    }
    l->is_strict = l->is_strict && xml.len < CF_ROSTER_DOCUMENT_SOFT_MAX;
    model_apply(&l->model, xml, l->is_strict && kind == CF_ROSTER_DOCUMENT_PARTIAL);
    assert_ok(cf_expat_read_conference_info(&s->world.mem.mem, xml, &info));
    assert_ok(cf_roster_view_apply(&l->view, &info, &result));
    assert_int_equal(result, CF_VIEW_APPLIED);
    cf_conference_info_fini(&info);
}

static void tell(struct scene *s, struct listener *l) {
    struct cf_writer w;
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    if (!l->is_on || cf_roster_subscriber_deadline(&l->sub, s->conf) > s->world.now) {
        return;
    }
    cf_writer_init(&w, buffer, sizeof buffer);
    assert_ok(cf_roster_document_write(&l->sub, s->conf, s->world.now, &w, &kind));
    seen.full += kind == CF_ROSTER_DOCUMENT_FULL ? 1 : 0;
    seen.partial += kind == CF_ROSTER_DOCUMENT_PARTIAL ? 1 : 0;
    seen.empty += kind == CF_ROSTER_DOCUMENT_EMPTY ? 1 : 0;
    seen.paged += w.len >= CF_ROSTER_DOCUMENT_SOFT_MAX ? 1 : 0;
    seen.longest = w.len > seen.longest ? w.len : seen.longest;
    bool is_lost = cf_rng_below(&s->rng, 100) < l->loss;
    if (is_lost) {
        seen.lost++;
        l->model.version = l->sub.version; /* what comes next is the full state */
        cf_roster_subscriber_on_answered(&l->sub, false, s->world.now);
        return;
    }
    if (kind != CF_ROSTER_DOCUMENT_EMPTY) {
        deliver(s, l, cf_writer_str(&w), kind);
    }
    l->answer_in = 1 + cf_rng_below(&s->rng, l->slowness + 1);
}

static void step_listeners(struct scene *s) {
    for (uint32_t i = 0; i < SUBSCRIBERS; i++) {
        struct listener *l = &s->listeners[i];
        if (l->is_on && l->answer_in > 0 && --l->answer_in == 0) {
            cf_roster_subscriber_on_answered(&l->sub, true, s->world.now);
        }
        tell(s, l);
    }
}

/* --- what happens --- */

static struct cf_roster_device *any_device(struct scene *s) {
    uint32_t n = cf_rng_below(&s->rng, PEOPLE);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct cf_roster_participant *p = cf_roster_find(&s->conf->roster, cf_str_of(person((n + i) % PEOPLE)));
        if (p != NULL && cf_roster_first_device(p) != NULL) {
            struct cf_roster_device *d = cf_roster_first_device(p);
            struct cf_roster_device *next = cf_roster_next_device(d);
            return next != NULL && cf_rng_below(&s->rng, 2) == 0 ? next : d;
        }
    }
    return NULL;
}

static struct cf_conference_call any_call(struct scene *s, char *entity, size_t size) {
    static const char *const names[] = {"Anna", "<script>alert(1)</script>", "B\xffob & \"Co\"", "\xe2\x80\xaegnp.exe", ""};
    uint32_t n = cf_rng_below(&s->rng, PEOPLE);
    snprintf(entity, size, "%s;gr=urn:uuid:%u", person(n), cf_rng_below(&s->rng, DEVICES));
    struct cf_conference_call call = world_call(&s->world, person(n), entity, entity);
    call.name = cf_str_of(names[cf_rng_below(&s->rng, 5)]);
    return call;
}

static void dial_in(struct scene *s) {
    char entity[128];
    struct cf_conference_call call = any_call(s, entity, sizeof entity);
    struct cf_admission admission = cf_conference_on_dial_in(s->conf, s->world.now, &call);
    if (cf_denial_is_none(admission.denial) && cf_rng_below(&s->rng, 2) == 0) {
        cf_conference_on_connected(s->conf, s->world.now, admission.device);
    }
}

static void dial_out(struct scene *s) {
    struct cf_conference_actor operator= {.is_operator = true};
    struct cf_resource_entry entry = {.uri = cf_str_of(person(cf_rng_below(&s->rng, PEOPLE)))};
    enum cf_denial_reason reason = cf_conference_on_add(s->conf, s->world.now, &operator, & entry).reason;
    assert_true(reason == CF_DENIAL_NONE || reason == CF_DENIAL_FULL || reason == CF_DENIAL_STATE ||
                reason == CF_DENIAL_TOO_MANY_DEVICES);
}

static void media(struct scene *s, const struct cf_roster_device *d) {
    struct cf_media_update updates[CF_CONF_MEDIA_COUNT] = {{.status = CF_MEDIA_INACTIVE}};
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        updates[i].status = (enum cf_media_status)cf_rng_below(&s->rng, 4);
        updates[i].has_ssrc = cf_rng_below(&s->rng, 2) == 0;
        updates[i].ssrc = cf_rng_u32(&s->rng);
    }
    updates[CF_CONF_VIDEO].content = (enum cf_media_content)cf_rng_below(&s->rng, 2);
    cf_conference_on_media(s->conf, s->world.now, d->handle, updates);
}

static void progress(struct scene *s, const struct cf_roster_device *d) {
    char entity[128];
    struct cf_roster_cause cause = {486, CF_STR("Busy Here")};
    snprintf(entity, sizeof entity, "%.*s;gr=urn:uuid:%u", CF_STR_ARG(d->participant->aor), cf_rng_below(&s->rng, DEVICES));
    struct cf_conference_call call = world_call(&s->world, "", entity, entity);
    switch (cf_rng_below(&s->rng, 5)) {
    case 0:
        cf_conference_on_dialing(s->conf, s->world.now, d->handle, &call);
        break;
    case 1:
        cf_conference_on_ringing(s->conf, s->world.now, d->handle);
        break;
    case 2:
        cf_conference_on_answered(s->conf, s->world.now, d->handle, &call);
        break;
    case 3:
        cf_conference_on_dial_failed(s->conf, s->world.now, d->handle, CF_CALL_BUSY, &cause);
        break;
    default:
        cf_conference_on_connected(s->conf, s->world.now, d->handle);
        break;
    }
}

static void rule(struct scene *s, const struct cf_roster_device *d) {
    static const char *const subjects[] = {"One", "Two & Three", "]]>"};
    struct cf_conference_actor operator= {.is_operator = true};
    struct cf_str aor = d->participant->aor;
    bool on = cf_rng_below(&s->rng, 2) == 0;
    struct cf_denial denial = {CF_DENIAL_NONE, 0};
    switch (cf_rng_below(&s->rng, 7)) {
    case 0:
        denial = cf_conference_on_set_admin(s->conf, s->world.now, &operator, aor, on);
        break;
    case 1:
        denial =
            cf_conference_on_set_role(s->conf, s->world.now, &operator, aor, on ? CF_CONF_ROLE_SPEAKER : CF_CONF_ROLE_LISTENER);
        break;
    case 2:
        denial = cf_conference_on_mute(s->conf, s->world.now, &operator, aor, on);
        break;
    case 3:
        denial = cf_conference_on_subject(s->conf, s->world.now, &operator, cf_str_of(subjects[cf_rng_below(&s->rng, 3)]));
        break;
    case 4:
        denial = cf_conference_on_lock(s->conf, s->world.now, &operator, on);
        break;
    case 5:
        denial = cf_conference_on_lobby(s->conf, s->world.now, &operator, on);
        break;
    default:
        denial = cf_conference_on_remove(s->conf, s->world.now, &operator, aor);
        break;
    }
    assert_int_equal(denial.reason, CF_DENIAL_NONE);
}

static void happen(struct scene *s) {
    struct cf_roster_device *d = any_device(s);
    struct listener *l = &s->listeners[cf_rng_below(&s->rng, SUBSCRIBERS)];
    uint32_t what = cf_rng_below(&s->rng, 13);
    if (d == NULL || what <= 2) {
        dial_in(s);
    } else if (what == 3) {
        dial_out(s);
    } else if (what <= 5) {
        progress(s, d);
    } else if (what == 6) {
        media(s, d);
    } else if (what == 7) {
        cf_conference_on_hold(s->conf, s->world.now, d->handle, cf_rng_below(&s->rng, 2) == 0);
    } else if (what <= 9) {
        cf_conference_on_left(s->conf, s->world.now, d->handle, false);
    } else if (what == 10) {
        rule(s, d);
    } else if (what == 11) {
        listen_begin(s, l, (uint32_t)(l - s->listeners));
    } else if (l->is_on && l->sub.has_sent && !l->sub.is_sending) {
        cf_roster_subscriber_on_refresh(&l->sub, true, l->model.version - cf_rng_below(&s->rng, 2));
    }
}

/* --- the end: everybody knows everything --- */

static void compare_view(const struct scene *s, const struct cf_roster_view *view) {
    const struct cf_roster *roster = &s->conf->roster;
    assert_int_equal(view->user_count, roster->participant_count);
    assert_int_equal(view->told_count, roster->participant_count);
    assert_str(view->subject, s->conf->subject);
    assert_int_equal(view->is_locked, s->conf->is_locked);
    assert_int_equal(view->has_lobby, s->conf->has_lobby);
    for (const struct cf_roster_participant *p = cf_roster_first(roster); p != NULL; p = cf_roster_next(roster, p)) {
        const struct cf_view_user *user = cf_roster_view_find(view, p->aor);
        assert_non_null(user);
        assert_int_equal((user->roles & CF_INFO_ADMIN) != 0, p->is_admin);
        assert_int_equal(user->endpoint_count, p->device_count);
        for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            const struct cf_view_endpoint *e = cf_view_user_find(user, d->entity);
            assert_non_null(e);
            assert_int_equal(e->status, cf_roster_device_status(d));
            assert_str(e->call.call_id, d->call.call_id);
            assert_int_equal(e->media_count, CF_CONF_MEDIA_COUNT);
        }
    }
}

static void settle_all(struct scene *s) {
    for (int i = 0; i < 400; i++) {
        s->world.now += CF_SEC(1);
        for (uint32_t n = 0; n < SUBSCRIBERS; n++) {
            struct listener *l = &s->listeners[n];
            l->loss = 0;
            l->slowness = 0;
            l->answer_in = l->answer_in > 1 ? 1 : l->answer_in;
        }
        step_listeners(s);
    }
}

static void compare_all(struct scene *s) {
    struct listener *fresh = &s->listeners[0];
    settle_all(s);
    listen_end(fresh);
    listen_begin(s, fresh, 0);
    settle_all(s);
    node_sort(fresh->model.root);
    for (uint32_t n = 0; n < SUBSCRIBERS; n++) {
        struct listener *l = &s->listeners[n];
        if (l->is_on) {
            assert_true(cf_roster_subscriber_deadline(&l->sub, s->conf) == CF_USEC_NEVER);
            node_sort(l->model.root);
            assert_same(l->model.root, fresh->model.root);
            compare_view(s, &l->view);
        }
    }
}

/* One run. Time between events is short against the interval of NOTIFYs, so that much is told at once; sometimes long. */
static void run(uint64_t seed, size_t events) {
    struct scene s;
    memset(&s, 0, sizeof s);
    struct cf_conference_limits limits = cf_conference_limits_default;
    limits.participants = PEOPLE - 2;
    limits.devices = DEVICES;
    world_init(&s.world, &limits);
    cf_rng_init(&s.rng, seed);
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_ROOM, .key = CF_STR("room-x"), .uri = CF_STR("sip:room-x@example.org"), .has_video = true};
    s.conf = world_create(&s.world, &config);
    for (size_t i = 0; i < events; i++) {
        happen(&s);
        (void)world_drain(&s.world);
        world_run(&s.world, s.world.now + (cf_usec)cf_rng_below(&s.rng, cf_rng_below(&s.rng, 20) == 0 ? 3000000 : 60000));
        step_listeners(&s);
    }
    compare_all(&s);
    for (uint32_t n = 0; n < SUBSCRIBERS; n++) {
        listen_end(&s.listeners[n]);
    }
    world_fini(&s.world);
}

static void random_conferences_end_with_everybody_knowing_the_same(void **state) {
    (void)state;
    memset(&seen, 0, sizeof seen);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        run(seed, 300);
    }
    run(100, 6000);
    print_message("full %zu, partial %zu, empty %zu, lost %zu, paged %zu, longest %zu octets\n", seen.full, seen.partial,
                  seen.empty, seen.lost, seen.paged, seen.longest);
    assert_true(seen.full > 100 && seen.partial > 1000 && seen.empty > 10 && seen.lost > 100);
    assert_true(seen.paged > 10);
    assert_true(seen.longest < 2 * CF_ROSTER_DOCUMENT_SOFT_MAX);
}

CF_TEST_MAIN(cmocka_unit_test(random_conferences_end_with_everybody_knowing_the_same))
