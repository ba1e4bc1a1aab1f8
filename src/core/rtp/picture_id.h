/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture identifier of VP8's and VP9's payload descriptors, which is the same in both (RFC 7741 section 4.2, RFC 9628
 * section 4.2): 7 bits, or 15 with M set.
 */
#ifndef CF_RTP_PICTURE_ID_H
#define CF_RTP_PICTURE_ID_H

#include "base/reader.h"

/** Picture identifiers are 15 bits wide (7 in the short form). */
#define CF_PICTURE_ID_MASK 0x7fffU

#define CF_PICTURE_ID_BIT_M 0x80U

/** Take one; @p ret_long: it has 15 bits. */
static inline uint16_t cf_take_picture_id(struct cf_reader *r, bool *ret_long) {
    uint8_t first = cf_take_u8(r);
    *ret_long = (first & CF_PICTURE_ID_BIT_M) != 0;
    uint16_t id = first & 0x7fU;
    return *ret_long ? (uint16_t)(id << 8 | cf_take_u8(r)) : id;
}

/** Print @p id at @p out, which has room for 2 octets. Returns the octets written. */
static inline size_t cf_print_picture_id(uint16_t id, bool is_long, uint8_t *out) {
    if (!is_long) {
        out[0] = id & 0x7fU;
        return 1;
    }
    cf_set_be16(out, (uint16_t)(CF_PICTURE_ID_BIT_M << 8 | (id & CF_PICTURE_ID_MASK)));
    return 2;
}

#endif
