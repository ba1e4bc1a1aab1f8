/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Redundant data, and retransmission payloads. */
#include "core/rtp/red.h"
#include "core/rtp/rtx.h"

#include "lib/test.h"

static void reads_blocks(void **state) {
    (void)state;
    static const uint8_t octets[] = {0x80 | 96, 0x0f, 0x00, 2, 0x80 | 97, 0x07, 0x80, 1, 98, 1, 2, 3, 4, 5};
    struct cf_red red;
    assert_ok(cf_red_parse((struct cf_span){octets, sizeof octets}, &red));
    assert_int_equal(red.count, 3);
    assert_int_equal(red.blocks[0].payload_type, 96);
    assert_int_equal(red.blocks[0].offset, 960);
    assert_int_equal(red.blocks[0].data.len, 2);
    assert_int_equal(red.blocks[1].offset, 480);
    assert_int_equal(red.blocks[1].data.at[0], 3);
    assert_int_equal(red.blocks[2].payload_type, 98);
    assert_int_equal(red.blocks[2].offset, 0);
    assert_int_equal(red.blocks[2].data.len, 2);
    for (size_t len = 0; len < 12; len++) {
        assert_int_equal(cf_red_parse((struct cf_span){octets, len}, &red), CF_ERR_TRUNCATED);
    }
    uint8_t many[64] = {0};
    memset(many, 0x80, 4 * CF_RED_BLOCKS_MAX);
    assert_int_equal(cf_red_parse((struct cf_span){many, sizeof many}, &red), CF_ERR_LIMIT);
}

static void reads_retransmissions(void **state) {
    (void)state;
    struct cf_rtx rtx = {.sequence = 1};
    uint8_t octets[3] = {0, 0, 7};
    cf_rtx_set(octets, 0xfedc);
    assert_false(cf_rtx_parse((struct cf_span){octets, 1}, &rtx));
    assert_int_equal(rtx.sequence, 1);
    assert_true(cf_rtx_parse((struct cf_span){octets, 3}, &rtx));
    assert_int_equal(rtx.sequence, 0xfedc);
    assert_int_equal(rtx.payload.len, 1);
    assert_true(cf_rtx_parse((struct cf_span){octets, 2}, &rtx));
    assert_int_equal(rtx.payload.len, 0);
}

CF_TEST_MAIN(cmocka_unit_test(reads_blocks), cmocka_unit_test(reads_retransmissions))
