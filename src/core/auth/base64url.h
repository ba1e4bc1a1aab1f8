/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 for URLs (RFC 4648 section 5) without padding, as tokens have it (RFC 7515 section 2). Pure functions. */
#ifndef CF_CORE_AUTH_BASE64URL_H
#define CF_CORE_AUTH_BASE64URL_H

#include "base/writer.h"

/** Write @p octets. */
void cf_put_base64url(struct cf_writer *w, struct cf_span octets);

/** Decode all of @p text into @p w. False: another character, padding, bits left over that are not zero, or no room. */
bool cf_base64url_decode(struct cf_str text, struct cf_writer *w);

#endif
