/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integrity and fingerprints of STUN messages, beyond the vectors of RFC 5769 (tests/conformance/stun_vectors.c). */
#include "core/stun/build.h"

#include "base/reader.h"
#include "lib/test.h"
#include "lib/test_hash.h"

#define KEY cf_str_span(CF_STR("0123456789012345678901"))

static bool refuse(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx, (void)key, (void)parts, (void)count, (void)out;
    return false;
}

static struct cf_span make(uint8_t *octets, size_t size, bool with_fingerprint) {
    static const uint8_t id[CF_STUN_ID_LEN] = "abcdefghijkl";
    struct cf_writer w;
    cf_writer_init(&w, octets, size);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
    cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(CF_STR("a:b")));
    assert_true(cf_stun_put_integrity(&b, &test_stun_hash, KEY));
    if (with_fingerprint) {
        cf_stun_put_fingerprint(&b);
    }
    assert_true(cf_writer_ok(&w));
    return cf_writer_span(&w);
}

static void believes_what_it_made(void **state) {
    (void)state;
    for (int with = 0; with < 2; with++) {
        uint8_t octets[128];
        struct cf_stun_message m;
        assert_ok(cf_stun_parse(make(octets, sizeof octets, with == 1), &m));
        assert_true(cf_stun_is_authentic(&m, &test_stun_hash, KEY));
        assert_false(cf_stun_is_authentic(&m, &test_stun_hash, cf_str_span(CF_STR("another"))));
        assert_int_equal(cf_stun_is_whole(&m), with == 1);
    }
}

static void believes_nothing_without_proof(void **state) {
    (void)state;
    uint8_t octets[128];
    struct cf_stun_message m;
    const struct cf_stun_hash refusing = {.hmac_sha1 = refuse};
    assert_ok(cf_stun_parse(make(octets, sizeof octets, true), &m));
    assert_false(cf_stun_is_authentic(&m, &refusing, KEY));
    m.attributes[CF_STUN_MESSAGE_INTEGRITY].at = NULL;
    m.attributes[CF_STUN_FINGERPRINT].at = NULL;
    assert_false(cf_stun_is_authentic(&m, &test_stun_hash, KEY));
    assert_false(cf_stun_is_whole(&m));
}

static void writes_no_integrity_that_it_has_not(void **state) {
    (void)state;
    uint8_t octets[64];
    static const uint8_t id[CF_STUN_ID_LEN] = {0};
    const struct cf_stun_hash refusing = {.hmac_sha1 = refuse};
    struct cf_writer w;
    cf_writer_init(&w, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
    assert_false(cf_stun_put_integrity(&b, &refusing, KEY));
    assert_int_equal(w.len, CF_STUN_HEADER_LEN);
    assert_int_equal(cf_be16(octets + 2), 0);
}

/* The check value of the polynomial, as every list of CRCs has it. */
static void computes_the_crc_of_everybody(void **state) {
    (void)state;
    assert_int_equal(cf_stun_fingerprint(cf_str_span(CF_STR("123456789"))) ^ 0x5354554e, 0xcbf43926);
}

CF_TEST_MAIN(cmocka_unit_test(believes_what_it_made), cmocka_unit_test(believes_nothing_without_proof),
             cmocka_unit_test(writes_no_integrity_that_it_has_not), cmocka_unit_test(computes_the_crc_of_everybody))
