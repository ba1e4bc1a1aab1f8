/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mailbox between two threads: everything arrives once and in order. */
#include "shell/mailbox/mailbox.h"

#include "lib/test.h"
#include "shell/thread/thread.h"
#include <poll.h>

#define MESSAGES 200000U

struct message {
    uint32_t number;
    uint32_t twice;
    uint8_t rest[100]; /* so many octets are sent of it as the number says */
};

static size_t len_of(uint32_t number) {
    return offsetof(struct message, rest) + number % sizeof(((struct message *)NULL)->rest);
}

static void *send_all(void *ctx) {
    struct cf_mailbox *mailbox = ctx;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        struct message message = {.number = i, .twice = 2 * i};
        memset(message.rest, (int)(i & 0xff), sizeof message.rest);
        while (!cf_mailbox_put(mailbox, &message, len_of(i))) {
            cf_mailbox_ring(mailbox);
        }
        if (i % 16 == 15) {
            cf_mailbox_ring(mailbox);
        }
    }
    cf_mailbox_ring(mailbox);
    return NULL;
}

static void keeps_order_between_threads(void **state) {
    (void)state;
    struct cf_mailbox *mailbox = NULL;
    struct cf_thread thread;
    uint32_t expected = 0;
    assert_ok(cf_mailbox_create(sizeof(struct message), 3000, &mailbox));
    assert_ok(cf_thread_start(&thread, "sender", send_all, mailbox));
    while (expected < MESSAGES) {
        struct pollfd readable = {.fd = cf_mailbox_fd(mailbox), .events = POLLIN};
        struct message message;
        assert_int_equal(poll(&readable, 1, 10000), 1);
        cf_mailbox_hush(mailbox);
        while (cf_mailbox_take(mailbox, &message)) {
            assert_int_equal(message.number, expected);
            assert_int_equal(message.twice, 2 * expected);
            for (size_t i = offsetof(struct message, rest); i < len_of(expected); i++) {
                assert_int_equal(((const uint8_t *)&message)[i], expected & 0xff);
            }
            expected++;
        }
    }
    cf_thread_join(&thread);
    cf_thread_join(&thread);
    cf_mailbox_destroy(&mailbox);
    assert_null(mailbox);
}

static void refuses_when_full(void **state) {
    (void)state;
    struct cf_mailbox *mailbox = NULL;
    uint64_t message = 1;
    size_t count = 0;
    assert_ok(cf_mailbox_create(sizeof message, 128, &mailbox));
    while (cf_mailbox_put(mailbox, &message, sizeof message)) {
        count++;
    }
    assert_int_equal(count, 4); /* 32 octets each */
    assert_true(cf_mailbox_take(mailbox, &message));
    assert_true(cf_mailbox_put(mailbox, &message, sizeof message));
    assert_false(cf_mailbox_put(mailbox, &message, sizeof message));
    assert_false(cf_mailbox_put(mailbox, &message, 0));
    cf_mailbox_destroy(&mailbox);
}

static void what_is_too_long_is_refused_and_the_longest_fits(void **state) {
    (void)state;
    struct cf_mailbox *mailbox = NULL;
    uint8_t message[1001] = {7};
    assert_ok(cf_mailbox_create(1000, 1, &mailbox));
    assert_false(cf_mailbox_put(mailbox, message, 1001));
    for (int i = 0; i < 50; i++) {
        assert_true(cf_mailbox_put(mailbox, message, 1000));
        assert_true(cf_mailbox_take(mailbox, message));
        assert_int_equal(message[0], 7);
        assert_false(cf_mailbox_take(mailbox, message));
    }
    cf_mailbox_destroy(&mailbox);
}

static void what_was_cut_off_stays_as_it_was(void **state) {
    (void)state;
    struct cf_mailbox *mailbox = NULL;
    struct message message = {.number = 1, .twice = 2};
    assert_ok(cf_mailbox_create(sizeof message, 1000, &mailbox));
    assert_true(cf_mailbox_put(mailbox, &message, sizeof message.number));
    message = (struct message){.number = 5, .twice = 6};
    assert_true(cf_mailbox_take(mailbox, &message));
    assert_int_equal(message.number, 1);
    assert_int_equal(message.twice, 6);
    cf_mailbox_destroy(&mailbox);
}

/* Wherever in its ring an empty mailbox stands, a burst finds all of its room but what is skipped at the end. */
static void an_empty_one_has_room_for_a_burst(void **state) {
    (void)state;
    struct cf_mailbox *mailbox = NULL;
    struct message message = {.number = 1};
    size_t octets = (size_t)1 << 20;
    size_t least = octets / 144 - 2; /* 108 octets and what stands before them, in steps of 16 */
    assert_ok(cf_mailbox_create(sizeof message, octets, &mailbox));
    for (int round = 0; round < 50; round++) {
        size_t count = 0;
        while (cf_mailbox_put(mailbox, &message, sizeof message)) {
            count++;
        }
        assert_true(count >= least);
        while (cf_mailbox_take(mailbox, &message)) {
            count--;
        }
        assert_int_equal(count, 0);
        for (int i = 0; i < round; i++) {
            assert_true(cf_mailbox_put(mailbox, &message, (size_t)round));
            assert_true(cf_mailbox_take(mailbox, &message));
        }
    }
    cf_mailbox_destroy(&mailbox);
}

static bool is_rung(const struct cf_mailbox *mailbox) {
    struct pollfd poll_fd = {.fd = cf_mailbox_fd(mailbox), .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 1;
}

static void rings_again_once_it_was_hushed(void **state) {
    (void)state;
    struct cf_mailbox *mailbox = NULL;
    assert_ok(cf_mailbox_create(8, 128, &mailbox));
    for (int i = 0; i < 3; i++) {
        assert_false(is_rung(mailbox));
        cf_mailbox_ring(mailbox);
        cf_mailbox_ring(mailbox);
        assert_true(is_rung(mailbox));
        cf_mailbox_hush(mailbox);
    }
    cf_mailbox_hush(mailbox);
    cf_mailbox_ring(mailbox);
    assert_true(is_rung(mailbox));
    cf_mailbox_destroy(&mailbox);
}

CF_TEST_MAIN(cmocka_unit_test(an_empty_one_has_room_for_a_burst), cmocka_unit_test(rings_again_once_it_was_hushed),
             cmocka_unit_test(keeps_order_between_threads), cmocka_unit_test(refuses_when_full),
             cmocka_unit_test(what_is_too_long_is_refused_and_the_longest_fits),
             cmocka_unit_test(what_was_cut_off_stays_as_it_was))
