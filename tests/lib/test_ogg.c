/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test_ogg.h"

#include <string.h>

#define CHECKSUM_AT 22

/* By a table. */
static uint32_t checksum(const uint8_t *at, size_t len) {
    uint32_t table[256];
    uint32_t crc = 0;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i << 24;
        for (int k = 0; k < 8; k++) {
            table[i] = table[i] << 1 ^ (table[i] >> 31) * 0x04c11db7U;
        }
    }
    for (size_t i = 0; i < len; i++) {
        crc = crc << 8 ^ table[(crc >> 24 ^ at[i]) & 0xffU];
    }
    return crc;
}

void test_ogg_seal(uint8_t *page, size_t len) {
    memset(page + CHECKSUM_AT, 0, 4);
    uint32_t crc = checksum(page, len);
    for (int i = 0; i < 4; i++) {
        page[CHECKSUM_AT + i] = (uint8_t)(crc >> 8 * i);
    }
}
