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
};

static void *send_all(void *ctx) {
    struct cf_mailbox *mailbox = ctx;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        struct message message = {i, 2 * i};
        while (!cf_mailbox_put(mailbox, &message)) {
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
    assert_ok(cf_mailbox_create(sizeof(struct message), 1000, &mailbox));
    assert_ok(cf_thread_start(&thread, "sender", send_all, mailbox));
    while (expected < MESSAGES) {
        struct pollfd readable = {.fd = cf_mailbox_fd(mailbox), .events = POLLIN};
        struct message message;
        assert_int_equal(poll(&readable, 1, 10000), 1);
        cf_mailbox_hush(mailbox);
        while (cf_mailbox_take(mailbox, &message)) {
            assert_int_equal(message.number, expected);
            assert_int_equal(message.twice, 2 * expected);
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
    int message = 1;
    assert_ok(cf_mailbox_create(sizeof message, 3, &mailbox));
    for (int i = 0; i < 4; i++) {
        assert_true(cf_mailbox_put(mailbox, &message));
    }
    assert_false(cf_mailbox_put(mailbox, &message));
    assert_true(cf_mailbox_take(mailbox, &message));
    assert_true(cf_mailbox_put(mailbox, &message));
    cf_mailbox_destroy(&mailbox);
}

CF_TEST_MAIN(cmocka_unit_test(keeps_order_between_threads), cmocka_unit_test(refuses_when_full))
