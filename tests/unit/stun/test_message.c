/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN messages parsed: what is taken, what is refused and why. Overlong and broken attributes: attacks T25. */
#include "core/stun/build.h"

#include "base/reader.h"
#include "lib/test.h"

static const uint8_t id[CF_STUN_ID_LEN] = "transaction!";

/* A Binding request with @p attributes (in hexadecimal digits) behind the header. */
static struct cf_span request_with(const char *attributes, uint8_t *out, size_t size) {
    struct cf_writer w;
    size_t len = 0;
    cf_writer_init(&w, out, size);
    (void)cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
    assert_ok(cf_hex_decode(cf_str_of(attributes), out + CF_STUN_HEADER_LEN, size - CF_STUN_HEADER_LEN, &len));
    cf_set_be16(out + 2, (uint16_t)len);
    return (struct cf_span){out, CF_STUN_HEADER_LEN + len};
}

static void refuses_what_is_not_well_formed(void **state) {
    (void)state;
    static const struct {
        const char *what;
        const char *attributes;
        enum cf_err err;
    } rows[] = {
        {"no attribute", "", CF_OK},
        {"half a header", "0006", CF_ERR_MALFORMED},
        {"a value that is not there", "00060004", CF_ERR_MALFORMED},
        {"a value that goes beyond the end", "0006ffff61616161", CF_ERR_MALFORMED},
        {"an IPv6 address cut to 12 octets", "0020000c000200000011223344556677", CF_OK},
        {"an address of 7 octets", "002000070001a147e112a600", CF_ERR_MALFORMED},
        {"an address of 24 octets", "00200018000200000011223344556677001122334455667700112233", CF_ERR_MALFORMED},
        {"a priority of 5 octets", "002400056e0001ff00000000", CF_ERR_MALFORMED},
        {"a tie breaker of 4 octets", "802a00046e0001ff", CF_ERR_MALFORMED},
        {"USE-CANDIDATE with a value", "0025000400000000", CF_ERR_MALFORMED},
        {"an integrity of 16 octets", "0008001000112233445566778899aabbccddeeff", CF_ERR_MALFORMED},
        {"something behind the fingerprint", "8028000411223344802200046e6e6e6e", CF_ERR_MALFORMED},
        {"unpadded", "000600016100", CF_ERR_MALFORMED},
        {"padding of any octets", "00060001612a2a2a", CF_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[256];
        struct cf_stun_message m;
        enum cf_err err = cf_stun_parse(request_with(rows[i].attributes, octets, sizeof octets), &m);
        if (err != rows[i].err) {
            fail_msg("%s: %d", rows[i].what, err);
        }
    }
}

static void knows_stun_by_its_cookie(void **state) {
    (void)state;
    uint8_t octets[64];
    struct cf_stun_message m;
    struct cf_span request = request_with("", octets, sizeof octets);
    assert_true(cf_stun_is(request));
    assert_false(cf_stun_is((struct cf_span){octets, 19}));
    assert_int_equal(cf_stun_parse((struct cf_span){octets, 19}, &m), CF_ERR_TRUNCATED);
    octets[4] ^= 1;
    assert_false(cf_stun_is(request)); /* RFC 3489 */
    assert_int_equal(cf_stun_parse(request, &m), CF_ERR_MALFORMED);
    octets[4] ^= 1;
    octets[0] = 0x80;
    assert_false(cf_stun_is(request));
    octets[0] = 0;
    octets[3] = 4;
    assert_int_equal(cf_stun_parse(request, &m), CF_ERR_MALFORMED);
}

static void reads_class_and_method(void **state) {
    (void)state;
    for (unsigned method = 0; method < 0x1000; method += 7) {
        for (int kind = CF_STUN_REQUEST; kind <= CF_STUN_ERROR; kind++) {
            uint8_t octets[32];
            struct cf_writer w;
            struct cf_stun_message m;
            cf_writer_init(&w, octets, sizeof octets);
            (void)cf_stun_begin(&w, (enum cf_stun_class)kind, (uint16_t)method, id);
            assert_ok(cf_stun_parse(cf_writer_span(&w), &m));
            assert_int_equal(m.kind, kind);
            assert_int_equal(m.method, method);
            assert_memory_equal(m.id, id, sizeof id);
        }
    }
}

static void limits_user_names(void **state) {
    (void)state;
    static uint8_t name[512];
    for (size_t len = 505; len <= 512; len++) {
        uint8_t octets[1024];
        struct cf_writer w;
        struct cf_stun_message m;
        cf_writer_init(&w, octets, sizeof octets);
        struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
        cf_stun_put(&b, CF_STUN_USERNAME, (struct cf_span){name, len});
        assert_int_equal(cf_stun_parse(cf_writer_span(&w), &m), len < 509 ? CF_OK : CF_ERR_MALFORMED);
    }
}

static void remembers_what_must_be_understood(void **state) {
    (void)state;
    uint8_t octets[256];
    struct cf_stun_message m;
    assert_ok(cf_stun_parse(request_with("7f000000c0570004000000017f01000461626364", octets, sizeof octets), &m));
    assert_int_equal(m.unknown_count, 2);
    assert_int_equal(m.unknown[0], 0x7f00);
    assert_int_equal(m.unknown[1], 0x7f01);
    char many[8 * 40 + 1] = "";
    for (size_t i = 0; i < 40; i++) {
        memcpy(many + 8 * i, "7f000000", 9);
    }
    assert_ok(cf_stun_parse(request_with(many, octets, sizeof octets), &m));
    assert_int_equal(m.unknown_count, CF_STUN_UNKNOWN_MAX);
}

/* RFC 8489 section 14: of several the first counts; section 14.5: what is not vouched for does not count. */
static void takes_the_first_and_what_is_vouched_for(void **state) {
    (void)state;
    uint8_t octets[256];
    struct cf_stun_message m;
    const char *attributes = "00060001610000000006000162000000"
                             "000800140011223344556677889900112233445566778899"
                             "00250000"
                             "7f000000"
                             "80280004aabbccdd";
    assert_ok(cf_stun_parse(request_with(attributes, octets, sizeof octets), &m));
    assert_str(cf_span_str(m.attributes[CF_STUN_USERNAME]), CF_STR("a"));
    assert_false(cf_stun_has(&m, CF_STUN_USE_CANDIDATE));
    assert_int_equal(m.unknown_count, 0);
    assert_true(cf_stun_has(&m, CF_STUN_FINGERPRINT));
}

static void walks_over_attributes_that_come_again(void **state) {
    (void)state;
    uint8_t octets[256];
    struct cf_stun_message m;
    struct cf_span value;
    size_t at = 0;
    size_t count = 0;
    const char *attributes = "001200080001a147e112a643"
                             "00060001610000000012000800010000e112a643"
                             "000800140011223344556677889900112233445566778899"
                             "0012000800010001e112a643";
    assert_ok(cf_stun_parse(request_with(attributes, octets, sizeof octets), &m));
    while (cf_stun_next(&m, CF_STUN_XOR_PEER_ADDRESS, &at, &value)) {
        assert_int_equal(value.len, 8);
        count++;
    }
    assert_int_equal(count, 2);
}

static void never_reads_beyond_its_input(void **state) {
    (void)state;
    uint8_t octets[256];
    struct cf_stun_message m;
    struct cf_span whole = request_with("0006000161000000002400046e0001ff8029000811223344556677888028000411223344", octets, 256);
    for (size_t len = 0; len < whole.len; len++) {
        uint8_t *copy = test_malloc(len + 1);
        memcpy(copy, octets, len);
        assert_int_not_equal(cf_stun_parse((struct cf_span){copy, len}, &m), CF_OK);
        if (len >= 20) {
            cf_set_be16(copy + 2, (uint16_t)(len - 20));
            enum cf_err err = cf_stun_parse((struct cf_span){copy, len}, &m);
            assert_true(err == CF_OK || err == CF_ERR_MALFORMED);
        }
        test_free(copy);
    }
}

CF_TEST_MAIN(cmocka_unit_test(refuses_what_is_not_well_formed), cmocka_unit_test(knows_stun_by_its_cookie),
             cmocka_unit_test(reads_class_and_method), cmocka_unit_test(limits_user_names),
             cmocka_unit_test(remembers_what_must_be_understood), cmocka_unit_test(takes_the_first_and_what_is_vouched_for),
             cmocka_unit_test(walks_over_attributes_that_come_again), cmocka_unit_test(never_reads_beyond_its_input))
