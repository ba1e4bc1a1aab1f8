/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SRTP next to libsrtp2, which is used here only: what we protect must be what it protects, octet for octet, and each must take
 * what the other made, for all suites it has, all lengths, across wraps of the sequence number, under loss and reordering.
 */
#include "adapt/srtp/engine.h"
#include "base/rng.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <srtp2/srtp.h>

enum { PACKET_MAX = 1600, MASTER_MAX = CF_SRTP_KEY_MAX + CF_SRTP_SALT_MAX };

/* One suite, one library of ours, and the oracle, with the same key. */
struct pair {
    struct test_mem mem;
    struct cf_srtp_engine *engine;
    const struct cf_packet_crypto *crypto;
    struct cf_srtp_context *send;
    struct cf_srtp_context *receive;
    srtp_t oracle_send;
    srtp_t oracle_receive;
    uint8_t tag_len;
};

static bool set_policy(enum cf_srtp_suite suite, srtp_policy_t *policy) {
    switch (suite) {
    case CF_SRTP_AES_CM_128_HMAC_SHA1_80:
        srtp_crypto_policy_set_rtp_default(&policy->rtp);
        srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
        return true;
    case CF_SRTP_AES_CM_128_HMAC_SHA1_32:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
        srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
        return true;
    case CF_SRTP_AES_256_CM_HMAC_SHA1_80:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
        return true;
    case CF_SRTP_AES_256_CM_HMAC_SHA1_32:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy->rtp);
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
    case CF_SRTP_AES_192_CM_HMAC_SHA1_80:
    case CF_SRTP_AES_192_CM_HMAC_SHA1_32:
        /* libsrtp2 derives the session keys of AES-192 by AES-256, which RFC 6188 does not; its vectors cover these suites. */
    case CF_SRTP_NONE:
    case CF_SRTP_SUITE_COUNT:
    default:
        return false;
    }
}

static bool begin_oracle(struct pair *p, enum cf_srtp_suite suite, uint8_t *master) {
    srtp_policy_t policy;
    memset(&policy, 0, sizeof policy);
    policy.key = master;
    policy.window_size = 1024;
    policy.ssrc.type = ssrc_any_outbound;
    if (!set_policy(suite, &policy) || srtp_create(&p->oracle_send, &policy) != srtp_err_status_ok) {
        return false;
    }
    policy.ssrc.type = ssrc_any_inbound;
    assert_int_equal(srtp_create(&p->oracle_receive, &policy), srtp_err_status_ok);
    return true;
}

/* False if the oracle was built without @suite. */
static bool begin(struct pair *p, const struct cf_cipher_library *library, enum cf_srtp_suite suite, uint64_t seed) {
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    uint8_t master[MASTER_MAX];
    struct cf_rng rng;
    cf_rng_init(&rng, seed);
    for (size_t i = 0; i < sizeof master; i++) {
        master[i] = (uint8_t)cf_rng_u32(&rng);
    }
    struct cf_srtp_params params = {.suite = suite,
                                    .direction = CF_SRTP_SEND,
                                    .key = {master, info->key_len},
                                    .salt = {master + info->key_len, info->salt_len},
                                    .streams_max = 8};
    *p = (struct pair){.tag_len = info->rtp_tag_len};
    if (!begin_oracle(p, suite, master)) {
        return false;
    }
    test_mem_init(&p->mem);
    assert_ok(cf_srtp_engine_new_with(&p->mem.mem, library, &p->engine));
    p->crypto = cf_srtp_engine_crypto(p->engine);
    assert_ok(p->crypto->open(p->crypto->ctx, &params, &p->send));
    params.direction = CF_SRTP_RECEIVE;
    assert_ok(p->crypto->open(p->crypto->ctx, &params, &p->receive));
    return true;
}

static void end(struct pair *p) {
    p->crypto->close(p->crypto->ctx, p->send);
    p->crypto->close(p->crypto->ctx, p->receive);
    cf_srtp_engine_free(p->engine);
    test_mem_fini(&p->mem);
    assert_int_equal(srtp_dealloc(p->oracle_send), srtp_err_status_ok);
    assert_int_equal(srtp_dealloc(p->oracle_receive), srtp_err_status_ok);
}

/* A packet: header with @words of CSRC list and extension, and @len octets of payload. Returns the octets of its header. */
static size_t make_packet(uint8_t *out, uint16_t sequence, unsigned csrcs, unsigned words, size_t len) {
    size_t at = 12 + 4U * csrcs;
    memset(out, 0, at);
    out[0] = (uint8_t)(0x80 | csrcs | (words > 0 ? 0x10 : 0));
    out[1] = 96;
    cf_set_be16(out + 2, sequence);
    cf_set_be32(out + 8, 0xcafe0001U);
    if (words > 0) {
        cf_set_be16(out + at, 0xbede);
        cf_set_be16(out + at + 2, (uint16_t)words);
        memset(out + at + 4, 0x10, 4U * words);
        at += 4 + 4U * words;
    }
    for (size_t i = 0; i < len; i++) {
        out[at + i] = (uint8_t)(i * 7 + sequence);
    }
    return at;
}

/* @plain of @len octets, through both senders and both receivers. */
static void assert_same(struct pair *p, const uint8_t *plain, size_t header_len, size_t len) {
    uint8_t ours[PACKET_MAX];
    uint8_t theirs[PACKET_MAX];
    uint8_t back[PACKET_MAX];
    int their_len = (int)len;
    /* The first octets of the payload apart from the rest: it must come to the same. */
    size_t prefix = len - header_len > 3 ? cf_be16(plain + 2) % 4 : 0;
    struct cf_protect_job job = {.srtp = p->send,
                                 .header = {plain, header_len},
                                 .prefix = {plain + header_len, prefix},
                                 .payload = {plain + header_len + prefix, len - header_len - prefix},
                                 .dst = ours,
                                 .dst_size = len + p->tag_len};
    memset(ours, 0xee, sizeof ours);
    memcpy(theirs, plain, len);
    p->crypto->protect(p->crypto->ctx, &job, 1);
    assert_ok(job.err);
    assert_int_equal(srtp_protect(p->oracle_send, theirs, &their_len), srtp_err_status_ok);
    assert_int_equal(job.dst_len, their_len);
    assert_memory_equal(ours, theirs, job.dst_len);
    assert_int_equal(ours[job.dst_len], 0xee);
    struct cf_unprotect_job open = {
        .srtp = p->receive, .src = theirs, .src_len = (size_t)their_len, .dst = back, .dst_size = sizeof back};
    p->crypto->unprotect(p->crypto->ctx, &open, 1);
    assert_ok(open.err);
    assert_int_equal(open.dst_len, len);
    assert_memory_equal(back, plain, len);
    assert_int_equal(srtp_unprotect(p->oracle_receive, ours, &their_len), srtp_err_status_ok);
    assert_int_equal(their_len, len);
    assert_memory_equal(ours, plain, len);
}

/* Runs @test for every suite with every library. */
static void for_all(void (*test)(struct pair *p, uint64_t seed)) {
    const struct cf_cipher_library *const libraries[] = {&cf_cipher_openssl, cf_cipher_ipsec_mb()};
    unsigned done = 0;
    assert_int_equal(srtp_init(), srtp_err_status_ok);
    for (size_t i = 0; i < 2; i++) {
        for (int suite = CF_SRTP_NONE + 1; libraries[i] != NULL && suite < CF_SRTP_SUITE_COUNT; suite++) {
            struct pair p;
            if (begin(&p, libraries[i], (enum cf_srtp_suite)suite, (uint64_t)suite)) {
                test(&p, (uint64_t)suite);
                end(&p);
                done++;
            }
        }
    }
    assert_int_equal(srtp_shutdown(), srtp_err_status_ok);
    assert_true(done >= 6);
}

static void same_for_all_lengths(struct pair *p, uint64_t seed) {
    uint8_t plain[PACKET_MAX];
    uint16_t sequence = (uint16_t)(seed * 100);
    for (size_t len = 0; len <= 1400; len += len < 280 ? 1 : 37) {
        unsigned csrcs = sequence % 7 == 0 ? 3 : 0;
        unsigned words = sequence % 5 == 0 ? 1 + sequence % 3 : 0;
        size_t header_len = make_packet(plain, sequence, csrcs, words, len);
        assert_same(p, plain, header_len, header_len + len);
        sequence++;
    }
}

static void agrees_for_all_lengths_and_headers(void **state) {
    (void)state;
    for_all(same_for_all_lengths);
}

static void same_across_wraps(struct pair *p, uint64_t seed) {
    struct cf_rng rng;
    uint8_t plain[PACKET_MAX];
    cf_rng_init(&rng, seed);
    /* Three times round with gaps, every packet new. */
    for (uint32_t index = 100; index < 3 * 65536; index += 1 + cf_rng_below(&rng, 1200)) {
        size_t header_len = make_packet(plain, (uint16_t)index, 0, 0, 50);
        assert_same(p, plain, header_len, header_len + 50);
    }
}

static void agrees_across_wraps_with_loss(void **state) {
    (void)state;
    for_all(same_across_wraps);
}

/* The oracle sends all, we receive what the network leaves, in its order, in bursts; we must take each packet once. */
static void takes_all_that_is_new(struct pair *p, uint64_t seed) {
    enum { COUNT = 3000, BURST = 24, LEN = 60 };
    static uint8_t packets[COUNT][LEN + 32];
    static bool taken[COUNT];
    static int lens[COUNT];
    struct cf_unprotect_job jobs[BURST];
    static uint8_t copies[BURST][LEN + 32];
    size_t which[BURST];
    struct cf_rng rng;
    cf_rng_init(&rng, seed);
    memset(taken, 0, sizeof taken);
    for (size_t i = 0; i < COUNT; i++) {
        (void)make_packet(packets[i], (uint16_t)(64000 + i), 0, 0, LEN - 12);
        lens[i] = LEN;
        assert_int_equal(srtp_protect(p->oracle_send, packets[i], &lens[i]), srtp_err_status_ok);
    }
    for (size_t base = 0; base + 40 < COUNT; base += BURST / 2) {
        for (size_t k = 0; k < BURST; k++) {
            which[k] = base == 0 && k == 0 ? 0 : base + cf_rng_below(&rng, 40); /* duplicates, late ones, gaps */
            memcpy(copies[k], packets[which[k]], sizeof copies[k]);
            jobs[k] = (struct cf_unprotect_job){.srtp = p->receive,
                                                .src = copies[k],
                                                .src_len = (size_t)lens[which[k]],
                                                .dst = copies[k],
                                                .dst_size = sizeof copies[k]};
        }
        p->crypto->unprotect(p->crypto->ctx, jobs, BURST);
        for (size_t k = 0; k < BURST; k++) {
            assert_int_equal(jobs[k].err, taken[which[k]] ? CF_ERR_REPLAYED : CF_OK);
            taken[which[k]] = true;
            if (jobs[k].err == CF_OK) {
                uint8_t plain[LEN];
                assert_int_equal(jobs[k].index, 64000 + which[k]);
                (void)make_packet(plain, (uint16_t)(64000 + which[k]), 0, 0, LEN - 12);
                assert_memory_equal(copies[k], plain, LEN);
            }
        }
    }
}

static void takes_each_packet_once_under_reordering_and_duplication(void **state) {
    (void)state;
    for_all(takes_all_that_is_new);
}

/* We join a stream of the oracle that has wrapped twice. */
static void joins_late(struct pair *p, uint64_t seed) {
    uint8_t packet[PACKET_MAX];
    uint8_t copy[PACKET_MAX];
    int len = 0;
    (void)seed;
    for (uint32_t index = 0; index < 2 * 65536 + 500; index += 30000) {
        (void)make_packet(packet, (uint16_t)index, 0, 0, 40);
        len = 52;
        assert_int_equal(srtp_protect(p->oracle_send, packet, &len), srtp_err_status_ok);
    }
    memcpy(copy, packet, sizeof copy);
    struct cf_unprotect_job job = {.srtp = p->receive, .src = copy, .src_len = (size_t)len, .dst = copy, .dst_size = sizeof copy};
    p->crypto->unprotect(p->crypto->ctx, &job, 1);
    assert_int_equal(job.err, CF_ERR_AUTH); /* at rollover counter 0 it is not */
    uint32_t roc = 0;
    assert_int_equal(srtp_get_stream_roc(p->oracle_send, 0xcafe0001U, &roc), srtp_err_status_ok);
    assert_true(roc > 0);
    assert_ok(p->crypto->set_rollover(p->crypto->ctx, p->receive, 0xcafe0001U, roc));
    memcpy(copy, packet, sizeof copy);
    p->crypto->unprotect(p->crypto->ctx, &job, 1);
    assert_ok(job.err);
    assert_int_equal(job.index >> 16, roc);
    assert_int_equal(p->crypto->set_rollover(p->crypto->ctx, p->receive, 0xcafe0001U, 9), CF_ERR_STATE);
}

static void joins_late_with_the_rollover_counter_that_it_is_told(void **state) {
    (void)state;
    for_all(joins_late);
}

/* Compound RTCP of every length, both ways. The oracle's index begins with 1. */
static void same_for_rtcp(struct pair *p, uint64_t seed) {
    (void)seed;
    uint8_t burnt[64] = {0x80, 201, 0, 1, 1, 2, 3, 4};
    size_t burnt_len = 0;
    assert_ok(p->crypto->protect_rtcp(p->crypto->ctx, p->send, (struct cf_span){burnt, 8}, burnt, sizeof burnt, &burnt_len));
    for (size_t len = 8; len <= 600; len += 4) {
        uint8_t plain[PACKET_MAX] = {0x80, 201, 0, (uint8_t)(len / 4 - 1), 1, 2, 3, 4};
        uint8_t ours[PACKET_MAX];
        uint8_t theirs[PACKET_MAX];
        size_t our_len = 0;
        int their_len = (int)len;
        memset(plain + 8, (int)len & 0xff, len - 8);
        memcpy(theirs, plain, len);
        assert_ok(p->crypto->protect_rtcp(p->crypto->ctx, p->send, (struct cf_span){plain, len}, ours, sizeof ours, &our_len));
        assert_int_equal(srtp_protect_rtcp(p->oracle_send, theirs, &their_len), srtp_err_status_ok);
        assert_int_equal(our_len, their_len);
        assert_memory_equal(ours, theirs, our_len);
        assert_int_equal(srtp_unprotect_rtcp(p->oracle_receive, ours, &their_len), srtp_err_status_ok);
        assert_memory_equal(ours, plain, len);
        assert_ok(p->crypto->unprotect_rtcp(p->crypto->ctx, p->receive, theirs, our_len, &our_len));
        assert_int_equal(our_len, len);
        assert_memory_equal(theirs, plain, len);
    }
}

static void agrees_on_rtcp(void **state) {
    (void)state;
    for_all(same_for_rtcp);
}

CF_TEST_MAIN(cmocka_unit_test(agrees_for_all_lengths_and_headers), cmocka_unit_test(agrees_across_wraps_with_loss),
             cmocka_unit_test(takes_each_packet_once_under_reordering_and_duplication),
             cmocka_unit_test(joins_late_with_the_rollover_counter_that_it_is_told), cmocka_unit_test(agrees_on_rtcp))
