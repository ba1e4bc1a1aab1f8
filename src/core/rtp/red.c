/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/red.h"

#define BIT_F 0x80U /* another header follows */

enum cf_err cf_red_parse(struct cf_span payload, struct cf_red *ret) {
    struct cf_reader r;
    struct cf_red red = {.count = 0};
    size_t lens[CF_RED_BLOCKS_MAX];
    bool more = true;
    cf_reader_init(&r, payload);
    while (more) {
        if (red.count == CF_RED_BLOCKS_MAX) {
            return CF_ERR_LIMIT;
        }
        uint8_t first = cf_take_u8(&r);
        more = (first & BIT_F) != 0;
        uint32_t rest = more ? cf_take_u24(&r) : 0;
        if (!cf_reader_ok(&r)) {
            return CF_ERR_TRUNCATED;
        }
        lens[red.count] = rest & 0x3ffU;
        red.blocks[red.count++] = (struct cf_red_block){.payload_type = first & 0x7fU, .offset = (uint16_t)(rest >> 10)};
    }
    for (size_t i = 0; i < red.count; i++) {
        red.blocks[i].data = i + 1 < red.count ? cf_take(&r, lens[i]) : cf_take_rest(&r);
    }
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret = red;
    return CF_OK;
}
