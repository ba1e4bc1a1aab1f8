/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads application/resource-lists+xml (RFC 4826 section 3, RFC 5364) into a core list. Nested lists are flattened; <entry-ref>
 * and <external> point elsewhere and are passed over, so is everything of other vocabularies. Single-threaded.
 */
#ifndef CF_ADAPT_EXPAT_EXPAT_RESOURCE_LIST_H
#define CF_ADAPT_EXPAT_EXPAT_RESOURCE_LIST_H

#include "core/conf/resource_list.h"

/** Longest document, octets. */
#define CF_EXPAT_RESOURCE_LIST_MAX (256U * 1024U)

/**
 * Read @p xml into @p list, which is empty and has its limit. CF_ERR_MALFORMED (not well formed, a DTD, another root, an entry
 * without a usable URI), CF_ERR_LIMIT (octets, depth, entries), CF_ERR_NO_MEMORY; the list may be partly filled then.
 */
CF_MUST_USE enum cf_err cf_expat_read_resource_list(struct cf_str xml, struct cf_resource_list *list);

#endif
