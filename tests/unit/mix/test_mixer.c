/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who hears whom. Members talk numbers: each sends a constant, so that the sum of a set of talkers says who is in it. Virtual
 * time, the codec of the tests.
 */
#include "base/rng.h"
#include "core/mix/mixer.h"
#include "core/mix/rest.h"

#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_mem.h"

#define MEMBERS_MAX 300
#define FRAME 960

/* Levels of the values that the tests use are near -30 dBov: loud enough. */
#define SAID 30

struct member {
    struct cf_handle leg;
    struct cf_mix_leg_config config;
    bool talks;
    int16_t value;       /* of what it sends */
    uint8_t level;       /* that it claims */
    uint32_t number;     /* of its packets */
    uint32_t frames;     /* received */
    uint32_t own_frames; /* of those, of its own stream */
    struct test_frame last;
    uint32_t last_timestamp;
    bool last_own;
    bool last_marker;
    uint32_t breaks; /* frames of another encoder than the one before that depend on it */
};

struct room {
    struct test_mem mem;
    struct cf_mixer mixer;
    struct member members[MEMBERS_MAX];
    uint32_t count;
    cf_usec now;
    uint32_t frames;  /* polled */
    uint32_t speaker; /* of the last event; UINT32_MAX: none */
    struct cf_mix_level levels[CF_MIX_LEVELS_MAX];
    size_t level_count;
    uint32_t level_outputs;
    struct cf_played played; /* the last one */
    uint32_t played_count;
};

static void setup_limited(struct room *r, uint8_t speaker_limit, size_t leg_limit) {
    *r = (struct room){.now = CF_SEC(9), .speaker = UINT32_MAX};
    test_mem_init(&r->mem);
    struct cf_mixer_config config = {.resampler = &test_resampler, .speaker_limit = speaker_limit, .leg_limit = leg_limit};
    cf_mixer_init(&r->mixer, &r->mem.mem, &config, r->now);
}

static void setup(struct room *r) {
    setup_limited(r, 0, 0);
}

static void setup_resting(struct room *r) {
    setup(r);
    cf_mixer_fini(&r->mixer);
    struct cf_mixer_config config = {.resampler = &test_resampler, .rest_after_ticks = 25};
    cf_mixer_init(&r->mixer, &r->mem.mem, &config, r->now);
}

static void teardown(struct room *r) {
    cf_mixer_fini(&r->mixer);
    test_mem_fini(&r->mem);
}

static struct cf_mix_leg_config plain_config(uint32_t user) {
    return (struct cf_mix_leg_config){
        .user = user, .codec_in = &test_codec, .codec_out = &test_codec, .sends = true, .receives = true};
}

static struct member *join_as(struct room *r, const struct cf_mix_leg_config *config) {
    struct member *member = &r->members[r->count++];
    *member = (struct member){.config = *config, .level = SAID};
    member->config.user = r->count - 1;
    assert_ok(cf_mixer_add_leg(&r->mixer, &member->config, &member->leg));
    return member;
}

static struct member *join(struct room *r) {
    struct cf_mix_leg_config config = plain_config(0);
    return join_as(r, &config);
}

static struct member *join_talking(struct room *r, int16_t value) {
    struct member *member = join(r);
    member->talks = true;
    member->value = value;
    return member;
}

static void set(struct room *r, struct member *member) {
    assert_ok(cf_mixer_set_leg(&r->mixer, member->leg, &member->config));
}

static void say(struct room *r, struct member *member) {
    struct test_frame frame = {.number = member->number, .msec = 20, .value = member->value};
    uint32_t ticks = member->config.codec_in->clock_hz / 50;
    struct cf_mix_packet packet = {.ssrc = 1000 + member->config.user,
                                   .seq = (uint16_t)member->number,
                                   .timestamp = member->number * ticks,
                                   .level = member->level,
                                   .payload = test_frame_span(&frame)};
    if (member->talks) {
        cf_mixer_on_packet(&r->mixer, member->leg, &packet, r->now - CF_MSEC(1));
    }
    member->number++;
}

static void hear(struct member *member, const struct cf_mix_frame *frame) {
    struct test_frame got = test_frame_of(frame->payload);
    bool follows = member->frames > 0 && got.number == member->last.number + 1;
    member->breaks += member->frames > 0 && !follows && !got.independent;
    member->frames++;
    member->own_frames += frame->own;
    member->last = got;
    member->last_own = frame->own;
    member->last_marker = frame->marker;
    member->last_timestamp = frame->timestamp;
}

static void drain(struct room *r) {
    struct cf_mix_output output;
    while (cf_mixer_poll(&r->mixer, &output)) {
        switch (output.kind) {
        case CF_MIX_FRAME:
            r->frames++;
            assert_true(output.frame.user_count > 0);
            for (size_t i = 0; i < output.frame.user_count; i++) {
                hear(&r->members[output.frame.users[i]], &output.frame);
            }
            break;
        case CF_MIX_SPEAKER:
            r->speaker = output.speaker.has_speaker ? output.speaker.user : UINT32_MAX;
            break;
        case CF_MIX_PLAYED:
            r->played = output.played;
            r->played_count++;
            break;
        case CF_MIX_LEVELS:
            r->level_outputs++;
            r->level_count = output.level_count;
            memcpy(r->levels, output.levels, output.level_count * sizeof *output.levels);
            break;
        }
    }
}

static void tick(struct room *r) {
    for (uint32_t i = 0; i < r->count; i++) {
        say(r, &r->members[i]);
    }
    assert_int_equal(cf_mixer_deadline(&r->mixer), r->now);
    cf_mixer_on_deadline(&r->mixer, r->now);
    drain(r);
    r->now += CF_MIX_TICK_USEC;
}

static void run(struct room *r, uint32_t ticks) {
    for (uint32_t i = 0; i < ticks; i++) {
        tick(r);
    }
}

/* What the member hears now, which must have been the same for a whole frame. */
static int16_t heard_by(const struct member *member) {
    assert_int_equal(member->last.value, member->last.last);
    return member->last.value;
}

static void everybody_hears_the_others_and_not_himself(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join_talking(&r, 2000);
    struct member *c = join_talking(&r, 4000);
    struct member *d = join(&r);
    run(&r, 20);
    assert_int_equal(heard_by(a), 6000);
    assert_int_equal(heard_by(b), 5000);
    assert_int_equal(heard_by(c), 3000);
    assert_int_equal(heard_by(d), 7000);
    teardown(&r);
}

static void nobody_ever_hears_himself(void **state) {
    (void)state;
    struct room r;
    setup_limited(&r, 3, 0);
    /* Powers of two: a bit of what is heard is a talker. */
    for (uint32_t i = 0; i < 8; i++) {
        join_talking(&r, (int16_t)(64 << i))->talks = false;
    }
    struct cf_rng rng;
    cf_rng_init(&rng, 5);
    for (int i = 0; i < 3000; i++) {
        struct member *who = &r.members[cf_rng_below(&rng, 8)];
        who->talks = cf_rng_chance(&rng, 400000);
        who->level = (uint8_t)(20 + cf_rng_below(&rng, 45));
        tick(&r);
        for (uint32_t m = 0; m < r.count; m++) {
            /* Fades change bits; where the frame is even, none of them is his own. */
            const struct test_frame *got = &r.members[m].last;
            bool even = got->value == got->last && got->value % 64 == 0;
            assert_true(!even || (got->value & r.members[m].value) == 0);
        }
    }
    for (uint32_t m = 0; m < r.count; m++) {
        assert_int_equal(r.members[m].breaks, 0);
        assert_int_equal(r.members[m].frames, 3000);
    }
    teardown(&r);
}

static void one_encode_serves_all_silent_listeners(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    for (int i = 0; i < 3; i++) {
        join_talking(&r, (int16_t)(1000 << i));
    }
    for (int i = 0; i < 200; i++) {
        join(&r);
    }
    run(&r, 20);
    struct cf_mixer_stats before = *cf_mixer_stats(&r.mixer);
    size_t allocations = r.mem.count;
    run(&r, 500);
    const struct cf_mixer_stats *after = cf_mixer_stats(&r.mixer);
    assert_int_equal(after->encodes_common - before.encodes_common, 500);
    assert_int_equal(after->encodes_own - before.encodes_own, 3 * 500);
    assert_int_equal(after->decodes - before.decodes, 3 * 500);
    assert_int_equal(r.mem.count, allocations);
    for (uint32_t m = 0; m < 3; m++) {
        assert_int_equal(heard_by(&r.members[m]), 7000 - r.members[m].value);
    }
    for (uint32_t m = 3; m < r.count; m++) {
        assert_int_equal(heard_by(&r.members[m]), 7000);
        assert_int_equal(r.members[m].frames, 520);
        assert_int_equal(r.members[m].own_frames, 0);
    }
    teardown(&r);
}

static void each_class_is_encoded_once(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    join_talking(&r, 1000);
    static const uint16_t ptimes[] = {10, 20, 40, 60};
    for (uint32_t i = 0; i < 40; i++) {
        struct cf_mix_leg_config config = plain_config(0);
        config.codec_out = i % 2 == 0 ? &test_codec : &test_codec_slow;
        config.params_out.ptime_msec = ptimes[i / 2 % 4];
        join_as(&r, &config);
    }
    run(&r, 12);
    struct cf_mixer_stats before = *cf_mixer_stats(&r.mixer);
    uint32_t frames = r.members[1].frames;
    run(&r, 300);
    /* 6 s at 100, 50, 25 and 16.7 frames a second, with two codecs. */
    assert_int_equal(cf_mixer_stats(&r.mixer)->encodes_common - before.encodes_common, 2 * (600 + 300 + 150 + 100));
    assert_int_equal(r.members[1].frames - frames, 600);
    for (uint32_t m = 1; m < r.count; m++) {
        assert_int_equal(heard_by(&r.members[m]), 1000);
        assert_int_equal(r.members[m].last.msec, r.members[m].config.params_out.ptime_msec);
    }
    teardown(&r);
}

static void timestamps_go_on_at_the_rtp_clock_whoever_encodes(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct cf_mix_leg_config config = plain_config(0);
    config.codec_out = &test_codec_slow;
    config.params_out.ptime_msec = 60;
    struct member *slow = join_as(&r, &config);
    join(&r);
    run(&r, 12);
    for (int i = 0; i < 400; i++) {
        a->talks = i / 50 % 2;
        uint32_t before = a->last_timestamp;
        uint32_t before_slow = slow->last_timestamp;
        run(&r, 3);
        assert_int_equal(a->last_timestamp - before, 3 * 960);
        assert_int_equal(slow->last_timestamp - before_slow, 480);
        assert_int_equal(a->breaks, 0);
    }
    assert_true(a->own_frames > 0 && a->own_frames < a->frames);
    teardown(&r);
}

static void a_late_caller_leaves_a_gap_in_the_time_line(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join(&r);
    join_talking(&r, 500);
    run(&r, 10);
    uint32_t before = a->last_timestamp;
    r.now += CF_SEC(5);
    cf_mixer_on_deadline(&r.mixer, r.now);
    drain(&r);
    assert_int_equal(cf_mixer_stats(&r.mixer)->ticks_skipped, 250);
    assert_int_equal(a->last_timestamp - before, 251 * 960);
    assert_true(cf_mixer_deadline(&r.mixer) > r.now);
    teardown(&r);
}

static void a_slightly_late_caller_catches_up(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join(&r);
    cf_usec late = r.now + CF_MSEC(90);
    while (cf_mixer_deadline(&r.mixer) <= late) {
        cf_mixer_on_deadline(&r.mixer, late);
        drain(&r);
    }
    assert_int_equal(cf_mixer_stats(&r.mixer)->ticks, 5);
    assert_int_equal(a->frames, 5);
    teardown(&r);
}

static void a_phone_on_hold_plays_nothing_into_the_room(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join(&r);
    run(&r, 10);
    assert_int_equal(heard_by(b), 1000);
    a->config.sends = false;
    a->config.receives = false;
    set(&r, a);
    run(&r, 2);
    uint32_t frames = a->frames;
    for (int i = 0; i < 100; i++) {
        tick(&r);
        assert_int_equal(heard_by(b), 0);
    }
    assert_int_equal(a->frames, frames);
    assert_int_equal(cf_mixer_stats(&r.mixer)->packets_unheard, 102);
    a->config.sends = true;
    a->config.receives = true;
    set(&r, a);
    run(&r, 10);
    assert_int_equal(heard_by(b), 1000);
    assert_int_equal(heard_by(a), 0);
    teardown(&r);
}

static void one_direction_legs_get_or_give_only(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct cf_mix_leg_config config = plain_config(0);
    config.receives = false;
    struct member *giver = join_as(&r, &config);
    giver->talks = true;
    giver->value = 1000;
    config = plain_config(0);
    config.sends = false;
    struct member *taker = join_as(&r, &config);
    taker->talks = true;
    taker->value = 2000;
    config.codec_in = NULL;
    struct member *deaf_mute = join_as(&r, &config);
    deaf_mute->config.codec_in = &test_codec;
    deaf_mute->talks = true;
    run(&r, 20);
    assert_int_equal(giver->frames, 0);
    assert_int_equal(heard_by(taker), 1000);
    assert_int_equal(heard_by(deaf_mute), 1000);
    assert_int_equal(cf_mixer_stats(&r.mixer)->encodes_own, 0);
    teardown(&r);
}

static void muting_takes_effect_within_two_ticks(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join(&r);
    run(&r, 30);
    assert_int_equal(r.speaker, 0);
    a->config.muted = true;
    set(&r, a);
    run(&r, 2);
    assert_int_equal(heard_by(b), 0);
    assert_int_equal(r.speaker, UINT32_MAX);
    run(&r, 13);
    assert_int_equal(r.levels[0].level, CF_LEVEL_SILENT);
    /* He still hears the others, and so shall he when he is heard again. */
    b->talks = true;
    b->value = 3000;
    run(&r, 10);
    assert_int_equal(heard_by(a), 3000);
    a->config.muted = false;
    set(&r, a);
    run(&r, 10);
    assert_int_equal(heard_by(b), 1000);
    assert_int_equal(heard_by(a), 3000);
    teardown(&r);
}

static void only_the_loudest_are_heard_and_decoded(void **state) {
    (void)state;
    struct room r;
    setup_limited(&r, 2, 0);
    static const int16_t values[] = {512, 2048, 128, 1024, 64};
    static const uint8_t levels[] = {36, 24, 48, 30, 54};
    for (uint32_t i = 0; i < 5; i++) {
        join_talking(&r, values[i])->level = levels[i];
    }
    struct member *listener = join(&r);
    run(&r, 60);
    assert_int_equal(heard_by(listener), 2048 + 1024);
    struct cf_mixer_stats before = *cf_mixer_stats(&r.mixer);
    run(&r, 100);
    assert_int_equal(cf_mixer_stats(&r.mixer)->decodes - before.decodes, 200);
    /* The buffers of the others go on in time. */
    for (uint32_t i = 0; i < 5; i++) {
        struct cf_mix_leg_stats stats;
        assert_true(cf_mixer_leg_stats(&r.mixer, r.members[i].leg, &stats));
        assert_int_equal(stats.heard, i == 1 || i == 3);
        assert_true(stats.jitter.packets_played >= 155);
    }
    teardown(&r);
}

static void a_little_louder_is_not_enough_to_take_a_place(void **state) {
    (void)state;
    struct room r;
    setup_limited(&r, 1, 0);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join_talking(&r, 2000);
    struct member *c = join(&r);
    b->talks = false;
    a->level = 30;
    run(&r, 30);
    b->talks = true;
    b->level = 26;
    run(&r, 100);
    assert_int_equal(heard_by(c), 1000);
    b->level = 20;
    run(&r, 10);
    assert_int_equal(heard_by(c), 2000);
    teardown(&r);
}

/* An encoder that looks at what it is given: the largest step from one sample to the next. */
static struct cf_audio_codec watched;
static int32_t largest_step;
static int16_t sample_before;

static enum cf_err watch(void *encoder, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                         size_t *ret_len) {
    for (size_t i = 0; i < samples; i++) {
        int32_t step = pcm[i] > sample_before ? pcm[i] - sample_before : sample_before - pcm[i];
        largest_step = step > largest_step ? step : largest_step;
        sample_before = pcm[i];
    }
    return test_codec.encode(encoder, pcm, samples, independent, out, size, ret_len);
}

/* Who takes a place of another's fades in, and the other out: in the sum there is no step that could be heard as a click. */
/* Nobody is cut off in his first syllable, however loud the next one is. */
static void who_has_just_begun_keeps_his_place_for_a_while(void **state) {
    (void)state;
    struct room r;
    setup_limited(&r, 1, 0);
    struct member *listener = join(&r);
    struct member *first = join_talking(&r, 1000);
    struct member *loud = join_talking(&r, 4000);
    first->level = 50;
    loud->level = 10;
    loud->talks = false;
    while (listener->last.value != 1000 || listener->last.last != 1000) {
        tick(&r);
    }
    loud->talks = true;
    uint32_t kept = 0;
    while (listener->last.last != 4000) {
        tick(&r);
        kept++;
    }
    assert_in_range(kept, 12, 20);
    teardown(&r);
}

static void levels_of_those_heard_are_told_loudest_first(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    static const uint8_t levels[] = {45, 20, 50, 30};
    for (size_t i = 0; i < 4; i++) {
        join_talking(&r, 1000)->level = (uint8_t)(20 + 5 * i);
    }
    run(&r, 30);
    /* Whatever the order in which they began. */
    for (size_t i = 0; i < 4; i++) {
        r.members[i].level = levels[i];
    }
    run(&r, 60);
    assert_int_equal(r.level_count, 4);
    static const uint32_t order[] = {1, 3, 0, 2};
    for (size_t i = 0; i < 4; i++) {
        assert_true(r.levels[i].is_heard);
        assert_int_equal(r.levels[i].user, order[i]);
        assert_int_equal(r.levels[i].level, levels[order[i]]);
    }
    teardown(&r);
}

static void talkers_take_turns_without_clicks(void **state) {
    static const int16_t values[] = {1000, 2000, 3000, -4000, 5000};
    (void)state;
    struct room r;
    struct cf_rng rng;
    uint32_t changes = 0;
    int16_t heard = 0;
    cf_rng_init(&rng, 3);
    setup_limited(&r, 2, 0);
    for (size_t i = 0; i < 5; i++) {
        (void)join_talking(&r, values[i]);
    }
    watched = test_codec;
    watched.encode = watch;
    largest_step = 0;
    sample_before = 0;
    struct cf_mix_leg_config config = plain_config(0);
    config.codec_out = &watched;
    const struct member *listener = join_as(&r, &config);
    for (uint32_t turn = 0; turn < 100; turn++) {
        for (size_t i = 0; i < 5; i++) {
            r.members[i].level = cf_rng_below(&rng, 2) == 0 ? 15 : 55;
        }
        run(&r, 20);
        changes += listener->last.last != heard ? 1 : 0;
        heard = listener->last.last;
    }
    assert_in_range(changes, 30, 100);
    /* All of the four that come and go at once within 10 ms. */
    assert_in_range(largest_step, 1, (2000 + 3000 + 4000 + 5000) / 480 + 1);
    teardown(&r);
}

static void silence_below_hearing_needs_no_own_mix(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 10);
    a->level = 75;
    struct member *b = join(&r);
    run(&r, 100);
    assert_int_equal(heard_by(b), 0);
    assert_int_equal(cf_mixer_stats(&r.mixer)->encodes_own, 0);
    assert_int_equal(cf_mixer_stats(&r.mixer)->decodes, 0);
    teardown(&r);
}

static void members_without_levels_are_measured(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *quiet = join_talking(&r, 5);
    a->level = CF_LEVEL_UNKNOWN;
    quiet->level = CF_LEVEL_UNKNOWN;
    struct member *b = join(&r);
    run(&r, 100);
    assert_int_equal(heard_by(b), 1000);
    struct cf_mix_leg_stats stats;
    assert_true(cf_mixer_leg_stats(&r.mixer, quiet->leg, &stats));
    assert_false(stats.heard);
    assert_int_equal(stats.level, 76);
    assert_int_equal(quiet->own_frames, 0);
    teardown(&r);
}

static void who_claims_to_be_loud_for_ever_loses_his_place(void **state) {
    (void)state;
    struct room r;
    setup_limited(&r, 1, 0);
    struct member *liar = join_talking(&r, 2);
    liar->level = 0;
    struct member *honest = join_talking(&r, 1000);
    struct member *listener = join(&r);
    run(&r, 150);
    assert_int_equal(heard_by(listener), 1000);
    /* Once in a while he is given another chance, shortly. */
    uint32_t ticks_with_honest = 0;
    for (int i = 0; i < 3000; i++) {
        tick(&r);
        ticks_with_honest += listener->last.value == 1000;
    }
    assert_true(ticks_with_honest > 2700);
    assert_int_equal(r.speaker, honest->config.user);
    teardown(&r);
}

static void the_speaker_is_told(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join_talking(&r, 1000);
    b->talks = false;
    run(&r, 30);
    assert_int_equal(r.speaker, 0);
    a->talks = false;
    b->talks = true;
    run(&r, 80);
    assert_int_equal(r.speaker, 1);
    teardown(&r);
}

static void levels_come_four_times_a_second_those_heard_first(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    for (uint32_t i = 0; i < 40; i++) {
        struct member *member = join_talking(&r, i == 17 ? 3277 : 1843);
        member->level = i == 17 ? 20 : i == 30 ? 25 : 90;
    }
    run(&r, 50);
    r.level_outputs = 0;
    uint32_t told[40] = {0};
    for (int i = 0; i < 200; i++) {
        r.level_count = 0;
        tick(&r);
        for (size_t l = 0; l < r.level_count; l++) {
            told[r.levels[l].user]++;
            assert_int_equal(r.levels[l].ssrc, 1000 + r.levels[l].user);
        }
        if (r.level_count > 0) {
            assert_int_equal(r.level_count, CF_MIX_LEVELS_MAX);
            assert_int_equal(r.levels[0].user, 17);
            assert_int_equal(r.levels[0].level, 20);
            assert_int_equal(r.levels[1].user, 30);
            assert_in_range(r.levels[2].level, 80, 90);
        }
    }
    assert_int_equal(r.level_outputs, 16);
    for (uint32_t i = 0; i < 40; i++) {
        assert_in_range(told[i], i == 17 || i == 30 ? 16 : 4, i == 17 || i == 30 ? 16 : 6);
    }
    teardown(&r);
}

static void silence_is_not_sent_to_those_that_like_dtx(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct cf_mix_leg_config config = plain_config(0);
    config.params_out.dtx = true;
    struct member *b = join_as(&r, &config);
    run(&r, 20);
    assert_false(b->last_marker);
    a->talks = false;
    run(&r, 30);
    uint32_t frames = b->frames;
    run(&r, 50);
    assert_int_equal(b->frames, frames);
    assert_true(cf_mixer_stats(&r.mixer)->frames_dtx >= 50);
    uint32_t before = b->last_timestamp;
    a->talks = true;
    while (b->frames == frames) {
        tick(&r);
    }
    assert_true(b->last_marker);
    assert_true(b->last_timestamp - before > 50 * 960);
    teardown(&r);
}

static void too_loud_a_sum_is_turned_down_evenly(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    join_talking(&r, 20000);
    join_talking(&r, 20000);
    join_talking(&r, 20000);
    struct member *listener = join(&r);
    run(&r, 30);
    assert_in_range(heard_by(listener), 32700, 32767);
    assert_true(cf_mixer_stats(&r.mixer)->ticks_limited > 0);
    teardown(&r);
}

static void lost_packets_are_recovered_or_concealed_and_broken_ones_counted(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join(&r);
    run(&r, 20);
    /* The next is lost: it sounds like 999, what the one after it says about it. */
    a->talks = false;
    tick(&r);
    a->talks = true;
    uint32_t recovered = 0;
    for (int i = 0; i < 10; i++) {
        tick(&r);
        recovered += b->last.value == 999;
    }
    assert_int_equal(recovered, 1);
    struct test_frame broken = {.msec = 20, .is_broken = 1};
    struct cf_mix_packet packet = {.ssrc = 1000,
                                   .seq = (uint16_t)a->number,
                                   .timestamp = a->number * FRAME,
                                   .level = SAID,
                                   .payload = test_frame_span(&broken)};
    cf_mixer_on_packet(&r.mixer, a->leg, &packet, r.now);
    a->number++;
    packet.payload.len = 3;
    cf_mixer_on_packet(&r.mixer, a->leg, &packet, r.now);
    run(&r, 10);
    assert_int_equal(cf_mixer_stats(&r.mixer)->decode_errors, 1);
    assert_int_equal(cf_mixer_stats(&r.mixer)->packets_invalid, 1);
    teardown(&r);
}

static void codecs_can_change_in_mid_call(void **state) {
    (void)state;
    struct room r;
    setup(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join_talking(&r, 2000);
    struct member *c = join(&r);
    run(&r, 20);
    a->config.codec_in = &test_codec_slow;
    a->config.codec_out = &test_codec_slow;
    set(&r, a);
    run(&r, 20);
    assert_int_equal(heard_by(a), 2000);
    assert_int_equal(heard_by(b), 1000);
    assert_int_equal(heard_by(c), 3000);
    b->config.params_out.ptime_msec = 40;
    set(&r, b);
    run(&r, 10);
    assert_int_equal(b->last.msec, 40);
    assert_int_equal(heard_by(b), 1000);
    teardown(&r);
}

static void legs_come_and_go_at_any_time(void **state) {
    (void)state;
    struct room r;
    struct cf_rng rng;
    setup_limited(&r, 4, 0);
    cf_rng_init(&rng, 77);
    for (uint32_t i = 0; i < 40; i++) {
        join_talking(&r, 500)->talks = false;
    }
    for (int i = 0; i < 4000; i++) {
        struct member *member = &r.members[cf_rng_below(&rng, r.count)];
        uint32_t user = member->config.user;
        member->talks = cf_rng_chance(&rng, 300000);
        member->level = (uint8_t)(cf_rng_chance(&rng, 200000) ? CF_LEVEL_UNKNOWN : 10 + cf_rng_below(&rng, 70));
        member->config.sends = cf_rng_chance(&rng, 800000);
        member->config.receives = cf_rng_chance(&rng, 800000);
        member->config.muted = cf_rng_chance(&rng, 100000);
        member->config.codec_in = cf_rng_chance(&rng, 700000) ? &test_codec : &test_codec_slow;
        member->config.codec_out = cf_rng_chance(&rng, 700000) ? &test_codec : &test_codec_slow;
        member->config.params_out.ptime_msec = (uint16_t[]){10, 20, 40, 60}[cf_rng_below(&rng, 4)];
        member->config.params_out.dtx = cf_rng_chance(&rng, 500000);
        if (cf_rng_chance(&rng, 500000)) {
            cf_mixer_remove_leg(&r.mixer, member->leg);
            cf_mixer_remove_leg(&r.mixer, member->leg);
            assert_int_equal(cf_mixer_set_leg(&r.mixer, member->leg, &member->config), CF_ERR_NOT_FOUND);
            assert_ok(cf_mixer_add_leg(&r.mixer, &member->config, &member->leg));
        } else {
            set(&r, member);
        }
        assert_int_equal(user, member->config.user);
        tick(&r);
    }
    teardown(&r);
}

static void refuses_what_it_cannot_do_and_stays_whole(void **state) {
    (void)state;
    struct room r;
    setup_limited(&r, 0, 18);
    struct cf_mix_leg_config config = plain_config(0);
    config.params_out.ptime_msec = 30;
    struct cf_handle leg;
    assert_int_equal(cf_mixer_add_leg(&r.mixer, &config, &leg), CF_ERR_UNSUPPORTED);
    /* More ways to encode than there are classes: the next listener shares one that does not exceed his wishes. */
    for (uint32_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        config.params_out = (struct cf_audio_params){.ptime_msec = 20, .bitrate_bps = 10000 + i * 1000};
        join_as(&r, &config);
    }
    config.params_out.bitrate_bps = 60000;
    struct member *last = join_as(&r, &config);
    config.params_out.bitrate_bps = 5000;
    assert_int_equal(cf_mixer_add_leg(&r.mixer, &config, &leg), CF_ERR_LIMIT);
    assert_int_equal(cf_mixer_set_leg(&r.mixer, last->leg, &config), CF_ERR_LIMIT);
    run(&r, 10);
    assert_true(last->last.params.bitrate_bps <= 60000);
    assert_int_equal(last->frames, 10);
    config.params_out.bitrate_bps = 60000;
    join_as(&r, &config);
    assert_int_equal(cf_mixer_add_leg(&r.mixer, &config, &leg), CF_ERR_LIMIT);
    teardown(&r);
}

/* A short life of a room; whatever fails for want of memory is left out. */
static void live(struct room *r) {
    struct cf_mix_leg_config config = plain_config(0);
    struct cf_handle legs[4] = {{0, 0}};
    for (uint32_t i = 0; i < 4; i++) {
        config.user = i;
        config.codec_out = i % 2 == 0 ? &test_codec : &test_codec_slow;
        enum cf_err err = cf_mixer_add_leg(&r->mixer, &config, &legs[i]);
        assert_true(err == CF_OK || err == CF_ERR_NO_MEMORY);
    }
    config.codec_in = &test_codec_slow;
    config.codec_out = &test_codec;
    enum cf_err err = cf_mixer_set_leg(&r->mixer, legs[1], &config);
    assert_true(err == CF_OK || err == CF_ERR_NO_MEMORY || err == CF_ERR_NOT_FOUND);
    for (uint32_t i = 0; i < 4; i++) {
        r->members[i] =
            (struct member){.leg = legs[i], .config = {.user = i, .codec_in = &test_codec}, .talks = true, .value = 900};
    }
    r->count = 4;
    run(r, 10);
    cf_mixer_remove_leg(&r->mixer, legs[0]);
}

static void survives_want_of_memory_at_any_point(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct room r;
        setup(&r);
        r.mem.fail_at = n;
        live(&r);
        bool failed = r.mem.failed;
        teardown(&r);
        if (!failed) {
            assert_true(n > 20);
            break;
        }
    }
}

/* --- silence that is left out --- */

/* So many ticks of the clock; members send theirs, the mixer is called when it wants to be. How often it was. */
static uint32_t run_by_deadlines(struct room *r, uint32_t ticks) {
    uint32_t calls = 0;
    for (uint32_t i = 0; i < ticks; i++) {
        for (uint32_t m = 0; m < r->count; m++) {
            say(r, &r->members[m]);
        }
        if (cf_mixer_deadline(&r->mixer) <= r->now) {
            assert_int_equal(cf_mixer_deadline(&r->mixer), r->now);
            cf_mixer_on_deadline(&r->mixer, r->now);
            drain(r);
            calls++;
        }
        r->now += CF_MIX_TICK_USEC;
    }
    return calls;
}

static void a_room_where_nobody_speaks_costs_next_to_nothing(void **state) {
    (void)state;
    struct room r;
    setup_resting(&r);
    for (int i = 0; i < 50; i++) {
        join(&r);
    }
    assert_int_equal(run_by_deadlines(&r, 25), 25);
    assert_int_equal(r.members[49].frames, 25);
    assert_in_range(run_by_deadlines(&r, 1000), 20, 22);
    assert_in_range(r.members[49].frames, 25 + 20, 25 + 21);
    assert_in_range(cf_mixer_stats(&r.mixer)->encodes_common - cf_mixer_stats(&r.mixer)->frames_dtx, 25 + 20, 25 + 21);
    assert_in_range(cf_mixer_stats(&r.mixer)->ticks + cf_mixer_stats(&r.mixer)->ticks_rested, 1025, 1025 + 50);
    teardown(&r);
}

static void who_begins_to_speak_is_heard_at_once_and_the_time_has_gone_on(void **state) {
    (void)state;
    struct room r;
    setup_resting(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join(&r);
    a->talks = false;
    for (uint32_t pause = 30; pause < 75; pause++) {
        run_by_deadlines(&r, pause);
        uint32_t timestamp = b->last_timestamp;
        cf_usec began = r.now;
        a->talks = true;
        run_by_deadlines(&r, 12);
        assert_int_equal(heard_by(b), 1000);
        assert_int_equal(b->last_timestamp % 960, timestamp % 960);
        assert_int_equal(b->last_timestamp, (uint32_t)((r.now - CF_MIX_TICK_USEC) / CF_MIX_TICK_USEC) * 960);
        assert_int_equal(r.now - began, 12 * CF_MIX_TICK_USEC);
        a->talks = false;
        run_by_deadlines(&r, 150);
        assert_int_equal(heard_by(b), 0);
        assert_int_equal(b->breaks, 0);
    }
    teardown(&r);
}

static void a_lone_speaker_is_sent_next_to_nothing(void **state) {
    (void)state;
    struct room r;
    setup_resting(&r);
    struct member *a = join_talking(&r, 1000);
    struct member *b = join(&r);
    run_by_deadlines(&r, 100);
    uint32_t of_a = a->frames, of_b = b->frames;
    assert_int_equal(run_by_deadlines(&r, 200), 200);
    assert_int_equal(b->frames - of_b, 200);
    assert_int_equal(a->frames - of_a, 4);
    b->talks = true;
    b->value = 2000;
    run_by_deadlines(&r, 20);
    assert_int_equal(heard_by(a), 2000);
    assert_int_equal(a->breaks, 0);
    teardown(&r);
}

static void who_joins_a_silent_room_gets_frames_at_once(void **state) {
    (void)state;
    struct room r;
    setup_resting(&r);
    join(&r);
    run_by_deadlines(&r, 93);
    assert_true(cf_mixer_deadline(&r.mixer) > r.now);
    struct member *b = join(&r);
    cf_mixer_wake(&r.mixer, r.now - CF_MSEC(1));
    run_by_deadlines(&r, 10);
    /* And a sign of life, if one is due just then. */
    assert_in_range(b->frames, CF_MIX_REST_FRESH_TICKS, CF_MIX_REST_FRESH_TICKS + 1);
    teardown(&r);
}

static void who_follows_a_resting_mixer_takes_over_its_rest(void **state) {
    (void)state;
    struct room r;
    struct cf_mixer follower;
    setup_resting(&r);
    join(&r);
    run_by_deadlines(&r, 93);
    assert_true(cf_mixer_deadline(&r.mixer) > r.now);
    cf_mixer_init(&follower, &r.mem.mem, &r.mixer.config, r.now);
    cf_mixer_follow(&follower, &r.mixer);
    assert_int_equal(cf_mixer_deadline(&follower), cf_mixer_deadline(&r.mixer));
    uint64_t rested = cf_mixer_stats(&follower)->ticks_rested;
    cf_mixer_wake(&follower, r.now);
    assert_in_range(cf_mixer_deadline(&follower), r.now, r.now + CF_MIX_TICK_USEC);
    assert_true(cf_mixer_stats(&follower)->ticks_rested < rested); /* and not 2^64 less some */
    cf_mixer_fini(&follower);
    teardown(&r);
}

CF_TEST_MAIN(cmocka_unit_test(everybody_hears_the_others_and_not_himself), cmocka_unit_test(nobody_ever_hears_himself),
             cmocka_unit_test(one_encode_serves_all_silent_listeners), cmocka_unit_test(each_class_is_encoded_once),
             cmocka_unit_test(timestamps_go_on_at_the_rtp_clock_whoever_encodes),

             cmocka_unit_test(a_late_caller_leaves_a_gap_in_the_time_line), cmocka_unit_test(a_slightly_late_caller_catches_up),
             cmocka_unit_test(a_phone_on_hold_plays_nothing_into_the_room), cmocka_unit_test(one_direction_legs_get_or_give_only),
             cmocka_unit_test(muting_takes_effect_within_two_ticks), cmocka_unit_test(only_the_loudest_are_heard_and_decoded),
             cmocka_unit_test(a_little_louder_is_not_enough_to_take_a_place),
             cmocka_unit_test(who_has_just_begun_keeps_his_place_for_a_while),
             cmocka_unit_test(levels_of_those_heard_are_told_loudest_first), cmocka_unit_test(talkers_take_turns_without_clicks),
             cmocka_unit_test(silence_below_hearing_needs_no_own_mix), cmocka_unit_test(members_without_levels_are_measured),
             cmocka_unit_test(who_claims_to_be_loud_for_ever_loses_his_place), cmocka_unit_test(the_speaker_is_told),
             cmocka_unit_test(levels_come_four_times_a_second_those_heard_first),
             cmocka_unit_test(silence_is_not_sent_to_those_that_like_dtx),
             cmocka_unit_test(a_room_where_nobody_speaks_costs_next_to_nothing),
             cmocka_unit_test(who_begins_to_speak_is_heard_at_once_and_the_time_has_gone_on),
             cmocka_unit_test(a_lone_speaker_is_sent_next_to_nothing),
             cmocka_unit_test(who_joins_a_silent_room_gets_frames_at_once),
             cmocka_unit_test(who_follows_a_resting_mixer_takes_over_its_rest),
             cmocka_unit_test(too_loud_a_sum_is_turned_down_evenly),
             cmocka_unit_test(lost_packets_are_recovered_or_concealed_and_broken_ones_counted),
             cmocka_unit_test(codecs_can_change_in_mid_call), cmocka_unit_test(legs_come_and_go_at_any_time),
             cmocka_unit_test(refuses_what_it_cannot_do_and_stays_whole), cmocka_unit_test(survives_want_of_memory_at_any_point))
