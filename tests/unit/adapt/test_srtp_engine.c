/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SRTP engines: the self-test, its failure, and want of memory. */
#include "adapt/srtp/engine.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <openssl/crypto.h>
#include <stdlib.h>

static size_t openssl_allocations;

static void *count_malloc(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    openssl_allocations++;
    return malloc(size);
}

static void *count_realloc(void *memory, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    openssl_allocations++;
    return realloc(memory, size);
}

static void count_free(void *memory, const char *file, int line) {
    (void)file;
    (void)line;
    free(memory);
}

static struct cf_srtp_params params_of(enum cf_srtp_suite suite, enum cf_srtp_direction direction) {
    static const uint8_t octets[CF_SRTP_KEY_MAX] = {1, 2, 3};
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    return (struct cf_srtp_params){.suite = suite,
                                   .direction = direction,
                                   .key = {octets, info->key_len},
                                   .salt = {octets, info->salt_len},
                                   .streams_max = 2};
}

/* There and back, once with RTP and once with RTCP. */
static enum cf_err round_trip(const struct cf_packet_crypto *crypto, struct cf_srtp_context *send,
                              struct cf_srtp_context *receive, uint16_t sequence) {
    uint8_t header[12] = {0x80, 96, (uint8_t)(sequence >> 8), (uint8_t)sequence};
    uint8_t out[256];
    size_t len = 0;
    struct cf_protect_job job = {
        .srtp = send, .header = {header, 12}, .payload = {header, 12}, .dst = out, .dst_size = sizeof out};
    crypto->protect(crypto->ctx, &job, 1);
    if (job.err != CF_OK) {
        return job.err;
    }
    struct cf_unprotect_job back = {.srtp = receive, .src = out, .src_len = job.dst_len, .dst = out, .dst_size = sizeof out};
    crypto->unprotect(crypto->ctx, &back, 1);
    if (back.err != CF_OK) {
        return back.err;
    }
    uint8_t report[64] = {0x80, 201, 0, 1, 9, 9, 9, 9};
    enum cf_err err = crypto->protect_rtcp(crypto->ctx, send, (struct cf_span){report, 8}, report, sizeof report, &len);
    return err != CF_OK ? err : crypto->unprotect_rtcp(crypto->ctx, receive, report, len, &len);
}

/* Must be the first test: OpenSSL takes these functions before its first allocation only. */
static void openssl_allocates_nothing_per_packet(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_srtp_engine *engine = NULL;
    assert_int_equal(CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free), 1);
    test_mem_init(&mem);
    assert_ok(cf_srtp_engine_new(&mem.mem, CF_SRTP_LIBRARY_OPENSSL, &engine));
    assert_str(cf_srtp_engine_library(engine), CF_STR("OpenSSL"));
    const struct cf_packet_crypto *crypto = cf_srtp_engine_crypto(engine);
    for (int suite = 1; suite < CF_SRTP_SUITE_COUNT; suite++) {
        struct cf_srtp_context *send = NULL;
        struct cf_srtp_context *receive = NULL;
        struct cf_srtp_params params = params_of((enum cf_srtp_suite)suite, CF_SRTP_SEND);
        assert_ok(crypto->open(crypto->ctx, &params, &send));
        params.direction = CF_SRTP_RECEIVE;
        assert_ok(crypto->open(crypto->ctx, &params, &receive));
        assert_ok(round_trip(crypto, send, receive, 1));
        assert_true(openssl_allocations > 0);
        size_t before = openssl_allocations;
        for (uint16_t sequence = 2; sequence < 100; sequence++) {
            assert_ok(round_trip(crypto, send, receive, sequence));
        }
        assert_int_equal(openssl_allocations, before);
        crypto->close(crypto->ctx, send);
        crypto->close(crypto->ctx, receive);
    }
    cf_srtp_engine_free(engine);
    test_mem_fini(&mem);
}

/* A library like OpenSSL's with one fault. */
static enum { FAULT_NONE, FAULT_CIPHER, FAULT_TAG, FAULT_LATE, FAULT_TRUSTING, FAULT_OPEN } fault;

static void faulty_seal(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    cf_cipher_openssl.seal(state, kind, ops, count);
    if (fault == FAULT_CIPHER && kind == CF_CIPHER_CM_192 && ops[0].len > 0) {
        ops[0].dst[0] ^= 1;
    }
    if (fault == FAULT_TAG && kind == CF_CIPHER_GCM_256) {
        ops[0].tag[15] ^= 1;
    }
    if (fault == FAULT_LATE && kind == CF_CIPHER_CM_128 && count > 7 && ops[7].len > 1000) {
        ops[7].tag[0] ^= 1; /* long packets in the eighth place of a burst only */
    }
}

static void faulty_open(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count) {
    cf_cipher_openssl.open_packets(state, kind, ops, count);
    for (size_t i = 0; i < count && fault == FAULT_TRUSTING; i++) {
        ops[i].is_good = true;
    }
    if (fault == FAULT_OPEN && ops[0].len > 0) {
        ops[0].dst[0] ^= 1;
    }
}

static void does_not_use_a_library_that_fails_its_test(void **state) {
    (void)state;
    struct cf_cipher_library library = cf_cipher_openssl;
    library.seal = faulty_seal;
    library.open_packets = faulty_open;
    for (fault = FAULT_NONE; fault <= FAULT_OPEN; fault++) {
        struct test_mem mem;
        struct cf_srtp_engine *engine = NULL;
        test_mem_init(&mem);
        enum cf_err err = cf_srtp_engine_new_with(&mem.mem, &library, &engine);
        assert_int_equal(err, fault == FAULT_NONE ? CF_OK : CF_ERR_UNSUPPORTED);
        cf_srtp_engine_free(engine);
        test_mem_fini(&mem);
    }
}

/* One that is wrong is passed over, whatever is wrong with it, and packets are good. */
static void takes_the_next_library_if_the_first_is_wrong(void **state) {
    (void)state;
    struct cf_cipher_library wrong = cf_cipher_openssl;
    wrong.name = (struct cf_str)CF_STR_INIT("wrong");
    wrong.seal = faulty_seal;
    wrong.open_packets = faulty_open;
    const struct cf_cipher_library *const libraries[] = {NULL, &wrong, &cf_cipher_openssl};
    for (fault = FAULT_NONE; fault <= FAULT_OPEN; fault++) {
        struct test_mem mem;
        struct cf_srtp_engine *engine = NULL;
        test_mem_init(&mem);
        assert_ok(cf_srtp_engine_new_of(&mem.mem, libraries, 3, &engine));
        assert_str(cf_srtp_engine_library(engine), fault == FAULT_NONE ? CF_STR("wrong") : CF_STR("OpenSSL"));
        cf_srtp_engine_free(engine);
        engine = NULL;
        enum cf_err err = cf_srtp_engine_new_of(&mem.mem, libraries, 2, &engine);
        assert_int_equal(err, fault == FAULT_NONE ? CF_OK : CF_ERR_UNSUPPORTED);
        cf_srtp_engine_free(engine);
        test_mem_fini(&mem);
    }
}

static void *open_nothing(void) {
    return NULL;
}

static void says_when_a_library_does_not_work_here(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_srtp_engine *engine = NULL;
    struct cf_cipher_library library = cf_cipher_openssl;
    library.open = open_nothing;
    test_mem_init(&mem);
    assert_int_equal(cf_srtp_engine_new_with(&mem.mem, &library, &engine), CF_ERR_UNSUPPORTED);
    assert_int_equal(cf_srtp_engine_new_with(&mem.mem, NULL, &engine), CF_ERR_UNSUPPORTED);
    assert_null(engine);
    test_mem_fini(&mem);
}

static void takes_ipsec_mb_where_it_was_built_in(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_srtp_engine *engine = NULL;
    test_mem_init(&mem);
    assert_ok(cf_srtp_engine_new(&mem.mem, CF_SRTP_LIBRARY_BEST, &engine));
    bool is_built_in = cf_cipher_ipsec_mb() != NULL;
    bool is_openssl = cf_str_eq(cf_srtp_engine_library(engine), CF_STR("OpenSSL"));
    /* Built in, it may still be refused by an old processor: then asking for it by name is refused too. */
    struct cf_srtp_engine *other = NULL;
    enum cf_err err = cf_srtp_engine_new(&mem.mem, CF_SRTP_LIBRARY_IPSEC_MB, &other);
    assert_int_equal(err, is_openssl ? CF_ERR_UNSUPPORTED : CF_OK);
    assert_true(is_built_in || is_openssl);
    cf_srtp_engine_free(engine);
    cf_srtp_engine_free(other);
    cf_srtp_engine_free(NULL);
    test_mem_fini(&mem);
}

/* Everything once with the @n-th allocation failing. */
static enum cf_err use_all(struct test_mem *mem) {
    struct cf_srtp_engine *engine = NULL;
    struct cf_srtp_context *send = NULL;
    struct cf_srtp_context *receive = NULL;
    enum cf_err err = cf_srtp_engine_new(&mem->mem, CF_SRTP_LIBRARY_BEST, &engine);
    if (err != CF_OK) {
        return err;
    }
    const struct cf_packet_crypto *crypto = cf_srtp_engine_crypto(engine);
    struct cf_srtp_params params = params_of(CF_SRTP_AES_CM_128_HMAC_SHA1_80, CF_SRTP_SEND);
    err = crypto->open(crypto->ctx, &params, &send);
    if (err == CF_OK) {
        params.direction = CF_SRTP_RECEIVE;
        err = crypto->open(crypto->ctx, &params, &receive);
    }
    if (err == CF_OK) {
        err = round_trip(crypto, send, receive, 1);
    }
    crypto->close(crypto->ctx, send);
    crypto->close(crypto->ctx, receive);
    cf_srtp_engine_free(engine);
    return err;
}

static void survives_every_failing_allocation(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem mem;
        test_mem_init(&mem);
        mem.fail_at = n;
        enum cf_err err = use_all(&mem);
        assert_int_equal(err, mem.failed ? CF_ERR_NO_MEMORY : CF_OK);
        test_mem_fini(&mem);
        if (!mem.failed) {
            assert_true(n > 5);
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(openssl_allocates_nothing_per_packet), cmocka_unit_test(does_not_use_a_library_that_fails_its_test),
             cmocka_unit_test(takes_the_next_library_if_the_first_is_wrong),
             cmocka_unit_test(says_when_a_library_does_not_work_here), cmocka_unit_test(takes_ipsec_mb_where_it_was_built_in),
             cmocka_unit_test(survives_every_failing_allocation))
