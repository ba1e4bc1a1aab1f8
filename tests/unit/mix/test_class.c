/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of a class: one common, some of their own, and changes between them. */
#include "core/mix/class.h"

#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_mem.h"

struct fixture {
    struct test_mem mem;
    struct cf_mix_class *class;
    struct cf_mix_listener listeners[8];
    uint64_t tick;
    uint8_t payload[CF_AUDIO_PAYLOAD_MAX];
    struct cf_mix_class_frame frame;
};

static void setup(struct fixture *f, const struct cf_audio_codec *codec, uint16_t ptime_msec) {
    struct cf_audio_params params = {.ptime_msec = ptime_msec};
    *f = (struct fixture){.tick = 1000};
    test_mem_init(&f->mem);
    f->class = cf_mix_class_create(&f->mem.mem, codec, &params, &test_resampler);
    assert_non_null(f->class);
    assert_true(cf_mix_class_reserve(f->class, 8, 3));
    for (uint32_t i = 0; i < 8; i++) {
        f->listeners[i].user = 100 + i;
    }
}

static void teardown(struct fixture *f) {
    cf_mix_class_destroy(f->class);
    test_mem_fini(&f->mem);
}

static void push(struct fixture *f, int16_t value, struct cf_mix_stream *own, int16_t own_value) {
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        pcm[i] = value;
    }
    cf_mix_class_push(f->class, pcm, f->tick++);
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES && own != NULL; i++) {
        pcm[i] = own_value;
    }
    if (own != NULL) {
        cf_mix_class_push_own(f->class, own, pcm);
    }
}

/* The next frame; asserts that there is one. */
static struct test_frame poll(struct fixture *f) {
    assert_true(cf_mix_class_poll(f->class, f->payload, &f->frame));
    return test_frame_of((struct cf_span){f->payload, f->frame.payload_len});
}

static void assert_idle(struct fixture *f) {
    assert_false(cf_mix_class_poll(f->class, f->payload, &f->frame));
}

static void nobody_listens_nothing_is_encoded(void **state) {
    (void)state;
    struct fixture f;
    setup(&f, &test_codec, 20);
    push(&f, 5, NULL, 0);
    assert_idle(&f);
    assert_true(cf_mix_class_is_at_boundary(f.class));
    /* Who comes then begins with an encoder that remembers nothing. */
    cf_mix_class_listen(f.class, &f.listeners[0]);
    push(&f, 6, NULL, 0);
    struct test_frame got = poll(&f);
    assert_int_equal(got.number, 0);
    assert_true(got.independent);
    assert_int_equal(got.value, 6);
    assert_true(f.frame.marker);
    assert_idle(&f);
    teardown(&f);
}

static void listeners_come_and_go_in_any_order(void **state) {
    (void)state;
    struct fixture f;
    setup(&f, &test_codec, 20);
    for (size_t i = 0; i < 8; i++) {
        cf_mix_class_listen(f.class, &f.listeners[i]);
    }
    cf_mix_class_unlisten(f.class, &f.listeners[7]);
    cf_mix_class_unlisten(f.class, &f.listeners[0]);
    cf_mix_class_unlisten(f.class, &f.listeners[0]);
    cf_mix_class_unlisten(f.class, &f.listeners[3]);
    push(&f, 5, NULL, 0);
    (void)poll(&f);
    uint32_t sum = 0;
    for (size_t i = 0; i < f.frame.user_count; i++) {
        sum += f.frame.users[i];
    }
    assert_int_equal(f.frame.user_count, 5);
    assert_int_equal(sum, 101 + 102 + 104 + 105 + 106);
    teardown(&f);
}

static void an_own_stream_goes_on_where_the_common_one_is(void **state) {
    (void)state;
    static const uint16_t ptimes[] = {10, 20, 40, 60};
    for (size_t p = 0; p < 8; p++) {
        struct fixture f;
        uint16_t ptime = ptimes[p / 2];
        setup(&f, p % 2 == 0 ? &test_codec : &test_codec_slow, ptime);
        cf_mix_class_listen(f.class, &f.listeners[0]);
        cf_mix_class_listen(f.class, &f.listeners[1]);
        /* Seven ticks: in the midst of a frame of 40 or 60 ms. */
        uint32_t frames = 0;
        for (int i = 0; i < 7; i++) {
            push(&f, 5, NULL, 0);
            while (cf_mix_class_poll(f.class, f.payload, &f.frame)) {
                frames++;
            }
        }
        static const int16_t before[CF_MIX_TICK_SAMPLES] = {0};
        struct cf_mix_stream *own = cf_mix_class_open_own(f.class, 100, before, &(struct cf_mix_limiter){0});
        cf_mix_class_unlisten(f.class, &f.listeners[0]);
        for (int i = 0; i < 2; i++) {
            push(&f, 5, own, 3);
        }
        struct test_frame common = poll(&f);
        assert_false(f.frame.own);
        uint32_t timestamp = f.frame.timestamp;
        assert_int_equal(f.frame.users[0], 101);
        struct test_frame mine = poll(&f);
        assert_true(f.frame.own);
        assert_int_equal(f.frame.users[0], 100);
        assert_int_equal(f.frame.timestamp, timestamp);
        assert_int_equal(common.number, frames);
        assert_int_equal(mine.number, frames);
        /* What was on its way before is the common sound. */
        bool midst = ptime == 40 || ptime == 60;
        assert_int_equal(mine.value, midst ? 5 : 3);
        assert_int_equal(mine.last, 3);
        teardown(&f);
    }
}

static void who_comes_back_finds_a_frame_of_its_own(void **state) {
    (void)state;
    struct fixture f;
    static const int16_t before[CF_MIX_TICK_SAMPLES] = {0};
    setup(&f, &test_codec, 20);
    cf_mix_class_listen(f.class, &f.listeners[1]);
    push(&f, 5, NULL, 0);
    (void)poll(&f);
    assert_idle(&f);
    struct cf_mix_stream *own = cf_mix_class_open_own(f.class, 100, before, &(struct cf_mix_limiter){0});
    push(&f, 5, own, 3);
    assert_false(poll(&f).independent);
    assert_int_equal(poll(&f).value, 3);
    assert_idle(&f);
    cf_mix_stream_close(own);
    cf_mix_class_listen(f.class, &f.listeners[0]);
    push(&f, 5, NULL, 0);
    assert_true(poll(&f).independent);
    assert_int_equal(f.frame.user_count, 2);
    assert_idle(&f);
    push(&f, 5, NULL, 0);
    assert_false(poll(&f).independent);
    teardown(&f);
}

static void there_are_only_so_many_own_streams(void **state) {
    (void)state;
    struct fixture f;
    static const int16_t before[CF_MIX_TICK_SAMPLES] = {0};
    setup(&f, &test_codec, 20);
    struct cf_mix_stream *last = NULL;
    for (uint32_t i = 0; i < 3; i++) {
        last = cf_mix_class_open_own(f.class, i, before, &(struct cf_mix_limiter){0});
        assert_non_null(last);
    }
    assert_null(cf_mix_class_open_own(f.class, 4, before, &(struct cf_mix_limiter){0}));
    cf_mix_stream_close(last);
    assert_ptr_equal(cf_mix_class_open_own(f.class, 4, before, &(struct cf_mix_limiter){0}), last);
    teardown(&f);
}

static void a_gap_drops_frames_that_were_not_complete(void **state) {
    (void)state;
    struct fixture f;
    setup(&f, &test_codec, 60);
    cf_mix_class_listen(f.class, &f.listeners[0]);
    push(&f, 5, NULL, 0);
    push(&f, 5, NULL, 0);
    assert_idle(&f);
    cf_mix_class_on_gap(f.class);
    f.tick += 50;
    push(&f, 6, NULL, 0);
    assert_idle(&f);
    push(&f, 6, NULL, 0);
    push(&f, 6, NULL, 0);
    assert_int_equal(poll(&f).value, 6);
    assert_int_equal(f.frame.timestamp, 1052 * 960);
    teardown(&f);
}

/* The filter is made at the first sound; without memory there is silence, and sound as soon as there is. */
static void sound_waits_for_the_filter(void **state) {
    (void)state;
    struct fixture f;
    setup(&f, &test_codec_slow, 20);
    cf_mix_class_listen(f.class, &f.listeners[0]);
    size_t made = f.mem.count;
    push(&f, 0, NULL, 0);
    assert_int_equal(poll(&f).value, 0);
    assert_int_equal(f.mem.count, made);
    f.mem.fail_at = made;
    push(&f, 7, NULL, 0);
    assert_int_equal(poll(&f).value, 0);
    assert_true(f.mem.failed);
    push(&f, 8, NULL, 0);
    assert_int_equal(poll(&f).value, 8);
    size_t with_filter = f.mem.count;
    push(&f, 0, NULL, 0);
    assert_int_equal(poll(&f).value, 0);
    push(&f, 9, NULL, 0);
    assert_int_equal(poll(&f).value, 9);
    assert_int_equal(f.mem.count, with_filter);
    teardown(&f);
}

/* Nobody gets a stream of his own whose filter can't be made; he stays on the common one. */
static void no_own_stream_without_its_filter(void **state) {
    (void)state;
    struct fixture f;
    static const int16_t before[CF_MIX_TICK_SAMPLES];
    const struct cf_mix_limiter limiter = {0};
    setup(&f, &test_codec_slow, 20);
    f.mem.fail_at = f.mem.count;
    assert_null(cf_mix_class_open_own(f.class, 100, before, &limiter));
    assert_non_null(cf_mix_class_open_own(f.class, 100, before, &limiter));
    teardown(&f);
}

static void survives_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem mem;
        struct cf_audio_params params = {.ptime_msec = 20};
        test_mem_init(&mem);
        mem.fail_at = n;
        struct cf_mix_class *class = cf_mix_class_create(&mem.mem, &test_codec_slow, &params, &test_resampler);
        bool ok = class != NULL && cf_mix_class_reserve(class, 20, 4);
        assert_int_equal(ok, !mem.failed);
        if (class != NULL) {
            assert_true(cf_mix_class_reserve(class, 20, 4));
            cf_mix_class_destroy(class);
        }
        test_mem_fini(&mem);
        if (ok) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(nobody_listens_nothing_is_encoded), cmocka_unit_test(listeners_come_and_go_in_any_order),
             cmocka_unit_test(an_own_stream_goes_on_where_the_common_one_is),
             cmocka_unit_test(who_comes_back_finds_a_frame_of_its_own), cmocka_unit_test(there_are_only_so_many_own_streams),
             cmocka_unit_test(a_gap_drops_frames_that_were_not_complete), cmocka_unit_test(sound_waits_for_the_filter),
             cmocka_unit_test(no_own_stream_without_its_filter), cmocka_unit_test(survives_want_of_memory))
