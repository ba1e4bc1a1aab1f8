/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams for OpenSSL: one in, several out, no socket. */
#include "adapt/openssl/dtls_internal.h"

#include <openssl/bio.h>

/* IPv6 and UDP. */
#define OVERHEAD 48

static int write_datagram(BIO *bio, const char *octets, int len) {
    struct cf_handshake *h = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    /* What does not fit is lost, as on any network. */
    if (len <= 0 || h->out_count == CF_DTLS_OUT_MAX || (size_t)len > CF_DTLS_OUT_OCTETS - h->out_len) {
        return len;
    }
    struct cf_dtls_out *out = &h->list[h->out_count++];
    *out = (struct cf_dtls_out){.at = (uint16_t)h->out_len, .len = (uint16_t)len};
    if (h->state == CF_HANDSHAKE_LISTENING) {
        out->to = h->from;
    }
    memcpy(h->out + h->out_len, octets, (size_t)len);
    h->out_len += (size_t)len;
    return len;
}

static int read_datagram(BIO *bio, char *out, int size) {
    struct cf_handshake *h = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (h->in.len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t len = h->in.len < (size_t)size ? h->in.len : (size_t)size;
    memcpy(out, h->in.at, len);
    h->in.len = 0;
    return (int)len;
}

static long control(BIO *bio, int command, long number, void *pointer) {
    struct cf_handshake *h = BIO_get_data(bio);
    (void)number;
    switch (command) {
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        cf_dtls_timer_on_change(h, pointer);
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return CF_HANDSHAKE_DATAGRAM_MAX;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
        return OVERHEAD;
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DGRAM_SET_PEER:
        return 1;
    default:
        return 0;
    }
}

static int create(BIO *bio) {
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *cf_dtls_bio_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "confer datagrams");
    if (method != NULL && (BIO_meth_set_write(method, write_datagram) != 1 || BIO_meth_set_read(method, read_datagram) != 1 ||
                           BIO_meth_set_ctrl(method, control) != 1 || BIO_meth_set_create(method, create) != 1)) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}
