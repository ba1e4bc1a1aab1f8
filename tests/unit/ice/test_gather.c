/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bases that ask a STUN server for their reflexive addresses. */
#include "core/ice/gather.h"

#include "core/endpoint/stun.h"
#include "core/stun/build.h"
#include "lib/test.h"
#include "lib/test_entropy.h"

static struct cf_ice_gather gather;
static struct test_entropy entropy;
static const struct cf_addr server = {.family = CF_FAMILY_IP4, .ip = {198, 51, 100, 1}, .port = 3478};
static const struct cf_addr base = {.family = CF_FAMILY_IP4, .ip = {10, 0, 0, 2}, .port = 4000};
static const struct cf_addr other = {.family = CF_FAMILY_IP4, .ip = {10, 0, 0, 2}, .port = 4001};
static const struct cf_addr outside = {.family = CF_FAMILY_IP4, .ip = {203, 0, 113, 7}, .port = 61000};

static int begin(void **state) {
    (void)state;
    test_entropy_init(&entropy, 7);
    cf_ice_gather_init(&gather, &entropy.entropy, &server);
    return 0;
}

/* The next request, copied, as the server would get it. */
static size_t take(struct cf_addr *ret_base, uint8_t *room) {
    struct cf_span datagram;
    assert_true(cf_ice_gather_poll_send(&gather, ret_base, &datagram));
    assert_int_equal(datagram.len, CF_ICE_GATHER_REQUEST_LEN);
    memcpy(room, datagram.at, datagram.len);
    return datagram.len;
}

static struct cf_span answer(const uint8_t *request, size_t len, const struct cf_addr *seen, char *room, size_t size) {
    struct cf_writer w;
    cf_writer_init(&w, room, size);
    assert_true(cf_stun_answer((struct cf_span){request, len}, seen, &w));
    return (struct cf_span){(const uint8_t *)room, w.len};
}

static void an_answer_tells_how_it_looks_from_outside(void **state) {
    (void)state;
    uint8_t request[64];
    char room[128];
    struct cf_addr from;
    struct cf_ice_reflexive found;
    assert_true(cf_ice_gather_is_done(&gather));
    assert_true(cf_ice_gather_add(&gather, &base, CF_SEC(1)));
    assert_true(cf_ice_gather_add(&gather, &other, CF_SEC(1)));
    assert_false(cf_ice_gather_is_done(&gather));
    size_t len = take(&from, request);
    assert_true(cf_addr_eq(&from, &base));
    struct cf_span reply = answer(request, len, &outside, room, sizeof room);
    len = take(&from, request);
    assert_true(cf_addr_eq(&from, &other));
    /* Not at another base, nor from somebody else; the first answer counts, a copy changes nothing. */
    assert_false(cf_ice_gather_receive(&gather, &other, &server, reply));
    assert_false(cf_ice_gather_receive(&gather, &base, &outside, reply));
    assert_true(cf_ice_gather_receive(&gather, &base, &server, reply));
    assert_true(cf_ice_gather_poll_found(&gather, &found));
    assert_true(cf_addr_eq(&found.base, &base) && cf_addr_eq(&found.addr, &outside));
    assert_true(cf_ice_gather_receive(&gather, &base, &server, reply));
    assert_false(cf_ice_gather_poll_found(&gather, &found));
    assert_false(cf_ice_gather_is_done(&gather));
    reply = answer(request, len, &other, room, sizeof room);
    assert_true(cf_ice_gather_receive(&gather, &other, &server, reply));
    assert_true(cf_ice_gather_poll_found(&gather, &found));
    assert_true(cf_addr_eq(&found.addr, &found.base));
    assert_true(cf_ice_gather_is_done(&gather));
}

static void requests_go_out_again_and_come_to_an_end(void **state) {
    (void)state;
    uint8_t first[64];
    uint8_t again[64];
    struct cf_addr from;
    struct cf_span none;
    cf_usec now = CF_SEC(5);
    assert_true(cf_ice_gather_add(&gather, &base, now));
    (void)take(&from, first);
    for (unsigned i = 1; i < CF_ICE_GATHER_SENDS; i++) {
        cf_usec due = cf_ice_gather_deadline(&gather);
        assert_int_equal(due - now, CF_MSEC(500) << (i - 1));
        cf_ice_gather_on_deadline(&gather, due - 1);
        assert_false(cf_ice_gather_poll_send(&gather, &from, &none));
        now = due;
        cf_ice_gather_on_deadline(&gather, now);
        assert_memory_equal(again, first, take(&from, again)); /* the same transaction */
    }
    cf_ice_gather_on_deadline(&gather, cf_ice_gather_deadline(&gather));
    assert_false(cf_ice_gather_poll_send(&gather, &from, &none));
    assert_true(cf_ice_gather_is_done(&gather));
    assert_int_equal(cf_ice_gather_deadline(&gather), CF_USEC_NEVER);
}

static void errors_and_nonsense_find_nothing(void **state) {
    (void)state;
    uint8_t request[64];
    char room[128];
    struct cf_addr from;
    struct cf_writer w;
    struct cf_ice_reflexive found;
    assert_true(cf_ice_gather_add(&gather, &base, 0));
    size_t len = take(&from, request);
    assert_true(cf_ice_gather_receive(&gather, &base, &server, (struct cf_span){request, len})); /* our own, sent back */
    assert_false(cf_ice_gather_is_done(&gather));
    struct cf_span reply = answer(request, len, &outside, room, sizeof room);
    for (size_t cut = 0; cut < reply.len; cut++) {
        assert_false(cf_ice_gather_receive(&gather, &base, &server, (struct cf_span){reply.at, cut}));
    }
    cf_writer_init(&w, room, sizeof room);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_ERROR, CF_STUN_BINDING, request + 8);
    cf_stun_put_error(&b, 400);
    assert_true(cf_ice_gather_receive(&gather, &base, &server, (struct cf_span){(const uint8_t *)room, w.len}));
    assert_true(cf_ice_gather_is_done(&gather));
    assert_false(cf_ice_gather_poll_found(&gather, &found));
}

static void bases_come_and_go(void **state) {
    (void)state;
    struct cf_addr at = base;
    struct cf_addr six = {.family = CF_FAMILY_IP6, .port = 1};
    struct cf_addr from;
    struct cf_span datagram;
    assert_false(cf_ice_gather_add(&gather, &six, 0));
    for (size_t i = 0; i < CF_ICE_GATHER_MAX; i++) {
        at.port = (uint16_t)(5000 + i);
        assert_true(cf_ice_gather_add(&gather, &at, 0));
    }
    assert_false(cf_ice_gather_add(&gather, &base, 0));
    cf_ice_gather_remove(&gather, &base); /* is not there */
    for (size_t i = 0; i < CF_ICE_GATHER_MAX; i++) {
        at.port = (uint16_t)(5000 + i);
        cf_ice_gather_remove(&gather, &at);
    }
    assert_true(cf_ice_gather_is_done(&gather));
    assert_false(cf_ice_gather_poll_send(&gather, &from, &datagram));
}

#define T(name) cmocka_unit_test_setup(name, begin)

CF_TEST_MAIN(T(an_answer_tells_how_it_looks_from_outside), T(requests_go_out_again_and_come_to_an_end),
             T(errors_and_nonsense_find_nothing), T(bases_come_and_go))
