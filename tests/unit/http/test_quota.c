/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares of connections. */
#include "core/http/quota.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem mem;
static struct cf_quota quota;

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    cf_quota_init(&quota, &mem.mem, 1, 5, 2);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_quota_fini(&quota);
    test_mem_fini(&mem);
    return 0;
}

static struct cf_addr addr(const char *text) {
    struct cf_addr ret;
    assert_ok(cf_addr_parse(cf_str_of(text), &ret));
    return ret;
}

static void each_address_has_its_share(void **state) {
    (void)state;
    struct cf_addr a = addr("192.0.2.1:1");
    struct cf_addr a2 = addr("192.0.2.1:2");
    struct cf_addr b = addr("192.0.2.2:1");
    assert_true(cf_quota_take(&quota, &a, false));
    assert_true(cf_quota_take(&quota, &a2, false));
    assert_false(cf_quota_take(&quota, &a, false));
    assert_true(cf_quota_take(&quota, &b, false));
    cf_quota_give(&quota, &a);
    assert_true(cf_quota_take(&quota, &a2, false));
    assert_int_equal(quota.refused, 1);
    assert_int_equal(quota.count, 3);
}

static void all_together_have_theirs(void **state) {
    (void)state;
    static const char *const texts[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"};
    struct cf_addr addrs[5];
    for (size_t i = 0; i < 5; i++) {
        addrs[i] = addr(texts[i]);
        assert_true(cf_quota_take(&quota, &addrs[i], false));
    }
    struct cf_addr more = addr("192.0.2.6");
    assert_false(cf_quota_take(&quota, &more, false));
    for (size_t i = 0; i < 5; i++) {
        cf_quota_give(&quota, &addrs[i]);
    }
    assert_int_equal(mem.live_bytes > 0, quota.addresses.bucket_count > 0);
    assert_int_equal(quota.addresses.count, 0);
}

static void networks_of_ipv6_are_one_address(void **state) {
    (void)state;
    struct cf_addr a = addr("2001:db8::1");
    struct cf_addr b = addr("2001:db8::2");
    struct cf_addr c = addr("2001:db8:0:1::1");
    assert_true(cf_quota_take(&quota, &a, false));
    assert_true(cf_quota_take(&quota, &b, false));
    assert_false(cf_quota_take(&quota, &a, false));
    assert_true(cf_quota_take(&quota, &c, false));
}

static void want_of_memory_lets_nobody_in(void **state) {
    (void)state;
    struct cf_addr a = addr("192.0.2.1");
    for (size_t n = 0;; n++) {
        mem.count = 0;
        mem.failed = false;
        mem.fail_at = n;
        bool is_in = cf_quota_take(&quota, &a, false);
        mem.fail_at = SIZE_MAX;
        assert_int_equal(is_in, !mem.failed);
        if (is_in) {
            break;
        }
        assert_int_equal(quota.count, 0);
    }
}

static void who_comes_for_many_has_more(void **state) {
    (void)state;
    struct cf_addr proxy = addr("192.0.2.1:1");
    for (int i = 0; i < 5; i++) {
        assert_true(cf_quota_take(&quota, &proxy, true));
    }
    assert_false(cf_quota_take(&quota, &proxy, true)); /* but not more than there are */
    for (int i = 0; i < 4; i++) {
        cf_quota_give(&quota, &proxy);
    }
    assert_true(cf_quota_take(&quota, &proxy, false));
    assert_false(cf_quota_take(&quota, &proxy, false));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(each_address_has_its_share), CASE(all_together_have_theirs), CASE(networks_of_ipv6_are_one_address),
             CASE(want_of_memory_lets_nobody_in), CASE(who_comes_for_many_has_more))
