/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the focus needs done with bodies that only a library can do: the table through which the adapters (adapt/expat,
 * adapt/zlib) are handed to it. Any of them may be NULL: the focus then answers 415 or leaves bodies uncompressed.
 */
#ifndef CF_CORE_CONF_BODY_TOOLS_H
#define CF_CORE_CONF_BODY_TOOLS_H

#include "base/err.h"
#include "core/conf/resource_list.h"

/** Tools for bodies. All bounded in time and memory by their arguments; single-threaded. */
struct cf_body_tools {
    /**
     * Read an application/resource-lists+xml document into @p list, which is empty and has its limit. CF_ERR_MALFORMED (not well
     * formed, a DTD, an entity, another vocabulary), CF_ERR_LIMIT, CF_ERR_NO_MEMORY; the list may be partly filled then.
     */
    enum cf_err (*read_resource_list)(struct cf_str xml, struct cf_resource_list *list);
    /** Undo Content-Encoding deflate into @p out. CF_ERR_MALFORMED, CF_ERR_TRUNCATED, CF_ERR_LIMIT (more than @p size),
     * CF_ERR_NO_MEMORY. */
    enum cf_err (*inflate)(const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);
    /** Do Content-Encoding deflate. CF_ERR_NO_ROOM, CF_ERR_NO_MEMORY. */
    enum cf_err (*deflate)(const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);
};

#endif
