/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handshakes for tests. */
#include "lib/test_handshake.h"

#include "base/mem.h"
#include "lib/test.h"

enum { HEADER = 13, QUEUE = 8 };

#define REPEAT CF_MSEC(200)

struct said {
    uint8_t octets[TEST_RECORD_MAX];
    size_t len;
    struct cf_addr to;
};

struct cf_handshake {
    struct test_handshakes *provider;
    bool is_server;
    enum cf_handshake_state state;
    enum cf_handshake_failure failure;
    enum cf_srtp_suite suite;
    uint8_t ours;
    uint8_t theirs;
    struct said queue[QUEUE];
    size_t count;
    size_t taken;
    struct said last; /* said again until it is answered */
    cf_usec repeat_at;
    bool is_verified;
};

uint8_t test_cookie(const struct cf_addr *address) {
    return (uint8_t)((address->ip[3] ^ address->port ^ (address->port >> 8)) | 1);
}

size_t test_record(uint8_t *out, uint16_t epoch, enum test_message message, uint8_t who, uint8_t cookie) {
    const uint8_t record[HEADER + 3] = {
        22, 254, 253, (uint8_t)(epoch >> 8), (uint8_t)epoch, 0, 0, 0, 0, 0, 0, 0, 3, (uint8_t)message, who, cookie};
    memcpy(out, record, sizeof record);
    return sizeof record;
}

static void say(struct cf_handshake *h, enum test_message message, uint8_t cookie, const struct cf_addr *to, cf_usec now) {
    struct said said = {.len = 0};
    uint16_t epoch = message == TEST_CLIENT_LAST || message == TEST_SERVER_LAST ? 1 : 0;
    said.len = test_record(said.octets, epoch, message, h->ours, cookie);
    if (to != NULL) {
        said.to = *to;
    }
    if (h->provider->is_zrtp) {
        static const uint8_t magic[] = {16, 0, 0, 0, 'Z', 'R', 'T', 'P'}; /* RFC 6189 section 5 */
        memcpy(said.octets, magic, sizeof magic);
    }
    if (h->count < QUEUE) {
        h->queue[h->count++] = said;
    }
    if (!h->provider->is_zrtp || message == TEST_CLIENT_HELLO) {
        h->last = said;
        h->repeat_at = now + REPEAT;
    }
}

static enum cf_err open_handshake(void *ctx, const struct cf_handshake_params *params, cf_usec now, struct cf_handshake **ret) {
    struct test_handshakes *provider = ctx;
    const struct cf_media_security *s = params->security;
    struct cf_handshake *h = provider->fails_to_open ? NULL : cf_mem_alloc(provider->mem, sizeof *h);
    if (h == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    h->provider = provider;
    h->is_server = s->dtls_role == CF_DTLS_ROLE_SERVER;
    h->state = params->is_listening ? CF_HANDSHAKE_LISTENING : CF_HANDSHAKE_RUNNING;
    h->suite = params->suite_count > 0 ? params->suites[0] : CF_SRTP_NONE;
    h->ours = provider->is_zrtp ? s->local_zrtp_hash[0] : s->local_fingerprint.digest[0];
    h->theirs = provider->is_zrtp ? s->remote_zrtp_hash[0] : s->remote_fingerprints[0].digest[0];
    h->repeat_at = CF_USEC_NEVER;
    if (provider->is_zrtp || !h->is_server) {
        say(h, TEST_CLIENT_HELLO, 0, NULL, now);
    }
    provider->open++;
    provider->open_count++;
    *ret = h;
    return CF_OK;
}

static void close_handshake(void *ctx, struct cf_handshake *h) {
    struct test_handshakes *provider = ctx;
    if (h != NULL) {
        provider->open--;
        cf_mem_free(provider->mem, h, sizeof *h);
    }
}

static void break_off(struct cf_handshake *h, enum cf_handshake_failure failure) {
    h->state = CF_HANDSHAKE_FAILED;
    h->failure = failure;
    h->repeat_at = CF_USEC_NEVER;
}

static void end(struct cf_handshake *h) {
    h->state = CF_HANDSHAKE_DONE;
    h->repeat_at = CF_USEC_NEVER;
}

static void on_client_hello(struct cf_handshake *h, uint8_t who, uint8_t cookie, const struct cf_addr *from, cf_usec now) {
    if (h->provider->is_zrtp) {
        if (who != h->theirs) {
            break_off(h, CF_HANDSHAKE_MISMATCH);
        } else {
            say(h, TEST_SERVER_LAST, 0, NULL, now);
        }
    } else if (h->state == CF_HANDSHAKE_LISTENING && cookie != test_cookie(from)) {
        say(h, TEST_HELLO_VERIFY, test_cookie(from), from, now);
        h->repeat_at = CF_USEC_NEVER;
    } else if (h->is_server && h->state != CF_HANDSHAKE_DONE) {
        h->state = CF_HANDSHAKE_RUNNING;
        say(h, TEST_SERVER_HELLO, 0, NULL, now);
    }
}

/* Whose certificate is it? */
static bool is_promised(struct cf_handshake *h, uint8_t who) {
    if (who != h->theirs) {
        break_off(h, CF_HANDSHAKE_MISMATCH);
    }
    return who == h->theirs;
}

static void receive(void *ctx, struct cf_handshake *h, struct cf_span datagram, const struct cf_addr *from, cf_usec now) {
    (void)ctx;
    if (h->taken == h->count) {
        h->taken = h->count = 0;
    }
    if (datagram.len < HEADER + 3 || h->state == CF_HANDSHAKE_FAILED) {
        return;
    }
    uint8_t who = datagram.at[HEADER + 1];
    uint8_t cookie = datagram.at[HEADER + 2];
    switch (datagram.at[HEADER]) {
    case TEST_CLIENT_HELLO:
        on_client_hello(h, who, cookie, from, now);
        break;
    case TEST_HELLO_VERIFY:
        say(h, TEST_CLIENT_HELLO, cookie, NULL, now);
        break;
    case TEST_SERVER_HELLO:
        if (is_promised(h, who)) {
            say(h, TEST_CLIENT_LAST, 0, NULL, now);
        }
        break;
    case TEST_CLIENT_LAST:
        if (h->is_server && is_promised(h, who)) {
            say(h, TEST_SERVER_LAST, 0, NULL, now);
            end(h);
        }
        break;
    case TEST_SERVER_LAST:
        if (is_promised(h, who)) {
            end(h);
        }
        break;
    default:
        break_off(h, CF_HANDSHAKE_PROTOCOL);
        break;
    }
}

static bool poll(void *ctx, struct cf_handshake *h, struct cf_span *ret_datagram, struct cf_addr *ret_to) {
    (void)ctx;
    if (h->taken == h->count) {
        return false;
    }
    const struct said *said = &h->queue[h->taken++];
    *ret_datagram = (struct cf_span){said->octets, said->len};
    *ret_to = said->to;
    return true;
}

static cf_usec deadline(void *ctx, const struct cf_handshake *h) {
    (void)ctx;
    return h->repeat_at;
}

static void on_deadline(void *ctx, struct cf_handshake *h, cf_usec now) {
    (void)ctx;
    if (h->taken == h->count) {
        h->taken = h->count = 0;
    }
    if (h->count < QUEUE) {
        h->queue[h->count++] = h->last;
    }
    h->repeat_at = now + REPEAT;
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
    *ret = (struct cf_handshake_keys){.suite = h->suite};
    memset(ret->local.key, h->ours, cf_srtp_suites[h->suite].key_len);
    memset(ret->local.salt, h->ours, cf_srtp_suites[h->suite].salt_len);
    memset(ret->remote.key, h->theirs, cf_srtp_suites[h->suite].key_len);
    memset(ret->remote.salt, h->theirs, cf_srtp_suites[h->suite].salt_len);
    if (h->provider->is_zrtp) {
        memcpy(ret->sas, "abcd", 5);
        ret->is_sas_verified = h->is_verified;
    }
    return true;
}

static bool verify(void *ctx, struct cf_handshake *h, bool is_verified) {
    (void)ctx;
    h->is_verified = is_verified;
    return true;
}

void test_handshakes_init(struct test_handshakes *h, const struct cf_mem *mem, bool is_zrtp) {
    *h = (struct test_handshakes){.mem = mem, .is_zrtp = is_zrtp};
    h->table = (struct cf_handshakes){open_handshake, close_handshake,         receive, poll, deadline, on_deadline, state,
                                      keys,           is_zrtp ? verify : NULL, h};
}

struct cf_media_security test_security(enum cf_keying keying, enum cf_dtls_role role, uint8_t ours, uint8_t theirs) {
    struct cf_media_security s = {.keying = keying, .dtls_role = role, .remote_fingerprint_count = 1};
    s.local_fingerprint.digest_len = 32;
    s.local_fingerprint.digest[0] = ours;
    s.remote_fingerprints[0].digest_len = 32;
    s.remote_fingerprints[0].digest[0] = theirs;
    if (keying == CF_KEYING_ZRTP) {
        s = (struct cf_media_security){.keying = keying, .has_local_zrtp_hash = true, .has_remote_zrtp_hash = true};
        s.local_zrtp_hash[0] = ours;
        s.remote_zrtp_hash[0] = theirs;
    }
    return s;
}
