/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the log when a media worker was not run in time: people hear and see nothing meanwhile, and nothing else says why.
 * Thread: that of the worker.
 */
#ifndef CF_SERVER_LATENESS_H
#define CF_SERVER_LATENESS_H

#include "base/usec.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Ten seconds of lateness, one after the other; what was before them is forgotten. Zero at first. */
struct cf_lateness {
    uint64_t before_usec; /**< the sum when they began */
    uint64_t last_usec;   /**< the sum that was told last */
    cf_usec until;
    bool is_told; /**< there was a line about them */
};

/** Worker @p worker has been late by @p late_usec in all: a line, once it is a second in ten. True: there was one. */
bool cf_lateness_tell(struct cf_lateness *lateness, size_t worker, uint64_t late_usec, cf_usec now);

#endif
