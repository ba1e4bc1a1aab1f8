/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was sent, until feedback tells of it. */
#include "core/bwe/history.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem m;
static struct cf_bwe_history h;

static void begin(uint16_t first) {
    test_mem_init(&m);
    assert_ok(cf_bwe_history_init(&h, &m.mem, first));
}

static void end(void) {
    cf_bwe_history_fini(&h);
    test_mem_fini(&m);
}

static void settles_each_packet_once(void **state) {
    (void)state;
    struct cf_bwe_sent sent = {.len = 7};
    begin(65534);
    for (uint16_t i = 0; i < 4; i++) {
        assert_int_equal(cf_bwe_history_add(&h, 100U + i, (uint8_t)i, 1000 + i), (uint16_t)(65534 + i));
    }
    assert_int_equal(h.in_flight, 406);
    assert_false(cf_bwe_history_settle(&h, 2, true, 2000, &sent)); /* not sent yet */
    assert_int_equal(sent.len, 7);
    assert_true(cf_bwe_history_settle(&h, 0, true, 2000, &sent)); /* the third: the ones before are not on their way either */
    assert_int_equal(h.in_flight, 103);
    assert_int_equal(sent.len, 102);
    assert_int_equal(sent.probe, 2);
    assert_int_equal(sent.sent_at, 1002);
    assert_int_equal(sent.fate, CF_BWE_IN_FLIGHT);
    assert_false(cf_bwe_history_settle(&h, 0, true, 2000, &sent));
    assert_false(cf_bwe_history_settle(&h, 0, false, 2000, &sent)); /* received is final */
    assert_true(cf_bwe_history_settle(&h, 65535, false, 2000, &sent));
    assert_false(cf_bwe_history_settle(&h, 65535, false, 2000, &sent));
    assert_true(cf_bwe_history_settle(&h, 65535, true, 2000, &sent)); /* it came after all */
    assert_int_equal(sent.fate, CF_BWE_LOST);
    end();
}

static void forgets_the_oldest(void **state) {
    (void)state;
    struct cf_bwe_sent sent;
    begin(0);
    for (uint32_t i = 0; i < CF_BWE_HISTORY_SIZE + 10; i++) {
        (void)cf_bwe_history_add(&h, 1, 0, (cf_usec)i);
    }
    assert_int_equal(h.in_flight, CF_BWE_HISTORY_SIZE);
    assert_false(cf_bwe_history_settle(&h, 9, true, 5000, &sent));
    assert_false(cf_bwe_history_has(&h, 9));
    assert_true(cf_bwe_history_settle(&h, 10, true, 5000, &sent));
    assert_true(cf_bwe_history_has(&h, CF_BWE_HISTORY_SIZE + 9));
    assert_false(cf_bwe_history_has(&h, CF_BWE_HISTORY_SIZE + 10));
    /* And by age: the time of sending has 32 bits only. */
    (void)cf_bwe_history_add(&h, 1, 0, CF_BWE_HISTORY_AGE + 4000);
    assert_int_equal(h.in_flight, 1);
    assert_false(cf_bwe_history_has(&h, 600));
    end();
}

static void counts_what_is_on_its_way(void **state) {
    (void)state;
    struct cf_bwe_sent sent;
    begin(1);
    uint64_t model = 0;
    for (uint32_t i = 0; i < 200000; i++) {
        (void)cf_bwe_history_add(&h, 1 + i % 7, 0, (cf_usec)i * 100);
        model += 1 + i % 7;
        if (i % 50 == 49) {
            assert_int_equal(h.in_flight, model);
            assert_true(cf_bwe_history_settle(&h, (uint16_t)(i + 1), true, (cf_usec)i * 100, &sent));
            model = 0;
        }
    }
    assert_int_equal(h.in_flight, model);
    end();
}

static void needs_memory(void **state) {
    (void)state;
    test_mem_init(&m);
    m.fail_at = 0;
    struct cf_bwe_history none = {.slots = NULL};
    assert_int_equal(cf_bwe_history_init(&none, &m.mem, 1), CF_ERR_NO_MEMORY);
    cf_bwe_history_fini(&none);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(settles_each_packet_once), cmocka_unit_test(forgets_the_oldest),
             cmocka_unit_test(counts_what_is_on_its_way), cmocka_unit_test(needs_memory))
