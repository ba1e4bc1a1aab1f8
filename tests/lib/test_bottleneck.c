/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test_bottleneck.h"

#include "lib/test.h"
#include <stdlib.h>

#define STEP CF_MSEC(1)
#define FRAME (CF_SEC(1) / 30)
#define PACKET 1100
#define OVERHEAD 50 /* headers and tag */
#define CLOCK_OFFSET CF_SEC(7777)
#define ALLOCATE CF_MSEC(200)

/* The picture: three encodings with two temporal layers each. */
static const struct cf_tile_layer layers[] = {
    {90000, 180, 0, 0, 0},  {150000, 180, 0, 0, 1},  {300000, 360, 1, 0, 0},
    {500000, 360, 1, 0, 1}, {1500000, 720, 2, 0, 0}, {2400000, 720, 2, 0, 1},
};

void test_bottleneck_init(struct test_bottleneck *b, const struct netem_config *config, size_t flow_count, uint64_t seed) {
    static const struct cf_bwe_bounds bounds = {CF_BWE_MIN_BPS, UINT64_C(20000000)};
    memset(b, 0, sizeof *b);
    test_mem_init(&b->mem);
    netem_link_init(&b->link, config, seed);
    b->now = CF_SEC(1);
    b->sample_at = b->now;
    b->back_delay = config->delay_usec;
    b->flow_count = flow_count;
    for (size_t i = 0; i < flow_count; i++) {
        struct test_flow *f = &b->flows[i];
        assert_ok(cf_bwe_estimator_init(&f->estimator, &b->mem.mem, &bounds, CF_BWE_START_BPS, (uint16_t)(65500 + i)));
        assert_ok(cf_pacer_init(&f->pacer, &b->mem.mem));
        assert_ok(cf_arrivals_init(&f->arrivals, &b->mem.mem));
        f->tile =
            (struct cf_tile){.kind = CF_TILE_SPEAKER, .layer_count = sizeof layers / sizeof *layers, .present = CF_TILE_PAUSED};
        memcpy(f->tile.layers, layers, sizeof layers);
    }
}

void test_bottleneck_fini(struct test_bottleneck *b) {
    for (size_t i = 0; i < b->flow_count; i++) {
        cf_bwe_estimator_fini(&b->flows[i].estimator);
        cf_pacer_fini(&b->flows[i].pacer);
        cf_arrivals_fini(&b->flows[i].arrivals);
    }
    test_mem_fini(&b->mem);
}

void test_bottleneck_start(struct test_bottleneck *b, size_t index) {
    b->flows[index].is_on = true;
    b->flows[index].frame_at = b->flows[index].allocate_at = b->now;
}

/* --- sender --- */

static void put_on_link(struct test_bottleneck *b, size_t flow, uint16_t sequence, size_t len) {
    cf_usec arrivals[2];
    size_t count = netem_link_send(&b->link, len, b->now, arrivals);
    for (size_t i = 0; i < count; i++) {
        assert_true(b->under_way_count < TEST_UNDER_WAY_MAX);
        b->under_way[b->under_way_count++] =
            (struct test_under_way){.at = arrivals[i], .flow = flow, .sequence = sequence, .len = (uint16_t)len};
    }
}

static void send_packet(struct test_bottleneck *b, size_t index, size_t len, uint8_t cluster) {
    struct test_flow *f = &b->flows[index];
    f->sent++;
    put_on_link(b, index, cf_bwe_estimator_on_sent(&f->estimator, len, cluster, b->now), len);
}

static void send_frame(struct test_bottleneck *b, size_t index) {
    struct test_flow *f = &b->flows[index];
    uint64_t rate = f->tile.present == CF_TILE_PAUSED ? 0 : f->tile.layers[f->tile.present].bitrate_bps;
    rate = f->is_elastic ? cf_bwe_estimator_target(&f->estimator) / 10 * 9 : rate;
    size_t left = (size_t)(rate * FRAME / 8000000);
    while (left > 0) {
        size_t share = left < PACKET ? left : PACKET;
        uint8_t cluster = cf_pacer_cluster(&f->pacer);
        const struct cf_pacer_item item = {.user = f, .len = (uint16_t)(share + OVERHEAD)};
        left -= share;
        if (cf_pacer_admit(&f->pacer, CF_PACER_MEDIA, item.len, b->now) || !cf_pacer_push(&f->pacer, CF_PACER_MEDIA, &item)) {
            send_packet(b, index, item.len, cluster);
        }
    }
}

static void allocate(struct test_bottleneck *b, struct test_flow *f) {
    int before = f->tile.present;
    cf_allocation_choose(&f->tile, 1, cf_bwe_estimator_target(&f->estimator), b->now, &f->allocation);
    cf_allocation_note(&f->tile, f->allocation.tiles[0], cf_bwe_estimator_target(&f->estimator), b->now);
    f->switches += f->tile.present != before;
    cf_bwe_estimator_set_wanted(&f->estimator, f->allocation.wanted_bps, b->now);
}

static void step_sender(struct test_bottleneck *b, size_t index) {
    struct test_flow *f = &b->flows[index];
    struct cf_bwe_cluster cluster;
    struct cf_pacer_item item;
    size_t octets;
    if (b->now >= cf_bwe_estimator_deadline(&f->estimator)) {
        cf_bwe_estimator_on_deadline(&f->estimator, b->now);
    }
    cf_pacer_set_padding(&f->pacer, !f->no_padding);
    cf_bwe_estimator_set_can_probe(&f->estimator, !f->no_padding);
    while (cf_bwe_estimator_poll_cluster(&f->estimator, &cluster)) {
        cf_pacer_begin_cluster(&f->pacer, &cluster);
    }
    cf_pacer_set_target(&f->pacer, cf_bwe_estimator_target(&f->estimator), b->now);
    if (b->now >= f->allocate_at) {
        f->allocate_at += ALLOCATE;
        allocate(b, f);
    }
    if (b->now >= f->frame_at) {
        f->frame_at += FRAME;
        send_frame(b, index);
    }
    for (uint8_t id = cf_pacer_cluster(&f->pacer); cf_pacer_poll(&f->pacer, b->now, &item); id = cf_pacer_cluster(&f->pacer)) {
        send_packet(b, index, item.len, id);
    }
    for (uint8_t id = cf_pacer_cluster(&f->pacer); cf_pacer_poll_padding(&f->pacer, b->now, &octets);
         id = cf_pacer_cluster(&f->pacer)) {
        send_packet(b, index, octets + OVERHEAD, id);
    }
}

static void take_messages(struct test_bottleneck *b, struct test_flow *f) {
    size_t kept = 0;
    for (size_t i = 0; i < f->message_count; i++) {
        struct test_message *m = &f->messages[i];
        struct cf_rtcp_iter iter;
        struct cf_rtcp_packet packet;
        struct cf_rtcp_feedback feedback;
        struct cf_twcc twcc;
        if (m->at > b->now) {
            f->messages[kept++] = *m;
            continue;
        }
        cf_rtcp_iter_init(&iter, (struct cf_span){m->octets, m->len});
        assert_true(cf_rtcp_next(&iter, &packet));
        assert_ok(cf_rtcp_parse_feedback(&packet, &feedback));
        assert_ok(cf_twcc_parse(&feedback, &twcc));
        assert_ok(cf_bwe_estimator_on_feedback(&f->estimator, &twcc, b->now));
        cf_bwe_estimator_on_round_trip(&f->estimator, b->link.config.delay_usec + b->back_delay);
    }
    f->message_count = kept;
}

/* --- receiver --- */

static void step_receiver(struct test_bottleneck *b, struct test_flow *f) {
    while (b->now + CLOCK_OFFSET >= cf_arrivals_deadline(&f->arrivals) && f->message_count < TEST_MESSAGES_MAX) {
        struct test_message *m = &f->messages[f->message_count];
        struct cf_writer w;
        cf_writer_init(&w, m->octets, sizeof m->octets);
        if (cf_arrivals_poll(&f->arrivals, &w, 1, 2, b->now + CLOCK_OFFSET)) {
            assert_true(cf_writer_ok(&w));
            m->at = b->now + b->back_delay;
            m->len = w.len;
            f->message_count++;
        }
    }
}

static void deliver(struct test_bottleneck *b) {
    size_t kept = 0;
    for (size_t i = 0; i < b->under_way_count; i++) {
        const struct test_under_way u = b->under_way[i];
        if (u.at > b->now) {
            b->under_way[kept++] = u;
            continue;
        }
        struct test_flow *f = &b->flows[u.flow];
        if (u.flow < b->flow_count) {
            cf_arrivals_on_packet(&f->arrivals, u.sequence, u.len, u.at + CLOCK_OFFSET);
            f->arrived_octets += u.len;
        }
    }
    b->under_way_count = kept;
}

/* --- the world --- */

static void sample(struct test_bottleneck *b) {
    for (size_t i = 0; i < b->flow_count; i++) {
        struct test_flow *f = &b->flows[i];
        assert_true(f->sample_count < TEST_SAMPLES_MAX);
        f->samples[f->sample_count++] = (struct test_sample){
            .target_bps = cf_bwe_estimator_target(&f->estimator),
            .arrived_bps = f->arrived_octets * 8000000U / TEST_SAMPLE,
            .link_bps = b->link.config.rate_bps,
            .queue = b->link.free_at > b->now ? b->link.free_at - b->now : 0,
            .layer = f->tile.present,
        };
        f->arrived_octets = 0;
    }
    b->sample_at += TEST_SAMPLE;
}

void test_bottleneck_run(struct test_bottleneck *b, cf_usec duration) {
    for (cf_usec end = b->now + duration; b->now < end; b->now += STEP) {
        deliver(b);
        for (; b->cross_bps > 0 && b->cross_at <= b->now; b->cross_at += (cf_usec)(PACKET * UINT64_C(8000000) / b->cross_bps)) {
            cf_usec arrivals[2];
            (void)netem_link_send(&b->link, PACKET, b->now, arrivals);
        }
        for (size_t i = 0; i < b->flow_count; i++) {
            step_receiver(b, &b->flows[i]);
            take_messages(b, &b->flows[i]);
            if (b->flows[i].is_on) {
                step_sender(b, i);
            }
        }
        if (b->now >= b->sample_at) {
            sample(b);
        }
    }
}

static size_t index_of(const struct test_bottleneck *b, cf_usec at) {
    size_t index = (size_t)((at - CF_SEC(1)) / TEST_SAMPLE);
    return index < b->flows[0].sample_count ? index : b->flows[0].sample_count;
}

uint64_t test_bottleneck_arrived(const struct test_bottleneck *b, size_t flow, cf_usec from, cf_usec to) {
    uint64_t sum = 0;
    size_t begin = index_of(b, from);
    size_t end = index_of(b, to);
    for (size_t i = begin; i < end; i++) {
        sum += b->flows[flow].samples[i].arrived_bps;
    }
    return end > begin ? sum / (end - begin) : 0;
}

cf_usec test_bottleneck_queue(const struct test_bottleneck *b, cf_usec from, cf_usec to) {
    cf_usec longest = 0;
    for (size_t i = index_of(b, from); i < index_of(b, to); i++) {
        longest = b->flows[0].samples[i].queue > longest ? b->flows[0].samples[i].queue : longest;
    }
    return longest;
}

cf_usec test_bottleneck_when(const struct test_bottleneck *b, size_t flow, cf_usec from, uint64_t bps, bool above) {
    for (size_t i = index_of(b, from); i < b->flows[flow].sample_count; i++) {
        uint64_t target = b->flows[flow].samples[i].target_bps;
        if (above ? target > bps : target < bps) {
            return CF_SEC(1) + (cf_usec)i * TEST_SAMPLE;
        }
    }
    return CF_USEC_NEVER;
}

void test_bottleneck_save(const struct test_bottleneck *b, const char *name) {
    char path[512];
    const char *folder = getenv("CONFER_TEST_PLOTS");
    if (folder == NULL) {
        return;
    }
    (void)snprintf(path, sizeof path, "%s/%s.csv", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "time_s,link_bps,queue_ms");
    for (size_t k = 0; k < b->flow_count; k++) {
        (void)fprintf(file, ",target_bps_%zu,arrived_bps_%zu", k + 1, k + 1);
    }
    for (size_t i = 0; i < b->flows[0].sample_count; i++) {
        const struct test_sample *s = &b->flows[0].samples[i];
        (void)fprintf(file, "\n%.1f,%llu,%.1f", (double)i * TEST_SAMPLE / 1e6, (unsigned long long)s->link_bps,
                      (double)s->queue / 1e3);
        for (size_t k = 0; k < b->flow_count; k++) {
            s = &b->flows[k].samples[i];
            (void)fprintf(file, ",%llu,%llu", (unsigned long long)s->target_bps, (unsigned long long)s->arrived_bps);
        }
    }
    (void)fprintf(file, "\n");
    assert_int_equal(fclose(file), 0);
}
