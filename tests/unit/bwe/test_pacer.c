/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets spread, nothing lost, nothing out of order. */
#include "core/bwe/pacer.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem m;
static struct cf_pacer p;
static int user;

static void begin(uint64_t target_bps) {
    test_mem_init(&m);
    assert_ok(cf_pacer_init(&p, &m.mem));
    cf_pacer_set_target(&p, target_bps, CF_SEC(1));
}

static void end(void) {
    cf_pacer_fini(&p);
    test_mem_fini(&m);
}

static struct cf_pacer_item item(uint16_t sequence) {
    return (struct cf_pacer_item){.user = &user, .sequence = sequence, .len = 1000};
}

static void lets_everything_pass_without_a_target(void **state) {
    (void)state;
    begin(0);
    for (int i = 0; i < 10000; i++) {
        assert_true(cf_pacer_admit(&p, CF_PACER_MEDIA, 1000, CF_SEC(1)));
    }
    assert_int_equal(cf_pacer_deadline(&p), CF_USEC_NEVER);
    end();
}

static void spreads_a_burst_in_its_order(void **state) {
    (void)state;
    begin(800000); /* 250 octets a ms with the factor; 40 ms at once */
    struct cf_pacer_item got;
    uint16_t sent = 0;
    for (uint16_t i = 0; i < 60; i++) {
        if (cf_pacer_admit(&p, CF_PACER_MEDIA, 1000, CF_SEC(1))) {
            assert_int_equal(i, sent++);
        } else {
            struct cf_pacer_item waiting = item(i);
            assert_true(cf_pacer_push(&p, CF_PACER_MEDIA, &waiting));
        }
    }
    assert_in_range(sent, 10, 12);
    cf_usec now = CF_SEC(1);
    while (!cf_pacer_is_idle(&p)) {
        cf_usec deadline = cf_pacer_deadline(&p);
        assert_true(deadline > now || sent == 0);
        now = deadline;
        assert_true(cf_pacer_poll(&p, now, &got));
        assert_int_equal(got.sequence, sent++);
        while (cf_pacer_poll(&p, now, &got)) {
            assert_int_equal(got.sequence, sent++);
        }
    }
    assert_int_equal(sent, 60);
    assert_in_range(now, CF_SEC(1) + CF_MSEC(180), CF_SEC(1) + CF_MSEC(210));
    end();
}

static void sends_repairs_first(void **state) {
    (void)state;
    begin(800000);
    struct cf_pacer_item got;
    struct cf_pacer_item media = item(1);
    struct cf_pacer_item repeat = item(2);
    while (cf_pacer_admit(&p, CF_PACER_MEDIA, 1000, CF_SEC(1))) {
    }
    assert_true(cf_pacer_push(&p, CF_PACER_MEDIA, &media));
    assert_true(cf_pacer_push(&p, CF_PACER_REPEAT, &repeat));
    assert_false(cf_pacer_admit(&p, CF_PACER_MEDIA, 1000, CF_SEC(9))); /* others wait */
    assert_true(cf_pacer_poll(&p, CF_SEC(9), &got));
    assert_int_equal(got.sequence, 2);
    assert_true(cf_pacer_poll(&p, CF_SEC(9), &got));
    assert_int_equal(got.sequence, 1);
    assert_false(cf_pacer_poll(&p, CF_SEC(9), &got));
    end();
}

static void is_bounded_in_packets_and_time(void **state) {
    (void)state;
    begin(30000);
    struct cf_pacer_item got;
    struct cf_pacer_item media = item(1);
    while (cf_pacer_admit(&p, CF_PACER_MEDIA, 1000, CF_SEC(1))) {
    }
    for (uint32_t i = 0; i < CF_PACER_MEDIA_MAX; i++) {
        assert_true(cf_pacer_push(&p, CF_PACER_MEDIA, &media));
    }
    assert_false(cf_pacer_push(&p, CF_PACER_MEDIA, &media));
    assert_int_equal(p.counts.unpaced, 1);
    /* 256 kB at 75 kbit/s would be 27 s. */
    cf_usec now = CF_SEC(1);
    size_t count = 0;
    for (; !cf_pacer_is_idle(&p); now += CF_MSEC(1)) {
        while (cf_pacer_poll(&p, now, &got)) {
            count++;
        }
    }
    assert_int_equal(count, CF_PACER_MEDIA_MAX);
    assert_true(now < CF_SEC(5));
    end();
}

static void forgets_who_left(void **state) {
    (void)state;
    int other;
    begin(30000);
    struct cf_pacer_item got;
    while (cf_pacer_admit(&p, CF_PACER_MEDIA, 1000, CF_SEC(1))) {
    }
    struct cf_pacer_item media = item(1);
    for (uint16_t i = 0; i < 6; i++) {
        media.sequence = i;
        media.user = i % 2 == 0 ? &user : &other;
        assert_true(cf_pacer_push(&p, i < 3 ? CF_PACER_MEDIA : CF_PACER_REPEAT, &media));
    }
    cf_pacer_forget(&p, &user);
    assert_int_equal(p.queued_octets, 3000);
    size_t count = 0;
    for (cf_usec now = CF_SEC(1); now < CF_SEC(60); now += CF_MSEC(10)) {
        while (cf_pacer_poll(&p, now, &got)) {
            assert_ptr_equal(got.user, &other);
            count++;
        }
    }
    assert_int_equal(count, 3);
    assert_int_equal(p.queued_octets, 0);
    end();
}

static void sends_a_probe_at_its_rate(void **state) {
    (void)state;
    begin(300000);
    const struct cf_bwe_cluster first = {.id = 7, .rate_bps = 2000000, .octets = 5000, .packets = 5};
    const struct cf_bwe_cluster second = {.id = 8, .rate_bps = 4000000, .octets = 10000, .packets = 5};
    size_t octets;
    assert_false(cf_pacer_poll_padding(&p, CF_SEC(1), &octets));
    cf_pacer_begin_cluster(&p, &first);
    assert_false(cf_pacer_poll_padding(&p, CF_SEC(1), &octets)); /* the peer can't be sent padding */
    assert_int_equal(cf_pacer_deadline(&p), CF_USEC_NEVER);
    cf_pacer_set_padding(&p, true);
    cf_pacer_begin_cluster(&p, &second);
    cf_pacer_begin_cluster(&p, &second);
    size_t sums[2] = {0, 0};
    cf_usec begins[2] = {0, 0};
    cf_usec ends[2] = {0, 0};
    for (cf_usec now = CF_SEC(1); cf_pacer_deadline(&p) != CF_USEC_NEVER; now = now > cf_pacer_deadline(&p) ? now : now + 500) {
        uint8_t id = cf_pacer_cluster(&p);
        assert_in_range(id, 7, 8);
        if (cf_pacer_poll_padding(&p, now, &octets)) {
            begins[id - 7] = sums[id - 7] == 0 ? now : begins[id - 7];
            sums[id - 7] += octets;
            ends[id - 7] = now;
        }
        assert_true(now < CF_SEC(2));
    }
    assert_int_equal(cf_pacer_cluster(&p), 0);
    assert_in_range(sums[0], 5000, 5999);
    assert_in_range(sums[1], 10000, 10999);
    assert_in_range(ends[0] - begins[0], 12000, 20000); /* 5000 octets at 2 Mbit/s: 20 ms, the last packet not counted */
    assert_in_range(ends[1] - begins[1], 12000, 20000);
    end();
}

static void needs_memory(void **state) {
    (void)state;
    test_mem_init(&m);
    m.fail_at = 0;
    struct cf_pacer none = {.mem = NULL};
    assert_int_equal(cf_pacer_init(&none, &m.mem), CF_ERR_NO_MEMORY);
    cf_pacer_fini(&none);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(lets_everything_pass_without_a_target), cmocka_unit_test(spreads_a_burst_in_its_order),
             cmocka_unit_test(sends_repairs_first), cmocka_unit_test(is_bounded_in_packets_and_time),
             cmocka_unit_test(forgets_who_left), cmocka_unit_test(sends_a_probe_at_its_rate), cmocka_unit_test(needs_memory))
