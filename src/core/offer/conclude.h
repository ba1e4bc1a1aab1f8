/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a pair of descriptions means: the agreement, seen from one side (RFC 3264 sections 6.1 and 7). Both sides use the same
 * function on the same two texts, so they can't disagree. Also the rules that a peer's answer has to keep. Pure.
 */
#ifndef CF_CORE_OFFER_CONCLUDE_H
#define CF_CORE_OFFER_CONCLUDE_H

#include "core/offer/pair.h"
#include "core/offer/refusal.h"

/**
 * Compute the agreement of @p pair, whose descriptions have equally many lines; free it with cf_media_params_free(). Lines on
 * which nothing is agreed are not active. CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_conclude(const struct cf_mem *mem, const struct cf_pair *pair, struct cf_media_params **ret_params);

/**
 * Does the peer's answer keep the rules? As many lines, of the same kind and with the same protection, none in use that was not
 * offered, keys where keys were offered. CF_ERR_MISMATCH with @p ret_refusal if not: nothing of it may be used.
 */
CF_MUST_USE enum cf_err cf_answer_check(const struct cf_sdp *offer, const struct cf_sdp *answer, struct cf_refusal *ret_refusal);

/** Is anything agreed on, if @p answer takes anything? CF_ERR_MISMATCH with @p ret_refusal if not. */
CF_MUST_USE enum cf_err cf_answer_check_use(const struct cf_sdp *answer, const struct cf_media_params *params,
                                            struct cf_refusal *ret_refusal);

#endif
