/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A self-signed certificate, made at first start so that TLS works before the operator has a real one. */
#ifndef CF_ADAPT_OPENSSL_CERTIFICATE_H
#define CF_ADAPT_OPENSSL_CERTIFICATE_H

#include "base/err.h"
#include "base/str.h"

/** Octets that hold any certificate or key made here, as PEM. */
#define CF_CERTIFICATE_PEM_MAX 4096

/** A certificate and its key, PEM. */
struct cf_certificate_pem {
    char certificate[CF_CERTIFICATE_PEM_MAX];
    size_t certificate_len;
    char key[CF_CERTIFICATE_PEM_MAX];
    size_t key_len;
};

/**
 * Make an ECDSA P-256 certificate for @p names (host names and IP addresses separated by one blank; the first one is the common
 * name, all are subject alternative names and SIP domains of RFC 5922), good for @p days from now. CF_ERR_NO_MEMORY if OpenSSL
 * fails.
 */
CF_MUST_USE enum cf_err cf_certificate_make(struct cf_str names, int days, struct cf_certificate_pem *ret);

#endif
