/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handshakes for tests: the shape of DTLS (records, cookies, four flights, certificates by their first octet) or of ZRTP (each
 * says hello and confirms) without any cryptography. Keys are the parties' first octets.
 */
#ifndef CF_TESTS_LIB_TEST_HANDSHAKE_H
#define CF_TESTS_LIB_TEST_HANDSHAKE_H

#include "core/media/handshake.h"

/** A provider. */
struct test_handshakes {
    struct cf_handshakes table; /**< give &h.table to the code under test */
    const struct cf_mem *mem;
    bool is_zrtp;
    bool fails_to_open;
    size_t open;       /**< handshakes that are open */
    size_t open_count; /**< that were ever opened */
};

/** First octet of messages in test records. */
enum test_message {
    TEST_CLIENT_HELLO = 1,
    TEST_SERVER_HELLO = 2,
    TEST_HELLO_VERIFY = 3,
    TEST_BREAK = 9,        /**< makes the receiver's handshake fail */
    TEST_CLIENT_LAST = 20, /**< in epoch 1 */
    TEST_SERVER_LAST = 21, /**< in epoch 1 */
};

/** Longest record that is made here. */
#define TEST_RECORD_MAX 32

/** A provider over @p mem. */
void test_handshakes_init(struct test_handshakes *h, const struct cf_mem *mem, bool is_zrtp);

/** Terms for who has certificate @p ours and was promised @p theirs. */
struct cf_media_security test_security(enum cf_keying keying, enum cf_dtls_role role, uint8_t ours, uint8_t theirs);

/** A record of DTLS: type 22, @p epoch, and a message with two octets more. Its length. */
size_t test_record(uint8_t *out, uint16_t epoch, enum test_message message, uint8_t who, uint8_t cookie);

/** The cookie for @p address. */
uint8_t test_cookie(const struct cf_addr *address);

#endif
