/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is shown to whom: what of forward.h chooses. Inside of core/sfu only. */
#ifndef CF_SFU_FORWARD_SELECT_H
#define CF_SFU_FORWARD_SELECT_H

#include "core/sfu/forward.h"

/** Something about @p picture has changed: look again at its tiles and at those who follow the speaker. */
void cf_forward_select_picture(struct cf_forward *forward, struct cf_scene *picture, cf_usec now);

/** Look again at @p sink. */
void cf_forward_select_sink(struct cf_forward *forward, struct cf_sink *sink, cf_usec now);

/** Time has passed: look at everybody who may be concerned. */
void cf_forward_select_due(struct cf_forward *forward, cf_usec now);

#endif
