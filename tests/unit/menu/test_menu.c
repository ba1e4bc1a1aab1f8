/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/menu/menu.h"

#include "lib/test.h"

static enum cf_menu_action press(struct cf_menu *menu, cf_usec now, const char *keys) {
    enum cf_menu_action action = CF_MENU_NOTHING;
    for (; *keys != '\0'; keys++) {
        action = cf_menu_on_digit(menu, now, *keys);
    }
    return action;
}

static void codes_mean_something(void **state) {
    (void)state;
    struct cf_menu menu = {0};
    assert_int_equal(press(&menu, 0, "*6"), CF_MENU_MUTE);
    assert_int_equal(press(&menu, 0, "*5"), CF_MENU_HAND);
    assert_int_equal(press(&menu, 0, "*7"), CF_MENU_LOCK);
    assert_int_equal(press(&menu, 0, "*8"), CF_MENU_ADMIT);
    assert_int_equal(press(&menu, 0, "**6"), CF_MENU_MUTE);
    assert_int_equal(press(&menu, 0, "*4"), CF_MENU_MUTE_ALL);
    assert_int_equal(press(&menu, 0, "*9"), CF_MENU_COUNT);
    assert_int_equal(press(&menu, 0, "*0"), CF_MENU_HELP);
}

static void other_keys_mean_nothing(void **state) {
    (void)state;
    static const char *const keys[] = {"6", "66", "#6", "*16", "A", "!", "*x6", "*x"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct cf_menu menu = {0};
        assert_int_equal(press(&menu, 0, keys[i]), CF_MENU_NOTHING);
    }
}

static void a_star_and_another_key_make_no_code(void **state) {
    (void)state;
    static const char *const keys[] = {"*1", "*#", "*2", "*3", "6*1"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct cf_menu menu = {0};
        assert_int_equal(press(&menu, 0, keys[i]), CF_MENU_UNKNOWN);
    }
}

static void a_code_must_be_finished_in_time(void **state) {
    (void)state;
    struct cf_menu menu = {0};
    (void)press(&menu, 0, "*");
    assert_int_equal(press(&menu, CF_MENU_CODE_TIME, "6"), CF_MENU_MUTE);
    (void)press(&menu, 0, "*");
    assert_int_equal(press(&menu, CF_MENU_CODE_TIME + 1, "6"), CF_MENU_NOTHING);
    assert_int_equal(press(&menu, CF_MENU_CODE_TIME + 2, "*6"), CF_MENU_MUTE);
}

static void a_pin_ends_with_a_hash(void **state) {
    (void)state;
    struct cf_menu menu;
    cf_menu_ask_pin(&menu, true);
    assert_int_equal(press(&menu, 0, "4711"), CF_MENU_NOTHING);
    assert_int_equal(press(&menu, CF_SEC(1), "#"), CF_MENU_PIN);
    assert_str(cf_menu_pin(&menu), CF_STR("4711"));
    /* Another try begins with nothing; so does a star. */
    assert_int_equal(press(&menu, CF_SEC(2), "#"), CF_MENU_NOTHING);
    assert_int_equal(press(&menu, CF_SEC(2), "99*0815#"), CF_MENU_PIN);
    assert_str(cf_menu_pin(&menu), CF_STR("0815"));
    /* No codes meanwhile. */
    assert_int_equal(press(&menu, CF_SEC(2), "*6"), CF_MENU_NOTHING);
    cf_menu_ask_pin(&menu, false);
    assert_int_equal(press(&menu, CF_SEC(2), "*6"), CF_MENU_MUTE);
}

static void a_pin_that_takes_too_long_or_is_too_long_is_none(void **state) {
    (void)state;
    struct cf_menu menu;
    cf_menu_ask_pin(&menu, true);
    (void)press(&menu, 0, "12");
    assert_int_equal(press(&menu, CF_MENU_PIN_TIME + 1, "34#"), CF_MENU_PIN);
    assert_str(cf_menu_pin(&menu), CF_STR("34"));
    assert_int_equal(press(&menu, CF_MENU_PIN_TIME + 1, "12345678901234567#"), CF_MENU_PIN);
    assert_int_equal(cf_menu_pin(&menu).len, 0);
    assert_int_equal(press(&menu, CF_MENU_PIN_TIME + 1, "1234567890123456#"), CF_MENU_PIN);
    assert_str(cf_menu_pin(&menu), CF_STR("1234567890123456"));
    for (int i = 0; i < 1000; i++) {
        (void)press(&menu, CF_MENU_PIN_TIME + 1, "5");
    }
    assert_int_equal(press(&menu, CF_MENU_PIN_TIME + 1, "#"), CF_MENU_PIN);
    assert_int_equal(cf_menu_pin(&menu).len, 0);
}

CF_TEST_MAIN(cmocka_unit_test(codes_mean_something), cmocka_unit_test(other_keys_mean_nothing),
             cmocka_unit_test(a_star_and_another_key_make_no_code), cmocka_unit_test(a_code_must_be_finished_in_time),
             cmocka_unit_test(a_pin_ends_with_a_hash), cmocka_unit_test(a_pin_that_takes_too_long_or_is_too_long_is_none))
