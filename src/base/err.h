/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors: one table (err_table.h), each with a class that decides what to do. 0 is success; the first error wins; codes are never
 * combined. Functions that can fail return enum cf_err and leave their ret_ parameters untouched then. "Not there" and "nothing
 * to do" are results, not errors.
 */
#ifndef CF_BASE_ERR_H
#define CF_BASE_ERR_H

#include "base/bug.h"
#include <stdint.h>

/** What failed; CF_OK is 0. */
enum cf_err {
    CF_OK = 0,
#define X(name, class_name, text) CF_ERR_##name,
#include "base/err_table.h"
#undef X
    CF_ERR_COUNT_, /**< number of codes, not a code */
};

/** Whose business an error is. */
enum cf_err_class {
    CF_ERR_CLASS_NONE,     /**< no error */
    CF_ERR_CLASS_PEER,     /**< the peer's fault: answer 4xx or drop, count, go on */
    CF_ERR_CLASS_LIMIT,    /**< a limit was reached: refuse, count, go on */
    CF_ERR_CLASS_STATE,    /**< the caller's fault at run time: refuse */
    CF_ERR_CLASS_RESOURCE, /**< ours: 500 or 503, log */
    CF_ERR_CLASS_UPSTREAM, /**< another server's: try the next, else 503 or 504 */
    CF_ERR_CLASS_CONFIG,   /**< the operator's: say where, don't start */
};

/** A parse error with its place. */
struct cf_parse_error {
    enum cf_err code;
    uint32_t offset;  /**< octets from the start of the input */
    const char *what; /**< the element that was expected there, static text, such as "Via" */
};

/** English text of @p err, never NULL. */
const char *cf_err_text(enum cf_err err);

/** Upper-case name of @p err as in the table, for logs and counters. */
const char *cf_err_name(enum cf_err err);

/** Class of @p err. */
enum cf_err_class cf_err_class_of(enum cf_err err);

#endif
