/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codec parameters. */
#include "core/sdp/fmtp.h"

#include "core/sdp/sdp.h"

/* Baseline profile, level 1, when nothing is written (RFC 6184 section 8.1). */
#define H264_DEFAULT_LEVEL 10

/* DTMF events 0 to 15. */
#define DTMF_EVENTS 0xFFFFU

void cf_fmtp_default(enum cf_codec codec, union cf_codec_params *ret) {
    memset(ret, 0, sizeof *ret);
    if (codec == CF_CODEC_H264) {
        ret->h264.profile_idc = 0x42;
        ret->h264.level_idc = H264_DEFAULT_LEVEL;
    } else if (codec == CF_CODEC_TELEPHONE_EVENT) {
        ret->event.events = DTMF_EVENTS;
    } else if (codec == CF_CODEC_H265) {
        ret->profile.profile = 1;
    } else if (codec == CF_CODEC_RTX) {
        ret->rtx.apt = CF_PAYLOAD_NONE;
    } else if (codec == CF_CODEC_RED) {
        ret->red.type = CF_PAYLOAD_NONE;
    }
}

static void set_u32(struct cf_str value, uint32_t max, uint32_t *place) {
    uint32_t number = 0;
    if (cf_str_to_u32(value, max, &number)) {
        *place = number;
    }
}

static void set_u8(struct cf_str value, uint32_t max, uint8_t *place) {
    uint32_t number = *place;
    set_u32(value, max, &number);
    *place = (uint8_t)number;
}

static void set_flag(struct cf_str value, bool *place) {
    if (cf_str_eq(value, CF_STR("0")) || cf_str_eq(value, CF_STR("1"))) {
        *place = value.at[0] == '1';
    }
}

static bool is(struct cf_str name, const char *wanted) {
    return cf_str_eq_nocase(name, cf_str_of(wanted));
}

static void set_opus(struct cf_str name, struct cf_str value, struct cf_opus_params *p) {
    if (is(name, "useinbandfec")) {
        set_flag(value, &p->has_inband_fec);
    } else if (is(name, "stereo")) {
        set_flag(value, &p->is_stereo);
    } else if (is(name, "sprop-stereo")) {
        set_flag(value, &p->is_stereo_source);
    } else if (is(name, "cbr")) {
        set_flag(value, &p->is_cbr);
    } else if (is(name, "usedtx")) {
        set_flag(value, &p->has_dtx);
    } else if (is(name, "maxplaybackrate")) {
        set_u32(value, 48000, &p->max_playback_hz);
    } else if (is(name, "sprop-maxcapturerate")) {
        set_u32(value, 48000, &p->max_capture_hz);
    } else if (is(name, "maxaveragebitrate")) {
        set_u32(value, 510000, &p->max_average_bps);
    } else if (is(name, "minptime")) {
        set_u8(value, 120, &p->min_ptime_msec);
    }
}

static void set_h264(struct cf_str name, struct cf_str value, struct cf_h264_params *p) {
    if (is(name, "profile-level-id")) {
        (void)cf_h264_profile_level_parse(value, p);
    } else if (is(name, "packetization-mode")) {
        set_u8(value, 2, &p->packetization_mode);
    } else if (is(name, "level-asymmetry-allowed")) {
        set_flag(value, &p->has_level_asymmetry);
    } else if (is(name, "max-mbps")) {
        set_u32(value, UINT32_MAX, &p->max_mbps);
    } else if (is(name, "max-fs")) {
        set_u32(value, UINT32_MAX, &p->max_fs);
    } else if (is(name, "max-br")) {
        set_u32(value, UINT32_MAX, &p->max_br);
    }
}

static void set_vp8(struct cf_str name, struct cf_str value, struct cf_vp8_params *p) {
    if (is(name, "max-fr")) {
        set_u32(value, UINT32_MAX, &p->max_fr);
    } else if (is(name, "max-fs")) {
        set_u32(value, UINT32_MAX, &p->max_fs);
    }
}

static void set_profile(struct cf_str name, struct cf_str value, struct cf_profile_params *p) {
    if (is(name, "profile-id") || is(name, "profile")) {
        set_u8(value, 255, &p->profile);
    } else if (is(name, "level-id") || is(name, "level-idx")) {
        set_u8(value, 255, &p->level);
    } else if (is(name, "tier-flag") || is(name, "tier")) {
        set_u8(value, 1, &p->tier);
    }
}

static void set_rtx(struct cf_str name, struct cf_str value, struct cf_rtx_params *p) {
    if (is(name, "apt")) {
        set_u8(value, CF_PAYLOAD_COUNT - 1, &p->apt);
    } else if (is(name, "rtx-time")) {
        set_u32(value, UINT32_MAX, &p->rtx_time_msec);
    }
}

static void set(enum cf_codec codec, struct cf_str name, struct cf_str value, union cf_codec_params *p) {
    if (codec == CF_CODEC_OPUS) {
        set_opus(name, value, &p->opus);
    } else if (codec == CF_CODEC_H264) {
        set_h264(name, value, &p->h264);
    } else if (codec == CF_CODEC_VP8) {
        set_vp8(name, value, &p->vp8);
    } else if (codec == CF_CODEC_VP9 || codec == CF_CODEC_AV1 || codec == CF_CODEC_H265) {
        set_profile(name, value, &p->profile);
    } else if (codec == CF_CODEC_RTX) {
        set_rtx(name, value, &p->rtx);
    }
}

/* "0-15,66": numbers and ranges (RFC 4733 section 2.4.1). Events above 31 are nothing that we do. */
static uint32_t parse_events(struct cf_str list) {
    uint32_t events = 0;
    while (list.at != NULL) {
        struct cf_str last = cf_str_trim(cf_str_cut(&list, ','));
        struct cf_str first = cf_str_cut(&last, '-');
        uint32_t from = 0;
        uint32_t to = 0;
        if (!cf_str_to_u32(first, 255, &from)) {
            continue;
        }
        to = from;
        if (last.at != NULL && !cf_str_to_u32(last, 255, &to)) {
            continue;
        }
        for (uint32_t i = from; i <= to && i < 32; i++) {
            events |= 1U << i;
        }
    }
    return events;
}

/* "111/111": payload types, the primary's first. */
static void parse_red(struct cf_str types, struct cf_red_params *p) {
    uint32_t first = CF_PAYLOAD_NONE;
    for (p->count = 0; types.at != NULL && p->count < UINT8_MAX; p->count++) {
        uint32_t type = 0;
        bool is_type = cf_str_to_u32(cf_str_trim(cf_str_cut(&types, '/')), CF_PAYLOAD_COUNT - 1, &type);
        if (!is_type || (p->count > 0 && type != first)) {
            *p = (struct cf_red_params){.type = CF_PAYLOAD_NONE};
            return;
        }
        first = type;
    }
    p->type = (uint8_t)first;
}

void cf_fmtp_parse(enum cf_codec codec, struct cf_str params, union cf_codec_params *ret) {
    cf_fmtp_default(codec, ret);
    struct cf_str rest = params;
    if (codec == CF_CODEC_TELEPHONE_EVENT) {
        if (params.len > 0) {
            ret->event.events = parse_events(params);
        }
        return;
    }
    if (codec == CF_CODEC_RED) {
        parse_red(params, &ret->red);
        return;
    }
    while (rest.at != NULL) {
        struct cf_str value = cf_str_trim(cf_str_cut(&rest, ';'));
        struct cf_str name = cf_str_trim(cf_str_cut(&value, '='));
        set(codec, name, cf_str_trim(value), ret);
    }
}

/* The parameters of one line as they are put: what stands before the next one. */
struct list {
    struct cf_writer *w;
    uint8_t payload_type;
    bool has_one;
};

static void put_name(struct list *l, struct cf_str name) {
    if (l->has_one) {
        cf_put_char(l->w, ';');
    } else {
        cf_put_lit(l->w, "a=fmtp:");
        cf_put_dec(l->w, l->payload_type);
        cf_put_char(l->w, ' ');
    }
    l->has_one = true;
    cf_put(l->w, name);
}

static void put_number(struct list *l, struct cf_str name, uint32_t value) {
    if (value > 0) {
        put_name(l, name);
        cf_put_char(l->w, '=');
        cf_put_dec(l->w, value);
    }
}

static void put_opus(struct list *l, const struct cf_opus_params *p) {
    put_number(l, CF_STR("maxplaybackrate"), p->max_playback_hz);
    put_number(l, CF_STR("sprop-maxcapturerate"), p->max_capture_hz);
    put_number(l, CF_STR("maxaveragebitrate"), p->max_average_bps);
    put_number(l, CF_STR("minptime"), p->min_ptime_msec);
    put_number(l, CF_STR("stereo"), p->is_stereo);
    put_number(l, CF_STR("sprop-stereo"), p->is_stereo_source);
    put_number(l, CF_STR("cbr"), p->is_cbr);
    put_number(l, CF_STR("useinbandfec"), p->has_inband_fec);
    put_number(l, CF_STR("usedtx"), p->has_dtx);
}

static void put_h264(struct list *l, const struct cf_h264_params *p) {
    const uint8_t octets[] = {p->profile_idc, p->profile_iop, p->level_idc};
    put_name(l, CF_STR("profile-level-id="));
    cf_put_hex(l->w, (struct cf_span){octets, sizeof octets});
    put_number(l, CF_STR("packetization-mode"), p->packetization_mode);
    put_number(l, CF_STR("level-asymmetry-allowed"), p->has_level_asymmetry);
    put_number(l, CF_STR("max-mbps"), p->max_mbps);
    put_number(l, CF_STR("max-fs"), p->max_fs);
    put_number(l, CF_STR("max-br"), p->max_br);
}

static void put_profile(struct list *l, enum cf_codec codec, const struct cf_profile_params *p) {
    bool is_av1 = codec == CF_CODEC_AV1;
    bool is_default = p->profile == (codec == CF_CODEC_H265 ? 1 : 0);
    if (!is_default) {
        put_number(l, is_av1 ? CF_STR("profile") : CF_STR("profile-id"), p->profile);
    }
    put_number(l, is_av1 ? CF_STR("level-idx") : CF_STR("level-id"), p->level);
    put_number(l, is_av1 ? CF_STR("tier") : CF_STR("tier-flag"), p->tier);
}

static void put_events(struct list *l, uint32_t events) {
    if (events == 0) {
        return;
    }
    bool has_one = false;
    put_name(l, CF_STR(""));
    for (uint32_t first = 0; first < 32; first++) {
        uint32_t last = first;
        if ((events >> first & 1U) == 0) {
            continue;
        }
        while (last < 31 && (events >> (last + 1) & 1U) != 0) {
            last++;
        }
        if (has_one) {
            cf_put_char(l->w, ',');
        }
        cf_put_dec(l->w, first);
        if (last > first) {
            cf_put_char(l->w, '-');
            cf_put_dec(l->w, last);
        }
        has_one = true;
        first = last;
    }
}

static void put_rtx(struct list *l, const struct cf_rtx_params *p) {
    if (p->apt != CF_PAYLOAD_NONE) {
        put_name(l, CF_STR("apt="));
        cf_put_dec(l->w, p->apt);
    }
    put_number(l, CF_STR("rtx-time"), p->rtx_time_msec);
}

static void put_red(struct list *l, const struct cf_red_params *p) {
    for (size_t i = 0; i < p->count; i++) {
        if (i == 0) {
            put_name(l, CF_STR_NONE);
        } else {
            cf_put_char(l->w, '/');
        }
        cf_put_dec(l->w, p->type);
    }
}

void cf_put_fmtp(struct cf_writer *w, uint8_t payload_type, enum cf_codec codec, const union cf_codec_params *params) {
    struct list l = {.w = w, .payload_type = payload_type};
    if (codec == CF_CODEC_OPUS) {
        put_opus(&l, &params->opus);
    } else if (codec == CF_CODEC_H264) {
        put_h264(&l, &params->h264);
    } else if (codec == CF_CODEC_VP8) {
        put_number(&l, CF_STR("max-fr"), params->vp8.max_fr);
        put_number(&l, CF_STR("max-fs"), params->vp8.max_fs);
    } else if (codec == CF_CODEC_TELEPHONE_EVENT) {
        put_events(&l, params->event.events);
    } else if (codec == CF_CODEC_VP9 || codec == CF_CODEC_AV1 || codec == CF_CODEC_H265) {
        put_profile(&l, codec, &params->profile);
    } else if (codec == CF_CODEC_RTX) {
        put_rtx(&l, &params->rtx);
    } else if (codec == CF_CODEC_RED) {
        put_red(&l, &params->red);
    }
    if (l.has_one) {
        cf_put_lit(w, "\r\n");
    }
}

/*
 * Baseline and constrained baseline are one: streams of the difference (FMO, ASO, redundant slices) are not made by anybody,
 * while phones answer one with the other. DEVIATION(docs/rfc/6184.md#baseline)
 */
static enum cf_h264_profile profile_family(const struct cf_h264_params *params) {
    enum cf_h264_profile profile = cf_h264_profile_of(params);
    return profile == CF_H264_PROFILE_BASELINE ? CF_H264_PROFILE_CONSTRAINED_BASELINE : profile;
}

bool cf_fmtp_is_same_profile(enum cf_codec codec, const union cf_codec_params *a, const union cf_codec_params *b) {
    if (codec == CF_CODEC_H264) {
        return profile_family(&a->h264) == profile_family(&b->h264) && profile_family(&a->h264) != CF_H264_PROFILE_OTHER;
    }
    if (codec == CF_CODEC_VP9 || codec == CF_CODEC_AV1 || codec == CF_CODEC_H265) {
        return a->profile.profile == b->profile.profile;
    }
    return true;
}

bool cf_fmtp_is_same_format(enum cf_codec codec, const union cf_codec_params *a, const union cf_codec_params *b) {
    bool is_same_mode = codec != CF_CODEC_H264 || a->h264.packetization_mode == b->h264.packetization_mode;
    return is_same_mode && cf_fmtp_is_same_profile(codec, a, b);
}
