/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of WebSocket (RFC 6455), server's side, over wslay as a byte machine: octets of the connection in and out, messages in
 * and out, no socket. Masks, fragments, UTF-8 of text, control frames and the closing handshake are wslay's; what is too much is
 * bounded here: length of a message, pings, output that nobody takes (attacks T42). One thread.
 */
#ifndef CF_ADAPT_WSLAY_WS_H
#define CF_ADAPT_WSLAY_WS_H

#include "base/err.h"
#include "base/str.h"

/** An end of a WebSocket connection; opaque. */
struct cf_ws;

/** Octets of output that may wait; more closes the connection. */
#define CF_WS_OUTPUT_MAX (256 * 1024)

/** Control frames in a row, without a whole message between them and cf_ws_forgive(). */
#define CF_WS_CONTROLS_MAX 100

/** Status codes of RFC 6455 section 7.4.1. */
enum cf_ws_status {
    CF_WS_STATUS_NORMAL = 1000,
    CF_WS_STATUS_GOING_AWAY = 1001,
    CF_WS_STATUS_PROTOCOL = 1002,
    CF_WS_STATUS_POLICY = 1008,
};

/** An end that takes messages of at most @p message_max octets. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_ws_create(size_t message_max, struct cf_ws **ret);

/** Free; sets the pointer to NULL; NULL is ignored. */
void cf_ws_destroy(struct cf_ws **ws);

/**
 * Octets of the connection. Then drain cf_ws_poll() and cf_ws_take_output(). CF_ERR_MALFORMED, CF_ERR_LIMIT: the peer broke the
 * rules or a bound; a close frame is in the output, nothing more is taken.
 */
CF_MUST_USE enum cf_err cf_ws_on_bytes(struct cf_ws *ws, struct cf_span bytes);

/** Next whole message, text or binary; valid until the next call. False: none. */
bool cf_ws_poll(struct cf_ws *ws, struct cf_span *ret);

/** Queue a message: text if it is UTF-8, else binary. CF_ERR_STATE after a close, CF_ERR_LIMIT if the peer takes nothing. */
CF_MUST_USE enum cf_err cf_ws_send(struct cf_ws *ws, struct cf_span bytes);

/** Queue a ping. */
void cf_ws_ping(struct cf_ws *ws);

/** Queue a close frame. */
void cf_ws_close(struct cf_ws *ws, enum cf_ws_status status);

/** Octets for the connection into @p out; 0 if there are none. Call until 0. */
size_t cf_ws_take_output(struct cf_ws *ws, void *out, size_t size);

/** Has the connection come to its end: both sides have said close, or one has broken the rules? Send the output, then close it.
 */
bool cf_ws_is_over(const struct cf_ws *ws);

/** Is a message under way that is not whole? */
bool cf_ws_is_inside(const struct cf_ws *ws);

/** Count control frames anew: time has passed. */
void cf_ws_forgive(struct cf_ws *ws);

#endif
