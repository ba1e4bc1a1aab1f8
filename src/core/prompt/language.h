/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which language a caller is spoken to in: that of an Accept-Language header (RFC 3261 section 20.3, quality values and ranges as
 * RFC 9110 section 12.5.4 and RFC 4647 section 3.4 have them), else a default. Policy.
 */
#ifndef CF_CORE_PROMPT_LANGUAGE_H
#define CF_CORE_PROMPT_LANGUAGE_H

#include "core/prompt/prompt.h"

/** Most ranges of a header that are looked at. */
#define CF_LANGUAGE_RANGES_MAX 16

/**
 * The language of @p sounds that @p accept (the value of the header; absent or empty: no wish) likes best; @p fallback (a tag) if
 * it likes none, and the first of @p sounds if that isn't there. What can't be read is passed over. Returns its index.
 */
size_t cf_language_choose(const struct cf_sounds *sounds, struct cf_str accept, struct cf_str fallback);

#endif
