/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request of the HTTP interface on its way through a handler: who asks and with which rights, what they sent, what is
 * answered. Answers are JSON written into the room that is given; nothing is kept between requests. On the loop's thread; what a
 * handler changes is drained afterwards.
 */
#ifndef CF_SERVER_API_CALL_H
#define CF_SERVER_API_CALL_H

#include "core/auth/scope.h"
#include "core/http/response.h"
#include "core/http/route.h"
#include "core/json/json.h"
#include "server/services.h"

/** Room for the body of an answer, and longest body of a request. */
#define CF_API_ANSWER_MAX 65536
#define CF_API_BODY_MAX 8192

/** Items a page: most, and if nothing is said. */
#define CF_API_PAGE_MAX 100
#define CF_API_PAGE_USUAL 50

/** Who asks. */
struct cf_api_actor {
    unsigned scopes;       /**< bits of core/auth/scope.h */
    bool is_limited;       /**< links for speakers and listeners only, none of others' */
    struct cf_str user;    /**< account, guest's address part, or absent: an API key */
    struct cf_token token; /**< of a session or guest; texts in .room */
    char room[CF_TOKEN_MAX];
};

/** A request and what its handler may use. */
struct cf_api_call {
    const struct cf_http_request *request;
    struct cf_http_match match; /**< values of the braces of the pattern */
    struct cf_services *services;
    struct cf_addr remote; /**< who asks */
    cf_usec now;
    cf_wall wall;
    struct cf_api_actor actor;
    struct cf_writer body;            /**< of the answer */
    struct cf_http_response response; /**< preset: 200, application/json; .body is set from the writer */
    char fields[1024];                /**< for response.fields */
    char texts[CF_API_BODY_MAX];      /**< of the request's body */
};

/** Answer with @p problem instead, as RFC 9457 says. Returns false, for callers that return if they may go on. */
bool cf_api_fail(struct cf_api_call *call, struct cf_problem problem);

/**
 * Read the body, a JSON object with no members but @p members. Texts stay valid during the call. False: it was answered (400,
 * 413, 415).
 */
bool cf_api_read(struct cf_api_call *call, struct cf_json_member *members, size_t count);

/** A value of the body that must be a text, flag or absent (then @p ret stays as it is). False: it was answered. */
bool cf_api_take_text(struct cf_api_call *call, const struct cf_json_member *member, size_t max, struct cf_str *ret);
bool cf_api_take_flag(struct cf_api_call *call, const struct cf_json_member *member, bool *ret);

/** A page that was asked for. */
struct cf_api_page {
    size_t limit;
    struct cf_str after; /**< empty: from the beginning */
    char room[256];
    size_t count;                    /**< items written */
    bool is_full;                    /**< one more was there */
    char last[CF_ROSTER_ENTITY_MAX]; /**< name of the last item, for "next" */
    size_t last_len;
};

/** Read "limit" and "after", begin the object. False: it was answered (400). */
bool cf_api_page_begin(struct cf_api_call *call, struct cf_api_page *page);

/** Is there room for item @p name? Then the comma before it was written. False: the page is full. */
bool cf_api_page_takes(struct cf_api_call *call, struct cf_api_page *page, struct cf_str name);

/** End the object, with "next" if there is more. */
void cf_api_page_end(struct cf_api_call *call, struct cf_api_page *page);

/** Done, without a body: 204. */
void cf_api_done(struct cf_api_call *call);

/** Made: 201 with Location @p prefix and @p name. */
void cf_api_made(struct cf_api_call *call, struct cf_str prefix, struct cf_str name);

#endif
