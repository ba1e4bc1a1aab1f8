/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refusals that need no state: what a user agent server inspects before it does anything (RFC 3261 sections 8.2.1 to 8.2.3), in
 * the order given there, and the answers to it with the fields that belong to them. A policy and a printer.
 */
#ifndef CF_CORE_SIP_REFUSAL_H
#define CF_CORE_SIP_REFUSAL_H

#include "core/sip/builder.h"
#include "core/sip/option_tags.h"

/** What we take. Texts are borrowed. */
struct cf_sip_capabilities {
    unsigned methods;         /**< bits CF_SIP_METHOD_BIT() */
    uint32_t options;         /**< bits CF_SIP_OPTION_BIT() that a request may require */
    struct cf_str types;      /**< media types of bodies: "application/sdp, multipart/mixed"; empty: none */
    struct cf_str encodings;  /**< content encodings besides identity: "deflate, gzip"; empty: none */
    struct cf_str user_agent; /**< value of Server; absent: none */
};

/**
 * Status to refuse @p request with, or 0: it may be looked at further. 501 or 405 (method), 416 (URI scheme), 420 (Require; not
 * for ACK and CANCEL, section 8.2.2.3), 415 (Content-Type or Content-Encoding unknown, unless the body is optional). Grammar is
 * cf_sip_check()'s business. ACK is never refused: what is wrong with one is ignored.
 */
unsigned cf_sip_refuse(const struct cf_sip_message *request, const struct cf_sip_capabilities *capabilities);

/** How to answer. */
struct cf_sip_refusal {
    unsigned status;
    struct cf_str reason;                           /**< absent: the usual one */
    const struct cf_addr *source;                   /**< where the request came from, for Via; NULL: Via as it is */
    struct cf_str to_tag;                           /**< absent: none (only for 100) */
    const struct cf_sip_capabilities *capabilities; /**< for Allow, Accept, Unsupported...; NULL: none of them */
    const struct cf_parse_error *error;             /**< for the reason phrase of 400: "Bad Request (Via at 120)"; NULL: none */
    uint32_t retry_after_sec;                       /**< Retry-After; 0: none */
    uint32_t min_expires_sec;                       /**< Min-Expires with 423; 0: none */
    uint32_t min_se_sec;                            /**< Min-SE with 422; 0: none */
    struct cf_str warning;                          /**< text of a Warning 399; absent: none */
    struct cf_str warning_agent;                    /**< host that warns, with warning */
};

/**
 * Write the whole answer without a body: what cf_sip_reply_begin_from() writes, then Allow with 405 and 501; Accept and
 * Accept-Encoding with 415 (Accept with 406 is not ours to say); Unsupported with 420; Retry-After, Min-Expires, Min-SE, Warning,
 * Server as given.
 */
void cf_sip_put_refusal(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_sip_refusal *refusal);

#endif
