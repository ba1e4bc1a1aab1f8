/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads application/conference-info+xml (RFC 4575, with Linphone's extension elements) into a core document. What the core has no
 * place for is passed over. Single-threaded.
 */
#ifndef CF_ADAPT_EXPAT_EXPAT_CONFERENCE_INFO_H
#define CF_ADAPT_EXPAT_EXPAT_CONFERENCE_INFO_H

#include "core/conf/conference_info.h"

/** Longest document, octets. */
#define CF_EXPAT_CONFERENCE_INFO_MAX (4U * 1024U * 1024U)

/**
 * Read @p xml; *ret is to be freed with cf_conference_info_fini(). CF_ERR_MALFORMED (not well formed, a DTD, another root, users
 * or endpoints without a key, states that there are not), CF_ERR_LIMIT, CF_ERR_NO_MEMORY; nothing is to be freed then.
 */
CF_MUST_USE enum cf_err cf_expat_read_conference_info(const struct cf_mem *mem, struct cf_str xml,
                                                      struct cf_conference_info *ret);

#endif
