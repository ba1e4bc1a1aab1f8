/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * POST requests over HTTP and HTTPS by libcurl, several at a time, each with a result. No redirects, no proxies, nothing but
 * http and https, certificates are checked; each address is shown to the caller before a connection is made to it, after names
 * were resolved, so that a name can't lead where an address may not (attacks T45). Of answers only the status is looked at.
 * One thread.
 */
#ifndef CF_ADAPT_CURL_HTTP_POSTER_H
#define CF_ADAPT_CURL_HTTP_POSTER_H

#include "base/addr.h"
#include "base/err.h"
#include "base/handle.h"

/** Requests at a time; more are refused. */
#define CF_HTTP_POSTER_MAX 64

/** A poster; opaque. */
struct cf_http_poster;

/** Settings; kept by reference. */
struct cf_http_poster_config {
    const char *user_agent;
    const char *authorities; /**< PEM file of those that sign certificates; NULL: those of the system */
    /** May a connection to @p addr be made? Called in cf_http_poster_run(). */
    bool (*allows)(void *ctx, const struct cf_addr *addr);
    void *ctx;
    long timeout_msec; /**< for a whole request */
};

/** A request. Copied. */
struct cf_http_post {
    struct cf_handle tag;      /**< given back with the result */
    const char *url;           /**< NUL-terminated */
    const char *const *fields; /**< lines without their end, NUL-terminated, NULL behind the last */
    struct cf_str body;
};

/** A result. */
struct cf_http_result {
    struct cf_handle tag;
    unsigned status; /**< 0: no answer */
};

/** Once in the life of the program, before any thread: what libcurl needs. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_http_poster_global_init(void);

/** Make one. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_http_poster_create(const struct cf_http_poster_config *config, struct cf_http_poster **ret);

/** Free it; requests under way are given up. Sets the pointer to NULL; NULL is ignored. */
void cf_http_poster_destroy(struct cf_http_poster **poster);

/** Begin a request. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_http_poster_begin(struct cf_http_poster *poster, const struct cf_http_post *post);

/** Go on with all of them; waits up to @p wait_msec for something to happen to them or to @p fd (readable; -1: none). */
void cf_http_poster_run(struct cf_http_poster *poster, int fd, int wait_msec);

/** The next result. False: none yet. */
bool cf_http_poster_poll(struct cf_http_poster *poster, struct cf_http_result *ret);

#endif
