/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From packets to a tick of sound: nothing is missing and nothing too much, whatever the packets' length. */
#include "core/mix/source.h"

#include "core/mix/mixer.h"
#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_mem.h"

struct leg {
    struct test_mem mem;
    struct cf_mix_source *source;
    cf_usec now;
    uint32_t number;
    uint32_t timestamp;
};

static void setup(struct leg *l, const struct cf_audio_codec *codec) {
    *l = (struct leg){.now = CF_SEC(2)};
    test_mem_init(&l->mem);
    l->source = cf_mix_source_create(&l->mem.mem, codec, &test_resampler, &(struct cf_jitter_config){0});
    assert_non_null(l->source);
}

static void teardown(struct leg *l) {
    cf_mix_source_destroy(l->source);
    test_mem_fini(&l->mem);
}

static bool put(struct leg *l, uint16_t msec, int16_t value, bool dtx) {
    struct test_frame frame = {.msec = msec, .value = value, .is_dtx = dtx};
    struct cf_mix_packet packet = {
        .ssrc = 1, .seq = (uint16_t)l->number++, .timestamp = l->timestamp, .level = 40, .payload = test_frame_span(&frame)};
    l->timestamp += l->source->codec->clock_hz / 1000 * msec;
    return cf_mix_source_put(l->source, &packet, l->now);
}

static int16_t tick(struct leg *l, bool heard) {
    cf_mix_source_fill(l->source, heard, l->now);
    assert_true(l->source->held >= CF_MIX_TICK_SAMPLES);
    int16_t value = l->source->pcm[0];
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        value = l->source->pcm[i] == value ? value : -1;
    }
    cf_mix_source_consume(l->source);
    l->now += CF_MIX_TICK_USEC;
    return value;
}

/* A tick in which sound begins: it is faded in for 10 ms, wherever it comes in. Its value after that. */
static int16_t onset(struct leg *l) {
    cf_mix_source_fill(l->source, true, l->now);
    const int16_t *pcm = l->source->pcm;
    assert_int_equal(pcm[0], 0);
    for (size_t i = 1; i < CF_MIX_TICK_SAMPLES; i++) {
        assert_in_range(pcm[i] - pcm[i - 1], 0, 1 + pcm[CF_MIX_TICK_SAMPLES - 1] / 480);
        assert_true(i < 480 || pcm[i] == pcm[480]);
    }
    int16_t value = pcm[480];
    cf_mix_source_consume(l->source);
    l->now += CF_MIX_TICK_USEC;
    return value;
}

static void packets_of_any_length_become_ticks(void **state) {
    (void)state;
    static const uint16_t msecs[] = {10, 20, 30, 40, 60, 120};
    for (size_t m = 0; m < 6; m++) {
        for (int slow = 0; slow < 2; slow++) {
            struct leg l;
            setup(&l, slow ? &test_codec_slow : &test_codec);
            cf_usec next = l.now;
            for (int t = 0; t < 300; t++) {
                for (; next <= l.now; next += CF_MSEC(msecs[m])) {
                    assert_true(put(&l, msecs[m], 1234, false));
                }
                int16_t value = t == 2 ? onset(&l) : tick(&l, true);
                assert_int_equal(value, t < 2 ? 0 : 1234);
            }
            assert_int_equal(cf_jitter_stats(&l.source->jitter)->ticks_concealed, 0);
            teardown(&l);
        }
    }
}

static void who_is_not_heard_is_not_decoded_but_goes_on(void **state) {
    (void)state;
    struct leg l;
    setup(&l, &test_codec);
    for (int t = 0; t < 100; t++) {
        assert_true(put(&l, 20, (int16_t)(t + 1), false));
        assert_int_equal(tick(&l, false), 0);
    }
    assert_int_equal(l.source->decodes, 0);
    assert_int_equal(l.source->level, CF_LEVEL_UNKNOWN);
    /* Heard from now on: the very frame that is due. */
    assert_true(put(&l, 20, 101, false));
    assert_in_range(onset(&l), 98, 100);
    assert_int_equal(l.source->level_claimed, 40);
    assert_in_range(l.source->level, 45, 55);
    assert_true(put(&l, 20, 102, false));
    assert_in_range(tick(&l, true), 99, 101);
    teardown(&l);
}

static void it_is_idle_after_silence_was_announced(void **state) {
    (void)state;
    struct leg l;
    setup(&l, &test_codec);
    assert_true(cf_mix_source_is_idle(l.source));
    for (int t = 0; t < 10; t++) {
        assert_true(put(&l, 20, 500, t == 9));
        (void)tick(&l, true);
    }
    for (int t = 0; t < 4; t++) {
        (void)tick(&l, true);
    }
    assert_true(cf_mix_source_is_idle(l.source));
    assert_int_equal(tick(&l, true), 0);
    teardown(&l);
}

static void flushing_forgets_everything(void **state) {
    (void)state;
    struct leg l;
    setup(&l, &test_codec_slow);
    for (int t = 0; t < 10; t++) {
        assert_true(put(&l, 60, 500, false));
    }
    (void)tick(&l, true);
    cf_mix_source_flush(l.source);
    assert_true(cf_mix_source_is_idle(l.source));
    assert_int_equal(tick(&l, true), 0);
    teardown(&l);
}

static void comfort_noise_is_silence(void **state) {
    (void)state;
    struct leg l;
    setup(&l, &test_codec);
    for (int t = 0; t < 5; t++) {
        assert_true(put(&l, 20, 500, false));
        (void)tick(&l, true);
    }
    struct cf_mix_packet noise = {.ssrc = 1,
                                  .seq = (uint16_t)l.number,
                                  .timestamp = l.timestamp,
                                  .comfort_noise = true,
                                  .level = CF_LEVEL_UNKNOWN,
                                  .payload = {(const uint8_t *)"\x40", 1}};
    assert_true(cf_mix_source_put(l.source, &noise, l.now));
    for (int t = 0; t < 4; t++) {
        (void)tick(&l, true);
    }
    assert_int_equal(tick(&l, true), 0);
    assert_int_equal(cf_jitter_stats(&l.source->jitter)->ticks_concealed, 0);
    teardown(&l);
}

static void packets_that_are_none_are_refused(void **state) {
    (void)state;
    struct leg l;
    setup(&l, &test_codec);
    assert_false(put(&l, 0, 1, false));
    assert_false(put(&l, 121, 1, false));
    assert_false(put(&l, 60000, 1, false));
    assert_true(put(&l, 120, 1, false));
    teardown(&l);
}

static void survives_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem mem;
        test_mem_init(&mem);
        mem.fail_at = n;
        struct cf_mix_source *source =
            cf_mix_source_create(&mem.mem, &test_codec_slow, &test_resampler, &(struct cf_jitter_config){0});
        assert_int_equal(source == NULL, mem.failed);
        cf_mix_source_destroy(source);
        test_mem_fini(&mem);
        if (!mem.failed) {
            assert_int_equal(n, 4);
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(packets_of_any_length_become_ticks), cmocka_unit_test(who_is_not_heard_is_not_decoded_but_goes_on),
             cmocka_unit_test(it_is_idle_after_silence_was_announced), cmocka_unit_test(flushing_forgets_everything),
             cmocka_unit_test(comfort_noise_is_silence), cmocka_unit_test(packets_that_are_none_are_refused),
             cmocka_unit_test(survives_want_of_memory))
