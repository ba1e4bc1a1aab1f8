/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the log when a media worker was not run in time: people hear and see nothing meanwhile, and nothing else says why.
 * Thread: that of the worker.
 */
#ifndef CF_SERVER_LATENESS_H
#define CF_SERVER_LATENESS_H

#include "base/usec.h"
#include <stdint.h>

/** What was told. Zero at first. */
struct cf_lateness {
    uint64_t told_usec; /**< of the sum */
    cf_usec again_at;   /**< no line before */
};

/** The worker has been late by @p late_usec in all: a line for a second and more, every ten seconds at most. */
void cf_lateness_tell(struct cf_lateness *lateness, uint64_t late_usec, cf_usec now);

#endif
