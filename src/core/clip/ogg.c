/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/ogg.h"

#include "base/reader.h"
#include <string.h>

/* RFC 3533 section 6: the fixed part of a page's header; where things are in it. */
#define HEADER_LEN 27U
#define FLAGS_AT 5U
#define GRANULE_AT 6U
#define CHECKSUM_AT 22U
#define FLAG_CONTINUED 0x01U
#define SEGMENT_MAX 255U

#define HEAD_LEN 19U

void cf_ogg_init(struct cf_ogg *ogg, struct cf_span file) {
    *ogg = (struct cf_ogg){.rest = file};
}

/* The checksum is that of the page with zeros in its place; bit by bit, since files are small. */
static uint32_t checksum_of(struct cf_span page) {
    uint32_t crc = 0;
    for (size_t i = 0; i < page.len; i++) {
        bool is_own = i >= CHECKSUM_AT && i < CHECKSUM_AT + 4;
        crc ^= (uint32_t)(is_own ? 0 : page.at[i]) << 24;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc & 0x80000000U) != 0 ? crc << 1 ^ 0x04c11db7U : crc << 1;
        }
    }
    return crc;
}

static enum cf_err open_page(struct cf_ogg *ogg) {
    struct cf_span rest = ogg->rest;
    if (rest.len == 0) {
        return CF_ERR_NOT_FOUND;
    }
    if (rest.len < HEADER_LEN || rest.len < HEADER_LEN + (size_t)rest.at[HEADER_LEN - 1]) {
        return CF_ERR_TRUNCATED;
    }
    size_t count = rest.at[HEADER_LEN - 1];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += rest.at[HEADER_LEN + i];
    }
    struct cf_span page = {rest.at, HEADER_LEN + count + len};
    if (page.len > rest.len) {
        return CF_ERR_TRUNCATED;
    }
    if (memcmp(page.at, "OggS", 5) != 0 || checksum_of(page) != cf_le32(page.at + CHECKSUM_AT)) {
        return CF_ERR_MALFORMED;
    }
    if ((page.at[FLAGS_AT] & FLAG_CONTINUED) != 0) {
        return CF_ERR_UNSUPPORTED;
    }
    ogg->granule = cf_le32(page.at + GRANULE_AT) | (uint64_t)cf_le32(page.at + GRANULE_AT + 4) << 32;
    ogg->segments = (struct cf_span){page.at + HEADER_LEN, count};
    ogg->body = (struct cf_span){page.at + HEADER_LEN + count, len};
    ogg->rest = (struct cf_span){rest.at + page.len, rest.len - page.len};
    return CF_OK;
}

enum cf_err cf_ogg_next(struct cf_ogg *ogg, struct cf_span *ret_packet) {
    size_t count = 0;
    size_t len = 0;
    while (ogg->segments.len == 0) {
        enum cf_err err = open_page(ogg);
        if (err != CF_OK) {
            return err;
        }
    }
    bool is_whole = false;
    while (!is_whole && count < ogg->segments.len) {
        is_whole = ogg->segments.at[count] < SEGMENT_MAX;
        len += ogg->segments.at[count++];
    }
    if (!is_whole) {
        return CF_ERR_UNSUPPORTED;
    }
    *ret_packet = (struct cf_span){ogg->body.at, len};
    ogg->segments = (struct cf_span){ogg->segments.at + count, ogg->segments.len - count};
    ogg->body = (struct cf_span){ogg->body.at + len, ogg->body.len - len};
    return CF_OK;
}

enum cf_err cf_opus_head_parse(struct cf_span packet, struct cf_opus_head *ret) {
    if (packet.len < HEAD_LEN || memcmp(packet.at, "OpusHead", 8) != 0) {
        return CF_ERR_MALFORMED;
    }
    uint8_t version = packet.at[8];
    uint8_t channels = packet.at[9];
    uint8_t mapping = packet.at[18];
    if (version > 15 || mapping != 0 || channels == 0 || channels > 2) {
        return CF_ERR_UNSUPPORTED;
    }
    *ret = (struct cf_opus_head){
        .channels = channels, .pre_skip = cf_le16(packet.at + 10), .gain = (int16_t)cf_le16(packet.at + 16)};
    return CF_OK;
}
