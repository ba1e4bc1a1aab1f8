/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports rest after a call, so that what still comes for it reaches nobody else (attacks T40). */
#include "core/focus/ports.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define REST CF_SEC(10)

static struct test_mem mem;
static struct cf_ports ports;
static struct cf_port_source source;
static uint16_t given[8]; /* back, in order */
static size_t given_count;

static bool take(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    (void)ctx;
    (void)worker;
    *ret = (struct cf_port_pair){.rtp = {.family = family, .port = 20000}};
    return !with_rtcp;
}

static void give(void *ctx, const struct cf_port_pair *pair) {
    (void)ctx;
    assert_true(given_count < 8);
    given[given_count++] = pair->rtp.port;
}

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    source = (struct cf_port_source){.take = take, .give = give};
    given_count = 0;
    cf_ports_init(&ports, &mem.mem, &source, REST);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_ports_fini(&ports);
    test_mem_fini(&mem);
    return 0;
}

static struct cf_port_pair pair(uint16_t port) {
    return (struct cf_port_pair){.rtp = {.family = CF_FAMILY_IP4, .port = port}};
}

static void a_port_is_given_back_when_it_has_rested(void **state) {
    (void)state;
    const struct cf_port_pair first = pair(20000);
    const struct cf_port_pair second = pair(20002);
    cf_ports_rest(&ports, &first, CF_SEC(100));
    cf_ports_rest(&ports, &second, CF_SEC(103));
    assert_int_equal(given_count, 0);
    assert_int_equal(cf_ports_deadline(&ports), CF_SEC(100) + REST);
    cf_ports_on_deadline(&ports, CF_SEC(100) + REST - 1);
    assert_int_equal(given_count, 0);
    cf_ports_on_deadline(&ports, CF_SEC(100) + REST);
    assert_int_equal(given_count, 1);
    assert_int_equal(given[0], 20000);
    assert_int_equal(cf_ports_deadline(&ports), CF_SEC(103) + REST);
    cf_ports_on_deadline(&ports, CF_SEC(200));
    assert_int_equal(given_count, 2);
    assert_int_equal(cf_ports_deadline(&ports), CF_USEC_NEVER);
}

static void no_port_needs_no_rest(void **state) {
    (void)state;
    const struct cf_port_pair none = {.rtp = {.family = CF_FAMILY_NONE}};
    cf_ports_rest(&ports, &none, 0);
    assert_int_equal(cf_ports_deadline(&ports), CF_USEC_NEVER);
    struct cf_port_pair taken;
    assert_ok(cf_ports_take(&ports, 0, CF_FAMILY_IP4, false, &taken));
    assert_int_equal(cf_ports_take(&ports, 0, CF_FAMILY_IP4, true, &taken), CF_ERR_NO_PORT);
}

static void without_memory_a_port_is_not_lost(void **state) {
    (void)state;
    const struct cf_port_pair first = pair(20000);
    mem.fail_at = mem.count;
    cf_ports_rest(&ports, &first, 0);
    mem.fail_at = SIZE_MAX;
    assert_int_equal(given_count, 1);
}

static void all_are_given_back_at_the_end(void **state) {
    (void)state;
    const struct cf_port_pair first = pair(20000);
    cf_ports_rest(&ports, &first, 0);
    cf_ports_fini(&ports);
    assert_int_equal(given_count, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(a_port_is_given_back_when_it_has_rested), CASE(no_port_needs_no_rest), CASE(without_memory_a_port_is_not_lost),
             CASE(all_are_given_back_at_the_end))
