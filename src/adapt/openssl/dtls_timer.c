/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retransmission in the caller's time. OpenSSL 3.0 compares a deadline of its own with the wall clock whenever it is called, and
 * sends a flight again only when that has passed. So its deadline is put into the far future when it is set (the timer
 * callback), ours is kept in the caller's time, and when that is due, OpenSSL's is put into the past: it lies in a struct that
 * OpenSSL hands to the BIO each time it changes it. From version 3.2 on the BIO gets a copy, and the callback gives OpenSSL the
 * real interval (docs/adr/0060-dtls-by-openssl.md).
 */
#include "adapt/openssl/dtls_internal.h"

#include <openssl/crypto.h>
#include <sys/time.h>

/* RFC 6347 section 4.2.4.1 proposes a second at first; a call is set up in less, and a flight is small. */
#define FIRST CF_MSEC(200)
#define LONGEST CF_SEC(3)

/* An hour, in microseconds: never, for a handshake. */
#define FAR_USEC 3600000000U

/* How long to wait where OpenSSL's clock has not reached the time that ours has. */
#define AGAIN CF_MSEC(20)

static bool shows_its_timer(void) {
    return OpenSSL_version_num() < 0x30200000UL;
}

static unsigned on_interval(SSL *ssl, unsigned usec) {
    const struct cf_handshake *h = SSL_get_app_data(ssl);
    (void)usec;
    return shows_its_timer() ? FAR_USEC : (unsigned)h->timeout;
}

void cf_dtls_timer_init(struct cf_handshake *h) {
    h->timeout = FIRST;
    h->deadline = CF_USEC_NEVER;
    h->timer = NULL;
    DTLS_set_timer_cb(h->ssl, on_interval);
}

void cf_dtls_timer_on_change(struct cf_handshake *h, struct timeval *timer) {
    bool is_stopped = timer->tv_sec == 0 && timer->tv_usec == 0;
    h->timer = shows_its_timer() ? timer : NULL;
    if (is_stopped) {
        h->timeout = FIRST;
    }
    h->deadline = is_stopped ? CF_USEC_NEVER : h->now + h->timeout;
}

void cf_dtls_timer_expire(struct cf_handshake *h) {
    h->timeout = h->timeout * 2 > LONGEST ? LONGEST : h->timeout * 2;
    if (h->timer != NULL) {
        *h->timer = (struct timeval){.tv_sec = 1};
    }
    h->deadline = h->now + AGAIN; /* unless OpenSSL sets it now */
}
