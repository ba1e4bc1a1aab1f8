/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How good a call sounds, as an estimate: the E-model (ITU-T G.107) with defaults for everything but what is measured here, delay
 * and loss, and from its R the mean opinion score (annex B). A number for comparing calls and for alarms, no measurement of
 * sound: wherever it is shown it is called an estimate. Policy: a pure function in whole numbers.
 */
#ifndef CF_MEDIA_MOS_H
#define CF_MEDIA_MOS_H

#include "base/usec.h"
#include "core/sdp/codec.h"

/** What is known of one direction of a stream of sound. */
struct cf_mos_input {
    enum cf_codec codec;
    uint32_t loss_permille;  /**< packets that did not come, after repair */
    cf_usec round_trip_usec; /**< to the peer; negative: not known, taken for none */
    cf_usec jitter_usec;     /**< a buffer of twice that is taken for granted */
};

/** The score times 100: 100 (bad) to 450. */
uint16_t cf_mos_centi(const struct cf_mos_input *input);

#endif
