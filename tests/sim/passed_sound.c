/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound that is passed on: who hears whom on which line, beside those who hear a mix. The world asserts for every packet that
 * numbers go on without a gap, that media time keeps to the clock, that another talker begins with a marker, and that nobody is
 * named who hears it.
 */
#include "core/media/internal.h"
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;

static struct test_phone *add(uint8_t talkers, bool is_pcmu) {
    const struct test_phone_config config = {
        .no_picture = true, .is_pcmu = is_pcmu, .has_levels = true, .has_bundle = true, .talkers = talkers};
    return test_media_add(&w, &config);
}

/* Phone @talker (from 1) in the mix that @phone hears, and on its other lines. */
static size_t in_mix(const struct test_phone *phone, size_t talker) {
    return phone->heard[talker - 1];
}

static size_t on_lines(const struct test_phone *phone, size_t talker) {
    size_t frames = 0;
    for (size_t i = 0; i < TEST_TALKERS_MAX; i++) {
        frames += phone->talkers[i].heard[talker - 1];
    }
    return frames;
}

/* On how many lines. */
static size_t lines_of(const struct test_phone *phone, size_t talker) {
    size_t lines = 0;
    for (size_t i = 0; i < TEST_TALKERS_MAX; i++) {
        lines += phone->talkers[i].heard[talker - 1] > 0;
    }
    return lines;
}

static void forget_heard(void) {
    for (size_t i = 0; i < w.phone_count; i++) {
        memset(w.phones[i].heard, 0, sizeof w.phones[i].heard);
        for (size_t k = 0; k < TEST_TALKERS_MAX; k++) {
            memset(w.phones[i].talkers[k].heard, 0, sizeof w.phones[i].talkers[k].heard);
            w.phones[i].talkers[k].switches = 0;
        }
    }
}

/* Phones whose bit is set talk, the others don't. */
static void let_talk(uint32_t talkers, cf_usec duration) {
    for (size_t i = 0; i < w.phone_count; i++) {
        w.phones[i].is_talking = (talkers >> i & 1U) != 0;
    }
    test_media_run(&w, duration);
}

static void set_muted(struct test_phone *phone, bool is_muted) {
    phone->config.policy.is_audio_muted = is_muted;
    const struct cf_media_command command = {.kind = CF_MEDIA_LEG_SET, .leg = phone->leg, .as.leg_policy = phone->config.policy};
    test_media_command(&w, &command);
}

static void each_talker_has_a_line_and_others_a_mix(void **state) {
    (void)state;
    test_media_init(&w, 1);
    struct test_phone *with_lines = add(4, false);
    add(4, false);
    add(0, false);
    add(4, false);
    struct test_phone *with_mix = add(0, false);
    let_talk(0xe, CF_SEC(1));
    forget_heard();
    let_talk(0xe, CF_SEC(10));
    for (size_t talker = 2; talker <= 4; talker++) {
        assert_in_range(on_lines(with_lines, talker), 340, 360);
        assert_int_equal(lines_of(with_lines, talker), 1);
        assert_int_equal(in_mix(with_lines, talker), 0);
        assert_true(in_mix(with_mix, talker) > 300);
    }
    /* Those who talk and have lines hear the others on them, and nobody themselves. */
    assert_in_range(on_lines(&w.phones[1], 3), 340, 360);
    assert_in_range(on_lines(&w.phones[1], 4), 340, 360);
    assert_int_equal(on_lines(&w.phones[1], 2) + in_mix(&w.phones[1], 2) + in_mix(&w.phones[1], 3), 0);
    /* Who talks without lines hears a mix without itself. */
    assert_true(in_mix(&w.phones[2], 2) > 300 && in_mix(&w.phones[2], 4) > 300);
    assert_int_equal(in_mix(&w.phones[2], 3) + on_lines(&w.phones[2], 2), 0);
    test_media_fini(&w);
}

/* Two lines, three talkers: the third is mixed, for each listener exactly those that are on no line of it. */
static void who_has_no_line_is_in_the_mix(void **state) {
    (void)state;
    test_media_init(&w, 2);
    struct test_phone *none = add(0, false);
    struct test_phone *one = add(1, false);
    for (size_t i = 0; i < 3; i++) {
        add(2, false);
    }
    let_talk(0x1c, CF_SEC(2));
    forget_heard();
    let_talk(0x1c, CF_SEC(10));
    for (size_t i = 0; i < w.phone_count; i++) {
        const struct test_phone *phone = &w.phones[i];
        size_t passed = 0;
        for (size_t talker = 3; talker <= 5; talker++) {
            bool is_passed = on_lines(phone, talker) > 0;
            passed += is_passed;
            assert_int_equal(in_mix(phone, talker) > 0, !is_passed && talker != i + 1);
            assert_true(talker == i + 1 || on_lines(phone, talker) + in_mix(phone, talker) > 250);
        }
        /* Whoever talks himself has the third on the line for his own place. */
        assert_true(passed == 2 || phone == one || phone == none);
    }
    size_t on_one = 0;
    for (size_t talker = 3; talker <= 5; talker++) {
        on_one += lines_of(one, talker);
    }
    assert_int_equal(on_one, 1);
    test_media_fini(&w);
}

/* One line each: whoever speaks hears another one on it, where he would hear himself, for as long as both go on. */
static void who_speaks_hears_another_on_the_line_for_himself(void **state) {
    (void)state;
    test_media_init(&w, 14);
    struct test_phone *first = add(1, false);
    struct test_phone *second = add(1, false);
    struct test_phone *listener = add(1, false);
    struct test_phone *mixed = add(0, false);
    let_talk(0x1, CF_SEC(2));
    let_talk(0x3, CF_SEC(2));
    forget_heard();
    let_talk(0x3, CF_SEC(10));
    assert_true(on_lines(first, 2) > 340 && in_mix(first, 2) == 0);
    assert_true(on_lines(second, 1) > 340 && in_mix(second, 1) == 0);
    assert_true(on_lines(listener, 1) > 340 && in_mix(listener, 1) == 0 && in_mix(listener, 2) > 300);
    assert_true(in_mix(mixed, 1) > 300 && in_mix(mixed, 2) > 300);
    assert_int_equal(on_lines(first, 1) + on_lines(second, 2) + on_lines(listener, 2), 0);
    /* The first falls silent, and has a stream of his own no longer than he needs one: the second stays on his line. */
    let_talk(0x2, CF_SEC(2));
    forget_heard();
    let_talk(0x2, CF_SEC(8));
    assert_true(on_lines(first, 2) > 270 && in_mix(first, 2) == 0);
    /* A third takes the place that the first has left, and so his line. */
    let_talk(0x6, CF_SEC(2));
    forget_heard();
    let_talk(0x6, CF_SEC(4));
    assert_true(on_lines(first, 3) > 130 && in_mix(first, 3) == 0);
    assert_true(in_mix(first, 2) > 120 && on_lines(first, 2) == 0);
    test_media_fini(&w);
}

/* Words with pauses in which the place is left. Returns how much of the beginnings is not heard on lines, milliseconds a word. */
static size_t lost_of_words(uint64_t seed, bool has_levels, bool has_red) {
    const struct test_phone_config config = {
        .no_picture = true, .has_levels = has_levels, .has_bundle = true, .talkers = 1, .has_red = has_red};
    test_media_init(&w, seed);
    struct test_phone *listener = add(4, false);
    struct test_phone *talker = test_media_add(&w, &config);
    add(0, false);
    let_talk(0, CF_SEC(2));
    forget_heard();
    talker->voiced = 0;
    for (size_t word = 0; word < 20; word++) {
        let_talk(0x2, CF_MSEC(800));
        let_talk(0, CF_MSEC(2400));
    }
    size_t heard = on_lines(listener, 2);
    size_t voiced = talker->voiced;
    assert_true(voiced > 500 && heard <= voiced && in_mix(listener, 2) == 0);
    test_media_fini(&w);
    return (voiced - heard) * 20 / 20;
}

static void the_beginning_of_a_word_is_passed_on(void **state) {
    (void)state;
    size_t with_levels = lost_of_words(15, true, false);
    size_t without = lost_of_words(16, false, false);
    size_t with_red = lost_of_words(17, true, true);
    print_message("# lost of a word: %zu ms of those who say how loud they are, %zu ms of others, %zu ms with redundancy\n",
                  with_levels, without, with_red);
    assert_int_equal(with_levels, 0);
    assert_int_equal(with_red, 0);
    assert_int_equal(without, 0);
}

/* Not what was said while he was muted. */
static void what_the_muted_say_is_not_passed_on_afterwards(void **state) {
    (void)state;
    test_media_init(&w, 18);
    struct test_phone *listener = add(4, false);
    struct test_phone *talker = add(4, false);
    let_talk(0, CF_SEC(1));
    for (size_t i = 0; i < 5; i++) {
        set_muted(talker, true);
        let_talk(0x2, CF_MSEC(370));
        set_muted(talker, false);
        let_talk(0, CF_MSEC(430));
    }
    assert_int_equal(on_lines(listener, 2) + in_mix(listener, 2), 0);
    test_media_fini(&w);
}

static void a_codec_that_a_receiver_lacks_is_mixed_for_it(void **state) {
    (void)state;
    test_media_init(&w, 3);
    struct test_phone *opus = add(3, false);
    struct test_phone *pcmu = add(3, true);
    add(0, false);
    add(0, true);
    let_talk(0xc, CF_SEC(1));
    forget_heard();
    let_talk(0xc, CF_SEC(8));
    assert_true(on_lines(opus, 3) > 250 && in_mix(opus, 3) == 0);
    assert_true(on_lines(opus, 4) == 0 && in_mix(opus, 4) > 250);
    assert_true(on_lines(pcmu, 4) > 250 && in_mix(pcmu, 4) == 0);
    assert_true(on_lines(pcmu, 3) == 0 && in_mix(pcmu, 3) > 250);
    test_media_fini(&w);
}

/* Nobody could take it there. */
static void a_codec_that_nobody_takes_needs_no_place(void **state) {
    (void)state;
    test_media_init(&w, 11);
    struct test_phone *opus = add(1, false);
    add(0, true);
    add(0, false);
    let_talk(0x2, CF_SEC(2));
    let_talk(0x6, CF_SEC(4));
    assert_true(in_mix(opus, 2) > 100 && on_lines(opus, 2) == 0);
    assert_true(on_lines(opus, 3) > 100 && in_mix(opus, 3) == 0);
    test_media_fini(&w);
}

static void set_held(struct test_phone *phone, bool is_held) {
    phone->lines[TEST_SOUND].line.is_held = is_held;
    phone->lines[TEST_SOUND].line.can_send = !is_held;
    test_media_agree(&w, phone);
}

static void the_muted_and_those_on_hold_are_not_passed_on(void **state) {
    (void)state;
    test_media_init(&w, 4);
    struct test_phone *listener = add(4, false);
    add(0, false);
    add(0, false);
    let_talk(0x6, CF_SEC(2));
    assert_true(on_lines(listener, 2) > 50 && on_lines(listener, 3) > 50);
    set_muted(&w.phones[1], true);
    set_held(&w.phones[2], true);
    forget_heard();
    let_talk(0x6, CF_SEC(3));
    for (size_t talker = 2; talker <= 3; talker++) {
        assert_int_equal(on_lines(listener, talker) + in_mix(listener, talker), 0);
    }
    set_muted(&w.phones[1], false);
    set_held(&w.phones[2], false);
    let_talk(0x6, CF_SEC(3));
    assert_true(on_lines(listener, 2) > 80 && on_lines(listener, 3) > 80);
    test_media_fini(&w);
}

/* Turns of many talkers over few lines: lines change their voice only when they have to. */
static void a_talker_comes_back_to_its_line(void **state) {
    (void)state;
    test_media_init(&w, 5);
    struct test_phone *listener = add(4, false);
    for (size_t i = 0; i < 4; i++) {
        add(0, false);
    }
    for (size_t round = 0; round < 5; round++) {
        for (uint32_t talker = 1; talker <= 4; talker++) {
            let_talk(1U << talker, CF_SEC(3));
        }
    }
    for (size_t talker = 2; talker <= 5; talker++) {
        assert_int_equal(lines_of(listener, talker), 1);
        assert_int_equal(in_mix(listener, talker), 0);
        assert_int_equal(listener->talkers[talker - 2].switches, 1);
    }
    test_media_fini(&w);
}

static void lines_change_hands_cleanly(void **state) {
    (void)state;
    test_media_init(&w, 6);
    struct cf_rng turns;
    cf_rng_init(&turns, 99);
    for (size_t i = 0; i < 12; i++) {
        add(i % 3 == 0 ? 2 : i % 3 == 1 ? 0 : 4, i == 7)->is_talking = false;
    }
    for (size_t turn = 0; turn < 60; turn++) {
        let_talk(cf_rng_u32(&turns) & cf_rng_u32(&turns) & 0xfffU, CF_MSEC(300) * (1 + cf_rng_below(&turns, 6)));
    }
    size_t switches = 0;
    for (size_t i = 0; i < 12; i++) {
        for (size_t k = 0; k < TEST_TALKERS_MAX; k++) {
            switches += w.phones[i].talkers[k].switches;
        }
    }
    assert_true(switches > 200);
    test_media_fini(&w);
}

/* Counters of rollover and of the receivers' protection go on whoever talks. */
static void numbers_wrap_under_protection(void **state) {
    (void)state;
    test_media_init(&w, 7);
    const struct test_phone_config config = {
        .no_picture = true, .has_levels = true, .has_bundle = true, .talkers = 2, .suite = CF_SRTP_AEAD_AES_128_GCM};
    for (size_t i = 0; i < 4; i++) {
        test_media_add(&w, &config);
    }
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 2; k++) {
            struct cf_engine_line *line = test_media_line(&w, &w.phones[i], (enum test_line)(TEST_LINES + k));
            line->sequence = 0x7ff0;
            line->timestamp_offset = UINT32_MAX - 48000;
            cf_engine_join_place(line);
        }
        w.phones[i].sequence = 65500;
        w.phones[i].timestamp = UINT32_MAX - 20000;
    }
    for (uint32_t turn = 0; turn < 12; turn++) {
        let_talk(1U << turn % 4 | 1U << (turn + 1) % 4, CF_SEC(2));
    }
    for (size_t talker = 2; talker <= 4; talker++) {
        assert_true(on_lines(&w.phones[0], talker) > 200);
    }
    test_media_fini(&w);
}

static void loss_and_a_new_source_stay_what_they_are(void **state) {
    (void)state;
    test_media_init(&w, 8);
    struct test_phone *listener = add(4, false);
    struct test_phone *talker = add(0, false);
    w.loss_in_ppm = 50000;
    let_talk(0x2, CF_SEC(10));
    const struct cf_engine_line *line = test_media_line(&w, listener, (enum test_line)TEST_LINES);
    uint64_t sent = line->counts.packets_out;
    uint16_t before = listener->talkers[0].sequence;
    w.loss_in_ppm = 0;
    /* The phone begins anew with other numbers, under another name. */
    talker->ssrc[TEST_SOUND] += 7;
    talker->sequence += 20000;
    talker->timestamp += 1234567;
    test_media_agree(&w, talker);
    listener->talkers[0].frames = 0; /* what was lost just now is no gap */
    let_talk(0x2, CF_SEC(5));
    assert_true(line->counts.packets_out > sent + 150);
    assert_in_range((uint16_t)(listener->talkers[0].sequence - before), 150, 270);
    assert_int_equal(listener->talkers[0].csrc, talker->ssrc[TEST_SOUND]);
    test_media_fini(&w);
}

/* Browsers may have a line to speak on and others to hear on. */
static void a_line_that_only_sends_is_no_hold(void **state) {
    (void)state;
    test_media_init(&w, 9);
    struct test_phone *browser = add(3, false);
    add(0, true);
    add(0, false);
    browser->lines[TEST_SOUND].line.can_send = false;
    browser->lines[TEST_SOUND].line.is_held = true;
    test_media_agree(&w, browser);
    for (size_t i = 0; i < browser->config.talkers; i++) {
        /* agree() copies the line; those that receive do. */
        struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = browser->leg, .as.line = browser->lines[TEST_SOUND]};
        command.as.line.index = (uint16_t)(TEST_LINES + i);
        command.as.line.line.can_receive = false;
        command.as.line.line.can_send = true;
        command.as.line.line.is_held = false;
        /* A line keeps its mid: the first one was for a talker, and is freed before it is the mix. */
        command.as.line.line.mid.len = 0;
        test_media_command(&w, &command);
        command.as.line.line.mid = (struct cf_tag){.len = 2, .text = {i == 0 ? 'a' : 't', i == 0 ? 's' : (char)('0' + i)}};
        test_media_command(&w, &command);
    }
    /* The first line that receives carries the mix, which the codec of the second phone is in; the others have the third. */
    let_talk(0x6, CF_SEC(5));
    assert_true(in_mix(browser, 2) > 100 && on_lines(browser, 2) == 0);
    assert_true(on_lines(browser, 3) > 100 && in_mix(browser, 3) == 0);
    let_talk(0x1, CF_SEC(3));
    assert_true(in_mix(&w.phones[1], 1) > 80 && in_mix(&w.phones[2], 1) > 80);
    test_media_fini(&w);
}

/* Four talk, and one says nothing as loudly as can be: in a room where everybody has lines and nothing need be decoded he is
 * found out all the same, and holds the place of nobody for long. */
static void t39_who_lies_about_his_level_takes_nobodys_line(void **state) {
    (void)state;
    test_media_init(&w, 13);
    struct test_phone *listener = add(4, false);
    for (size_t i = 0; i < 4; i++) {
        add(4, false);
    }
    const struct test_phone_config liar = {
        .no_picture = true, .has_levels = true, .has_bundle = true, .talkers = 4, .is_liar = true};
    test_media_add(&w, &liar);
    test_media_run(&w, CF_SEC(1));
    let_talk(0x1e, CF_SEC(2));
    forget_heard();
    let_talk(0x1e, CF_SEC(20));
    for (size_t talker = 2; talker <= 5; talker++) {
        /* 700 syllables of each. */
        assert_in_range(on_lines(listener, talker) + in_mix(listener, talker), 650, 710);
    }
    test_media_fini(&w);
}

/* Every other packet of a talker is lost, but for what is in the next one. */
static void redundancy_brings_back_what_was_lost(void **state) {
    (void)state;
    test_media_init(&w, 12);
    const struct test_phone_config red = {
        .no_picture = true, .has_levels = true, .has_bundle = true, .talkers = 1, .has_red = true};
    struct test_phone *with_red = test_media_add(&w, &red);
    struct test_phone *without = add(1, false);
    struct test_phone *mixed = add(0, false);
    struct test_phone *talker = test_media_add(&w, &red);
    let_talk(0x8, CF_SEC(2));
    assert_true(with_red->talkers[0].doubled > 40 && without->talkers[0].doubled == 0);
    forget_heard();
    size_t frames = with_red->talkers[0].frames;
    for (size_t i = 0; i < 100; i++) {
        w.loss_in_ppm = i % 2 == 0 ? 1000000 : 0;
        test_media_run(&w, CF_MSEC(20));
    }
    const struct cf_engine_line *line = test_media_line(&w, talker, TEST_SOUND);
    assert_in_range(line->counts.copies_used, 45, 51);
    w.loss_in_ppm = 0;
    /* On lines all have come, as packets of their own; in the mix nothing was made up. */
    assert_in_range(on_lines(without, 4), 65, 75);
    assert_in_range(with_red->talkers[0].frames - frames, 95, 101);
    struct cf_mix_leg_stats stats;
    assert_true(cf_mixer_leg_stats(line->mixer, line->mix, &stats));
    assert_in_range(stats.jitter.concealed_frames + stats.jitter.underruns + stats.jitter.fec_frames, 0, 3);
    assert_true(in_mix(mixed, 4) > 55);
    test_media_fini(&w);
}

static void whoever_leaves_or_waits_is_passed_on_no_more(void **state) {
    (void)state;
    test_media_init(&w, 10);
    struct test_phone *listener = add(4, false);
    struct test_phone *guest = add(4, false);
    add(0, false);
    add(0, false);
    let_talk(0xe, CF_SEC(2));
    test_media_remove(&w, &w.phones[2]);
    w.phones[2].is_dead = true;
    guest->config.policy.is_waiting = true;
    const struct cf_media_command wait = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg, .as.leg_policy = guest->config.policy};
    test_media_command(&w, &wait);
    forget_heard();
    let_talk(0xe, CF_SEC(3));
    assert_int_equal(on_lines(listener, 2) + on_lines(listener, 3) + in_mix(listener, 2) + in_mix(listener, 3), 0);
    assert_true(on_lines(listener, 4) > 80);
    for (size_t talker = 1; talker <= 4; talker++) {
        assert_int_equal(on_lines(guest, talker) + in_mix(guest, talker), 0);
    }
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(each_talker_has_a_line_and_others_a_mix), cmocka_unit_test(who_has_no_line_is_in_the_mix),
             cmocka_unit_test(who_speaks_hears_another_on_the_line_for_himself),
             cmocka_unit_test(the_beginning_of_a_word_is_passed_on),
             cmocka_unit_test(what_the_muted_say_is_not_passed_on_afterwards),
             cmocka_unit_test(a_codec_that_a_receiver_lacks_is_mixed_for_it),
             cmocka_unit_test(a_codec_that_nobody_takes_needs_no_place),
             cmocka_unit_test(the_muted_and_those_on_hold_are_not_passed_on), cmocka_unit_test(a_talker_comes_back_to_its_line),
             cmocka_unit_test(lines_change_hands_cleanly), cmocka_unit_test(numbers_wrap_under_protection),
             cmocka_unit_test(loss_and_a_new_source_stay_what_they_are), cmocka_unit_test(a_line_that_only_sends_is_no_hold),
             cmocka_unit_test(t39_who_lies_about_his_level_takes_nobodys_line),
             cmocka_unit_test(redundancy_brings_back_what_was_lost),
             cmocka_unit_test(whoever_leaves_or_waits_is_passed_on_no_more))
