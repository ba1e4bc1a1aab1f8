/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On which worker new members live. */
#include "core/focus/placement.h"

#include "lib/test.h"

static uint32_t loads[16];

static size_t choose(size_t worker_count, size_t home, uint16_t workers, uint32_t members, uint32_t spread_from) {
    const struct cf_placement placement = {.worker_count = worker_count,
                                           .home = home,
                                           .workers = workers,
                                           .members = members,
                                           .spread_from = spread_from,
                                           .loads = loads};
    return cf_placement_choose(&placement);
}

static void set_loads(uint32_t a, uint32_t b, uint32_t c) {
    loads[0] = a;
    loads[1] = b;
    loads[2] = c;
}

static void small_rooms_stay_at_home(void **state) {
    (void)state;
    set_loads(500, 0, 0);
    assert_int_equal(choose(3, 0, 1, 0, 100), 0);
    assert_int_equal(choose(3, 0, 1, 98, 100), 0);
    assert_int_equal(choose(3, 0, 1, 99, 100), 1);
    /* Never, and nowhere else to go. */
    assert_int_equal(choose(3, 0, 1, 5000, 0), 0);
    assert_int_equal(choose(1, 0, 1, 5000, 100), 0);
    assert_int_equal(choose(0, 0, 1, 5000, 100), 0);
}

static void large_rooms_go_where_there_is_least_to_do(void **state) {
    (void)state;
    set_loads(100, 90, 40);
    assert_int_equal(choose(3, 0, 1, 100, 2), 2);
    /* Where the room is already a little less is enough; where it is not it has to be worth it. */
    assert_int_equal(choose(3, 0, 3, 100, 2), 2);
    set_loads(100, 90, 89);
    assert_int_equal(choose(3, 0, 1, 100, 2), 0);
    assert_int_equal(choose(3, 0, 3, 100, 2), 1);
    assert_int_equal(choose(3, 0, 7, 100, 2), 2);
    set_loads(100, 100, 100);
    assert_int_equal(choose(3, 1, 7, 100, 2), 1);
    set_loads(1, 0, 0);
    assert_int_equal(choose(2, 0, 1, 1, 1), 0);
    set_loads(2, 0, 0);
    assert_int_equal(choose(2, 0, 1, 2, 1), 1);
}

/* One room that grows fills workers evenly, and so do several, whatever their homes. */
static void workers_fill_evenly(void **state) {
    (void)state;
    set_loads(0, 0, 0);
    uint16_t workers[2] = {1, 2};
    for (uint32_t i = 0; i < 900; i++) {
        size_t room = i % 2;
        size_t worker = choose(3, room, workers[room], i / 2, 50);
        workers[room] |= (uint16_t)(1U << worker);
        loads[worker]++;
    }
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(loads[i], 280, 320);
    }
}

static void any_answer_is_a_worker(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 4000; i++) {
        size_t count = 1 + i % 16;
        for (size_t k = 0; k < 16; k++) {
            loads[k] = (i * 2654435761U >> (k + 8)) % 1000;
        }
        size_t worker = choose(count, i % count, (uint16_t)(1U << i % count), i % 300, i % 5);
        assert_true(worker < count);
    }
}

CF_TEST_MAIN(cmocka_unit_test(small_rooms_stay_at_home), cmocka_unit_test(large_rooms_go_where_there_is_least_to_do),
             cmocka_unit_test(workers_fill_evenly), cmocka_unit_test(any_answer_is_a_worker))
