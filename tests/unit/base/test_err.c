/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error table. */
#include "base/err.h"

#include "lib/test.h"

static void every_row_has_name_text_and_class(void **state) {
    (void)state;
    for (int e = CF_OK; e < CF_ERR_COUNT_; e++) {
        assert_true(strlen(cf_err_name((enum cf_err)e)) > 0);
        assert_true(strlen(cf_err_text((enum cf_err)e)) > 0);
        assert_true((cf_err_class_of((enum cf_err)e) == CF_ERR_CLASS_NONE) == (e == CF_OK));
    }
}

CF_TEST_MAIN(cmocka_unit_test(every_row_has_name_text_and_class))
