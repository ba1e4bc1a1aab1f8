/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 7587 parameters. */
#include "core/mix/opus_fmtp.h"

#define RATE_MIN_HZ 8000
#define RATE_MAX_HZ 48000
#define BITRATE_MIN_BPS 6000
#define BITRATE_MAX_BPS 510000
#define PTIME_MAX_MSEC 120

struct cf_opus_fmtp cf_opus_fmtp_default(void) {
    return (struct cf_opus_fmtp){.max_playback_rate_hz = RATE_MAX_HZ};
}

/* @p value if it is a number of @p min..@p max, else @p otherwise. */
static uint32_t number(struct cf_str value, uint32_t min, uint32_t max, uint32_t otherwise) {
    uint32_t parsed = 0;
    return cf_str_to_u32(value, max, &parsed) && parsed >= min ? parsed : otherwise;
}

static bool flag(struct cf_str value, bool otherwise) {
    return number(value, 0, 1, otherwise) == 1;
}

static void take(struct cf_opus_fmtp *fmtp, struct cf_str name, struct cf_str value) {
    if (cf_str_eq_nocase(name, CF_STR("maxplaybackrate"))) {
        fmtp->max_playback_rate_hz = number(value, RATE_MIN_HZ, RATE_MAX_HZ, fmtp->max_playback_rate_hz);
    } else if (cf_str_eq_nocase(name, CF_STR("maxaveragebitrate"))) {
        fmtp->max_average_bps = number(value, BITRATE_MIN_BPS, BITRATE_MAX_BPS, fmtp->max_average_bps);
    } else if (cf_str_eq_nocase(name, CF_STR("minptime"))) {
        fmtp->min_ptime_msec = (uint16_t)number(value, 3, PTIME_MAX_MSEC, fmtp->min_ptime_msec);
    } else if (cf_str_eq_nocase(name, CF_STR("stereo"))) {
        fmtp->stereo = flag(value, fmtp->stereo);
    } else if (cf_str_eq_nocase(name, CF_STR("cbr"))) {
        fmtp->cbr = flag(value, fmtp->cbr);
    } else if (cf_str_eq_nocase(name, CF_STR("useinbandfec"))) {
        fmtp->in_band_fec = flag(value, fmtp->in_band_fec);
    } else if (cf_str_eq_nocase(name, CF_STR("usedtx"))) {
        fmtp->dtx = flag(value, fmtp->dtx);
    }
}

struct cf_opus_fmtp cf_opus_fmtp_parse(struct cf_str text) {
    struct cf_opus_fmtp fmtp = cf_opus_fmtp_default();
    while (text.at != NULL) {
        struct cf_str value = cf_str_cut(&text, ';');
        struct cf_str name = cf_str_cut(&value, '=');
        take(&fmtp, cf_str_trim(name), cf_str_trim(value));
    }
    return fmtp;
}

static void put_number(struct cf_writer *w, bool *first, struct cf_str name, uint32_t value, uint32_t otherwise) {
    if (value == otherwise) {
        return;
    }
    cf_put(w, *first ? CF_STR("") : CF_STR(";"));
    cf_put(w, name);
    cf_put_char(w, '=');
    cf_put_dec(w, value);
    *first = false;
}

void cf_put_opus_fmtp(struct cf_writer *w, const struct cf_opus_fmtp *fmtp) {
    bool first = true;
    put_number(w, &first, CF_STR("maxplaybackrate"), fmtp->max_playback_rate_hz, RATE_MAX_HZ);
    put_number(w, &first, CF_STR("maxaveragebitrate"), fmtp->max_average_bps, 0);
    put_number(w, &first, CF_STR("minptime"), fmtp->min_ptime_msec, 0);
    put_number(w, &first, CF_STR("stereo"), fmtp->stereo, 0);
    put_number(w, &first, CF_STR("cbr"), fmtp->cbr, 0);
    put_number(w, &first, CF_STR("useinbandfec"), fmtp->in_band_fec, 0);
    put_number(w, &first, CF_STR("usedtx"), fmtp->dtx, 0);
}

static uint16_t choose_ptime(uint16_t wanted_msec, uint16_t least_msec) {
    uint16_t chosen = cf_audio_round_ptime(wanted_msec);
    uint16_t least = cf_audio_round_ptime(least_msec);
    return least_msec > 0 && least > chosen ? least : chosen;
}

struct cf_audio_params cf_opus_fmtp_params(const struct cf_opus_fmtp *fmtp, uint16_t ptime_msec) {
    return (struct cf_audio_params){
        .ptime_msec = choose_ptime(ptime_msec, fmtp->min_ptime_msec),
        .bitrate_bps = fmtp->max_average_bps,
        .playback_rate_hz = fmtp->max_playback_rate_hz,
        .fec = fmtp->in_band_fec,
        .dtx = fmtp->dtx,
        .cbr = fmtp->cbr,
    };
}
