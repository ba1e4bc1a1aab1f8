/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody may do at the HTTP interface: words, and bits for sets of them. A table. */
#ifndef CF_CORE_AUTH_SCOPE_H
#define CF_CORE_AUTH_SCOPE_H

#include "base/writer.h"

/** Rights. */
enum {
    CF_SCOPE_ROOMS_READ = 1U,  /**< "rooms:read" */
    CF_SCOPE_ROOMS_WRITE = 2U, /**< "rooms:write": make, change, moderate, end */
    CF_SCOPE_LINKS = 4U,       /**< "links" */
    CF_SCOPE_STATISTICS = 8U,  /**< "statistics" */
    CF_SCOPE_WEBHOOKS = 16U,   /**< "webhooks" */
    CF_SCOPE_ADMIN = 32U,      /**< "admin": legs, drain */
    CF_SCOPE_ALL = 63U,
};

/** Number of scopes; the word of number @p index (bit 1 << index). */
#define CF_SCOPE_COUNT 6
struct cf_str cf_scope_word(size_t index);

/** The set that @p text names: words separated by commas or blanks, or "all". False: an unknown word, or none. */
bool cf_scopes_parse(struct cf_str text, unsigned *ret);

/** Write the words of @p scopes, separated by blanks. */
void cf_put_scopes(struct cf_writer *w, unsigned scopes);

#endif
