/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ZRTP handshakes. */
#include "adapt/bzrtp/zrtp_internal.h"

#include "base/bug.h"
#include "base/writer.h"
#include <bctoolbox/crypto.h>

/* bzrtp does not say when its next timer is due: it is asked that often while a handshake runs (T1 begins with 50 ms). */
#define TICK CF_MSEC(20)

/* It stops saying Hello after some seconds; a path may be found later (ICE). */
#define AGAIN CF_SEC(3)

/* A peer whose Hellos are others than signalling promised is given up then, before the association gives up. */
#define MISMATCH_PATIENCE CF_SEC(20)

/* A message on its way (RFC 6189 section 5): header, message with its type, CRC. */
#define HEADER 12U
#define CRC 4U
#define TYPE_AT 16U
#define DATAGRAM_MAX 1500U

#define OUT_MAX 8
#define OUT_OCTETS ((size_t)4 * 1024)

struct cf_zrtp {
    const struct cf_mem *mem;
    struct cf_handshakes handshakes;
    struct cf_zrtp_party *parties; /* the newest first */
    size_t waiting;
};

struct cf_handshake {
    struct cf_zrtp *zrtp;
    struct cf_zrtp_party *party;
    struct cf_zrtp_channel *channel;
    enum cf_handshake_state state;
    enum cf_handshake_failure failure;
    uint8_t peer_hash[CF_ZRTP_HELLO_HASH_LEN];
    bool has_seen_other; /* a Hello that is not the peer's */
    struct cf_handshake_keys keys;
    unsigned parts; /* of the keys that are there */
    enum cf_srtp_suite suites[CF_SRTP_SUITE_COUNT];
    size_t suite_count;
    cf_usec begun_at;
    cf_usec again_at;
    cf_usec deadline;
    uint8_t out[OUT_OCTETS];
    size_t out_len;
    struct cf_span list[OUT_MAX];
    size_t out_count;
    size_t out_taken;
};

/* --- what bzrtp wants --- */

static int on_send(void *ctx, const uint8_t *octets, uint16_t len) {
    struct cf_handshake *h = ctx;
    /* What does not fit is lost, as on any network. */
    if (h->out_count < OUT_MAX && len <= CF_HANDSHAKE_DATAGRAM_MAX && len <= OUT_OCTETS - h->out_len) {
        memcpy(h->out + h->out_len, octets, len);
        h->list[h->out_count++] = (struct cf_span){h->out + h->out_len, len};
        h->out_len += len;
    }
    return 0;
}

static enum cf_srtp_suite suite_of(const bzrtpSrtpSecrets_t *secrets) {
    bool is_short = secrets->authTagAlgo == ZRTP_AUTHTAG_HS32;
    if (!is_short && secrets->authTagAlgo != ZRTP_AUTHTAG_HS80) {
        return CF_SRTP_NONE;
    }
    if (secrets->cipherAlgo == ZRTP_CIPHER_AES3) {
        return is_short ? CF_SRTP_AES_256_CM_HMAC_SHA1_32 : CF_SRTP_AES_256_CM_HMAC_SHA1_80;
    }
    if (secrets->cipherAlgo == ZRTP_CIPHER_AES1) {
        return is_short ? CF_SRTP_AES_CM_128_HMAC_SHA1_32 : CF_SRTP_AES_CM_128_HMAC_SHA1_80;
    }
    return CF_SRTP_NONE;
}

static bool copy_key(const struct cf_srtp_suite_info *suite, const uint8_t *key, size_t key_len, const uint8_t *salt,
                     size_t salt_len, struct cf_sdes_key *ret) {
    if (key == NULL || salt == NULL || key_len != suite->key_len || salt_len != suite->salt_len) {
        return false;
    }
    memcpy(ret->key, key, key_len);
    memcpy(ret->salt, salt, salt_len);
    return true;
}

static int on_secrets(void *ctx, const bzrtpSrtpSecrets_t *secrets, uint8_t part) {
    struct cf_handshake *h = ctx;
    enum cf_srtp_suite suite = suite_of(secrets);
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    h->keys.suite = suite;
    if (suite == CF_SRTP_NONE) {
        return 0;
    }
    if ((part & ZRTP_SRTP_SECRETS_FOR_SENDER) != 0 &&
        copy_key(info, secrets->selfSrtpKey, secrets->selfSrtpKeyLength, secrets->selfSrtpSalt, secrets->selfSrtpSaltLength,
                 &h->keys.local)) {
        h->parts |= ZRTP_SRTP_SECRETS_FOR_SENDER;
    }
    if ((part & ZRTP_SRTP_SECRETS_FOR_RECEIVER) != 0 &&
        copy_key(info, secrets->peerSrtpKey, secrets->peerSrtpKeyLength, secrets->peerSrtpSalt, secrets->peerSrtpSaltLength,
                 &h->keys.remote)) {
        h->parts |= ZRTP_SRTP_SECRETS_FOR_RECEIVER;
    }
    return 0;
}

static void fail(struct cf_handshake *h, enum cf_handshake_failure failure) {
    h->state = CF_HANDSHAKE_FAILED;
    h->failure = failure;
    h->deadline = CF_USEC_NEVER;
}

static bool is_allowed(const struct cf_handshake *h, enum cf_srtp_suite suite) {
    for (size_t i = 0; i < h->suite_count; i++) {
        if (h->suites[i] == suite) {
            return true;
        }
    }
    return false;
}

static int on_start(void *ctx, const bzrtpSrtpSecrets_t *secrets, int32_t verified) {
    struct cf_handshake *h = ctx;
    if (h->keys.suite == CF_SRTP_NONE || !is_allowed(h, h->keys.suite)) {
        fail(h, CF_HANDSHAKE_NO_SUITE);
        return 0;
    }
    if (h->parts != (ZRTP_SRTP_SECRETS_FOR_SENDER | ZRTP_SRTP_SECRETS_FOR_RECEIVER)) {
        fail(h, CF_HANDSHAKE_PROTOCOL);
        return 0;
    }
    /* Only the first channel has a string: the others are as good as it is. */
    if (secrets->sas != NULL && secrets->sasLength > 0 && secrets->sasLength <= sizeof h->keys.sas) {
        memcpy(h->keys.sas, secrets->sas, secrets->sasLength);
        h->keys.sas[secrets->sasLength - 1] = '\0';
    }
    h->keys.is_sas_verified = verified != 0;
    h->state = CF_HANDSHAKE_DONE;
    return 0;
}

static const bzrtpCallbacks_t callbacks = {
    .bzrtp_sendData = on_send, .bzrtp_srtpSecretsAvailable = on_secrets, .bzrtp_startSrtpSession = on_start};

/* --- channels --- */

static uint64_t msec_of(cf_usec now) {
    return (uint64_t)now / 1000;
}

static void iterate(struct cf_handshake *h, cf_usec now) {
    (void)bzrtp_iterate(h->party->context, h->channel->ssrc, msec_of(now));
}

/* RFC 6189 section 4.4.3.1: others begin when the first has keys to derive theirs from. */
static void start_if_it_can(struct cf_handshake *h, cf_usec now) {
    const struct cf_zrtp_channel *first = &h->party->channels[0];
    bool is_turn = h->channel == first || bzrtp_getChannelStatus(h->party->context, first->ssrc) == BZRTP_CHANNEL_SECURE;
    if (h->channel->is_started || !is_turn) {
        return;
    }
    if (bzrtp_startChannelEngine(h->party->context, h->channel->ssrc) == 0) {
        h->channel->is_started = true;
        h->again_at = now + AGAIN;
        iterate(h, now);
    }
}

static struct cf_zrtp_channel *find_channel(struct cf_zrtp *zrtp, const uint8_t *hash, struct cf_zrtp_party **ret_party) {
    for (struct cf_zrtp_party *party = zrtp->parties; party != NULL; party = party->next) {
        for (size_t i = 0; i < CF_ZRTP_CHANNELS_MAX; i++) {
            if (memcmp(party->channels[i].hash, hash, CF_ZRTP_HELLO_HASH_LEN) == 0) {
                *ret_party = party;
                return &party->channels[i];
            }
        }
    }
    return NULL;
}

static bool set_peer_hash(const struct cf_handshake *h) {
    char text[8 + 2 * CF_ZRTP_HELLO_HASH_LEN];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "1.10 ");
    cf_put_hex(&w, (struct cf_span){h->peer_hash, sizeof h->peer_hash});
    cf_put_char(&w, '\0');
    return cf_writer_ok(&w) && bzrtp_setPeerHelloHash(h->party->context, h->channel->ssrc, (uint8_t *)text, w.len - 1) == 0;
}

/* --- the table --- */

static void begin(struct cf_handshake *h) {
    if (h->out_taken == h->out_count) {
        h->out_taken = 0;
        h->out_count = 0;
        h->out_len = 0;
    }
}

static void forget(struct cf_zrtp *zrtp, struct cf_zrtp_party *party) {
    struct cf_zrtp_party **place = &zrtp->parties;
    while (*place != party) {
        place = &(*place)->next;
    }
    *place = party->next;
    zrtp->waiting -= party->was_used ? 0 : 1;
    cf_zrtp_party_destroy(&party);
}

static void close_handshake(void *ctx, struct cf_handshake *h) {
    struct cf_zrtp *zrtp = ctx;
    if (h == NULL) {
        return;
    }
    (void)bzrtp_setClientData(h->party->context, h->channel->ssrc, NULL);
    if (--h->party->handshakes == 0) {
        forget(zrtp, h->party);
    }
    cf_mem_wipe(h, sizeof *h);
    cf_mem_free(zrtp->mem, h, sizeof *h);
}

static enum cf_err open_handshake(void *ctx, const struct cf_handshake_params *params, cf_usec now, struct cf_handshake **ret) {
    struct cf_zrtp *zrtp = ctx;
    struct cf_zrtp_party *party;
    struct cf_zrtp_channel *channel = find_channel(zrtp, params->security->local_zrtp_hash, &party);
    /* A channel talks once: what it has said was for one association. */
    if (channel == NULL || channel->is_started) {
        return CF_ERR_NOT_FOUND;
    }
    struct cf_handshake *h = cf_mem_alloc(zrtp->mem, sizeof *h);
    if (h == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_assert(params->suite_count <= CF_SRTP_SUITE_COUNT);
    h->zrtp = zrtp;
    h->party = party;
    h->channel = channel;
    h->state = CF_HANDSHAKE_RUNNING;
    h->begun_at = now;
    h->deadline = now + TICK;
    h->suite_count = params->suite_count;
    memcpy(h->suites, params->suites, params->suite_count * sizeof h->suites[0]);
    memcpy(h->peer_hash, params->security->remote_zrtp_hash, sizeof h->peer_hash);
    if (!set_peer_hash(h) || bzrtp_setCallbacks(party->context, &callbacks) != 0 ||
        bzrtp_setClientData(party->context, channel->ssrc, h) != 0) {
        cf_mem_free(zrtp->mem, h, sizeof *h);
        return CF_ERR_NO_MEMORY;
    }
    party->handshakes++;
    zrtp->waiting -= party->was_used ? 0 : 1;
    party->was_used = true;
    start_if_it_can(h, now);
    *ret = h;
    return CF_OK;
}

/* Is it a Hello, and another one than signalling promised? Anybody can make one: it is dropped (RFC 6189 section 8.1.1). */
static bool is_false_hello(const struct cf_handshake *h, struct cf_span datagram) {
    uint8_t hash[CF_ZRTP_HELLO_HASH_LEN];
    if (datagram.len < TYPE_AT + 8 + CRC || memcmp(datagram.at + TYPE_AT, "Hello   ", 8) != 0) {
        return false;
    }
    bctbx_sha256(datagram.at + HEADER, datagram.len - HEADER - CRC, sizeof hash, hash);
    return memcmp(hash, h->peer_hash, sizeof hash) != 0;
}

static void receive(void *ctx, struct cf_handshake *h, struct cf_span datagram, const struct cf_addr *from, cf_usec now) {
    uint8_t copy[DATAGRAM_MAX]; /* bzrtp wants to write */
    (void)ctx;
    (void)from;
    begin(h);
    if (h->state == CF_HANDSHAKE_FAILED || datagram.len > sizeof copy) {
        return;
    }
    if (is_false_hello(h, datagram)) {
        h->has_seen_other = true;
        return;
    }
    start_if_it_can(h, now);
    if (!h->channel->is_started) {
        return;
    }
    memcpy(copy, datagram.at, datagram.len);
    /* Errors are of the message: it is dropped, and comes again if it was the peer's. */
    (void)bzrtp_processMessage(h->party->context, h->channel->ssrc, copy, (uint16_t)datagram.len);
    if (h->state == CF_HANDSHAKE_RUNNING) {
        iterate(h, now);
    } else {
        h->deadline = CF_USEC_NEVER;
    }
}

static bool poll(void *ctx, struct cf_handshake *h, struct cf_span *ret_datagram, struct cf_addr *ret_to) {
    (void)ctx;
    if (h->out_taken == h->out_count) {
        return false;
    }
    *ret_datagram = h->list[h->out_taken++];
    *ret_to = (struct cf_addr){.family = CF_FAMILY_NONE};
    return true;
}

static cf_usec deadline(void *ctx, const struct cf_handshake *h) {
    (void)ctx;
    return h->deadline;
}

static void on_deadline(void *ctx, struct cf_handshake *h, cf_usec now) {
    (void)ctx;
    begin(h);
    h->deadline = now + TICK;
    if (h->has_seen_other && now - h->begun_at >= MISMATCH_PATIENCE) {
        fail(h, CF_HANDSHAKE_MISMATCH);
        return;
    }
    start_if_it_can(h, now);
    if (!h->channel->is_started) {
        return;
    }
    if (now >= h->again_at) {
        h->again_at = now + AGAIN;
        (void)bzrtp_resetRetransmissionTimer(h->party->context, h->channel->ssrc);
    }
    iterate(h, now);
    if (h->state != CF_HANDSHAKE_RUNNING) {
        h->deadline = CF_USEC_NEVER;
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

/* bzrtp keeps it with the secrets of both; a later call is verified if both ends say so (RFC 6189 section 7.1). */
static bool verify(void *ctx, struct cf_handshake *h, bool is_verified) {
    (void)ctx;
    if (h->state != CF_HANDSHAKE_DONE || h->keys.sas[0] == '\0') {
        return false;
    }
    if (is_verified) {
        bzrtp_SASVerified(h->party->context);
    } else {
        bzrtp_resetSASVerified(h->party->context);
    }
    h->keys.is_sas_verified = is_verified;
    return true;
}

/* --- the provider --- */

enum cf_err cf_zrtp_new(const struct cf_mem *mem, struct cf_zrtp **ret) {
    struct cf_zrtp *zrtp = cf_mem_alloc(mem, sizeof *zrtp);
    if (zrtp == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    zrtp->mem = mem;
    zrtp->handshakes =
        (struct cf_handshakes){open_handshake, close_handshake, receive, poll, deadline, on_deadline, state, keys, verify, zrtp};
    *ret = zrtp;
    return CF_OK;
}

void cf_zrtp_free(struct cf_zrtp *zrtp) {
    if (zrtp != NULL) {
        while (zrtp->parties != NULL) {
            forget(zrtp, zrtp->parties);
        }
        cf_mem_free(zrtp->mem, zrtp, sizeof *zrtp);
    }
}

/* Those whose call came to nothing. */
static void drop_oldest(struct cf_zrtp *zrtp) {
    struct cf_zrtp_party *oldest = NULL;
    for (struct cf_zrtp_party *party = zrtp->parties; party != NULL; party = party->next) {
        oldest = party->was_used ? oldest : party;
    }
    if (oldest != NULL) {
        forget(zrtp, oldest);
    }
}

void cf_zrtp_add(struct cf_zrtp *zrtp, struct cf_zrtp_party *party) {
    if (zrtp->waiting == CF_ZRTP_WAITING_MAX) {
        drop_oldest(zrtp);
    }
    party->next = zrtp->parties;
    zrtp->parties = party;
    zrtp->waiting++;
}

const struct cf_handshakes *cf_zrtp_handshakes(const struct cf_zrtp *zrtp) {
    return &zrtp->handshakes;
}
