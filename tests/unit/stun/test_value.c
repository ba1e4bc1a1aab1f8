/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed values of STUN attributes. */
#include "core/stun/value.h"

#include "base/reader.h"
#include "lib/test.h"

static struct cf_stun_message message_with(enum cf_stun_attribute attribute, const char *hex, uint8_t *octets, size_t size) {
    static const uint8_t header[CF_STUN_HEADER_LEN] = {[4] = 0x21, [5] = 0x12, [6] = 0xa4, [7] = 0x42};
    struct cf_stun_message m = {.bytes = {header, sizeof header}, .id = header + 8};
    size_t len = 0;
    assert_ok(cf_hex_decode(cf_str_of(hex), octets, size, &len));
    m.attributes[attribute] = (struct cf_span){octets, len};
    return m;
}

static void reads_addresses(void **state) {
    (void)state;
    static const struct {
        enum cf_stun_attribute attribute;
        const char *hex;
        const char *address; /* NULL: none */
    } rows[] = {
        {CF_STUN_XOR_MAPPED_ADDRESS, "0001a147e112a643", "192.0.2.1:32853"},
        {CF_STUN_MAPPED_ADDRESS, "00018055c0000201", "192.0.2.1:32853"},
        {CF_STUN_MAPPED_ADDRESS, "0002005020010db8000000000000000000000001", "[2001:db8::1]:80"},
        {CF_STUN_XOR_PEER_ADDRESS,
         "00022162"
         "0100a442"
         "0000000000000000"
         "00000001",
         NULL}, /* see below */
        {CF_STUN_MAPPED_ADDRESS, "00010050c000020100000000", NULL},
        {CF_STUN_MAPPED_ADDRESS, "00020050c0000201", NULL},
        {CF_STUN_MAPPED_ADDRESS, "00030050c0000201", NULL},
        {CF_STUN_MAPPED_ADDRESS, "0002005000000000000000000000ffff7f000001", NULL}, /* IPv4 in IPv6 is neither */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[32];
        struct cf_addr expected;
        struct cf_addr addr;
        struct cf_stun_message m = message_with(rows[i].attribute, rows[i].hex, octets, sizeof octets);
        bool is_there = cf_stun_address(&m, rows[i].attribute, &addr);
        if (i == 3) {
            assert_true(is_there && addr.family == CF_FAMILY_IP6 && addr.port == 0x70 && addr.ip[0] == 0x20 && addr.ip[15] == 1);
            continue;
        }
        assert_int_equal(is_there, rows[i].address != NULL);
        if (is_there) {
            assert_ok(cf_addr_parse(cf_str_of(rows[i].address), &expected));
            assert_true(cf_addr_eq(&addr, &expected));
        }
    }
}

static void reads_error_codes(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        unsigned code; /* 0: none */
    } rows[] = {{"00000457", 487}, {"0000fc01", 401}, {"00000300", 300}, {"00000663", 699},
                {"00000200", 0},   {"00000764", 0},   {"00000464", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[32];
        unsigned code = 0;
        struct cf_stun_message m = message_with(CF_STUN_ERROR_CODE, rows[i].hex, octets, sizeof octets);
        assert_int_equal(cf_stun_error_code(&m, &code), rows[i].code != 0);
        assert_int_equal(code, rows[i].code);
    }
}

static void finds_nothing_where_nothing_is(void **state) {
    (void)state;
    struct cf_stun_message m = {0};
    struct cf_addr addr;
    uint32_t small;
    uint64_t large;
    unsigned code;
    assert_false(cf_stun_address(&m, CF_STUN_XOR_MAPPED_ADDRESS, &addr));
    assert_false(cf_stun_u32(&m, CF_STUN_PRIORITY, &small));
    assert_false(cf_stun_u64(&m, CF_STUN_ICE_CONTROLLING, &large));
    assert_false(cf_stun_error_code(&m, &code));
    assert_null(cf_stun_text(&m, CF_STUN_USERNAME).at);
}

CF_TEST_MAIN(cmocka_unit_test(reads_addresses), cmocka_unit_test(reads_error_codes),
             cmocka_unit_test(finds_nothing_where_nothing_is))
