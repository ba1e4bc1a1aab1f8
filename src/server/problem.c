/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Problems out of denials and errors. */
#include "server/problem.h"

static unsigned status_of(enum cf_denial_reason reason) {
    switch (reason) {
    case CF_DENIAL_NONE:
        return 0;
    case CF_DENIAL_NOT_FOUND:
    case CF_DENIAL_NOT_MEMBER:
        return 404;
    case CF_DENIAL_GONE:
    case CF_DENIAL_CANCELLED:
    case CF_DENIAL_TOO_LATE:
        return 410;
    case CF_DENIAL_NOT_INVITED:
    case CF_DENIAL_NOT_ADMIN:
    case CF_DENIAL_NOT_ORGANISER:
    case CF_DENIAL_NO_ORGANISER:
    case CF_DENIAL_LOCKED:
    case CF_DENIAL_TOO_EARLY:
        return 403;
    case CF_DENIAL_TOO_LONG:
    case CF_DENIAL_LIST_TOO_LONG:
        return 400;
    case CF_DENIAL_FULL:
    case CF_DENIAL_TOO_MANY_DEVICES:
    case CF_DENIAL_ACCOUNT_FULL:
    case CF_DENIAL_IN_USE:
    case CF_DENIAL_STATE:
    case CF_DENIAL_EXISTS:
        return 409;
    case CF_DENIAL_CONFERENCES_FULL:
    case CF_DENIAL_NO_MEMORY:
    case CF_DENIAL_COUNT_:
        break;
    }
    return 503;
}

static struct cf_str code_of(unsigned status) {
    switch (status) {
    case 400:
        return CF_STR("malformed");
    case 403:
        return CF_STR("not-allowed");
    case 404:
        return CF_STR("not-found");
    case 409:
        return CF_STR("conflict");
    case 410:
        return CF_STR("over");
    default:
        return CF_STR("unavailable");
    }
}

struct cf_problem cf_problem_of_denial(struct cf_denial denial) {
    unsigned status = status_of(denial.reason);
    if (status == 0) {
        return CF_PROBLEM_NONE;
    }
    return (struct cf_problem){.status = status, .code = code_of(status), .detail = cf_denial_text(denial.reason)};
}

struct cf_problem cf_problem_of_err(enum cf_err err) {
    switch ((int)err) {
    case CF_OK:
        return CF_PROBLEM_NONE;
    case CF_ERR_NOT_FOUND:
        return CF_PROBLEM(404, "not-found", "There is none of that name");
    case CF_ERR_EXISTS:
        return CF_PROBLEM(409, "conflict", "It is there already");
    case CF_ERR_LIMIT:
        return CF_PROBLEM(503, "unavailable", "A limit of this server is reached");
    default:
        return CF_PROBLEM(503, "unavailable", "It could not be written");
    }
}
