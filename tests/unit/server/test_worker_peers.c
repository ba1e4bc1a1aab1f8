/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rings between media workers: parcels come once and in order, and what there is no room for is the sender's. */
#include "server/worker_peers.h"

#include "core/media/parcel.h"
#include "lib/test.h"
#include "shell/thread/thread.h"
#include <poll.h>
#include <stdlib.h>

#define PARCELS 20000U
#define LONGEST ((size_t)40 * 1024)

static struct cf_worker_rings rings;

/* A parcel is its number, and a length and octets that follow from it. */
static size_t len_of(uint32_t number) {
    return sizeof number + number * 977U % LONGEST;
}

static bool put_number(struct cf_worker_peers *peers, uint32_t number) {
    static uint8_t octets[LONGEST + sizeof number];
    size_t len = len_of(number);
    memset(octets, (int)(number & 0xff), len);
    memcpy(octets, &number, sizeof number);
    return cf_worker_peers_put(peers, 1, (struct cf_span){octets, len}, number % 2 == 0);
}

static void *send_all(void *ctx) {
    struct cf_worker_peers peers = {.rings = ctx, .worker = 0};
    for (uint32_t i = 0; i < PARCELS; i++) {
        while (!put_number(&peers, i)) {
            cf_worker_peers_ring(&peers);
        }
        if (i % 4 == 3) {
            cf_worker_peers_ring(&peers);
        }
    }
    cf_worker_peers_ring(&peers);
    return NULL;
}

static void check_parcel(const uint8_t *octets, size_t len, uint32_t expected) {
    uint32_t number;
    assert_int_equal(len, len_of(expected));
    memcpy(&number, octets, sizeof number);
    assert_int_equal(number, expected);
    assert_int_equal(octets[len - 1], len > sizeof number ? expected & 0xff : octets[len - 1]);
}

static void parcels_keep_their_order_between_threads(void **state) {
    (void)state;
    struct cf_thread thread;
    uint32_t expected = 0;
    uint8_t *buffer = malloc(CF_PARCEL_OCTETS);
    assert_non_null(buffer);
    assert_ok(cf_worker_rings_init(&rings, 2));
    struct cf_worker_peers peers = {.rings = &rings, .worker = 1};
    assert_ok(cf_thread_start(&thread, "sender", send_all, &rings));
    while (expected < PARCELS) {
        struct pollfd readable = {.fd = cf_worker_peers_fd(&peers, 0), .events = POLLIN};
        assert_int_equal(poll(&readable, 1, 10000), 1);
        cf_worker_peers_hush(&peers, 0);
        size_t len = 1;
        for (size_t i = 0; i < 7 && len > 0; i++) {
            len = cf_worker_peers_take(&peers, 0, buffer);
            if (len > 0) {
                check_parcel(buffer, len, expected++);
            }
        }
        if (len > 0) {
            cf_worker_peers_again(&peers, 0); /* as a worker does that lets its sockets have their turn */
        }
    }
    cf_thread_join(&thread);
    cf_worker_rings_fini(&rings);
    free(buffer);
}

static void packets_leave_room_for_what_must_not_be_lost(void **state) {
    (void)state;
    static uint8_t octets[100000];
    const struct cf_span parcel = {octets, sizeof octets};
    assert_ok(cf_worker_rings_init(&rings, 3));
    struct cf_worker_peers peers = {.rings = &rings, .worker = 2};
    size_t packets = 0;
    while (cf_worker_peers_put(&peers, 0, parcel, false)) {
        packets++;
    }
    size_t others = 0;
    while (cf_worker_peers_put(&peers, 0, parcel, true)) {
        others++;
    }
    assert_true(packets >= 10 && others >= 3);
    /* The ring to another worker is another's; there is none to oneself, nor to workers that are not there. */
    assert_true(cf_worker_peers_put(&peers, 1, parcel, false));
    assert_false(cf_worker_peers_put(&peers, 2, parcel, true));
    assert_false(cf_worker_peers_put(&peers, 3, parcel, true));
    assert_int_equal(cf_worker_peers_fd(&peers, 2), -1);
    assert_int_equal(cf_worker_peers_fd(&peers, 15), -1);
    cf_worker_peers_ring(&peers);
    cf_worker_rings_fini(&rings);
    /* Alone. */
    struct cf_worker_peers alone = {.rings = NULL};
    assert_false(cf_worker_peers_put(&alone, 1, parcel, true));
    assert_int_equal(cf_worker_peers_fd(&alone, 1), -1);
}

CF_TEST_MAIN(cmocka_unit_test(parcels_keep_their_order_between_threads),
             cmocka_unit_test(packets_leave_room_for_what_must_not_be_lost))
