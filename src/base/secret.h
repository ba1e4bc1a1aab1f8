/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing what an attacker could otherwise guess octet by octet: MACs, digests, keys. Pure, any thread. */
#ifndef CF_BASE_SECRET_H
#define CF_BASE_SECRET_H

#include "base/str.h"

/** Are the octets of @p a and @p b the same? Takes a time that depends on their lengths only, which are no secret. */
bool cf_secret_eq(struct cf_span a, struct cf_span b);

#endif
