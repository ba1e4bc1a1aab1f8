/* SPDX-License-Identifier: GPL-3.0-or-later */
/* G.711 against the definition and against spandsp's, for every sample and every code. */
#include "adapt/g711/g711.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <spandsp/telephony.h>
/* Telephony types first. */
#include <spandsp/bit_operations.h>
#include <spandsp/g711.h>
#include <stdlib.h>

static void every_code_expands_as_spandsp_has_it(void **state) {
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        assert_int_equal(cf_g711_decode_mu((uint8_t)code), ulaw_to_linear((uint8_t)code));
        assert_int_equal(cf_g711_decode_a((uint8_t)code), alaw_to_linear((uint8_t)code));
    }
}

static void every_code_survives_expansion(void **state) {
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        /* Mu-law has two zeros; the negative one becomes the positive one. */
        unsigned expected = code == 0x7F ? 0xFF : code;
        assert_int_equal(cf_g711_encode_mu(cf_g711_decode_mu((uint8_t)code)), expected);
        assert_int_equal(cf_g711_encode_a(cf_g711_decode_a((uint8_t)code)), code);
    }
}

/* No other code may be nearer than half a step of the neighbours: here simply, none may be nearer by more than rounding. */
static void every_sample_gets_the_nearest_code(void **state) {
    (void)state;
    for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
        int mu = abs(cf_g711_decode_mu(cf_g711_encode_mu((int16_t)sample)) - sample);
        int a = abs(cf_g711_decode_a(cf_g711_encode_a((int16_t)sample)) - sample);
        int size = abs(sample);
        /* Steps: mu-law 8 up to 132 and doubling, A-law 16 up to 512 and doubling; overload above. */
        int mu_step = 8;
        for (int top = 124; top < size + 1 && mu_step < 1024; top = 2 * top + 132) {
            mu_step *= 2;
        }
        int a_step = 16;
        for (int top = 512; top < size + 1 && a_step < 1024; top *= 2) {
            a_step *= 2;
        }
        assert_true(mu <= mu_step / 2 + 4 || size > 32124);
        assert_true(a <= a_step / 2 + 8 || size > 32256);
    }
    assert_int_equal(cf_g711_encode_mu(0), 0xFF);
    assert_int_equal(cf_g711_encode_a(0), 0xD5);
    assert_int_equal(cf_g711_encode_mu(INT16_MAX), 0x80);
    assert_int_equal(cf_g711_encode_mu(INT16_MIN), 0x00);
}

static void expansion_rises_with_the_sample(void **state) {
    (void)state;
    for (int sample = INT16_MIN; sample < INT16_MAX; sample++) {
        assert_true(cf_g711_decode_mu(cf_g711_encode_mu((int16_t)sample)) <=
                    cf_g711_decode_mu(cf_g711_encode_mu((int16_t)(sample + 1))));
        assert_true(cf_g711_decode_a(cf_g711_encode_a((int16_t)sample)) <=
                    cf_g711_decode_a(cf_g711_encode_a((int16_t)(sample + 1))));
    }
}

static void the_tables_run_through_a_packet(void **state) {
    (void)state;
    static const struct cf_audio_codec *const codecs[] = {&cf_codec_pcmu, &cf_codec_pcma};
    for (size_t c = 0; c < 2; c++) {
        const struct cf_audio_codec *codec = codecs[c];
        struct test_mem mem;
        test_mem_init(&mem);
        struct cf_audio_params params = {.ptime_msec = 60, .bitrate_bps = 5, .fec = true};
        codec->normalise(&params);
        assert_int_equal(params.bitrate_bps, 0);
        void *encoder = codec->encoder_create(&mem.mem, &params);
        void *decoder = codec->decoder_create(&mem.mem);
        int16_t pcm[480];
        int16_t back[480];
        uint8_t payload[480];
        size_t len = 0;
        size_t samples = 0;
        for (int i = 0; i < 480; i++) {
            pcm[i] = (int16_t)(i * 60);
        }
        assert_ok(codec->encode(encoder, pcm, 480, false, payload, sizeof payload, &len));
        assert_int_equal(len, 480);
        assert_int_equal(codec->payload_ticks((struct cf_span){payload, len}), 480);
        assert_int_equal(codec->encode(encoder, pcm, 480, false, payload, 479, &len), CF_ERR_NO_ROOM);
        assert_int_equal(codec->decode(decoder, (struct cf_span){payload, 480}, back, 479, &samples), CF_ERR_NO_ROOM);
        assert_ok(codec->decode(decoder, (struct cf_span){payload, 480}, back, 480, &samples));
        assert_int_equal(samples, 480);
        for (int i = 0; i < 480; i++) {
            assert_in_range(back[i] - pcm[i] + 1000, 0, 2000);
        }
        assert_int_equal(codec->payload_ticks((struct cf_span){payload, 961}), 0);
        codec->encoder_destroy(&mem.mem, encoder);
        codec->decoder_destroy(&mem.mem, decoder);
        test_mem_fini(&mem);
    }
}

CF_TEST_MAIN(cmocka_unit_test(every_code_expands_as_spandsp_has_it), cmocka_unit_test(every_code_survives_expansion),
             cmocka_unit_test(every_sample_gets_the_nearest_code), cmocka_unit_test(expansion_rises_with_the_sample),
             cmocka_unit_test(the_tables_run_through_a_packet))
