/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/lateness.h"

#include "shell/log/log.h"

#define WORTH_USEC 1000000U
#define WINDOW CF_SEC(10)

bool cf_lateness_tell(struct cf_lateness *lateness, size_t worker, uint64_t late_usec, cf_usec now) {
    if (now >= lateness->until) {
        *lateness =
            (struct cf_lateness){.before_usec = lateness->last_usec, .last_usec = lateness->last_usec, .until = now + WINDOW};
    }
    uint64_t more = late_usec - lateness->before_usec;
    lateness->last_usec = late_usec;
    if (lateness->is_told || more < WORTH_USEC) {
        return false;
    }
    cf_log(CF_LOG_WARNING, "media",
           "worker %zu came %llu ms too late within ten seconds: the processors are busy with something else, or it has too many "
           "members",
           worker, (unsigned long long)(more / 1000));
    lateness->is_told = true;
    return true;
}
