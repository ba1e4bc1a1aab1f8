/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS as a byte machine. */
#include "adapt/openssl/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

/* Forward secrecy and AEAD only; TLS 1.3 has nothing else. */
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"

struct cf_tls_context {
    SSL_CTX *ssl;
};

struct cf_tls {
    SSL *ssl;
    BIO *in;  /* owned by ssl */
    BIO *out; /* owned by ssl */
    bool is_closed;
};

static SSL_CTX *new_ssl_context(const SSL_METHOD *method) {
    SSL_CTX *ssl = SSL_CTX_new(method);
    if (ssl == NULL) {
        return NULL;
    }
    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_set_cipher_list(ssl, TLS12_CIPHERS) != 1) {
        SSL_CTX_free(ssl);
        return NULL;
    }
    return ssl;
}

static enum cf_err wrap_context(SSL_CTX *ssl, struct cf_tls_context **ret) {
    struct cf_tls_context *context = ssl == NULL ? NULL : calloc(1, sizeof *context);
    if (context == NULL) {
        SSL_CTX_free(ssl);
        return CF_ERR_NO_MEMORY;
    }
    context->ssl = ssl;
    *ret = context;
    return CF_OK;
}

static const char *load_pair(SSL_CTX *ssl, const char *certificate_path, const char *key_path) {
    if (SSL_CTX_use_certificate_chain_file(ssl, certificate_path) != 1) {
        return "the certificate file can't be read as PEM";
    }
    if (SSL_CTX_use_PrivateKey_file(ssl, key_path, SSL_FILETYPE_PEM) != 1) {
        return "the private key file can't be read as PEM or does not belong to the certificate";
    }
    return SSL_CTX_check_private_key(ssl) == 1 ? NULL : "the private key does not belong to the certificate";
}

/* Who asks for nothing that we have goes on without: many SIP phones know no ALPN. Some clients of relays name HTTP too. */
static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in, unsigned in_len,
                       void *ctx) {
    static const unsigned char ours[] = "\x09stun.turn\x08http/1.1\x05sip/2";
    unsigned char *chosen = NULL;
    (void)ssl;
    (void)ctx;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, in, in_len) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

enum cf_err cf_tls_context_server(const char *certificate_path, const char *key_path, struct cf_tls_context **ret,
                                  const char **ret_why) {
    SSL_CTX *ssl = new_ssl_context(TLS_server_method());
    if (ssl == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    const char *why = load_pair(ssl, certificate_path, key_path);
    ERR_clear_error();
    if (why != NULL) {
        SSL_CTX_free(ssl);
        *ret_why = why;
        return CF_ERR_CONFIG;
    }
    SSL_CTX_set_alpn_select_cb(ssl, choose_alpn, NULL);
    return wrap_context(ssl, ret);
}

enum cf_err cf_tls_context_client(enum cf_tls_verify verify, struct cf_tls_context **ret) {
    SSL_CTX *ssl = new_ssl_context(TLS_client_method());
    if (ssl != NULL && verify == CF_TLS_VERIFY_SYSTEM) {
        SSL_CTX_set_default_verify_paths(ssl);
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    }
    return wrap_context(ssl, ret);
}

enum cf_err cf_tls_context_client_of(const char *path, struct cf_tls_context **ret) {
    SSL_CTX *ssl = new_ssl_context(TLS_client_method());
    if (ssl != NULL && SSL_CTX_load_verify_file(ssl, path) != 1) {
        ERR_clear_error();
        SSL_CTX_free(ssl);
        return CF_ERR_CONFIG;
    }
    if (ssl != NULL) {
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    }
    return wrap_context(ssl, ret);
}

void cf_tls_context_destroy(struct cf_tls_context **context) {
    if (*context != NULL) {
        SSL_CTX_free((*context)->ssl);
        free(*context);
        *context = NULL;
    }
}

/* An address stands in the certificate as such, and is no server name (RFC 6066 section 3). */
static bool set_peer_name(SSL *ssl, const char *peer_name) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), peer_name) == 1) {
        return true;
    }
    return SSL_set_tlsext_host_name(ssl, peer_name) == 1 && SSL_set1_host(ssl, peer_name) == 1;
}

enum cf_err cf_tls_create(struct cf_tls_context *context, enum cf_tls_role role, const char *peer_name, struct cf_tls **ret) {
    struct cf_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    tls->ssl = SSL_new(context->ssl);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (tls->ssl == NULL || tls->in == NULL || tls->out == NULL) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        SSL_free(tls->ssl);
        free(tls);
        return CF_ERR_NO_MEMORY;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    if (role == CF_TLS_ROLE_SERVER) {
        SSL_set_accept_state(tls->ssl);
    } else {
        SSL_set_connect_state(tls->ssl);
        if (peer_name != NULL && !set_peer_name(tls->ssl, peer_name)) {
            cf_tls_destroy(&tls);
            return CF_ERR_NO_MEMORY;
        }
    }
    *ret = tls;
    return CF_OK;
}

void cf_tls_destroy(struct cf_tls **tls) {
    if (*tls != NULL) {
        SSL_free((*tls)->ssl);
        free(*tls);
        *tls = NULL;
    }
}

/* What an SSL call that did not succeed means for the connection. */
static enum cf_err judge(struct cf_tls *tls, int result) {
    int reason = SSL_get_error(tls->ssl, result);
    ERR_clear_error();
    switch (reason) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return CF_OK;
    case SSL_ERROR_ZERO_RETURN:
        tls->is_closed = true;
        return CF_OK;
    default:
        return SSL_get_verify_result(tls->ssl) != X509_V_OK ? CF_ERR_AUTH : CF_ERR_MALFORMED;
    }
}

static enum cf_err go_on(struct cf_tls *tls) {
    if (SSL_is_init_finished(tls->ssl)) {
        return CF_OK;
    }
    int result = SSL_do_handshake(tls->ssl);
    return result == 1 ? CF_OK : judge(tls, result);
}

enum cf_err cf_tls_start(struct cf_tls *tls) {
    return go_on(tls);
}

enum cf_err cf_tls_on_bytes(struct cf_tls *tls, struct cf_span bytes) {
    if (bytes.len > 0 && BIO_write(tls->in, bytes.at, (int)bytes.len) != (int)bytes.len) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = go_on(tls);
    if (err != CF_OK || !SSL_is_init_finished(tls->ssl)) {
        return err;
    }
    /* A look ahead processes the record, so that a bad one is seen here and not in cf_tls_read(). */
    char octet;
    int result = SSL_peek(tls->ssl, &octet, 1);
    return result > 0 ? CF_OK : judge(tls, result);
}

bool cf_tls_is_up(const struct cf_tls *tls) {
    return SSL_is_init_finished(tls->ssl) == 1;
}

struct cf_str cf_tls_alpn(const struct cf_tls *tls) {
    const unsigned char *name = NULL;
    unsigned len = 0;
    SSL_get0_alpn_selected(tls->ssl, &name, &len);
    return len == 0 ? CF_STR_NONE : cf_str_n((const char *)name, len);
}

size_t cf_tls_read(struct cf_tls *tls, void *out, size_t size) {
    size_t len = 0;
    if (SSL_read_ex(tls->ssl, out, size, &len) == 1) {
        return len;
    }
    (void)judge(tls, 0);
    return 0;
}

bool cf_tls_is_closed(const struct cf_tls *tls) {
    return tls->is_closed;
}

enum cf_err cf_tls_write(struct cf_tls *tls, struct cf_span bytes) {
    size_t done = 0;
    if (!cf_tls_is_up(tls)) {
        return CF_ERR_STATE;
    }
    while (done < bytes.len) {
        size_t written = 0;
        /* A memory BIO takes everything: a refusal is an error of the connection. */
        if (SSL_write_ex(tls->ssl, bytes.at + done, bytes.len - done, &written) != 1) {
            ERR_clear_error();
            return CF_ERR_MALFORMED;
        }
        done += written;
    }
    return CF_OK;
}

size_t cf_tls_take_output(struct cf_tls *tls, void *out, size_t size) {
    int len = BIO_read(tls->out, out, (int)size);
    return len > 0 ? (size_t)len : 0;
}

void cf_tls_shutdown(struct cf_tls *tls) {
    if (cf_tls_is_up(tls)) {
        SSL_shutdown(tls->ssl);
        ERR_clear_error();
    }
}
