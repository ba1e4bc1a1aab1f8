/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said just before somebody is heard. */
#include "core/media/onset.h"

#include "lib/test.h"

static struct cf_onset onset;

static void keep(uint16_t sequence, const char *payload, cf_usec now) {
    const struct cf_mix_packet packet = {.seq = sequence, .payload = cf_str_span(cf_str_of(payload))};
    const struct cf_engine_voice voice = {.packet = &packet, .codec = CF_CODEC_OPUS, .clock_hz = 48000};
    cf_onset_keep(&onset, &voice, 1, now);
}

static void assert_next(uint16_t sequence, const char *payload, cf_usec came_at, cf_usec now) {
    const struct cf_onset_packet *kept = cf_onset_take(&onset, 1, now);
    assert_non_null(kept);
    assert_int_equal(kept->came_at, came_at);
    assert_int_equal(kept->voice.packet->seq, sequence);
    assert_int_equal(kept->voice.codec, CF_CODEC_OPUS);
    assert_true(cf_str_eq(cf_span_str(kept->voice.packet->payload), cf_str_of(payload)));
}

static void the_last_ones_come_in_order(void **state) {
    (void)state;
    char payload[2] = "a";
    onset = (struct cf_onset){.count = 0};
    for (uint16_t i = 0; i < 9; i++) {
        payload[0] = (char)('a' + i);
        keep(i, payload, CF_SEC(1) + i);
    }
    assert_next(3, "d", CF_SEC(1) + 3, CF_SEC(1) + 10);
    assert_next(4, "e", CF_SEC(1) + 4, CF_SEC(1) + 10);
    /* What was taken is being sent: nothing comes over it. */
    keep(20, "x", CF_SEC(1) + 10);
    for (uint16_t i = 5; i < 9; i++) {
        payload[0] = (char)('a' + i);
        assert_next(i, payload, CF_SEC(1) + i, CF_SEC(1) + 10);
    }
    assert_null(cf_onset_take(&onset, 1, CF_SEC(1) + 10));
    keep(21, "y", CF_SEC(1) + 11);
    assert_next(21, "y", CF_SEC(1) + 11, CF_SEC(1) + 12);
}

static void what_is_old_or_of_another_stream_is_dropped(void **state) {
    (void)state;
    onset = (struct cf_onset){.count = 0};
    keep(1, "old", CF_SEC(1));
    keep(2, "new", CF_SEC(1) + CF_MSEC(50));
    assert_next(2, "new", CF_SEC(1) + CF_MSEC(50), CF_SEC(1) + CF_ONSET_AGE + 1);
    keep(3, "a", CF_SEC(2));
    assert_null(cf_onset_take(&onset, 2, CF_SEC(2) + 1));
    keep(4, "b", CF_SEC(3));
    cf_onset_forget(&onset);
    assert_null(cf_onset_take(&onset, 1, CF_SEC(3) + 1));
}

static void redundancy_is_kept_whole_and_what_is_too_long_is_not(void **state) {
    (void)state;
    static uint8_t body[CF_ONSET_OCTETS + 1] = "earlierprimary";
    struct cf_mix_packet packet = {.seq = 9, .payload = {body + 7, 7}};
    struct cf_engine_voice voice = {.packet = &packet, .codec = CF_CODEC_OPUS, .red = {.count = 1, .body = {body, 14}}};
    onset = (struct cf_onset){.count = 0};
    cf_onset_keep(&onset, &voice, 1, CF_SEC(1));
    const struct cf_onset_packet *kept = cf_onset_take(&onset, 1, CF_SEC(1) + 1);
    assert_non_null(kept);
    assert_true(kept->voice.red.body.len == 14 && kept->voice.red.body.at != body);
    assert_memory_equal(kept->voice.red.body.at, "earlierprimary", 14);
    assert_true(kept->packet.payload.at == kept->voice.red.body.at + 7 && kept->packet.payload.len == 7);
    packet.payload = (struct cf_span){body, sizeof body};
    voice.red.count = 0;
    cf_onset_keep(&onset, &voice, 1, CF_SEC(2));
    assert_null(cf_onset_take(&onset, 1, CF_SEC(2) + 1));
}

CF_TEST_MAIN(cmocka_unit_test(the_last_ones_come_in_order), cmocka_unit_test(what_is_old_or_of_another_stream_is_dropped),
             cmocka_unit_test(redundancy_is_kept_whole_and_what_is_too_long_is_not))
