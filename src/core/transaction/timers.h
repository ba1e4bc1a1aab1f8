/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three base timers of SIP (RFC 3261 section 17.1.1.1); every other timer of the transactions is a multiple of them. They
 * are a value, so that a test or a site with a slow link can choose others.
 */
#ifndef CF_CORE_TRANSACTION_TIMERS_H
#define CF_CORE_TRANSACTION_TIMERS_H

#include "base/usec.h"

/** Base timers, microseconds, each > 0 and t1 <= t2. */
struct cf_sip_timers {
    cf_usec t1_usec; /**< estimate of the round trip */
    cf_usec t2_usec; /**< longest interval of a repeated request other than INVITE, and of a repeated response */
    cf_usec t4_usec; /**< longest time that a message stays in the network */
};

/** The values that RFC 3261 recommends. */
#define CF_SIP_TIMERS_DEFAULT ((struct cf_sip_timers){CF_MSEC(500), CF_SEC(4), CF_SEC(5)})

#endif
