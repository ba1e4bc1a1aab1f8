/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Static payload types. */
#include "core/rtp/payload.h"

#include "lib/test.h"

static void knows_the_telephone_codecs(void **state) {
    (void)state;
    assert_str(cf_payload_type_of(CF_RTP_PT_PCMU)->name, CF_STR("PCMU"));
    assert_str(cf_payload_type_of(CF_RTP_PT_PCMA)->name, CF_STR("PCMA"));
    assert_str(cf_payload_type_of(CF_RTP_PT_G722)->name, CF_STR("G722"));
    assert_int_equal(cf_payload_type_of(CF_RTP_PT_G722)->clock_rate_hz, 8000);
}

static void has_sound_rows_in_order_and_no_dynamic_one(void **state) {
    (void)state;
    for (unsigned number = 0; number < 256; number++) {
        const struct cf_payload_type *type = cf_payload_type_of((uint8_t)number);
        if (type != NULL) {
            assert_int_equal(type->number, number);
            assert_true(number <= 34);
            assert_true(type->clock_rate_hz >= 8000 && type->name.len > 0);
            assert_true(type->channels != 0 || type->clock_rate_hz == 90000);
        }
    }
    assert_null(cf_payload_type_of(1));
    assert_null(cf_payload_type_of(CF_RTP_PT_DYNAMIC_MIN));
}

CF_TEST_MAIN(cmocka_unit_test(knows_the_telephone_codecs), cmocka_unit_test(has_sound_rows_in_order_and_no_dynamic_one))
