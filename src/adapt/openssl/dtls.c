/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The provider of DTLS handshakes. */
#include "adapt/openssl/dtls_internal.h"

#include <openssl/rand.h>

enum cf_err cf_dtls_new(const struct cf_mem *mem, struct cf_dtls **ret) {
    struct cf_dtls *dtls = cf_mem_alloc(mem, sizeof *dtls);
    if (dtls == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    dtls->mem = mem;
    dtls->handshakes = cf_dtls_table;
    dtls->handshakes.ctx = dtls;
    dtls->bio_method = cf_dtls_bio_method();
    if (dtls->bio_method == NULL || RAND_bytes(dtls->cookie_secret, sizeof dtls->cookie_secret) != 1) {
        cf_dtls_free(dtls);
        return CF_ERR_NO_MEMORY;
    }
    *ret = dtls;
    return CF_OK;
}

void cf_dtls_free(struct cf_dtls *dtls) {
    if (dtls != NULL) {
        for (size_t i = 0; i < CF_DTLS_IDENTITIES_MAX; i++) {
            SSL_CTX_free(dtls->contexts[i]);
        }
        BIO_meth_free(dtls->bio_method);
        cf_mem_wipe(dtls->cookie_secret, sizeof dtls->cookie_secret);
        cf_mem_free(dtls->mem, dtls, sizeof *dtls);
    }
}

enum cf_err cf_dtls_add(struct cf_dtls *dtls, struct cf_dtls_identity *identity) {
    SSL_CTX *context = cf_dtls_context_new(identity);
    if (context == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    /* Handshakes that run with the oldest hold it by themselves. */
    SSL_CTX_free(dtls->contexts[CF_DTLS_IDENTITIES_MAX - 1]);
    for (size_t i = CF_DTLS_IDENTITIES_MAX - 1; i > 0; i--) {
        dtls->contexts[i] = dtls->contexts[i - 1];
        memcpy(dtls->fingerprints[i], dtls->fingerprints[i - 1], CF_DTLS_FINGERPRINT_LEN);
    }
    dtls->contexts[0] = context;
    memcpy(dtls->fingerprints[0], identity->fingerprint, CF_DTLS_FINGERPRINT_LEN);
    cf_dtls_identity_destroy(&identity);
    return CF_OK;
}

const struct cf_handshakes *cf_dtls_handshakes(const struct cf_dtls *dtls) {
    return &dtls->handshakes;
}
