/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.264 profiles and levels. */
#include "core/sdp/h264.h"

#include "base/reader.h"

#define IDC_BASELINE 0x42U
#define IDC_MAIN 0x4DU
#define IDC_EXTENDED 0x58U
#define IDC_HIGH 0x64U

/* constraint_set3_flag, which at level_idc 11 makes it level 1b. */
#define IOP_SET3 0x10U

/* Patterns of RFC 6184 table 5: the flags under .mask must be .value. The first that fits counts. */
static const struct {
    uint8_t idc;
    uint8_t mask;
    uint8_t value;
    enum cf_h264_profile profile;
} patterns[] = {
    {IDC_BASELINE, 0x4F, 0x40, CF_H264_PROFILE_CONSTRAINED_BASELINE},
    {IDC_MAIN, 0x8F, 0x80, CF_H264_PROFILE_CONSTRAINED_BASELINE},
    {IDC_EXTENDED, 0xCF, 0xC0, CF_H264_PROFILE_CONSTRAINED_BASELINE},
    {IDC_BASELINE, 0x4F, 0x00, CF_H264_PROFILE_BASELINE},
    {IDC_EXTENDED, 0xCF, 0x80, CF_H264_PROFILE_BASELINE},
    {IDC_MAIN, 0xAF, 0x00, CF_H264_PROFILE_MAIN},
    {IDC_EXTENDED, 0xCF, 0x00, CF_H264_PROFILE_EXTENDED},
    {IDC_HIGH, 0xFF, 0x00, CF_H264_PROFILE_HIGH},
    {IDC_HIGH, 0xFF, 0x0C, CF_H264_PROFILE_CONSTRAINED_HIGH},
};

bool cf_h264_profile_level_parse(struct cf_str text, struct cf_h264_params *params) {
    uint8_t octets[3];
    size_t len = 0;
    if (cf_hex_decode(text, octets, sizeof octets, &len) != CF_OK || len != sizeof octets) {
        return false;
    }
    params->profile_idc = octets[0];
    params->profile_iop = octets[1];
    params->level_idc = octets[2];
    return true;
}

enum cf_h264_profile cf_h264_profile_of(const struct cf_h264_params *params) {
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (params->profile_idc == patterns[i].idc && (params->profile_iop & patterns[i].mask) == patterns[i].value) {
            return patterns[i].profile;
        }
    }
    return CF_H264_PROFILE_OTHER;
}

/* Profiles in which level 1b is level_idc 11 with constraint_set3_flag; in the others it is level_idc 9. */
static bool has_set3_levels(uint8_t profile_idc) {
    return profile_idc == IDC_BASELINE || profile_idc == IDC_MAIN || profile_idc == IDC_EXTENDED;
}

static bool is_level_1b(const struct cf_h264_params *p) {
    return has_set3_levels(p->profile_idc) ? p->level_idc == 11 && (p->profile_iop & IOP_SET3) != 0 : p->level_idc == 9;
}

/* A number that grows with the level: 1b is between 1 (10) and 1.1 (11). */
static int level_rank(const struct cf_h264_params *p) {
    return is_level_1b(p) ? 21 : 2 * p->level_idc;
}

int cf_h264_level_cmp(const struct cf_h264_params *a, const struct cf_h264_params *b) {
    return level_rank(a) - level_rank(b);
}

void cf_h264_level_copy(struct cf_h264_params *params, const struct cf_h264_params *from) {
    bool is_1b = is_level_1b(from);
    if (!has_set3_levels(params->profile_idc)) {
        params->level_idc = is_1b ? 9 : from->level_idc;
        return;
    }
    params->level_idc = is_1b ? 11 : from->level_idc;
    if (is_1b) {
        params->profile_iop |= IOP_SET3;
    } else if (params->level_idc == 11) {
        params->profile_iop &= (uint8_t)~IOP_SET3;
    }
}
