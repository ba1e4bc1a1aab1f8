/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which way of agreeing on keys a pair of sections uses, and the DTLS attributes of ours: roles (RFC 5763 section 5),
 * fingerprints (RFC 8122 section 5), and when an association goes on or begins anew (RFC 8842 sections 3 to 5). Inside of
 * core/offer only.
 */
#ifndef CF_CORE_OFFER_KEYING_H
#define CF_CORE_OFFER_KEYING_H

#include "core/offer/pair.h"
#include "core/offer/plan.h"

/**
 * The fingerprints of @p section with the strongest hash that it names and we do (SHA-1 or better, never MD5): one of these must
 * be the certificate's (RFC 8122 section 5). Their number, 0 if there is none.
 */
uint8_t cf_keying_fingerprints(const struct cf_section *section, struct cf_fingerprint ret[CF_MEDIA_FINGERPRINTS_MAX]);

/** Has @p section what DTLS needs? */
bool cf_keying_has_dtls(const struct cf_section *section);

/** What offer and answer agreed on. CF_KEYING_NONE also if the profile wants keys and there are none in common. */
enum cf_keying cf_keying_of(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer);

/** Our role, by what both sides wrote. */
enum cf_dtls_role cf_keying_dtls_role(enum cf_setup local, enum cf_setup remote);

/** A number for the pair of both a=tls-id: changes when one of them does. 0: one of them has none, and neither counts. */
uint64_t cf_keying_association(const struct cf_section *local, const struct cf_section *remote);

/** A line as it was agreed on before. */
struct cf_keying_before {
    const struct cf_section *local;
    const struct cf_section *remote;
};

/**
 * DTLS attributes of our answer to @p offer, of which cf_keying_has_dtls() is true. @p before is the DTLS agreement of the line
 * in force, NULL: there is none. An association that the offer does not end goes on with our role, certificate and id.
 */
void cf_keying_answer(const struct cf_local_session *local, const struct cf_section *offer, const struct cf_keying_before *before,
                      struct cf_plan *plan);

/** DTLS attributes of our offer; an association in force goes on. Local has a fingerprint, or @p before is there. */
void cf_keying_offer(const struct cf_local_session *local, const struct cf_keying_before *before, struct cf_plan *plan);

#endif
