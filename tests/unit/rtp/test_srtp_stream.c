/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indices of SSRCs under a key. */
#include "core/rtp/srtp_stream.h"

#include "core/rtp/crypto.h"
#include "lib/test.h"
#include "lib/test_mem.h"

/* A stream whose highest index is @highest. */
static struct cf_srtp_stream stream_at(uint64_t highest) {
    struct cf_srtp_stream stream = {0};
    cf_replay_add(&stream.rtp, highest);
    return stream;
}

static void guesses_the_nearest_rollover_counter(void **state) {
    (void)state;
    static const struct {
        uint64_t highest;
        uint16_t sequence;
        uint64_t index;
    } cases[] = {
        {100, 101, 101},
        {100, 99, 99},
        {65535, 0, 65536},
        {65530, 20, 65556},
        {65536, 65535, 65535},
        {3 * 65536 + 5, 65000, 2 * 65536 + 65000},
        {3 * 65536 + 40000, 7000, 4 * 65536 + 7000},
        {3 * 65536 + 40000, 7300, 3 * 65536 + 7300},
        {3 * 65536 + 100, 32868, 3 * 65536 + 32868}, /* exactly half a circle: RFC 3711 stays in the cycle */
        {3 * 65536 + 100, 32869, 2 * 65536 + 32869},
        {3 * 65536 + 32868, 100, 3 * 65536 + 100},
        {3 * 65536 + 32868, 99, 4 * 65536 + 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_srtp_stream stream = stream_at(cases[i].highest);
        uint64_t index = 0;
        assert_ok(cf_srtp_stream_guess(&stream, cases[i].sequence, &index));
        assert_true(index == cases[i].index);
    }
}

static void refuses_what_was_before_the_beginning(void **state) {
    (void)state;
    struct cf_srtp_stream stream = stream_at(5);
    uint64_t index = 77;
    assert_int_equal(cf_srtp_stream_guess(&stream, 65000, &index), CF_ERR_REPLAYED);
    assert_true(index == 77);
}

static void ends_with_the_last_index(void **state) {
    (void)state;
    struct cf_srtp_stream stream = stream_at(CF_SRTP_INDEX_MAX - 1);
    uint64_t index = 0;
    assert_ok(cf_srtp_stream_guess(&stream, 65535, &index));
    assert_true(index == CF_SRTP_INDEX_MAX);
    assert_int_equal(cf_srtp_stream_guess(&stream, 0, &index), CF_ERR_LIMIT);
}

static void begins_at_the_counter_that_was_set(void **state) {
    (void)state;
    struct cf_srtp_stream stream = {.first_roc = 3};
    uint64_t index = 0;
    assert_ok(cf_srtp_stream_guess(&stream, 9, &index));
    assert_true(index == 3 * 65536 + 9);
    assert_ok(cf_srtp_stream_guess(NULL, 9, &index));
    assert_true(index == 9);
}

static void finds_what_was_added_up_to_the_limit(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_srtp_streams streams;
    uint32_t slot = 0;
    test_mem_init(&m);
    assert_ok(cf_srtp_streams_init(&streams, &m.mem, CF_SRTP_STREAMS_MAX));
    for (uint32_t i = 0; i < CF_SRTP_STREAMS_MAX; i++) {
        assert_int_equal(cf_srtp_streams_find(&streams, i << 16), CF_SRTP_SLOT_NONE);
        assert_ok(cf_srtp_streams_add(&streams, i << 16, i, &slot));
        assert_int_equal(slot, i);
    }
    for (uint32_t i = 0; i < CF_SRTP_STREAMS_MAX; i++) {
        slot = cf_srtp_streams_find(&streams, i << 16);
        assert_int_equal(slot, i);
        assert_int_equal(streams.slots[slot].first_roc, i);
    }
    assert_int_equal(cf_srtp_streams_add(&streams, 1, 0, &slot), CF_ERR_LIMIT);
    assert_int_equal(cf_srtp_streams_find(&streams, 1), CF_SRTP_SLOT_NONE);
    cf_srtp_streams_fini(&streams);
    test_mem_fini(&m);
}

static void survives_every_failing_allocation(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem m;
        struct cf_srtp_streams streams = {0};
        uint32_t slot = 0;
        test_mem_init(&m);
        m.fail_at = n;
        enum cf_err err = cf_srtp_streams_init(&streams, &m.mem, 10);
        for (uint32_t i = 0; err == CF_OK && i < 10; i++) {
            err = cf_srtp_streams_add(&streams, i, 0, &slot);
            if (err != CF_OK) {
                assert_int_equal(cf_srtp_streams_find(&streams, i), CF_SRTP_SLOT_NONE);
            }
        }
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_srtp_streams_fini(&streams);
        test_mem_fini(&m);
        if (!m.failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(guesses_the_nearest_rollover_counter), cmocka_unit_test(refuses_what_was_before_the_beginning),
             cmocka_unit_test(ends_with_the_last_index), cmocka_unit_test(begins_at_the_counter_that_was_set),
             cmocka_unit_test(finds_what_was_added_up_to_the_limit), cmocka_unit_test(survives_every_failing_allocation))
