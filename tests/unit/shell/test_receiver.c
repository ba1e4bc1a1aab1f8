/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both kinds of receiver on loopback: what is sent is queued at the receiver when the send returns, so nothing waits here but for
 * what epoll says at once. */
#include "shell/udp/receiver.h"
#include "shell/udp/sockaddr.h"

#include "lib/test_udp.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOT 64
#define RING 1000000
#define ALONE "127.0.0.78:0" /* no other test has ports of it: what was closed can be demanded back */
#define SOCKETS_MAX 300

/* A receiver with the epoll and the sockets that a worker would have. */
struct world {
    enum cf_receiver_kind kind;
    int epoll;
    struct cf_receiver *receiver;
    struct cf_udp sockets[SOCKETS_MAX];
    struct cf_udp sender;
    size_t seen;
    uint8_t next[SOCKETS_MAX]; /* what comes next to each, by its first octet */
};

static struct world world;

/* False: there is no such receiver on this kernel. */
static bool begin(int kind) {
    memset(&world, 0, sizeof world);
    world.kind = (enum cf_receiver_kind)kind;
    world.epoll = epoll_create1(EPOLL_CLOEXEC);
    struct cf_receiver_config config = {.kind = world.kind, .epoll = world.epoll, .ring_tag = RING, .slot = SLOT};
    enum cf_err err = cf_receiver_create(&config, &world.receiver);
    if (kind == CF_RECEIVER_RING && err == CF_ERR_UNSUPPORTED) {
        close(world.epoll);
        return false;
    }
    assert_ok(err);
    world.sender = test_udp_open("127.0.0.1:0");
    return true;
}

static void end(void) {
    cf_receiver_destroy(&world.receiver);
    cf_receiver_destroy(&world.receiver);
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (world.sockets[i].fd > 0) {
            cf_udp_close(&world.sockets[i]);
        }
    }
    cf_udp_close(&world.sender);
    close(world.epoll);
}

static void add(uint32_t number) {
    world.sockets[number] = test_udp_open(ALONE);
    assert_ok(cf_receiver_add(world.receiver, number, &world.sockets[number], world.kind));
}

static void send_to(uint32_t number, const void *octets, size_t len) {
    struct cf_datagram out = {world.sockets[number].local, {octets, len}};
    assert_int_equal(cf_udp_send(&world.sender, &out, 1), 1);
}

static void send_numbered(uint32_t number, uint8_t count) {
    for (uint8_t i = 0; i < count; i++) {
        send_to(number, &i, 1);
    }
}

/* One wait that does not sleep; what it says is taken. False: nothing was said. */
static bool take(struct cf_received *ret, size_t max, size_t *ret_count) {
    struct epoll_event ready;
    if (epoll_wait(world.epoll, &ready, 1, 0) != 1) {
        return false;
    }
    uint32_t number = ready.data.u32;
    *ret_count = cf_receiver_take(world.receiver, number, number == RING ? NULL : &world.sockets[number], ret, max);
    return true;
}

/* Take until nothing is said any more, @p max at a time; octets count up by socket. */
static void take_all(size_t max) {
    struct cf_received received[CF_UDP_BATCH_MAX];
    size_t count = 0;
    for (unsigned turns = 0; take(received, max, &count); turns++) {
        assert_true(turns < 100000);
        for (size_t i = 0; i < count; i++) {
            assert_true(received[i].number < SOCKETS_MAX);
            assert_int_equal(received[i].len, 1);
            assert_int_equal(received[i].at[0], world.next[received[i].number]++);
            assert_true(cf_addr_eq(&received[i].from, &world.sender.local));
            received[i].at[0] = 0xEE; /* it may be decrypted in place */
        }
        world.seen += count;
        cf_receiver_release(world.receiver);
    }
}

static void takes_all_of_each_socket_in_order(void **state) {
    (void)state;
    static const size_t rooms[] = {1, 7, 64};
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        for (size_t r = 0; r < 3 && begin(kind); r++) {
            for (uint32_t i = 0; i < 5; i++) {
                add(i);
            }
            for (uint32_t i = 0; i < 5; i++) {
                send_numbered(i, 200);
            }
            take_all(rooms[r]);
            assert_int_equal(world.seen, 1000);
            send_numbered(3, 0);
            take_all(rooms[r]);
            assert_int_equal(world.seen, 1000);
            end();
        }
    }
}

/* Far more sockets have something than there are buffers, and what is taken is kept for a while: nothing is lost, and sockets
 * that found no buffer are heard again. */
static void running_out_of_buffers_loses_nothing(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        if (!begin(kind)) {
            continue;
        }
        for (uint32_t i = 0; i < SOCKETS_MAX; i++) {
            add(i);
        }
        for (unsigned round = 1; round <= 3; round++) {
            for (uint32_t i = 0; i < SOCKETS_MAX; i++) {
                send_numbered(i, 3);
                world.next[i] = 0;
            }
            struct cf_received held[CF_UDP_BATCH_MAX];
            size_t count = 0;
            assert_true(take(held, 2, &count));
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(held[i].at[0], world.next[held[i].number]++);
            }
            world.seen += count;
            take_all(CF_UDP_BATCH_MAX);
            assert_int_equal(world.seen, round * 3 * SOCKETS_MAX);
        }
        end();
    }
}

#define FLOODED 8U
#define WAIT_MAX 448U /* three times all buffers and a batch; without a turn of its own it waits longer */

/* Some sockets have more than there are buffers, all the time. Another one, to which something comes now and then, finds no
 * buffer, and is the first to get one when there are some again. */
static void a_flood_keeps_nobody_else_waiting(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        size_t waited = 0; /* datagrams of others that were given out meanwhile */
        size_t longest = 0;
        bool waits = false;
        if (!begin(kind)) {
            continue;
        }
        for (uint32_t i = 0; i <= FLOODED; i++) {
            add(i);
        }
        for (unsigned turn = 0; turn < 300; turn++) {
            struct cf_received received[CF_UDP_BATCH_MAX];
            size_t count = 0;
            for (uint32_t i = 0; i < FLOODED; i++) {
                send_numbered(i, turn == 0 ? 100 : CF_UDP_BATCH_MAX / FLOODED);
            }
            if (!waits && turn % 7 == 3) {
                send_numbered(FLOODED, 1);
                waits = true;
                waited = 0;
            }
            assert_true(take(received, CF_UDP_BATCH_MAX, &count));
            for (size_t i = 0; i < count; i++) {
                waits = waits && received[i].number != FLOODED;
                waited += waits;
            }
            longest = waited > longest ? waited : longest;
            cf_receiver_release(world.receiver);
        }
        assert_true(longest > 0 && longest <= (kind == CF_RECEIVER_RING ? WAIT_MAX : FLOODED * CF_UDP_BATCH_MAX));
        end();
    }
}

/* Without a release there is an end of buffers; nothing is overwritten, and all the rest comes after it. */
static void what_was_taken_stays_until_the_release(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        static struct cf_received held[1000];
        size_t have = 0;
        size_t count = 1;
        if (!begin(kind)) {
            continue;
        }
        add(0);
        send_numbered(0, 250);
        for (unsigned idle = 0; idle < 3 && have + 10 <= 1000;) {
            bool is_ready = take(held + have, 10, &count);
            idle = is_ready && count > 0 ? 0 : idle + 1;
            have += is_ready ? count : 0;
        }
        assert_true(have >= CF_UDP_BATCH_MAX && have < 250);
        for (size_t i = 0; i < have; i++) {
            assert_int_equal(held[i].at[0], i);
        }
        world.next[0] = (uint8_t)have;
        world.seen = have;
        cf_receiver_release(world.receiver);
        take_all(10);
        assert_int_equal(world.seen, 250);
        end();
    }
}

#define SENT_BY_ANOTHER 20000U
#define IN_FLIGHT_MAX 400U /* of all four sockets: far less than the kernel keeps for each */

/* The other thread, which asserts nothing by itself. */
struct other {
    _Atomic(size_t) taken; /* raised by the receiver */
    size_t refused;        /* to be looked at when the thread has ended */
};

static void *send_at_any_time(void *ctx) {
    struct other *other = ctx;
    for (unsigned i = 0; i < SENT_BY_ANOTHER; i++) {
        uint8_t octet = (uint8_t)(i / 4);
        struct cf_datagram out = {world.sockets[i % 4].local, {&octet, 1}};
        while (i - atomic_load(&other->taken) >= IN_FLIGHT_MAX && i >= IN_FLIGHT_MAX) {
            sched_yield();
        }
        other->refused += cf_udp_send(&world.sender, &out, 1) != 1;
    }
    return NULL;
}

/* Whatever the receiver is about when something comes: it is told of it. */
static void is_woken_whenever_something_comes(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        struct epoll_event ready;
        pthread_t thread;
        struct other other = {.taken = 0};
        if (!begin(kind)) {
            continue;
        }
        for (uint32_t i = 0; i < 4; i++) {
            add(i);
        }
        assert_int_equal(pthread_create(&thread, NULL, send_at_any_time, &other), 0);
        while (world.seen < SENT_BY_ANOTHER) {
            struct cf_received received[3];
            int count_ready = epoll_wait(world.epoll, &ready, 1, 20000);
            if (count_ready < 0 && errno == EINTR) {
                continue; /* the ring of the test before was taken apart */
            }
            assert_int_equal(count_ready, 1);
            uint32_t number = ready.data.u32;
            size_t count = cf_receiver_take(world.receiver, number, number == RING ? NULL : &world.sockets[number], received, 3);
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(received[i].at[0], world.next[received[i].number]++);
            }
            world.seen += count;
            cf_receiver_release(world.receiver);
            atomic_store(&other.taken, world.seen);
        }
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(other.refused, 0);
        end();
    }
}

/* With a ring sockets may be read by calls all the same. */
static void both_ways_go_together(void **state) {
    (void)state;
    if (!begin(CF_RECEIVER_RING)) {
        skip(); /* not on this kernel */
    }
    for (uint32_t i = 0; i < 6; i++) {
        world.kind = i % 2 == 0 ? CF_RECEIVER_RING : CF_RECEIVER_CALLS;
        add(i);
        assert_int_equal(world.sockets[i].receive_slot != 0, world.kind == CF_RECEIVER_RING);
        send_numbered(i, 100);
    }
    take_all(50);
    assert_int_equal(world.seen, 600);
    cf_receiver_remove(world.receiver, &world.sockets[0]);
    cf_receiver_remove(world.receiver, &world.sockets[1]);
    for (uint32_t i = 0; i < 6; i++) {
        world.next[i] = 0;
        send_numbered(i, 1);
    }
    take_all(50);
    assert_int_equal(world.seen, 604);
    end();
}

static void too_long_ones_are_dropped_and_empty_ones_are_not(void **state) {
    (void)state;
    static const uint8_t octets[SLOT + 1];
    static const size_t lens[] = {SLOT, SLOT + 1, 0, 1, 0, SLOT + 1, SLOT};
    static const size_t kept[] = {SLOT, 0, 1, 0, SLOT};
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        struct cf_received received[8];
        size_t have = 0;
        size_t count = 0;
        if (!begin(kind)) {
            continue;
        }
        add(7);
        for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
            send_to(7, octets, lens[i]);
        }
        while (take(received, 8, &count)) {
            for (size_t i = 0; i < count; i++) {
                assert_true(have < 5);
                assert_int_equal(received[i].len, kept[have++]);
            }
            cf_receiver_release(world.receiver);
        }
        assert_int_equal(have, 5);
        end();
    }
}

/* What an ICMP error of an earlier datagram ends goes on by itself. */
static void survives_unreachable_peers(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        if (!begin(kind)) {
            continue;
        }
        add(0);
        struct sockaddr_storage name;
        struct cf_udp gone = test_udp_open(ALONE);
        struct cf_datagram out = {gone.local, {(const uint8_t *)"x", 1}};
        cf_udp_close(&gone);
        for (uint8_t i = 0; i < 3; i++) {
            /* Only a connected socket is told; what comes after is from somebody else. */
            socklen_t len = cf_addr_to_sockaddr(&gone.local, &name);
            assert_int_equal(connect(world.sockets[0].fd, (struct sockaddr *)&name, len), 0);
            assert_int_equal(cf_udp_send(&world.sockets[0], &out, 1), 1);
            len = cf_addr_to_sockaddr(&world.sender.local, &name);
            assert_int_equal(connect(world.sockets[0].fd, (struct sockaddr *)&name, len), 0);
            send_to(0, &i, 1);
            take_all(8);
            assert_int_equal(world.seen, i + 1U);
        }
        end();
    }
}

/* A socket that is closed while the kernel has been asked for all that comes: its port is free at once, whatever other sockets
 * wait for, and nothing that came before is given out under its number, which may be another's by then. */
static void a_removed_socket_is_silent_and_its_port_is_free(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        if (!begin(kind)) {
            continue;
        }
        add(1);
        for (unsigned i = 0; i < 1000; i++) {
            add(0);
            if (i % 50 == 0) { /* others go on, that were asked before and after */
                add(i / 50 + 2);
            }
            send_numbered(0, 5);
            if (i % 2 == 0) { /* some of it was given out, some is waiting */
                struct cf_received received[2];
                size_t count = 0;
                for (size_t have = 0; have < 2; have += count) { /* what is left of the one before comes to nothing */
                    assert_true(take(received + have, 2 - have, &count));
                }
                cf_receiver_remove(world.receiver, &world.sockets[0]);
                assert_int_equal(received[0].at[0], 0);
                assert_int_equal(received[1].at[0], 1);
                cf_receiver_release(world.receiver);
            } else {
                cf_receiver_remove(world.receiver, &world.sockets[0]);
            }
            test_udp_close_and_demand(&world.sockets[0]);
            if (i % 3 == 0) {
                take_all(8);
                assert_int_equal(world.seen, 0);
            }
        }
        send_numbered(1, 3);
        take_all(8);
        assert_int_equal(world.seen, 3);
        end();
    }
}

/* When a receiver has been destroyed the ports of its sockets are free as soon as they are closed. */
static void a_destroyed_receiver_holds_no_port(void **state) {
    (void)state;
    for (int kind = CF_RECEIVER_CALLS; kind <= CF_RECEIVER_RING; kind++) {
        if (!begin(kind)) {
            continue;
        }
        for (uint32_t i = 0; i < SOCKETS_MAX; i++) {
            add(i);
            send_numbered(i, 1);
        }
        cf_receiver_destroy(&world.receiver);
        for (uint32_t i = 0; i < SOCKETS_MAX; i++) {
            assert_int_equal(world.sockets[i].receive_slot, 0);
            test_udp_close_and_demand(&world.sockets[i]);
        }
        end();
    }
}

CF_TEST_MAIN(cmocka_unit_test(takes_all_of_each_socket_in_order), cmocka_unit_test(running_out_of_buffers_loses_nothing),
             cmocka_unit_test(a_flood_keeps_nobody_else_waiting), cmocka_unit_test(what_was_taken_stays_until_the_release),
             cmocka_unit_test(too_long_ones_are_dropped_and_empty_ones_are_not), cmocka_unit_test(survives_unreachable_peers),
             cmocka_unit_test(both_ways_go_together), cmocka_unit_test(is_woken_whenever_something_comes),
             cmocka_unit_test(a_removed_socket_is_silent_and_its_port_is_free),
             cmocka_unit_test(a_destroyed_receiver_holds_no_port))
