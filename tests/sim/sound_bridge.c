/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound through the whole bridge with real codecs, in virtual time: phones encode, a network delays, loses and reorders, the
 * mixer does its work, phones decode what they get and it is compared with what was said.
 */
#include "adapt/g711/g711.h"
#include "adapt/opus/opus_codec.h"
#include "adapt/resample/resample.h"
#include "adapt/spandsp/g722.h"
#include "core/mix/mixer.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_sound.h"
#include <math.h>
#include <stdlib.h>

#define PHONES_MAX 210
#define PENDING_MAX 16
#define WARM_UP_SEC 3
#define TONE_HZ 1003.0 /* not 1000: a frame of 20 ms more or less would be whole periods of that, and not show */
#define PI 3.14159265358979323846

/* A packet on its way to the mixer. */
struct pending {
    cf_usec arrival;
    uint16_t seq;
    uint32_t timestamp;
    uint8_t level;
    size_t len;
    uint8_t payload[CF_AUDIO_PAYLOAD_MAX];
};

/* What a phone says: sample @p at of its stream. */
typedef int16_t (*voice)(uint64_t at, uint32_t rate_hz);

struct phone {
    struct cf_handle leg;
    struct cf_mix_leg_config config;
    voice says;    /* NULL: nothing */
    bool is_quiet; /* says nothing just now */
    bool sends_level;
    uint32_t jitter_usec;
    uint32_t loss_ppm;
    int32_t clock_ppm; /* its clock runs fast by that */
    void *encoder;
    void *decoder;
    uint64_t sent; /* packets */
    cf_usec started;
    struct pending pending[PENDING_MAX];
    size_t pending_count;
    uint64_t frames; /* received */
    uint64_t own_frames;
    uint64_t octets_hash; /* of all payloads received */
    int16_t *heard;       /* decoded, at the codec's rate; NULL: not wanted */
    size_t heard_max;
    size_t heard_count;
};

struct bridge {
    struct test_mem mem;
    struct cf_mixer mixer;
    struct phone *phones;
    size_t count;
    struct cf_rng rng;
    cf_usec now;
};

static void setup(struct bridge *b) {
    *b = (struct bridge){.now = CF_SEC(50)};
    test_mem_init(&b->mem);
    cf_rng_init(&b->rng, 21);
    b->phones = calloc(PHONES_MAX, sizeof *b->phones);
    assert_non_null(b->phones);
    struct cf_mixer_config config = {.resampler = &cf_resampler_speex};
    cf_mixer_init(&b->mixer, &b->mem.mem, &config, b->now);
}

static void teardown(struct bridge *b) {
    cf_mixer_fini(&b->mixer);
    for (size_t i = 0; i < b->count; i++) {
        struct phone *phone = &b->phones[i];
        const struct cf_audio_codec *codec = phone->config.codec_in;
        if (phone->encoder != NULL) {
            codec->encoder_destroy(&b->mem.mem, phone->encoder);
        }
        codec->decoder_destroy(&b->mem.mem, phone->decoder);
        free(phone->heard);
    }
    free(b->phones);
    test_mem_fini(&b->mem);
}

static struct phone *dial_in(struct bridge *b, const struct cf_audio_codec *codec, uint16_t ptime_msec, voice says) {
    struct phone *phone = &b->phones[b->count];
    struct cf_audio_params params = {.ptime_msec = ptime_msec, .complexity_plus_1 = 1, .fec = true};
    *phone = (struct phone){.says = says, .started = b->now + (cf_usec)cf_rng_below(&b->rng, 20000), .octets_hash = 7};
    phone->config = (struct cf_mix_leg_config){
        .user = (uint32_t)b->count, .codec_in = codec, .codec_out = codec, .params_out = params, .sends = true, .receives = true};
    codec->normalise(&params);
    phone->encoder = says != NULL ? codec->encoder_create(&b->mem.mem, &params) : NULL;
    phone->decoder = codec->decoder_create(&b->mem.mem);
    assert_ok(cf_mixer_add_leg(&b->mixer, &phone->config, &phone->leg));
    b->count++;
    return phone;
}

static void record(struct phone *phone, cf_usec duration) {
    phone->heard_max = (size_t)cf_usec_to_ticks(duration, phone->config.codec_in->rate_hz);
    phone->heard = calloc(phone->heard_max + CF_AUDIO_SAMPLES_MAX, sizeof *phone->heard);
    assert_non_null(phone->heard);
}

static void push_pending(struct phone *phone, const struct pending *packet) {
    assert_true(phone->pending_count < PENDING_MAX);
    size_t at = phone->pending_count++;
    for (; at > 0 && phone->pending[at - 1].arrival > packet->arrival; at--) {
        phone->pending[at] = phone->pending[at - 1];
    }
    phone->pending[at] = *packet;
}

static void send_one(struct bridge *b, struct phone *phone, cf_usec sent_at) {
    const struct cf_audio_codec *codec = phone->config.codec_in;
    uint16_t ptime = phone->config.params_out.ptime_msec;
    size_t samples = codec->rate_hz / 1000 * ptime;
    int16_t pcm[CF_AUDIO_SAMPLES_MAX];
    struct pending packet = {.arrival = sent_at + cf_rng_below(&b->rng, phone->jitter_usec + 1),
                             .seq = (uint16_t)(65000 + phone->sent),
                             .timestamp = (uint32_t)(phone->sent * (codec->clock_hz / 1000 * ptime))};
    for (size_t i = 0; i < samples; i++) {
        pcm[i] = phone->is_quiet ? 0 : phone->says(phone->sent * samples + i, codec->rate_hz);
    }
    packet.level = phone->sends_level ? cf_level_of_pcm(pcm, samples) : CF_LEVEL_UNKNOWN;
    assert_ok(codec->encode(phone->encoder, pcm, samples, false, packet.payload, sizeof packet.payload, &packet.len));
    if (!cf_rng_chance(&b->rng, phone->loss_ppm)) {
        push_pending(phone, &packet);
    }
    phone->sent++;
}

static void speak(struct bridge *b, struct phone *phone) {
    cf_usec ptime = CF_MSEC(phone->config.params_out.ptime_msec);
    for (;;) {
        cf_usec elapsed = (cf_usec)phone->sent * ptime;
        cf_usec sent_at = phone->started + elapsed - elapsed * phone->clock_ppm / 1000000;
        if (sent_at > b->now) {
            break;
        }
        send_one(b, phone, sent_at);
    }
    size_t due = 0;
    for (; due < phone->pending_count && phone->pending[due].arrival <= b->now; due++) {
        struct pending *p = &phone->pending[due];
        struct cf_mix_packet packet = {.ssrc = phone->config.user,
                                       .seq = p->seq,
                                       .timestamp = p->timestamp,
                                       .level = p->level,
                                       .payload = {p->payload, p->len}};
        cf_mixer_on_packet(&b->mixer, phone->leg, &packet, p->arrival);
    }
    phone->pending_count -= due;
    memmove(phone->pending, phone->pending + due, phone->pending_count * sizeof phone->pending[0]);
}

static void hear(struct phone *phone, const struct cf_mix_frame *frame) {
    size_t made = 0;
    phone->frames++;
    phone->own_frames += frame->own;
    for (size_t i = 0; i < frame->payload.len; i++) {
        phone->octets_hash = phone->octets_hash * 1099511628211U + frame->payload.at[i];
    }
    if (phone->heard != NULL && phone->heard_count < phone->heard_max) {
        assert_ok(
            frame->codec->decode(phone->decoder, frame->payload, phone->heard + phone->heard_count, CF_AUDIO_SAMPLES_MAX, &made));
        phone->heard_count += made;
    }
}

static void tick(struct bridge *b) {
    struct cf_mix_output output;
    for (size_t i = 0; i < b->count; i++) {
        if (b->phones[i].says != NULL) {
            speak(b, &b->phones[i]);
        }
    }
    cf_mixer_on_deadline(&b->mixer, b->now);
    while (cf_mixer_poll(&b->mixer, &output)) {
        for (size_t i = 0; output.kind == CF_MIX_FRAME && i < output.frame.user_count; i++) {
            hear(&b->phones[output.frame.users[i]], &output.frame);
        }
    }
    b->now += CF_MIX_TICK_USEC;
}

static void run(struct bridge *b, cf_usec duration) {
    for (cf_usec end = b->now + duration; b->now < end;) {
        tick(b);
    }
}

static struct cf_jitter_stats jitter_of(struct bridge *b, const struct phone *phone) {
    struct cf_mix_leg_stats stats;
    assert_true(cf_mixer_leg_stats(&b->mixer, phone->leg, &stats));
    return stats.jitter;
}

/* --------------------------------------------------------- voices --------------------------------------------------------- */

/* A whole number of periods a second: a table of a second will do. */
static int16_t tone(uint64_t at, uint32_t rate_hz) {
    static int16_t second[48000];
    static uint32_t rate_of_table;
    for (uint32_t i = 0; rate_of_table != rate_hz && i < rate_hz; i++) {
        second[i] = test_tone(i, TONE_HZ, 8000, rate_hz);
    }
    rate_of_table = rate_hz;
    return second[at % rate_hz];
}

/* Three voices that are unlike each other: syllables of harmonics of a gliding pitch. */
static int16_t voiced(uint64_t at, uint32_t rate_hz, double pitch, double syllable_hz) {
    double t = (double)at / rate_hz;
    double glide = 2 * PI * (pitch * t + pitch * 0.2 / (2 * PI * 0.7) * sin(2 * PI * 0.7 * t + pitch));
    double loud = 0.6 + 0.4 * sin(2 * PI * syllable_hz * t);
    return (int16_t)(2500 * loud * (sin(glide) + 0.8 * sin(2 * glide) + 0.6 * sin(4 * glide + 1) + 0.3 * sin(7 * glide + 2)));
}

static int16_t anna(uint64_t at, uint32_t rate_hz) {
    return voiced(at, rate_hz, 211, 3.1);
}

static int16_t bert(uint64_t at, uint32_t rate_hz) {
    return voiced(at, rate_hz, 117, 4.3);
}

static int16_t carl(uint64_t at, uint32_t rate_hz) {
    return voiced(at, rate_hz, 163, 3.7);
}

/* ---------------------------------------------------------- tests --------------------------------------------------------- */

/* The phase of every 20 ms of the tone is what the first ones let expect: nothing is missing, nothing is there twice. */
static void assert_steady_tone(const struct phone *phone, double tolerance) {
    uint32_t rate = phone->config.codec_in->rate_hz;
    size_t window = rate / 50;
    size_t skip = rate * WARM_UP_SEC;
    double first = test_phase(phone->heard + skip, window, TONE_HZ, rate, skip);
    for (size_t at = skip; at + window <= phone->heard_count; at += window) {
        double off = remainder(test_phase(phone->heard + at, window, TONE_HZ, rate, at) - first, 2 * PI);
        if (fabs(off) > tolerance) {
            fail_msg("phase is off by %.3f at sample %zu of %zu", off, at, phone->heard_count);
        }
    }
}

static void ten_minutes_of_tone(const struct cf_audio_codec *codec, uint16_t ptime_msec, bool sends_level, double tolerance) {
    struct bridge b;
    setup(&b);
    struct phone *a = dial_in(&b, codec, ptime_msec, tone);
    a->jitter_usec = 30000;
    a->sends_level = sends_level;
    a->config.receives = false;
    assert_ok(cf_mixer_set_leg(&b.mixer, a->leg, &a->config));
    struct phone *listener = dial_in(&b, codec, 20, NULL);
    record(listener, CF_SEC(610));
    /* At first the delay is found: a few milliseconds may be cut while the first late packet is what is known of the network. */
    run(&b, CF_SEC(WARM_UP_SEC));
    struct cf_jitter_stats before = jitter_of(&b, a);
    run(&b, CF_SEC(600));
    struct cf_jitter_stats stats = jitter_of(&b, a);
    assert_int_equal(stats.ticks_concealed, 0);
    assert_int_equal(stats.ticks_inserted - before.ticks_inserted, 0);
    assert_int_equal(stats.ticks_removed - before.ticks_removed, 0);
    for (size_t i = 0; i < CF_JITTER_DISCARDS_; i++) {
        assert_int_equal(stats.packets_discarded[i], 0);
    }
    assert_in_range(a->sent - stats.packets_played, 0, 100 / ptime_msec + 2);
    assert_int_equal(listener->frames, (WARM_UP_SEC + 600) * 50);
    assert_int_equal(listener->heard_count, (WARM_UP_SEC + 600) * codec->rate_hz);
    assert_steady_tone(listener, tolerance);
    teardown(&b);
}

static void a_tone_runs_for_ten_minutes_without_a_gap_in_g711(void **state) {
    (void)state;
    ten_minutes_of_tone(&cf_codec_pcmu, 20, true, 0.02);
    ten_minutes_of_tone(&cf_codec_pcma, 60, false, 0.02);
}

static void a_tone_runs_for_ten_minutes_without_a_gap_in_g722(void **state) {
    (void)state;
    ten_minutes_of_tone(&cf_codec_g722, 20, true, 0.02);
}

static void a_tone_runs_for_ten_minutes_without_a_gap_in_opus(void **state) {
    (void)state;
    ten_minutes_of_tone(&cf_codec_opus, 20, false, 0.1);
}

/* How much of @p says is in what @p phone has heard in its second second. */
static double share_of(const struct phone *phone, voice says, uint64_t offset_sec) {
    enum { COUNT = 8000, LAGS = 2400 };
    static int16_t said[COUNT + LAGS];
    static int16_t heard[COUNT];
    size_t step = phone->config.codec_in->rate_hz / 8000;
    size_t lag = 0;
    for (size_t i = 0; i < COUNT; i++) {
        int32_t sum = 0;
        for (size_t j = 0; j < step; j++) {
            sum += phone->heard[(offset_sec * 8000 + i) * step + j];
        }
        heard[i] = (int16_t)(sum / (int32_t)step);
    }
    for (size_t i = 0; i < COUNT + LAGS; i++) {
        said[i] = says(offset_sec * 8000 + i - LAGS, 8000);
    }
    return test_correlation(heard, said, COUNT, LAGS, &lag);
}

static void three_talk_and_two_hundred_listen(void **state) {
    (void)state;
    static const voice voices[] = {anna, bert, carl};
    static const struct cf_audio_codec *const codecs[] = {&cf_codec_opus, &cf_codec_pcmu, &cf_codec_pcma, &cf_codec_g722};
    static const uint16_t ptimes[] = {20, 40};
    struct bridge b;
    setup(&b);
    for (size_t i = 0; i < 3; i++) {
        struct phone *talker = dial_in(&b, codecs[i], 20, voices[i]);
        talker->sends_level = i != 1;
        talker->jitter_usec = 15000;
        record(talker, CF_SEC(4));
    }
    for (size_t i = 0; i < 200; i++) {
        struct phone *listener = dial_in(&b, codecs[i % 4], ptimes[i / 4 % 2], NULL);
        if (i < 8) {
            record(listener, CF_SEC(4));
        }
    }
    run(&b, CF_SEC(4));
    for (size_t p = 0; p < 11; p++) {
        for (size_t v = 0; v < 3; v++) {
            double share = share_of(&b.phones[p], voices[v], 2);
            bool himself = p == v;
            if (himself ? share > 0.2 : share < 0.4) {
                fail_msg("phone %zu hears %.2f of voice %zu", p, share, v);
            }
        }
    }
    /* All listeners of a kind got the same octets. */
    for (size_t i = 11; i < 203; i++) {
        assert_int_equal(b.phones[i].octets_hash, b.phones[3 + (i - 3) % 8].octets_hash);
        assert_int_equal(b.phones[i].own_frames, 0);
    }
    /* Encodes: 8 kinds of listeners, and three speakers. */
    assert_int_equal(cf_mixer_stats(&b.mixer)->encodes_common, 4 * 200 + 4 * 100);
    assert_true(cf_mixer_stats(&b.mixer)->encodes_own <= 3 * 200);
    teardown(&b);
}

static void losses_are_concealed(void **state) {
    (void)state;
    static const struct cf_audio_codec *const codecs[] = {&cf_codec_opus, &cf_codec_pcmu, &cf_codec_g722};
    for (size_t c = 0; c < 3; c++) {
        struct bridge b;
        setup(&b);
        struct phone *talker = dial_in(&b, codecs[c], 20, anna);
        talker->loss_ppm = 50000;
        talker->jitter_usec = 10000;
        struct phone *listener = dial_in(&b, codecs[c], 20, NULL);
        record(listener, CF_SEC(20));
        run(&b, CF_SEC(20));
        struct cf_jitter_stats stats = jitter_of(&b, talker);
        /* All that is lost is made up for, no more and no less. */
        uint64_t lost = talker->sent - stats.packets_in - talker->pending_count;
        assert_in_range(lost, 20, 90);
        assert_in_range(stats.ticks_concealed / (codecs[c]->clock_hz / 50) + 2 - lost, 0, 4);
        double mean = 0;
        for (uint64_t s = 2; s < 19; s++) {
            mean += share_of(listener, anna, s) / 17;
        }
        if (mean < 0.85) {
            fail_msg("%s: %.3f of the voice is left", codecs[c]->name, mean);
        }
        teardown(&b);
    }
}

/* Worst signal to noise of the tone over all windows of 20 ms. */
static double worst_snr(const struct phone *phone) {
    uint32_t rate = phone->config.codec_in->rate_hz;
    double worst = 200;
    for (size_t at = rate; at + rate / 50 <= phone->heard_count; at += rate / 50) {
        double snr = test_tone_snr(phone->heard + at, rate / 50, TONE_HZ, rate);
        worst = snr < worst ? snr : worst;
    }
    return worst;
}

static void clocks_that_differ_are_made_up_for_unheard(void **state) {
    (void)state;
    static const int32_t ppms[] = {400, -400, 1000, -1000};
    for (size_t i = 0; i < 4; i++) {
        struct bridge b;
        setup(&b);
        struct phone *talker = dial_in(&b, &cf_codec_pcmu, 20, tone);
        talker->clock_ppm = ppms[i];
        talker->jitter_usec = 8000;
        struct phone *listener = dial_in(&b, &cf_codec_pcmu, 20, NULL);
        record(listener, CF_SEC(150));
        run(&b, CF_SEC(150));
        struct cf_jitter_stats stats = jitter_of(&b, talker);
        assert_int_equal(stats.ticks_concealed, 0);
        assert_true(stats.delay_usec <= CF_MSEC(70));
        double drifted = 150.0 * 8000 * ppms[i] / 1e6;
        double corrected = (double)stats.ticks_removed - (double)stats.ticks_inserted;
        assert_true(fabs(drifted - corrected) < 8000 * 0.05);
        assert_true(stats.ticks_removed + stats.ticks_inserted > 0);
        double worst = worst_snr(listener);
        if (worst < 15) {
            fail_msg("%d ppm: tone falls to %.1f dB", ppms[i], worst);
        }
        teardown(&b);
    }
}

/* B listens to a tone, and now and then says a word: he changes between the common stream and his own. */
static double worst_snr_while_changing(const struct cf_audio_codec *codec, uint16_t ptime_msec) {
    struct bridge b;
    setup(&b);
    struct phone *a = dial_in(&b, codec, 20, tone);
    struct phone *listener = dial_in(&b, codec, ptime_msec, bert);
    struct phone *third = dial_in(&b, codec, ptime_msec, NULL);
    a->sends_level = true;
    listener->sends_level = true;
    record(listener, CF_SEC(40));
    for (int i = 0; i < 10; i++) {
        listener->is_quiet = true;
        run(&b, CF_MSEC(3130));
        listener->is_quiet = false;
        run(&b, CF_MSEC(870));
    }
    assert_in_range(listener->own_frames, listener->frames / 10, listener->frames * 9 / 10);
    assert_true(third->own_frames == 0);
    double worst = worst_snr(listener);
    teardown(&b);
    return worst;
}

static void a_change_between_common_and_own_stream_is_not_heard(void **state) {
    (void)state;
    static const struct cf_audio_codec *const codecs[] = {&cf_codec_pcmu, &cf_codec_pcma, &cf_codec_g722, &cf_codec_opus};
    static const uint16_t ptimes[] = {20, 60, 20, 20};
    static const double enough[] = {25, 25, 18, 12};
    for (size_t i = 0; i < 4; i++) {
        double worst = worst_snr_while_changing(codecs[i], ptimes[i]);
        print_message("# %s: %.1f dB at worst\n", codecs[i]->name, worst);
        assert_true(worst > enough[i]);
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_tone_runs_for_ten_minutes_without_a_gap_in_g711),
             cmocka_unit_test(a_tone_runs_for_ten_minutes_without_a_gap_in_g722),
             cmocka_unit_test(a_tone_runs_for_ten_minutes_without_a_gap_in_opus),
             cmocka_unit_test(three_talk_and_two_hundred_listen), cmocka_unit_test(losses_are_concealed),
             cmocka_unit_test(clocks_that_differ_are_made_up_for_unheard),
             cmocka_unit_test(a_change_between_common_and_own_stream_is_not_heard))
