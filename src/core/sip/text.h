/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Free text: of a peer, made safe to show, and of anybody, made safe to stand in a header field. A format. */
#ifndef CF_CORE_SIP_TEXT_H
#define CF_CORE_SIP_TEXT_H

#include "base/writer.h"

/** @p text on one line: folds, CR, LF and NUL become one blank each. Pieces of header values go through here. */
void cf_sip_put_line_text(struct cf_writer *w, struct cf_str text);

/**
 * Text of a peer to be shown or put into a document (Subject, reason phrase...): folds become one blank, control characters and
 * malformed UTF-8 become U+FFFD. The result is well-formed UTF-8 without control characters.
 */
void cf_sip_put_clean_text(struct cf_writer *w, struct cf_str text);

/** As cf_sip_put_clean_text() after resolving a quoted string (cf_sip_put_unquoted()). */
void cf_sip_put_clean_unquoted(struct cf_writer *w, struct cf_str value);

/** "sip:USER@HOST", of parts that need no escapes: names of accounts and guests, and the server's domain. */
void cf_sip_put_address(struct cf_writer *w, struct cf_str user, struct cf_str host);

#endif
