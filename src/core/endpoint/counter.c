/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and help of the endpoint's counters. */
#include "core/endpoint/counter.h"

#include "base/bug.h"

static const struct {
    const char *name;
    const char *help;
} rows[] = {
#define X(name, text, help) {text, help},
#include "core/endpoint/counter_table.h"
#undef X
};

const char *cf_endpoint_counter_name(enum cf_endpoint_counter counter) {
    cf_assert(counter < CF_ENDPOINT_COUNTER_COUNT_);
    return rows[counter].name;
}

const char *cf_endpoint_counter_help(enum cf_endpoint_counter counter) {
    cf_assert(counter < CF_ENDPOINT_COUNTER_COUNT_);
    return rows[counter].help;
}
