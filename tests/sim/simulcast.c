/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulcast by rid (RFC 8853) through the real engine: one line that is sent in three encodings of 1.5 Mbit/s, 500 and 150
 * kbit/s, the smallest listed first as browsers do, whose packets name their rid at the beginning only; receivers behind links of
 * their own.
 */
#include "lib/test_links.h"

#include "lib/test.h"

/* Indices of encodings. */
enum { FULL, QUARTER, HALF };

static const struct netem_config wide = {.delay_usec = LINKS_DELAY, .rate_bps = 5000000, .queue_bytes = 100000};
static const struct netem_config middle = {.delay_usec = LINKS_DELAY, .rate_bps = 700000, .queue_bytes = 60000};
static const struct netem_config narrow = {.delay_usec = LINKS_DELAY, .rate_bps = 300000, .queue_bytes = 30000};

static void begin(struct netem_config first, struct netem_config second, struct netem_config third) {
    const struct netem_config configs[LINKS_RECEIVERS] = {first, second, third};
    links_options.has_simulcast = true;
    links_begin(configs, false);
}

static const struct cf_engine_line *camera(void) {
    const struct cf_engine_leg *leg = cf_media_names_get(&links_engine_of(0)->legs, links_leg_of(0));
    return leg->lines[0];
}

static const struct cf_source *source_of(const char *rid) {
    for (size_t i = 0; i < cf_engine_line_stream_count(camera()); i++) {
        const struct cf_engine_stream *stream = i == 0 ? &camera()->in : &camera()->more[i - 1];
        if (cf_str_eq(cf_media_rid(&stream->agreed), cf_str_of(rid))) {
            return &stream->source;
        }
    }
    fail_msg("no such rid");
    return NULL;
}

/* Octets of each encoding that receiver @p i got in the next @p duration. */
static void measure(size_t i, cf_usec duration, uint64_t *ret_octets) {
    uint64_t before[LINKS_ENCODINGS];
    memcpy(before, links_receivers[i].octets, sizeof before);
    links_run(duration);
    for (size_t k = 0; k < LINKS_ENCODINGS; k++) {
        ret_octets[k] = links_receivers[i].octets[k] - before[k];
    }
}

static void everybody_gets_the_encoding_that_fits(void **state) {
    (void)state;
    begin(wide, middle, narrow);
    links_run(CF_SEC(15));
    uint64_t before[LINKS_RECEIVERS][LINKS_ENCODINGS];
    for (size_t i = 0; i < LINKS_RECEIVERS; i++) {
        memcpy(before[i], links_receivers[i].octets, sizeof before[i]);
    }
    links_run(CF_SEC(15));
    static const size_t wanted[LINKS_RECEIVERS] = {FULL, HALF, QUARTER};
    for (size_t i = 0; i < LINKS_RECEIVERS; i++) {
        uint64_t all = 0;
        for (size_t k = 0; k < LINKS_ENCODINGS; k++) {
            all += links_receivers[i].octets[k] - before[i][k];
        }
        uint64_t fitting = links_receivers[i].octets[wanted[i]] - before[i][wanted[i]];
        assert_true(fitting > all / 10 * 8);
    }
    assert_int_equal(links_receivers[0].gaps, 0);
    /* Told apart by size, not by place: the finest came last. */
    assert_int_equal(source_of("f")->config.grade, 0);
    assert_int_equal(source_of("h")->config.grade, 1);
    assert_int_equal(source_of("q")->config.grade, 2);
    assert_int_equal(camera()->counts.discards[CF_MEDIA_DISCARD_ENCODING], 0);
    links_end();
}

static void key_frames_are_asked_of_the_encoding_that_needs_one(void **state) {
    (void)state;
    begin(wide, wide, wide);
    links_run(CF_SEC(10));
    size_t half = links_encodings[HALF].requests;
    size_t full = links_encodings[FULL].requests;
    links_receivers[2].link.config.rate_bps = 700000;
    links_run(CF_SEC(10));
    assert_true(links_encodings[HALF].requests > half);
    assert_in_range(links_encodings[FULL].requests, full, full + 4);
    links_end();
}

static void retransmissions_find_the_encoding_that_they_repair(void **state) {
    (void)state;
    begin(wide, middle, narrow);
    for (size_t i = 0; i < LINKS_ENCODINGS; i++) {
        links_encodings[i].drops = true;
    }
    links_run(CF_SEC(15));
    assert_true(source_of("f")->counts.repaired > 20);
    assert_true(source_of("h")->counts.repaired > 5);
    assert_in_range(source_of("f")->counts.lost, 0, 1);
    assert_in_range(source_of("h")->counts.lost, 0, 1);
    links_end();
}

static void pause_and_resume(bool obeys_zero) {
    uint64_t octets[LINKS_ENCODINGS];
    links_options.pauses_unseen = true;
    links_options.obeys_zero = obeys_zero;
    begin(narrow, narrow, narrow);
    links_run(CF_SEC(15));
    assert_int_equal(links_encodings[FULL].limit_bps, CF_BITRATE_UNSEEN_BPS);
    assert_int_equal(links_encodings[HALF].limit_bps, CF_BITRATE_UNSEEN_BPS);
    assert_true(links_encodings[QUARTER].limit_bps == 0 || links_encodings[QUARTER].limit_bps >= 10000000);
    /* After a while nothing at all, unless that makes it send more. */
    links_run(CF_SEC(15));
    assert_int_equal(links_encodings[FULL].limit_bps, links_options.obeys_zero ? 0 : CF_BITRATE_UNSEEN_BPS);
    assert_true(links_encodings[FULL].is_silent == links_options.obeys_zero);
    links_receivers[0].link.config.rate_bps = 5000000;
    links_run(CF_SEC(10));
    assert_true(links_encodings[FULL].limit_bps >= 10000000);
    measure(0, CF_SEC(5), octets);
    assert_true(octets[FULL] > links_rates[FULL] / 8 * 4);
    links_end();
}

static void unseen_encodings_are_paused_and_come_back(void **state) {
    (void)state;
    pause_and_resume(true);
}

static void who_takes_zero_for_no_limit_is_not_asked_for_it_again(void **state) {
    (void)state;
    pause_and_resume(false);
}

static void browsers_are_told_what_all_may_have_together(void **state) {
    (void)state;
    uint64_t octets[LINKS_ENCODINGS];
    links_options.pauses_unseen = true;
    links_options.is_browser = true;
    begin(narrow, narrow, narrow);
    links_run(CF_SEC(20));
    /* What is left goes on undisturbed. */
    assert_true(links_encodings[FULL].is_silent);
    assert_true(links_encodings[HALF].is_silent);
    assert_false(links_encodings[QUARTER].is_silent);
    measure(0, CF_SEC(5), octets);
    assert_true(octets[QUARTER] > links_rates[QUARTER] / 8 * 4);
    /* And silence is no reason not to be asked for again. */
    links_receivers[0].link.config.rate_bps = 700000;
    links_run(CF_SEC(10));
    measure(0, CF_SEC(5), octets);
    assert_true(octets[HALF] > links_rates[HALF] / 8 * 4);
    assert_true(links_encodings[FULL].is_silent);
    links_receivers[0].link.config.rate_bps = 5000000;
    links_run(CF_SEC(10));
    measure(0, CF_SEC(5), octets);
    assert_true(octets[FULL] > links_rates[FULL] / 8 * 4);
    links_end();
}

/* The finest came first and took all, as some browsers have it: when it is paused the limit leaves room for one that never came.
 */
static void an_encoding_that_has_not_begun_can(void **state) {
    (void)state;
    uint64_t octets[LINKS_ENCODINGS];
    links_options.pauses_unseen = true;
    links_options.is_browser = true;
    struct netem_config link = middle;
    link.rate_bps = 560000;
    begin(link, link, link);
    links_encodings[HALF].is_silent = true;
    links_run(CF_SEC(20));
    assert_true(links_encodings[FULL].is_silent);
    assert_false(links_encodings[HALF].is_silent);
    measure(0, CF_SEC(5), octets);
    assert_true(octets[HALF] > 2 * links_rates[HALF] / 8);
    links_end();
}

static void a_stream_uses_only_what_was_agreed_on(void **state) {
    (void)state;
    begin(wide, wide, wide);
    links_run(CF_SEC(2));
    uint64_t discards = camera()->counts.discards[CF_MEDIA_DISCARD_ENCODING];
    const uint32_t ssrc = source_of("f")->ssrc;
    links_send_rid("x", 97, 0xabc, 1);
    links_send_rid("ff", 97, 0xabc, 2);
    links_send_rid("", 97, 0xabc, 3);
    links_send_rid("", 98, 0xabd, 3);
    assert_int_equal(camera()->counts.discards[CF_MEDIA_DISCARD_ENCODING], discards + 4);
    /* Another SSRC does not take over a stream that is being sent. */
    links_run(CF_SEC(3));
    links_send_rid("f", 97, 0xabe, 4);
    assert_int_equal(camera()->counts.discards[CF_MEDIA_DISCARD_SSRC], 1);
    assert_int_equal(source_of("f")->ssrc, ssrc);
    links_end();
}

CF_TEST_MAIN(cmocka_unit_test(everybody_gets_the_encoding_that_fits),
             cmocka_unit_test(key_frames_are_asked_of_the_encoding_that_needs_one),
             cmocka_unit_test(retransmissions_find_the_encoding_that_they_repair),
             cmocka_unit_test(unseen_encodings_are_paused_and_come_back),
             cmocka_unit_test(who_takes_zero_for_no_limit_is_not_asked_for_it_again),
             cmocka_unit_test(browsers_are_told_what_all_may_have_together), cmocka_unit_test(an_encoding_that_has_not_begun_can),
             cmocka_unit_test(a_stream_uses_only_what_was_agreed_on))
