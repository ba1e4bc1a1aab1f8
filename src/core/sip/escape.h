/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Percent escapes of URIs (RFC 3261 section 19.1.2): %HH for octets that may not stand at a place. A format. */
#ifndef CF_CORE_SIP_ESCAPE_H
#define CF_CORE_SIP_ESCAPE_H

#include "base/writer.h"

/** @p text with %HH resolved (also %00: the result is text with a length). A broken escape is copied as it is. */
void cf_sip_put_unescaped(struct cf_writer *w, struct cf_str text);

/** @p text as the user part of a URI: everything that may not stand there is escaped. */
void cf_sip_put_escaped_user(struct cf_writer *w, struct cf_str text);

/** @p text, with its escapes resolved first, as the user part of a URI: one form for all ways to write the same user. */
void cf_sip_put_normal_user(struct cf_writer *w, struct cf_str text);

/** @p text as the value of a URI parameter, escaped. */
void cf_sip_put_escaped_param(struct cf_writer *w, struct cf_str text);

/** @p text as the name or value of a URI header, escaped. */
void cf_sip_put_escaped_header(struct cf_writer *w, struct cf_str text);

/** Are both texts equal once all escapes are resolved, octet by octet? */
bool cf_sip_unescaped_eq(struct cf_str a, struct cf_str b);

/**
 * Are both texts equal where an escape of a character that is not reserved equals that character (RFC 3261 section 19.1.4)?
 * "%41" is "A", but "%3B" is not ";". With @p is_nocase ASCII case is ignored.
 */
bool cf_sip_escaped_eq(struct cf_str a, struct cf_str b, bool is_nocase);

#endif
