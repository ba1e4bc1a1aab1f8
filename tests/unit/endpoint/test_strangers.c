/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose datagrams are read in a flood (attacks T17, docs/adr/0159). */
#include "core/endpoint/strangers.h"

#include "base/rng.h"
#include "lib/endpoint_node.h"
#include "lib/test.h"
#include "lib/test_mem.h"

#define RATE 5000

static struct test_mem mem;
static struct cf_strangers gate;
static struct cf_rng rng;
static cf_usec now;

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    cf_strangers_init(&gate, &mem.mem, 7, RATE);
    cf_rng_init(&rng, 1);
    now = CF_SEC(1000);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_strangers_fini(&gate);
    test_mem_fini(&mem);
    return 0;
}

static struct cf_addr forged(void) {
    struct cf_addr addr = addr_of("203.0.113.1:5060");
    for (size_t i = 0; i < 4; i++) {
        addr.ip[i] = (uint8_t)cf_rng_below(&rng, 256);
    }
    addr.port = (uint16_t)cf_rng_below(&rng, 65536);
    return addr;
}

/* @p per_sec forged datagrams a second, each from elsewhere, for @p duration. Returns how many were read. */
static unsigned flood(unsigned per_sec, cf_usec duration) {
    unsigned count = 0;
    for (cf_usec until = now + duration; now < until; now += CF_SEC(1) / per_sec) {
        struct cf_addr source = forged();
        count += cf_strangers_admit(&gate, &source, now) ? 1 : 0;
    }
    return count;
}

/* Without a flood nobody notices that there is a gate. */
static void few_are_all_read(void **state) {
    (void)state;
    assert_int_equal(flood(1000, CF_SEC(20)), 20000);
    assert_null(gate.sets[0]);
}

static void many_share_the_rate(void **state) {
    (void)state;
    (void)flood(100000, CF_SEC(2));
    assert_in_range(flood(100000, CF_SEC(4)), 4 * RATE / 2, 4 * RATE);
}

/* A phone that wants to register sends again after 0.5, 1, 2 and 4 s; its first datagram takes part in a lottery, the next don't.
 */
static void who_comes_again_is_heard(void **state) {
    (void)state;
    static const cf_usec waits[] = {CF_MSEC(500), CF_SEC(1), CF_SEC(2), CF_SEC(4)};
    unsigned heard = 0;
    unsigned at_second = 0;
    (void)flood(100000, CF_SEC(9));
    for (unsigned i = 0; i < 20; i++) {
        struct cf_addr phone = addr_of("198.51.100.1:5060");
        phone.port = (uint16_t)(phone.port + i);
        bool is_heard = cf_strangers_admit(&gate, &phone, now);
        for (size_t k = 0; !is_heard && k < sizeof waits / sizeof *waits; k++) {
            (void)flood(100000, waits[k]);
            is_heard = cf_strangers_admit(&gate, &phone, now);
            at_second += is_heard && k == 0 ? 1 : 0;
        }
        heard += is_heard ? 1 : 0;
    }
    assert_int_equal(heard, 20);
    assert_true(at_second >= 18);
}

/* Who was turned away in a flood an hour ago has not come before in the next one. Floods end between two places of the lottery.
 */
static void who_came_long_ago_is_a_stranger_again(void **state) {
    (void)state;
    static const cf_usec waits[] = {CF_SEC(2), CF_SEC(3600)};
    const struct cf_addr phone = addr_of("198.51.100.1:5060");
    for (size_t i = 0; i < 2; i++) {
        (void)flood(100000, CF_SEC(2) + 150);
        assert_false(cf_strangers_admit(&gate, &phone, now));
        now += waits[i];
        (void)flood(100000, CF_SEC(2) + 150);
        assert_int_equal(cf_strangers_admit(&gate, &phone, now), i == 0);
        now += CF_SEC(3600);
    }
}

/* A flood from one network takes an eighth of the rate; all others are read as if nothing were. */
static void a_network_takes_no_more_than_its_share(void **state) {
    (void)state;
    static const char *const networks[] = {"198.51.100.1:5060", "[2001:db8:1:2::1]:5060"};
    for (size_t n = 0; n < sizeof networks / sizeof *networks; n++) {
        unsigned read = 0;
        unsigned others = 0;
        unsigned turn = 0;
        cf_usec begun = now;
        for (cf_usec until = now + CF_SEC(10); now < until; now += 20) {
            struct cf_addr source = addr_of(networks[n]);
            size_t last = source.family == CF_FAMILY_IP6 ? 15 : 3;
            source.ip[last] = (uint8_t)cf_rng_below(&rng, 256);
            source.port = (uint16_t)cf_rng_below(&rng, 65536);
            bool is_read = cf_strangers_admit(&gate, &source, now);
            read += is_read && now > begun + CF_SEC(2) ? 1 : 0;
            if (++turn % 1000 == 0) {
                struct cf_addr other = forged();
                others += cf_strangers_admit(&gate, &other, now) ? 1 : 0;
            }
        }
        assert_in_range(read, 8 * RATE / 8 - 10, 8 * RATE / 8 + 10);
        /* All but those whose network has the same hash. */
        assert_in_range(others, turn / 1000 - 2, turn / 1000);
        now += CF_SEC(10);
    }
}

/* Memory has an end: two sets, from the first that is turned away on. */
static void what_is_remembered_is_bounded(void **state) {
    (void)state;
    (void)flood(200000, CF_SEC(20));
    assert_in_range(mem.live_bytes, 2 * CF_STRANGERS_SET_SIZE, 2 * CF_STRANGERS_SET_SIZE + 1024);
}

/* Then nobody is known to come again. */
static void without_memory_half_of_the_rate_is_left(void **state) {
    (void)state;
    unsigned count = 0;
    for (unsigned i = 0; i < 400000; i++, now += 10) {
        struct cf_addr source = forged();
        mem.fail_at = mem.count;
        count += cf_strangers_admit(&gate, &source, now) ? 1 : 0;
    }
    assert_true(mem.failed);
    assert_in_range(count, 5 * RATE / 2 - 10, 5 * RATE / 2 + 10);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(few_are_all_read), CASE(many_share_the_rate), CASE(who_comes_again_is_heard),
             CASE(who_came_long_ago_is_a_stranger_again), CASE(a_network_takes_no_more_than_its_share),
             CASE(what_is_remembered_is_bounded), CASE(without_memory_half_of_the_rate_is_left))
