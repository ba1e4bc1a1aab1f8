/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets on loopback: what is sent is queued at the receiver when the send returns, so nothing waits here. */
#include "shell/udp/udp.h"

#include "lib/test.h"

static struct cf_udp open_on(const char *address) {
    struct cf_addr local;
    struct cf_udp udp;
    assert_ok(cf_addr_parse(cf_str_of(address), &local));
    assert_ok(cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp));
    return udp;
}

static void sends_and_receives_in_batches(void **state) {
    (void)state;
    static uint8_t buffer[CF_UDP_BATCH_MAX * 64];
    struct cf_udp a = open_on("127.0.0.1:0");
    struct cf_udp b = open_on("127.0.0.1:0");
    struct cf_datagram out[100];
    struct cf_datagram in[CF_UDP_BATCH_MAX];
    for (uint8_t i = 0; i < 100; i++) {
        static uint8_t payloads[100][2];
        payloads[i][0] = i;
        out[i] = (struct cf_datagram){b.local, {payloads[i], 2}};
    }
    assert_int_equal(cf_udp_send(&a, out, 100), 100);
    size_t seen = 0;
    for (size_t got = cf_udp_receive(&b, buffer, 64, in, 64); got > 0; got = cf_udp_receive(&b, buffer, 64, in, 64)) {
        for (size_t i = 0; i < got; i++) {
            assert_int_equal(in[i].bytes.len, 2);
            assert_int_equal(in[i].bytes.at[0], seen++);
            assert_true(cf_addr_eq(&in[i].remote, &a.local));
        }
    }
    assert_int_equal(seen, 100);
    cf_udp_close(&a);
    cf_udp_close(&b);
    cf_udp_close(&b);
}

static void drops_datagrams_that_do_not_fit(void **state) {
    (void)state;
    uint8_t buffer[2 * 16];
    uint8_t big[17] = {0};
    struct cf_udp a = open_on("[::1]:0");
    struct cf_udp b = open_on("[::1]:0");
    struct cf_datagram out[2] = {{b.local, {big, 17}}, {b.local, {big, 16}}};
    struct cf_datagram in[2];
    assert_int_equal(cf_udp_send(&a, out, 2), 2);
    assert_int_equal(cf_udp_receive(&b, buffer, 16, in, 2), 1);
    assert_int_equal(in[0].bytes.len, 16);
    cf_udp_close(&a);
    cf_udp_close(&b);
}

static void survives_unreachable_peers(void **state) {
    (void)state;
    uint8_t buffer[16];
    struct cf_datagram in[1];
    struct cf_udp a = open_on("127.0.0.1:0");
    struct cf_udp gone = open_on("127.0.0.1:0");
    struct cf_addr nobody = gone.local;
    cf_udp_close(&gone);
    for (int i = 0; i < 3; i++) {
        struct cf_datagram out = {nobody, {buffer, 1}};
        assert_int_equal(cf_udp_send(&a, &out, 1), 1);
        assert_int_equal(cf_udp_receive(&a, buffer, 16, in, 1), 0);
    }
    cf_udp_close(&a);
}

static void says_when_a_port_is_taken(void **state) {
    (void)state;
    struct cf_udp a = open_on("127.0.0.1:0");
    struct cf_udp b;
    assert_int_equal(cf_udp_open(&a.local, CF_UDP_USE_SIGNALLING, &b), CF_ERR_EXISTS);
    cf_udp_close(&a);
}

CF_TEST_MAIN(cmocka_unit_test(sends_and_receives_in_batches), cmocka_unit_test(drops_datagrams_that_do_not_fit),
             cmocka_unit_test(survives_unreachable_peers), cmocka_unit_test(says_when_a_port_is_taken))
