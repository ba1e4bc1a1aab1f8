/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all handshakes with one certificate share: versions, ciphers, who is believed, cookies. */
#include "adapt/openssl/dtls_internal.h"

#include "base/reader.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

/* Forward secrecy; CBC for phones that have nothing else. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES128:!aNULL"

/* Octets of certificates that a peer may show: a chain of RSA keys fits. */
#define CERTIFICATES_MAX ((size_t)32 * 1024)

/* A cookie is good for the minute that it was made in and the next. */
#define COOKIE_PERIOD CF_SEC(60)
#define COOKIE_LEN 16

/* The names are those of core/offer/keying.c. */
static const EVP_MD *digest_of(struct cf_str name) {
    static const struct {
        struct cf_str name;
        const EVP_MD *(*md)(void);
    } rows[] = {
        {CF_STR_INIT("sha-256"), EVP_sha256}, {CF_STR_INIT("sha-1"), EVP_sha1},     {CF_STR_INIT("sha-512"), EVP_sha512},
        {CF_STR_INIT("sha-384"), EVP_sha384}, {CF_STR_INIT("sha-224"), EVP_sha224},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (cf_str_eq(name, rows[i].name)) {
            return rows[i].md();
        }
    }
    return NULL;
}

/* Is the certificate one that signalling promised (RFC 8122 section 5)? */
static bool is_promised(const struct cf_handshake *h, const X509 *x509) {
    bool is_found = false;
    for (size_t i = 0; i < h->fingerprint_count; i++) {
        const struct cf_fingerprint *promised = &h->fingerprints[i];
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned len = 0;
        const EVP_MD *md = digest_of(cf_tag_str(&promised->hash));
        is_found = is_found || (md != NULL && X509_digest(x509, md, digest, &len) == 1 && len == promised->digest_len &&
                                CRYPTO_memcmp(digest, promised->digest, len) == 0);
    }
    return is_found;
}

/* Instead of a chain of authorities. */
static int verify(X509_STORE_CTX *store, void *argument) {
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct cf_handshake *h = SSL_get_app_data(ssl);
    const X509 *x509 = X509_STORE_CTX_get0_cert(store);
    (void)argument;
    if (x509 != NULL && is_promised(h, x509)) {
        return 1;
    }
    h->has_mismatch = true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

/* Cookies (RFC 6347 section 4.2.1): a MAC over the address, so that nothing has to be kept. */
static bool make_cookie(const struct cf_handshake *h, int64_t period, unsigned char *ret) {
    unsigned char text[sizeof h->from.ip + 2 + sizeof period];
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    memcpy(text, h->from.ip, sizeof h->from.ip);
    cf_set_be16(text + sizeof h->from.ip, h->from.port);
    memcpy(text + sizeof h->from.ip + 2, &period, sizeof period);
    if (HMAC(EVP_sha256(), h->dtls->cookie_secret, sizeof h->dtls->cookie_secret, text, sizeof text, mac, &len) == NULL) {
        return false;
    }
    memcpy(ret, mac, COOKIE_LEN);
    return true;
}

static int generate_cookie(SSL *ssl, unsigned char *cookie, unsigned *ret_len) {
    const struct cf_handshake *h = SSL_get_app_data(ssl);
    *ret_len = COOKIE_LEN;
    return make_cookie(h, h->now / COOKIE_PERIOD, cookie) ? 1 : 0;
}

static int verify_cookie(SSL *ssl, const unsigned char *cookie, unsigned len) {
    const struct cf_handshake *h = SSL_get_app_data(ssl);
    unsigned char now[COOKIE_LEN];
    unsigned char before[COOKIE_LEN];
    int64_t period = h->now / COOKIE_PERIOD;
    if (len != COOKIE_LEN || !make_cookie(h, period, now) || !make_cookie(h, period - 1, before)) {
        return 0;
    }
    return CRYPTO_memcmp(cookie, now, len) == 0 || CRYPTO_memcmp(cookie, before, len) == 0 ? 1 : 0;
}

SSL_CTX *cf_dtls_context_new(const struct cf_dtls_identity *identity) {
    SSL_CTX *context = SSL_CTX_new(DTLS_method());
    if (context == NULL) {
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_cert_list(context, CERTIFICATES_MAX);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, NULL);
    SSL_CTX_set_cookie_generate_cb(context, generate_cookie);
    SSL_CTX_set_cookie_verify_cb(context, verify_cookie);
    if (SSL_CTX_set_cipher_list(context, CIPHERS) != 1 || SSL_CTX_use_certificate(context, identity->x509) != 1 ||
        SSL_CTX_use_PrivateKey(context, identity->key) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}
