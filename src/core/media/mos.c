/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/mos.h"

/* R of a perfect narrow-band call, times 100 (G.107 section 7). */
#define R_BEST 9320

/* Packing, encoding, decoding and playing, one way. */
#define FIXED_USEC CF_MSEC(45)

/* Beyond this one-way delay talkers begin to get in each other's way. */
#define DELAY_KNEE_USEC 177300

/* Robustness against loss (Bpl of G.113 appendix I), times 10: Opus and G.711 with concealment; others conceal less. */
static int64_t robustness(enum cf_codec codec) {
    return codec == CF_CODEC_OPUS || codec == CF_CODEC_PCMU || codec == CF_CODEC_PCMA ? 251 : 170;
}

/* Id, times 100: 0.024 for each ms, and 0.11 more for each beyond the knee. */
static int64_t delay_impairment(cf_usec delay) {
    int64_t beyond = delay > DELAY_KNEE_USEC ? delay - DELAY_KNEE_USEC : 0;
    return (delay * 24 + beyond * 110) / 10000;
}

/* Ie,eff with Ie 0, times 100: 95 Ppl / (Ppl + Bpl). */
static int64_t loss_impairment(enum cf_codec codec, uint32_t loss_permille) {
    int64_t percent_10 = loss_permille;
    return 9500 * percent_10 / (percent_10 + robustness(codec));
}

/* MOS times 100 of R times 100 (G.107 annex B): 1 + 0.035 R + R (R - 60) (100 - R) 7e-6. */
static uint16_t mos_of(int64_t r) {
    if (r <= 0) {
        return 100;
    }
    int64_t mos = (INT64_C(1000000000000) + r * 350000000 + 7 * r * (r - 6000) * (10000 - r)) / INT64_C(10000000000);
    return (uint16_t)(mos < 100 ? 100 : mos > 450 ? 450 : mos);
}

uint16_t cf_mos_centi(const struct cf_mos_input *input) {
    cf_usec one_way = input->round_trip_usec > 0 ? input->round_trip_usec / 2 : 0;
    cf_usec delay = one_way + 2 * input->jitter_usec + FIXED_USEC;
    /* More than ten seconds are as bad as ten. */
    delay = delay > CF_SEC(10) ? CF_SEC(10) : delay;
    return mos_of(R_BEST - delay_impairment(delay) - loss_impairment(input->codec, input->loss_permille));
}
