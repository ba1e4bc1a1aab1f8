/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pair of descriptions, offer and answer, that belong together, and what can be read from it about keys. Inside of core/offer
 * only.
 */
#ifndef CF_CORE_OFFER_PAIR_H
#define CF_CORE_OFFER_PAIR_H

#include "base/rng.h"
#include "core/offer/section.h"

/** A pair; borrowed. */
struct cf_pair {
    const struct cf_sdp *local;
    const struct cf_sdp *remote;
    bool is_local_offer;
};

/** The two sides of one crypto attribute that offer and answer agree on. */
struct cf_pair_crypto {
    struct cf_sdp_crypto local; /**< with the key that we made */
    struct cf_sdp_crypto remote;
};

/**
 * The crypto attribute that a pair of sections agrees on: the first of the answer whose tag and suite are in the offer (RFC 4568
 * section 5.1.3). False if there is none.
 */
bool cf_pair_crypto_of(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer,
                       struct cf_pair_crypto *ret);

/** A key and salt of the right lengths for @p suite from @p entropy; no lifetime, no MKI. */
void cf_sdes_key_make(const struct cf_entropy *entropy, enum cf_srtp_suite suite, struct cf_sdes_key *ret);

#endif
