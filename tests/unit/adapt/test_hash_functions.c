/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes over OpenSSL: known answers, in pieces, from several threads at once. */
#include "adapt/openssl/hash.h"

#include "lib/test.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS 4

static struct cf_span span_of(const char *text) {
    return (struct cf_span){(const uint8_t *)text, strlen(text)};
}

static void is_hex(const uint8_t *octets, size_t len, const char *expected) {
    char hex[2 * 64 + 1];
    for (size_t i = 0; i < len; i++) {
        snprintf(hex + 2 * i, 3, "%02x", octets[i]);
    }
    assert_string_equal(hex, expected);
}

/* RFC 1321 section A.5, FIPS 180-4's examples. */
static void digests_are_those_of_the_standards(void **state) {
    (void)state;
    const struct cf_hash *hash = cf_openssl_hash();
    const struct cf_span parts[] = {span_of("a"), span_of(""), span_of("bc")};
    uint8_t out[64];
    assert_true(hash->md5(hash->ctx, parts, 3, out));
    is_hex(out, 16, "900150983cd24fb0d6963f7d28e17f72");
    assert_true(hash->sha256(hash->ctx, parts, 3, out));
    is_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(hash->sha512_256(hash->ctx, parts, 3, out));
    is_hex(out, 32, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
    const struct cf_span abc = span_of("abc");
    assert_true(cf_openssl_sha1(abc, out));
    is_hex(out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

/* RFC 4231 sections 4.2, 4.3, 4.7: keys shorter and longer than a block. */
static void hmacs_are_those_of_rfc_4231(void **state) {
    (void)state;
    static const struct {
        uint8_t fill;
        size_t key_len;
        const char *key;
        const char *text;
        const char *expected;
    } cases[] = {
        {0x0b, 20, NULL, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {0, 4, "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {0xaa, 131, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    const struct cf_hash *hash = cf_openssl_hash();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t key[131];
        uint8_t out[32];
        memset(key, cases[i].fill, sizeof key);
        if (cases[i].key != NULL) {
            memcpy(key, cases[i].key, cases[i].key_len);
        }
        struct cf_span text = span_of(cases[i].text);
        const struct cf_span parts[] = {{text.at, 3}, {text.at + 3, text.len - 3}};
        assert_true(hash->hmac_sha256(hash->ctx, (struct cf_span){key, cases[i].key_len}, parts, 2, out));
        is_hex(out, sizeof out, cases[i].expected);
    }
    uint8_t out[32];
    assert_true(hash->hmac_sha256(hash->ctx, (struct cf_span){NULL, 0}, NULL, 0, out));
    is_hex(out, sizeof out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void *hash_often(void *ret) {
    const struct cf_hash *hash = cf_openssl_hash();
    const struct cf_span abc = span_of("abc");
    uint8_t out[64];
    bool is_right = true;
    for (unsigned i = 0; i < 200; i++) {
        is_right = is_right && hash->sha256(hash->ctx, &abc, 1, out) && out[0] == 0xba && hash->md5(hash->ctx, &abc, 1, out) &&
                   out[0] == 0x90 && hash->sha512_256(hash->ctx, &abc, 1, out) && out[0] == 0x53;
    }
    *(bool *)ret = is_right;
    return NULL;
}

/* Whoever is first looks the algorithms up. */
static void several_threads_begin_at_once(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    bool are_right[THREADS] = {false};
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hash_often, &are_right[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(are_right[i]);
    }
}

CF_TEST_MAIN(cmocka_unit_test(several_threads_begin_at_once), cmocka_unit_test(digests_are_those_of_the_standards),
             cmocka_unit_test(hmacs_are_those_of_rfc_4231))
