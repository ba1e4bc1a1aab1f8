/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus through the mixer's table. */
#include "adapt/opus/opus_codec.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_sound.h"
#include <math.h>

#define CODEC (&cf_codec_opus)
#define RATE 48000
#define SECOND 48000

/* An encoder, a decoder and what went through. */
struct line {
    struct test_mem mem;
    struct cf_audio_params params;
    void *encoder;
    void *decoder;
    uint64_t at;
    int16_t in[2 * SECOND];
    int16_t out[2 * SECOND];
    uint8_t payload[CF_AUDIO_PAYLOAD_MAX];
    size_t len;
};

static struct line line; /* large */

static void setup(const struct cf_audio_params *params) {
    memset(&line, 0, sizeof line);
    test_mem_init(&line.mem);
    line.params = *params;
    line.params.ptime_msec = params->ptime_msec == 0 ? 20 : params->ptime_msec;
    CODEC->normalise(&line.params);
    line.encoder = CODEC->encoder_create(&line.mem.mem, &line.params);
    line.decoder = CODEC->decoder_create(&line.mem.mem);
    assert_non_null(line.encoder);
    assert_non_null(line.decoder);
}

static void teardown(void) {
    CODEC->encoder_destroy(&line.mem.mem, line.encoder);
    CODEC->decoder_destroy(&line.mem.mem, line.decoder);
    test_mem_fini(&line.mem);
}

/* Something with a pitch that moves and syllables, in the place of speech. */
static void speak(int16_t *pcm, size_t count) {
    double phase = 0;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / RATE;
        double pitch = 120 + 30 * sin(2 * 3.14159265 * 1.7 * t);
        double loud = 0.55 + 0.45 * sin(2 * 3.14159265 * 4 * t);
        phase += pitch / RATE;
        double sample = 0;
        for (int h = 1; h < 25; h++) {
            double formant = 1 / (1 + pow((h * pitch - 600) / 300, 2)) + 0.5 / (1 + pow((h * pitch - 1800) / 400, 2));
            sample += formant * sin(2 * 3.14159265 * h * phase);
        }
        pcm[i] = (int16_t)(4000 * loud * sample);
    }
}

static void encode_at(size_t at, bool independent) {
    size_t samples = RATE / 1000 * line.params.ptime_msec;
    assert_ok(CODEC->encode(line.encoder, line.in + at, samples, independent, line.payload, sizeof line.payload, &line.len));
}

static struct cf_span payload(void) {
    return (struct cf_span){line.payload, line.len};
}

static void decode_to(size_t at) {
    size_t samples = 0;
    assert_ok(CODEC->decode(line.decoder, payload(), line.out + at, 2 * SECOND - at, &samples));
    assert_int_equal(samples, RATE / 1000 * line.params.ptime_msec);
}

static void a_tone_comes_through_at_every_packet_time(void **state) {
    (void)state;
    static const uint16_t ptimes[] = {10, 20, 40, 60};
    for (size_t p = 0; p < 4; p++) {
        setup(&(struct cf_audio_params){.ptime_msec = ptimes[p]});
        size_t frame = RATE / 1000 * ptimes[p];
        for (size_t i = 0; i < 2 * SECOND; i++) {
            line.in[i] = test_tone(i, 1000, 8000, RATE);
        }
        for (size_t at = 0; at + frame <= 2 * SECOND; at += frame) {
            encode_at(at, false);
            assert_int_equal(CODEC->payload_ticks(payload()), frame);
            assert_false(CODEC->is_dtx(payload()));
            decode_to(at);
        }
        assert_true(test_tone_snr(line.out + SECOND / 2, SECOND, 1000, RATE) > 20);
        double amplitude = test_amplitude(line.out + SECOND / 2, SECOND, 1000, RATE);
        assert_true(amplitude > 7000 && amplitude < 9000);
        teardown();
    }
}

static void wishes_are_rounded_down_to_few_kinds(void **state) {
    (void)state;
    uint32_t kinds = 0;
    uint32_t last_bitrate = 0;
    for (uint32_t bitrate = 6000; bitrate < 520000; bitrate += 500) {
        struct cf_audio_params params = {.bitrate_bps = bitrate, .playback_rate_hz = 8000 + bitrate % 40000};
        uint32_t rate = params.playback_rate_hz;
        CODEC->normalise(&params);
        assert_true(params.bitrate_bps <= bitrate);
        assert_true(params.playback_rate_hz <= rate);
        kinds += params.bitrate_bps != last_bitrate;
        last_bitrate = params.bitrate_bps;
    }
    assert_int_equal(kinds, 4);
    struct cf_audio_params none = {0};
    CODEC->normalise(&none);
    assert_int_equal(none.bitrate_bps, CF_OPUS_BITRATE_BPS);
    assert_int_equal(none.playback_rate_hz, 48000);
    assert_int_equal(none.complexity_plus_1, CF_OPUS_COMPLEXITY + 1);
    struct cf_audio_params again = none;
    CODEC->normalise(&again);
    assert_memory_equal(&none, &again, sizeof none);
}

static double octets_a_second(const struct cf_audio_params *params) {
    size_t octets = 0;
    setup(params);
    speak(line.in, 2 * SECOND);
    for (size_t at = 0; at < 2 * SECOND; at += 960) {
        encode_at(at, false);
        octets += line.len;
        decode_to(at);
    }
    teardown();
    return (double)octets / 2;
}

static void bit_rate_and_bandwidth_stay_within_what_was_asked_for(void **state) {
    (void)state;
    assert_true(octets_a_second(&(struct cf_audio_params){.bitrate_bps = 13000}) * 8 < 13000 * 1.15);
    assert_true(octets_a_second(&(struct cf_audio_params){.bitrate_bps = 64000}) * 8 < 64000);
    double cbr = octets_a_second(&(struct cf_audio_params){.bitrate_bps = 20000, .cbr = true}) * 8;
    assert_true(cbr > 19500 && cbr < 20500);
    setup(&(struct cf_audio_params){.playback_rate_hz = 8000});
    for (size_t i = 0; i < 2 * SECOND; i++) {
        line.in[i] = (int16_t)(test_tone(i, 500, 4000, RATE) + test_tone(i, 6000, 4000, RATE));
    }
    for (size_t at = 0; at < 2 * SECOND; at += 960) {
        encode_at(at, false);
        decode_to(at);
    }
    assert_true(test_amplitude(line.out + SECOND, SECOND / 2, 500, RATE) > 3000);
    assert_true(test_amplitude(line.out + SECOND, SECOND / 2, 6000, RATE) < 100);
    teardown();
}

/* Likeness of the lost frame to what it was, recovered from the next packet or made up. */
static double loss(bool use_fec) {
    double sum = 0;
    size_t losses = 0;
    setup(&(struct cf_audio_params){.bitrate_bps = 20000, .playback_rate_hz = 16000, .fec = true, .loss_percent = 20});
    speak(line.in, 2 * SECOND);
    for (size_t at = 0; at < 2 * SECOND; at += 960) {
        bool lost = at / 960 % 10 == 8;
        bool after = at / 960 % 10 == 9;
        encode_at(at, false);
        if (after && use_fec) {
            CODEC->decode_fec(line.decoder, payload(), line.out + at - 960, 960);
        } else if (after) {
            CODEC->conceal(line.decoder, line.out + at - 960, 960);
        }
        if (!lost) {
            decode_to(at);
        }
    }
    for (size_t at = 28 * 960; at + 2400 < 2 * SECOND; at += 9600) {
        size_t lag = 0;
        sum += test_correlation(line.in + at, line.out + at, 960, 480, &lag);
        losses++;
    }
    teardown();
    return sum / (double)losses;
}

static void forward_error_correction_beats_concealment(void **state) {
    (void)state;
    double made_up = loss(false);
    double recovered = loss(true);
    assert_true(recovered > 0.8);
    assert_true(recovered > made_up + 0.05);
}

static void concealment_is_of_any_length_and_fades(void **state) {
    (void)state;
    setup(&(struct cf_audio_params){0});
    speak(line.in, SECOND);
    for (size_t at = 0; at < SECOND / 2; at += 960) {
        encode_at(at, false);
        decode_to(at);
    }
    static const size_t counts[] = {1, 119, 120, 121, 333, 960, 1000, 2880, 5760};
    size_t at = SECOND / 2;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        line.out[at + counts[i]] = 12345;
        CODEC->conceal(line.decoder, line.out + at, counts[i]);
        assert_int_equal(line.out[at + counts[i]], 12345);
        at += counts[i];
    }
    CODEC->conceal(line.decoder, line.out + at, 5760);
    assert_true(test_amplitude(line.out + at + 2880, 2880, 120, RATE) < 200);
    teardown();
}

static void silence_is_not_sent_with_dtx_and_sent_without(void **state) {
    (void)state;
    for (int dtx = 0; dtx < 2; dtx++) {
        size_t sent = 0;
        setup(&(struct cf_audio_params){.dtx = dtx == 1, .bitrate_bps = 20000, .playback_rate_hz = 16000});
        speak(line.in, SECOND / 2);
        for (int i = 0; i < 200; i++) {
            encode_at(i < 25 ? (size_t)i * 960 : SECOND, false);
            sent += i >= 100 && line.len > 0;
            assert_true(line.len > 0 || dtx == 1);
        }
        assert_true(dtx == 1 ? sent <= 10 : sent == 100);
        teardown();
    }
    assert_true(CODEC->is_dtx((struct cf_span){(const uint8_t *)"\x08", 1}));
}

static void a_copied_encoder_goes_on_bit_by_bit(void **state) {
    (void)state;
    setup(&(struct cf_audio_params){.fec = true});
    speak(line.in, 2 * SECOND);
    void *copy = CODEC->encoder_create(&line.mem.mem, &line.params);
    for (size_t at = 0; at < SECOND; at += 960) {
        encode_at(at, false);
    }
    CODEC->encoder_copy(copy, line.encoder);
    for (size_t at = SECOND; at < 2 * SECOND; at += 960) {
        uint8_t other[CF_AUDIO_PAYLOAD_MAX];
        size_t len = 0;
        encode_at(at, false);
        assert_ok(CODEC->encode(copy, line.in + at, 960, false, other, sizeof other, &len));
        assert_int_equal(len, line.len);
        assert_memory_equal(other, line.payload, len);
    }
    CODEC->encoder_destroy(&line.mem.mem, copy);
    teardown();
}

/* Two encoders of nearly the same sound; the listener changes from one to the other. Loudest difference to not changing. */
static int jump_at_change(bool independent) {
    static int16_t unchanged[2 * SECOND];
    setup(&(struct cf_audio_params){.bitrate_bps = 20000, .playback_rate_hz = 16000});
    void *other = CODEC->encoder_create(&line.mem.mem, &line.params);
    void *reference = CODEC->decoder_create(&line.mem.mem);
    int jump = 0;
    speak(line.in, 2 * SECOND);
    for (size_t at = 0; at < 2 * SECOND; at += 960) {
        uint8_t octets[CF_AUDIO_PAYLOAD_MAX];
        size_t len = 0;
        size_t samples = 0;
        int16_t almost[960];
        bool change = at == SECOND;
        for (size_t i = 0; i < 960; i++) {
            /* Until 400 ms before the change somebody else is in this mix too. */
            almost[i] = (int16_t)(line.in[at + i] + (at < SECOND - 20 * 960 ? test_tone(at + i, 333, 3000, RATE) : 0));
        }
        assert_ok(CODEC->encode(other, almost, 960, false, octets, sizeof octets, &len));
        encode_at(at, change && independent);
        assert_ok(CODEC->decode(reference, payload(), unchanged + at, 960, &samples));
        struct cf_span heard = at < SECOND ? (struct cf_span){octets, len} : payload();
        assert_ok(CODEC->decode(line.decoder, heard, line.out + at, 960, &samples));
    }
    for (size_t i = SECOND; i < SECOND + 4800; i++) {
        int difference = line.out[i] - unchanged[i];
        difference = difference < 0 ? -difference : difference;
        jump = difference > jump ? difference : jump;
    }
    CODEC->encoder_destroy(&line.mem.mem, other);
    CODEC->decoder_destroy(&line.mem.mem, reference);
    teardown();
    return jump;
}

static void an_independent_frame_lets_listeners_change_encoders(void **state) {
    (void)state;
    int without = jump_at_change(false);
    int with = jump_at_change(true);
    print_message("# loudest difference after a change of encoder: %d, with an independent frame %d\n", without, with);
    assert_true(with <= without);
    assert_true(with < 1500);
}

static void durations_are_read_from_the_first_octets(void **state) {
    (void)state;
    static const struct {
        const char *octets;
        size_t len;
        uint32_t ticks;
    } cases[] = {
        {"", 0, 0},
        {"\x08", 1, 960},          /* SILK narrow band, 20 ms, one frame */
        {"\x00", 1, 480},          /* 10 ms */
        {"\x18", 1, 2880},         /* 60 ms */
        {"\xE0", 1, 120},          /* CELT 2.5 ms */
        {"\xFC\x01", 2, 960},      /* CELT 20 ms stereo */
        {"\x09\x01\x01", 3, 1920}, /* two frames */
        {"\x0B\x06", 2, 5760},     /* six of 20 ms: 120 */
        {"\x0B\x07", 2, 0},        /* seven: too long */
        {"\x1B\x03", 2, 0},        /* three of 60 ms: too long */
        {"\x0B", 1, 0},            /* no count */
        {"\x0B\x00", 2, 0},        /* none */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_span span = {(const uint8_t *)cases[i].octets, cases[i].len};
        assert_int_equal(CODEC->payload_ticks(span), cases[i].ticks);
    }
    static const uint8_t long_payload[CF_AUDIO_PAYLOAD_MAX + 1] = {0x08};
    assert_int_equal(CODEC->payload_ticks((struct cf_span){long_payload, sizeof long_payload}), 0);
}

static void what_cannot_be_decoded_is_refused_and_leaves_the_decoder_well(void **state) {
    (void)state;
    setup(&(struct cf_audio_params){0});
    size_t samples = 0;
    struct cf_span broken = {(const uint8_t *)"\x0B\x00", 2};
    assert_int_equal(CODEC->decode(line.decoder, broken, line.out, SECOND, &samples), CF_ERR_MALFORMED);
    encode_at(0, false);
    assert_int_equal(CODEC->decode(line.decoder, payload(), line.out, 100, &samples), CF_ERR_NO_ROOM);
    decode_to(0);
    /* Every truncation and every flipped bit is decoded or refused. */
    speak(line.in, SECOND);
    for (size_t at = 0; at < SECOND / 2; at += 960) {
        encode_at(at, false);
        for (size_t len = 0; len <= line.len; len++) {
            struct cf_span cut = {line.payload, len};
            enum cf_err err = CODEC->decode(line.decoder, cut, line.out, 5760, &samples);
            assert_true(err == CF_OK || err == CF_ERR_MALFORMED || err == CF_ERR_NO_ROOM);
            CODEC->decode_fec(line.decoder, cut, line.out, 960);
        }
        for (size_t bit = 0; bit < line.len * 8; bit += 7) {
            line.payload[bit / 8] ^= (uint8_t)(1U << bit % 8);
            (void)CODEC->decode(line.decoder, payload(), line.out, 5760, &samples);
            line.payload[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
    teardown();
}

static void survives_want_of_memory(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_audio_params params = {.ptime_msec = 20};
    CODEC->normalise(&params);
    test_mem_init(&mem);
    mem.fail_at = 0;
    assert_null(CODEC->decoder_create(&mem.mem));
    mem.fail_at = mem.count;
    assert_null(CODEC->encoder_create(&mem.mem, &params));
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(a_tone_comes_through_at_every_packet_time), cmocka_unit_test(wishes_are_rounded_down_to_few_kinds),
             cmocka_unit_test(bit_rate_and_bandwidth_stay_within_what_was_asked_for),
             cmocka_unit_test(forward_error_correction_beats_concealment),
             cmocka_unit_test(concealment_is_of_any_length_and_fades),
             cmocka_unit_test(silence_is_not_sent_with_dtx_and_sent_without),
             cmocka_unit_test(a_copied_encoder_goes_on_bit_by_bit),
             cmocka_unit_test(an_independent_frame_lets_listeners_change_encoders),
             cmocka_unit_test(durations_are_read_from_the_first_octets),
             cmocka_unit_test(what_cannot_be_decoded_is_refused_and_leaves_the_decoder_well),
             cmocka_unit_test(survives_want_of_memory))
