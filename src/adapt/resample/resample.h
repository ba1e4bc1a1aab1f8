/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resampling for the mixer, by speexdsp. The library takes its filters' memory from the C heap; what we allocate comes from the
 * cf_mem. Filters cost memory and time at creation only.
 */
#ifndef CF_ADAPT_RESAMPLE_RESAMPLE_H
#define CF_ADAPT_RESAMPLE_RESAMPLE_H

#include "core/mix/resampler.h"

/** The resampler. */
extern const struct cf_resampler cf_resampler_speex;

#endif
