/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Candidates that come after the description: bodies of type application/trickle-ice-sdpfrag in INFO (RFC 8840 section 9). Pure,
 * any thread. Lines that mean nothing to us are passed over; names in candidates are never resolved.
 */
#ifndef CF_CORE_OFFER_FRAGMENT_H
#define CF_CORE_OFFER_FRAGMENT_H

#include "core/offer/local.h"
#include "core/offer/params.h"

/**
 * What such a body says of candidates of ours for one section, behind its m= and a=mid: credentials, candidates of the first
 * @p component_count components, and, unless @p ice is open, that there are no more.
 */
void cf_put_ice_fragment(struct cf_writer *w, struct cf_str ufrag, struct cf_str pwd, const struct cf_local_ice *ice,
                         uint8_t component_count);

/** What a fragment says of one section. Views into the body. */
struct cf_ice_fragment {
    struct cf_str mid;   /**< absent: not said, then it is the only section, or the transport of a bundle */
    struct cf_str ufrag; /**< of the generation that the candidates belong to; absent: not said */
    bool is_ended;       /**< there are no more candidates */
    uint8_t candidate_count;
    struct cf_ice_remote_candidate candidates[CF_MEDIA_CANDIDATES_MAX]; /**< with addresses; the first that there are */
};

/** A walk over the sections of a fragment. */
struct cf_ice_fragments {
    struct cf_str rest;
    struct cf_str ufrag; /**< of all sections that say none themselves */
    bool is_ended;       /**< for all sections */
    bool is_begun;
};

/** Begin with @p body. */
void cf_ice_fragments_init(struct cf_ice_fragments *walk, struct cf_str body);

/** The next section that says anything. False: no more. */
bool cf_ice_fragments_next(struct cf_ice_fragments *walk, struct cf_ice_fragment *ret);

#endif
