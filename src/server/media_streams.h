/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP connections that carry media (RFC 6544), beside the worker's UDP sockets: datagrams in frames (core/rtp/framing).
 * Connections of one family are one socket number for the engine; the peer's address tells which. Each has a queue of bounded
 * length: what a slow peer does not take is lost, for that peer alone. Bounded in number and per address; who does not prove
 * himself by checks within CF_MEDIA_STREAM_PATIENCE is closed. On the worker's thread.
 */
#ifndef CF_SERVER_MEDIA_STREAMS_H
#define CF_SERVER_MEDIA_STREAMS_H

#include "base/addr.h"
#include "base/usec.h"
#include "core/media/messages.h"

/** Most connections, and most of one address (a household or a small office behind a translator). */
#define CF_MEDIA_STREAMS_MAX 2000
#define CF_MEDIA_STREAMS_PER_ADDRESS_MAX 64

/** What polls carry for a connection: this bit and its place. */
#define CF_MEDIA_STREAM_TAG (UINT32_C(1) << 31)

/** A connection is looked at that often: is it in use? */
#define CF_MEDIA_STREAM_PATIENCE CF_SEC(30)

/** All connections; opaque. */
struct cf_media_streams;

/** What they need of the worker. */
struct cf_media_streams_hooks {
    /** A datagram came to @p socket from @p from; its octets are valid during the call. */
    void (*datagram)(void *ctx, uint32_t socket, const struct cf_addr *from, struct cf_span octets);
    /** The connection of @p from is closed. */
    void (*closed)(void *ctx, uint32_t socket, const struct cf_addr *from);
    /** Is it in use? */
    bool (*is_used)(void *ctx, uint32_t socket, const struct cf_addr *from);
    void *ctx;
};

/** None. @p epoll is where they are polled, by CF_MEDIA_STREAM_TAG. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_media_streams_create(int epoll, const struct cf_media_streams_hooks *hooks,
                                                struct cf_media_streams **ret);

/** Close all, without a word. Sets the pointer to NULL; NULL is ignored. */
void cf_media_streams_destroy(struct cf_media_streams **streams);

/** Take over @p fd, from which @p octets have been read already. It is closed at once if there are too many. */
void cf_media_streams_add(struct cf_media_streams *streams, int fd, const struct cf_addr *from, struct cf_span octets,
                          cf_usec now);

/** The poll has said something of the connection @p tag: it can be read, or written again. */
void cf_media_streams_on_ready(struct cf_media_streams *streams, uint32_t tag, bool is_readable, bool is_writable);

/** Queue @p datagram for the connection of @p to. */
void cf_media_streams_send(struct cf_media_streams *streams, uint32_t socket, const struct cf_addr *to, struct cf_span datagram);

/** Write what was queued, as far as the kernel takes it. */
void cf_media_streams_flush(struct cf_media_streams *streams);

/** After every turn: free what is closed, and tell. */
void cf_media_streams_bury(struct cf_media_streams *streams);

/** Next deadline, and what to do then. */
cf_usec cf_media_streams_deadline(const struct cf_media_streams *streams);
void cf_media_streams_on_deadline(struct cf_media_streams *streams, cf_usec now);

#endif
