/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transport addresses. */
#include "base/addr.h"

#include "lib/test.h"

static void assert_prints(struct cf_str input, struct cf_str expected) {
    struct cf_addr addr;
    char text[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    assert_ok(cf_addr_parse(input, &addr));
    cf_writer_init(&w, text, sizeof text);
    cf_put_addr(&w, &addr);
    assert_true(cf_writer_ok(&w));
    assert_str(cf_writer_str(&w), expected);
}

static void parses_and_prints(void **state) {
    (void)state;
    assert_prints(CF_STR("127.0.0.1:5060"), CF_STR("127.0.0.1:5060"));
    assert_prints(CF_STR("[::1]:5061"), CF_STR("[::1]:5061"));
    assert_prints(CF_STR("2001:db8::9:1"), CF_STR("[2001:db8::9:1]:0"));
    assert_prints(CF_STR("[2001:DB8:0:0:1:0:0:1]:1"), CF_STR("[2001:db8::1:0:0:1]:1"));
    assert_prints(CF_STR("::"), CF_STR("[::]:0"));
    assert_prints(CF_STR("1::"), CF_STR("[1::]:0"));
    assert_prints(CF_STR("::ffff:192.0.2.1"), CF_STR("[::ffff:c000:201]:0"));
    assert_prints(CF_STR("1:2:3:4:5:6:7:8"), CF_STR("[1:2:3:4:5:6:7:8]:0"));
    assert_prints(CF_STR("1:0:3:4:5:6:7:8"), CF_STR("[1:0:3:4:5:6:7:8]:0"));
}

static void refuses_what_is_no_address(void **state) {
    (void)state;
    const char *const wrong[] = {
        "",    "1.2.3",   "1.2.3.4.5", "256.1.1.1", "1.2.3.4:", "1.2.3.4:65536",         "1:2:3:4:5:6:7", "1::2::3",
        ":::", "12345::", "[::1",      "::1]:5060", "a.b.c.d",  "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4:x",     "0001.2.3.4"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct cf_addr addr;
        if (cf_addr_parse(cf_str_of(wrong[i]), &addr) != CF_ERR_MALFORMED) {
            fail_msg("%s was taken", wrong[i]);
        }
    }
}

static void knows_special_addresses(void **state) {
    (void)state;
    struct cf_addr a;
    struct cf_addr b;
    assert_ok(cf_addr_parse(CF_STR("127.9.9.9:1"), &a));
    assert_true(cf_addr_is_loopback(&a));
    assert_ok(cf_addr_parse(CF_STR("127.9.9.9:2"), &b));
    assert_true(cf_addr_eq_ip(&a, &b));
    assert_false(cf_addr_eq(&a, &b));
    assert_ok(cf_addr_parse(CF_STR("::1"), &a));
    assert_true(cf_addr_is_loopback(&a));
    assert_ok(cf_addr_parse(CF_STR("0.0.0.0:5060"), &a));
    assert_true(cf_addr_is_unspecified(&a));
    assert_false(cf_addr_is_loopback(&a));
}

CF_TEST_MAIN(cmocka_unit_test(parses_and_prints), cmocka_unit_test(refuses_what_is_no_address),
             cmocka_unit_test(knows_special_addresses))
