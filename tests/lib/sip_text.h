/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages for tests, short to write. */
#ifndef CF_TESTS_LIB_SIP_TEXT_H
#define CF_TESTS_LIB_SIP_TEXT_H

#include "core/sip/builder.h"

/** Room for a message. */
struct sip_text {
    char buffer[70000];
    struct cf_str text; /**< the message */
};

/** What a request says; NULL and 0 give something usual. */
struct sip_request {
    const char *method;  /**< NULL: OPTIONS */
    const char *uri;     /**< NULL: sip:bob@example.org */
    const char *call_id; /**< NULL: a fixed one */
    const char *to_tag;  /**< NULL: none */
    const char *fields;  /**< complete lines, or NULL */
    unsigned cseq;       /**< 0: 1 */
    size_t body_len;     /**< octets of a body of 'x' */
};

/** A copy of @p text. */
void sip_text_copy(struct sip_text *to, struct cf_str text);

/** A request without Via, as cf_endpoint_request() wants it. */
struct cf_str sip_request(struct sip_text *t, const struct sip_request *request);

/** The same with a Via in front ("SIP/2.0/UDP host;branch=..."), as it stands on the wire. */
struct cf_str sip_request_via(struct sip_text *t, const char *via, const struct sip_request *request);

/** The response to @p request; @p fields: complete lines, or NULL. */
struct cf_str sip_response(struct sip_text *t, const struct cf_sip_message *request, unsigned status, const char *to_tag,
                           const char *fields);

/** The ACK for the 2xx in @p response, without Via. */
struct cf_str sip_ack(struct sip_text *t, const struct cf_sip_message *response, const char *uri);

/** Parse, failing the test if that is impossible. Result is static: valid until the next call. */
const struct cf_sip_message *sip_parse(struct cf_str text);

#endif
