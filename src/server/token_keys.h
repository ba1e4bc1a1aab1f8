/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of tokens in a file of the state folder, readable by its owner only: lines of a name and 64 hexadecimal digits, the
 * current one first. On the loop's thread.
 */
#ifndef CF_SERVER_TOKEN_KEYS_H
#define CF_SERVER_TOKEN_KEYS_H

#include "core/auth/token.h"

/** Read the file in @p folder, or make a key and write it at the first start. CF_ERR_MALFORMED, as cf_file_read(); logged. */
CF_MUST_USE enum cf_err cf_token_keys_load(const char *folder, struct cf_token_keys *ret);

/** Make a new current key; the current one becomes the former one. Nothing changes on an error; logged. */
CF_MUST_USE enum cf_err cf_token_keys_rotate(const char *folder, struct cf_token_keys *keys);

#endif
