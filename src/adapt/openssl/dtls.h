/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DTLS-SRTP (RFC 5763, 5764; DTLS 1.2, RFC 6347) over OpenSSL as a provider of handshakes: datagrams and time in, datagrams and
 * keys out. Server and client, certificates by fingerprint only, SRTP profiles in our order. See docs/adr/0060-dtls-by-openssl.md
 * for how its timers are driven by the caller's time.
 */
#ifndef CF_ADAPT_OPENSSL_DTLS_H
#define CF_ADAPT_OPENSSL_DTLS_H

#include "adapt/openssl/dtls_identity.h"
#include "base/mem.h"
#include "core/media/handshake.h"

/** Identities that are kept: the newest and those that were told to peers whose handshake is still to come. */
#define CF_DTLS_IDENTITIES_MAX 4

/** A provider; opaque. Single-threaded: each media worker has its own. */
struct cf_dtls;

/** A provider without an identity. @p mem is kept. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_dtls_new(const struct cf_mem *mem, struct cf_dtls **ret);

/** Free it; its handshakes have been closed. NULL is ignored. */
void cf_dtls_free(struct cf_dtls *dtls);

/**
 * From now on handshakes may be with @p identity, which is taken over; above CF_DTLS_IDENTITIES_MAX the oldest is forgotten.
 * CF_ERR_NO_MEMORY: then it is the caller's still.
 */
CF_MUST_USE enum cf_err cf_dtls_add(struct cf_dtls *dtls, struct cf_dtls_identity *identity);

/** The table, valid as long as @p dtls. */
const struct cf_handshakes *cf_dtls_handshakes(const struct cf_dtls *dtls);

#endif
