/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's figures and how they are written for Prometheus (text exposition format 0.0.4). Whoever owns the figures fills in
 * the values; there is nothing else here. A table; pure, any thread.
 */
#ifndef CF_CORE_METRICS_METRICS_H
#define CF_CORE_METRICS_METRICS_H

#include "base/writer.h"

/** A figure. */
enum cf_metric {
#define X(id, name, type, help) CF_METRIC_##id,
#include "core/metrics/metrics_table.h"
#undef X
    CF_METRIC_COUNT,
};

/** Kinds of figures. */
enum cf_metric_type {
    CF_METRIC_GAUGE,   /**< goes up and down */
    CF_METRIC_COUNTER, /**< only ever up, since start */
    CF_METRIC_FAMILY,  /**< counters, one for each kind */
};

/** Values of all figures at one moment. Zeroed: all 0. */
struct cf_metrics {
    uint64_t values[CF_METRIC_COUNT];
};

/** Content-Type of what cf_put_metrics() writes. */
#define CF_METRICS_CONTENT_TYPE "text/plain; version=0.0.4"

/** Name without prefix, and advice, of @p metric. */
struct cf_str cf_metric_name(enum cf_metric metric);
struct cf_str cf_metric_help(enum cf_metric metric);
enum cf_metric_type cf_metric_type(enum cf_metric metric);

/** Is @p metric one with a value for each kind: is it written by cf_put_metric_family()? */
bool cf_metric_is_family(enum cf_metric metric);

/** Write all figures but families, each with its help and type. */
void cf_put_metrics(struct cf_writer *w, const struct cf_metrics *metrics);

/** One value of a family: what tells it from the others, without quotes and backslashes. */
struct cf_metric_series {
    struct cf_str label;
    uint64_t value;
};

/** Write counters that are one figure by kind: @p metric, whose own value is not looked at, with label @p label. */
void cf_put_metric_family(struct cf_writer *w, enum cf_metric metric, struct cf_str label, const struct cf_metric_series *series,
                          size_t count);

#endif
