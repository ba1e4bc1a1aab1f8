/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/report_loss.h"

#define LOW 5U                    /* 2 % of 256 */
#define HIGH 26U                  /* 10 % */
#define REDUCE_PAUSE CF_MSEC(500) /* several streams report at about the same time */
#define INCREASE_PERCENT_PER_SEC 8U
#define RELEASE 3U /* a limit of so many times what is sent limits nothing */

static void reduce(struct cf_report_loss *loss, uint8_t fraction_lost, uint64_t sent_bps, cf_usec now) {
    uint64_t from = loss->limit_bps == 0 || sent_bps < loss->limit_bps ? sent_bps : loss->limit_bps;
    uint64_t limit = from * (512U - fraction_lost) / 512U;
    if (loss->limit_bps != 0 && now - loss->reduced_at < REDUCE_PAUSE) {
        return;
    }
    loss->limit_bps = limit > CF_REPORT_LOSS_MIN_BPS ? limit : CF_REPORT_LOSS_MIN_BPS;
    loss->reduced_at = loss->changed_at = now;
}

static void increase(struct cf_report_loss *loss, uint64_t sent_bps, cf_usec now) {
    cf_usec elapsed = cf_usec_min(now - loss->changed_at, CF_SEC(10));
    loss->limit_bps += loss->limit_bps * INCREASE_PERCENT_PER_SEC * (uint64_t)elapsed / 100000000U + 1000U;
    loss->changed_at = now;
    if (loss->limit_bps > RELEASE * sent_bps) {
        loss->limit_bps = 0;
    }
}

void cf_report_loss_on_report(struct cf_report_loss *loss, uint8_t fraction_lost, uint64_t sent_bps, cf_usec now) {
    if (sent_bps == 0) {
        return; /* nothing was sent that could be lost */
    }
    if (fraction_lost > HIGH) {
        reduce(loss, fraction_lost, sent_bps, now);
    } else if (fraction_lost < LOW && loss->limit_bps != 0) {
        increase(loss, sent_bps, now);
    } else {
        loss->changed_at = now; /* hold: no growth for this time later */
    }
}

uint64_t cf_report_loss_limit(const struct cf_report_loss *loss) {
    return loss->limit_bps == 0 ? UINT64_MAX : loss->limit_bps;
}
