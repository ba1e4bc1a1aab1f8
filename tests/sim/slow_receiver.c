/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one receiver's link does, or one receiver says, changes nothing for the others; and everybody gets what fits. */
#include "lib/test_links.h"

#include "lib/test.h"

static const struct netem_config wide = {.delay_usec = LINKS_DELAY, .rate_bps = 20000000, .queue_bytes = 500000};

/* What the last two links_receivers got, and what the camera was asked for. */
struct outcome {
    uint64_t octets[LINKS_RECEIVERS][LINKS_ENCODINGS];
    size_t requests;
};

static struct outcome outcome_of_others(void) {
    struct outcome o = {.requests = links_encodings[0].requests};
    for (size_t i = 1; i < LINKS_RECEIVERS; i++) {
        memcpy(o.octets[i], links_receivers[i].octets, sizeof o.octets[i]);
    }
    return o;
}

static struct outcome with_first(const struct netem_config *first, bool lies) {
    const struct netem_config configs[LINKS_RECEIVERS] = {*first, wide, wide};
    links_begin(configs, false);
    links_run(CF_SEC(5));
    links_receivers[0].lies = lies;
    links_run(CF_SEC(25));
    return outcome_of_others();
}

static void assert_same(const struct outcome *a, const struct outcome *b, size_t requests_more) {
    assert_in_range(b->requests, 0, a->requests + requests_more);
    for (size_t i = 1; i < LINKS_RECEIVERS; i++) {
        assert_int_equal(a->octets[i][1], b->octets[i][1]);
        uint64_t difference =
            a->octets[i][0] > b->octets[i][0] ? a->octets[i][0] - b->octets[i][0] : b->octets[i][0] - a->octets[i][0];
        /* A key frame more or less is all there may be. */
        assert_true(difference <= (requests_more + 1) * 3 * (links_rates[0] / 240));
    }
}

static void a_slow_receiver_changes_nothing_for_others(void **state) {
    (void)state;
    struct netem_config slow = {.delay_usec = LINKS_DELAY, .rate_bps = 300000, .queue_bytes = 30000, .loss_bad_ppm = 700000};
    slow.to_bad_ppm = 30000;
    slow.to_good_ppm = 200000; /* about 10 % in bursts */
    struct outcome without = with_first(&wide, false);
    assert_true(links_receivers[0].octets[0] > 20 * links_rates[0] / 8);
    links_end();
    struct outcome with = with_first(&slow, false);
    /* It gets the small picture, which fits. */
    assert_int_equal(links_receivers[0].showing, 1);
    assert_true(links_receivers[0].octets[1] > 10 * links_rates[1] / 8 / 2);
    links_end();
    assert_same(&without, &with, 0);
}

static void a_liar_changes_nothing_for_others(void **state) {
    (void)state;
    struct outcome without = with_first(&wide, false);
    links_end();
    struct outcome with = with_first(&wide, true);
    assert_true(links_bandwidth_of(0)->estimator.counts.unknown > 1000);
    links_end();
    /* Its wishes for key frames have a budget, four at once and one in five seconds; and resuming is slowed down. */
    assert_same(&without, &with, 16);
}

static void adapts_to_steps_of_bandwidth(void **state) {
    (void)state;
    struct netem_config step = {.delay_usec = LINKS_DELAY, .rate_bps = 3000000, .queue_bytes = 150000};
    const struct netem_config configs[LINKS_RECEIVERS] = {step, wide, wide};
    struct links_receiver *r = &links_receivers[0];
    links_begin(configs, false);
    links_run(CF_SEC(20));
    assert_int_equal(r->showing, 0);
    assert_true(r->octets[0] > 17 * links_rates[0] / 8);
    r->link.config.rate_bps = 500000;
    links_run(CF_SEC(6));
    cf_usec queue = r->link.free_at - links_now;
    uint64_t before = r->octets[0];
    links_run(CF_SEC(14));
    assert_true(queue < CF_MSEC(150));
    assert_true(r->octets[0] - before < 14 * UINT64_C(500000) / 8); /* the small one, or few layers of the large one */
    r->link.config.rate_bps = 3000000;
    links_run(CF_SEC(8));
    before = r->octets[0];
    links_run(CF_SEC(12));
    assert_true(r->octets[0] - before > 11 * links_rates[0] / 8);
    assert_int_equal(r->showing, 0);
    assert_true(r->rtx > 0 && r->rtx_same > 0); /* probes */
    /* The stream of retransmissions is reported on as one of its own, in the same media time. */
    assert_in_range(r->repair.packet_count, 1, r->rtx + r->padding + 50);
    assert_true(r->repair.packet_count < r->sent.packet_count);
    assert_true(r->repair.ntp == r->sent.ntp && r->repair.rtp_timestamp == r->sent.rtp_timestamp);
    for (size_t i = 1; i < LINKS_RECEIVERS; i++) {
        assert_int_equal(links_receivers[i].gaps, 0);
        assert_int_equal(links_receivers[i].octets[1], 0);
    }
    links_save(0, "bandwidth-engine");
    links_end();
}

/* Not even the small picture fits: that is told, and when it goes on. */
static void a_link_too_narrow_for_anything_is_told(void **state) {
    (void)state;
    struct netem_config link = {.delay_usec = LINKS_DELAY, .rate_bps = 3000000, .queue_bytes = 30000};
    const struct netem_config configs[LINKS_RECEIVERS] = {link, wide, wide};
    links_begin(configs, false);
    links_pauses[0] = links_pauses[1] = 0;
    links_run(CF_SEC(10));
    assert_int_equal(links_pauses[1], 0);
    links_receivers[0].link.config.rate_bps = 30000;
    links_run(CF_SEC(20));
    /* Told once, and no picture is tried in between: probes of padding alone ask whether the link has become better. */
    assert_int_equal(links_pauses[1], 1);
    assert_int_equal(links_pauses[0], 0);
    uint64_t octets = links_receivers[0].octets[0] + links_receivers[0].octets[1];
    uint64_t padding = links_receivers[0].padding;
    const struct cf_sender_info before = links_receivers[0].repair;
    links_run(CF_SEC(20));
    /* Packets of padding have no payload (RFC 3550 section 6.4.1). */
    assert_true(links_receivers[0].repair.packet_count > before.packet_count + 5);
    assert_int_equal(links_receivers[0].repair.octet_count, before.octet_count);
    assert_int_equal(links_receivers[0].octets[0] + links_receivers[0].octets[1], octets);
    assert_true(links_receivers[0].padding > padding + 5);
    assert_int_equal(links_pauses[1] + links_pauses[0], 1);
    links_receivers[0].link.config.rate_bps = 3000000;
    links_run(CF_SEC(10));
    assert_int_equal(links_pauses[0], 1);
    links_run(CF_SEC(30));
    assert_int_equal(links_pauses[1], 1);
    assert_int_equal(links_receivers[0].showing, 0); /* the large one again */
    links_end();
}

/* 500 kbit/s for a screen of 300 and a camera of 1500: text is read, the camera is what is left. */
static void who_has_little_bandwidth_reads_the_screen(void **state) {
    (void)state;
    const struct netem_config narrow = {.delay_usec = LINKS_DELAY, .rate_bps = 500000, .queue_bytes = 50000};
    const struct netem_config configs[LINKS_RECEIVERS] = {narrow, wide, wide};
    struct links_receiver *r = &links_receivers[0];
    uint64_t before[LINKS_ENCODINGS];
    links_options.has_screen = true;
    links_begin(configs, false);
    links_run(CF_SEC(15));
    uint64_t gaps = r->screen_gaps;
    memcpy(before, r->octets, sizeof before);
    links_run(CF_SEC(30));
    const uint64_t whole = 30 * LINKS_SCREEN_BPS / 8;
    uint64_t screen = r->octets[2] - before[2];
    uint64_t camera = r->octets[0] - before[0] + r->octets[1] - before[1];
    print_message("# of the screen %llu %%, beside it %llu kbit/s of the camera, %llu gaps\n",
                  (unsigned long long)(screen * 100 / whole), (unsigned long long)(camera * 8 / 30000),
                  (unsigned long long)(r->screen_gaps - gaps));
    assert_true(screen * 100 > 85 * whole);
    assert_true(r->screen_gaps - gaps < 30);
    /* Of what nobody sees on another worker its layers are not known here: there it may be left out. */
    assert_true(camera > 0 || links_engine_of(0) != links_engine_of(1));
    assert_true(r->octets[0] == before[0]);
    /* The others have both in full. */
    assert_true(links_receivers[1].octets[0] > 35 * links_rates[0] / 8 &&
                links_receivers[1].octets[2] > 40 * LINKS_SCREEN_BPS / 8);
    links_end();
}

static void phones_get_less_when_their_reports_tell_of_loss(void **state) {
    (void)state;
    const struct netem_config narrow = {.delay_usec = LINKS_DELAY, .rate_bps = 600000, .queue_bytes = 60000};
    const struct netem_config configs[LINKS_RECEIVERS] = {narrow, wide, wide};
    struct links_receiver *r = &links_receivers[0];
    links_begin(configs, true);
    links_run(CF_SEC(20));
    uint64_t large = r->octets[0];
    uint64_t lost = r->gaps;
    links_run(CF_SEC(10));
    /* Fewer layers or the small picture, now and then more to see whether it fits by now; never nothing. */
    assert_true(r->gaps - lost < lost);
    assert_true(r->octets[0] - large < 10 * links_rates[0] / 8 * 2 / 3);
    assert_true(r->since_sample > 0 || r->samples[r->sample_count - 1].arrived_bps > 0);
    assert_int_equal(links_receivers[1].octets[1], 0);
    assert_int_equal(links_receivers[1].gaps, 0);
    links_end();
}

static void tells_senders_of_arrivals_and_takes_retransmissions(void **state) {
    (void)state;
    const struct netem_config configs[LINKS_RECEIVERS] = {wide, wide, wide};
    links_begin(configs, false);
    links_encodings[0].drops = true;
    links_run(CF_SEC(10));
    const struct cf_engine_leg *leg = cf_media_names_get(&links_engine_of(0)->legs, links_leg_of(0));
    const struct cf_source_counts *counts = &leg->lines[0]->in.source.counts;
    assert_true(counts->repaired > 20);
    assert_in_range(counts->lost, 0, 1);
    assert_in_range(links_numbers_told, (uint64_t)links_camera_number - 50, links_camera_number);
    assert_true(links_camera_number > 1500);
    assert_true(links_receivers[1].gaps > 20); /* seen at first */
    links_end();
}

static void allocates_nothing_a_packet(void **state) {
    (void)state;
    const struct netem_config configs[LINKS_RECEIVERS] = {wide, wide, wide};
    links_begin(configs, false);
    links_run(CF_SEC(2));
    size_t count = links_mem.count;
    links_run(CF_SEC(10));
    assert_int_equal(links_mem.count, count);
    links_end();
}

CF_TEST_MAIN(cmocka_unit_test(a_slow_receiver_changes_nothing_for_others), cmocka_unit_test(a_liar_changes_nothing_for_others),
             cmocka_unit_test(a_link_too_narrow_for_anything_is_told), cmocka_unit_test(adapts_to_steps_of_bandwidth),
             cmocka_unit_test(who_has_little_bandwidth_reads_the_screen),
             cmocka_unit_test(phones_get_less_when_their_reports_tell_of_loss),
             cmocka_unit_test(tells_senders_of_arrivals_and_takes_retransmissions), cmocka_unit_test(allocates_nothing_a_packet))
