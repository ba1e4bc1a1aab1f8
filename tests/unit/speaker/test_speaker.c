/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is taken for the speaker: scenes written as what each member does when, and properties that hold for any scene. */
#include "base/rng.h"
#include "core/speaker/speaker.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define MEMBERS_MAX 40
#define NOBODY UINT32_MAX

/* What a member does: the levels of its frames. */
enum sound {
    STILL,  /* sends nothing */
    QUIET,  /* room noise, -58 dBov */
    SPEECH, /* syllables around -25 dBov with gaps */
    LOUD,   /* speech around -15 */
    NOISE,  /* a fan, -30 */
    BOAST,  /* claims 0 for ever */
};

struct scene {
    struct test_mem mem;
    struct cf_speaker speaker;
    struct cf_rng rng;
    struct cf_handle members[MEMBERS_MAX];
    enum sound sounds[MEMBERS_MAX];
    uint32_t count;
    cf_usec now;
    uint32_t ptime_msec;
    uint32_t events;
    uint32_t last; /* user of the last event */
    cf_usec last_at;
    cf_usec shortest_turn; /* between two speakers */
};

static void setup(struct scene *s, uint32_t count, uint64_t seed) {
    *s = (struct scene){.count = count, .now = CF_SEC(3), .ptime_msec = 20, .last = NOBODY, .shortest_turn = CF_USEC_NEVER};
    test_mem_init(&s->mem);
    cf_rng_init(&s->rng, seed);
    cf_speaker_init(&s->speaker, &s->mem.mem, NULL);
    for (uint32_t i = 0; i < count; i++) {
        assert_ok(cf_speaker_add(&s->speaker, i, &s->members[i]));
    }
}

static void teardown(struct scene *s) {
    cf_speaker_fini(&s->speaker);
    test_mem_fini(&s->mem);
}

/* Syllables of 120 to 200 ms and short dips between them; a longer dip between words. */
static uint8_t speech_level(struct scene *s, uint32_t member, uint8_t level) {
    uint32_t phase = (uint32_t)(s->now / 1000 + member * 77) % 720;
    bool dips = phase % 180 > 150 || phase > 600;
    return (uint8_t)(dips ? 62 : level + cf_rng_below(&s->rng, 8));
}

static uint8_t level_of(struct scene *s, uint32_t member) {
    switch (s->sounds[member]) {
    case STILL:
        break;
    case QUIET:
        return (uint8_t)(56 + cf_rng_below(&s->rng, 5));
    case SPEECH:
        return speech_level(s, member, 22);
    case LOUD:
        return speech_level(s, member, 11);
    case NOISE:
        return (uint8_t)(29 + cf_rng_below(&s->rng, 3));
    case BOAST:
        return 0;
    }
    return CF_LEVEL_UNKNOWN;
}

static void drain(struct scene *s) {
    struct cf_speaker_event event;
    while (cf_speaker_poll(&s->speaker, &event)) {
        if (s->events++ > 0) {
            s->shortest_turn = cf_usec_min(s->shortest_turn, s->now - s->last_at);
        }
        s->last = event.has_speaker ? event.user : NOBODY;
        s->last_at = s->now;
    }
}

static void run(struct scene *s, cf_usec duration) {
    for (cf_usec end = s->now + duration; s->now < end; s->now += CF_MSEC(10)) {
        for (uint32_t i = 0; i < s->count; i++) {
            if (s->now / 1000 % s->ptime_msec == 0) {
                cf_speaker_on_level(&s->speaker, s->members[i], level_of(s, i), s->now);
            }
        }
        if (s->now >= cf_speaker_deadline(&s->speaker)) {
            cf_speaker_on_deadline(&s->speaker, s->now);
            assert_true(cf_speaker_deadline(&s->speaker) > s->now);
        }
        drain(s);
    }
}

static void one_who_speaks_is_the_speaker_within_half_a_second(void **state) {
    (void)state;
    for (uint32_t ptime = 10; ptime <= 60; ptime += 10) {
        struct scene s;
        setup(&s, 3, ptime);
        s.ptime_msec = ptime;
        s.sounds[1] = SPEECH;
        cf_usec start = s.now;
        run(&s, CF_SEC(20));
        assert_int_equal(s.events, 1);
        assert_int_equal(s.last, 1);
        assert_true(s.last_at - start <= CF_MSEC(500));
        teardown(&s);
    }
}

static void the_next_one_takes_over_when_the_speaker_falls_silent(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 3, 1);
    s.sounds[0] = SPEECH;
    s.sounds[1] = QUIET;
    run(&s, CF_SEC(10));
    s.sounds[0] = QUIET;
    s.sounds[1] = SPEECH;
    cf_usec turn = s.now;
    run(&s, CF_SEC(10));
    assert_int_equal(s.events, 2);
    assert_int_equal(s.last, 1);
    assert_true(s.last_at - turn <= CF_MSEC(1500));
    uint32_t previous = NOBODY;
    assert_true(cf_speaker_previous(&s.speaker, &previous));
    assert_int_equal(previous, 0);
    teardown(&s);
}

static void coughs_and_assent_do_not_change_the_speaker(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 4, 2);
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(5));
    for (int i = 0; i < 40; i++) {
        uint32_t who = 1 + (uint32_t)i % 3;
        s.sounds[who] = LOUD;
        run(&s, CF_MSEC(250));
        s.sounds[who] = STILL;
        run(&s, CF_MSEC(900));
    }
    assert_int_equal(s.events, 1);
    assert_int_equal(s.last, 0);
    teardown(&s);
}

static void a_cough_in_the_speakers_pause_does_not_either(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 2, 2);
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(5));
    s.sounds[0] = STILL;
    run(&s, CF_SEC(3));
    s.sounds[1] = LOUD;
    run(&s, CF_MSEC(300));
    s.sounds[1] = STILL;
    run(&s, CF_SEC(3));
    assert_int_equal(s.last, 0);
    teardown(&s);
}

static void a_louder_interrupter_does_not_take_over_from_one_who_goes_on(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 2, 3);
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(5));
    s.sounds[1] = LOUD;
    run(&s, CF_SEC(30));
    /* Two who talk at once: the picture does not flicker. */
    assert_int_equal(s.events, 1);
    teardown(&s);
}

static void a_fan_is_not_a_speaker_for_long(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 2, 4);
    s.sounds[1] = NOISE;
    run(&s, CF_SEC(12));
    s.sounds[0] = SPEECH;
    cf_usec turn = s.now;
    run(&s, CF_SEC(20));
    assert_int_equal(s.last, 0);
    assert_true(s.last_at - turn <= CF_SEC(1));
    teardown(&s);
}

static void a_claim_of_full_scale_for_ever_does_not_hold_the_floor(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 3, 5);
    s.sounds[2] = BOAST;
    run(&s, CF_SEC(10));
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(10));
    assert_int_equal(s.last, 0);
    s.sounds[0] = STILL;
    s.sounds[1] = SPEECH;
    run(&s, CF_SEC(10));
    assert_int_equal(s.last, 1);
    teardown(&s);
}

static void who_may_not_speak_is_never_the_speaker(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 2, 6);
    s.sounds[0] = SPEECH;
    s.sounds[1] = LOUD;
    cf_speaker_set_eligible(&s.speaker, s.members[1], false);
    run(&s, CF_SEC(5));
    assert_int_equal(s.last, 0);
    cf_speaker_set_eligible(&s.speaker, s.members[0], false);
    run(&s, CF_SEC(5));
    assert_int_equal(s.last, NOBODY);
    uint32_t user = 0;
    assert_false(cf_speaker_dominant(&s.speaker, &user));
    cf_speaker_set_eligible(&s.speaker, s.members[1], true);
    run(&s, CF_SEC(1));
    assert_int_equal(s.last, 1);
    teardown(&s);
}

static void when_the_speaker_leaves_another_follows(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 3, 7);
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(4));
    cf_speaker_remove(&s.speaker, s.members[0]);
    cf_speaker_remove(&s.speaker, s.members[0]);
    drain(&s);
    assert_int_equal(s.last, NOBODY);
    s.sounds[2] = SPEECH;
    run(&s, CF_SEC(1));
    assert_int_equal(s.last, 2);
    uint32_t previous = 0;
    assert_false(cf_speaker_previous(&s.speaker, &previous));
    teardown(&s);
}

static void silence_needs_no_steps(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 3, 8);
    assert_int_equal(cf_speaker_deadline(&s.speaker), CF_USEC_NEVER);
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(5));
    assert_int_not_equal(cf_speaker_deadline(&s.speaker), CF_USEC_NEVER);
    s.sounds[0] = STILL;
    run(&s, CF_SEC(5));
    assert_int_equal(cf_speaker_deadline(&s.speaker), CF_USEC_NEVER);
    /* The last speaker stays until another one speaks. */
    assert_int_equal(s.last, 0);
    teardown(&s);
}

static void never_switches_more_often_than_the_hold_time(void **state) {
    (void)state;
    uint64_t switches = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct scene s;
        setup(&s, 5, seed);
        cf_usec start = s.now;
        while (s.now - start < CF_SEC(60)) {
            for (uint32_t i = 0; i < s.count; i++) {
                bool sounds = cf_rng_chance(&s.rng, 250000);
                s.sounds[i] = sounds ? (enum sound)cf_rng_below(&s.rng, BOAST + 1) : STILL;
            }
            run(&s, CF_MSEC(100 + cf_rng_below(&s.rng, 1500)));
        }
        switches += s.speaker.switches;
        assert_true(s.shortest_turn >= CF_SEC(1));
        teardown(&s);
    }
    assert_true(switches >= 100);
}

static void one_speaker_among_noise_is_found_whoever_he_is(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct scene s;
        setup(&s, 8, seed);
        for (uint32_t i = 0; i < s.count; i++) {
            s.sounds[i] = (enum sound[]){STILL, QUIET, NOISE, QUIET}[cf_rng_below(&s.rng, 4)];
        }
        run(&s, CF_SEC(12));
        uint32_t who = cf_rng_below(&s.rng, s.count);
        s.sounds[who] = SPEECH;
        run(&s, CF_SEC(8));
        assert_int_equal(s.last, who);
        teardown(&s);
    }
}

static void a_late_caller_is_caught_up_within_bounds(void **state) {
    (void)state;
    struct scene s;
    setup(&s, 2, 9);
    s.sounds[0] = SPEECH;
    run(&s, CF_SEC(2));
    s.now += CF_SEC(100000);
    cf_speaker_on_deadline(&s.speaker, s.now);
    assert_true(cf_speaker_deadline(&s.speaker) > s.now);
    teardown(&s);
}

static void refuses_more_members_than_its_limit_and_odd_levels(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_speaker speaker;
    struct cf_handle member = {0, 0};
    test_mem_init(&mem);
    cf_speaker_init(&speaker, &mem.mem, &(struct cf_speaker_config){.member_limit = 1});
    assert_ok(cf_speaker_add(&speaker, 1, &member));
    struct cf_handle other = {0, 0};
    assert_int_equal(cf_speaker_add(&speaker, 2, &other), CF_ERR_LIMIT);
    for (uint32_t level = 128; level < 256; level++) {
        cf_speaker_on_level(&speaker, member, (uint8_t)level, 0);
    }
    cf_speaker_on_level(&speaker, other, 0, 0);
    assert_int_equal(cf_speaker_deadline(&speaker), CF_USEC_NEVER);
    cf_speaker_fini(&speaker);
    test_mem_fini(&mem);
}

static void survives_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem mem;
        struct cf_speaker speaker;
        struct cf_handle member = {0, 0};
        test_mem_init(&mem);
        mem.fail_at = n;
        cf_speaker_init(&speaker, &mem.mem, NULL);
        enum cf_err err = cf_speaker_add(&speaker, 1, &member);
        assert_int_equal(err, mem.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_speaker_fini(&speaker);
        test_mem_fini(&mem);
        if (!mem.failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(one_who_speaks_is_the_speaker_within_half_a_second),
             cmocka_unit_test(the_next_one_takes_over_when_the_speaker_falls_silent),
             cmocka_unit_test(coughs_and_assent_do_not_change_the_speaker),
             cmocka_unit_test(a_cough_in_the_speakers_pause_does_not_either),
             cmocka_unit_test(a_louder_interrupter_does_not_take_over_from_one_who_goes_on),
             cmocka_unit_test(a_fan_is_not_a_speaker_for_long),
             cmocka_unit_test(a_claim_of_full_scale_for_ever_does_not_hold_the_floor),
             cmocka_unit_test(who_may_not_speak_is_never_the_speaker), cmocka_unit_test(when_the_speaker_leaves_another_follows),
             cmocka_unit_test(silence_needs_no_steps), cmocka_unit_test(never_switches_more_often_than_the_hold_time),
             cmocka_unit_test(one_speaker_among_noise_is_found_whoever_he_is),
             cmocka_unit_test(a_late_caller_is_caught_up_within_bounds),
             cmocka_unit_test(refuses_more_members_than_its_limit_and_odd_levels), cmocka_unit_test(survives_want_of_memory))
