/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames out of packets that were lost, doubled and mixed up on their way. */
#include "core/sfu/assembler.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"

#define PAYLOAD_MAX 200
#define PACKETS_MAX 64

/* A sender of VP8 or H.264 frames whose octets say which frame they are of. */
struct sender {
    enum cf_video_format format;
    struct cf_vp8_packetiser vp8;
    struct cf_h264_packetiser h264;
    uint16_t sequence;
    uint32_t timestamp;
    uint8_t octets[PACKETS_MAX][PAYLOAD_MAX];
    struct cf_video_packet packets[PACKETS_MAX];
    size_t count;
};

static struct sender sender;
static struct test_mem m;
static struct cf_assembler assembler;

static void begin(enum cf_video_format format) {
    test_mem_init(&m);
    sender = (struct sender){.format = format, .sequence = 65000, .timestamp = 0xffffff00};
    cf_vp8_packetiser_init(&sender.vp8, PAYLOAD_MAX, 3);
    cf_h264_packetiser_init(&sender.h264, PAYLOAD_MAX, false);
    assert_ok(cf_assembler_init(&assembler, &m.mem, format));
    assert_true(cf_assembler_wants_key(&assembler));
    assert_false(cf_assembler_wants_key(&assembler));
}

static void end(void) {
    cf_assembler_fini(&assembler);
    test_mem_fini(&m);
}

static size_t print_frame(uint8_t *out, size_t len, bool is_key, uint8_t number) {
    static const uint8_t vp8[10] = {0x11, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00};
    static const uint8_t key[] = {0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0x11, 0, 0, 0, 1, 0x65, 0x88};
    static const uint8_t slice[] = {0, 0, 0, 1, 0x41, 0x88};
    /* Never zero: a byte stream of H.264 ends with no zero octets. */
    memset(out, 1 + number, len);
    if (sender.format == CF_VIDEO_VP8) {
        memcpy(out, vp8, sizeof vp8);
        out[0] = is_key ? 0x10 : 0x11;
    } else if (is_key) {
        memcpy(out, key, sizeof key);
    } else {
        memcpy(out, slice, sizeof slice);
    }
    return len;
}

/* Cut frame @number of @len octets into sender.packets. */
static void cut(size_t len, bool is_key, uint8_t number) {
    static uint8_t frame[PACKETS_MAX * PAYLOAD_MAX];
    struct cf_span octets = {frame, print_frame(frame, len, is_key, number)};
    bool marker = false;
    if (sender.format == CF_VIDEO_VP8) {
        cf_vp8_packetiser_frame(&sender.vp8, octets);
    } else {
        assert_ok(cf_h264_packetiser_frame(&sender.h264, octets));
    }
    sender.timestamp += 3000;
    for (sender.count = 0; !marker; sender.count++) {
        uint8_t *out = sender.octets[sender.count];
        size_t n = sender.format == CF_VIDEO_VP8 ? cf_vp8_packetiser_next(&sender.vp8, out, &marker)
                                                 : cf_h264_packetiser_next(&sender.h264, out, &marker);
        sender.packets[sender.count] = (struct cf_video_packet){
            .timestamp = sender.timestamp, .sequence = sender.sequence++, .marker = marker, .payload = {out, n}};
    }
}

static void put(size_t index, cf_usec now) {
    sender.packets[index].arrival = now;
    assert_ok(cf_assembler_on_packet(&assembler, &sender.packets[index]));
}

static void assert_frame(cf_usec now, size_t len, bool is_key, uint8_t number) {
    struct cf_assembled_frame frame;
    uint8_t wanted[PACKETS_MAX * PAYLOAD_MAX];
    assert_true(cf_assembler_poll(&assembler, now, &frame));
    assert_int_equal(frame.octets.len, print_frame(wanted, len, is_key, number));
    assert_memory_equal(frame.octets.at, wanted, len);
    assert_int_equal(frame.is_key, is_key);
    assert_int_equal(frame.timestamp, sender.timestamp);
}

static void assert_no_frame(cf_usec now) {
    struct cf_assembled_frame frame;
    assert_false(cf_assembler_poll(&assembler, now, &frame));
}

static void gives_whole_frames(void **state) {
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        begin(f == 0 ? CF_VIDEO_VP8 : CF_VIDEO_H264_MODE_1);
        for (uint8_t number = 0; number < 100; number++) {
            size_t len = 50 + number * 37U;
            cut(len, number % 30 == 0, number);
            for (size_t i = sender.count; i > 0; i--) {
                assert_no_frame(0);
                put(i - 1, 0);
            }
            assert_frame(0, len, number % 30 == 0, number);
            assert_no_frame(0);
        }
        assert_int_equal(assembler.frames, 100);
        end();
    }
}

static void waits_for_the_first_key_frame(void **state) {
    (void)state;
    begin(CF_VIDEO_VP8);
    cut(500, false, 1);
    for (size_t i = 0; i < sender.count; i++) {
        put(i, 0);
        assert_no_frame(CF_SEC(1));
    }
    cut(500, true, 2);
    for (size_t i = 0; i < sender.count; i++) {
        put(i, 0);
    }
    assert_frame(0, 500, true, 2);
    end();
}

static void waits_for_a_repair_and_not_for_ever(void **state) {
    (void)state;
    begin(CF_VIDEO_VP8);
    cut(900, true, 1);
    for (size_t i = 0; i < sender.count; i++) {
        put(i, 0);
    }
    assert_frame(0, 900, true, 1);
    cut(900, false, 2);
    for (size_t i = 0; i < sender.count; i++) {
        if (i != 2) {
            put(i, 0);
        }
    }
    assert_no_frame(0);
    assert_no_frame(CF_ASSEMBLER_PATIENCE - 1);
    put(2, CF_ASSEMBLER_PATIENCE - 1);
    assert_frame(CF_ASSEMBLER_PATIENCE - 1, 900, false, 2);
    assert_false(cf_assembler_wants_key(&assembler));
    /* The next one is never repaired. */
    cut(900, false, 3);
    put(1, CF_SEC(1));
    assert_no_frame(CF_SEC(1));
    assert_no_frame(CF_SEC(1) + CF_ASSEMBLER_PATIENCE);
    assert_true(cf_assembler_wants_key(&assembler));
    assert_int_equal(assembler.broken, 1);
    cut(900, false, 4);
    put(0, CF_SEC(2));
    assert_no_frame(CF_SEC(2));
    cut(300, true, 5);
    put(0, CF_SEC(2));
    put(1, CF_SEC(2));
    assert_frame(CF_SEC(2), 300, true, 5);
    end();
}

static void goes_on_with_a_key_frame_that_came_meanwhile(void **state) {
    (void)state;
    begin(CF_VIDEO_VP8);
    cut(100, true, 1);
    put(0, 0);
    assert_frame(0, 100, true, 1);
    cut(900, false, 2);
    put(1, 0);
    assert_no_frame(0);
    cut(150, true, 3);
    put(0, CF_MSEC(100));
    assert_no_frame(CF_MSEC(100));
    assert_no_frame(CF_ASSEMBLER_PATIENCE);
    assert_frame(CF_ASSEMBLER_PATIENCE, 150, true, 3);
    end();
}

static void refuses_duplicates_and_nonsense(void **state) {
    (void)state;
    begin(CF_VIDEO_VP8);
    cut(100, true, 1);
    put(0, 0);
    assert_int_equal(cf_assembler_on_packet(&assembler, &sender.packets[0]), CF_ERR_EXISTS);
    const struct cf_video_packet empty = {.payload = {sender.octets[0], 0}};
    assert_int_equal(cf_assembler_on_packet(&assembler, &empty), CF_ERR_TRUNCATED);
    cf_assembler_restart(&assembler, CF_VIDEO_H264_MODE_0);
    assert_true(cf_assembler_wants_key(&assembler));
    assert_no_frame(0);
    end();
}

/* Loss, doubling, disorder: what comes out is whole, in order, and begins with key frames where something is missing. */
static void survives_bad_networks(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 12);
    begin(CF_VIDEO_VP8);
    uint32_t last_timestamp = sender.timestamp;
    uint64_t broken = 0;
    size_t frames = 0;
    for (uint32_t number = 0; number < 3000; number++) {
        cf_usec now = (cf_usec)number * CF_MSEC(33);
        cut(50 + cf_rng_below(&rng, 3000), number % 40 == 0, (uint8_t)number);
        for (size_t i = 0; i < sender.count; i++) {
            size_t swap = cf_rng_below(&rng, (uint32_t)sender.count);
            struct cf_video_packet packet = sender.packets[i];
            sender.packets[i] = sender.packets[swap];
            sender.packets[swap] = packet;
        }
        for (size_t i = 0; i < sender.count; i++) {
            sender.packets[i].arrival = now;
            if (!cf_rng_chance(&rng, 10000)) {
                assert_ok(cf_assembler_on_packet(&assembler, &sender.packets[i]));
            }
        }
        struct cf_assembled_frame frame;
        while (cf_assembler_poll(&assembler, now, &frame)) {
            assert_true((int32_t)(frame.timestamp - last_timestamp) > 0);
            /* A frame that does not follow on the last one is a key frame. */
            assert_true(frame.is_key || (broken == assembler.broken && frame.timestamp - last_timestamp == 3000));
            last_timestamp = frame.timestamp;
            broken = assembler.broken;
            frames++;
        }
    }
    assert_true(frames > 800 && assembler.broken > 20);
    end();
}

static void copes_with_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        test_mem_init(&m);
        m.fail_at = n;
        struct cf_assembler a = {.mem = NULL};
        enum cf_err err = cf_assembler_init(&a, &m.mem, CF_VIDEO_VP8);
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_assembler_fini(&a);
        test_mem_fini(&m);
        if (!m.failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(gives_whole_frames), cmocka_unit_test(waits_for_the_first_key_frame),
             cmocka_unit_test(waits_for_a_repair_and_not_for_ever),
             cmocka_unit_test(goes_on_with_a_key_frame_that_came_meanwhile), cmocka_unit_test(refuses_duplicates_and_nonsense),
             cmocka_unit_test(survives_bad_networks), cmocka_unit_test(copes_with_want_of_memory))
