/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receiver's link in the engine: what it is made of, what limits it, when a pause is told. How it adapts: sim/slow_receiver. */
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "lib/test_links.h"

#include "lib/test.h"

/* The first encoding is the camera in full, the other its miniature. */
enum { FULL, SMALL };

static const struct netem_config wide = {.delay_usec = LINKS_DELAY, .rate_bps = 5000000, .queue_bytes = 100000};

static void begin(bool is_first_phone) {
    const struct netem_config configs[LINKS_RECEIVERS] = {wide, wide, wide};
    links_begin(configs, is_first_phone);
    links_run(CF_SEC(3));
}

static const struct cf_engine_line *line_of(size_t receiver) {
    const struct cf_engine_leg *leg = cf_media_names_get(&links_engine_of(receiver + 1)->legs, links_leg_of(receiver + 1));
    return leg->lines[0];
}

/* Octets of the full picture that receiver @p i gets in @p duration, in percent of all that there are. */
static uint64_t full_percent(size_t i, cf_usec duration) {
    uint64_t before = links_receivers[i].octets[FULL];
    links_run(duration);
    return (links_receivers[i].octets[FULL] - before) * 100 / (links_rates[FULL] / 8 * (uint64_t)(duration / CF_SEC(1)));
}

static void a_limit_of_the_peer_takes_layers_away_and_gives_them_back(void **state) {
    (void)state;
    begin(false);
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    links_limit(0, 200000, false);
    links_run(CF_SEC(2));
    assert_int_equal(line_of(0)->share.layer.encoding, line_of(0)->sink.limit.grade);
    assert_true(line_of(0)->share.is_limited);
    assert_int_equal(full_percent(0, CF_SEC(2)), 0);
    assert_true(full_percent(1, CF_SEC(2)) > 90); /* nobody else's */
    links_limit(0, 9000000, false);
    links_run(CF_SEC(6));
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    assert_false(line_of(0)->share.is_limited);
    links_end();
}

/* Equal shares of a frame differ by an octet, the longer ones last. Who has transport-wide numbers gets them of one length, by
 * padding (RFC 3550 section 5.1); phones get them as they came, and both the same pictures. */
static void packets_of_a_frame_are_made_even(void **state) {
    (void)state;
    const struct links_receiver *phone = &links_receivers[0];
    const struct links_receiver *browser = &links_receivers[1];
    links_options.is_cut_evenly = true;
    begin(true);
    links_receivers[1].uneven = 0; /* the first frames leave at the pacer's speed, one by one */
    links_run(CF_SEC(2));
    assert_true(phone->uneven > 50);
    assert_int_equal(phone->padded, 0);
    assert_true(browser->padded > 50);
    assert_int_equal(browser->uneven, 0);
    assert_int_equal(browser->octets[FULL], phone->octets[FULL]);
    assert_int_equal(browser->gaps + phone->gaps, 0);
    /* Padding does not count as octets sent (RFC 3550 section 6.4.1). */
    assert_true(browser->sent.octet_count > 0);
    assert_true(browser->sent.octet_count <= browser->octets[FULL] + browser->octets[SMALL]);
    links_end();
}

/* b= of a phone that tells nothing else: no TMMBR, no REMB, no arrivals, no loss. */
static void what_a_description_says_is_a_limit_by_itself(void **state) {
    (void)state;
    begin(true);
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    links_agree(0, 300000);
    links_run(CF_SEC(2));
    assert_true(line_of(0)->share.is_limited);
    assert_int_equal(full_percent(0, CF_SEC(2)), 0);
    assert_true(full_percent(1, CF_SEC(2)) > 90); /* nobody else's */
    links_agree(0, CF_BANDWIDTH_NONE);
    links_run(CF_SEC(4));
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    links_end();
}

static void a_limit_below_everything_leaves_the_lowest_layer(void **state) {
    (void)state;
    begin(true);
    uint64_t before = links_receivers[0].octets[SMALL];
    links_limit(0, 1, false);
    links_run(CF_SEC(4));
    assert_true(links_receivers[0].octets[SMALL] > before);
    assert_false(line_of(0)->share.is_paused);
    assert_int_equal(links_pauses[1], 0);
    links_end();
}

static void remb_is_the_budget_of_phones(void **state) {
    (void)state;
    begin(true);
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    links_limit(0, 300000, true);
    links_run(CF_SEC(2));
    assert_int_equal(full_percent(0, CF_SEC(2)), 0);
    links_run(CF_SEC(14));
    assert_int_equal(full_percent(0, CF_SEC(2)), 0); /* the line's limit holds without being repeated */
    links_limit(0, 9000000, true);
    links_run(CF_SEC(6));
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    links_end();
}

/* What it says is for all streams together, whichever of them it names: browsers mean their link. */
static void remb_is_for_all_lines_together(void **state) {
    (void)state;
    const struct links_receiver *r = &links_receivers[0];
    const uint64_t limit = links_rates[FULL] + LINKS_SCREEN_BPS / 2;
    links_options.has_screen = true;
    begin(true);
    assert_true(full_percent(0, CF_SEC(2)) > 90);
    links_limit(0, limit, true); /* names the camera alone, for which it would do */
    links_run(CF_SEC(2));
    uint64_t screen = r->octets[2];
    assert_true(full_percent(0, CF_SEC(4)) < 60); /* with fewer layers */
    assert_true(r->octets[2] - screen > 9 * (4 * LINKS_SCREEN_BPS / 8) / 10);
    links_end();
    links_options = (struct links_options){.has_screen = false};
}

static void a_link_has_an_estimate_only_where_it_is_told_of_arrivals(void **state) {
    (void)state;
    begin(true);
    assert_null(links_bandwidth_of(0)->transport);
    assert_non_null(links_bandwidth_of(1)->transport);
    const struct cf_engine_leg *camera = cf_media_names_get(&links_engine_of(0)->legs, links_leg_of(0));
    assert_null(camera->bandwidth); /* who gets no pictures needs none */
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_USE, .leg = links_leg_of(2)};
    c.as.use.use.pick.kind = CF_MEDIA_PICK_NOBODY;
    cf_engine_command(links_engine_of(c.leg.slot - 10U), &c, links_now);
    const struct cf_engine_leg *leg = cf_media_names_get(&links_engine_of(2)->legs, links_leg_of(2));
    assert_null(leg->bandwidth);
    c.leg = links_leg_of(3);
    c.kind = CF_MEDIA_LEG_REMOVE;
    cf_engine_command(links_engine_of(c.leg.slot - 10U), &c, links_now);
    links_end();
}

CF_TEST_MAIN(cmocka_unit_test(a_limit_of_the_peer_takes_layers_away_and_gives_them_back),
             cmocka_unit_test(packets_of_a_frame_are_made_even), cmocka_unit_test(what_a_description_says_is_a_limit_by_itself),
             cmocka_unit_test(a_limit_below_everything_leaves_the_lowest_layer), cmocka_unit_test(remb_is_the_budget_of_phones),
             cmocka_unit_test(remb_is_for_all_lines_together),
             cmocka_unit_test(a_link_has_an_estimate_only_where_it_is_told_of_arrivals))
