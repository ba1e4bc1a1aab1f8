/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which line of a leg a packet belongs to. */
#include "core/media/leg.h"

#include "lib/test.h"

static struct cf_engine_leg leg;
static struct cf_engine_line lines[3];
static struct cf_engine_transport bundle;
static struct cf_engine_transport other;

/* Sound and two picture lines; the last one has a transport of its own. */
static void begin(void) {
    static const char *const mids[] = {"as", "vs", "v2"};
    memset(&leg, 0, sizeof leg);
    for (uint16_t i = 0; i < 3; i++) {
        struct cf_engine_line *line = &lines[i];
        cf_engine_line_init(line, &leg, i);
        line->is_active = true;
        line->transport = i < 2 ? &bundle : &other;
        line->ssrc = 100U + i;
        line->agreed.mid.len = 2;
        memcpy(line->agreed.mid.text, mids[i], 2);
        line->agreed.extensions[CF_EXTENSION_MID] = (struct cf_media_extension){.id = 1, .can_receive = true};
        line->agreed.can_receive = true;
        line->agreed.payload_count = 1;
        line->agreed.payloads[0] =
            (struct cf_payload){.codec = CF_CODEC_VP8, .receive_type = (uint8_t)(96 + (i > 0)), .clock_hz = 90000};
        leg.lines[i] = line;
    }
    leg.line_count = 3;
}

static struct cf_rtp_view packet(uint8_t *octets, const char *mid, uint32_t ssrc, uint8_t type) {
    struct cf_rtp_view view;
    struct cf_writer block;
    struct cf_writer w;
    uint8_t extension[16];
    const struct cf_rtp_ext list = {.id = 1, .data = cf_str_span(cf_str_of(mid))};
    cf_writer_init(&block, extension, sizeof extension);
    struct cf_rtp_header header = {.ssrc = ssrc, .payload_type = type};
    header.extension_profile = cf_rtp_put_extensions(&block, &list, mid == NULL ? 0 : 1);
    header.extension = cf_writer_span(&block);
    cf_writer_init(&w, octets, 64);
    cf_rtp_put_header(&w, &header);
    assert_ok(cf_rtp_parse(cf_writer_span(&w), &view));
    return view;
}

static const struct cf_engine_line *find(const struct cf_engine_transport *t, const char *mid, uint32_t ssrc, uint8_t type) {
    uint8_t octets[64];
    struct cf_rtp_view view = packet(octets, mid, ssrc, type);
    return cf_engine_leg_find_line(&leg, t, &view);
}

static void goes_by_payload_type_at_last(void **state) {
    (void)state;
    begin();
    assert_ptr_equal(find(&bundle, NULL, 5, 96), &lines[0]);
    assert_ptr_equal(find(&bundle, NULL, 5, 97), &lines[1]);
    assert_ptr_equal(find(&other, NULL, 5, 97), &lines[2]);
    assert_null(find(&bundle, NULL, 5, 98));
    assert_null(find(&other, NULL, 5, 96));
    /* Linphone numbers its sound and its pictures alike: nothing can be told then, unless only one of them takes anything. */
    lines[1].agreed.payloads[0].receive_type = 96;
    assert_null(find(&bundle, NULL, 5, 96));
    lines[0].agreed.can_receive = false;
    assert_ptr_equal(find(&bundle, NULL, 5, 96), &lines[1]);
    lines[1].agreed.can_receive = false;
    assert_ptr_equal(find(&bundle, NULL, 5, 96), &lines[0]);
}

static void goes_by_announced_ssrc_before_that(void **state) {
    (void)state;
    begin();
    lines[1].agreed.remote_ssrc_count = 1;
    lines[1].agreed.remote_ssrcs[0] = 5;
    assert_ptr_equal(find(&bundle, NULL, 5, 96), &lines[1]);
    assert_ptr_equal(find(&bundle, NULL, 6, 96), &lines[0]);
}

static void goes_by_the_stream_that_it_is_before_that(void **state) {
    (void)state;
    begin();
    lines[0].in.receiver.is_started = true;
    lines[0].in.receiver.ssrc = 5;
    lines[1].agreed.remote_ssrc_count = 1;
    lines[1].agreed.remote_ssrcs[0] = 5;
    assert_ptr_equal(find(&bundle, NULL, 5, 97), &lines[0]);
    assert_ptr_equal(cf_engine_leg_stream_of_peer(&leg, &bundle, 5), &lines[0].in);
    assert_null(cf_engine_leg_stream_of_peer(&leg, &other, 5));
}

static void goes_by_mid_first_of_all(void **state) {
    (void)state;
    begin();
    lines[0].agreed.remote_ssrc_count = 1;
    lines[0].agreed.remote_ssrcs[0] = 5;
    lines[0].in.receiver.is_started = true;
    lines[0].in.receiver.ssrc = 6;
    assert_ptr_equal(find(&bundle, "vs", 5, 96), &lines[1]);
    assert_ptr_equal(find(&bundle, "vs", 6, 96), &lines[1]);
    /* A mid of nobody is not guessed at, whoever's the SSRC was. */
    assert_null(find(&bundle, "xx", 5, 96));
    assert_null(find(&bundle, "xx", 6, 96));
    assert_null(find(&bundle, "v2", 6, 96));
}

/* With hundreds of tiles the few lines that take packets are found first, by the same rules. */
static void finds_the_same_by_the_short_way(void **state) {
    (void)state;
    begin();
    lines[0].in.receiver.is_started = true;
    lines[0].in.receiver.ssrc = 5;
    for (int pass = 0; pass < 2; pass++) {
        assert_ptr_equal(find(&bundle, NULL, 5, 97), &lines[0]);
        assert_ptr_equal(find(&bundle, "vs", 5, 97), &lines[1]);
        assert_null(find(&bundle, "xx", 5, 97));
        assert_ptr_equal(find(&bundle, NULL, 6, 97), &lines[1]);
        assert_ptr_equal(cf_engine_leg_stream_of_peer(&leg, &bundle, 5), &lines[0].in);
        cf_engine_leg_note_takers(&leg);
        assert_int_equal(leg.taker_count, 3);
    }
    lines[1].agreed.can_receive = false;
    cf_engine_leg_note_takers(&leg);
    assert_int_equal(leg.taker_count, 2);
    assert_ptr_equal(find(&bundle, "vs", 5, 97), &lines[1]);
}

static void passes_over_lines_that_are_not_in_use(void **state) {
    (void)state;
    begin();
    lines[1].is_active = false;
    leg.lines[0] = NULL;
    assert_null(find(&bundle, NULL, 5, 97));
    assert_null(cf_engine_leg_first_line(&leg, &bundle));
    assert_null(cf_engine_leg_line_of_ours(&leg, &bundle, 101));
    assert_ptr_equal(cf_engine_leg_line_of_ours(&leg, &other, 102), &lines[2]);
}

CF_TEST_MAIN(cmocka_unit_test(goes_by_payload_type_at_last), cmocka_unit_test(goes_by_announced_ssrc_before_that),
             cmocka_unit_test(goes_by_the_stream_that_it_is_before_that), cmocka_unit_test(goes_by_mid_first_of_all),
             cmocka_unit_test(finds_the_same_by_the_short_way), cmocka_unit_test(passes_over_lines_that_are_not_in_use))
