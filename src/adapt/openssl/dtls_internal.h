/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of DTLS share. Not for others. */
#ifndef CF_ADAPT_OPENSSL_DTLS_INTERNAL_H
#define CF_ADAPT_OPENSSL_DTLS_INTERNAL_H

#include "adapt/openssl/dtls.h"
#include <openssl/ssl.h>
#include <openssl/x509.h>

struct cf_dtls_identity {
    EVP_PKEY *key;
    X509 *x509;
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
};

#define CF_DTLS_COOKIE_SECRET_LEN 32

struct cf_dtls {
    const struct cf_mem *mem;
    struct cf_handshakes handshakes;
    BIO_METHOD *bio_method;
    SSL_CTX *contexts[CF_DTLS_IDENTITIES_MAX]; /* the newest first; NULL: none */
    uint8_t fingerprints[CF_DTLS_IDENTITIES_MAX][CF_DTLS_FINGERPRINT_LEN];
    uint8_t cookie_secret[CF_DTLS_COOKIE_SECRET_LEN];
};

/* Datagrams on their way out: more than two flights of ours. */
#define CF_DTLS_OUT_MAX 16
#define CF_DTLS_OUT_OCTETS ((size_t)8 * 1024)

struct cf_dtls_out {
    uint16_t at;
    uint16_t len;
    struct cf_addr to;
};

struct cf_handshake {
    struct cf_dtls *dtls;
    SSL *ssl; /* NULL: over, or it never was */
    enum cf_handshake_state state;
    enum cf_handshake_failure failure;
    bool is_server;
    struct cf_fingerprint fingerprints[CF_MEDIA_FINGERPRINTS_MAX];
    uint8_t fingerprint_count;
    bool has_mismatch;
    struct cf_handshake_keys keys;

    struct cf_span in; /* the datagram to be read; .len 0: none */
    struct cf_addr from;
    uint8_t *out; /* owned, CF_DTLS_OUT_OCTETS; NULL if .ssl is */
    size_t out_len;
    struct cf_dtls_out list[CF_DTLS_OUT_MAX];
    size_t out_count;
    size_t out_taken; /* given to the caller */

    cf_usec now;
    cf_usec timeout; /* of this flight, doubled each time */
    cf_usec deadline;
    struct timeval *timer; /* OpenSSL's, as it shows it to the BIO; NULL: it does not (dtls_timer.c) */
};

/* dtls_bio.c */
BIO_METHOD *cf_dtls_bio_method(void);

/* dtls_timer.c */
void cf_dtls_timer_init(struct cf_handshake *h);
void cf_dtls_timer_on_change(struct cf_handshake *h, struct timeval *timer);
void cf_dtls_timer_expire(struct cf_handshake *h);

/* dtls_context.c */
SSL_CTX *cf_dtls_context_new(const struct cf_dtls_identity *identity);

/* dtls_handshake.c */
extern const struct cf_handshakes cf_dtls_table;

#endif
