/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why something that was asked for is not done: a status of HTTP, a code for programs, words for people (RFC 9457). Value type.
 */
#ifndef CF_SERVER_PROBLEM_H
#define CF_SERVER_PROBLEM_H

#include "core/conf/denial.h"

/** A problem; none if .status is 0. Texts are static, or the caller's. */
struct cf_problem {
    unsigned status;
    struct cf_str code;   /**< "link-expired" */
    struct cf_str detail; /**< absent: the phrase of the status says it all */
};

/** No problem. */
#define CF_PROBLEM_NONE ((struct cf_problem){0, {NULL, 0}, {NULL, 0}})

/** One of literals. */
#define CF_PROBLEM(status, code, detail) ((struct cf_problem){(status), CF_STR(code), CF_STR(detail)})

/** What a conference refuses. */
struct cf_problem cf_problem_of_denial(struct cf_denial denial);

/** What a database or file refuses. */
struct cf_problem cf_problem_of_err(enum cf_err err);

#endif
