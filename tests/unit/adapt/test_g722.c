/* SPDX-License-Identifier: GPL-3.0-or-later */
/* G.722 through the mixer's table. */
#include "adapt/spandsp/g722.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_sound.h"

#define CODEC (&cf_codec_g722)
#define RATE 16000
#define SECOND 16000

struct line {
    struct test_mem mem;
    void *encoder;
    void *decoder;
    int16_t in[2 * SECOND];
    int16_t out[2 * SECOND];
    uint8_t payload[2 * SECOND / 2];
};

static struct line line; /* large */

static void setup(void) {
    struct cf_audio_params params = {.ptime_msec = 20, .dtx = true};
    memset(&line, 0, sizeof line);
    test_mem_init(&line.mem);
    CODEC->normalise(&params);
    assert_false(params.dtx);
    line.encoder = CODEC->encoder_create(&line.mem.mem, &params);
    line.decoder = CODEC->decoder_create(&line.mem.mem);
    for (size_t i = 0; i < 2 * SECOND; i++) {
        line.in[i] = test_tone(i, 1000, 8000, RATE);
    }
}

static void teardown(void) {
    CODEC->encoder_destroy(&line.mem.mem, line.encoder);
    CODEC->decoder_destroy(&line.mem.mem, line.decoder);
    test_mem_fini(&line.mem);
}

static void encode(void *encoder, size_t at, size_t samples, uint8_t *payload) {
    size_t len = 0;
    assert_ok(CODEC->encode(encoder, line.in + at, samples, false, payload, samples / 2, &len));
    assert_int_equal(len, samples / 2);
}

/* In packets of 10 ms. */
static void decode(size_t at, size_t samples, const uint8_t *payload) {
    for (size_t done = 0; done < samples; done += 160) {
        size_t made = 0;
        assert_ok(CODEC->decode(line.decoder, (struct cf_span){payload + done / 2, 80}, line.out + at + done, 160, &made));
        assert_int_equal(made, 160);
    }
}

static void a_tone_comes_through_in_frames_of_any_length(void **state) {
    (void)state;
    static const size_t msecs[] = {10, 20, 40, 60};
    for (size_t m = 0; m < 4; m++) {
        size_t frame = RATE / 1000 * msecs[m];
        setup();
        for (size_t at = 0; at + frame <= 2 * SECOND; at += frame) {
            encode(line.encoder, at, frame, line.payload);
            decode(at, frame, line.payload);
        }
        assert_true(test_tone_snr(line.out + SECOND / 2, SECOND, 1000, RATE) > 30);
        teardown();
    }
}

static void its_rtp_clock_is_half_its_rate(void **state) {
    (void)state;
    assert_int_equal(CODEC->clock_hz, 8000);
    assert_int_equal(CODEC->rate_hz, 16000);
    assert_int_equal(CODEC->payload_ticks((struct cf_span){line.payload, 160}), 160);
    assert_int_equal(CODEC->payload_ticks((struct cf_span){line.payload, 960}), 960);
    assert_int_equal(CODEC->payload_ticks((struct cf_span){line.payload, 961}), 0);
}

static void a_copied_encoder_goes_on_bit_by_bit(void **state) {
    (void)state;
    setup();
    struct cf_audio_params params = {.ptime_msec = 20};
    void *copy = CODEC->encoder_create(&line.mem.mem, &params);
    uint8_t other[SECOND / 2];
    encode(line.encoder, 0, SECOND, line.payload);
    CODEC->encoder_copy(copy, line.encoder);
    encode(line.encoder, SECOND, SECOND, line.payload);
    encode(copy, SECOND, SECOND, other);
    assert_memory_equal(other, line.payload, SECOND / 2);
    CODEC->encoder_destroy(&line.mem.mem, copy);
    teardown();
}

static void a_listener_comes_round_after_a_change_of_encoders(void **state) {
    (void)state;
    setup();
    struct cf_audio_params params = {.ptime_msec = 20};
    void *other = CODEC->encoder_create(&line.mem.mem, &params);
    /* Both have heard the same tone, but the other one only for 400 ms: as after somebody has ceased to be heard. */
    encode(line.encoder, 0, SECOND, line.payload);
    decode(0, SECOND, line.payload);
    encode(other, SECOND - 6400, 6400, line.payload);
    encode(other, SECOND, SECOND, line.payload);
    decode(SECOND, SECOND, line.payload);
    /* Within 5 ms of it at the most something is off, and not by much. */
    assert_true(test_tone_snr(line.out + SECOND + 80, SECOND - 80, 1000, RATE) > 28);
    assert_true(test_tone_snr(line.out + SECOND - 160, 480, 1000, RATE) > 20);
    CODEC->encoder_destroy(&line.mem.mem, other);
    teardown();
}

static void concealment_goes_on_with_the_tone_and_fades(void **state) {
    (void)state;
    setup();
    for (size_t at = 0; at < SECOND; at += 320) {
        encode(line.encoder, at, 320, line.payload);
        if (at == SECOND / 2) {
            CODEC->conceal(line.decoder, line.out + at, 320);
        } else {
            decode(at, 320, line.payload);
        }
    }
    assert_true(test_tone_snr(line.out + SECOND / 2 - 320, 640, 1000, RATE) > 8);
    CODEC->conceal(line.decoder, line.out + SECOND, SECOND / 5);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(line.out[SECOND + 2000 + i], 0);
    }
    teardown();
}

static void any_octets_are_sound(void **state) {
    (void)state;
    setup();
    for (unsigned octet = 0; octet < 256; octet++) {
        memset(line.payload, (int)octet, 480);
        for (size_t len = 0; len <= 480; len += 37) {
            size_t made = 0;
            assert_ok(CODEC->decode(line.decoder, (struct cf_span){line.payload, len}, line.out, 2 * len, &made));
            assert_int_equal(made, 2 * len);
        }
    }
    size_t made = 0;
    assert_int_equal(CODEC->decode(line.decoder, (struct cf_span){line.payload, 10}, line.out, 19, &made), CF_ERR_NO_ROOM);
    assert_int_equal(CODEC->encode(line.encoder, line.in, 320, false, line.payload, 159, &made), CF_ERR_NO_ROOM);
    teardown();
}

static void survives_want_of_memory(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_audio_params params = {.ptime_msec = 20};
    test_mem_init(&mem);
    mem.fail_at = 0;
    assert_null(CODEC->decoder_create(&mem.mem));
    mem.fail_at = mem.count;
    assert_null(CODEC->encoder_create(&mem.mem, &params));
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(a_tone_comes_through_in_frames_of_any_length), cmocka_unit_test(its_rtp_clock_is_half_its_rate),
             cmocka_unit_test(a_copied_encoder_goes_on_bit_by_bit),
             cmocka_unit_test(a_listener_comes_round_after_a_change_of_encoders),
             cmocka_unit_test(concealment_goes_on_with_the_tone_and_fades), cmocka_unit_test(any_octets_are_sound),
             cmocka_unit_test(survives_want_of_memory))
