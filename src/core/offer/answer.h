/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An answer to an offer (RFC 3264 section 6): as many m-lines in the same order, each taken with the offerer's numbers, profile
 * and names, or refused with port 0. A pure function of the offer, our policy, what the caller wants of each line, and the
 * agreement in force, from which keys are kept as long as nothing about them changes (RFC 4568 section 7.1). What was agreed on
 * is then read from both descriptions by conclude.h.
 */
#ifndef CF_CORE_OFFER_ANSWER_H
#define CF_CORE_OFFER_ANSWER_H

#include "core/offer/local.h"
#include "core/offer/pair.h"
#include "core/offer/refusal.h"

/** What an answer is made from. Borrowed. */
struct cf_answer_input {
    const struct cf_sdp *offer;
    const struct cf_local_session *local;
    const struct cf_pair *before; /**< the agreement in force; NULL: none */
};

/**
 * Write the answer behind its o= line to @p w. CF_ERR_UNSUPPORTED: the offer has lines in use and none of them can be taken;
 * @p ret_refusal says why not the first of them. CF_ERR_NO_ROOM.
 */
CF_MUST_USE enum cf_err cf_answer_write(const struct cf_answer_input *input, struct cf_writer *w, struct cf_refusal *ret_refusal);

#endif
