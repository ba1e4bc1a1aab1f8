/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codecs by name. */
#include "core/sdp/codec.h"

#include "base/bug.h"

static const struct cf_codec_row rows[CF_CODEC_COUNT] = {
    [CF_CODEC_NONE] = {CF_STR_INIT(""), CF_MEDIA_OTHER, 0, 0, CF_PAYLOAD_NONE, CF_PAYLOAD_NONE},
#define X(name, encoding, kind, clock_hz, channels, static_type, default_type)                                                   \
    [CF_CODEC_##name] = {CF_STR_INIT(encoding), CF_MEDIA_##kind, clock_hz, channels, static_type, default_type},
#include "core/sdp/codec_table.h"
#undef X
};

const struct cf_codec_row *cf_codec_row(enum cf_codec codec) {
    cf_assert(codec < CF_CODEC_COUNT);
    return &rows[codec];
}

/* RFC 8866 section 6.6: a channel number of 1 may be left out. */
static uint32_t channels_written(uint32_t channels) {
    return channels <= 1 ? 1 : channels;
}

enum cf_codec cf_codec_find(struct cf_str encoding, uint32_t clock_hz, uint32_t channels) {
    for (int i = CF_CODEC_NONE + 1; i < CF_CODEC_COUNT; i++) {
        const struct cf_codec_row *row = &rows[i];
        if (encoding.len != row->encoding.len || !cf_str_eq_nocase(encoding, row->encoding)) {
            continue;
        }
        bool same_clock = row->clock_hz == 0 || row->clock_hz == clock_hz;
        bool same_channels = row->channels == 0 || channels_written(row->channels) == channels_written(channels);
        return same_clock && same_channels && clock_hz > 0 ? (enum cf_codec)i : CF_CODEC_NONE;
    }
    return CF_CODEC_NONE;
}

enum cf_codec cf_codec_of_static_type(uint8_t payload_type) {
    for (int i = CF_CODEC_NONE + 1; i < CF_CODEC_COUNT; i++) {
        if (payload_type != CF_PAYLOAD_NONE && rows[i].static_type == payload_type) {
            return (enum cf_codec)i;
        }
    }
    return CF_CODEC_NONE;
}
