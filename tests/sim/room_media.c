/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms of phones around the media engine: who hears and sees whom. */
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;

static void three_hear_each_other_and_not_themselves(void **state) {
    (void)state;
    test_media_init(&w, 1);
    for (size_t i = 0; i < 3; i++) {
        const struct test_phone_config config = {.no_picture = true, .is_pcmu = i == 2, .has_levels = i != 1};
        test_media_add(&w, &config)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(10));
    for (size_t i = 0; i < 3; i++) {
        const struct test_phone *phone = &w.phones[i];
        assert_in_range(phone->frames_heard, 490, 501);
        for (size_t k = 0; k < 3; k++) {
            assert_true(k == i ? phone->heard[k] == 0 : phone->heard[k] > 100);
        }
    }
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(three_hear_each_other_and_not_themselves))
