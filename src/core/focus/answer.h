/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to requests outside of a dialog. Private to core/focus. */
#ifndef CF_CORE_FOCUS_ANSWER_H
#define CF_CORE_FOCUS_ANSWER_H

#include "core/focus/focus.h"

/** Does the focus take a request like that of @p event, from whomever? If not it is answered. */
bool cf_focus_screens(struct cf_focus *focus, const struct cf_endpoint_event *event, cf_usec now);

/** Answer the request of @p event with @p status; @p fields are whole lines, absent: none. */
void cf_focus_answer(struct cf_focus *focus, const struct cf_endpoint_event *event, unsigned status, struct cf_str reason,
                     struct cf_str fields, cf_usec now);

/** Answer with what a denial means in SIP. */
void cf_focus_deny(struct cf_focus *focus, const struct cf_endpoint_event *event, struct cf_denial denial, cf_usec now);

/** Status for a denial. */
unsigned cf_denial_status(enum cf_denial_reason reason);

/** The same inside a dialog: there 404, 410, 480 and their like would end the call (RFC 5057 section 5.1), and become 403. */
unsigned cf_status_in_dialog(unsigned status);

#endif
