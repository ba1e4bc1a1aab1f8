/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole file in memory. */
#ifndef CF_UA_WHOLE_FILE_H
#define CF_UA_WHOLE_FILE_H

#include "base/err.h"
#include "base/str.h"

/** Longest file that is read, octets. */
#define CF_WHOLE_FILE_MAX ((size_t)512 * 1024 * 1024)

/** Read @p path; free() the octets. CF_ERR_NOT_FOUND, CF_ERR_LIMIT, CF_ERR_NO_MEMORY, CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_whole_file_read(const char *path, struct cf_span *ret);

#endif
