/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transport: keys that stay, keys that change, what can't be done. */
#include "core/media/transport.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"

struct fixture {
    struct test_mem m;
    struct test_srtp s;
    struct cf_engine_transport t;
    struct cf_media_transport_set set;
    struct cf_media_leg_policy policy;
};

static void begin(struct fixture *f) {
    memset(f, 0, sizeof *f);
    test_mem_init(&f->m);
    test_srtp_init(&f->s, &f->m.mem);
    cf_engine_transport_init(&f->t, NULL, 0);
    f->set.rtp_socket = 1;
    f->set.rtcp_socket = 2;
    f->set.transport.remote_rtp = (struct cf_addr){.ip = {10, 0, 0, 1}, .port = 4000, .family = CF_FAMILY_IP4};
    f->set.transport.remote_rtcp = (struct cf_addr){.ip = {10, 0, 0, 1}, .port = 4001, .family = CF_FAMILY_IP4};
    f->set.transport.security = (struct cf_media_security){
        .keying = CF_KEYING_SDES, .suite = CF_SRTP_AEAD_AES_128_GCM, .local = {.key = {1}}, .remote = {.key = {2}}};
}

static void end(struct fixture *f) {
    cf_engine_transport_fini(&f->t, &f->s.crypto);
    assert_int_equal(f->s.open, 0);
    test_mem_fini(&f->m);
}

static enum cf_err set(struct fixture *f) {
    return cf_engine_transport_set(&f->t, &f->s.crypto, &f->set, &f->policy);
}

static void keeps_contexts_whose_keys_stay(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    assert_ok(set(&f));
    const struct cf_srtp_context *receive = f.t.receive;
    const struct cf_srtp_context *send = f.t.send;
    assert_non_null(receive);
    assert_non_null(send);
    f.set.transport.remote_rtp.port = 5000;
    assert_ok(set(&f));
    assert_ptr_equal(f.t.receive, receive);
    assert_ptr_equal(f.t.send, send);
    assert_int_equal(cf_engine_transport_remote(&f.t, CF_ENGINE_PORT_RTP)->port, 5000);
    f.set.transport.security.remote.key[0] = 3;
    assert_ok(set(&f));
    assert_ptr_equal(f.t.send, send);
    assert_int_equal(f.t.keys[1].key[0], 3);
    assert_int_equal(f.s.open, 2);
    f.set.transport.security.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80;
    assert_ok(set(&f));
    assert_int_equal(f.s.open, 2);
    end(&f);
}

static void uses_one_port_with_mux(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    assert_ok(set(&f));
    assert_int_equal(f.t.sockets[CF_ENGINE_PORT_RTCP], 2);
    assert_int_equal(cf_engine_transport_remote(&f.t, CF_ENGINE_PORT_RTCP)->port, 4001);
    f.set.transport.has_rtcp_mux = true;
    assert_ok(set(&f));
    assert_int_equal(f.t.sockets[CF_ENGINE_PORT_RTCP], 1);
    assert_int_equal(cf_engine_transport_remote(&f.t, CF_ENGINE_PORT_RTCP)->port, 4000);
    assert_ptr_equal(cf_engine_transport_latch(&f.t, CF_ENGINE_PORT_RTCP), &f.t.latches[CF_ENGINE_PORT_RTP]);
    end(&f);
}

static void closes_and_wipes_when_encryption_ends(void **state) {
    (void)state;
    struct fixture f;
    const struct cf_sdes_key nothing[2] = {{.mki_len = 0}, {.mki_len = 0}};
    begin(&f);
    assert_ok(set(&f));
    f.set.transport.security.keying = CF_KEYING_NONE;
    assert_ok(set(&f));
    assert_true(f.t.is_open && !f.t.is_secure);
    assert_int_equal(f.s.open, 0);
    assert_memory_equal(f.t.keys, nothing, sizeof nothing);
    end(&f);
}

static void stays_closed_for_what_it_can_not_do(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    f.set.transport.security.keying = CF_KEYING_DTLS;
    assert_ok(set(&f)); /* its keys are still to come */
    assert_true(!f.t.is_open && f.t.is_secure);
    f.set.transport.security.keying = CF_KEYING_SDES;
    f.set.transport.security.suite = CF_SRTP_NONE;
    assert_int_equal(set(&f), CF_ERR_UNSUPPORTED);
    f.set.transport.security.suite = CF_SRTP_AEAD_AES_128_GCM;
    f.set.transport.security.remote.mki_len = 1;
    assert_int_equal(set(&f), CF_ERR_UNSUPPORTED);
    assert_false(cf_engine_transport_can_send(&f.t, CF_ENGINE_PORT_RTP));
    f.set.transport.security.remote.mki_len = 0;
    assert_ok(set(&f));
    assert_true(cf_engine_transport_can_send(&f.t, CF_ENGINE_PORT_RTP));
    end(&f);
}

static void copes_with_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct fixture f;
        begin(&f);
        f.m.fail_at = n;
        enum cf_err err = set(&f);
        assert_int_equal(err, f.m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        assert_int_equal(f.t.is_open, err == CF_OK);
        bool failed = f.m.failed;
        end(&f);
        if (!failed) {
            break;
        }
    }
}

static void sends_nowhere_when_the_peer_has_no_address(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    memset(f.set.transport.remote_rtp.ip, 0, 16);
    assert_ok(set(&f));
    assert_false(cf_engine_transport_can_send(&f.t, CF_ENGINE_PORT_RTP));
    assert_true(cf_engine_transport_can_send(&f.t, CF_ENGINE_PORT_RTCP));
    end(&f);
}

/* One transport of somebody who sees a hundred others: their streams, retransmissions of each, and a report for each line. */
static void a_hundred_tiles_fit_under_one_key(void **state) {
    (void)state;
    struct fixture f;
    uint8_t out[128];
    begin(&f);
    assert_ok(set(&f));
    for (uint32_t i = 0; i < 200; i++) {
        uint8_t header[12] = {0x80, 97, 0, 1};
        cf_set_be32(header + 8, 0x1000U + i);
        struct cf_protect_job job = {.srtp = f.t.send, .header = {header, sizeof header}, .dst = out, .dst_size = sizeof out};
        f.s.crypto.protect(f.s.crypto.ctx, &job, 1);
        assert_ok(job.err);
    }
    for (uint32_t i = 0; i < 100; i++) {
        uint8_t report[8] = {0x80, 201, 0, 1};
        size_t len = 0;
        cf_set_be32(report + 4, 0x1000U + i);
        assert_ok(
            f.s.crypto.protect_rtcp(f.s.crypto.ctx, f.t.send, (struct cf_span){report, sizeof report}, out, sizeof out, &len));
    }
    end(&f);
}

CF_TEST_MAIN(cmocka_unit_test(a_hundred_tiles_fit_under_one_key), cmocka_unit_test(keeps_contexts_whose_keys_stay),
             cmocka_unit_test(uses_one_port_with_mux), cmocka_unit_test(closes_and_wipes_when_encryption_ends),
             cmocka_unit_test(stays_closed_for_what_it_can_not_do), cmocka_unit_test(copes_with_want_of_memory),
             cmocka_unit_test(sends_nowhere_when_the_peer_has_no_address))
