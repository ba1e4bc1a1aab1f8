/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nanoseconds per protected and unprotected packet, for every suite and library of ours and for libsrtp2, in one run: 64
 * receivers with keys of their own, one payload fanned out to all of them. Figures are the least of many short windows, which a
 * busy neighbour disturbs least; the ratio to libsrtp2 is what can be compared between machines.
 */
#include "adapt/srtp/engine.h"
#include "machine.h"

#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RECEIVERS = 64, WINDOWS = 1500, ORACLE_WINDOWS = 500, PACKET_MAX = 1500, STRIDE = 2048 };

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static const struct cf_mem heap = {heap_alloc, heap_free, NULL};

static uint8_t payload[PACKET_MAX];
static uint8_t out[RECEIVERS][STRIDE];
static uint8_t master[RECEIVERS][CF_SRTP_KEY_MAX + CF_SRTP_SALT_MAX];

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void require(bool condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "bench_srtp: %s\n", what);
        exit(1);
    }
}

static void put_header(uint8_t *at, uint16_t sequence) {
    memset(at, 0, 12);
    at[0] = 0x80;
    at[1] = 96;
    cf_set_be16(at + 2, sequence);
    at[11] = 1;
}

/* Contexts of ours for all receivers, both directions. */
struct ours {
    struct cf_srtp_engine *engine;
    const struct cf_packet_crypto *crypto;
    struct cf_srtp_context *send[RECEIVERS];
    struct cf_srtp_context *receive[RECEIVERS];
};

static bool open_ours(struct ours *o, enum cf_srtp_library library, enum cf_srtp_suite suite) {
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    if (cf_srtp_engine_new(&heap, library, &o->engine) != CF_OK) {
        return false;
    }
    o->crypto = cf_srtp_engine_crypto(o->engine);
    for (size_t r = 0; r < RECEIVERS; r++) {
        struct cf_srtp_params params = {.suite = suite,
                                        .direction = CF_SRTP_SEND,
                                        .key = {master[r], info->key_len},
                                        .salt = {master[r] + info->key_len, info->salt_len},
                                        .streams_max = 4};
        require(o->crypto->open(o->crypto->ctx, &params, &o->send[r]) == CF_OK, "no context");
        params.direction = CF_SRTP_RECEIVE;
        require(o->crypto->open(o->crypto->ctx, &params, &o->receive[r]) == CF_OK, "no context");
    }
    return true;
}

static void close_ours(struct ours *o) {
    for (size_t r = 0; r < RECEIVERS; r++) {
        o->crypto->close(o->crypto->ctx, o->send[r]);
        o->crypto->close(o->crypto->ctx, o->receive[r]);
    }
    cf_srtp_engine_free(o->engine);
}

/* ns per packet of protecting and unprotecting. */
struct result {
    double protect;
    double unprotect;
};

static void keep_least(double *least, double ns) {
    *least = *least == 0 || ns < *least ? ns : *least;
}

/* One window: a packet to every receiver, handed over in bursts of @burst; then all of them taken back. */
static void run_window(struct ours *o, size_t len, size_t burst, uint16_t sequence, struct result *result) {
    static uint8_t header[12];
    struct cf_protect_job jobs[RECEIVERS];
    struct cf_unprotect_job back[RECEIVERS];
    put_header(header, sequence);
    for (size_t r = 0; r < RECEIVERS; r++) {
        jobs[r] = (struct cf_protect_job){
            .srtp = o->send[r], .header = {header, 12}, .payload = {payload, len}, .dst = out[r], .dst_size = STRIDE};
    }
    double begin = now_ns();
    for (size_t r = 0; r < RECEIVERS; r += burst) {
        o->crypto->protect(o->crypto->ctx, jobs + r, burst);
    }
    keep_least(&result->protect, (now_ns() - begin) / RECEIVERS);
    for (size_t r = 0; r < RECEIVERS; r++) {
        require(jobs[r].err == CF_OK, "not protected");
        back[r] = (struct cf_unprotect_job){
            .srtp = o->receive[r], .src = out[r], .src_len = jobs[r].dst_len, .dst = out[r], .dst_size = STRIDE};
    }
    begin = now_ns();
    for (size_t r = 0; r < RECEIVERS; r += burst) {
        o->crypto->unprotect(o->crypto->ctx, back + r, burst);
    }
    keep_least(&result->unprotect, (now_ns() - begin) / RECEIVERS);
    for (size_t r = 0; r < RECEIVERS; r++) {
        require(back[r].err == CF_OK && memcmp(out[r] + 12, payload, len) == 0, "not unprotected");
    }
}

static bool measure_ours(enum cf_srtp_library library, enum cf_srtp_suite suite, size_t len, size_t burst,
                         struct result *result) {
    struct ours o;
    *result = (struct result){0};
    if (!open_ours(&o, library, suite)) {
        return false;
    }
    for (uint16_t sequence = 0; sequence < WINDOWS; sequence++) {
        run_window(&o, len, burst, sequence, result);
    }
    close_ours(&o);
    return true;
}

static bool set_policy(enum cf_srtp_suite suite, srtp_policy_t *policy) {
    srtp_crypto_policy_set_rtp_default(&policy->rtcp);
    switch (suite) {
    case CF_SRTP_AES_CM_128_HMAC_SHA1_80:
        srtp_crypto_policy_set_rtp_default(&policy->rtp);
        return true;
    case CF_SRTP_AES_256_CM_HMAC_SHA1_80:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
        return true;
    case CF_SRTP_AEAD_AES_128_GCM:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
        return true;
    case CF_SRTP_AEAD_AES_256_GCM:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
        return true;
    case CF_SRTP_AES_CM_128_HMAC_SHA1_32:
    case CF_SRTP_AES_192_CM_HMAC_SHA1_80:
    case CF_SRTP_AES_192_CM_HMAC_SHA1_32:
    case CF_SRTP_AES_256_CM_HMAC_SHA1_32:
    case CF_SRTP_NONE:
    case CF_SRTP_SUITE_COUNT:
    default:
        return false;
    }
}

static void open_oracle(enum cf_srtp_suite suite, srtp_ssrc_type_t type, srtp_t *sessions) {
    for (size_t r = 0; r < RECEIVERS; r++) {
        srtp_policy_t policy;
        memset(&policy, 0, sizeof policy);
        require(set_policy(suite, &policy), "no such suite");
        policy.key = master[r];
        policy.ssrc.type = type;
        require(srtp_create(&sessions[r], &policy) == srtp_err_status_ok, "no libsrtp2 session");
    }
}

/* libsrtp2 works in place: the copy of the payload to each receiver is part of its price, as it is for everybody who uses it. */
static void measure_oracle(enum cf_srtp_suite suite, size_t len, struct result *result) {
    srtp_t send[RECEIVERS];
    srtp_t receive[RECEIVERS];
    int lens[RECEIVERS];
    *result = (struct result){0};
    open_oracle(suite, ssrc_any_outbound, send);
    open_oracle(suite, ssrc_any_inbound, receive);
    for (uint16_t sequence = 0; sequence < ORACLE_WINDOWS; sequence++) {
        double begin = now_ns();
        for (size_t r = 0; r < RECEIVERS; r++) {
            put_header(out[r], sequence);
            memcpy(out[r] + 12, payload, len);
            lens[r] = (int)(12 + len);
            require(srtp_protect(send[r], out[r], &lens[r]) == srtp_err_status_ok, "libsrtp2 did not protect");
        }
        keep_least(&result->protect, (now_ns() - begin) / RECEIVERS);
        begin = now_ns();
        for (size_t r = 0; r < RECEIVERS; r++) {
            require(srtp_unprotect(receive[r], out[r], &lens[r]) == srtp_err_status_ok, "libsrtp2 did not unprotect");
        }
        keep_least(&result->unprotect, (now_ns() - begin) / RECEIVERS);
    }
    for (size_t r = 0; r < RECEIVERS; r++) {
        (void)srtp_dealloc(send[r]);
        (void)srtp_dealloc(receive[r]);
    }
}

static void print_row(const char *name, size_t burst, struct result r, struct result oracle) {
    printf("  %-10s burst %2zu   %7.0f (%5.1f x)   %7.0f (%5.1f x)\n", name, burst, r.protect, oracle.protect / r.protect,
           r.unprotect, oracle.unprotect / r.unprotect);
}

static void measure(enum cf_srtp_suite suite, size_t len) {
    static const size_t bursts[] = {1, 4, 16, 64};
    struct result oracle;
    struct result r;
    measure_oracle(suite, len, &oracle);
    printf("%.*s, %zu octets of payload: ns protect, ns unprotect\n", CF_STR_ARG(cf_srtp_suites[suite].name), len);
    print_row("libsrtp2", 1, oracle, oracle);
    if (measure_ours(CF_SRTP_LIBRARY_OPENSSL, suite, len, 16, &r)) {
        print_row("OpenSSL", 16, r, oracle);
    }
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++) {
        if (measure_ours(CF_SRTP_LIBRARY_IPSEC_MB, suite, len, bursts[i], &r)) {
            print_row("ipsec-mb", bursts[i], r, oracle);
        }
    }
}

int main(int argc, char **argv) {
    static const enum cf_srtp_suite suites[] = {CF_SRTP_AES_CM_128_HMAC_SHA1_80, CF_SRTP_AES_256_CM_HMAC_SHA1_80,
                                                CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AEAD_AES_256_GCM};
    require(srtp_init() == srtp_err_status_ok, "libsrtp2 does not start");
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)(i * 31);
    }
    for (size_t r = 0; r < RECEIVERS; r++) {
        memset(master[r], (int)r + 1, sizeof master[r]);
    }
    bench_print_head(argc, argv);
    printf("%d receivers, least of %d windows (libsrtp2: %d); x: times faster than libsrtp2\n", RECEIVERS, WINDOWS,
           ORACLE_WINDOWS);
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        measure(suites[i], 120);
        measure(suites[i], 1100);
    }
    return srtp_shutdown() == srtp_err_status_ok ? 0 : 1;
}
