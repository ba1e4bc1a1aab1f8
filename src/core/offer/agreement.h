/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agreement that a negotiation holds as texts, read again when it is needed. Part of negotiation.c.
 */
#ifndef CF_CORE_OFFER_AGREEMENT_H
#define CF_CORE_OFFER_AGREEMENT_H

#include "core/offer/negotiation.h"
#include "core/offer/pair.h"

/** The agreement in force. */
struct cf_agreement {
    struct cf_sdp local;
    struct cf_sdp remote;
    struct cf_pair pair;
    const struct cf_pair *in_force; /**< &pair, or NULL if there is none */
};

/** Load a text of @p n that was read before or that we wrote. CF_ERR_NO_MEMORY; CF_ERR_NO_ROOM if we wrote too much. */
CF_MUST_USE enum cf_err cf_agreement_load_text(const struct cf_negotiation *n, struct cf_str text, struct cf_sdp *ret);

/** Load the agreement of @p n, if there is one, into @p ret, which must not be moved. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_agreement_load(const struct cf_negotiation *n, struct cf_agreement *ret);

/** Free what was loaded. */
void cf_agreement_unload(const struct cf_negotiation *n, struct cf_agreement *a);

/** Parameters of a pair of texts. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_agreement_conclude(const struct cf_negotiation *n, struct cf_str local, struct cf_str remote,
                                              bool is_local_offer, struct cf_media_params **ret_params);

/** Mark in @p params what is new against what was given out last: a preview, else the agreement. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_agreement_compare(const struct cf_negotiation *n, struct cf_media_params *params);

#endif
