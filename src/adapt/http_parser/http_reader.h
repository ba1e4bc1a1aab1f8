/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cutting HTTP/1.x requests out of a stream of octets, over http-parser. Octets in, one request after the other out; everything
 * is bounded (core/http/request.h). One thread.
 */
#ifndef CF_ADAPT_HTTP_PARSER_HTTP_READER_H
#define CF_ADAPT_HTTP_PARSER_HTTP_READER_H

#include "base/err.h"
#include "base/mem.h"
#include "core/http/request.h"

/** A reader; opaque. */
struct cf_http_reader;

/** What came of the octets. */
enum cf_http_reading {
    CF_HTTP_READING_MORE,    /**< the request is not whole yet */
    CF_HTTP_READING_REQUEST, /**< cf_http_reader_request() is whole */
    CF_HTTP_READING_BROKEN,  /**< answer cf_http_reader_status() and close */
};

/** A reader. @p mem is kept by reference. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_http_reader_create(const struct cf_mem *mem, struct cf_http_reader **ret);

/** Free; sets the pointer to NULL; NULL is ignored. */
void cf_http_reader_destroy(struct cf_http_reader **reader);

/**
 * Octets of the stream; *ret_used of them were looked at: after a request the others belong to the next one (or, if it is an
 * upgrade, to the other protocol). Nothing is used after REQUEST until cf_http_reader_next(), or after BROKEN.
 */
enum cf_http_reading cf_http_reader_on_bytes(struct cf_http_reader *reader, struct cf_span bytes, size_t *ret_used);

/** The request; valid until cf_http_reader_next(). */
const struct cf_http_request *cf_http_reader_request(const struct cf_http_reader *reader);

/** Has the next request begun, but is not whole? */
bool cf_http_reader_is_inside(const struct cf_http_reader *reader);

/** 400, 413 (body), 414 (path), 431 (fields), 500 (memory). */
unsigned cf_http_reader_status(const struct cf_http_reader *reader);

/** Go on to the next request. */
void cf_http_reader_next(struct cf_http_reader *reader);

#endif
