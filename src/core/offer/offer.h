/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An offer of ours (RFC 3264 sections 5 and 8): the first, or a new one in a session, in which lines keep their place, names,
 * payload numbers, extension ids and keys, and those not wanted any more have port 0. A pure function of policy, the caller's
 * lines and the agreement in force.
 */
#ifndef CF_CORE_OFFER_OFFER_H
#define CF_CORE_OFFER_OFFER_H

#include "core/offer/local.h"
#include "core/offer/pair.h"

/** What an offer is made from. Borrowed. */
struct cf_offer_input {
    const struct cf_local_session *local;
    const struct cf_pair *before; /**< the agreement in force; NULL: none */
};

/**
 * Write the offer behind its o= line to @p w. CF_ERR_LIMIT: more lines than CF_SDP_MEDIA_MAX. CF_ERR_STATE: fewer lines than
 * before, a line in use would become of another kind, a line has no address, or the policy leaves no way to protect it.
 * CF_ERR_NO_ROOM.
 */
CF_MUST_USE enum cf_err cf_offer_write(const struct cf_offer_input *input, struct cf_writer *w);

#endif
