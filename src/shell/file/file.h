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

/** When @p path was changed last, nanoseconds of the wall clock; 0 if that can't be told. */
int64_t cf_file_changed_at(const char *path);

/** Called for each file: @p name is its path below the folder, with '/'. False: stop. */
typedef bool cf_file_visitor(void *ctx, const char *path, const char *name);

/**
 * Visit all regular files below @p folder, eight levels deep at most; hidden ones and symbolic links are passed over.
 * CF_ERR_NOT_FOUND if there is no such folder, CF_ERR_LIMIT if a path is too long or the visitor said stop.
 */
CF_MUST_USE enum cf_err cf_file_each(const char *folder, cf_file_visitor *visit, void *ctx);

/**
 * The same, but symbolic links are followed, and @p on_odd is called for what can't be visited: a folder that does not open, what
 * is neither a folder nor a regular file, a link that leads nowhere.
 */
CF_MUST_USE enum cf_err cf_file_each_strictly(const char *folder, cf_file_visitor *visit, cf_file_visitor *on_odd, void *ctx);

/** Replace @p path by @p content, whole or not at all, readable by the owner only if @p is_secret. CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_file_write(const char *path, struct cf_span content, bool is_secret);

/** See to it that @p path is there, made empty if it is not, and can be read by its owner only. CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_file_keep_private(const char *path);

#endif
