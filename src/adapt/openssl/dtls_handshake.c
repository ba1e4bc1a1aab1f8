/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One DTLS handshake. */
#include "adapt/openssl/dtls_internal.h"

#include <openssl/err.h>

/* RFC 5764 section 4.2. */
#define LABEL "EXTRACTOR-dtls_srtp"

/* A server answers a last flight that comes again (RFC 6347 section 4.2.4) for so long; then OpenSSL's memory is given back. */
#define LINGER CF_SEC(30)

/* Names of the profiles for OpenSSL, colon between them. */
#define PROFILES_MAX 160

/* --- making --- */

/* Those that have a number in DTLS; NULL: the others. */
static const char *const profile_names[CF_SRTP_SUITE_COUNT] = {
    [CF_SRTP_AES_CM_128_HMAC_SHA1_80] = "SRTP_AES128_CM_SHA1_80",
    [CF_SRTP_AES_CM_128_HMAC_SHA1_32] = "SRTP_AES128_CM_SHA1_32",
    [CF_SRTP_AEAD_AES_128_GCM] = "SRTP_AEAD_AES_128_GCM",
    [CF_SRTP_AEAD_AES_256_GCM] = "SRTP_AEAD_AES_256_GCM",
};

static bool set_profiles(SSL *ssl, const struct cf_handshake_params *params) {
    char text[PROFILES_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    for (size_t i = 0; i < params->suite_count; i++) {
        const char *name = profile_names[params->suites[i]];
        if (name != NULL) {
            cf_put(&w, w.len > 0 ? CF_STR(":") : CF_STR_NONE);
            cf_put(&w, cf_str_of(name));
        }
    }
    bool has_any = w.len > 0;
    cf_put_char(&w, '\0');
    /* Zero is success. */
    return has_any && cf_writer_ok(&w) && SSL_set_tlsext_use_srtp(ssl, text) == 0;
}

/* The certificate that our description promised. NULL: it is not known here. */
static SSL_CTX *find_context(const struct cf_dtls *dtls, const struct cf_fingerprint *promised) {
    for (size_t i = 0; i < CF_DTLS_IDENTITIES_MAX && dtls->contexts[i] != NULL; i++) {
        if (promised->digest_len == CF_DTLS_FINGERPRINT_LEN &&
            memcmp(promised->digest, dtls->fingerprints[i], CF_DTLS_FINGERPRINT_LEN) == 0) {
            return dtls->contexts[i];
        }
    }
    return NULL;
}

static bool make_ssl(struct cf_handshake *h, SSL_CTX *context, const struct cf_handshake_params *params) {
    h->ssl = SSL_new(context);
    if (h->ssl == NULL || !set_profiles(h->ssl, params)) {
        return false;
    }
    BIO *bio = BIO_new(h->dtls->bio_method);
    if (bio == NULL) {
        return false;
    }
    BIO_set_data(bio, h);
    SSL_set_bio(h->ssl, bio, bio);
    SSL_set_app_data(h->ssl, h);
    SSL_set_mtu(h->ssl, CF_HANDSHAKE_DATAGRAM_MAX);
    cf_dtls_timer_init(h);
    if (h->is_server) {
        SSL_set_accept_state(h->ssl);
    } else {
        SSL_set_connect_state(h->ssl);
    }
    return true;
}

/* OpenSSL is not needed any more: it holds more memory than all of the leg. */
static void release(struct cf_handshake *h) {
    SSL_free(h->ssl);
    h->ssl = NULL;
    cf_mem_free(h->dtls->mem, h->out, h->out == NULL ? 0 : CF_DTLS_OUT_OCTETS);
    h->out = NULL;
    h->out_count = 0;
    h->out_taken = 0;
    h->deadline = CF_USEC_NEVER;
}

static void close_handshake(void *ctx, struct cf_handshake *h) {
    (void)ctx;
    if (h != NULL) {
        const struct cf_mem *mem = h->dtls->mem;
        release(h);
        cf_mem_wipe(h, sizeof *h);
        cf_mem_free(mem, h, sizeof *h);
    }
}

/* --- what OpenSSL says --- */

static void fail(struct cf_handshake *h, enum cf_handshake_failure failure) {
    h->state = CF_HANDSHAKE_FAILED;
    h->failure = failure;
    h->deadline = CF_USEC_NEVER;
}

static enum cf_srtp_suite suite_of(SSL *ssl) {
    const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(ssl);
    return profile == NULL ? CF_SRTP_NONE : cf_srtp_suite_of_dtls((uint16_t)profile->id);
}

/* RFC 5764 section 4.2: keys of client and server, then their salts. */
static bool export_keys(struct cf_handshake *h, enum cf_srtp_suite suite) {
    uint8_t octets[2 * (CF_SRTP_KEY_MAX + CF_SRTP_SALT_MAX)];
    size_t key_len = cf_srtp_suites[suite].key_len;
    size_t salt_len = cf_srtp_suites[suite].salt_len;
    struct cf_sdes_key *client = h->is_server ? &h->keys.remote : &h->keys.local;
    struct cf_sdes_key *server = h->is_server ? &h->keys.local : &h->keys.remote;
    if (SSL_export_keying_material(h->ssl, octets, 2 * (key_len + salt_len), LABEL, sizeof LABEL - 1, NULL, 0, 0) != 1) {
        return false;
    }
    memcpy(client->key, octets, key_len);
    memcpy(server->key, octets + key_len, key_len);
    memcpy(client->salt, octets + 2 * key_len, salt_len);
    memcpy(server->salt, octets + 2 * key_len + salt_len, salt_len);
    h->keys.suite = suite;
    cf_mem_wipe(octets, sizeof octets);
    return true;
}

static void finish(struct cf_handshake *h) {
    enum cf_srtp_suite suite = suite_of(h->ssl);
    if (suite == CF_SRTP_NONE) {
        (void)SSL_shutdown(h->ssl); /* what we have is of no use: say so */
        fail(h, CF_HANDSHAKE_NO_SUITE);
    } else if (!export_keys(h, suite)) {
        fail(h, CF_HANDSHAKE_RESOURCE);
    } else {
        h->state = CF_HANDSHAKE_DONE;
        h->deadline = h->now + LINGER;
    }
}

/* A call of OpenSSL's did not come to an end: is it waiting, or over? */
static void judge(struct cf_handshake *h, int result) {
    int reason = SSL_get_error(h->ssl, result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
        fail(h, h->has_mismatch ? CF_HANDSHAKE_MISMATCH : CF_HANDSHAKE_PROTOCOL);
    }
    ERR_clear_error();
}

static void go_on(struct cf_handshake *h) {
    if (h->state == CF_HANDSHAKE_LISTENING) {
        BIO_ADDR *peer = BIO_ADDR_new();
        bool has_cookie = peer != NULL && DTLSv1_listen(h->ssl, peer) > 0;
        BIO_ADDR_free(peer);
        ERR_clear_error();
        if (!has_cookie) {
            return;
        }
        h->state = CF_HANDSHAKE_RUNNING;
    }
    if (h->state == CF_HANDSHAKE_RUNNING) {
        int result = SSL_do_handshake(h->ssl);
        if (result == 1) {
            finish(h);
        } else {
            judge(h, result);
        }
        return;
    }
    /* Done: the peer's last flight may come again, and ours has to be said again. There is no data to be read. */
    uint8_t scratch[256];
    size_t len;
    (void)SSL_read_ex(h->ssl, scratch, sizeof scratch, &len);
    ERR_clear_error();
}

/* A mutation begins: what was taken is gone, what was not stays. */
static void begin(struct cf_handshake *h, cf_usec now) {
    h->now = now;
    if (h->out_taken == h->out_count) {
        h->out_taken = 0;
        h->out_count = 0;
        h->out_len = 0;
    }
}

/* --- the table --- */

static enum cf_err open_handshake(void *ctx, const struct cf_handshake_params *params, cf_usec now, struct cf_handshake **ret) {
    struct cf_dtls *dtls = ctx;
    const struct cf_media_security *security = params->security;
    SSL_CTX *context = find_context(dtls, &security->local_fingerprint);
    if (context == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    struct cf_handshake *h = cf_mem_alloc(dtls->mem, sizeof *h);
    if (h == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    h->dtls = dtls;
    h->is_server = security->dtls_role == CF_DTLS_ROLE_SERVER;
    h->state = params->is_listening && h->is_server ? CF_HANDSHAKE_LISTENING : CF_HANDSHAKE_RUNNING;
    h->fingerprint_count = security->remote_fingerprint_count;
    memcpy(h->fingerprints, security->remote_fingerprints, sizeof h->fingerprints);
    h->out = cf_mem_alloc(dtls->mem, CF_DTLS_OUT_OCTETS);
    h->now = now;
    if (h->out == NULL || !make_ssl(h, context, params)) {
        ERR_clear_error();
        close_handshake(dtls, h);
        return CF_ERR_NO_MEMORY;
    }
    if (!h->is_server) {
        go_on(h);
    }
    *ret = h;
    return CF_OK;
}

static void receive(void *ctx, struct cf_handshake *h, struct cf_span datagram, const struct cf_addr *from, cf_usec now) {
    (void)ctx;
    begin(h, now);
    if (h->ssl == NULL || h->state == CF_HANDSHAKE_FAILED) {
        return;
    }
    h->in = datagram;
    h->from = *from;
    go_on(h);
    h->in = (struct cf_span){NULL, 0};
}

static bool poll(void *ctx, struct cf_handshake *h, struct cf_span *ret_datagram, struct cf_addr *ret_to) {
    (void)ctx;
    if (h->out_taken == h->out_count) {
        return false;
    }
    const struct cf_dtls_out *out = &h->list[h->out_taken++];
    *ret_datagram = (struct cf_span){h->out + out->at, out->len};
    *ret_to = out->to;
    return true;
}

static cf_usec deadline(void *ctx, const struct cf_handshake *h) {
    (void)ctx;
    return h->deadline;
}

static void on_deadline(void *ctx, struct cf_handshake *h, cf_usec now) {
    (void)ctx;
    begin(h, now);
    if (h->state == CF_HANDSHAKE_DONE) {
        release(h);
        return;
    }
    if (h->ssl == NULL || h->state != CF_HANDSHAKE_RUNNING) {
        h->deadline = CF_USEC_NEVER;
        return;
    }
    cf_dtls_timer_expire(h);
    if (DTLSv1_handle_timeout(h->ssl) < 0) {
        fail(h, CF_HANDSHAKE_TIMEOUT);
        ERR_clear_error();
    }
}

static enum cf_handshake_state state(void *ctx, const struct cf_handshake *h, enum cf_handshake_failure *ret_failure) {
    (void)ctx;
    if (h->state == CF_HANDSHAKE_FAILED) {
        *ret_failure = h->failure;
    }
    return h->state;
}

static bool keys(void *ctx, const struct cf_handshake *h, struct cf_handshake_keys *ret) {
    (void)ctx;
    if (h->state != CF_HANDSHAKE_DONE) {
        return false;
    }
    *ret = h->keys;
    return true;
}

const struct cf_handshakes cf_dtls_table = {open_handshake, close_handshake, receive, poll, deadline,
                                            on_deadline,    state,           keys,    NULL, NULL};
