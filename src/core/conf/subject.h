/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which Subject header of a re-INVITE changes the subject of the conference: Linphone up to 5.3 sends a canned text in every
 * re-INVITE, which is none. Policy: one table. Any thread.
 */
#ifndef CF_CORE_CONF_SUBJECT_H
#define CF_CORE_CONF_SUBJECT_H

#include "base/str.h"

/** Is @p offered a canned text of a phone? Case and surrounding blanks don't matter. */
bool cf_subject_is_canned(struct cf_str offered);

/** Does @p offered change @p current? Not if it is empty, canned or the same. */
bool cf_subject_is_change(struct cf_str current, struct cf_str offered);

#endif
