/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests in a conference, and attacks T21: whatever is tried, nobody is past the lobby who was not let in. */
#include "base/rng.h"
#include "lib/conf_world.h"

#define ANN "sip:guest~ann@example.org"
#define BEN "sip:guest~ben@example.org"

static struct cf_conference *room(struct world *w, const char *pin, bool has_lobby) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .access = CF_CONFERENCE_ACCESS_OPEN,
                                          .key = CF_STR("room-tea"),
                                          .uri = CF_STR("sip:room-tea@example.org"),
                                          .has_lobby = has_lobby,
                                          .pin = cf_str_of(pin)};
    return world_create(w, &config);
}

static struct cf_admission come(struct world *w, struct cf_conference *conf, const char *aor, struct cf_conference_pass pass) {
    struct cf_conference_call call = world_call(w, aor, aor, aor);
    call.pass = pass;
    struct cf_admission admission = cf_conference_on_dial_in(conf, w->now, &call);
    if (cf_denial_is_none(admission.denial)) {
        cf_conference_on_connected(conf, w->now, admission.device);
    }
    return admission;
}

static const struct cf_conference_pass speaker = {.is_guest = true, .role = CF_CONF_ROLE_SPEAKER};
static const struct cf_conference_pass listener = {.is_guest = true, .role = CF_CONF_ROLE_LISTENER};
static const struct cf_conference_pass moderator = {.is_guest = true, .is_moderator = true, .role = CF_CONF_ROLE_SPEAKER};

static void a_link_stands_for_the_pin_but_not_for_the_lobby(void **state) {
    struct world w;
    (void)state;
    world_init(&w, NULL);
    struct cf_conference *conf = room(&w, "4711", false);
    assert_true(come(&w, conf, BOB, (struct cf_conference_pass){.is_guest = false}).wants_pin);
    assert_false(come(&w, conf, ANN, speaker).is_waiting);
    struct cf_conference_actor op = {.is_operator = true};
    assert_true(cf_denial_is_none(cf_conference_on_lobby(conf, w.now, &op, true)));
    struct cf_admission waiting = come(&w, conf, BEN, speaker);
    assert_true(waiting.is_waiting && !waiting.wants_pin);
    assert_false(come(&w, conf, "sip:guest~mod@example.org", moderator).is_waiting);
    world_fini(&w);
}

static void roles_come_with_the_pass(void **state) {
    struct world w;
    (void)state;
    world_init(&w, NULL);
    struct cf_conference *conf = room(&w, NULL, false);
    (void)come(&w, conf, ANN, listener);
    (void)come(&w, conf, BEN, moderator);
    assert_int_equal(cf_roster_find(&conf->roster, CF_STR(ANN))->role, CF_CONF_ROLE_LISTENER);
    assert_false(world_is_admin(conf, ANN));
    assert_true(world_is_admin(conf, BEN));
    /* A second call of the same guest changes nothing of what moderators have made of them. */
    struct cf_conference_actor ben = {.aor = CF_STR(BEN)};
    assert_true(cf_denial_is_none(cf_conference_on_set_role(conf, w.now, &ben, CF_STR(ANN), CF_CONF_ROLE_SPEAKER)));
    (void)come(&w, conf, ANN, listener);
    assert_int_equal(cf_roster_find(&conf->roster, CF_STR(ANN))->role, CF_CONF_ROLE_SPEAKER);
    world_fini(&w);
}

static void guests_do_not_inherit_the_room(void **state) {
    struct world w;
    (void)state;
    world_init(&w, NULL);
    struct cf_conference *conf = room(&w, NULL, false);
    (void)come(&w, conf, ANN, speaker);
    assert_false(world_is_admin(conf, ANN));
    (void)come(&w, conf, BOB, (struct cf_conference_pass){.is_guest = false});
    assert_true(world_is_admin(conf, BOB));
    cf_conference_on_left(conf, w.now, world_device(conf, BOB)->handle, false);
    (void)world_drain(&w);
    assert_false(world_is_admin(conf, ANN));
    (void)come(&w, conf, CAROL, (struct cf_conference_pass){.is_guest = false});
    assert_true(world_is_admin(conf, CAROL));
    world_fini(&w);
}

static void guests_call_nobody_in(void **state) {
    struct world w;
    struct cf_conference_actor ann = {.aor = CF_STR(ANN)};
    struct cf_resource_entry entry = {.uri = CF_STR(CAROL)};
    struct cf_resource_list list = {.entries = &entry, .count = 1};
    (void)state;
    world_init(&w, NULL);
    struct cf_conference *conf = room(&w, NULL, false);
    (void)come(&w, conf, ANN, moderator);
    assert_int_equal(cf_conference_on_add(conf, w.now, &ann, &entry).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_list(conf, w.now, &ann, &list).reason, CF_DENIAL_NOT_ADMIN);
    assert_null(cf_roster_find(&conf->roster, CF_STR(CAROL)));
    world_fini(&w);
}

/* --- T21 --- */

/* What a test believes of somebody, by the rules in words: may have media only if let in. */
struct belief {
    const char *aor;
    struct cf_conference_pass pass;
    bool is_let_in; /**< since coming: by a moderator, by the PIN where that is enough, or because there was no door */
};

/* Is a device of @p who in, with media, that was never let in? */
static bool is_past_the_door(const struct cf_conference *conf, const struct belief *who) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, cf_str_of(who->aor));
    for (struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (cf_roster_device_is_in(d) && !who->is_let_in) {
            return true;
        }
    }
    return false;
}

static void do_something(struct world *w, struct cf_conference *conf, struct belief *who, struct cf_rng *rng) {
    char entity[96];
    struct cf_conference_actor op = {.is_operator = true};
    struct cf_conference_actor self = {.aor = cf_str_of(who->aor)};
    const struct cf_roster_device *device = world_find_device(conf, who->aor);
    struct cf_denial ignored = {.reason = CF_DENIAL_NONE};
    switch (cf_rng_below(rng, 11)) {
    case 0: /* early, again, and from another device */
    case 1:
    case 2: {
        snprintf(entity, sizeof entity, "%s;gr=%u", who->aor, (unsigned)cf_rng_below(rng, 3));
        struct cf_conference_call call = world_call(w, who->aor, entity, entity);
        call.pass = who->pass;
        bool has_door = conf->has_lobby || (conf->pin.len > 0 && !who->pass.is_guest);
        struct cf_admission a = cf_conference_on_dial_in(conf, w->now, &call);
        who->is_let_in = who->is_let_in || (cf_denial_is_none(a.denial) && (!has_door || who->pass.is_moderator));
        if (cf_denial_is_none(a.denial)) {
            cf_conference_on_connected(conf, w->now, a.device);
        }
        break;
    }
    case 3: /* what those who wait would like to do to themselves, and others to them */
        ignored = cf_conference_on_admit(conf, w->now, &self, self.aor, true);
        assert_true(cf_denial_is_none(ignored) ? who->is_let_in : true);
        break;
    case 4:
        ignored = cf_conference_on_set_admin(conf, w->now, &self, self.aor, true);
        assert_true(!cf_denial_is_none(ignored) || who->is_let_in);
        break;
    case 5:
        if (!who->is_let_in) {
            assert_false(cf_denial_is_none(cf_conference_on_lobby(conf, w->now, &self, false)));
            assert_false(cf_denial_is_none(cf_conference_on_admit_all(conf, w->now, &self)));
        }
        break;
    case 6: /* REFER in by themselves */
        if (!who->is_let_in) {
            struct cf_resource_entry entry = {.uri = self.aor};
            assert_false(cf_denial_is_none(cf_conference_on_add(conf, w->now, &self, &entry)));
        }
        break;
    case 7:
        if (device != NULL) {
            cf_conference_on_left(conf, w->now, device->handle, cf_rng_below(rng, 2) == 0);
        }
        break;
    case 8: /* a wrong PIN, or the right one */
        if (device != NULL && device->wants_pin) {
            bool is_right = cf_rng_below(rng, 4) == 0;
            enum cf_pin_verdict verdict =
                cf_conference_on_pin(conf, w->now, device->handle, is_right ? conf->pin : CF_STR("0000"));
            who->is_let_in = who->is_let_in || (verdict == CF_PIN_RIGHT && !conf->has_lobby);
        }
        break;
    case 9: /* the operator lets somebody in, now and then */
        if (device != NULL && cf_rng_below(rng, 4) == 0) {
            ignored = cf_conference_on_admit(conf, w->now, &op, self.aor, true);
            who->is_let_in = who->is_let_in || cf_denial_is_none(ignored);
        }
        break;
    default:
        world_run(w, w->now + CF_SEC(2));
        break;
    }
}

/* Nobody is left of @p who: to come again they have to be let in again. */
static void forget_who_left(const struct cf_conference *conf, struct belief *who) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, cf_str_of(who->aor));
    bool is_in = false;
    for (struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        is_in = is_in || !d->is_waiting;
    }
    who->is_let_in = who->is_let_in && is_in;
}

static void nobody_is_past_the_door_who_was_not_let_in(void **state) {
    struct cf_rng rng;
    size_t in = 0;
    (void)state;
    cf_rng_init(&rng, 2026);
    for (unsigned run = 0; run < 60; run++) {
        struct world w;
        struct belief people[] = {{.aor = ANN, .pass = speaker},
                                  {.aor = BEN, .pass = listener},
                                  {.aor = "sip:guest~mod@example.org", .pass = moderator},
                                  {.aor = BOB},
                                  {.aor = CAROL}};
        world_init(&w, NULL);
        struct cf_conference *conf = room(&w, run % 3 == 0 ? "4711" : NULL, run % 3 != 0 || run % 2 == 0);
        for (unsigned step = 0; step < 300; step++) {
            do_something(&w, conf, &people[cf_rng_below(&rng, 5)], &rng);
            (void)world_drain(&w);
            for (size_t i = 0; i < 5; i++) {
                if (is_past_the_door(conf, &people[i])) {
                    fail_msg("run %u step %u: %s is in", run, step, people[i].aor);
                }
                in += people[i].is_let_in ? 1 : 0;
                forget_who_left(conf, &people[i]);
            }
        }
        world_fini(&w);
    }
    assert_true(in > 1000); /* the door does open */
}

CF_TEST_MAIN(cmocka_unit_test(a_link_stands_for_the_pin_but_not_for_the_lobby), cmocka_unit_test(roles_come_with_the_pass),
             cmocka_unit_test(guests_do_not_inherit_the_room), cmocka_unit_test(guests_call_nobody_in),
             cmocka_unit_test(nobody_is_past_the_door_who_was_not_let_in))
