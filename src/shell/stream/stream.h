/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP connections on the loop, over libuv: listeners, connections in and out, reading, and writing with a bound on what may wait.
 * TLS is not here: it is a byte machine of adapt/openssl that the server puts in between. Handlers run on the loop's thread; a
 * connection may be closed from any of them.
 */
#ifndef CF_SHELL_STREAM_STREAM_H
#define CF_SHELL_STREAM_STREAM_H

#include "base/addr.h"
#include "shell/loop/loop.h"

/** A listening socket; opaque. */
struct cf_listener;

/** A connection; opaque. Gone after its on_closed was called. */
struct cf_stream;

/** What a connection tells its owner. Each gets the owner pointer that was set with cf_stream_set_owner(). */
struct cf_stream_events {
    void (*on_connected)(void *owner, struct cf_stream *stream); /**< an outgoing connection is up */
    void (*on_bytes)(void *owner, struct cf_stream *stream, struct cf_span bytes);
    void (*on_closed)(void *owner, struct cf_stream *stream); /**< by either side or failed; the stream is freed behind it */
};

/** Called for each connection that came in; @p stream is read from as soon as it has an owner. */
typedef void cf_accept_handler(void *ctx, struct cf_stream *stream);

/** Listen on @p local. CF_ERR_EXISTS if the port is taken, else CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_stream_listen(struct cf_loop *loop, const struct cf_addr *local, cf_accept_handler *on_accept,
                                         void *ctx, struct cf_listener **ret);

/** Stop listening; sets the pointer to NULL. */
void cf_listener_close(struct cf_listener **listener);

/** Address listened on, with the port the kernel chose. */
struct cf_addr cf_listener_local(const struct cf_listener *listener);

/** Begin to connect to @p remote. The outcome comes as on_connected or on_closed, never before this returns. */
CF_MUST_USE enum cf_err cf_stream_connect(struct cf_loop *loop, const struct cf_addr *remote,
                                          const struct cf_stream_events *events, void *owner, struct cf_stream **ret);

/** Give an accepted connection its owner and start reading. @p events is kept by reference. */
void cf_stream_set_owner(struct cf_stream *stream, const struct cf_stream_events *events, void *owner);

/**
 * Write a copy of @p bytes. CF_ERR_LIMIT if more than CF_STREAM_QUEUE_MAX octets wait already (a slow or dead peer: abort it),
 * CF_ERR_STATE if the connection is closing.
 */
CF_MUST_USE enum cf_err cf_stream_write(struct cf_stream *stream, struct cf_span bytes);

/** Octets that may wait for a slow peer. */
#define CF_STREAM_QUEUE_MAX (1024 * 1024)

/** So long a peer that closing waits for may read nothing at all. */
#define CF_STREAM_FAREWELL_SEC 5

/** So long closing waits at most, also for a peer that reads a little now and then. */
#define CF_STREAM_FAREWELL_MAX_SEC 30

/**
 * Close after what was written is out, or when the peer reads nothing of it for CF_STREAM_FAREWELL_SEC, or after
 * CF_STREAM_FAREWELL_MAX_SEC; on_closed follows, at the latest when the loop is destroyed. Idempotent.
 */
void cf_stream_close(struct cf_stream *stream);

/** The same, after @p msec at the latest. */
void cf_stream_close_within(struct cf_stream *stream, unsigned msec);

/** Close at once: what waits to be written is lost. on_closed follows; it does even if the loop is destroyed now. */
void cf_stream_abort(struct cf_stream *stream);

/**
 * Take the connection out of the loop: *ret_fd is the caller's, non-blocking, with whatever has not been read yet. The stream
 * closes without a word to the peer, on_closed follows. CF_ERR_STATE: octets wait to be written, or it is closing. CF_ERR_IO.
 */
CF_MUST_USE enum cf_err cf_stream_release(struct cf_stream *stream, int *ret_fd);

/** Addresses of the connection; family NONE if it is not up. */
struct cf_addr cf_stream_local(const struct cf_stream *stream);
struct cf_addr cf_stream_remote(const struct cf_stream *stream);

#endif
