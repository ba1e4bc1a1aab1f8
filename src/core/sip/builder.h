/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing messages into a cf_writer of the caller; the writer's sticky error says at the end whether everything fitted. Order:
 * cf_sip_put_request_line() or cf_sip_put_status_line() or cf_sip_reply_begin(), then fields, then exactly one of
 * cf_sip_put_body() and cf_sip_end(). Values given by the caller are written as they are, but CR, LF and NUL in them become
 * blanks: whatever a peer or a user has typed can't make a field of its own (RFC 3261 section 7.3.1).
 */
#ifndef CF_CORE_SIP_BUILDER_H
#define CF_CORE_SIP_BUILDER_H

#include "core/sip/message.h"

/** "METHOD uri SIP/2.0" */
void cf_sip_put_request_line(struct cf_writer *w, struct cf_str method, struct cf_str uri);

/** "SIP/2.0 status reason"; the usual phrase if @p reason is absent. */
void cf_sip_put_status_line(struct cf_writer *w, unsigned status, struct cf_str reason);

/** The usual reason phrase of a status; of its class (such as "Bad Request" for 4xx) if unknown. */
struct cf_str cf_sip_reason_of(unsigned status);

/** "Name: value" */
void cf_sip_put_field(struct cf_writer *w, enum cf_sip_header id, struct cf_str value);

/** "Name: number" */
void cf_sip_put_field_dec(struct cf_writer *w, enum cf_sip_header id, uint64_t value);

/** A field with a name that is not in the table. */
void cf_sip_put_field_named(struct cf_writer *w, struct cf_str name, struct cf_str value);

/** Begin a field whose value is put in pieces with the writer: "Name: ". End it with cf_sip_field_end(). */
void cf_sip_field_begin(struct cf_writer *w, enum cf_sip_header id);

/** End of line. */
void cf_sip_field_end(struct cf_writer *w);

/** All fields called @p id of @p msg again, in order, folds turned into blanks; nothing if there are none. */
void cf_sip_copy_fields(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_header id);

/** "Allow: INVITE, ACK..." from a set of CF_SIP_METHOD_BIT(). */
void cf_sip_put_allow(struct cf_writer *w, unsigned methods);

/**
 * Begin the response to @p request (RFC 3261 section 8.2.6): status line; Via, From, To, Call-ID and CSeq of the request in
 * order; To gets ;tag= @p to_tag if it has none yet and @p to_tag is there; Timestamp in 100 and in finals; Record-Route for
 * 101-299 in answers to requests that begin a dialog (INVITE, SUBSCRIBE, REFER, NOTIFY). @p reason absent: the usual one. The top
 * Via is copied as it is: the endpoint has put received and rport into the request before it passed it up, or does so by
 * cf_sip_reply_begin_from().
 */
void cf_sip_reply_begin(struct cf_writer *w, const struct cf_sip_message *request, unsigned status, struct cf_str reason,
                        struct cf_str to_tag);

/** As cf_sip_reply_begin(); the top Via gets received and rport of @p source (cf_sip_put_via_received()). NULL: as it is. */
void cf_sip_reply_begin_from(struct cf_writer *w, const struct cf_sip_message *request, const struct cf_addr *source,
                             unsigned status, struct cf_str reason, struct cf_str to_tag);

/** Content-Type, Content-Length, blank line, body. An empty @p body gives "Content-Length: 0" and no type. */
void cf_sip_put_body(struct cf_writer *w, struct cf_str content_type, struct cf_str body);

/** "Content-Length: 0" and the blank line. */
void cf_sip_end(struct cf_writer *w);

#endif
