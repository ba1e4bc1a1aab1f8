/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/lateness.h"

#include "shell/log/log.h"

#define WORTH_USEC 1000000U
#define AGAIN CF_SEC(10)

void cf_lateness_tell(struct cf_lateness *lateness, uint64_t late_usec, cf_usec now) {
    uint64_t more = late_usec - lateness->told_usec;
    if (now < lateness->again_at || more < WORTH_USEC) {
        return;
    }
    cf_log(CF_LOG_WARNING, "media",
           "a worker came %llu ms too late: the processors are busy with something else, or it has too many members",
           (unsigned long long)(more / 1000));
    lateness->told_usec = late_usec;
    lateness->again_at = now + AGAIN;
}
