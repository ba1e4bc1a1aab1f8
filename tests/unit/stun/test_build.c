/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN messages written: what is put can be read. */
#include "core/stun/build.h"
#include "core/stun/value.h"

#include "lib/test.h"
#include "lib/test_hash.h"

static const uint8_t id[CF_STUN_ID_LEN] = "transaction!";

static void reads_back_what_it_wrote(void **state) {
    (void)state;
    uint8_t octets[512];
    struct cf_writer w;
    struct cf_stun_message m;
    struct cf_addr addr;
    struct cf_addr read;
    uint32_t priority = 0;
    uint64_t breaker = 0;
    unsigned code = 0;
    assert_ok(cf_addr_parse(CF_STR("[2001:db8::7]:4711"), &addr));
    cf_writer_init(&w, octets, sizeof octets);
    cf_put_lit(&w, "xx"); /* a message need not be the first in its buffer */
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_ERROR, CF_STUN_ALLOCATE, id);
    cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(CF_STR("ab:cde")));
    cf_stun_put_u32(&b, CF_STUN_PRIORITY, 77);
    cf_stun_put_u64(&b, CF_STUN_ICE_CONTROLLING, UINT64_C(0x1122334455667788));
    cf_stun_put(&b, CF_STUN_USE_CANDIDATE, (struct cf_span){octets, 0});
    cf_stun_put_xor_address(&b, CF_STUN_XOR_MAPPED_ADDRESS, &addr);
    cf_stun_put_error(&b, 487);
    assert_true(cf_stun_put_integrity(&b, &test_stun_hash, cf_str_span(CF_STR("key"))));
    cf_stun_put_fingerprint(&b);
    assert_ok(cf_stun_parse((struct cf_span){octets + 2, w.len - 2}, &m));
    assert_int_equal(m.kind, CF_STUN_ERROR);
    assert_int_equal(m.method, CF_STUN_ALLOCATE);
    assert_str(cf_stun_text(&m, CF_STUN_USERNAME), CF_STR("ab:cde"));
    assert_true(cf_stun_u32(&m, CF_STUN_PRIORITY, &priority) && priority == 77);
    assert_true(cf_stun_u64(&m, CF_STUN_ICE_CONTROLLING, &breaker) && breaker == UINT64_C(0x1122334455667788));
    assert_true(cf_stun_has(&m, CF_STUN_USE_CANDIDATE));
    assert_true(cf_stun_address(&m, CF_STUN_XOR_MAPPED_ADDRESS, &read) && cf_addr_eq(&read, &addr));
    assert_true(cf_stun_error_code(&m, &code) && code == 487);
    assert_true(cf_stun_is_authentic(&m, &test_stun_hash, cf_str_span(CF_STR("key"))));
    assert_true(cf_stun_is_whole(&m));
}

static void names_what_it_did_not_understand(void **state) {
    (void)state;
    uint8_t octets[128];
    struct cf_writer w;
    struct cf_stun_message m = {.unknown_count = 3, .unknown = {0x7f00, 0x0031, 0x0003}};
    struct cf_stun_message answer;
    cf_writer_init(&w, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_ERROR, CF_STUN_BINDING, id);
    cf_stun_put_error(&b, 420);
    cf_stun_put_unknown(&b, &m);
    assert_ok(cf_stun_parse(cf_writer_span(&w), &answer));
    struct cf_span list = answer.attributes[CF_STUN_UNKNOWN_ATTRIBUTES];
    assert_int_equal(list.len, 6);
    assert_memory_equal(list.at, "\x7f\x00\x00\x31\x00\x03", 6);
}

static void stops_where_there_is_no_room(void **state) {
    (void)state;
    for (size_t size = 0; size < 84; size++) {
        uint8_t octets[84];
        struct cf_writer w;
        struct cf_addr addr = {.family = CF_FAMILY_IP4, .port = 1};
        cf_writer_init(&w, octets, size);
        struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_ERROR, CF_STUN_BINDING, id);
        cf_stun_put_xor_address(&b, CF_STUN_XOR_MAPPED_ADDRESS, &addr);
        cf_stun_put_error(&b, 400);
        (void)cf_stun_put_integrity(&b, &test_stun_hash, cf_str_span(CF_STR("key")));
        cf_stun_put_fingerprint(&b);
        assert_false(cf_writer_ok(&w));
        assert_true(w.len <= size);
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_back_what_it_wrote), cmocka_unit_test(names_what_it_did_not_understand),
             cmocka_unit_test(stops_where_there_is_no_room))
