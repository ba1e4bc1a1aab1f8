/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both video codecs by the same tests: test cards through encoder and decoder. */
#include "adapt/h264/h264_codec.h"
#include "adapt/vpx/vp8_codec.h"
#include "core/clip/card.h"
#include "core/rtp/h264.h"
#include "lib/test.h"
#include "lib/test_mem.h"

#define WIDTH 160
#define HEIGHT 120

static struct test_mem mem;
static const struct cf_video_params params = {.width = WIDTH, .height = HEIGHT, .fps = 15, .bitrate_bps = 150000};

struct chain {
    const struct cf_video_codec *codec;
    void *encoder;
    void *decoder;
    struct cf_picture picture;
    uint16_t frame;
};

static void begin(struct chain *c, const struct cf_video_codec *codec, const struct cf_video_params *p) {
    test_mem_init(&mem);
    *c = (struct chain){.codec = codec};
    c->encoder = codec->encoder_create(&mem.mem, p);
    c->decoder = codec->decoder_create(&mem.mem);
    assert_non_null(c->encoder);
    assert_non_null(c->decoder);
    assert_ok(cf_picture_init(&c->picture, &mem.mem, WIDTH, HEIGHT));
}

static void end(struct chain *c) {
    c->codec->encoder_destroy(&mem.mem, c->encoder);
    c->codec->decoder_destroy(&mem.mem, c->decoder);
    cf_picture_fini(&c->picture, &mem.mem);
    test_mem_fini(&mem);
}

static struct cf_coded_frame encode(struct chain *c, bool wants_key) {
    struct cf_coded_frame coded;
    c->frame++;
    cf_card_draw(&c->picture, (struct cf_card){.sender = 9, .frame = c->frame});
    assert_ok(c->codec->encode(c->encoder, &c->picture, wants_key, &coded));
    return coded;
}

static void expect_card(struct chain *c, struct cf_span octets) {
    struct cf_picture seen;
    struct cf_card card;
    assert_ok(c->codec->decode(c->decoder, octets, &seen));
    assert_int_equal(seen.width, WIDTH);
    assert_int_equal(seen.height, HEIGHT);
    assert_true(cf_card_read(&seen, &card));
    assert_int_equal(card.sender, 9);
    assert_int_equal(card.frame, c->frame);
}

static void cards_come_through(void **state) {
    struct chain c;
    begin(&c, *state, &params);
    for (unsigned i = 0; i < 60; i++) {
        struct cf_coded_frame coded = encode(&c, i == 40);
        assert_true(coded.octets.len > 0);
        assert_int_equal(coded.is_key, i == 0 || i == 40);
        expect_card(&c, coded.octets);
    }
    end(&c);
}

static size_t octets_of(struct chain *c, unsigned frames) {
    size_t sum = 0;
    for (unsigned i = 0; i < frames; i++) {
        sum += encode(c, false).octets.len;
    }
    return sum;
}

static void bit_rates_are_obeyed(void **state) {
    struct chain c;
    begin(&c, *state, &params);
    (void)octets_of(&c, 30);
    size_t before = octets_of(&c, 60);
    c.codec->set_bitrate(c.encoder, 40000);
    (void)octets_of(&c, 30);
    size_t after = octets_of(&c, 60);
    assert_true(after < before);
    end(&c);
}

static void a_decoder_begins_at_key_frames_only(void **state) {
    struct chain c;
    struct cf_picture seen;
    begin(&c, *state, &params);
    (void)encode(&c, false);
    assert_true(c.codec->decode(c.decoder, encode(&c, false).octets, &seen) != CF_OK);
    expect_card(&c, encode(&c, true).octets);
    assert_true(c.codec->decode(c.decoder, (struct cf_span){NULL, 0}, &seen) == CF_ERR_MALFORMED);
    end(&c);
}

static void other_sizes_are_refused(void **state) {
    struct chain c;
    struct cf_coded_frame coded;
    struct cf_picture other;
    begin(&c, *state, &params);
    assert_ok(cf_picture_init(&other, &mem.mem, 64, 64));
    assert_int_equal(c.codec->encode(c.encoder, &other, false, &coded), CF_ERR_MISMATCH);
    cf_picture_fini(&other, &mem.mem);
    end(&c);
}

static void units_fit_packets_of_mode_0(void **state) {
    struct chain c;
    struct cf_video_params p = params;
    (void)state;
    p.unit_max = 1000;
    p.bitrate_bps = 1000000;
    begin(&c, &cf_codec_h264, &p);
    for (unsigned i = 0; i < 10; i++) {
        struct cf_coded_frame coded = encode(&c, i % 4 == 0);
        struct cf_span rest = coded.octets;
        for (struct cf_span nal = cf_h264_stream_next(&rest); nal.len > 0; nal = cf_h264_stream_next(&rest)) {
            assert_true(nal.len <= 1000);
        }
        expect_card(&c, coded.octets);
    }
    end(&c);
}

#define BOTH(test)                                                                                                               \
    cmocka_unit_test_prestate(test, (void *)(uintptr_t)&cf_codec_vp8),                                                           \
        cmocka_unit_test_prestate(test, (void *)(uintptr_t)&cf_codec_h264)

CF_TEST_MAIN(BOTH(cards_come_through), BOTH(bit_rates_are_obeyed), BOTH(a_decoder_begins_at_key_frames_only),
             BOTH(other_sizes_are_refused), cmocka_unit_test(units_fit_packets_of_mode_0))
