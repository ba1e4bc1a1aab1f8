/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REFER: people added, removed, made administrator. Private to core/focus. */
#ifndef CF_CORE_FOCUS_REFER_H
#define CF_CORE_FOCUS_REFER_H

#include "core/focus/leg.h"

/** REFER outside a dialog, for the conference @p conf. */
void cf_focus_on_refer(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                       const struct cf_caller *caller, cf_usec now);

/** REFER inside the dialog of @p leg: answers it. */
void cf_leg_on_refer(struct cf_leg *leg, struct cf_tx_id tx, const struct cf_sip_message *message, cf_usec now);

#endif
