/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts the byte stream of a TCP or TLS connection into messages by Content-Length (RFC 3261 sections 7.5 and 18.3) and takes the
 * CR LF keep-alives of RFC 5626 section 3.5.1 out. A machine: feed with _on_bytes, then drain _poll. It looks at nothing but the
 * end of the header and Content-Length, each octet once, however the stream is split. What it can't cut has no next message to go
 * on with: the flow must be closed. WebSocket needs no framer: a frame is a message (RFC 7118 section 5).
 *
 * Memory: no buffer while nothing is pending (after cf_sip_framer_trim()), at most one message and one read otherwise.
 */
#ifndef CF_CORE_SIP_FRAMER_H
#define CF_CORE_SIP_FRAMER_H

#include "base/err.h"
#include "base/mem.h"

/** What was found. */
enum cf_sip_framer_kind {
    CF_SIP_FRAMER_MESSAGE, /**< a message; give it to cf_sip_parse() */
    CF_SIP_FRAMER_PING,    /**< CR LF CR LF between messages: answer with CR LF */
    CF_SIP_FRAMER_PONG,    /**< CR LF between messages: the answer to our ping, or a stray end of line, or half a ping */
    CF_SIP_FRAMER_BROKEN,  /**< the stream can't be cut any more: perhaps answer to bytes, then close; reported once */
};

/** An event. */
struct cf_sip_framer_event {
    enum cf_sip_framer_kind kind;
    struct cf_str bytes;         /**< MESSAGE: the message. BROKEN: what there is of it, for a 400; may be empty */
    struct cf_parse_error error; /**< BROKEN: why; the offset counts from the start of bytes */
};

/** A framer. */
struct cf_sip_framer {
    const struct cf_mem *mem; /**< the caller's, outlives the framer */
    size_t message_max;       /**< longest message, octets */
    uint8_t *buffer;          /**< owned; NULL while nothing is pending */
    size_t size;              /**< octets allocated */
    size_t start;             /**< first octet that was not given out yet */
    size_t end;               /**< behind the last octet */
    size_t scanned;           /**< octets from start that were looked at */
    size_t head_len;          /**< header with its blank line; 0: not complete yet */
    size_t body_len;          /**< once head_len is known */
    bool is_half_ping;        /**< the last thing told was one end of line */
    bool is_broken;           /**< BROKEN was found; everything is ignored from now on */
};

/** Begin a stream. @p message_max: longest message, at most CF_SIP_MESSAGE_MAX. */
void cf_sip_framer_init(struct cf_sip_framer *f, const struct cf_mem *mem, size_t message_max);

/** Give the buffer back. */
void cf_sip_framer_fini(struct cf_sip_framer *f);

/** Bytes of the stream, copied. Drain _poll afterwards. CF_ERR_NO_MEMORY: close the flow. Events polled before become invalid. */
CF_MUST_USE enum cf_err cf_sip_framer_on_bytes(struct cf_sip_framer *f, struct cf_span bytes);

/** Next event; false if there is none. All events are valid until _on_bytes, _trim or _fini, so several can be kept. */
bool cf_sip_framer_poll(struct cf_sip_framer *f, struct cf_sip_framer_event *ret);

/** Give memory back that is not needed for what is pending. Events become invalid. Call it when those of a read are done with. */
void cf_sip_framer_trim(struct cf_sip_framer *f);

/** Is a part of a message pending? The owner sets a deadline then, against peers that never end one. */
bool cf_sip_framer_is_partial(const struct cf_sip_framer *f);

#endif
