/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICE in descriptions (RFC 8839): do both sides do it, which credentials stay and which are new, what is said of candidates.
 * Inside of core/offer only.
 */
#ifndef CF_CORE_OFFER_ICE_H
#define CF_CORE_OFFER_ICE_H

#include "core/offer/plan.h"
#include "core/offer/section.h"

/** A line as it was agreed on before. */
struct cf_ice_before {
    const struct cf_section *local;
    const struct cf_section *remote;
};

/** User fragment, password and candidates, or the promise of some. */
bool cf_ice_is_offered(const struct cf_section *section);

/**
 * RFC 8839 section 4.2.5: is the default destination none of the candidates? Then somebody on the way has changed it. A peer that
 * has none to name yet says port 9 of the zero address (RFC 8840 section 4.1.1), which is no mismatch.
 */
bool cf_ice_is_mismatch(const struct cf_section *section);

/** Has @p section loopback candidates, or none with an address yet? Others can't be reached from loopback, nor reach it. */
bool cf_ice_is_local(const struct cf_section *section);

/**
 * May we answer @p offer with ICE? Sets what that needs in @p plan: .has_ice, or .is_ice_mismatch if something on the way has
 * changed the address (RFC 8839 section 4.2.5). @p before: NULL if there is none.
 */
void cf_ice_decide(const struct cf_local_session *session, const struct cf_local_line *line, const struct cf_section *offer,
                   const struct cf_ice_before *before, struct cf_plan *plan);

/** Credentials of an answer: ours stay while the peer's stay; otherwise the peer restarts, and so do we (section 4.4.1.1.1). */
void cf_ice_set_answer(const struct cf_local_session *session, const struct cf_section *offer, const struct cf_ice_before *before,
                       struct cf_plan *plan);

/** Offer ICE, if policy and line have it and the peer has not declined it before; with credentials. */
void cf_ice_set_offer(const struct cf_local_session *session, const struct cf_ice_before *before, struct cf_plan *plan);

/** A candidate that can be used: UDP or passive TCP, with an address, of a component that there can be. */
bool cf_ice_candidate_of(const struct cf_sdp_candidate *candidate, struct cf_ice_remote_candidate *ret);

/** What a pair of sections means. */
void cf_ice_conclude(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer,
                     struct cf_media_transport *ret);

/** Do both sides do ICE? */
bool cf_ice_is_agreed(const struct cf_section *local, const struct cf_section *remote);

/** The section's lines. */
void cf_put_ice(struct cf_writer *w, const struct cf_plan *plan);

#endif
