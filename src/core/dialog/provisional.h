/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The provisional response that a callee has sent last: sent again until PRACK comes if it is reliable (RFC 3262 section 3), once
 * a minute if it is not, so that no proxy gives up (RFC 3261 section 13.3.1.1). A machine without outputs of its own, part of the
 * session.
 */
#ifndef CF_CORE_DIALOG_PROVISIONAL_H
#define CF_CORE_DIALOG_PROVISIONAL_H

#include "base/err.h"
#include "base/mem.h"
#include "core/transaction/timers.h"

/** What is due. */
enum cf_provisional_due {
    CF_PROVISIONAL_NOTHING,
    CF_PROVISIONAL_SEND,    /**< send cf_provisional.message again */
    CF_PROVISIONAL_GIVE_UP, /**< no PRACK in 64*T1: refuse the INVITE with 504 */
};

/** The last provisional response. Zeroed: none. */
struct cf_provisional {
    struct cf_str message; /**< owned; absent: none */
    uint32_t rseq;         /**< of the last reliable one; 0: none yet */
    bool is_pending;       /**< PRACK has not come, and it is sent again */
    bool can_ack;          /**< PRACK may still come, also after the final response */
    bool has_description;  /**< with an offer or answer: the 2xx waits for PRACK */
    cf_usec next_at;       /**< send again */
    cf_usec interval;      /**< what was waited for next_at */
    cf_usec give_up_at;    /**< while is_pending */
};

/** @p message was sent; a copy is kept. @p rseq 0: not reliable. CF_ERR_NO_MEMORY: nothing has changed. */
CF_MUST_USE enum cf_err cf_provisional_sent(struct cf_provisional *p, const struct cf_mem *mem, struct cf_str message,
                                            uint32_t rseq, const struct cf_sip_timers *timers, cf_usec now);

/** PRACK for @p rseq has come. False: no response waits for that (481). */
bool cf_provisional_acked(struct cf_provisional *p, uint32_t rseq);

/** When something is due. */
cf_usec cf_provisional_deadline(const struct cf_provisional *p);

/** What is due at @p now. */
enum cf_provisional_due cf_provisional_on_deadline(struct cf_provisional *p, cf_usec now);

/** Free the message: the final response was sent. */
void cf_provisional_fini(struct cf_provisional *p, const struct cf_mem *mem);

#endif
