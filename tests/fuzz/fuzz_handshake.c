/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any datagrams into an association with real DTLS or ZRTP behind it. First octet: who we are and how. Then datagrams, each
 * behind two octets of length and one that says where it comes from, and after how long. The laws: nothing is secured by it, what
 * goes to strangers is not longer than what came, and all memory is given back.
 */
#include "adapt/bzrtp/zrtp.h"
#include "adapt/openssl/dtls.h"
#include "core/media/association.h"

#include "lib/test_mem.h"
#include <stdlib.h>

#define IS_CLIENT 1U
#define IS_CHECKED 2U
#define IS_ZRTP 4U

static struct test_mem mem;
static struct cf_dtls *dtls;
static struct cf_zrtp *zrtp;
static uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];

static void begin_once(void) {
    struct cf_dtls_identity *identity;
    if (dtls != NULL) {
        return;
    }
    test_mem_init(&mem);
    if (cf_dtls_new(&mem.mem, &dtls) != CF_OK || cf_zrtp_new(&mem.mem, &zrtp) != CF_OK ||
        cf_dtls_identity_make(30, &identity) != CF_OK) {
        abort();
    }
    memcpy(fingerprint, cf_dtls_identity_fingerprint(identity), sizeof fingerprint);
    if (cf_dtls_add(dtls, identity) != CF_OK) {
        abort();
    }
}

static struct cf_media_security security_of(unsigned options) {
    struct cf_media_security s = {.keying = CF_KEYING_DTLS,
                                  .dtls_role = (options & IS_CLIENT) != 0 ? CF_DTLS_ROLE_CLIENT : CF_DTLS_ROLE_SERVER,
                                  .remote_fingerprint_count = 1};
    s.local_fingerprint.digest_len = sizeof fingerprint;
    memcpy(s.local_fingerprint.digest, fingerprint, sizeof fingerprint);
    s.remote_fingerprints[0].digest_len = sizeof fingerprint;
    (void)cf_tag_set(CF_STR("sha-256"), &s.remote_fingerprints[0].hash);
    return s;
}

/* A party of its own for each run; false: built without ZRTP. */
static bool prepare_zrtp(struct cf_media_security *s) {
    struct cf_zrtp_party *party;
    const struct cf_zrtp_party_config config = {.self = CF_STR_INIT("a"), .peer = CF_STR_INIT("b"), .ssrc = 7};
    if (cf_zrtp_handshakes(zrtp) == NULL || cf_zrtp_party_make(&config, &party) != CF_OK) {
        return false;
    }
    *s = (struct cf_media_security){.keying = CF_KEYING_ZRTP, .has_local_zrtp_hash = true, .has_remote_zrtp_hash = true};
    memcpy(s->local_zrtp_hash, cf_zrtp_party_hash(party, 0), CF_ZRTP_HASH_LEN);
    cf_zrtp_add(zrtp, party);
    return true;
}

static void drain(struct cf_association *a, size_t came, bool is_stranger) {
    struct cf_span datagram;
    struct cf_addr to;
    while (cf_association_poll(a, &datagram, &to)) {
        if (datagram.len > CF_HANDSHAKE_DATAGRAM_MAX || (is_stranger && to.family != CF_FAMILY_NONE && datagram.len > came)) {
            abort();
        }
    }
}

static void run(struct cf_association *a, const uint8_t *data, size_t size, bool has_strangers) {
    cf_usec now = CF_SEC(100);
    struct cf_handshake_keys keys;
    struct cf_addr peer;
    while (size >= 3) {
        size_t len = (size_t)data[0] << 8 | data[1];
        struct cf_addr from = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = (uint16_t)(7000 + (data[2] & 3U))};
        now += CF_MSEC((cf_usec)100) * (data[2] >> 4);
        len = len < size - 3 ? len : size - 3;
        if (cf_association_deadline(a) <= now) {
            cf_association_on_deadline(a, now);
        }
        drain(a, 0, false);
        (void)cf_association_on_datagram(a, (struct cf_span){data + 3, len}, &from, now);
        drain(a, len, has_strangers);
        data += 3 + len;
        size -= 3 + len;
    }
    if (cf_association_take_news(a, &keys, &peer) && cf_association_state(a) == CF_ASSOCIATION_SECURED) {
        abort(); /* nobody has that certificate */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    struct cf_association a = {.state = CF_ASSOCIATION_OFF};
    if (size < 1) {
        return 0;
    }
    begin_once();
    size_t live = mem.live;
    struct cf_media_security security = security_of(data[0]);
    bool is_zrtp = (data[0] & IS_ZRTP) != 0 && prepare_zrtp(&security);
    const struct cf_association_config config = {.provider = is_zrtp ? cf_zrtp_handshakes(zrtp) : cf_dtls_handshakes(dtls),
                                                 .security = &security,
                                                 .suites = suites,
                                                 .suite_count = 2,
                                                 .is_checked = (data[0] & IS_CHECKED) != 0,
                                                 .signalled = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = 7000}};
    cf_association_begin(&a, &config, CF_SEC(100));
    drain(&a, 0, false);
    run(&a, data + 1, size - 1, !config.is_checked && !is_zrtp && security.dtls_role == CF_DTLS_ROLE_SERVER);
    cf_association_end(&a);
    if (mem.live != live) {
        abort();
    }
    return 0;
}
