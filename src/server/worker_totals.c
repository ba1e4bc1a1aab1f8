/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/worker_totals.h"

#include "base/bug.h"

struct cf_engine_totals cf_worker_totals_note(struct cf_worker_totals *totals, size_t worker,
                                              const struct cf_engine_totals *told) {
    struct cf_engine_totals sum = {.datagrams_in = 0};
    cf_assert(worker < CF_PORT_WORKERS_MAX);
    totals->latest[worker] = *told;
    for (size_t i = 0; i < CF_PORT_WORKERS_MAX; i++) {
        cf_engine_totals_add(&sum, &totals->latest[i]);
    }
    return sum;
}
