/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is that sound in there? How much of a recording is like a source that may have been mixed into it, late by an unknown time,
 * coded, stretched and cut by jitter buffers on the way. Policy: a function of two recordings at 48 kHz.
 *
 * Both are brought down to 8 kHz. Delays are guessed from the correlation of the whole and tried with some loud pieces,
 * then each piece of 200 ms in which the source is not silent looks for itself near the best of them (normalised
 * cross-correlation), the next piece near where this one was found, or at another of the delays
 * guessed if the recording has jumped. The likeness is the mean over the pieces, weighted by the
 * source's energy: 1 for a copy, about 0.3 and less for a stranger; 0.5 tells them apart also when two others speak at the same
 * time.
 */
#ifndef CF_CORE_CLIP_LIKENESS_H
#define CF_CORE_CLIP_LIKENESS_H

#include "base/err.h"
#include "base/mem.h"

/** The longest delay that is looked for, each way. */
#define CF_LIKENESS_DELAY_MAX_MSEC 10000

/** What was found. */
struct cf_likeness {
    double likeness;    /**< 0..1 */
    int32_t delay_msec; /**< of the recording after the source */
    uint32_t pieces;    /**< compared; 0: the source is silent or too short */
};

/** Compare. Counts of samples. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_likeness_of(const struct cf_mem *mem, const int16_t *recording, size_t recording_count,
                                       const int16_t *source, size_t source_count, struct cf_likeness *ret);

/** A likeness that a stranger does not reach. */
#define CF_LIKENESS_HEARD 0.5

#endif
