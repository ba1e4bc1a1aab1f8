/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 (RFC 3629) one code point at a time, forgiving: what is not well formed comes out as U+FFFD, one for each maximal part
 * that could have begun a character, and reading goes on behind it. Pure, any thread.
 */
#ifndef CF_BASE_UTF8_H
#define CF_BASE_UTF8_H

#include "base/writer.h"

/** What stands for octets that are no character. */
#define CF_UTF8_REPLACEMENT 0xFFFDU

/** Take the first code point off @p rest, which must not be empty. */
uint32_t cf_utf8_take(struct cf_str *rest);

/** Write @p code_point, a Unicode scalar value. */
void cf_put_utf8(struct cf_writer *w, uint32_t code_point);

#endif
