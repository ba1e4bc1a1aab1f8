/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names and subjects that people chose, made fit to be shown to others: valid UTF-8, one line, single blanks, nothing invisible
 * and nothing that turns the direction of writing round (so that a name can't be made to look like another's by them; look-alike
 * letters remain, which is why documents tell the verified identity beside the name). Policy. Any thread.
 */
#ifndef CF_CORE_CONF_DISPLAY_NAME_H
#define CF_CORE_CONF_DISPLAY_NAME_H

#include "base/str.h"

/** Write the clean form of @p text to @p out, at most @p size octets, cut between characters. Returns its length. */
size_t cf_display_name_clean(struct cf_str text, char *out, size_t size);

#endif
