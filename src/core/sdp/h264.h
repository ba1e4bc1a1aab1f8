/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * H.264 profiles and levels as SDP speaks of them (RFC 6184 sections 8.1 and 8.2.2). A profile is one or several patterns of
 * profile_idc and constraint flags (table 5 there); levels have an order in which 1b lies between 1 and 1.1. Pure, any thread.
 */
#ifndef CF_CORE_SDP_H264_H
#define CF_CORE_SDP_H264_H

#include "base/str.h"

/** Profile, whichever way it was written. */
enum cf_h264_profile {
    CF_H264_PROFILE_OTHER, /**< none of these */
    CF_H264_PROFILE_CONSTRAINED_BASELINE,
    CF_H264_PROFILE_BASELINE,
    CF_H264_PROFILE_MAIN,
    CF_H264_PROFILE_EXTENDED,
    CF_H264_PROFILE_HIGH,
    CF_H264_PROFILE_CONSTRAINED_HIGH,
};

/** H.264 parameters. 0 in the limits: not written, the level's own limit counts. */
struct cf_h264_params {
    uint8_t profile_idc;        /**< first octet of profile-level-id */
    uint8_t profile_iop;        /**< second: constraint_set0_flag is the highest bit */
    uint8_t level_idc;          /**< third: ten times the level */
    uint8_t packetization_mode; /**< 0 single NAL unit (default), 1 non-interleaved, 2 interleaved */
    bool has_level_asymmetry;   /**< level-asymmetry-allowed: each direction may have its own level */
    uint32_t max_mbps;          /**< macroblocks a second */
    uint32_t max_fs;            /**< macroblocks a frame */
    uint32_t max_br;            /**< video bit rate, 1000 bit/s for most profiles */
};

/** Put the three octets of the hexadecimal @p text into @p params. False (untouched) if it is no profile-level-id. */
bool cf_h264_profile_level_parse(struct cf_str text, struct cf_h264_params *params);

/** The profile of @p params. */
enum cf_h264_profile cf_h264_profile_of(const struct cf_h264_params *params);

/** Order of the levels of two parameter sets: negative, 0, positive. */
int cf_h264_level_cmp(const struct cf_h264_params *a, const struct cf_h264_params *b);

/** Give @p params the level of @p from, and its profile octets what level 1b needs (constraint_set3_flag). */
void cf_h264_level_copy(struct cf_h264_params *params, const struct cf_h264_params *from);

#endif
