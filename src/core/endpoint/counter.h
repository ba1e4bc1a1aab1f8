/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of the endpoint's counters, from one table (counter_table.h).
 */
#ifndef CF_CORE_ENDPOINT_COUNTER_H
#define CF_CORE_ENDPOINT_COUNTER_H

/** A counter. */
enum cf_endpoint_counter {
#define X(name, text, help) CF_ENDPOINT_COUNT_##name,
#include "core/endpoint/counter_table.h"
#undef X
    CF_ENDPOINT_COUNTER_COUNT_, /**< number of counters, not a counter */
};

/** Name as in the table, for metrics; never NULL. */
const char *cf_endpoint_counter_name(enum cf_endpoint_counter counter);

/** What it counts and what to do when it rises; never NULL. */
const char *cf_endpoint_counter_help(enum cf_endpoint_counter counter);

#endif
