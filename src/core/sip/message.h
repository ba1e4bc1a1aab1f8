/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SIP message (RFC 3261 sections 7 and 25): an index over one buffer, nothing copied, nothing allocated. cf_sip_parse() finds
 * the fields, parses what every element needs (start line, top Via, From, To, Call-ID, CSeq, Max-Forwards, Content-Length) and
 * leaves the rest to small parsers on demand. One pass, linear in the length. The index is valid as long as the buffer.
 *
 * Strict where leniency can be abused: CR LF ends lines and nothing else does; no bare CR or LF in the header and no other
 * control character but tab (and, in quoted pairs, any); a second Call-ID, CSeq, From, To, Max-Forwards, Content-Length,
 * Content-Type is an error; a blank before the colon is allowed (RFC 3261 section 7.3.1) and gives the same field as without.
 * Lenient where it is harmless: see docs/rfc/3261.md.
 */
#ifndef CF_CORE_SIP_MESSAGE_H
#define CF_CORE_SIP_MESSAGE_H

#include "core/sip/cseq.h"
#include "core/sip/header.h"
#include "core/sip/method.h"
#include "core/sip/name_addr.h"
#include "core/sip/via.h"

/** Longest message, in octets. */
#define CF_SIP_MESSAGE_MAX 65536

/** Longest start line or header field (with its continuation lines), in octets. */
#define CF_SIP_LINE_MAX 8192

/** Most header fields. */
#define CF_SIP_FIELDS_MAX 256

/** One header field. */
struct cf_sip_field {
    struct cf_str name;  /**< as it stands there */
    struct cf_str value; /**< without blanks at its ends; folds (CR LF blank) may stand inside */
    uint16_t id;         /**< enum cf_sip_header */
    uint16_t next;       /**< index + 1 of the next field of the same id; 0: none */
};

/** What cf_sip_parse() found well-formed: bits of cf_sip_message.has. */
enum cf_sip_has {
    CF_SIP_HAS_START_LINE = 1 << 0,
    CF_SIP_HAS_VIA = 1 << 1,
    CF_SIP_HAS_FROM = 1 << 2,
    CF_SIP_HAS_TO = 1 << 3,
    CF_SIP_HAS_CALL_ID = 1 << 4,
    CF_SIP_HAS_CSEQ = 1 << 5,
    CF_SIP_HAS_MAX_FORWARDS = 1 << 6,
    CF_SIP_HAS_CONTENT_LENGTH = 1 << 7,
    CF_SIP_HAS_EXPIRES = 1 << 8,
};

/** A message. */
struct cf_sip_message {
    struct cf_str raw;                    /**< from the start line to the end of the body */
    unsigned has;                         /**< bits of enum cf_sip_has */
    bool is_request;                      /**< else a response */
    enum cf_sip_method method;            /**< of the request line; of CSeq in a response */
    struct cf_str method_name;            /**< the same as text, for CF_SIP_METHOD_OTHER */
    struct cf_sip_uri request_uri;        /**< requests only */
    uint16_t status;                      /**< responses only: 100 to 699 */
    struct cf_str reason;                 /**< responses only: reason phrase, may be empty */
    struct cf_sip_via via;                /**< the top one */
    struct cf_sip_name_addr from;         /**< From */
    struct cf_sip_name_addr to;           /**< To */
    struct cf_str from_tag;               /**< absent if there is none (RFC 2543) */
    struct cf_str to_tag;                 /**< absent if there is none: outside a dialog */
    struct cf_str call_id;                /**< Call-ID */
    struct cf_sip_cseq cseq;              /**< CSeq */
    uint32_t max_forwards;                /**< if CF_SIP_HAS_MAX_FORWARDS: 0 to 255 */
    uint32_t expires_sec;                 /**< if CF_SIP_HAS_EXPIRES: Expires in seconds; values beyond 2^32-1 are cut to that */
    uint32_t content_length;              /**< if CF_SIP_HAS_CONTENT_LENGTH; body.len in any case */
    struct cf_str content_type;           /**< absent if there is none */
    struct cf_str body;                   /**< empty if there is none */
    size_t field_count;                   /**< entries of fields that count */
    uint16_t first[CF_SIP_HEADER_COUNT_]; /**< index + 1 of the first field of each id; 0: none */
    struct cf_sip_field fields[CF_SIP_FIELDS_MAX]; /**< in order; those above field_count are not initialised */
};

/**
 * Parse @p raw, one datagram or one message that the framer cut out. The buffer is kept by reference. Octets behind
 * Content-Length are left out (RFC 3261 section 18.3); CR LF before the start line is skipped.
 *
 * On an error @p ret is filled as far as the message could be understood (an exception to the house rule: a 400 needs it) and
 * @p ret_error says what is wrong where; ask cf_sip_refusal_status() what to do. CF_ERR_TRUNCATED: no end of the header, or the
 * body is shorter than Content-Length. CF_ERR_LIMIT: too long, or too many fields. CF_ERR_UNSUPPORTED: another version of SIP.
 */
CF_MUST_USE enum cf_err cf_sip_parse(struct cf_str raw, struct cf_sip_message *ret, struct cf_parse_error *ret_error);

/**
 * What to do with a message that cf_sip_parse() refused: status of the answer (400, 505, 513, 414), or 0: drop it, because it
 * is a response or an ACK, or has no Via or no CSeq. cf_sip_reply_begin() repeats what there is. Without CF_SIP_HAS_VIA the
 * answer can only go where the message came from.
 */
unsigned cf_sip_refusal_status(const struct cf_sip_message *msg, const struct cf_parse_error *error);

/** First field called @p id, or NULL. Constant time. */
const struct cf_sip_field *cf_sip_field_first(const struct cf_sip_message *msg, enum cf_sip_header id);

/** Next field of the same id, or NULL. Not for CF_SIP_HEADER_OTHER of different names. Constant time. */
const struct cf_sip_field *cf_sip_field_next(const struct cf_sip_message *msg, const struct cf_sip_field *previous);

/** First field with a name that is not in the table (case ignored), or NULL. */
const struct cf_sip_field *cf_sip_field_named(const struct cf_sip_message *msg, struct cf_str name);

/** Value of the first field called @p id, or the absent string. Folds may stand inside. */
struct cf_str cf_sip_value(const struct cf_sip_message *msg, enum cf_sip_header id);

/** Walk over the values of a header that is a list: across its fields, and across commas outside quotes and angle brackets. */
struct cf_sip_values {
    const struct cf_sip_message *msg;
    const struct cf_sip_field *field; /**< the field that rest belongs to; NULL: end */
    struct cf_str rest;               /**< what follows in it; absent: go to the next field */
};

/** Begin a walk; @p msg is kept by reference. */
void cf_sip_values_begin(const struct cf_sip_message *msg, enum cf_sip_header id, struct cf_sip_values *ret);

/** Next value without blanks at its ends; empty values (",,") are skipped. False at the end. */
bool cf_sip_values_next(struct cf_sip_values *it, struct cf_str *ret_value);

/** Cut the part before the first comma outside quotes and angle brackets off @p rest; as cf_str_cut(), and trimmed. */
struct cf_str cf_sip_list_cut(struct cf_str *rest);

/**
 * delta-seconds of @p value, perhaps with a comment or parameters behind ("120 (I'm busy);duration=60"); a number beyond 32 bits
 * is cut to UINT32_MAX. False if it is something else.
 */
bool cf_sip_seconds_of(struct cf_str value, uint32_t *ret_sec);

/** cf_sip_seconds_of() the first field called @p id: Expires, Min-Expires, Retry-After, Flow-Timer... False if there is none. */
bool cf_sip_seconds(const struct cf_sip_message *msg, enum cf_sip_header id, uint32_t *ret_sec);

/** True if the message is a request outside a dialog: it has no To tag. */
static inline bool cf_sip_is_out_of_dialog(const struct cf_sip_message *msg) {
    return msg->to_tag.at == NULL;
}

#endif
