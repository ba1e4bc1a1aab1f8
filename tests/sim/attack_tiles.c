/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attacks by a member who sees everybody: storms of requests on all its tiles, streams that are not its own, floods. Whatever it
 * does, the others see the same as without it.
 */
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtp/extension.h"
#include "lib/test_grid.h"

#include "lib/test.h"

#define MEMBERS 5
#define HOSTILE 4
#define VP8 97
#define MID_ID 1

static struct grid g;

static void begin(uint64_t seed) {
    const struct grid_config config = {.seed = seed, .can_nack = true, .patience = CF_MSEC(250), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    for (size_t i = 0; i < MEMBERS; i++) {
        grid_add(&g);
    }
    grid_show_all(&g);
    grid_run(&g, CF_SEC(2));
}

/* What the others see: packets of each tile of theirs that shows one of them, and key frames that they were asked for. */
struct outcome {
    uint64_t packets;
    uint64_t lost;
    uint64_t freezes;
    uint64_t key_requests;
    uint64_t nacks;
};

static struct outcome outcome_of_others(void) {
    struct outcome o = {.packets = 0};
    for (size_t i = 0; i < HOSTILE; i++) {
        const struct grid_member *m = &g.members[i];
        for (size_t k = 0; k < m->tile_count; k++) {
            bool is_hostile = m->tile_of[k] == g.members[HOSTILE].number;
            o.packets += is_hostile ? 0 : m->tiles[k].packets;
            o.lost += m->tiles[k].lost;
            o.freezes += is_hostile ? 0 : m->tiles[k].freezes;
        }
        o.key_requests += m->senders[GRID_SMALL].key_requests;
        o.nacks += m->senders[GRID_SMALL].nacks;
    }
    return o;
}

static struct cf_engine_line *tile_line(size_t tile) {
    return grid_line(&g, &g.members[HOSTILE], GRID_TILES + tile);
}

/* Everything that one can ask for, of one tile. */
static void storm(size_t tile, uint32_t round) {
    uint8_t octets[256];
    uint16_t missing[20];
    struct cf_writer w;
    const struct cf_engine_line *line = tile_line(tile);
    for (uint16_t k = 0; k < 20; k++) {
        missing[k] = (uint16_t)(line->sink.rewrite.heads.sequence - 20 + k);
    }
    const struct cf_fir fir = {.ssrc = line->ssrc, .number = (uint8_t)round};
    const struct cf_tmmb limit = {.ssrc = line->ssrc, .bitrate_bps = 1};
    cf_writer_init(&w, octets, sizeof octets);
    cf_put_rtcp_rr(&w, 0xbad, NULL, 0);
    cf_put_rtcp_pli(&w, 0xbad, line->ssrc);
    cf_put_rtcp_fir(&w, 0xbad, &fir, 1);
    cf_put_rtcp_nack(&w, 0xbad, line->ssrc, missing, 20);
    cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBR, 0xbad, &limit, 1);
    cf_put_rtcp_remb(&w, 0xbad, 1, &line->ssrc, 1);
    assert_true(cf_writer_ok(&w));
    grid_inject(&g, &g.members[HOSTILE], cf_writer_span(&w));
}

static void t37_storms_on_all_tiles_do_not_reach_the_others(void **state) {
    (void)state;
    struct outcome outcomes[2];
    for (size_t is_hostile = 0; is_hostile < 2; is_hostile++) {
        begin(11);
        struct outcome before = outcome_of_others();
        for (uint32_t round = 0; round < 2000; round++) {
            for (size_t tile = 0; is_hostile != 0 && tile < g.members[HOSTILE].tile_count; tile++) {
                storm(tile, round);
            }
            grid_run(&g, CF_MSEC(5));
        }
        struct outcome after = outcome_of_others();
        outcomes[is_hostile] = (struct outcome){.packets = after.packets - before.packets,
                                                .lost = after.lost,
                                                .freezes = after.freezes,
                                                .key_requests = after.key_requests - before.key_requests};
        grid_fini(&g);
    }
    assert_int_equal(outcomes[1].lost, 0);
    assert_int_equal(outcomes[1].freezes, outcomes[0].freezes);
    /* Ten seconds, four cameras: for each the budget of four, and one in five seconds. */
    assert_in_range(outcomes[1].key_requests, 1, outcomes[0].key_requests + 4 * 6);
    assert_in_range(outcomes[1].packets, outcomes[0].packets - outcomes[0].packets / 50,
                    outcomes[0].packets + outcomes[0].packets / 20);
}

/* Each packet of its camera comes three times, and again when it is seconds old. Plain RTP: no replay list stands before. */
static void t35_repeated_pictures_are_shown_once(void **state) {
    (void)state;
    struct outcome outcomes[2];
    uint64_t packets[2] = {0};
    for (size_t is_hostile = 0; is_hostile < 2; is_hostile++) {
        struct cf_rng rng;
        cf_rng_init(&rng, 15);
        begin(15);
        const struct grid_sender *s = &g.members[HOSTILE].senders[GRID_SMALL];
        for (size_t round = 0; round < 1000; round++) {
            for (size_t k = 0; is_hostile != 0 && k < 4; k++) {
                /* The last one twice, two of the last 512. */
                size_t i = (k < 2 ? s->camera.sequence - 1U : cf_rng_u32(&rng)) % 512;
                grid_inject(&g, &g.members[HOSTILE], (struct cf_span){s->sent[i].octets, s->sent[i].len});
            }
            grid_run(&g, CF_MSEC(10));
        }
        outcomes[is_hostile] = outcome_of_others();
        const struct cf_engine_line *camera = grid_line(&g, &g.members[HOSTILE], GRID_SMALL);
        assert_true(is_hostile == 0 || camera->counts.discards[CF_MEDIA_DISCARD_DUPLICATE] >= 2000);
        for (size_t i = 0; i < HOSTILE; i++) {
            for (size_t k = 0; k < g.members[i].tile_count; k++) {
                packets[is_hostile] += g.members[i].tiles[k].packets;
            }
        }
        grid_fini(&g);
    }
    assert_int_equal(outcomes[1].lost, 0);
    assert_int_equal(outcomes[1].freezes, outcomes[0].freezes);
    assert_in_range(packets[1], packets[0] - packets[0] / 50, packets[0] + packets[0] / 50);
}

/* A picture packet of the hostile member with @p mid ("" for none). */
static void send_picture(const char *mid, uint32_t ssrc, uint16_t sequence) {
    static const uint8_t key_frame[] = {0x90, 0x80, 0x05, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    uint8_t octets[256];
    uint8_t block[32];
    struct cf_writer w;
    struct cf_writer extension;
    const struct cf_rtp_ext element = {.id = MID_ID, .data = cf_str_span(cf_str_of(mid))};
    struct cf_rtp_header header = {.ssrc = ssrc, .sequence = sequence, .payload_type = VP8, .marker = true};
    cf_writer_init(&extension, block, sizeof block);
    header.extension_profile = cf_rtp_put_extensions(&extension, &element, mid[0] == '\0' ? 0 : 1);
    header.extension = cf_writer_span(&extension);
    cf_writer_init(&w, octets, sizeof octets);
    cf_rtp_put_header(&w, &header);
    cf_put_bytes(&w, key_frame, sizeof key_frame);
    grid_inject(&g, &g.members[HOSTILE], cf_writer_span(&w));
}

static void t38_a_member_sends_on_its_own_lines_only(void **state) {
    (void)state;
    begin(12);
    struct outcome before = outcome_of_others();
    /* On the lines of its tiles, under mids that nobody has, with our own SSRCs, with a stranger's SSRC and no mid. */
    for (uint16_t i = 0; i < 200; i++) {
        send_picture("t0", g.members[0].senders[GRID_SMALL].ssrc, i);
        send_picture("t1", 0xabc, i);
        send_picture("nobody", 0xabc, i);
        send_picture("vs", grid_line(&g, &g.members[HOSTILE], GRID_MAIN)->ssrc, i);
        send_picture("", 0xabcd, i);
    }
    assert_int_equal(tile_line(0)->counts.discards[CF_MEDIA_DISCARD_DIRECTION], 200);
    assert_int_equal(tile_line(1)->counts.discards[CF_MEDIA_DISCARD_DIRECTION], 200);
    assert_int_equal(grid_line(&g, &g.members[HOSTILE], GRID_MAIN)->counts.discards[CF_MEDIA_DISCARD_SSRC], 200);
    for (size_t i = 0; i < g.members[HOSTILE].tile_count; i++) {
        assert_false(tile_line(i)->in.has_source);
    }
    grid_run(&g, CF_SEC(2));
    struct outcome after = outcome_of_others();
    assert_int_equal(after.lost, before.lost);
    assert_int_equal(after.freezes, before.freezes);
    for (size_t i = 0; i < HOSTILE; i++) {
        const struct grid_member *m = &g.members[i];
        for (size_t k = 0; k < m->tile_count; k++) {
            assert_int_equal(test_watch_camera(&m->tiles[k]) / 2, m->tile_of[k]);
        }
    }
    grid_fini(&g);
}

/* It speaks of streams of others, which are not in its transport: goodbyes, requests, limits. */
static void t38_a_member_speaks_of_its_own_streams_only(void **state) {
    (void)state;
    begin(13);
    struct outcome before = outcome_of_others();
    for (size_t round = 0; round < 200; round++) {
        for (size_t i = 0; i < HOSTILE; i++) {
            uint8_t octets[256];
            struct cf_writer w;
            const uint32_t camera = g.members[i].senders[GRID_SMALL].ssrc;
            const uint32_t shown = grid_line(&g, &g.members[i], GRID_TILES)->ssrc;
            const struct cf_tmmb limit = {.ssrc = shown, .bitrate_bps = 1};
            cf_writer_init(&w, octets, sizeof octets);
            cf_put_rtcp_rr(&w, 0xbad, NULL, 0);
            cf_put_rtcp_bye(&w, &camera, 1, CF_STR_NONE);
            cf_put_rtcp_pli(&w, camera, shown);
            cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBR, camera, &limit, 1);
            grid_inject(&g, &g.members[HOSTILE], cf_writer_span(&w));
        }
        grid_run(&g, CF_MSEC(10));
    }
    struct outcome after = outcome_of_others();
    assert_int_equal(after.key_requests, before.key_requests);
    assert_int_equal(after.freezes, before.freezes);
    assert_int_equal(after.lost, 0);
    for (size_t i = 0; i < HOSTILE; i++) {
        assert_int_equal(g.members[i].senders[GRID_SMALL].bitrate_bps, 0);
    }
    grid_fini(&g);
}

/* Everybody follows somebody else, whose picture is to go on. */
static void t41_a_flood_on_one_camera_costs_no_memory(void **state) {
    (void)state;
    begin(14);
    grid_speak(&g, 2);
    grid_run(&g, CF_SEC(2));
    grid_speak(&g, 1);
    grid_run(&g, CF_SEC(2));
    struct outcome before = outcome_of_others();
    size_t bytes = g.mem.live_bytes;
    uint64_t cleared = 0;
    struct cf_rng rng;
    cf_rng_init(&rng, 14);
    for (size_t i = 0; i < 20000; i++) {
        uint16_t sequence = i % 50 == 0 ? (uint16_t)cf_rng_u32(&rng) : (uint16_t)i;
        /* On the line of its camera, with SSRCs of its own choice. */
        send_picture("vs", 0x70000000U + (uint32_t)(i / 997), sequence);
        cleared += g.mem.live_bytes > bytes;
        if (i % 20 == 0) {
            grid_run(&g, CF_MSEC(1));
        }
    }
    assert_int_equal(cleared, 0);
    struct outcome after = outcome_of_others();
    assert_int_equal(after.freezes, before.freezes);
    grid_fini(&g);
}

/* Datagrams that were not used for @reason, on all workers. */
static uint64_t discarded(enum cf_media_discard reason) {
    uint64_t sum = 0;
    for (size_t i = 0; i < g.worker_count; i++) {
        sum += cf_engine_totals(&g.engines[i])->discards[reason];
    }
    return sum;
}

/* Its own packets, cut, with bits of their headers flipped, with lengths that lie: padding, sources, extension; and the
 * same of RTCP. */
static void send_broken(struct cf_rng *rng, const struct grid_sender *s) {
    static const uint8_t report[] = {0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2};
    uint8_t octets[256] = {0};
    size_t i = cf_rng_below(rng, 512);
    size_t len = s->sent[i].len;
    bool is_report = cf_rng_below(rng, 8) == 0 || len == 0;
    memcpy(octets, is_report ? report : s->sent[i].octets, is_report ? sizeof report : len);
    len = is_report ? sizeof report : len;
    switch (cf_rng_below(rng, 5)) {
    case 0:
        len = cf_rng_below(rng, 16);
        break;
    case 1:
        octets[0] |= 0x0f; /* more sources than there is room for */
        len = len < 70 ? len : 70;
        break;
    case 2:
        octets[0] |= 0x20;
        octets[len - 1] = (uint8_t)(cf_rng_below(rng, 2) * 255); /* none, or more padding than there is */
        break;
    case 3:
        octets[0] |= 0x10;
        octets[14] = 0xff; /* a long extension */
        break;
    default:
        for (size_t k = 0; k < 4; k++) {
            octets[1 + cf_rng_below(rng, 11)] ^= (uint8_t)(1U << cf_rng_below(rng, 8));
        }
        break;
    }
    grid_inject(&g, &g.members[HOSTILE], (struct cf_span){octets, len});
}

static void t36_broken_packets_reach_no_tile_of_others(void **state) {
    (void)state;
    struct outcome outcomes[2];
    for (size_t is_hostile = 0; is_hostile < 2; is_hostile++) {
        struct cf_rng rng;
        cf_rng_init(&rng, 16);
        begin(16);
        for (size_t round = 0; round < 500; round++) {
            for (size_t k = 0; is_hostile != 0 && k < 10; k++) {
                send_broken(&rng, &g.members[HOSTILE].senders[GRID_SMALL]);
            }
            grid_run(&g, CF_MSEC(10));
        }
        outcomes[is_hostile] = outcome_of_others();
        assert_true(is_hostile == 0 ||
                    (discarded(CF_MEDIA_DISCARD_MALFORMED) > 500 && discarded(CF_MEDIA_DISCARD_RTCP_MALFORMED) > 50));
        /* Whose tile is whose is asserted all the time. */
        grid_fini(&g);
    }
    assert_int_equal(outcomes[1].freezes, outcomes[0].freezes);
    assert_int_equal(outcomes[1].packets, outcomes[0].packets);
    assert_in_range(outcomes[1].key_requests, 0, outcomes[0].key_requests + 4);
}

/* Somebody leaves; the port is another one's now, and what he still sends comes to it, from where he was and with his names. */
static void t40_stale_media_on_a_port_is_shown_on_no_tile(void **state) {
    (void)state;
    begin(17);
    const struct grid_member former = g.members[HOSTILE];
    grid_remove(&g, &g.members[HOSTILE]);
    grid_run(&g, CF_MSEC(100));
    struct grid_member *next = grid_add(&g);
    grid_show_all(&g);
    const struct grid_member stale = {.number = next->number, .address = former.address, .socket = next->socket};
    const uint64_t before = discarded(CF_MEDIA_DISCARD_WRONG_ADDRESS);
    for (size_t round = 0; round < 300; round++) {
        for (size_t k = 0; k < 2; k++) {
            const struct grid_sender *s = &former.senders[k];
            size_t i = (s->camera.sequence + 512U - 1 - round % 200) % 512;
            if (s->sent[i].len > 0) {
                grid_inject(&g, &stale, (struct cf_span){s->sent[i].octets, s->sent[i].len});
            }
        }
        grid_run(&g, CF_MSEC(10));
    }
    assert_true(discarded(CF_MEDIA_DISCARD_WRONG_ADDRESS) - before >= 300);
    for (size_t i = 0; i < HOSTILE; i++) {
        const struct grid_member *m = &g.members[i];
        for (size_t k = 0; k < m->tile_count; k++) {
            bool is_next = m->tile_of[k] == next->number;
            assert_true(m->tile_of[k] == former.number || test_watch_camera(&m->tiles[k]) / 2 == m->tile_of[k]);
            assert_true(!is_next || (m->tiles[k].packets > 0 && m->tiles[k].lost == 0));
        }
    }
    grid_fini(&g);
}

CF_TEST_MAIN(cmocka_unit_test(t36_broken_packets_reach_no_tile_of_others),
             cmocka_unit_test(t40_stale_media_on_a_port_is_shown_on_no_tile),
             cmocka_unit_test(t37_storms_on_all_tiles_do_not_reach_the_others),
             cmocka_unit_test(t35_repeated_pictures_are_shown_once), cmocka_unit_test(t38_a_member_sends_on_its_own_lines_only),
             cmocka_unit_test(t38_a_member_speaks_of_its_own_streams_only),
             cmocka_unit_test(t41_a_flood_on_one_camera_costs_no_memory))
