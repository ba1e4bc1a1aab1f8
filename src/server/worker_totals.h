/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters of all media workers together: each tells its own now and then, what is shown are the sums. A table. */
#ifndef CF_SERVER_WORKER_TOTALS_H
#define CF_SERVER_WORKER_TOTALS_H

#include "core/focus/ports.h"

/** What each worker told last. All zero: nobody has told anything. */
struct cf_worker_totals {
    struct cf_engine_totals latest[CF_PORT_WORKERS_MAX];
};

/** Worker number @p worker has told @p told: the sums of what all workers told last. */
struct cf_engine_totals cf_worker_totals_note(struct cf_worker_totals *totals, size_t worker,
                                              const struct cf_engine_totals *told);

#endif
