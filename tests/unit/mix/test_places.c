/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets which place. */
#include "core/mix/places.h"

#include "lib/test.h"

static void takes_the_first_that_nobody_has_had(void **state) {
    (void)state;
    struct cf_mix_places places = {.count = 3};
    assert_int_equal(cf_mix_places_take(&places, 10), 0);
    assert_int_equal(cf_mix_places_take(&places, 11), 1);
    cf_mix_places_leave(&places, 0, 10, 5);
    assert_int_equal(cf_mix_places_take(&places, 12), 2);
    assert_false(cf_mix_places_has(&places, 0, 10));
    assert_true(cf_mix_places_has(&places, 2, 12));
    assert_false(cf_mix_places_has(&places, 2, 10));
    assert_false(cf_mix_places_has(&places, CF_MIX_NO_PLACE, 12));
}

static void comes_back_to_its_own_unless_that_is_taken(void **state) {
    (void)state;
    struct cf_mix_places places = {.count = 2};
    (void)cf_mix_places_take(&places, 10);
    (void)cf_mix_places_take(&places, 11);
    cf_mix_places_leave(&places, 1, 11, 5);
    cf_mix_places_leave(&places, 0, 10, 9);
    uint32_t stay = places.at[1].stay;
    assert_int_equal(cf_mix_places_take(&places, 11), 1);
    assert_true(places.at[1].stay != stay && places.at[1].stay != places.at[0].stay);
    cf_mix_places_leave(&places, 1, 11, 12);
    /* The one that was left first goes to somebody else. */
    assert_int_equal(cf_mix_places_take(&places, 12), 0);
    assert_int_equal(cf_mix_places_take(&places, 10), 1);
}

static void one_more_gets_the_spare_one(void **state) {
    (void)state;
    struct cf_mix_places places = {.count = 2};
    (void)cf_mix_places_take(&places, 10);
    (void)cf_mix_places_take(&places, 11);
    assert_int_equal(cf_mix_places_take(&places, 12), 2);
    assert_int_equal(cf_mix_places_take(&places, 13), CF_MIX_NO_PLACE);
    /* Nobody has a line for it: as soon as he can, he gets another. */
    cf_mix_places_leave(&places, 2, 12, 5);
    cf_mix_places_leave(&places, 1, 11, 6);
    assert_int_equal(cf_mix_places_take(&places, 12), 1);
    assert_int_equal(cf_mix_places_take(&places, 11), 2);
    /* Without lines there is none. */
    places = (struct cf_mix_places){.count = 0};
    assert_int_equal(cf_mix_places_take(&places, 10), CF_MIX_NO_PLACE);
    places = (struct cf_mix_places){.count = CF_MIX_PLACES_MAX};
    for (uint32_t user = 0; user < CF_MIX_PLACES_MAX; user++) {
        assert_int_equal(cf_mix_places_take(&places, user), user);
    }
    assert_int_equal(cf_mix_places_take(&places, 99), CF_MIX_NO_PLACE);
}

static void a_place_is_his_until_another_takes_it_or_he_is_gone(void **state) {
    (void)state;
    struct cf_mix_places places = {.count = 1};
    assert_int_equal(cf_mix_places_of(&places, 1, 0), CF_MIX_NO_PLACE);
    (void)cf_mix_places_take(&places, 10);
    cf_mix_places_leave(&places, 0, 10, 1);
    assert_int_equal(cf_mix_places_of(&places, 1, 10), 0);
    assert_int_equal(cf_mix_places_of(&places, 0, 10), CF_MIX_NO_PLACE);
    (void)cf_mix_places_take(&places, 11);
    assert_int_equal(cf_mix_places_of(&places, 1, 10), CF_MIX_NO_PLACE);
    cf_mix_places_forget(&places, 11);
    assert_int_equal(cf_mix_places_of(&places, 1, 11), CF_MIX_NO_PLACE);
    assert_int_equal(cf_mix_places_take(&places, 12), 0);
}

static void only_who_has_it_can_leave_it(void **state) {
    (void)state;
    struct cf_mix_places places = {.count = 1};
    assert_int_equal(cf_mix_places_take(&places, 10), 0);
    cf_mix_places_leave(&places, 0, 11, 1);
    cf_mix_places_leave(&places, CF_MIX_NO_PLACE, 10, 1);
    assert_true(cf_mix_places_has(&places, 0, 10));
    /* There are fewer places now: who has one keeps it. */
    places.count = 0;
    assert_true(cf_mix_places_has(&places, 0, 10));
    assert_int_equal(cf_mix_places_take(&places, 11), CF_MIX_NO_PLACE);
}

CF_TEST_MAIN(cmocka_unit_test(takes_the_first_that_nobody_has_had), cmocka_unit_test(comes_back_to_its_own_unless_that_is_taken),
             cmocka_unit_test(one_more_gets_the_spare_one), cmocka_unit_test(a_place_is_his_until_another_takes_it_or_he_is_gone),
             cmocka_unit_test(only_who_has_it_can_leave_it))
