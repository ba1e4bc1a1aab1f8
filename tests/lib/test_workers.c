/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On how many media workers a test is run. */
#include "lib/test_workers.h"

#include "lib/test.h"
#include <stdlib.h>

size_t test_workers(size_t max) {
    const char *text = getenv("CONFER_TEST_WORKERS");
    size_t count = text == NULL ? 1 : (size_t)strtoul(text, NULL, 10);
    assert_in_range(count, 1, max);
    return count;
}
