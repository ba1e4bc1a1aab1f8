/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workers tell each other, packed. */
#include "core/media/parcel.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem mem;
static struct cf_parcel parcel;

static const struct cf_handle room = {.slot = 4, .generation = 2};
static const struct cf_handle leg = {.slot = 9, .generation = 5};

static void begin(void) {
    test_mem_init(&mem);
    parcel = (struct cf_parcel){.at = NULL};
    assert_ok(cf_parcel_reserve(&parcel, &mem.mem));
}

static void end(void) {
    cf_parcel_fini(&parcel);
    cf_parcel_fini(&parcel);
    test_mem_fini(&mem);
}

static void what_goes_in_comes_out_in_order(void **state) {
    static const uint8_t octets[13] = "hello, world";
    struct cf_parcel_message message;
    (void)state;
    begin();
    for (int kind = 0; kind < CF_PARCEL_KIND_COUNT; kind++) {
        struct cf_parcel_message in = {.kind = (enum cf_parcel_kind)kind, .room = room, .leg = leg, .line = 7, .stream = 2};
        if (cf_parcel_is_packet(in.kind)) {
            in.payload = (struct cf_span){octets, sizeof octets};
        }
        if (in.kind == CF_PARCEL_PICTURE) {
            in.as.picture =
                (struct cf_parcel_picture){.timestamp = 90000, .sequence = 65535, .marker = true, .descriptor_len = 5};
            in.payload.len -= 5; /* a descriptor behind it */
            in.tail = (struct cf_span){octets + in.payload.len, 5};
        }
        assert_true(cf_parcel_put(&parcel, &in));
    }
    assert_true(parcel.has_state);
    struct cf_span rest = {parcel.at, parcel.len};
    for (int kind = 0; kind < CF_PARCEL_KIND_COUNT; kind++) {
        assert_true(cf_parcel_next(&rest, &message));
        assert_int_equal(message.kind, kind);
        assert_true(cf_handle_eq(message.room, room) && cf_handle_eq(message.leg, leg));
        assert_int_equal(message.line, 7);
        assert_int_equal(message.stream, 2);
        assert_int_equal(message.payload.len, cf_parcel_is_packet(message.kind) ? sizeof octets : 0);
        if (message.kind == CF_PARCEL_PICTURE) {
            assert_int_equal(message.as.picture.timestamp, 90000);
            assert_int_equal(message.as.picture.sequence, 65535);
            assert_true(message.as.picture.marker && message.as.picture.descriptor_len == 5);
            assert_memory_equal(message.payload.at, octets, sizeof octets);
        }
    }
    assert_false(cf_parcel_next(&rest, &message));
    end();
}

/* Packets give way, in time, to what must not be lost. */
static void packets_leave_room_for_the_rest(void **state) {
    static const uint8_t octets[1200];
    const struct cf_parcel_message packet = {.kind = CF_PARCEL_PICTURE, .room = room, .payload = {octets, sizeof octets}};
    const struct cf_parcel_message other = {.kind = CF_PARCEL_SPEAKER, .room = room, .leg = leg};
    (void)state;
    begin();
    size_t packets = 0;
    while (cf_parcel_put(&parcel, &packet)) {
        packets++;
    }
    assert_in_range(packets, 64, CF_PARCEL_OCTETS / sizeof octets);
    assert_false(parcel.has_state);
    size_t others = 0;
    while (cf_parcel_put(&parcel, &other)) {
        others++;
    }
    assert_true(others > 500);
    assert_true(parcel.len <= CF_PARCEL_OCTETS);
    cf_parcel_clear(&parcel);
    assert_true(cf_parcel_put(&parcel, &packet));
    assert_false(parcel.has_state);
    end();
    /* Without memory nothing goes in. */
    assert_false(cf_parcel_put(&parcel, &other));
}

static void no_memory_is_said(void **state) {
    (void)state;
    test_mem_init(&mem);
    mem.fail_at = 0;
    parcel = (struct cf_parcel){.at = NULL};
    assert_int_equal(cf_parcel_reserve(&parcel, &mem.mem), CF_ERR_NO_MEMORY);
    test_mem_fini(&mem);
}

/* Whatever is cut off or turned over: nothing is read beyond the end, and reading ends. */
static void what_is_broken_is_not_taken(void **state) {
    static const uint8_t octets[40];
    const struct cf_parcel_message packet = {.kind = CF_PARCEL_VOICE, .room = room, .payload = {octets, sizeof octets}};
    struct cf_parcel_message message;
    (void)state;
    begin();
    assert_true(cf_parcel_put(&parcel, &packet));
    assert_true(cf_parcel_put(&parcel, &packet));
    for (size_t len = 0; len < parcel.len; len++) {
        struct cf_span rest = {parcel.at, len};
        size_t count = 0;
        while (cf_parcel_next(&rest, &message)) {
            count++;
        }
        assert_int_equal(count, len < parcel.len / 2 ? 0 : 1);
    }
    for (size_t bit = 0; bit < parcel.len * 8; bit++) {
        parcel.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        struct cf_span rest = {parcel.at, parcel.len};
        while (cf_parcel_next(&rest, &message)) {
            assert_in_range(message.kind, 0, CF_PARCEL_KIND_COUNT - 1);
            assert_true(message.payload.at + message.payload.len <= parcel.at + parcel.len);
        }
        parcel.at[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    end();
}

CF_TEST_MAIN(cmocka_unit_test(what_goes_in_comes_out_in_order), cmocka_unit_test(packets_leave_room_for_the_rest),
             cmocka_unit_test(no_memory_is_said), cmocka_unit_test(what_is_broken_is_not_taken))
