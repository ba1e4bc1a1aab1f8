/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTTP interface: a table of routes and their handlers. To add one: a row in web_routes.c and a function. Answers are JSON
 * written into the room that is given; nothing is kept between requests. On the loop's thread; what a handler changes is drained
 * afterwards.
 */
#ifndef CF_SERVER_WEB_ROUTES_H
#define CF_SERVER_WEB_ROUTES_H

#include "core/config/config.h"
#include "core/http/response.h"
#include "core/http/route.h"
#include "core/node/node.h"

/** Room for the body of an answer. */
#define CF_WEB_BODY_MAX 65536

/** A request and what its handler may use. */
struct cf_web_call {
    const struct cf_http_request *request;
    struct cf_http_match match; /**< values of the braces of the pattern */
    struct cf_node *node;
    const struct cf_config *config;
    struct cf_addr remote; /**< who asks */
    cf_usec now;
    struct cf_writer body;            /**< of the answer */
    struct cf_http_response response; /**< preset: 200, application/json; .body is set from the writer */
};

/** Prefix of all routes: what begins with it is never a file. */
#define CF_WEB_API_PREFIX CF_STR("/api/")

/** Answer @p call, whose path begins with the prefix. */
void cf_web_routes_answer(struct cf_web_call *call);

/** An error as JSON: {"error": text}. */
void cf_web_fail(struct cf_web_call *call, unsigned status, struct cf_str text);

#endif
