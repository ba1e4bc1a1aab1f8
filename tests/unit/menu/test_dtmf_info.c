/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/menu/dtmf_info.h"

#include "lib/test.h"

static void keys_are_read(void **state) {
    (void)state;
    static const struct {
        const char *body;
        char digit;
    } cases[] = {
        {"Signal=5\r\nDuration=160\r\n", '5'},
        {"Signal= *\nDuration= 250", '*'},
        {"signal=11", '#'},
        {"Duration=100\r\nSignal=a\r\n", 'A'},
        {"Signal=10\r\n", '*'},
        {"Signal=15", 'D'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char digit = 0;
        assert_ok(cf_dtmf_relay_parse(cf_str_of(cases[i].body), &digit));
        assert_int_equal(digit, cases[i].digit);
    }
    char digit = 0;
    assert_ok(cf_dtmf_parse(CF_STR(" 7\r\n"), &digit));
    assert_int_equal(digit, '7');
}

static void anything_else_is_malformed(void **state) {
    (void)state;
    static const char *const bodies[] = {"",          "Signal", "Signal=", "Signal=16", "Signal=x",         "Signal=55 5",
                                         "Signals=5", "=5",     "5",       "Signal=-1", "Signal=4294967296"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char digit = 'u';
        assert_int_equal(cf_dtmf_relay_parse(cf_str_of(bodies[i]), &digit), CF_ERR_MALFORMED);
        assert_int_equal(digit, 'u');
    }
    char digit = 'u';
    assert_int_equal(cf_dtmf_parse(CF_STR_NONE, &digit), CF_ERR_MALFORMED);
}

CF_TEST_MAIN(cmocka_unit_test(keys_are_read), cmocka_unit_test(anything_else_is_malformed))
