/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/metrics/metrics.h"

static const struct {
    struct cf_str name;
    enum cf_metric_type type;
    struct cf_str help;
} rows[] = {
#define X(id, name, type, help) [CF_METRIC_##id] = {CF_STR_INIT(#name), CF_METRIC_##type, CF_STR_INIT(help)},
#include "core/metrics/metrics_table.h"
#undef X
};

struct cf_str cf_metric_name(enum cf_metric metric) {
    return rows[metric].name;
}

struct cf_str cf_metric_help(enum cf_metric metric) {
    return rows[metric].help;
}

enum cf_metric_type cf_metric_type(enum cf_metric metric) {
    return rows[metric].type;
}

static void put_name(struct cf_writer *w, enum cf_metric metric) {
    cf_put_lit(w, "confer_");
    cf_put(w, rows[metric].name);
}

static void put_head(struct cf_writer *w, enum cf_metric metric) {
    cf_put_lit(w, "# HELP ");
    put_name(w, metric);
    cf_put_char(w, ' ');
    cf_put(w, rows[metric].help);
    cf_put_lit(w, "\n# TYPE ");
    put_name(w, metric);
    cf_put(w, rows[metric].type == CF_METRIC_GAUGE ? CF_STR(" gauge\n") : CF_STR(" counter\n"));
}

bool cf_metric_is_family(enum cf_metric metric) {
    return rows[metric].type == CF_METRIC_FAMILY;
}

void cf_put_metrics(struct cf_writer *w, const struct cf_metrics *metrics) {
    for (int i = 0; i < CF_METRIC_COUNT; i++) {
        enum cf_metric metric = (enum cf_metric)i;
        if (cf_metric_is_family(metric)) {
            continue;
        }
        put_head(w, metric);
        put_name(w, metric);
        cf_put_char(w, ' ');
        cf_put_dec(w, metrics->values[i]);
        cf_put_char(w, '\n');
    }
}

void cf_put_metric_family(struct cf_writer *w, enum cf_metric metric, struct cf_str label, const struct cf_metric_series *series,
                          size_t count) {
    cf_assert(cf_metric_is_family(metric));
    put_head(w, metric);
    for (size_t i = 0; i < count; i++) {
        put_name(w, metric);
        cf_put_char(w, '{');
        cf_put(w, label);
        cf_put_lit(w, "=\"");
        cf_put(w, series[i].label);
        cf_put_lit(w, "\"} ");
        cf_put_dec(w, series[i].value);
        cf_put_char(w, '\n');
    }
}
