/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One tick of a mixer: who is heard, and the sum of them. Private to the mixer. */
#ifndef CF_CORE_MIX_TICK_H
#define CF_CORE_MIX_TICK_H

#include "core/mix/leg.h"
#include "core/mix/mixer.h"

/** Number .tick of @p mixer, nominally at @p now. */
void cf_mixer_tick(struct cf_mixer *mixer, cf_usec now);

/** @p leg is not to be heard any more, without a fade: it leaves. */
void cf_mixer_silence(struct cf_mixer *mixer, struct cf_mix_leg *leg);

#endif
