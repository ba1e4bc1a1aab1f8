/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An HTTP request (RFC 9110) in pieces, as a parser has cut it. Views; the parser's buffer keeps them alive. No state. */
#ifndef CF_CORE_HTTP_REQUEST_H
#define CF_CORE_HTTP_REQUEST_H

#include "base/str.h"

/** Most fields, octets of request line and fields, octets of the body. */
#define CF_HTTP_FIELDS_MAX 64
#define CF_HTTP_HEAD_MAX 16384
#define CF_HTTP_BODY_MAX 65536

/** A field. */
struct cf_http_field {
    struct cf_str name;
    struct cf_str value; /**< without blanks at its ends */
};

/** A request. */
struct cf_http_request {
    struct cf_str method; /**< "GET" */
    struct cf_str path;   /**< "/api/rooms/tea", still escaped */
    struct cf_str query;  /**< behind '?'; absent if there is none */
    struct cf_str body;   /**< empty if there is none */
    bool is_1_1;          /**< HTTP/1.1, else 1.0 */
    bool keeps_alive;     /**< the connection may be used again */
    bool is_upgrade;      /**< Connection: Upgrade with an Upgrade field: what follows is another protocol's */
    size_t field_count;
    struct cf_http_field fields[CF_HTTP_FIELDS_MAX];
};

/** Value of the first field called @p name (case ignored); absent if there is none. */
struct cf_str cf_http_value(const struct cf_http_request *request, struct cf_str name);

/** How many fields called @p name there are. */
size_t cf_http_count(const struct cf_http_request *request, struct cf_str name);

/** Does the list (comma separated, perhaps over several fields) of @p name have @p token, case ignored? */
bool cf_http_has_token(const struct cf_http_request *request, struct cf_str name, struct cf_str token);

/** The host of the Host field without port, IPv6 with its brackets; absent if there is not exactly one Host. */
struct cf_str cf_http_host(const struct cf_http_request *request);

#endif
