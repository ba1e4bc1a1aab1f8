/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our descriptions as whole texts, with the session id and version of a negotiation (RFC 3264 section 8). Part of negotiation.c.
 */
#ifndef CF_CORE_OFFER_COMPOSE_H
#define CF_CORE_OFFER_COMPOSE_H

#include "core/offer/answer.h"
#include "core/offer/negotiation.h"
#include "core/offer/offer.h"

/**
 * Write an answer or an offer as a text that the caller owns. If it says the same as our description in force it is that one;
 * otherwise it has the next version. Errors: those of cf_answer_write() and cf_offer_write(), and CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_compose_answer(struct cf_negotiation *n, const struct cf_answer_input *input, struct cf_str *ret_text,
                                          struct cf_refusal *ret_refusal);
CF_MUST_USE enum cf_err cf_compose_offer(struct cf_negotiation *n, const struct cf_offer_input *input, struct cf_str *ret_text);

#endif
