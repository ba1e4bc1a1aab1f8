/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading an INI file, over inih. What the keys mean is not known here: each is handed to a handler. */
#ifndef CF_SHELL_CONFIG_CONFIG_FILE_H
#define CF_SHELL_CONFIG_CONFIG_FILE_H

#include "base/err.h"
#include "base/str.h"

/** Longest line that is no comment, octets. */
#define CF_CONFIG_LINE_MAX 198

/** Called for each key in order, with its line from 1 on. Returns false to stop the reading at that line. */
typedef bool cf_config_file_handler(void *ctx, struct cf_str section, struct cf_str key, struct cf_str value, int line);

/**
 * Read @p path. CF_ERR_NOT_FOUND if it can't be opened, CF_ERR_CONFIG with the line in @p ret_line if a line has no key and
 * value, is longer than CF_CONFIG_LINE_MAX, or the handler said no.
 */
CF_MUST_USE enum cf_err cf_config_file_read(const char *path, cf_config_file_handler *handler, void *ctx, int *ret_line);

#endif
