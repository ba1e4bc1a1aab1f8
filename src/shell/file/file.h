/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: whole reads and atomic writes, folders. Paths are NUL-terminated and the operator's, never a peer's. */
#ifndef CF_SHELL_FILE_FILE_H
#define CF_SHELL_FILE_FILE_H

#include "base/err.h"
#include "base/str.h"

/** Longest path made here, with NUL. */
#define CF_FILE_PATH_MAX 512

/** Make @p path and its parents, mode 0700 for new ones. CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_file_make_folder(const char *path);

/** "folder/name", or @p name alone if it is absolute. CF_ERR_NO_ROOM if it does not fit @p size. */
CF_MUST_USE enum cf_err cf_file_join(const char *folder, const char *name, char *out, size_t size);

/** Does @p path exist? */
bool cf_file_exists(const char *path);

/** Read all of @p path into @p buffer. CF_ERR_NOT_FOUND, CF_ERR_NO_ROOM, CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_file_read(const char *path, void *buffer, size_t size, size_t *ret_len);

/** Replace @p path by @p content, whole or not at all, readable by the owner only if @p is_secret. CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_file_write(const char *path, struct cf_span content, bool is_secret);

#endif
