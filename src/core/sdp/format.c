/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payload types of an m-line. */
#include "core/sdp/format.h"

static bool parse_type(struct cf_str word, uint8_t *ret) {
    uint32_t number = 0;
    if (!cf_str_to_u32(word, CF_PAYLOAD_COUNT - 1, &number)) {
        return false;
    }
    *ret = (uint8_t)number;
    return true;
}

bool cf_sdp_rtpmap_parse(struct cf_str value, struct cf_sdp_rtpmap *ret) {
    struct cf_sdp_rtpmap map = {.channels = 1};
    struct cf_str rest = value;
    struct cf_str type = cf_sdp_word(&rest);
    struct cf_str parts = cf_sdp_word(&rest);
    map.encoding = cf_str_cut(&parts, '/');
    struct cf_str clock = cf_str_cut(&parts, '/');
    if (!parse_type(type, &map.payload_type) || !cf_sdp_is_token(map.encoding) ||
        !cf_str_to_u32(clock, UINT32_MAX, &map.clock_hz) || map.clock_hz == 0) {
        return false;
    }
    if (parts.at != NULL && !cf_str_to_u32(parts, 255, &map.channels)) {
        return false;
    }
    *ret = map;
    return true;
}

static void set_static(struct cf_sdp_format *format) {
    enum cf_codec codec = cf_codec_of_static_type(format->payload_type);
    if (codec != CF_CODEC_NONE) {
        const struct cf_codec_row *row = cf_codec_row(codec);
        format->codec = (uint8_t)codec;
        format->clock_hz = row->clock_hz;
        format->channels = row->channels;
    }
}

static void read_types(struct cf_str words, struct cf_sdp_formats *ret) {
    while (words.len > 0) {
        uint8_t type = 0;
        if (parse_type(cf_sdp_word(&words), &type) && ret->index[type] == 0) {
            struct cf_sdp_format *format = &ret->at[ret->count++];
            *format = (struct cf_sdp_format){.payload_type = type, .channels = 1};
            set_static(format);
            ret->index[type] = ret->count;
        }
    }
}

static struct cf_sdp_format *find(struct cf_sdp_formats *formats, uint8_t payload_type) {
    uint8_t place = payload_type < CF_PAYLOAD_COUNT ? formats->index[payload_type] : 0;
    return place > 0 ? &formats->at[place - 1] : NULL;
}

const struct cf_sdp_format *cf_sdp_format_of(const struct cf_sdp_formats *formats, uint8_t payload_type) {
    uint8_t place = payload_type < CF_PAYLOAD_COUNT ? formats->index[payload_type] : 0;
    return place > 0 ? &formats->at[place - 1] : NULL;
}

static void read_rtpmap(struct cf_str value, struct cf_sdp_formats *formats) {
    struct cf_sdp_rtpmap map;
    if (!cf_sdp_rtpmap_parse(value, &map)) {
        return;
    }
    struct cf_sdp_format *format = find(formats, map.payload_type);
    if (format != NULL) {
        format->clock_hz = map.clock_hz;
        format->channels = (uint8_t)map.channels;
        format->codec = (uint8_t)cf_codec_find(map.encoding, map.clock_hz, map.channels);
    }
}

static void read_fmtp(struct cf_str value, struct cf_sdp_formats *formats) {
    struct cf_str rest = value;
    uint8_t type = 0;
    if (!parse_type(cf_sdp_word(&rest), &type)) {
        return;
    }
    struct cf_sdp_format *format = find(formats, type);
    if (format != NULL && format->fmtp.at == NULL) {
        format->fmtp = rest;
    }
}

/* Feedback for all types is collected in @p all and spread at the end. */
static void read_feedback(struct cf_str value, struct cf_sdp_formats *formats, uint32_t *all) {
    struct cf_sdp_feedback feedback;
    if (!cf_sdp_feedback_parse(value, &feedback)) {
        return;
    }
    if (feedback.trr_int_msec < formats->trr_int_msec) {
        formats->trr_int_msec = feedback.trr_int_msec;
    }
    if (feedback.payload_type == CF_FEEDBACK_ALL_TYPES) {
        *all |= feedback.message;
        return;
    }
    struct cf_sdp_format *format = find(formats, feedback.payload_type);
    if (format != NULL) {
        format->feedback |= feedback.message;
    }
}

void cf_sdp_formats_read(const struct cf_sdp_media *media, struct cf_sdp_formats *ret) {
    uint32_t all = 0;
    ret->count = 0;
    ret->trr_int_msec = CF_FEEDBACK_NO_INTERVAL;
    memset(ret->index, 0, sizeof ret->index);
    read_types(media->formats, ret);
    for (size_t i = 0; i < media->lines.count; i++) {
        const struct cf_sdp_line *line = &media->lines.at[i];
        if (line->type != 'a' || line->value.at == NULL) {
            continue;
        }
        if (cf_str_eq(line->name, CF_STR("rtpmap"))) {
            read_rtpmap(line->value, ret);
        } else if (cf_str_eq(line->name, CF_STR("fmtp"))) {
            read_fmtp(line->value, ret);
        } else if (cf_str_eq(line->name, CF_STR("rtcp-fb"))) {
            read_feedback(line->value, ret, &all);
        }
    }
    for (size_t i = 0; i < ret->count; i++) {
        ret->at[i].feedback |= all;
    }
}

void cf_put_sdp_rtpmap(struct cf_writer *w, uint8_t payload_type, struct cf_str encoding, uint32_t clock_hz, uint32_t channels) {
    cf_put_lit(w, "a=rtpmap:");
    cf_put_dec(w, payload_type);
    cf_put_char(w, ' ');
    cf_put(w, encoding);
    cf_put_char(w, '/');
    cf_put_dec(w, clock_hz);
    if (channels > 1) {
        cf_put_char(w, '/');
        cf_put_dec(w, channels);
    }
    cf_put_lit(w, "\r\n");
}

bool cf_sdp_ptime_parse(struct cf_str value, uint16_t *ret_msec) {
    struct cf_str fraction = cf_str_trim(value);
    struct cf_str whole = cf_str_cut(&fraction, '.');
    uint32_t msec = 0;
    uint32_t ignored = 0;
    if (!cf_str_to_u32(whole, UINT16_MAX, &msec) ||
        (fraction.at != NULL && !cf_str_to_u32(cf_str_head(fraction, 6), 999999, &ignored))) {
        return false;
    }
    *ret_msec = (uint16_t)msec;
    return true;
}
