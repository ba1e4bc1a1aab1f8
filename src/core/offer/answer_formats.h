/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which payload types of an offer are taken, and with which parameters (RFC 3264 section 6.1; RFC 6184 section 8.2.2; RFC 7587
 * section 7; RFC 4733 section 2.5.1.1; RFC 4588 section 8.6). Policy, inside of core/offer only.
 */
#ifndef CF_CORE_OFFER_ANSWER_FORMATS_H
#define CF_CORE_OFFER_ANSWER_FORMATS_H

#include "core/offer/plan.h"
#include "core/offer/section.h"

/**
 * Put the formats of @p offer that @p policy takes into @p plan, numbered by the offerer. False if there is no codec among them:
 * telephone-event or retransmission alone are no media.
 */
bool cf_answer_formats(const struct cf_policy *policy, const struct cf_section *offer, struct cf_plan *plan);

/** The codecs of @p policy for lines of @p kind; an empty list for others. */
const struct cf_policy_codecs *cf_policy_codecs_of(const struct cf_policy *policy, enum cf_media_kind kind);

/** The feedback of @p policy for lines of @p kind. */
uint32_t cf_policy_feedback_of(const struct cf_policy *policy, enum cf_media_kind kind);

/** The header extensions of @p policy for lines of @p kind. */
uint32_t cf_policy_extensions_of(const struct cf_policy *policy, enum cf_media_kind kind);

#endif
