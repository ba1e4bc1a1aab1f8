/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring of compounds. */
#include "core/media/control_queue.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"

static const uint8_t compound[8] = {0x80, 201, 0, 1, 1, 2, 3, 4};

static bool put(struct cf_control_queue *queue, const struct test_srtp *s, uint32_t socket) {
    const struct cf_addr to = {.port = 5, .family = CF_FAMILY_IP4};
    return cf_control_queue_put(queue, &s->crypto, NULL, socket, &to, (struct cf_span){compound, sizeof compound});
}

static void gives_compounds_in_order_round_the_end(void **state) {
    (void)state;
    struct test_mem m;
    struct test_srtp s;
    struct cf_control_queue queue;
    const struct cf_control_item *items;
    test_mem_init(&m);
    test_srtp_init(&s, &m.mem);
    assert_ok(cf_control_queue_init(&queue, &m.mem));
    uint32_t in = 0;
    uint32_t out = 0;
    for (size_t round = 0; round < 10; round++) {
        for (size_t i = 0; i < 100; i++) {
            assert_true(put(&queue, &s, in++));
        }
        for (size_t n = cf_control_queue_peek(&queue, 30, &items); n > 0; n = cf_control_queue_peek(&queue, 30, &items)) {
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(items[i].socket, out++);
                assert_int_equal(items[i].len, sizeof compound);
            }
            cf_control_queue_drop(&queue, n);
        }
        assert_int_equal(in, out);
    }
    cf_control_queue_fini(&queue);
    test_mem_fini(&m);
}

static void loses_and_counts_what_does_not_fit(void **state) {
    (void)state;
    struct test_mem m;
    struct test_srtp s;
    struct cf_control_queue queue;
    test_mem_init(&m);
    test_srtp_init(&s, &m.mem);
    assert_ok(cf_control_queue_init(&queue, &m.mem));
    for (size_t i = 0; i < CF_CONTROL_QUEUE_MAX; i++) {
        assert_true(put(&queue, &s, 0));
    }
    assert_false(put(&queue, &s, 0));
    assert_int_equal(queue.lost, 1);
    cf_control_queue_fini(&queue);
    cf_control_queue_fini(&queue);
    m.fail_at = m.count;
    assert_int_equal(cf_control_queue_init(&queue, &m.mem), CF_ERR_NO_MEMORY);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(gives_compounds_in_order_round_the_end), cmocka_unit_test(loses_and_counts_what_does_not_fit))
