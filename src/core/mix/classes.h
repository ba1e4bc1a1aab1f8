/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes of a mixer's listeners: who shares an encoder with whom. Private to the mixer. */
#ifndef CF_CORE_MIX_CLASSES_H
#define CF_CORE_MIX_CLASSES_H

#include "core/mix/mixer.h"

/** Would legs of @p a and @p b be in one class? */
bool cf_mixer_is_same_class(const struct cf_mix_leg_config *a, const struct cf_mix_leg_config *b);

/**
 * Count a leg among those of the class that @p config asks for, made if need be; NULL if it never gets anything. CF_ERR_LIMIT,
 * CF_ERR_NO_MEMORY, CF_ERR_UNSUPPORTED (packet time).
 */
CF_MUST_USE enum cf_err cf_mixer_join_class(struct cf_mixer *mixer, const struct cf_mix_leg_config *config,
                                            struct cf_mix_class **ret_class);

/** A leg leaves @p class (NULL: nothing happens), which ends with its last one. */
void cf_mixer_leave_class(struct cf_mixer *mixer, struct cf_mix_class *class);

#endif
