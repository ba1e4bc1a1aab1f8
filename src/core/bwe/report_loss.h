/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much to send to a receiver that gives no transport-wide feedback: by the loss that its receiver reports tell of
 * (draft-ietf-rmcat-gcc-02 section 6). Below 2 %: more; above 10 %: less; and no limit at all as long as there never was a
 * reason.
 *
 * Small machine without deadline. Value type.
 */
#ifndef CF_CORE_BWE_REPORT_LOSS_H
#define CF_CORE_BWE_REPORT_LOSS_H

#include "base/usec.h"

/** The lowest limit. */
#define CF_REPORT_LOSS_MIN_BPS UINT64_C(50000)

/** The machine. Zeroed: no limit. */
struct cf_report_loss {
    uint64_t limit_bps; /**< 0: none */
    cf_usec changed_at;
    cf_usec reduced_at;
};

/** A report tells of @p fraction_lost (of 256) while @p sent_bps were sent to the receiver. */
void cf_report_loss_on_report(struct cf_report_loss *loss, uint8_t fraction_lost, uint64_t sent_bps, cf_usec now);

/** The limit, UINT64_MAX if there is none. */
uint64_t cf_report_loss_limit(const struct cf_report_loss *loss);

#endif
