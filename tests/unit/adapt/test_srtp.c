/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SRTP contexts: what they take, what they refuse, and what they remember. Every test runs with every suite and library. */
#include "adapt/srtp/engine.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <stdlib.h>

enum { PACKET_MAX = 1500, SSRC = 0x01020304, ROOM = PACKET_MAX + 64 };

/* Both directions under one key. */
struct link {
    struct test_mem mem;
    struct cf_srtp_engine *engine;
    const struct cf_packet_crypto *crypto;
    struct cf_srtp_context *send;
    struct cf_srtp_context *receive;
    enum cf_srtp_suite suite;
};

static struct cf_srtp_params params_of(enum cf_srtp_suite suite, enum cf_srtp_direction direction) {
    static const uint8_t master[CF_SRTP_KEY_MAX] = "an old pond, a frog jumps in: a";
    static const uint8_t salt[CF_SRTP_SALT_MAX] = "splash, silenc";
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    return (struct cf_srtp_params){
        .suite = suite, .direction = direction, .key = {master, info->key_len}, .salt = {salt, info->salt_len}, .streams_max = 4};
}

static enum cf_err open_context(struct link *l, enum cf_srtp_direction direction, struct cf_srtp_context **ret_srtp) {
    struct cf_srtp_params params = params_of(l->suite, direction);
    return l->crypto->open(l->crypto->ctx, &params, ret_srtp);
}

static void begin(struct link *l, enum cf_srtp_library library, enum cf_srtp_suite suite) {
    l->suite = suite;
    test_mem_init(&l->mem);
    assert_ok(cf_srtp_engine_new(&l->mem.mem, library, &l->engine));
    l->crypto = cf_srtp_engine_crypto(l->engine);
    assert_ok(open_context(l, CF_SRTP_SEND, &l->send));
    assert_ok(open_context(l, CF_SRTP_RECEIVE, &l->receive));
}

static void end(struct link *l) {
    l->crypto->close(l->crypto->ctx, l->send);
    l->crypto->close(l->crypto->ctx, l->receive);
    cf_srtp_engine_free(l->engine);
    test_mem_fini(&l->mem);
}

/* Runs @test with every library and suite. */
static void for_all(void (*test)(struct link *l)) {
    const enum cf_srtp_library libraries[] = {CF_SRTP_LIBRARY_OPENSSL, CF_SRTP_LIBRARY_BEST};
    for (size_t i = 0; i < 2; i++) {
        for (int suite = CF_SRTP_NONE + 1; suite < CF_SRTP_SUITE_COUNT; suite++) {
            struct link l;
            begin(&l, libraries[i], (enum cf_srtp_suite)suite);
            test(&l);
            end(&l);
        }
    }
}

static void put_header(uint8_t *out, uint32_t ssrc, uint16_t sequence) {
    memset(out, 0, 12);
    out[0] = 0x80;
    out[1] = 96;
    cf_set_be16(out + 2, sequence);
    cf_set_be32(out + 8, ssrc);
}

/* Protects a packet with @len octets of payload; returns the error, and its length by @ret_len. */
static enum cf_err protect_ssrc(struct link *l, uint32_t ssrc, uint16_t sequence, size_t len, uint8_t *out, size_t *ret_len) {
    uint8_t header[12];
    uint8_t payload[PACKET_MAX];
    put_header(header, ssrc, sequence);
    memset(payload, sequence & 0xff, len);
    struct cf_protect_job job = {
        .srtp = l->send, .header = {header, sizeof header}, .payload = {payload, len}, .dst = out, .dst_size = ROOM};
    l->crypto->protect(l->crypto->ctx, &job, 1);
    assert_true(job.err == CF_OK || job.dst_len == 0);
    *ret_len = job.dst_len;
    return job.err;
}

static size_t protect(struct link *l, uint16_t sequence, size_t len, uint8_t *out) {
    size_t out_len = 0;
    assert_ok(protect_ssrc(l, SSRC, sequence, len, out, &out_len));
    return out_len;
}

/* Unprotects a copy of @packet. */
static struct cf_unprotect_job unprotect(struct link *l, const uint8_t *packet, size_t len) {
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, packet, len);
    struct cf_unprotect_job job = {.srtp = l->receive, .src = copy, .src_len = len, .dst = copy, .dst_size = len};
    l->crypto->unprotect(l->crypto->ctx, &job, 1);
    assert_true(job.err == CF_OK || job.dst_len == 0);
    free(copy);
    job.src = NULL;
    job.dst = NULL;
    return job;
}

/* All that a context remembers. */
struct memory {
    uint32_t count;
    struct cf_srtp_stream slots[4];
};

static struct memory memory_of(const struct cf_srtp_context *srtp) {
    struct memory m = {.count = srtp->streams.count};
    for (size_t i = 0; i < m.count; i++) {
        m.slots[i] = srtp->streams.slots[i];
    }
    return m;
}

static void assert_unchanged(const struct cf_srtp_context *srtp, const struct memory *before) {
    struct memory now = memory_of(srtp);
    assert_int_equal(now.count, before->count);
    assert_memory_equal(now.slots, before->slots, now.count * sizeof now.slots[0]);
}

static void replay(struct link *l) {
    uint8_t packet[ROOM];
    size_t len = protect(l, 7, 100, packet);
    assert_ok(unprotect(l, packet, len).err);
    struct memory before = memory_of(l->receive);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(unprotect(l, packet, len).err, CF_ERR_REPLAYED);
    }
    assert_unchanged(l->receive, &before);
}

static void refuses_replayed_packets(void **state) {
    (void)state;
    for_all(replay);
}

static void flip(struct link *l) {
    uint8_t packet[ROOM];
    size_t len = protect(l, 7, 40, packet);
    struct memory before = memory_of(l->receive);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        packet[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum cf_err err = unprotect(l, packet, len).err;
        assert_true(err == CF_ERR_AUTH || err == CF_ERR_MALFORMED);
        packet[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_unchanged(l->receive, &before);
    assert_ok(unprotect(l, packet, len).err);
}

static void refuses_every_flipped_bit_and_remembers_nothing_of_it(void **state) {
    (void)state;
    for_all(flip);
}

static void truncate(struct link *l) {
    uint8_t packet[ROOM];
    size_t len = protect(l, 7, 40, packet);
    struct memory before = memory_of(l->receive);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_not_equal(unprotect(l, packet, cut).err, CF_OK);
    }
    assert_unchanged(l->receive, &before);
}

static void refuses_every_truncation(void **state) {
    (void)state;
    for_all(truncate);
}

/* attacks.md T34, T35: forged packets with every sequence number between good ones. */
static void flood(struct link *l) {
    uint8_t packet[ROOM];
    uint8_t forged[64];
    size_t len = protect(l, 65000, 20, packet);
    assert_ok(unprotect(l, packet, len).err);
    struct memory before = memory_of(l->receive);
    for (uint32_t i = 0; i < 3000; i++) {
        memset(forged, (int)i & 0xff, sizeof forged);
        put_header(forged, i % 2 == 0 ? SSRC : i, (uint16_t)(i * 23));
        assert_int_not_equal(unprotect(l, forged, sizeof forged).err, CF_OK);
    }
    assert_unchanged(l->receive, &before);
    len = protect(l, 65001, 20, packet);
    assert_ok(unprotect(l, packet, len).err);
}

static void goes_on_after_a_flood_of_forged_packets(void **state) {
    (void)state;
    for_all(flood);
}

static void newest(struct link *l) {
    uint8_t packets[3][ROOM];
    size_t len = protect(l, 65535, 20, packets[0]);
    (void)protect(l, 0, 20, packets[1]);
    (void)protect(l, 1, 20, packets[2]);
    struct cf_unprotect_job job = unprotect(l, packets[0], len);
    assert_ok(job.err);
    assert_true(job.is_newest);
    assert_int_equal(job.index, 65535);
    job = unprotect(l, packets[2], len);
    assert_ok(job.err);
    assert_true(job.is_newest);
    assert_int_equal(job.index, 65537);
    job = unprotect(l, packets[1], len);
    assert_ok(job.err);
    assert_false(job.is_newest);
    assert_int_equal(job.index, 65536);
}

static void tells_the_index_and_whether_it_is_the_newest(void **state) {
    (void)state;
    for_all(newest);
}

static void window(struct link *l) {
    uint8_t old[ROOM];
    uint8_t oldest[ROOM];
    uint8_t packet[ROOM];
    size_t len = protect(l, 99, 20, oldest);
    (void)protect(l, 100, 20, old);
    (void)protect(l, 100 + CF_REPLAY_WINDOW - 1, 20, packet);
    assert_ok(unprotect(l, packet, len).err);
    assert_ok(unprotect(l, old, len).err);
    assert_int_equal(unprotect(l, oldest, len).err, CF_ERR_REPLAYED);
}

static void takes_late_packets_within_the_window(void **state) {
    (void)state;
    for_all(window);
}

static void reuse(struct link *l) {
    uint8_t first[ROOM];
    uint8_t again[ROOM];
    uint8_t header[12];
    uint8_t payload[30];
    size_t len = protect(l, 7, 30, first);
    size_t again_len = 0;
    assert_int_equal(protect_ssrc(l, SSRC, 7, 30, again, &again_len), CF_ERR_REPLAYED);
    put_header(header, SSRC, 7);
    memset(payload, 7, sizeof payload);
    struct cf_protect_job job = {.srtp = l->send,
                                 .header = {header, sizeof header},
                                 .payload = {payload, sizeof payload},
                                 .dst = again,
                                 .dst_size = sizeof again,
                                 .is_repeat = true};
    l->crypto->protect(l->crypto->ctx, &job, 1);
    assert_ok(job.err);
    assert_int_equal(job.dst_len, len);
    assert_memory_equal(again, first, len);
}

static void never_uses_a_nonce_twice_but_for_the_same_packet(void **state) {
    (void)state;
    for_all(reuse);
}

static void room(struct link *l) {
    uint8_t header[12];
    uint8_t out[128];
    size_t tag = cf_srtp_suites[l->suite].rtp_tag_len;
    struct cf_protect_job job = {
        .srtp = l->send, .header = {header, 12}, .payload = {header, 12}, .dst = out, .dst_size = 24 + tag - 1};
    put_header(header, SSRC, 7);
    memset(out, 0xee, sizeof out);
    l->crypto->protect(l->crypto->ctx, &job, 1);
    assert_int_equal(job.err, CF_ERR_NO_ROOM);
    job.dst_size++;
    l->crypto->protect(l->crypto->ctx, &job, 1);
    assert_ok(job.err); /* the sequence number was not used up by the failure */
    for (size_t i = 24 + tag; i < sizeof out; i++) {
        assert_int_equal(out[i], 0xee);
    }
    struct cf_unprotect_job back = {.srtp = l->receive, .src = out, .src_len = job.dst_len, .dst = out + 64, .dst_size = 23};
    l->crypto->unprotect(l->crypto->ctx, &back, 1);
    assert_int_equal(back.err, CF_ERR_NO_ROOM);
    back.dst_size = 24;
    l->crypto->unprotect(l->crypto->ctx, &back, 1);
    assert_ok(back.err);
    assert_int_equal(out[64 + 24], 0xee);
}

static void needs_exactly_the_room_it_says(void **state) {
    (void)state;
    for_all(room);
}

static void wrong_header(struct link *l) {
    uint8_t header[16];
    uint8_t out[128];
    struct cf_protect_job job = {.srtp = l->send, .payload = {header, 12}, .dst = out, .dst_size = sizeof out};
    memset(header, 0, sizeof header);
    put_header(header, SSRC, 7);
    for (size_t len = 0; len <= 16; len++) {
        if (len != 12) {
            job.header = (struct cf_span){header, len};
            l->crypto->protect(l->crypto->ctx, &job, 1);
            assert_int_equal(job.err, CF_ERR_MALFORMED);
        }
    }
    assert_int_equal(l->send->streams.count, 0);
}

static void refuses_to_protect_what_has_no_header(void **state) {
    (void)state;
    for_all(wrong_header);
}

static void limit(struct link *l) {
    uint8_t packet[ROOM];
    size_t len = 0;
    for (uint32_t ssrc = 1; ssrc <= 4; ssrc++) {
        assert_ok(protect_ssrc(l, ssrc, 7, 20, packet, &len));
        assert_ok(unprotect(l, packet, len).err);
    }
    assert_int_equal(protect_ssrc(l, 5, 7, 20, packet, &len), CF_ERR_LIMIT);
    len = 60;
    put_header(packet, 5, 8);
    assert_int_equal(unprotect(l, packet, len).err, CF_ERR_LIMIT);
    assert_ok(protect_ssrc(l, 4, 8, 20, packet, &len));
    assert_ok(unprotect(l, packet, len).err);
}

static void bounds_the_number_of_sources(void **state) {
    (void)state;
    for_all(limit);
}

static void key_end(struct link *l) {
    uint8_t packet[ROOM];
    size_t len = 0;
    assert_ok(l->crypto->set_rollover(l->crypto->ctx, l->send, SSRC, UINT32_MAX));
    assert_ok(protect_ssrc(l, SSRC, 65535, 20, packet, &len));
    assert_int_equal(protect_ssrc(l, SSRC, 0, 20, packet, &len), CF_ERR_LIMIT);
}

static void stops_when_the_key_is_used_up(void **state) {
    (void)state;
    for_all(key_end);
}

/* A burst of jobs for many receivers of several suites and of plain RTP, laid contiguously, is what single calls make. */
static void protects_a_mixed_burst_as_single_packets(void **state) {
    (void)state;
    enum { RECEIVERS = 3 * CF_SRTP_SUITE_COUNT, PACKETS = 5, LEN = 200 };
    static uint8_t out[2][RECEIVERS * PACKETS * (LEN + 64)];
    static uint8_t headers[PACKETS][12];
    static struct cf_protect_job jobs[RECEIVERS * PACKETS];
    uint8_t payload[LEN];
    for (size_t i = 0; i < LEN; i++) {
        payload[i] = (uint8_t)i;
    }
    for (unsigned run = 0; run < 2; run++) {
        struct test_mem mem;
        struct cf_srtp_engine *engine = NULL;
        struct cf_srtp_context *contexts[RECEIVERS] = {NULL};
        size_t at = 0;
        size_t n = 0;
        test_mem_init(&mem);
        assert_ok(cf_srtp_engine_new(&mem.mem, run == 0 ? CF_SRTP_LIBRARY_OPENSSL : CF_SRTP_LIBRARY_BEST, &engine));
        const struct cf_packet_crypto *crypto = cf_srtp_engine_crypto(engine);
        for (size_t r = 0; r < RECEIVERS; r++) {
            struct cf_srtp_params params = params_of((enum cf_srtp_suite)(r % CF_SRTP_SUITE_COUNT), CF_SRTP_SEND);
            if (params.suite != CF_SRTP_NONE) {
                assert_ok(crypto->open(crypto->ctx, &params, &contexts[r]));
            }
            for (size_t p = 0; p < PACKETS; p++) {
                size_t len = LEN - 13 * p;
                size_t room_len = 12 + len + cf_srtp_suites[params.suite].rtp_tag_len;
                put_header(headers[p], SSRC, (uint16_t)p);
                jobs[n++] = (struct cf_protect_job){.srtp = contexts[r],
                                                    .header = {headers[p], 12},
                                                    .prefix = {payload + LEN - p, p},
                                                    .payload = {payload, len - p - (p + r) % 3},
                                                    .padding = (uint8_t)((p + r) % 3),
                                                    .dst = out[run] + at,
                                                    .dst_size = room_len};
                at += room_len;
            }
        }
        if (run == 0) {
            for (size_t i = 0; i < n; i++) {
                crypto->protect(crypto->ctx, &jobs[i], 1);
            }
        } else {
            crypto->protect(crypto->ctx, jobs, n);
        }
        for (size_t i = 0; i < n; i++) {
            assert_ok(jobs[i].err);
            assert_int_equal(jobs[i].dst_len, jobs[i].dst_size);
        }
        for (size_t r = 0; r < RECEIVERS; r++) {
            crypto->close(crypto->ctx, contexts[r]);
        }
        cf_srtp_engine_free(engine);
        test_mem_fini(&mem);
    }
    assert_memory_equal(out[0], out[1], sizeof out[0]);
}

static void burst_errors(struct link *l) {
    enum { COUNT = 40 };
    static uint8_t packets[COUNT][256];
    static uint8_t plain[COUNT][256];
    struct cf_unprotect_job jobs[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        size_t len = protect(l, (uint16_t)(i % 10 == 9 ? 500 + i : i), 50, packets[i]);
        packets[i][20] ^= i % 3 == 1 ? 1 : 0; /* every third is forged */
        if (i % 7 == 6) {
            memcpy(packets[i], packets[i - 1], sizeof packets[i]); /* every seventh comes twice */
        }
        jobs[i] = (struct cf_unprotect_job){
            .srtp = l->receive, .src = packets[i], .src_len = len, .dst = plain[i], .dst_size = sizeof plain[i]};
    }
    l->crypto->unprotect(l->crypto->ctx, jobs, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        bool is_copy = i % 7 == 6;
        bool is_forged = (is_copy ? i - 1 : i) % 3 == 1;
        enum cf_err expected = is_copy && !is_forged ? CF_ERR_REPLAYED : CF_OK;
        expected = is_forged ? CF_ERR_AUTH : expected;
        assert_int_equal(jobs[i].err, expected);
        if (expected == CF_OK) {
            assert_int_equal(jobs[i].dst_len, 62);
            assert_int_equal(plain[i][61], (i % 10 == 9 ? 500 + i : i) & 0xff);
        }
    }
}

static void tells_good_from_bad_in_one_burst(void **state) {
    (void)state;
    for_all(burst_errors);
}

static void first_wrap(struct link *l) {
    static uint8_t packets[4][256];
    struct cf_unprotect_job jobs[4];
    for (size_t i = 0; i < 4; i++) {
        size_t len = protect(l, (uint16_t)(65534 + i), 50, packets[i]);
        jobs[i] = (struct cf_unprotect_job){
            .srtp = l->receive, .src = packets[i], .src_len = len, .dst = packets[i], .dst_size = sizeof packets[i]};
    }
    l->crypto->unprotect(l->crypto->ctx, jobs, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_ok(jobs[i].err);
        assert_int_equal(jobs[i].index, 65534 + i);
    }
}

static void takes_a_source_that_wraps_within_its_first_burst(void **state) {
    (void)state;
    for_all(first_wrap);
}

static void rtcp(struct link *l) {
    uint8_t sent[3][128];
    uint8_t copy[128];
    size_t lens[3] = {0};
    size_t len = 0;
    static const uint8_t report[] = {0x81, 201, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(l->crypto->protect_rtcp(l->crypto->ctx, l->send, (struct cf_span){report, sizeof report}, sent[i],
                                          sizeof sent[i], &lens[i]));
        assert_memory_equal(sent[i], report, 8);
        assert_memory_not_equal(sent[i] + 8, report + 8, 8);
    }
    struct memory before = memory_of(l->receive);
    for (size_t bit = 0; bit < 8 * lens[0]; bit++) {
        memcpy(copy, sent[0], sizeof copy);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(l->crypto->unprotect_rtcp(l->crypto->ctx, l->receive, copy, lens[0], &len), CF_ERR_AUTH);
    }
    for (size_t cut = 0; cut < lens[0]; cut++) {
        memcpy(copy, sent[0], sizeof copy);
        assert_int_not_equal(l->crypto->unprotect_rtcp(l->crypto->ctx, l->receive, copy, cut, &len), CF_OK);
    }
    assert_unchanged(l->receive, &before);
    static const size_t order[] = {2, 0, 1};
    for (size_t i = 0; i < 3; i++) {
        memcpy(copy, sent[order[i]], sizeof copy);
        assert_ok(l->crypto->unprotect_rtcp(l->crypto->ctx, l->receive, copy, lens[0], &len));
        assert_int_equal(len, sizeof report);
        assert_memory_equal(copy, report, len);
        memcpy(copy, sent[order[i]], sizeof copy);
        assert_int_equal(l->crypto->unprotect_rtcp(l->crypto->ctx, l->receive, copy, lens[0], &len), CF_ERR_REPLAYED);
    }
    l->send->streams.slots[0].rtcp_next = (uint64_t)CF_SRTCP_INDEX_MAX + 1;
    assert_int_equal(l->crypto->protect_rtcp(l->crypto->ctx, l->send, (struct cf_span){report, 16}, copy, sizeof copy, &len),
                     CF_ERR_LIMIT);
}

static void protects_rtcp_and_refuses_forged_cut_and_replayed(void **state) {
    (void)state;
    for_all(rtcp);
}

static void passes_plain_rtcp_through(void **state) {
    (void)state;
    struct link l;
    uint8_t packet[16] = {0x80, 201, 0, 1, 1, 2, 3, 4};
    uint8_t out[16];
    size_t len = 0;
    begin(&l, CF_SRTP_LIBRARY_BEST, CF_SRTP_AEAD_AES_128_GCM);
    assert_ok(l.crypto->protect_rtcp(l.crypto->ctx, NULL, (struct cf_span){packet, 8}, out, sizeof out, &len));
    assert_int_equal(len, 8);
    assert_memory_equal(out, packet, 8);
    assert_ok(l.crypto->unprotect_rtcp(l.crypto->ctx, NULL, out, 8, &len));
    assert_int_equal(len, 8);
    assert_int_equal(l.crypto->protect_rtcp(l.crypto->ctx, NULL, (struct cf_span){packet, 7}, out, sizeof out, &len),
                     CF_ERR_TRUNCATED);
    assert_int_equal(l.crypto->protect_rtcp(l.crypto->ctx, l.send, (struct cf_span){packet, 8}, out, sizeof out, &len),
                     CF_ERR_NO_ROOM);
    end(&l);
}

static void refuses_keys_that_do_not_fit_the_suite(void **state) {
    (void)state;
    struct link l;
    struct cf_srtp_context *srtp = NULL;
    begin(&l, CF_SRTP_LIBRARY_BEST, CF_SRTP_AEAD_AES_128_GCM);
    struct cf_srtp_params params = params_of(CF_SRTP_AES_256_CM_HMAC_SHA1_80, CF_SRTP_SEND);
    params.key.len--;
    assert_int_equal(l.crypto->open(l.crypto->ctx, &params, &srtp), CF_ERR_MALFORMED);
    params = params_of(CF_SRTP_AEAD_AES_256_GCM, CF_SRTP_SEND);
    params.salt.len = 14;
    assert_int_equal(l.crypto->open(l.crypto->ctx, &params, &srtp), CF_ERR_MALFORMED);
    params = params_of(CF_SRTP_AEAD_AES_256_GCM, CF_SRTP_SEND);
    params.streams_max = 0;
    assert_int_equal(l.crypto->open(l.crypto->ctx, &params, &srtp), CF_ERR_MALFORMED);
    params.suite = CF_SRTP_NONE;
    assert_int_equal(l.crypto->open(l.crypto->ctx, &params, &srtp), CF_ERR_UNSUPPORTED);
    end(&l);
}

static void steady(struct link *l) {
    uint8_t packet[ROOM];
    size_t len = protect(l, 0, 160, packet);
    assert_ok(unprotect(l, packet, len).err);
    size_t before = l->mem.count;
    for (uint16_t sequence = 1; sequence < 500; sequence++) {
        len = protect(l, sequence, 160, packet);
        assert_ok(unprotect(l, packet, len).err);
    }
    assert_int_equal(l->mem.count, before);
}

static void allocates_nothing_per_packet(void **state) {
    (void)state;
    for_all(steady);
}

/* A hundred tiles with retransmissions: the tables grow between packets, and forget nothing. */
static void carry_two_hundred_sources(struct link *l) {
    struct cf_srtp_params params = params_of(l->suite, CF_SRTP_SEND);
    struct cf_srtp_context *contexts[2];
    params.streams_max = CF_SRTP_STREAMS_DEFAULT;
    assert_ok(l->crypto->open(l->crypto->ctx, &params, &contexts[0]));
    params.direction = CF_SRTP_RECEIVE;
    assert_ok(l->crypto->open(l->crypto->ctx, &params, &contexts[1]));
    for (uint32_t i = 0; i < 600; i++) {
        uint8_t header[12] = {0x80, 97, 0, (uint8_t)(1 + i / 200)};
        uint8_t payload[20] = {(uint8_t)i};
        uint8_t packet[128];
        header[10] = (uint8_t)(i % 200 >> 4);
        header[11] = (uint8_t)(i % 200 << 4);
        struct cf_protect_job out = {.srtp = contexts[0],
                                     .header = {header, sizeof header},
                                     .payload = {payload, sizeof payload},
                                     .dst = packet,
                                     .dst_size = sizeof packet};
        l->crypto->protect(l->crypto->ctx, &out, 1);
        assert_ok(out.err);
        struct cf_unprotect_job in = {
            .srtp = contexts[1], .src = packet, .src_len = out.dst_len, .dst = packet, .dst_size = sizeof packet};
        l->crypto->unprotect(l->crypto->ctx, &in, 1);
        assert_ok(in.err);
        assert_int_equal(packet[12], (uint8_t)i);
    }
    l->crypto->close(l->crypto->ctx, contexts[0]);
    l->crypto->close(l->crypto->ctx, contexts[1]);
}

static void carries_two_hundred_sources(void **state) {
    (void)state;
    for_all(carry_two_hundred_sources);
}

CF_TEST_MAIN(cmocka_unit_test(refuses_replayed_packets), cmocka_unit_test(refuses_every_flipped_bit_and_remembers_nothing_of_it),
             cmocka_unit_test(refuses_every_truncation), cmocka_unit_test(goes_on_after_a_flood_of_forged_packets),
             cmocka_unit_test(tells_the_index_and_whether_it_is_the_newest),
             cmocka_unit_test(takes_late_packets_within_the_window),
             cmocka_unit_test(never_uses_a_nonce_twice_but_for_the_same_packet), cmocka_unit_test(needs_exactly_the_room_it_says),
             cmocka_unit_test(refuses_to_protect_what_has_no_header), cmocka_unit_test(bounds_the_number_of_sources),
             cmocka_unit_test(stops_when_the_key_is_used_up), cmocka_unit_test(protects_a_mixed_burst_as_single_packets),
             cmocka_unit_test(tells_good_from_bad_in_one_burst),
             cmocka_unit_test(takes_a_source_that_wraps_within_its_first_burst),
             cmocka_unit_test(protects_rtcp_and_refuses_forged_cut_and_replayed), cmocka_unit_test(passes_plain_rtcp_through),
             cmocka_unit_test(refuses_keys_that_do_not_fit_the_suite), cmocka_unit_test(allocates_nothing_per_packet),
             cmocka_unit_test(carries_two_hundred_sources))
