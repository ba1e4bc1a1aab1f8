/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Routes of an HTTP interface: a table of methods and patterns such as "/api/rooms/{room}/members/{member}". A segment in braces
 * matches one segment of the path that is not empty, with its %HH resolved. A pure function over the table.
 */
#ifndef CF_CORE_HTTP_ROUTE_H
#define CF_CORE_HTTP_ROUTE_H

#include "base/writer.h"
#include "core/http/request.h"

/** Most segments in braces. */
#define CF_HTTP_PARAMS_MAX 4

/** Longest value of all of them together, octets. */
#define CF_HTTP_PARAMS_ROOM 512

/** A route. */
struct cf_http_route {
    struct cf_str method;  /**< "GET" */
    struct cf_str pattern; /**< "/api/rooms/{room}" */
};

/** A match. */
struct cf_http_match {
    size_t index; /**< of the route in the table */
    size_t count;
    struct cf_str params[CF_HTTP_PARAMS_MAX]; /**< values in order, plain, in .room */
    char room[CF_HTTP_PARAMS_ROOM];
    char allow[64]; /**< methods of the path, separated by commas, NUL-terminated; for 405 */
};

/**
 * Find the route of @p request: 0 and @p ret filled; 404: no such path; 405: the path exists for the methods in ret->allow; 400:
 * an escape that is broken or hides a '/', NUL or control character, or too long a path. HEAD is GET.
 */
unsigned cf_http_route_find(const struct cf_http_route *routes, size_t count, const struct cf_http_request *request,
                            struct cf_http_match *ret);

/** Resolve %HH of one segment into @p w. False if an escape is broken or stands for '/', '\', NUL or a control character. */
bool cf_http_put_segment(struct cf_writer *w, struct cf_str segment);

#endif
