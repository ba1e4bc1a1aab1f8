/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTTP interface: a table of routes, whom they are for, and their handlers. To add one: a row in web_routes.c, a function,
 * and its part of docs/api/openapi.json (tests/e2e/test_api.py compares). On the loop's thread; what a handler changes is drained
 * afterwards.
 */
#ifndef CF_SERVER_WEB_ROUTES_H
#define CF_SERVER_WEB_ROUTES_H

#include "server/api_call.h"

/** Is @p path one of the interface's, so never a file? */
bool cf_web_routes_have(struct cf_str path);

/** Answer @p call, whose path is one of these. */
void cf_web_routes_answer(struct cf_api_call *call);

#endif
