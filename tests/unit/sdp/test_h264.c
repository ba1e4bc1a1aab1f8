/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.264 profiles and levels. */
#include "core/sdp/h264.h"

#include "lib/test.h"

static struct cf_h264_params of(const char *text) {
    struct cf_h264_params p = {0};
    assert_true(cf_h264_profile_level_parse(cf_str_of(text), &p));
    return p;
}

static void knows_profiles_in_every_spelling(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum cf_h264_profile profile;
    } rows[] = {
        {"42E01F", CF_H264_PROFILE_CONSTRAINED_BASELINE},
        {"42C01F", CF_H264_PROFILE_CONSTRAINED_BASELINE},
        {"42400A", CF_H264_PROFILE_CONSTRAINED_BASELINE},
        {"42F00B", CF_H264_PROFILE_CONSTRAINED_BASELINE},
        {"4D801F", CF_H264_PROFILE_CONSTRAINED_BASELINE},
        {"58C01F", CF_H264_PROFILE_CONSTRAINED_BASELINE},
        {"42801F", CF_H264_PROFILE_BASELINE},
        {"42000A", CF_H264_PROFILE_BASELINE},
        {"58801F", CF_H264_PROFILE_BASELINE},
        {"4D001F", CF_H264_PROFILE_MAIN},
        {"4D401F", CF_H264_PROFILE_MAIN},
        {"58001F", CF_H264_PROFILE_EXTENDED},
        {"64001F", CF_H264_PROFILE_HIGH},
        {"640C1F", CF_H264_PROFILE_CONSTRAINED_HIGH},
        {"6E001F", CF_H264_PROFILE_OTHER},
        {"42011F", CF_H264_PROFILE_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cf_h264_params p = of(rows[i].text);
        assert_int_equal(cf_h264_profile_of(&p), rows[i].profile);
    }
}

static void orders_levels_with_1b_between_1_and_1_1(void **state) {
    (void)state;
    /* 1, 1b, 1b of high profile, 1.1, 1.2, 3.1 */
    static const char *const rising[] = {"42E00A", "42F00B", "640009", "42E00B", "42E00C", "42E01F"};
    for (size_t i = 0; i < sizeof rising / sizeof rising[0]; i++) {
        for (size_t k = 0; k < sizeof rising / sizeof rising[0]; k++) {
            struct cf_h264_params a = of(rising[i]);
            struct cf_h264_params b = of(rising[k]);
            bool are_both_1b = (i == 1 || i == 2) && (k == 1 || k == 2);
            int order = cf_h264_level_cmp(&a, &b);
            assert_int_equal((order > 0) - (order < 0), are_both_1b ? 0 : (i > k) - (i < k));
        }
    }
}

static void copies_levels_between_profiles(void **state) {
    (void)state;
    struct cf_h264_params p = of("42E01F");
    struct cf_h264_params from = of("640009");
    cf_h264_level_copy(&p, &from);
    assert_int_equal(p.level_idc, 11);
    assert_int_equal(p.profile_iop, 0xF0);
    from = of("42E00B");
    cf_h264_level_copy(&p, &from);
    assert_int_equal(p.profile_iop, 0xE0);
    p = of("64001F");
    from = of("42F00B");
    cf_h264_level_copy(&p, &from);
    assert_int_equal(p.level_idc, 9);
    assert_int_equal(p.profile_iop, 0);
}

static void refuses_what_is_not_three_octets(void **state) {
    (void)state;
    struct cf_h264_params p = {.level_idc = 7};
    static const char *const bad[] = {"", "42", "42801", "42801F00", "42801G", "0x4280"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(cf_h264_profile_level_parse(cf_str_of(bad[i]), &p));
    }
    assert_int_equal(p.level_idc, 7);
}

CF_TEST_MAIN(cmocka_unit_test(knows_profiles_in_every_spelling), cmocka_unit_test(orders_levels_with_1b_between_1_and_1_1),
             cmocka_unit_test(copies_levels_between_profiles), cmocka_unit_test(refuses_what_is_not_three_octets))
