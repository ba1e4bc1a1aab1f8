/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attacks on media: strangers at the ports, forged and replayed packets, storms, floods, nonsense. The names say which. */
#include "lib/test_media.h"

#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "lib/test.h"

static struct test_media w;

static const struct cf_addr attacker = {.ip = {66, 6, 6, 6}, .port = 6666, .family = CF_FAMILY_IP4};

static uint64_t discards(enum cf_media_discard reason) {
    return cf_engine_totals(&w.engine)->discards[reason];
}

static struct cf_span print_rtp(uint8_t *octets, uint32_t ssrc, uint16_t sequence, uint8_t type, struct cf_span payload) {
    struct cf_writer writer;
    const struct cf_rtp_header header = {.timestamp = 960U * sequence, .ssrc = ssrc, .sequence = sequence, .payload_type = type};
    cf_writer_init(&writer, octets, 2048);
    cf_rtp_put_header(&writer, &header);
    cf_put_bytes(&writer, payload.at, payload.len);
    return cf_writer_span(&writer);
}

/* Loud sound of an attacker, whom nobody may hear: phone 5 is never in these rooms. */
static void spray_sound(const struct cf_addr *from, uint32_t ssrc, uint16_t sequence) {
    uint8_t octets[2048];
    const struct test_frame frame = {.number = sequence, .msec = 20, .value = 16000, .last = 16000};
    for (uint32_t socket = 0; socket < 32; socket++) {
        test_media_inject(&w, socket, from, print_rtp(octets, ssrc, sequence, TEST_PT_OPUS, test_frame_span(&frame)));
    }
}

static void spray_nonsense(const struct cf_addr *from) {
    for (uint32_t socket = 0; socket < 32; socket++) {
        uint8_t octets[100];
        size_t len = cf_rng_below(&w.rng, sizeof octets);
        for (size_t i = 0; i < len; i++) {
            octets[i] = (uint8_t)cf_rng_u32(&w.rng);
        }
        test_media_inject(&w, socket, from, (struct cf_span){octets, len});
    }
}

static void assert_nobody_heard_the_attacker(void) {
    for (size_t i = 0; i < w.phone_count; i++) {
        assert_int_equal(w.phones[i].heard[4], 0);
    }
    assert_int_equal(w.strangers, 0);
}

/* T33. The attacker is there before the phones have sent anything, and never leaves. */
static void strangers_are_neither_heard_nor_answered(const struct test_phone_config *config) {
    test_media_init(&w, 1);
    for (size_t i = 0; i < 3; i++) {
        struct test_phone *phone = test_media_add(&w, config);
        phone->is_talking = true;
        phone->is_silent = true;
    }
    for (uint16_t i = 0; i < 200; i++) {
        if (i == 50) {
            for (size_t k = 0; k < 3; k++) {
                w.phones[k].is_silent = false;
            }
        }
        spray_sound(&attacker, 666, i);
        spray_sound(&attacker, w.phones[0].ssrc[TEST_SOUND], (uint16_t)(w.phones[0].sequence + 1));
        spray_nonsense(&attacker);
        test_media_run(&w, CF_MSEC(20));
    }
    assert_nobody_heard_the_attacker();
    for (size_t i = 0; i < 3; i++) {
        assert_true(w.phones[i].heard[(i + 1) % 3] > 50);
        assert_true(w.phones[i].decoder.count > 50);
    }
    test_media_fini(&w);
}

static void t33_plain_rtp_from_strangers_is_dropped(void **state) {
    (void)state;
    const struct test_phone_config config = {.has_levels = false};
    strangers_are_neither_heard_nor_answered(&config);
}

static void t33_srtp_from_strangers_is_dropped(void **state) {
    (void)state;
    const struct test_phone_config config = {.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    strangers_are_neither_heard_nor_answered(&config);
}

static void t33_latching_on_known_addresses_lets_no_stranger_in(void **state) {
    (void)state;
    const struct test_phone_config config = {.policy = {.latch = {.plain = CF_LATCH_PLAIN_SAME_IP},
                                                        .flow = {.ip = {10, 1, 1, 1}, .port = 5060, .family = CF_FAMILY_IP4}}};
    strangers_are_neither_heard_nor_answered(&config);
}

/* T33 for control: who ends streams, asks for key frames or says how late we are must be the phone. */
static void t33_rtcp_from_strangers_is_dropped(void **state) {
    (void)state;
    uint8_t compound[200];
    struct cf_writer writer;
    test_media_init(&w, 3);
    const struct test_phone_config config = {.has_levels = false};
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &config)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(2));
    const uint32_t ssrcs[] = {w.phones[0].ssrc[TEST_SOUND], w.phones[0].ssrc[TEST_PICTURE]};
    cf_writer_init(&writer, compound, sizeof compound);
    cf_put_rtcp_rr(&writer, ssrcs[1], NULL, 0);
    cf_put_rtcp_pli(&writer, ssrcs[1], w.phones[0].ssrc_of_engine[TEST_PICTURE]);
    cf_put_rtcp_bye(&writer, ssrcs, 2, CF_STR_NONE);
    test_media_flush(&w);
    uint64_t used = cf_engine_totals(&w.engine)->datagrams_used;
    uint64_t wrong = discards(CF_MEDIA_DISCARD_WRONG_ADDRESS);
    for (size_t line = 0; line < TEST_LINES; line++) {
        for (size_t port = 0; port < 2; port++) {
            uint32_t socket = w.phones[0].sockets[line][port];
            test_media_inject(&w, socket, &attacker, cf_writer_span(&writer));
        }
    }
    test_media_flush(&w);
    assert_int_equal(cf_engine_totals(&w.engine)->datagrams_used, used);
    assert_int_equal(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS) - wrong, 2 * TEST_LINES);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_LATCHED), 0);
    test_media_fini(&w);
}

/* What is no sound of the line moves nobody, though it comes from the right host. */
static void only_what_is_sound_is_learnt_from(void **state) {
    (void)state;
    uint8_t octets[2048];
    const struct test_frame frame = {.msec = 20, .value = 16000, .last = 16000};
    const struct test_phone_config config = {.policy = {.latch = {.plain = CF_LATCH_PLAIN_SAME_IP}}};
    test_media_init(&w, 4);
    struct test_phone *phone = test_media_add(&w, &config);
    phone->is_silent = true;
    struct cf_addr beside = phone->address[TEST_SOUND][0];
    beside.port = 62000;
    w.expects_strangers = true;
    for (uint16_t i = 0; i < 10; i++) {
        test_media_inject(&w, phone->sockets[TEST_SOUND][0], &beside,
                          print_rtp(octets, 666, (uint16_t)(100 + i), 77, test_frame_span(&frame)));
        test_media_run(&w, CF_MSEC(20));
    }
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_LATCHED), 0);
    assert_int_equal(w.strangers, 0);
    for (uint16_t i = 0; i < 10; i++) {
        test_media_inject(&w, phone->sockets[TEST_SOUND][0], &beside,
                          print_rtp(octets, 666, (uint16_t)(110 + i), TEST_PT_OPUS, test_frame_span(&frame)));
        test_media_run(&w, CF_MSEC(20));
    }
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_LATCHED), 1);
    test_media_fini(&w);
}

/* A phone behind an address translator: its SDP says one port, its packets come from another one of the same address. */
static void a_phone_behind_nat_is_learnt_by_policy_only(void **state) {
    (void)state;
    for (size_t allowed = 0; allowed < 2; allowed++) {
        test_media_init(&w, 2);
        const struct test_phone_config config = {
            .policy = {.latch = {.plain = allowed != 0 ? CF_LATCH_PLAIN_SAME_IP : CF_LATCH_PLAIN_NEVER}}};
        struct test_phone *a = test_media_add(&w, &config);
        struct test_phone *b = test_media_add(&w, &config);
        a->address[TEST_SOUND][0].port = 61000;
        a->address[TEST_PICTURE][0].port = 61002;
        w.expects_strangers = true;
        a->is_talking = true;
        test_media_run(&w, CF_SEC(2));
        assert_int_equal(a->frames_heard > 90, allowed);
        assert_int_equal(b->heard[0] > 20, allowed);
        assert_int_equal(b->decoder.count > 50, allowed);
        assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_LATCHED) >= 2, allowed);
        test_media_fini(&w);
    }
}

/* T34. */
static void t34_floods_of_forged_packets_end_no_call(void **state) {
    (void)state;
    test_media_init(&w, 3);
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_128_GCM};
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &config)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(2));
    /* From the phone's own address, with its own SSRC and the next sequence number, but not its key. */
    struct test_phone *victim = &w.phones[0];
    uint8_t octets[2048];
    const struct test_frame frame = {.msec = 20, .value = 16000, .last = 16000};
    for (uint32_t i = 0; i < 200000; i++) {
        struct cf_span forged = print_rtp(octets, victim->ssrc[TEST_SOUND], (uint16_t)(victim->sequence + i % 100), TEST_PT_OPUS,
                                          test_frame_span(&frame));
        test_media_inject(&w, victim->sockets[TEST_SOUND][0], &victim->address[TEST_SOUND][0], forged);
        if (i % 200 == 0) {
            test_media_run(&w, CF_MSEC(2));
        }
    }
    test_media_flush(&w);
    assert_int_equal(discards(CF_MEDIA_DISCARD_AUTHENTICATION) + discards(CF_MEDIA_DISCARD_REPLAYED), 200000);
    assert_true(discards(CF_MEDIA_DISCARD_AUTHENTICATION) > 199000);
    assert_nobody_heard_the_attacker();
    assert_true(w.phones[1].heard[0] > 50);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SILENT), 0);
    test_media_fini(&w);
}

/* T35. Everything that a phone sends comes a second time, at once and later, from its own and from a stranger's address. */
static void t35_replayed_packets_change_nothing(void **state) {
    (void)state;
    test_media_init(&w, 4);
    const struct test_phone_config config = {.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    for (size_t i = 0; i < 2; i++) {
        test_media_add(&w, &config)->is_talking = true;
    }
    struct test_phone *a = &w.phones[0];
    static uint8_t caught[CF_ENGINE_BATCH_MAX][2048];
    static struct cf_media_input inputs[CF_ENGINE_BATCH_MAX];
    for (size_t round = 0; round < 2000; round++) {
        /* What is about to be delivered is in the world's batch: send a phone's packet and keep a copy. */
        const struct test_frame frame = {.number = a->frame++, .msec = 20, .value = a->value, .last = a->value};
        const struct cf_rtp_header header = {
            .timestamp = a->timestamp, .ssrc = a->ssrc[TEST_SOUND], .sequence = a->sequence++, .payload_type = TEST_PT_OPUS};
        a->timestamp += 960;
        test_media_send_rtp(&w, a, TEST_SOUND, &header, test_frame_span(&frame));
        size_t kept = round % CF_ENGINE_BATCH_MAX;
        inputs[kept] = w.batches[0].inputs[w.batches[0].count - 1];
        memcpy(caught[kept], inputs[kept].at, inputs[kept].len);
        inputs[kept].at = caught[kept];
        size_t older = (round + 7) % CF_ENGINE_BATCH_MAX;
        if (round > CF_ENGINE_BATCH_MAX) {
            test_media_inject(&w, inputs[older].socket, &inputs[older].from, (struct cf_span){caught[older], inputs[older].len});
            test_media_inject(&w, inputs[older].socket, &attacker, (struct cf_span){caught[older], inputs[older].len});
        }
        a->next_sound_at = w.now + CF_SEC(1);
        test_media_run(&w, CF_MSEC(20));
    }
    assert_true(discards(CF_MEDIA_DISCARD_REPLAYED) > 3500);
    assert_int_equal(w.strangers, 0);
    assert_true(w.phones[1].heard[0] > 1500);
    test_media_fini(&w);
}

static void t35_a_captured_packet_from_elsewhere_moves_nobody(void **state) {
    (void)state;
    test_media_init(&w, 5);
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_128_GCM, .no_picture = true};
    struct test_phone *a = test_media_add(&w, &config);
    (void)test_media_add(&w, &config);
    test_media_run(&w, CF_SEC(1));
    /* A packet is held back on its way, and sent on by the attacker after its successors have come: authentic, not replayed. */
    uint8_t held[2048];
    const struct test_frame frame = {.msec = 20};
    struct cf_rtp_header header = {
        .timestamp = a->timestamp, .ssrc = a->ssrc[TEST_SOUND], .sequence = a->sequence++, .payload_type = TEST_PT_OPUS};
    test_media_send_rtp(&w, a, TEST_SOUND, &header, test_frame_span(&frame));
    size_t len = w.batches[0].inputs[--w.batches[0].count].len;
    memcpy(held, w.batches[0].octets[w.batches[0].count], len);
    test_media_run(&w, CF_MSEC(100));
    size_t heard = a->frames_heard;
    test_media_inject(&w, a->sockets[TEST_SOUND][0], &attacker, (struct cf_span){held, len});
    test_media_run(&w, CF_SEC(1));
    assert_int_equal(w.strangers, 0);
    assert_in_range(a->frames_heard - heard, 49, 51);
    test_media_fini(&w);
}

static void t35_our_own_ssrc_is_refused(void **state) {
    (void)state;
    test_media_init(&w, 6);
    const struct test_phone_config config = {.no_picture = true};
    struct test_phone *a = test_media_add(&w, &config);
    struct test_phone *b = test_media_add(&w, &config);
    test_media_run(&w, CF_SEC(1));
    a->ssrc[TEST_SOUND] = a->ssrc_of_engine[TEST_SOUND];
    a->is_talking = true;
    test_media_run(&w, CF_SEC(1));
    assert_true(discards(CF_MEDIA_DISCARD_SSRC) > 40);
    assert_int_equal(b->heard[0], 0);
    test_media_fini(&w);
}

/* T36. Every truncation and many bit flips of real packets, as a member would send them, and 100000 random ones. */
static void t36_broken_packets_break_nothing(void **state) {
    (void)state;
    test_media_init(&w, 7);
    const struct test_phone_config config = {.has_bundle = true, .has_levels = true};
    const struct test_phone_config h264 = {.is_h264 = true};
    for (size_t i = 0; i < 2; i++) {
        test_media_add(&w, &config)->is_talking = true;
        test_media_add(&w, &h264)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(2));
    static const uint8_t picture[] = {0x90, 0x1,  0x12, 0x34, 0, 0,    0,    1,    0,    0,    0,    0,    0xbe, 0xde, 0,
                                      1,    0x11, 'v',  's',  0, 0x90, 0xf0, 0x92, 0x34, 0x99, 0x20, 0x10, 0,    0,    0x9d,
                                      1,    0x2a, 0,    1,    0, 1,    1,    2,    3,    4,    5,    6,    7,    8,    9};
    for (size_t len = 0; len <= sizeof picture; len++) {
        for (uint8_t type = 96; type < 99; type++) {
            for (size_t bit = 0; bit < 8 * len + 1; bit++) {
                uint8_t octets[sizeof picture];
                memcpy(octets, picture, sizeof picture);
                octets[1] = type;
                octets[bit / 8 % sizeof octets] ^= (uint8_t)(1U << bit % 8);
                struct test_phone *phone = &w.phones[bit % 4];
                enum test_line line = (enum test_line)(bit / 4 % 2);
                test_media_inject(&w, phone->sockets[line][bit % 2], &phone->address[line][bit % 2],
                                  (struct cf_span){octets, len});
            }
        }
        test_media_run(&w, CF_MSEC(1));
    }
    for (size_t i = 0; i < 100000; i++) {
        uint8_t octets[80];
        size_t len = cf_rng_below(&w.rng, sizeof octets);
        for (size_t k = 0; k < len; k++) {
            octets[k] = (uint8_t)cf_rng_u32(&w.rng);
        }
        if (len > 1 && i % 2 == 0) {
            octets[0] = (uint8_t)(0x80 | (octets[0] & 0x3f));
            octets[1] = (uint8_t)(i % 4 == 0 ? 96 + i % 3 : 200 + i % 8);
        }
        struct test_phone *phone = &w.phones[i % 4];
        test_media_inject(&w, phone->sockets[i / 4 % 2][i / 8 % 2], &phone->address[i / 4 % 2][i / 8 % 2],
                          (struct cf_span){octets, len});
    }
    test_media_run(&w, CF_SEC(1));
    assert_true(discards(CF_MEDIA_DISCARD_MALFORMED) > 1000);
    assert_true(discards(CF_MEDIA_DISCARD_RTCP_MALFORMED) > 1000);
    assert_true(discards(CF_MEDIA_DISCARD_NOT_MEDIA) > 1000);
    /* The engine still works. */
    size_t heard = w.phones[0].frames_heard;
    test_media_run(&w, CF_SEC(1));
    assert_in_range(w.phones[0].frames_heard - heard, 49, 51);
    test_media_fini(&w);
}

/* T37. One receiver asks for everything as often as it can; what the others get is the same as without it, but for a few keys. */
static void t37_storms_of_one_receiver_do_not_reach_the_others(void **state) {
    (void)state;
    size_t pictures[2];
    uint32_t keys[2];
    size_t asked_for_less[2];
    for (size_t hostile = 0; hostile < 2; hostile++) {
        test_media_init(&w, 8);
        const struct test_phone_config config = {.has_levels = false};
        for (size_t i = 0; i < 4; i++) {
            test_media_add(&w, &config);
        }
        w.phones[0].is_talking = true;
        test_media_run(&w, CF_SEC(3));
        struct test_phone *storm = &w.phones[3];
        uint32_t media = storm->ssrc_of_engine[TEST_PICTURE];
        uint32_t own = storm->ssrc[TEST_PICTURE];
        uint32_t keys_before = w.phones[0].camera.keys;
        size_t pictures_before = w.phones[1].decoder.count;
        const struct cf_engine_line *line = test_media_line(&w, storm, TEST_PICTURE);
        for (size_t i = 0; i < 20000; i++) {
            uint8_t compound[512];
            uint16_t missing[60];
            struct cf_writer writer;
            for (uint16_t k = 0; k < 60; k++) {
                missing[k] = (uint16_t)(line->sink.rewrite.heads.sequence - 60 + k);
            }
            const struct cf_fir fir = {.ssrc = media, .number = (uint8_t)i};
            const struct cf_tmmb limit = {.ssrc = media, .bitrate_bps = 1};
            cf_writer_init(&writer, compound, sizeof compound);
            cf_put_rtcp_rr(&writer, own, NULL, 0);
            cf_put_rtcp_pli(&writer, own, media);
            cf_put_rtcp_fir(&writer, own, &fir, 1);
            cf_put_rtcp_nack(&writer, own, media, missing, 60);
            cf_put_rtcp_tmmb(&writer, CF_RTPFB_TMMBR, own, &limit, 1);
            cf_put_rtcp_remb(&writer, own, 1, &media, 1);
            if (hostile != 0) {
                test_media_send_rtcp(&w, storm, TEST_PICTURE, cf_writer_span(&writer));
            }
            if (i % 2 == 0) {
                test_media_run(&w, CF_MSEC(1));
            }
        }
        pictures[hostile] = w.phones[1].decoder.count - pictures_before;
        keys[hostile] = w.phones[0].camera.keys - keys_before;
        asked_for_less[hostile] = w.phones[0].control.tmmbrs;
        if (hostile != 0) {
            assert_true(line->counts.repeats_out <= CF_SINK_REPEATS_MAX + 11 * CF_SINK_REPEATS_PER_SEC);
            assert_true(storm->control.tmmbns <= 110);
        }
        test_media_fini(&w);
    }
    assert_int_equal(asked_for_less[0] + asked_for_less[1], 0);
    assert_int_equal(keys[0], 0);
    /* Ten seconds: the budget of four, and one in five seconds. */
    assert_in_range(keys[1], 1, 6);
    assert_in_range(pictures[1], pictures[0] - 60, pictures[0] + 120);
}

/* T38. A member can't show its picture, or say its words, as somebody else's. */
static void t38_a_member_is_shown_as_itself_whatever_its_ssrc(void **state) {
    (void)state;
    test_media_init(&w, 9);
    const struct test_phone_config config = {.has_bundle = true};
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &config);
    }
    /* Phone 3 uses the SSRC of phone 1. */
    w.phones[2].ssrc[TEST_PICTURE] = w.phones[0].ssrc[TEST_PICTURE];
    w.phones[2].ssrc[TEST_SOUND] = w.phones[0].ssrc[TEST_SOUND];
    w.phones[0].is_talking = true;
    test_media_run(&w, CF_SEC(3));
    assert_int_equal(test_decoder_camera(&w.phones[1].decoder), 1);
    w.phones[0].is_talking = false;
    w.phones[2].is_talking = true;
    test_media_run(&w, CF_SEC(3));
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_SPEAKER);
    assert_true(cf_handle_eq(event->leg, w.phones[2].leg));
    assert_int_equal(test_decoder_camera(&w.phones[1].decoder), 3);
    size_t switches;
    assert_int_equal(test_decoder_check(&w.phones[1].decoder, &switches), 0);
    test_media_fini(&w);
}

/* T38. Within its bundle a member can't use the SSRC of its sound for pictures. */
static void t38_a_stream_stays_on_its_line(void **state) {
    (void)state;
    test_media_init(&w, 10);
    const struct test_phone_config config = {.has_bundle = true};
    struct test_phone *a = test_media_add(&w, &config);
    (void)test_media_add(&w, &config);
    test_media_run(&w, CF_SEC(1));
    uint64_t before = discards(CF_MEDIA_DISCARD_PAYLOAD_TYPE);
    a->ssrc[TEST_PICTURE] = a->ssrc[TEST_SOUND];
    test_media_run(&w, CF_SEC(1));
    assert_true(discards(CF_MEDIA_DISCARD_PAYLOAD_TYPE) - before > 50);
    test_media_fini(&w);
}

/* T40. The next call gets the ports of the last one at once, and the last one's phone never stops. */
static void t40_stale_media_on_a_port_reaches_nobody(void **state) {
    (void)state;
    test_media_init(&w, 11);
    const struct test_phone_config config = {.has_levels = false};
    struct test_phone *stale = test_media_add(&w, &config);
    struct test_phone *other = test_media_add(&w, &config);
    stale->is_talking = true;
    test_media_run(&w, CF_SEC(2));
    test_media_remove(&w, stale);
    stale->is_silent = false;
    stale->address[0][1].port = 1; /* a phone that has hung up takes no packets */
    struct test_phone *next = test_media_add(&w, &config);
    for (size_t i = 0; i < TEST_LINES; i++) {
        for (size_t port = 0; port < 2; port++) {
            next->sockets[i][port] = stale->sockets[i][port];
        }
        next->transports[i].rtp_socket = stale->sockets[i][0];
        next->transports[i].rtcp_socket = stale->sockets[i][1];
    }
    test_media_agree(&w, next);
    size_t heard = other->heard[0];
    size_t got = stale->frames_heard;
    uint64_t before = discards(CF_MEDIA_DISCARD_WRONG_ADDRESS);
    test_media_run(&w, CF_SEC(3));
    assert_true(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS) - before > 150);
    assert_in_range(other->heard[0] - heard, 0, 5);
    assert_int_equal(stale->frames_heard, got);
    assert_true(next->frames_heard > 100);
    assert_int_equal(w.strangers, 0);
    test_media_fini(&w);
}

/* T41. A member floods, jumps, reorders over the whole range; memory stays where it is and the others get no more than the
 * budget. */
static void t41_floods_and_jumps_cost_no_memory(void **state) {
    (void)state;
    test_media_init(&w, 12);
    const struct test_phone_config config = {.no_camera = false};
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &config);
    }
    w.phones[0].is_talking = true;
    test_media_run(&w, CF_SEC(2));
    struct test_phone *flood = &w.phones[0];
    const struct cf_engine_line *line = test_media_line(&w, &w.phones[1], TEST_PICTURE);
    size_t bytes = w.mem.live_bytes;
    uint64_t out = line->counts.packets_out;
    static const uint8_t key_frame[1200] = {0x90, 0x80, 0x05, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    uint16_t sequence = flood->camera.sequence;
    flood->is_dead = true;
    for (size_t i = 0; i < 40000; i++) {
        uint8_t octets[2048];
        sequence = i % 50 == 0 ? (uint16_t)cf_rng_u32(&w.rng) : (uint16_t)(sequence + 1);
        uint32_t ssrc = flood->ssrc[TEST_PICTURE] + (i % 997 == 0 ? (uint32_t)i : 0);
        struct cf_span packet = print_rtp(octets, ssrc, sequence, TEST_PT_VP8, (struct cf_span){key_frame, sizeof key_frame});
        test_media_inject(&w, flood->sockets[TEST_PICTURE][0], &flood->address[TEST_PICTURE][0], packet);
        if (i % 20 == 0) {
            for (size_t k = 1; k < 3; k++) {
                /* They are not what a decoder model understands. */
                w.phones[k].is_dead = true;
            }
            test_media_run(&w, CF_MSEC(1));
        }
    }
    assert_int_equal(w.mem.live_bytes, bytes);
    assert_true(discards(CF_MEDIA_DISCARD_BUDGET) > 10000);
    assert_true(line->counts.packets_out - out <= 4000 * 3);
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(t33_plain_rtp_from_strangers_is_dropped), cmocka_unit_test(t33_srtp_from_strangers_is_dropped),
             cmocka_unit_test(t33_latching_on_known_addresses_lets_no_stranger_in),
             cmocka_unit_test(t33_rtcp_from_strangers_is_dropped), cmocka_unit_test(only_what_is_sound_is_learnt_from),
             cmocka_unit_test(a_phone_behind_nat_is_learnt_by_policy_only),
             cmocka_unit_test(t34_floods_of_forged_packets_end_no_call), cmocka_unit_test(t35_replayed_packets_change_nothing),
             cmocka_unit_test(t35_a_captured_packet_from_elsewhere_moves_nobody), cmocka_unit_test(t35_our_own_ssrc_is_refused),
             cmocka_unit_test(t36_broken_packets_break_nothing),
             cmocka_unit_test(t37_storms_of_one_receiver_do_not_reach_the_others),
             cmocka_unit_test(t38_a_member_is_shown_as_itself_whatever_its_ssrc),
             cmocka_unit_test(t38_a_stream_stays_on_its_line), cmocka_unit_test(t40_stale_media_on_a_port_reaches_nobody),
             cmocka_unit_test(t41_floods_and_jumps_cost_no_memory))
