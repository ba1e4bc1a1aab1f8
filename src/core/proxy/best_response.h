/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The best of the refusals that the branches of a forwarded request have brought (RFC 3261 section 16.7 steps 6 and 7). A machine
 * without outputs: refusals go in, the one for the caller comes out. Zeroed: none yet.
 */
#ifndef CF_CORE_PROXY_BEST_RESPONSE_H
#define CF_CORE_PROXY_BEST_RESPONSE_H

#include "base/mem.h"
#include "core/sip/message.h"

/** The best refusal so far. */
struct cf_best_response {
    struct cf_str text;       /**< owned: as it goes to the caller; absent: only its status is known */
    struct cf_str challenges; /**< owned: whole lines of further 401s and 407s; absent: none */
    unsigned status;          /**< 0: none yet */
};

/**
 * A branch was refused with @p status, 300 to 699, by @p response or, if that is NULL, by nobody. @p scratch has room for a
 * message. Without memory the status is told without the words of the device.
 */
void cf_best_response_take(struct cf_best_response *best, const struct cf_mem *mem, unsigned status,
                           const struct cf_sip_message *response, struct cf_writer scratch);

/** Write what goes to the caller. False: there are only a status, or no words that fit; an answer of one's own is due. */
bool cf_best_response_put(const struct cf_best_response *best, struct cf_writer *w);

/** Free it. */
void cf_best_response_fini(struct cf_best_response *best, const struct cf_mem *mem);

#endif
