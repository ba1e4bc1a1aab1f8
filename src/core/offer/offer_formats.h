/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payload types of our offers (RFC 3264 sections 5.1 and 8.3.2): one number for each format of the policy in all lines, as
 * bundling wants it, and in a line that exists already the numbers that it has had. Inside of core/offer only.
 */
#ifndef CF_CORE_OFFER_OFFER_FORMATS_H
#define CF_CORE_OFFER_OFFER_FORMATS_H

#include "core/offer/plan.h"
#include "core/offer/section.h"

/** Most formats of both kinds: codecs, an event format for each clock, a retransmission format for each video codec. */
#define CF_NUMBERING_MAX (3 * CF_POLICY_CODECS_MAX + 4)

/** A format of the policy. */
struct cf_numbered {
    enum cf_media_kind kind;
    uint8_t repaired; /**< RTX: place of the repaired format in the list */
    struct cf_plan_format format;
};

/** All formats of a policy with their numbers. */
struct cf_numbering {
    bool offers_control; /**< RTX and feedback for congestion control on lines that had none */
    uint8_t count;
    struct cf_numbered list[CF_NUMBERING_MAX];
};

/** Number the formats of @p policy: usual numbers where possible. */
void cf_numbering_make(const struct cf_policy *policy, struct cf_numbering *ret);

/**
 * Put the formats for a line of @p kind into @p plan. If the line exists, @p local and @p remote are its sections in the
 * agreement in force (else both are NULL): formats that are there keep their numbers and come first, and a number never changes
 * its meaning. What both had of RTX and of feedback goes on (RFC 3264 section 8), whether we would offer it anew or not.
 */
void cf_offer_formats(const struct cf_numbering *numbering, enum cf_media_kind kind, const struct cf_section *local,
                      const struct cf_section *remote, struct cf_plan *plan);

#endif
