/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain half of packet protection, and the provider that tests of other cores use in place of real SRTP. */
#include "core/rtp/crypto.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"

static struct cf_span text(const char *s) {
    return cf_str_span(cf_str_of(s));
}

static void puts_the_parts_together(void **state) {
    (void)state;
    uint8_t out[16];
    struct cf_protect_job job = {
        .header = text("head"), .prefix = text("pre"), .payload = text("body"), .dst = out, .dst_size = 11};
    cf_protect_job_copy(&job);
    assert_ok(job.err);
    assert_str(cf_str_n((char *)out, job.dst_len), CF_STR("headprebody"));
    job.dst_size = 10;
    cf_protect_job_copy(&job);
    assert_int_equal(job.err, CF_ERR_NO_ROOM);
    assert_int_equal(job.dst_len, 0);
}

static void leaves_a_packet_in_place_alone(void **state) {
    (void)state;
    uint8_t out[] = "headbody";
    struct cf_protect_job job = {.header = {out, 4}, .payload = {out + 4, 4}, .dst = out, .dst_size = 8};
    cf_protect_job_copy(&job);
    assert_ok(job.err);
    assert_str(cf_str_n((char *)out, job.dst_len), CF_STR("headbody"));
}

static void copies_a_datagram(void **state) {
    (void)state;
    uint8_t in[] = "datagram";
    uint8_t out[8];
    struct cf_unprotect_job job = {.src = in, .src_len = 8, .dst = out, .dst_size = 8};
    cf_unprotect_job_copy(&job);
    assert_ok(job.err);
    assert_true(job.is_newest);
    assert_str(cf_str_n((char *)out, job.dst_len), CF_STR("datagram"));
    job.dst_size = 7;
    cf_unprotect_job_copy(&job);
    assert_int_equal(job.err, CF_ERR_NO_ROOM);
}

static struct cf_srtp_context *open_fake(struct test_srtp *fake, enum cf_srtp_direction direction, const char *key) {
    struct cf_srtp_context *srtp = NULL;
    struct cf_srtp_params params = {.suite = CF_SRTP_AEAD_AES_128_GCM,
                                    .direction = direction,
                                    .key = text(key),
                                    .salt = text("salt of twelv"),
                                    .streams_max = 2};
    params.salt.len = 12;
    assert_ok(fake->crypto.open(fake, &params, &srtp));
    return srtp;
}

static enum cf_err take(struct test_srtp *fake, struct cf_srtp_context *srtp, const uint8_t *packet, size_t len) {
    uint8_t copy[64];
    memcpy(copy, packet, len);
    struct cf_unprotect_job job = {.srtp = srtp, .src = copy, .src_len = len, .dst = copy, .dst_size = len};
    fake->crypto.unprotect(fake, &job, 1);
    return job.err;
}

static void fake_provider_keeps_the_rules_of_srtp(void **state) {
    (void)state;
    struct test_mem mem;
    struct test_srtp fake;
    uint8_t header[12] = {0x80, 96, 0, 1};
    uint8_t out[64];
    test_mem_init(&mem);
    test_srtp_init(&fake, &mem.mem);
    struct cf_srtp_context *send = open_fake(&fake, CF_SRTP_SEND, "key of 16 octets");
    struct cf_srtp_context *receive = open_fake(&fake, CF_SRTP_RECEIVE, "key of 16 octets");
    struct cf_srtp_context *other = open_fake(&fake, CF_SRTP_RECEIVE, "another, as long");
    struct cf_protect_job job = {
        .srtp = send, .header = {header, 12}, .payload = text("payload"), .dst = out, .dst_size = sizeof out};
    fake.crypto.protect(&fake, &job, 1);
    assert_ok(job.err);
    assert_int_equal(job.dst_len, 12 + 7 + 16);
    assert_memory_not_equal(out + 12, "payload", 7);
    assert_int_equal(take(&fake, other, out, job.dst_len), CF_ERR_AUTH);
    out[13] ^= 1;
    assert_int_equal(take(&fake, receive, out, job.dst_len), CF_ERR_AUTH);
    out[13] ^= 1;
    assert_ok(take(&fake, receive, out, job.dst_len));
    assert_int_equal(take(&fake, receive, out, job.dst_len), CF_ERR_REPLAYED);
    fake.crypto.protect(&fake, &job, 1);
    assert_int_equal(job.err, CF_ERR_REPLAYED);
    assert_int_equal(fake.taken, 1);
    assert_int_equal(fake.refused, 3);
    fake.crypto.close(&fake, send);
    fake.crypto.close(&fake, receive);
    fake.crypto.close(&fake, other);
    assert_int_equal(fake.open, 0);
    test_mem_fini(&mem);
}

static void fake_provider_protects_rtcp(void **state) {
    (void)state;
    struct test_mem mem;
    struct test_srtp fake;
    uint8_t packet[64] = {0x80, 201, 0, 2, 0, 0, 0, 1, 'd', 'a', 't', 'a'};
    uint8_t copy[64];
    size_t len = 0;
    size_t plain_len = 0;
    test_mem_init(&mem);
    test_srtp_init(&fake, &mem.mem);
    struct cf_srtp_context *send = open_fake(&fake, CF_SRTP_SEND, "key of 16 octets");
    struct cf_srtp_context *receive = open_fake(&fake, CF_SRTP_RECEIVE, "key of 16 octets");
    assert_ok(fake.crypto.protect_rtcp(&fake, send, (struct cf_span){packet, 12}, packet, sizeof packet, &len));
    memcpy(copy, packet, len);
    assert_ok(fake.crypto.unprotect_rtcp(&fake, receive, copy, len, &plain_len));
    assert_int_equal(plain_len, 12);
    assert_memory_equal(copy + 8, "data", 4);
    assert_int_equal(fake.crypto.unprotect_rtcp(&fake, receive, packet, len, &plain_len), CF_ERR_REPLAYED);
    fake.crypto.close(&fake, send);
    fake.crypto.close(&fake, receive);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(puts_the_parts_together), cmocka_unit_test(leaves_a_packet_in_place_alone),
             cmocka_unit_test(copies_a_datagram), cmocka_unit_test(fake_provider_keeps_the_rules_of_srtp),
             cmocka_unit_test(fake_provider_protects_rtcp))
