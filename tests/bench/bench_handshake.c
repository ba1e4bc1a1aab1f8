/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What it costs a worker to agree on keys: processor time of our side of a handshake (server of DTLS, either side of ZRTP),
 * beside the bare public-key operations that DTLS with ECDSA P-256 can't do without (one agreement, two signatures made or
 * checked).
 *
 *     bench_handshake            table
 *     bench_handshake N          N DTLS handshakes and nothing else: run under `valgrind --tool=callgrind` with N and with N +
 * 10; a tenth of the difference is the count of instructions of one (both sides)
 */
#include "adapt/bzrtp/zrtp.h"
#include "adapt/openssl/dtls.h"
#include "core/media/association.h"
#include "machine.h"
#include "shell/system/system.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AES_256_CM_HMAC_SHA1_80,
                                            CF_SRTP_AES_CM_128_HMAC_SHA1_80};

static void need(bool is_right, const char *what) {
    if (!is_right) {
        fprintf(stderr, "bench_handshake: %s\n", what);
        exit(1);
    }
}

static double cpu_usec(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* One side. */
struct side {
    struct cf_dtls *dtls;
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    struct cf_association association;
    double usec; /* spent in it */
};

static struct side server;
static struct side client;
static const struct cf_addr server_addr = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = 4000};
static const struct cf_addr client_addr = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 2}, .port = 4000};

static void make_side(struct side *s) {
    struct cf_dtls_identity *identity;
    need(cf_dtls_new(cf_system_mem(), &s->dtls) == CF_OK && cf_dtls_identity_make(30, &identity) == CF_OK, "no DTLS");
    memcpy(s->fingerprint, cf_dtls_identity_fingerprint(identity), sizeof s->fingerprint);
    need(cf_dtls_add(s->dtls, identity) == CF_OK, "no certificate");
}

static struct cf_fingerprint print_of(const struct side *s) {
    struct cf_fingerprint print = {.digest_len = CF_DTLS_FINGERPRINT_LEN};
    need(cf_tag_set(CF_STR("sha-256"), &print.hash), "tag");
    memcpy(print.digest, s->fingerprint, sizeof s->fingerprint);
    return print;
}

static void begin_dtls(struct side *s, const struct side *peer, enum cf_dtls_role role, bool is_checked) {
    struct cf_media_security security = {.keying = CF_KEYING_DTLS, .dtls_role = role, .remote_fingerprint_count = 1};
    security.local_fingerprint = print_of(s);
    security.remote_fingerprints[0] = print_of(peer);
    const struct cf_association_config config = {.provider = cf_dtls_handshakes(s->dtls),
                                                 .security = &security,
                                                 .suites = suites,
                                                 .suite_count = 1,
                                                 .is_checked = is_checked,
                                                 .signalled = role == CF_DTLS_ROLE_SERVER ? client_addr : server_addr};
    double begun = cpu_usec();
    cf_association_begin(&s->association, &config, CF_SEC(1));
    s->usec += cpu_usec() - begun;
}

static bool carry(struct side *from, struct side *to, const struct cf_addr *addr, cf_usec now) {
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_span datagram;
    struct cf_addr ignored;
    bool has_any = false;
    while (cf_association_poll(&from->association, &datagram, &ignored)) {
        size_t len = datagram.len;
        memcpy(octets, datagram.at, len);
        double begun = cpu_usec();
        (void)cf_association_on_datagram(&to->association, (struct cf_span){octets, len}, addr, now);
        to->usec += cpu_usec() - begun;
        has_any = true;
    }
    return has_any;
}

static void shake(void) {
    cf_usec now = CF_SEC(1);
    for (bool moves = true; moves;) {
        moves = carry(&client, &server, &client_addr, now);
        moves = carry(&server, &client, &server_addr, now) || moves;
        now += CF_MSEC(20);
        for (int i = 0; i < 2 && !moves; i++) {
            struct side *s = i == 0 ? &server : &client;
            bool is_due = cf_association_state(&s->association) == CF_ASSOCIATION_WAITING && now < CF_SEC(5);
            double begun = cpu_usec();
            if (is_due) {
                cf_association_on_deadline(&s->association, now);
                moves = true;
            }
            s->usec += cpu_usec() - begun;
        }
    }
    need(cf_association_state(&server.association) == CF_ASSOCIATION_SECURED &&
             cf_association_state(&client.association) == CF_ASSOCIATION_SECURED,
         "not secured");
    cf_association_end(&client.association);
    double begun = cpu_usec();
    cf_association_end(&server.association);
    server.usec += cpu_usec() - begun;
}

static double run_dtls(size_t count, bool is_checked) {
    server.usec = client.usec = 0;
    for (size_t i = 0; i < count; i++) {
        begin_dtls(&server, &client, CF_DTLS_ROLE_SERVER, is_checked);
        begin_dtls(&client, &server, CF_DTLS_ROLE_CLIENT, false);
        shake();
    }
    return server.usec / (double)count;
}

/* --- ZRTP --- */

static void make_party(struct cf_zrtp *zrtp, uint32_t ssrc, uint8_t *ret_hash) {
    struct cf_zrtp_party *party;
    const struct cf_zrtp_party_config config = {.self = CF_STR_INIT("sip:a@b"), .peer = CF_STR_INIT("sip:b@a"), .ssrc = ssrc};
    need(cf_zrtp_party_make(&config, &party) == CF_OK, "no ZRTP");
    memcpy(ret_hash, cf_zrtp_party_hash(party, 0), CF_ZRTP_HASH_LEN);
    cf_zrtp_add(zrtp, party);
}

static void begin_zrtp(struct side *s, struct cf_zrtp *zrtp, const uint8_t *ours, const uint8_t *theirs) {
    struct cf_media_security security = {.keying = CF_KEYING_ZRTP, .has_local_zrtp_hash = true, .has_remote_zrtp_hash = true};
    memcpy(security.local_zrtp_hash, ours, CF_ZRTP_HASH_LEN);
    memcpy(security.remote_zrtp_hash, theirs, CF_ZRTP_HASH_LEN);
    const struct cf_association_config config = {
        .provider = cf_zrtp_handshakes(zrtp), .security = &security, .suites = suites, .suite_count = 3, .is_checked = true};
    cf_association_begin(&s->association, &config, CF_SEC(1));
}

static double run_zrtp(size_t count) {
    struct cf_zrtp *a;
    struct cf_zrtp *b;
    uint8_t hashes[2][CF_ZRTP_HASH_LEN];
    need(cf_zrtp_new(cf_system_mem(), &a) == CF_OK && cf_zrtp_new(cf_system_mem(), &b) == CF_OK, "no ZRTP");
    server.usec = client.usec = 0;
    for (size_t i = 0; i < count; i++) {
        double begun = cpu_usec();
        make_party(a, 10, hashes[0]);
        server.usec += cpu_usec() - begun;
        make_party(b, 20, hashes[1]);
        begin_zrtp(&server, a, hashes[0], hashes[1]);
        begin_zrtp(&client, b, hashes[1], hashes[0]);
        shake();
    }
    cf_zrtp_free(a);
    cf_zrtp_free(b);
    return server.usec / (double)count;
}

/* --- bare operations --- */

static double run_bare(size_t count) {
    unsigned char digest[32] = {1};
    unsigned char signature[128];
    unsigned char secret[64];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    double begun = cpu_usec();
    for (size_t i = 0; i < count; i++) {
        size_t len = sizeof signature;
        size_t secret_len = sizeof secret;
        EVP_PKEY *ephemeral = EVP_EC_gen("P-256");
        EVP_PKEY_CTX *derive = EVP_PKEY_CTX_new(ephemeral, NULL);
        EVP_PKEY_CTX *sign = EVP_PKEY_CTX_new(key, NULL);
        EVP_PKEY_CTX *verify = EVP_PKEY_CTX_new(key, NULL);
        need(EVP_PKEY_derive_init(derive) == 1 && EVP_PKEY_derive_set_peer(derive, key) == 1 &&
                 EVP_PKEY_derive(derive, secret, &secret_len) == 1 && EVP_PKEY_sign_init(sign) == 1 &&
                 EVP_PKEY_sign(sign, signature, &len, digest, sizeof digest) == 1 && EVP_PKEY_verify_init(verify) == 1 &&
                 EVP_PKEY_verify(verify, signature, len, digest, sizeof digest) == 1,
             "bare operations");
        EVP_PKEY_CTX_free(derive);
        EVP_PKEY_CTX_free(sign);
        EVP_PKEY_CTX_free(verify);
        EVP_PKEY_free(ephemeral);
    }
    double usec = (cpu_usec() - begun) / (double)count;
    EVP_PKEY_free(key);
    return usec;
}

static void put_row(const char *name, double usec, double bare) {
    printf("| %-34s | %9.0f | %9.0f | %6.2f |\n", name, usec, 1e6 / usec, usec / bare);
}

int main(int argc, char **argv) {
    bench_print_head(argc, argv);
    make_side(&server);
    make_side(&client);
    if (argc > 1) {
        (void)run_dtls((size_t)strtoul(argv[1], NULL, 10), true);
    } else {
        (void)run_dtls(20, true);
        double bare = run_bare(500);
        printf("| our side of a handshake            | CPU us    | a second  | x bare |\n|---|---|---|---|\n");
        put_row("bare: ECDHE, sign, verify (P-256)", bare, bare);
        put_row("DTLS server behind ICE", run_dtls(300, true), bare);
        put_row("DTLS server with a cookie", run_dtls(300, false), bare);
        put_row("ZRTP (X25519), with its party", run_zrtp(50), bare);
    }
    cf_dtls_free(server.dtls);
    cf_dtls_free(client.dtls);
    return 0;
}
