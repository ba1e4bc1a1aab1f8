/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test vectors of RFC 5769: each is read, checked with its password, and written anew to the same octets but for padding. */
#include "adapt/openssl/stun_hash.h"
#include "core/stun/build.h"
#include "core/stun/value.h"

#include "base/reader.h"
#include "lib/test.h"

#define SHORT_TERM "VOkJxbRl1RmTxUk/WvJxBt"

#define REQUEST                                                                                                                  \
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"   \
    "00060009"                                                                                                                   \
    "6576746a3a6836765920202000080014"                                                                                           \
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
#define RESPONSE_4                                                                                                               \
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599fd9e90c3"   \
    "8c7489f92af9ba53f06be7d780280004c07d4c96"
#define RESPONSE_6                                                                                                               \
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"   \
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
#define LONG_TERM                                                                                                                \
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b3935346436"   \
    "4f4c33346f4c39465354767936347341"                                                                                           \
    "0014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666"

/* A vector as octets and parsed. */
struct vector {
    uint8_t octets[256];
    struct cf_stun_message message;
};

static void load(const char *hex, struct vector *v) {
    size_t len = 0;
    assert_ok(cf_hex_decode(cf_str_of(hex), v->octets, sizeof v->octets, &len));
    assert_ok(cf_stun_parse((struct cf_span){v->octets, len}, &v->message));
}

static void check_keys(const struct vector *v) {
    assert_true(cf_stun_is_whole(&v->message));
    assert_true(cf_stun_is_authentic(&v->message, cf_openssl_stun_hash(), cf_str_span(CF_STR(SHORT_TERM))));
    assert_false(cf_stun_is_authentic(&v->message, cf_openssl_stun_hash(), cf_str_span(CF_STR(SHORT_TERM "x"))));
}

static void takes_the_sample_request(void **state) {
    (void)state;
    struct vector v;
    uint32_t priority = 0;
    uint64_t breaker = 0;
    load(REQUEST, &v);
    check_keys(&v);
    assert_int_equal(v.message.kind, CF_STUN_REQUEST);
    assert_int_equal(v.message.method, CF_STUN_BINDING);
    assert_str(cf_stun_text(&v.message, CF_STUN_SOFTWARE), CF_STR("STUN test client"));
    assert_str(cf_stun_text(&v.message, CF_STUN_USERNAME), CF_STR("evtj:h6vY"));
    assert_true(cf_stun_u32(&v.message, CF_STUN_PRIORITY, &priority) && priority == 0x6e0001ff);
    assert_true(cf_stun_u64(&v.message, CF_STUN_ICE_CONTROLLED, &breaker) && breaker == UINT64_C(0x932ff9b151263b36));
    assert_false(cf_stun_has(&v.message, CF_STUN_USE_CANDIDATE));
    assert_int_equal(v.message.unknown_count, 0);
}

static void takes_and_makes_the_sample_responses(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        const char *address;
    } rows[] = {{RESPONSE_4, "192.0.2.1:32853"}, {RESPONSE_6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vector v;
        struct cf_addr expected;
        struct cf_addr mapped;
        load(rows[i].hex, &v);
        check_keys(&v);
        assert_int_equal(v.message.kind, CF_STUN_SUCCESS);
        assert_str(cf_stun_text(&v.message, CF_STUN_SOFTWARE), CF_STR("test vector"));
        assert_ok(cf_addr_parse(cf_str_of(rows[i].address), &expected));
        assert_true(cf_stun_address(&v.message, CF_STUN_XOR_MAPPED_ADDRESS, &mapped));
        assert_true(cf_addr_eq(&mapped, &expected));
        /* The vectors pad with blanks, we with zeros: write without the text that is padded, with ours to compare the address. */
        uint8_t out[256];
        struct cf_writer w;
        cf_writer_init(&w, out, sizeof out);
        struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_SUCCESS, CF_STUN_BINDING, v.message.id);
        cf_stun_put_xor_address(&b, CF_STUN_XOR_MAPPED_ADDRESS, &expected);
        struct cf_span value = v.message.attributes[CF_STUN_XOR_MAPPED_ADDRESS];
        assert_memory_equal(out + 24, value.at, value.len);
        assert_int_equal(w.len, 24 + value.len);
    }
}

static void takes_the_long_term_request(void **state) {
    (void)state;
    struct vector v;
    uint8_t key[16];
    load(LONG_TERM, &v);
    const struct cf_stun_hash *hash = cf_openssl_stun_hash();
    struct cf_str user = cf_stun_text(&v.message, CF_STUN_USERNAME);
    assert_int_equal(user.len, 18);
    assert_str(cf_stun_text(&v.message, CF_STUN_REALM), CF_STR("example.org"));
    assert_str(cf_stun_text(&v.message, CF_STUN_NONCE), CF_STR("f//499k954d6OL34oL9FSTvy64sA"));
    /* Section 9.2.2 of RFC 8489; the password is what SASLprep makes of the one in the vector. */
    const struct cf_span parts[] = {cf_str_span(user), cf_str_span(CF_STR(":example.org:TheMatrIX"))};
    assert_true(hash->md5(hash->ctx, parts, 2, key));
    assert_true(cf_stun_is_authentic(&v.message, hash, (struct cf_span){key, sizeof key}));
    assert_false(cf_stun_is_whole(&v.message));
}

static void notices_every_changed_bit(void **state) {
    (void)state;
    struct vector v;
    load(RESPONSE_4, &v);
    size_t len = v.message.bytes.len;
    for (size_t bit = 0; bit < len * 8; bit++) {
        struct cf_stun_message m;
        v.octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
        bool is_taken = cf_stun_parse((struct cf_span){v.octets, len}, &m) == CF_OK && cf_stun_is_whole(&m) &&
                        cf_stun_is_authentic(&m, cf_openssl_stun_hash(), cf_str_span(CF_STR(SHORT_TERM)));
        assert_false(is_taken);
        v.octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

CF_TEST_MAIN(cmocka_unit_test(takes_the_sample_request), cmocka_unit_test(takes_and_makes_the_sample_responses),
             cmocka_unit_test(takes_the_long_term_request), cmocka_unit_test(notices_every_changed_bit))
