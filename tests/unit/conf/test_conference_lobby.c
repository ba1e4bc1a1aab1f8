/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lobby, the PIN, roles and hands; and that there is no way round the lobby (attacks T21). */
#include "core/conf/conference_command.h"
#include "lib/conf_world.h"

#define DAVE "sip:dave@example.org"

static struct cf_conference *room_of(struct world *w, bool has_lobby, const char *pin) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .key = CF_STR("room-lounge"),
                                          .uri = CF_STR("sip:room-lounge@example.org"),
                                          .organiser = CF_STR(ALICE),
                                          .has_lobby = has_lobby,
                                          .pin = cf_str_of(pin)};
    return world_create(w, &config);
}

static enum cf_denial_reason do_as(struct world *w, struct cf_conference *conf, const char *who,
                                   enum cf_conference_command command, const char *argument) {
    struct cf_conference_actor actor = world_actor(who);
    return cf_conference_do(conf, w->now, &actor, command, cf_str_of(argument)).reason;
}

static void people_wait_until_they_are_let_in(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, true, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    (void)world_drain(&w);
    assert_true(world_device(conf, BOB)->is_waiting);
    assert_int_equal(conf->in_count, 1);
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_ADMIT, BOB), CF_DENIAL_NOT_ADMIN);
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_ADMIT_ALL, NULL), CF_DENIAL_NOT_ADMIN);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_ADMIT, BOB), CF_DENIAL_NONE);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_DENY, CAROL), CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("admitted " BOB "\nhang up " CAROL " leg 3 (denied)\nroster\n"));
    assert_int_equal(conf->in_count, 2);
    /* Turned off it lets those in who wait. */
    cf_conference_on_left(conf, w.now, world_device(conf, CAROL)->handle, false);
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    (void)world_drain(&w);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_NO_LOBBY, NULL), CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("admitted " CAROL "\nstore running\nroster\n"));
    world_fini(&w);
}

static void a_pin_opens_the_door(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, false, "4711");
    (void)world_join(&w, conf, ALICE, ALICE_PHONE); /* the organiser needs none */
    assert_false(world_device(conf, ALICE)->is_waiting);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_true(world_device(conf, BOB)->is_waiting);
    /* An administrator's admit-all is not meant for those who owe the PIN; admitting somebody by name is. */
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_ADMIT_ALL, NULL), CF_DENIAL_NONE);
    assert_true(world_device(conf, BOB)->is_waiting);
    assert_int_equal(cf_conference_on_pin(conf, w.now, bob, CF_STR("0815")), CF_PIN_WRONG);
    assert_int_equal(cf_conference_on_pin(conf, w.now, bob, CF_STR("4711")), CF_PIN_RIGHT);
    assert_false(world_device(conf, BOB)->is_waiting);
    assert_int_equal(conf->in_count, 2);
    /* Three wrong ones end the call. */
    struct cf_handle carol = world_join(&w, conf, CAROL, CAROL_PHONE);
    (void)world_drain(&w);
    for (int i = 0; i < CF_CONFERENCE_PINS_MAX; i++) {
        assert_int_equal(cf_conference_on_pin(conf, w.now, carol, CF_STR("9999")), CF_PIN_WRONG);
    }
    assert_str(world_drain(&w), CF_STR("hang up " CAROL " leg 3 (denied)\nroster\n"));
    assert_int_equal(cf_conference_on_pin(conf, w.now, carol, CF_STR("4711")), CF_PIN_WRONG);
    assert_int_equal(conf->in_count, 2);
    world_fini(&w);
}

static void calling_again_does_not_buy_more_guesses(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, false, "4711");
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    unsigned tried = 0;
    for (unsigned call = 0; call < 50; call++) {
        struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
        while (world_device(conf, BOB)->status != CF_ENDPOINT_DISCONNECTING) {
            tried += cf_conference_on_pin(conf, w.now, bob, CF_STR("9999")) == CF_PIN_WRONG ? 1 : 0;
        }
        cf_conference_on_left(conf, w.now, bob, false);
        (void)world_drain(&w);
    }
    assert_int_equal(tried, CF_PIN_GUARD_CALLER_MAX);
    world_fini(&w);
}

static void with_pin_and_lobby_one_passes_both(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, true, "4711");
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(cf_conference_on_pin(conf, w.now, bob, CF_STR("4711")), CF_PIN_RIGHT);
    assert_true(world_device(conf, BOB)->is_waiting);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_ADMIT_ALL, NULL), CF_DENIAL_NONE);
    assert_false(world_device(conf, BOB)->is_waiting);
    world_fini(&w);
}

static void pins_are_set_by_moderators_and_checked(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, false, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_PIN, "1234"), CF_DENIAL_NOT_ADMIN);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_PIN, "12"), CF_DENIAL_TOO_LONG);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_PIN, "1234"), CF_DENIAL_NONE);
    assert_str(conf->pin, CF_STR("1234"));
    assert_str(cf_conference_row_of(conf).pin, CF_STR("1234"));
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    assert_true(world_device(conf, CAROL)->is_waiting);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_PIN, NULL), CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_pin(conf, w.now, world_device(conf, CAROL)->handle, CF_STR("0")), CF_PIN_RIGHT);
    world_fini(&w);
}

static void listeners_are_silent_until_they_are_speakers(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, false, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_drain(&w);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_LISTENER, BOB), CF_DENIAL_NONE);
    assert_true(cf_roster_is_silenced(cf_roster_find(&conf->roster, CF_STR(BOB))));
    assert_true(cf_str_find_str(world_drain(&w), CF_STR(BOB)) != SIZE_MAX);
    /* A listener does not become a speaker alone, nor by another device. */
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_SPEAKER, BOB), CF_DENIAL_NOT_ADMIN);
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_UNMUTE, NULL), CF_DENIAL_NONE);
    (void)world_join(&w, conf, BOB, BOB_LAPTOP);
    assert_true(cf_roster_is_silenced(cf_roster_find(&conf->roster, CF_STR(BOB))));
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_SPEAKER, BOB), CF_DENIAL_NONE);
    assert_false(cf_roster_is_silenced(cf_roster_find(&conf->roster, CF_STR(BOB))));
    world_fini(&w);
}

static bool is_hand_up(const struct cf_conference *conf, const char *aor) {
    return cf_roster_find(&conf->roster, cf_str_of(aor))->hand_up != 0;
}

static void hands_are_ones_own(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room_of(&w, false, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    struct cf_handle laptop = world_join(&w, conf, BOB, BOB_LAPTOP);
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_HAND_UP, NULL), CF_DENIAL_NONE);
    assert_true(is_hand_up(conf, BOB));
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_HAND_UP, CAROL), CF_DENIAL_NOT_ADMIN);
    assert_int_equal(do_as(&w, conf, CAROL, CF_CONFERENCE_COMMAND_HAND_DOWN, BOB), CF_DENIAL_NOT_ADMIN);
    assert_int_equal(do_as(&w, conf, ALICE, CF_CONFERENCE_COMMAND_HAND_DOWN, BOB), CF_DENIAL_NONE);
    assert_false(is_hand_up(conf, BOB));
    /* It goes down when the last device leaves, not before. */
    assert_int_equal(do_as(&w, conf, BOB, CF_CONFERENCE_COMMAND_HAND_UP, NULL), CF_DENIAL_NONE);
    cf_conference_on_left(conf, w.now, laptop, false);
    assert_true(is_hand_up(conf, BOB));
    cf_conference_on_left(conf, w.now, world_device(conf, BOB)->handle, false);
    assert_false(is_hand_up(conf, BOB));
    world_fini(&w);
}

static void every_command_has_a_word(void **state) {
    (void)state;
    for (size_t i = 0; i < CF_CONFERENCE_COMMAND_COUNT_; i++) {
        enum cf_conference_command found = CF_CONFERENCE_COMMAND_COUNT_;
        enum cf_conference_command command = (enum cf_conference_command)i;
        assert_true(cf_conference_command_of(cf_conference_command_word(command), &found));
        assert_int_equal(found, command);
        assert_true(cf_conference_command_text(command).len > 0);
    }
    enum cf_conference_command found = CF_CONFERENCE_COMMAND_END;
    assert_false(cf_conference_command_of(CF_STR("nonsense"), &found));
    assert_false(cf_conference_command_of(CF_STR_NONE, &found));
}

/* --- no way round the lobby --- */

/* Strangers do what they can in any order; alice, the organiser, admits bob only. Nobody else is ever in. */
static void step(struct world *w, struct cf_conference *conf, struct cf_rng *rng) {
    static const char *const people[] = {BOB, CAROL, DAVE};
    static const char *const devices[] = {"a", "b"};
    const char *who = people[cf_rng_below(rng, 3)];
    const struct cf_roster_device *device = world_find_device(conf, who);
    char entity[100];
    struct cf_conference_actor actor = world_actor(who);
    snprintf(entity, sizeof entity, "%s;gr=%s", who, devices[cf_rng_below(rng, 2)]);
    switch (cf_rng_below(rng, 10)) {
    case 0:
    case 1:
    case 2: {
        struct cf_conference_call call = world_call(w, who, entity, entity);
        struct cf_admission admission = cf_conference_on_dial_in(conf, w->now, &call);
        if (cf_denial_is_none(admission.denial)) {
            cf_conference_on_connected(conf, w->now, admission.device);
        }
        break;
    }
    case 3:
        if (device != NULL) {
            cf_conference_on_left(conf, w->now, device->handle, cf_rng_below(rng, 2) == 0);
        }
        break;
    case 4:
        if (device != NULL) {
            cf_conference_on_connected(conf, w->now, device->handle);
            cf_conference_on_hold(conf, w->now, device->handle, cf_rng_below(rng, 2) == 0);
        }
        break;
    case 5: {
        enum cf_conference_command command = (enum cf_conference_command)cf_rng_below(rng, CF_CONFERENCE_COMMAND_COUNT_);
        if (cf_conference_is_admin(conf, &actor)) {
            break; /* bob, whom alice has let in before she left: he may */
        }
        (void)cf_denial_is_none(cf_conference_do(conf, w->now, &actor, command, cf_str_of(people[cf_rng_below(rng, 3)])));
        break;
    }
    case 6: {
        /* alice comes and goes: when she is away nobody must become administrator out of the lobby. */
        const struct cf_roster_device *alice = world_find_device(conf, ALICE);
        if (alice != NULL) {
            cf_conference_on_left(conf, w->now, alice->handle, false);
        } else {
            (void)world_try(w, conf, ALICE, ALICE_PHONE);
        }
        break;
    }
    case 7:
        if (device != NULL) {
            (void)cf_conference_on_pin(conf, w->now, device->handle, CF_STR("1234"));
        }
        break;
    case 8: {
        struct cf_conference_actor alice = world_actor(ALICE);
        (void)cf_denial_is_none(cf_conference_on_admit(conf, w->now, &alice, CF_STR(BOB), cf_rng_below(rng, 3) > 0));
        break;
    }
    default:
        world_run(w, w->now + (cf_usec)cf_rng_below(rng, 3000000));
        break;
    }
}

static void assert_outside(const struct cf_conference *conf, const char *aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, cf_str_of(aor));
    for (const struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL;
         d = cf_roster_next_device(d)) {
        assert_true(d->is_waiting || d->status == CF_ENDPOINT_DISCONNECTED);
        assert_false(cf_roster_device_is_in(d));
    }
    assert_false(world_is_admin(conf, aor) && cf_conference_is_member(conf, cf_str_of(aor)));
}

static void there_is_no_way_round_the_lobby(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct world w;
        struct cf_rng rng;
        world_init(&w, NULL);
        cf_rng_init(&rng, seed);
        struct cf_conference *conf = room_of(&w, true, seed % 2 == 0 ? "4711" : NULL);
        for (int i = 0; i < 200; i++) {
            step(&w, conf, &rng);
            assert_outside(conf, CAROL);
            assert_outside(conf, DAVE);
            struct cf_str log = world_drain(&w);
            assert_true(cf_str_find_str(log, CF_STR("admitted " CAROL)) >= log.len);
            assert_true(cf_str_find_str(log, CF_STR("admitted " DAVE)) >= log.len);
            assert_true(cf_str_find_str(log, CF_STR("invite ")) >= log.len || world_find_device(conf, BOB) != NULL);
        }
        world_fini(&w);
    }
}

CF_TEST_MAIN(cmocka_unit_test(people_wait_until_they_are_let_in), cmocka_unit_test(a_pin_opens_the_door),
             cmocka_unit_test(calling_again_does_not_buy_more_guesses), cmocka_unit_test(with_pin_and_lobby_one_passes_both),
             cmocka_unit_test(pins_are_set_by_moderators_and_checked),
             cmocka_unit_test(listeners_are_silent_until_they_are_speakers), cmocka_unit_test(hands_are_ones_own),
             cmocka_unit_test(every_command_has_a_word), cmocka_unit_test(there_is_no_way_round_the_lobby))
