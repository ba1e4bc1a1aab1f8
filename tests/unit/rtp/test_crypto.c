/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain half of packet protection. */
#include "core/rtp/crypto.h"

#include "lib/test.h"

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

CF_TEST_MAIN(cmocka_unit_test(puts_the_parts_together), cmocka_unit_test(leaves_a_packet_in_place_alone),
             cmocka_unit_test(copies_a_datagram))
