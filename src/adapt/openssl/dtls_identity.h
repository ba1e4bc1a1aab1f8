/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who we are in DTLS (RFC 8827 section 6.5): an ECDSA P-256 key with a certificate signed by itself, which says nothing of us.
 * Its fingerprint is told by signalling; it is made anew from time to time, and the old one serves those whom it was told to.
 */
#ifndef CF_ADAPT_OPENSSL_DTLS_IDENTITY_H
#define CF_ADAPT_OPENSSL_DTLS_IDENTITY_H

#include "base/err.h"

/** Octets of a fingerprint (SHA-256). */
#define CF_DTLS_FINGERPRINT_LEN 32

/** An identity; opaque. May be handed from one thread to another, not used by two. */
struct cf_dtls_identity;

/** Make one that is good for @p days. CF_ERR_NO_MEMORY if OpenSSL fails. */
CF_MUST_USE enum cf_err cf_dtls_identity_make(int days, struct cf_dtls_identity **ret);

/** Another reference to the same, for another thread. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_dtls_identity_share(const struct cf_dtls_identity *identity, struct cf_dtls_identity **ret);

/** Give a reference back. Sets the pointer to NULL; NULL is ignored. */
void cf_dtls_identity_destroy(struct cf_dtls_identity **identity);

/** SHA-256 of the certificate, CF_DTLS_FINGERPRINT_LEN octets; valid as long as @p identity. */
const uint8_t *cf_dtls_identity_fingerprint(const struct cf_dtls_identity *identity);

#endif
