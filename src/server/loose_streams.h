/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP connections of a worker: taken out of the loop, polled by the worker itself. Each has an owner, who is told of octets and
 * of the end, and a queue of bounded length for what the peer does not take yet. Bounded in number and per address; who is of no
 * use for CF_LOOSE_PATIENCE is closed. On the worker's thread.
 */
#ifndef CF_SERVER_LOOSE_STREAMS_H
#define CF_SERVER_LOOSE_STREAMS_H

#include "base/addr.h"
#include "base/usec.h"

/** Of one address at a time: a household, or a small office behind a translator. */
#define CF_LOOSE_PER_ADDRESS_MAX 64

/** Octets that may wait for a slow peer: a third of a second of a good picture. */
#define CF_LOOSE_QUEUE_MAX 65536

/** A connection is looked at that often: is it in use? */
#define CF_LOOSE_PATIENCE CF_SEC(30)

/** What polls carry for a connection: this bit and its place. */
#define CF_LOOSE_TAG (UINT32_C(1) << 31)

/** All connections; opaque. */
struct cf_loose_streams;

/** One; opaque. It is gone after its owner was told. */
struct cf_loose_stream;

/** What they need of the worker. */
struct cf_loose_hooks {
    void (*octets)(void *ctx, void *owner, struct cf_span octets); /**< valid during the call */
    void (*closed)(void *ctx, void *owner);                        /**< by either side: the owner has no connection any more */
    bool (*is_used)(void *ctx, void *owner);
    void *ctx;
};

/** None, and at most @p max. @p epoll is where they are polled, with CF_LOOSE_TAG. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_loose_streams_create(int epoll, size_t max, const struct cf_loose_hooks *hooks,
                                                struct cf_loose_streams **ret);

/** Close all; owners are told. Sets the pointer to NULL; NULL is ignored. */
void cf_loose_streams_destroy(struct cf_loose_streams **streams);

/** Take over @p fd of @p remote for @p owner. NULL: there are too many, or memory is out; it is closed, nobody is told. */
struct cf_loose_stream *cf_loose_streams_add(struct cf_loose_streams *streams, int fd, const struct cf_addr *remote, void *owner,
                                             cf_usec now);

/** Octets that can be written now. */
size_t cf_loose_stream_room(const struct cf_loose_stream *stream);

/** Write @p octets, for which there is room; they go out with the next flush. Nothing happens if it is closed. */
void cf_loose_stream_write(struct cf_loose_stream *stream, struct cf_span octets);

/** Close; the owner is told later. */
void cf_loose_stream_close(struct cf_loose_stream *stream);

/** The poll has said something of the connection @p tag: it can be read, or written again. */
void cf_loose_streams_on_ready(struct cf_loose_streams *streams, uint32_t tag, bool is_readable, bool is_writable);

/** Write what waits, as far as the kernel takes it. */
void cf_loose_streams_flush(struct cf_loose_streams *streams);

/** After every turn: tell owners whose connection is closed. */
void cf_loose_streams_bury(struct cf_loose_streams *streams);

/** Next deadline, and what to do then. */
cf_usec cf_loose_streams_deadline(const struct cf_loose_streams *streams);
void cf_loose_streams_on_deadline(struct cf_loose_streams *streams, cf_usec now);

#endif
