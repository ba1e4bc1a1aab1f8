/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP responses (RFC 9110, RFC 9112): a head for every response with what keeps browsers safe: a content security policy that
 * allows nothing but what this server gives, no sniffing of types, no frames around us, no address of ours told to others. A
 * format; no state.
 */
#ifndef CF_CORE_HTTP_RESPONSE_H
#define CF_CORE_HTTP_RESPONSE_H

#include "base/writer.h"
#include "core/http/request.h"

/** A response. */
struct cf_http_response {
    unsigned status;      /**< 200 */
    struct cf_str type;   /**< Content-Type; absent without a body */
    struct cf_str etag;   /**< without quotes; absent: none */
    struct cf_str allow;  /**< value of Allow, for 405; absent: none */
    struct cf_str fields; /**< whole lines to add; absent: none */
    struct cf_span body;
    bool is_immutable; /**< may be kept for ever (its name changes with its content); else it is asked for again each time */
    bool closes;       /**< Connection: close */
};

/** Room for a head without .fields. */
#define CF_HTTP_RESPONSE_HEAD_MAX 2048

/** Write the head, to the blank line. The body follows it, unless the request was HEAD or the status is 304 or 204. */
void cf_http_put_head(struct cf_writer *w, const struct cf_http_response *response);

/** Phrase of a status. */
struct cf_str cf_http_reason_of(unsigned status);

/** Is the sender of @p request satisfied with what it has: If-None-Match has @p etag (RFC 9110 section 13.1.2)? Answer 304. */
bool cf_http_is_fresh(const struct cf_http_request *request, struct cf_str etag);

#endif
