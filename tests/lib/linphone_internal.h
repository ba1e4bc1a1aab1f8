/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the imitated Linphones share. */
#ifndef CF_TESTS_LIB_LINPHONE_INTERNAL_H
#define CF_TESTS_LIB_LINPHONE_INTERNAL_H

#include "lib/linphone_client.h"

/** Copy @p text to a C string; asserts that it fits. */
void linphone_copy(char *to, size_t size, struct cf_str text);

/* --- linphone_lines.c --- */

/** Plan the lines by what is known and wanted. */
void linphone_plan_lines(struct linphone_client *c);

/** The description of the lines as an offer; @p is_first: plain lines with ports of their own. */
void linphone_put_offer(struct linphone_client *c, struct cf_writer *w, bool is_first);

/** The answer to our first offer, @p offer. */
void linphone_put_answer(struct linphone_client *c, struct cf_writer *w, struct cf_str offer);

/* --- linphone_roster.c --- */

/** A document came. */
void linphone_on_document(struct linphone_client *c, struct cf_str xml);

/** Forget what was told. */
void linphone_forget_roster(struct linphone_client *c);

#endif
