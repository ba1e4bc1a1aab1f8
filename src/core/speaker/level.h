/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Audio levels as RFC 6464 and RFC 6465 write them: 0 is the loudest (0 dBov), 127 is -127 dBov or digital silence. A level is
 * claimed by the sender in a header extension, or measured from decoded sound. Claims can be lies (a sender that claims 0 dBov
 * for ever would hold the floor), so a cf_level_judge compares them with what is heard whenever both are known.
 * Pure; no allocation.
 */
#ifndef CF_CORE_SPEAKER_LEVEL_H
#define CF_CORE_SPEAKER_LEVEL_H

#include "base/usec.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Full scale. */
#define CF_LEVEL_LOUDEST 0

/** Digital silence, or muted. */
#define CF_LEVEL_SILENT 127

/** The packet had no level. */
#define CF_LEVEL_UNKNOWN 255

/** RMS level of @p count samples, CF_LEVEL_LOUDEST..CF_LEVEL_SILENT; the overload point is a square wave of full scale. */
uint8_t cf_level_of_pcm(const int16_t *pcm, size_t count);

/** How far one sender's claims can be believed. Zeroed: fully. */
struct cf_level_judge {
    int32_t excess;   /**< running mean of claimed above measured loudness, 1/256 dB, positive: boasts */
    int32_t discount; /**< taken off its claims, 1/256 dB */
    cf_usec since;    /**< when .discount was last updated */
};

/** A frame claimed @p claimed and measured @p measured. */
void cf_level_judge_on_frame(struct cf_level_judge *judge, uint8_t claimed, uint8_t measured, cf_usec now);

/** @p claimed as it should be believed now. A discount wears off slowly, so that a reformed sender is heard again. */
uint8_t cf_level_judge_believe(const struct cf_level_judge *judge, uint8_t claimed, cf_usec now);

#endif
