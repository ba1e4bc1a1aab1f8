/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulcast in descriptions (RFC 8851 section 6, RFC 8853 section 5.3): which of the encodings that a peer wants to send are
 * taken, which of ours are offered, and what was agreed on. Streams are told apart by the RtpStreamId header extension, so
 * without that there is no simulcast. Of alternatives the first that will do counts; an encoding that depends on another is not
 * taken, since it could not be shown alone. Streams that begin paused do not with us: neither side says it could resume them (RFC
 * 7728). Inside of core/offer only.
 */
#ifndef CF_CORE_OFFER_SIMULCAST_H
#define CF_CORE_OFFER_SIMULCAST_H

#include "core/offer/plan.h"
#include "core/offer/section.h"

/** Header extensions that are of no use without simulcast. */
#define CF_SIMULCAST_EXTENSIONS (UINT32_C(1) << CF_EXTENSION_RID | UINT32_C(1) << CF_EXTENSION_REPAIRED_RID)

/** Put into @p plan, whose formats are decided, what of the encodings offered in @p offer we receive, or send if @p line does so.
 */
void cf_simulcast_answer(const struct cf_policy *policy, const struct cf_section *offer, const struct cf_local_line *line,
                         struct cf_plan *plan);

/**
 * Put into @p plan what we offer: the encodings that @p line wants to send, else those that were agreed on before, whose sections
 * are @p local and @p remote (NULL: there were none).
 */
void cf_simulcast_offer(const struct cf_local_line *line, const struct cf_section *local, const struct cf_section *remote,
                        struct cf_plan *plan);

/** What a pair of sections means. Header extensions of @p ret are set. */
void cf_simulcast_conclude(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer,
                           struct cf_media_line *ret);

/** The section's lines. */
void cf_put_simulcast(struct cf_writer *w, const struct cf_plan *plan);

#endif
