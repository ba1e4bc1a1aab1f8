/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP connections that carry media (RFC 6544), beside the worker's UDP sockets: datagrams in frames (core/rtp/framing).
 * Connections of one family are one socket number for the engine; the peer's address tells which. What a slow peer does not take
 * is lost, for that peer alone. Who has not proved himself by checks within CF_LOOSE_PATIENCE is closed. On the worker's thread.
 */
#ifndef CF_SERVER_MEDIA_STREAMS_H
#define CF_SERVER_MEDIA_STREAMS_H

#include "base/addr.h"
#include "base/usec.h"
#include "core/media/messages.h"

/** Most connections. */
#define CF_MEDIA_STREAMS_MAX 2000

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

/** None. @p epoll is where they are polled, by CF_LOOSE_TAG. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_media_streams_create(int epoll, const struct cf_media_streams_hooks *hooks,
                                                struct cf_media_streams **ret);

/** Close all, without a word. Sets the pointer to NULL; NULL is ignored. */
void cf_media_streams_destroy(struct cf_media_streams **streams);

/** Take over @p fd, from which @p octets have been read already. It is closed at once if there are too many. */
void cf_media_streams_add(struct cf_media_streams *streams, int fd, const struct cf_addr *from, struct cf_span octets,
                          cf_usec now);

/** The connections, for what is to be done with them when the poll returns. */
struct cf_loose_streams *cf_media_streams_loose(struct cf_media_streams *streams);

/** Queue @p datagram for the connection of @p to; it goes out with the next flush. */
void cf_media_streams_send(struct cf_media_streams *streams, uint32_t socket, const struct cf_addr *to, struct cf_span datagram);

#endif
