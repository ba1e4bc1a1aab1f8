/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and certificates for DTLS. */
#include "adapt/openssl/dtls_internal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>

/* A day back, for peers whose clock is slow. */
#define BEFORE_SEC (-24 * 3600)

#define SERIAL_LEN 16

static bool set_serial(X509 *x509, const unsigned char *octets) {
    BIGNUM *number = BN_bin2bn(octets, SERIAL_LEN, NULL);
    bool is_set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    BN_free(number);
    return is_set;
}

/* The name is of letters by chance: it may not tell one of our servers from another. */
static bool set_name(X509 *x509, const unsigned char *octets) {
    char name[2 * SERIAL_LEN + 1];
    for (size_t i = 0; i < SERIAL_LEN; i++) {
        name[2 * i] = (char)('a' + (octets[i] >> 4));
        name[2 * i + 1] = (char)('a' + (octets[i] & 15U));
    }
    X509_NAME *subject = X509_get_subject_name(x509);
    return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, (const unsigned char *)name, 2 * SERIAL_LEN, -1,
                                      0) == 1 &&
           X509_set_issuer_name(x509, subject) == 1;
}

static bool fill(X509 *x509, EVP_PKEY *key, int days) {
    unsigned char octets[2 * SERIAL_LEN];
    if (RAND_bytes(octets, sizeof octets) != 1) {
        return false;
    }
    octets[0] &= 0x7f; /* positive */
    return X509_set_version(x509, 2) == 1 && set_serial(x509, octets) && set_name(x509, octets + SERIAL_LEN) &&
           X509_gmtime_adj(X509_getm_notBefore(x509), BEFORE_SEC) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(x509), days, 0, NULL) != NULL && X509_set_pubkey(x509, key) == 1 &&
           X509_sign(x509, key, EVP_sha256()) > 0;
}

enum cf_err cf_dtls_identity_make(int days, struct cf_dtls_identity **ret) {
    unsigned len = 0;
    struct cf_dtls_identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    identity->key = EVP_EC_gen("P-256");
    identity->x509 = X509_new();
    if (identity->key == NULL || identity->x509 == NULL || !fill(identity->x509, identity->key, days) ||
        X509_digest(identity->x509, EVP_sha256(), identity->fingerprint, &len) != 1) {
        cf_dtls_identity_destroy(&identity);
        return CF_ERR_NO_MEMORY;
    }
    *ret = identity;
    return CF_OK;
}

enum cf_err cf_dtls_identity_share(const struct cf_dtls_identity *identity, struct cf_dtls_identity **ret) {
    struct cf_dtls_identity *copy = calloc(1, sizeof *copy);
    if (copy == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *copy = *identity;
    EVP_PKEY_up_ref(copy->key);
    X509_up_ref(copy->x509);
    *ret = copy;
    return CF_OK;
}

void cf_dtls_identity_destroy(struct cf_dtls_identity **identity) {
    if (*identity != NULL) {
        X509_free((*identity)->x509);
        EVP_PKEY_free((*identity)->key);
        free(*identity);
        *identity = NULL;
    }
}

const uint8_t *cf_dtls_identity_fingerprint(const struct cf_dtls_identity *identity) {
    return identity->fingerprint;
}
