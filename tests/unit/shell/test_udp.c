/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets on loopback: what is sent is queued at the receiver when the send returns, so nothing waits here. */
#include "shell/udp/outbox.h"
#include "shell/udp/run.h"
#include "shell/udp/sender.h"

#include "lib/test_udp.h"
#include <errno.h>
#include <sys/socket.h>

#define ALONE "127.0.0.77:0" /* no other test has ports of it: what was closed can be demanded back */

static void sends_and_receives_in_batches(void **state) {
    (void)state;
    static uint8_t buffer[CF_UDP_BATCH_MAX * 64];
    struct cf_udp a = test_udp_open("127.0.0.1:0");
    struct cf_udp b = test_udp_open("127.0.0.1:0");
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
    struct cf_udp a = test_udp_open("[::1]:0");
    struct cf_udp b = test_udp_open("[::1]:0");
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
    struct cf_udp a = test_udp_open("127.0.0.1:0");
    struct cf_udp gone = test_udp_open("127.0.0.1:0");
    struct cf_addr nobody = gone.local;
    cf_udp_close(&gone);
    for (int i = 0; i < 3; i++) {
        struct cf_datagram out = {nobody, {buffer, 1}};
        assert_int_equal(cf_udp_send(&a, &out, 1), 1);
        assert_int_equal(cf_udp_receive(&a, buffer, 16, in, 1), 0);
    }
    cf_udp_close(&a);
}

static struct cf_udp signalling_on(const char *address) {
    struct cf_addr local;
    struct cf_udp udp;
    assert_ok(cf_addr_parse(cf_str_of(address), &local));
    assert_ok(cf_udp_open(&local, CF_UDP_USE_SIGNALLING, &udp));
    return udp;
}

/* A closed port of loopback: the kernel answers with ICMP before the send returns. */
static void tells_who_is_unreachable_and_loses_nothing_else(const char *address) {
    uint8_t buffer[2 * 16];
    struct cf_datagram in[2];
    struct cf_addr remote;
    struct cf_udp a = signalling_on(address);
    struct cf_udp there = signalling_on(address);
    struct cf_udp gone = signalling_on(address);
    struct cf_addr nobody = gone.local;
    cf_udp_close(&gone);
    assert_false(cf_udp_take_unreachable(&a, &remote));
    /* The error of the first comes with the second, which must go out all the same. */
    struct cf_datagram out[3] = {{nobody, {buffer, 1}}, {there.local, {buffer, 2}}, {there.local, {buffer, 3}}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(cf_udp_send(&a, &out[i], 1), 1);
    }
    assert_int_equal(cf_udp_receive(&there, buffer, 16, in, 2), 2);
    assert_int_equal(in[0].bytes.len, 2);
    assert_int_equal(in[1].bytes.len, 3);
    assert_int_equal(cf_udp_receive(&a, buffer, 16, in, 2), 0);
    assert_true(cf_udp_take_unreachable(&a, &remote));
    assert_true(cf_addr_eq(&remote, &nobody));
    assert_false(cf_udp_take_unreachable(&a, &remote));
    assert_false(a.has_error);
    cf_udp_close(&a);
    cf_udp_close(&there);
}

static void tells_who_is_unreachable_over_ip4(void **state) {
    (void)state;
    tells_who_is_unreachable_and_loses_nothing_else("127.0.0.1:0");
}

static void tells_who_is_unreachable_over_ip6(void **state) {
    (void)state;
    tells_who_is_unreachable_and_loses_nothing_else("[::1]:0");
}

static void an_outbox_keeps_order_and_sends_when_it_is_full(void **state) {
    (void)state;
    static struct cf_udp_outbox outbox;
    static uint8_t buffer[CF_UDP_BATCH_MAX * 64];
    static uint8_t big[60000];
    static uint8_t slots[4 * CF_UDP_DATAGRAM_MAX];
    struct cf_datagram in[CF_UDP_BATCH_MAX];
    struct cf_udp a = signalling_on("127.0.0.1:0");
    struct cf_udp b = signalling_on("127.0.0.1:0");
    struct cf_udp to = signalling_on("127.0.0.1:0");
    cf_udp_outbox_init(&outbox);
    for (uint8_t i = 0; i < CF_UDP_OUTBOX_COUNT; i++) {
        cf_udp_outbox_put(&outbox, &a, &to.local, (struct cf_span){&i, 1});
    }
    assert_int_equal(cf_udp_receive(&to, buffer, 64, in, 64), 0);
    uint8_t last = CF_UDP_OUTBOX_COUNT;
    cf_udp_outbox_put(&outbox, &a, &to.local, (struct cf_span){&last, 1});
    assert_int_equal(cf_udp_receive(&to, buffer, 64, in, 64), CF_UDP_OUTBOX_COUNT);
    for (uint8_t i = 0; i < CF_UDP_OUTBOX_COUNT; i++) {
        assert_int_equal(in[i].bytes.at[0], i);
    }
    /* Another socket, then more octets than it holds: each sends what waits. */
    cf_udp_outbox_put(&outbox, &b, &to.local, (struct cf_span){big, sizeof big});
    assert_int_equal(cf_udp_receive(&to, buffer, 64, in, 64), 1);
    assert_int_equal(in[0].bytes.at[0], CF_UDP_OUTBOX_COUNT);
    cf_udp_outbox_put(&outbox, &b, &to.local, (struct cf_span){big, sizeof big});
    cf_udp_outbox_put(&outbox, &b, &to.local, (struct cf_span){big, sizeof big});
    assert_int_equal(cf_udp_receive(&to, slots, CF_UDP_DATAGRAM_MAX, in, 4), 2);
    cf_udp_outbox_flush(&outbox);
    cf_udp_outbox_flush(&outbox);
    assert_int_equal(cf_udp_receive(&to, slots, CF_UDP_DATAGRAM_MAX, in, 4), 1);
    assert_int_equal(outbox.lost, 0);
    cf_udp_close(&a);
    cf_udp_close(&b);
    cf_udp_close(&to);
}

static void says_when_a_port_is_taken(void **state) {
    (void)state;
    struct cf_udp a = test_udp_open("127.0.0.1:0");
    struct cf_udp b;
    assert_int_equal(cf_udp_open(&a.local, CF_UDP_USE_SIGNALLING, &b), CF_ERR_EXISTS);
    cf_udp_close(&a);
}

static struct cf_datagram of_len(struct cf_addr remote, size_t len) {
    static uint8_t octets[CF_UDP_DATAGRAM_MAX];
    return (struct cf_datagram){remote, {octets, len}};
}

static void runs_are_of_one_peer_and_one_length(void **state) {
    (void)state;
    struct cf_addr a;
    struct cf_addr b;
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:4000"), &a));
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:4002"), &b));
    const struct {
        struct cf_datagram list[4];
        size_t len;
    } cases[] = {
        {{of_len(a, 9), of_len(a, 9), of_len(a, 9), of_len(a, 9)}, 4},
        {{of_len(a, 9), of_len(b, 9), of_len(a, 9), of_len(a, 9)}, 1},
        {{of_len(a, 9), of_len(a, 8), of_len(a, 8), of_len(a, 8)}, 2}, /* a shorter one is the last */
        {{of_len(a, 9), of_len(a, 10), of_len(a, 10), of_len(a, 10)}, 1},
        {{of_len(a, 9), of_len(a, 0), of_len(a, 9), of_len(a, 9)}, 1},
        {{of_len(a, 0), of_len(a, 0), of_len(a, 0), of_len(a, 0)}, 1},
        {{of_len(a, 32000), of_len(a, 32000), of_len(a, 32000), of_len(a, 32000)}, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cf_udp_run_len(cases[i].list, 4), cases[i].len);
    }
    struct cf_datagram many[CF_UDP_RUN_MAX + 1];
    for (size_t i = 0; i <= CF_UDP_RUN_MAX; i++) {
        many[i] = of_len(a, 1);
    }
    assert_int_equal(cf_udp_run_len(many, CF_UDP_RUN_MAX + 1), CF_UDP_RUN_MAX);
    assert_int_equal(cf_udp_run_len(many, 3), 3);
}

/* Whoever receives can't tell how a datagram was sent: boundaries, order and contents stay, with and without segmentation, for
 * lengths that make runs, break them, and are too long for segments of the path. */
static void runs_arrive_as_datagrams(void **state) {
    (void)state;
    static const size_t lens[] = {1200, 1200, 1200, 700, 1200, 3, 1200, 1200, 20000, 20000, 20000, 1, 1, 1};
    static uint8_t octets[sizeof lens / sizeof *lens][20000];
    static uint8_t buffer[CF_UDP_BATCH_MAX * 20000];
    const size_t count = sizeof lens / sizeof *lens;
    for (int with = 0; with < 2; with++) {
        struct cf_udp a = test_udp_open("127.0.0.1:0");
        struct cf_udp b = test_udp_open("127.0.0.1:0");
        struct cf_udp c = test_udp_open("127.0.0.1:0");
        struct cf_datagram out[2 * (sizeof lens / sizeof *lens)];
        struct cf_datagram in[CF_UDP_BATCH_MAX];
        a.can_segment = a.can_segment && with == 1;
        for (size_t i = 0; i < count; i++) {
            memset(octets[i], (int)i + 1, lens[i]);
            out[i] = (struct cf_datagram){b.local, {octets[i], lens[i]}};
            out[count + i] = (struct cf_datagram){c.local, {octets[i], lens[i]}};
        }
        assert_int_equal(cf_udp_send(&a, out, 2 * count), 2 * count);
        struct cf_udp *receivers[] = {&b, &c};
        for (size_t r = 0; r < 2; r++) {
            assert_int_equal(cf_udp_receive(receivers[r], buffer, 20000, in, CF_UDP_BATCH_MAX), count);
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(in[i].bytes.len, lens[i]);
                assert_memory_equal(in[i].bytes.at, octets[i], lens[i]);
            }
        }
        cf_udp_close(&a);
        cf_udp_close(&b);
        cf_udp_close(&c);
    }
}

/* Both kinds of sender: what was put for several sockets comes in order, more than a batch of it, and a refused run one by one.
 */
static void senders_serve_many_sockets(void **state) {
    (void)state;
    enum { SOCKETS = 3, EACH = 150 };
    static uint8_t octets[SOCKETS][EACH][2];
    static uint8_t buffer[CF_UDP_BATCH_MAX * 64];
    for (int kind = CF_SENDER_CALLS; kind <= CF_SENDER_RING; kind++) {
        struct cf_sender *sender = NULL;
        enum cf_err err = cf_sender_create((enum cf_sender_kind)kind, &sender);
        if (kind == CF_SENDER_RING && err == CF_ERR_UNSUPPORTED) {
            continue; /* not on this kernel */
        }
        assert_ok(err);
        struct cf_udp to = test_udp_open("127.0.0.1:0");
        struct cf_udp from[SOCKETS];
        static struct cf_datagram out[SOCKETS][EACH];
        for (size_t s = 0; s < SOCKETS; s++) {
            from[s] = test_udp_open("127.0.0.1:0");
            for (size_t i = 0; i < EACH; i++) {
                octets[s][i][0] = (uint8_t)s;
                octets[s][i][1] = (uint8_t)i;
                out[s][i] = (struct cf_datagram){to.local, {octets[s][i], 2}};
            }
            cf_sender_put(sender, &from[s], out[s], EACH);
        }
        cf_sender_flush(sender);
        size_t seen[SOCKETS] = {0};
        struct cf_datagram in[CF_UDP_BATCH_MAX];
        for (size_t got = cf_udp_receive(&to, buffer, 64, in, 64); got > 0; got = cf_udp_receive(&to, buffer, 64, in, 64)) {
            for (size_t i = 0; i < got; i++) {
                size_t s = in[i].bytes.at[0];
                assert_true(s < SOCKETS && cf_addr_eq(&in[i].remote, &from[s].local));
                assert_int_equal(in[i].bytes.at[1], seen[s]++);
            }
        }
        for (size_t s = 0; s < SOCKETS; s++) {
            assert_int_equal(seen[s], EACH);
            cf_udp_close(&from[s]);
        }
        assert_int_equal(cf_sender_lost(sender), 0);
        cf_udp_close(&to);
        cf_sender_destroy(&sender);
        cf_sender_destroy(&sender);
    }
}

/* What has sent, or has been part of a sender's last flush, holds no port once it is closed. */
static void sockets_that_sent_leave_their_ports(void **state) {
    (void)state;
    for (int kind = CF_SENDER_CALLS; kind <= CF_SENDER_RING; kind++) {
        struct cf_sender *sender = NULL;
        enum cf_err err = cf_sender_create((enum cf_sender_kind)kind, &sender);
        if (kind == CF_SENDER_RING && err == CF_ERR_UNSUPPORTED) {
            continue; /* not on this kernel */
        }
        assert_ok(err);
        uint8_t buffer[64];
        struct cf_datagram in[1];
        struct cf_udp to = test_udp_open("127.0.0.1:0");
        struct cf_datagram out = {to.local, {(const uint8_t *)"x", 1}};
        for (unsigned i = 0; i < 200; i++) {
            struct cf_udp from[2] = {test_udp_open(ALONE), test_udp_open(ALONE)};
            cf_sender_put(sender, &from[0], &out, 1);
            cf_sender_put(sender, &from[1], &out, 1);
            cf_sender_flush(sender);
            for (size_t k = 0; k < 2; k++) {
                assert_int_equal(cf_udp_receive(&to, buffer, 64, in, 1), 1);
                assert_true(cf_addr_eq(&in[0].remote, &from[k].local));
            }
            test_udp_close_and_demand(&from[0]);
            test_udp_close_and_demand(&from[1]);
        }
        struct cf_udp left = test_udp_open(ALONE);
        cf_sender_put(sender, &left, &out, 1);
        cf_sender_flush(sender);
        cf_sender_destroy(&sender);
        test_udp_close_and_demand(&left);
        cf_udp_close(&to);
    }
}

static void a_ring_sends_long_runs(void **state) {
    (void)state;
    static uint8_t octets[3][20000];
    static uint8_t buffer[3 * 20000];
    struct cf_sender *sender = NULL;
    if (cf_sender_create(CF_SENDER_RING, &sender) != CF_OK) {
        skip(); /* no io_uring on this kernel */
    }
    struct cf_udp a = test_udp_open("[::1]:0");
    struct cf_udp b = test_udp_open("[::1]:0");
    struct cf_datagram in[3];
    struct cf_datagram out[3];
    for (size_t i = 0; i < 3; i++) {
        octets[i][0] = (uint8_t)i;
        out[i] = (struct cf_datagram){b.local, {octets[i], sizeof octets[i]}};
    }
    cf_sender_put(sender, &a, out, 3);
    cf_sender_flush(sender);
    assert_int_equal(cf_udp_receive(&b, buffer, 20000, in, 3), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(in[i].bytes.at[0], i);
        assert_int_equal(in[i].bytes.len, 20000);
    }
    cf_udp_close(&a);
    cf_udp_close(&b);
    cf_sender_destroy(&sender);
}

/* A socket without checksums: the kernel cuts nothing for it (EINVAL), and says so of each run. Both kinds of sender send the
 * datagrams one by one then, in order, and none is lost; with EIO it is not asked again. */
static void refused_runs_go_one_by_one(void **state) {
    (void)state;
    enum { RUN = 5, PEERS = 4 };
    static uint8_t octets[PEERS][RUN][100];
    static uint8_t buffer[CF_UDP_BATCH_MAX * 128];
    for (int kind = CF_SENDER_CALLS; kind <= CF_SENDER_RING; kind++) {
        struct cf_sender *sender = NULL;
        struct cf_udp from = test_udp_open("127.0.0.1:0");
        struct cf_udp to[PEERS];
        struct cf_datagram out[PEERS * RUN];
        struct cf_datagram in[CF_UDP_BATCH_MAX];
        int on = 1;
        enum cf_err err = cf_sender_create((enum cf_sender_kind)kind, &sender);
        if (err == CF_ERR_UNSUPPORTED || !from.can_segment) {
            cf_udp_close(&from);
            continue; /* not on this kernel */
        }
        assert_ok(err);
        assert_int_equal(setsockopt(from.fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
        for (size_t p = 0; p < PEERS; p++) {
            to[p] = test_udp_open("127.0.0.1:0");
            for (size_t i = 0; i < RUN; i++) {
                memset(octets[p][i], (int)(p * RUN + i), sizeof octets[p][i]);
                out[p * RUN + i] = (struct cf_datagram){to[p].local, {octets[p][i], sizeof octets[p][i]}};
            }
        }
        cf_sender_put(sender, &from, out, PEERS * RUN);
        cf_sender_flush(sender);
        assert_int_equal(cf_sender_lost(sender), 0);
        for (size_t p = 0; p < PEERS; p++) {
            assert_int_equal(cf_udp_receive(&to[p], buffer, 128, in, CF_UDP_BATCH_MAX), RUN);
            for (size_t i = 0; i < RUN; i++) {
                assert_int_equal(in[i].bytes.len, sizeof octets[p][i]);
                assert_memory_equal(in[i].bytes.at, octets[p][i], sizeof octets[p][i]);
            }
            cf_udp_close(&to[p]);
        }
        assert_true(from.can_segment);
        cf_udp_on_run_refused(&from, EIO);
        assert_false(from.can_segment);
        cf_sender_destroy(&sender);
        cf_udp_close(&from);
    }
}

CF_TEST_MAIN(cmocka_unit_test(senders_serve_many_sockets), cmocka_unit_test(sockets_that_sent_leave_their_ports),
             cmocka_unit_test(a_ring_sends_long_runs), cmocka_unit_test(runs_are_of_one_peer_and_one_length),
             cmocka_unit_test(runs_arrive_as_datagrams), cmocka_unit_test(refused_runs_go_one_by_one),
             cmocka_unit_test(sends_and_receives_in_batches), cmocka_unit_test(drops_datagrams_that_do_not_fit),
             cmocka_unit_test(survives_unreachable_peers), cmocka_unit_test(says_when_a_port_is_taken),
             cmocka_unit_test(tells_who_is_unreachable_over_ip4), cmocka_unit_test(tells_who_is_unreachable_over_ip6),
             cmocka_unit_test(an_outbox_keeps_order_and_sends_when_it_is_full))
