/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP connections of a worker. */
#include "server/loose_streams.h"

#include "base/octet_ring.h"
#include "core/http/quota.h"
#include "shell/system/system.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>
#include <sys/epoll.h>

#define READ_BYTES 16384

struct cf_loose_stream {
    struct cf_loose_streams *all;
    struct cf_link dirty; /* in .dirty while something waits that was not tried to be written */
    struct cf_link over;  /* in .over: closed, the owner is to be told */
    int fd;               /* -1: closed */
    uint32_t place;
    struct cf_addr remote;
    void *owner;
    cf_usec look_at;
    bool is_blocked; /* the poll will say when it can be written again */
    struct cf_octet_ring queue;
    uint8_t octets[CF_LOOSE_QUEUE_MAX];
};

struct cf_loose_streams {
    int epoll;
    struct cf_loose_hooks hooks;
    struct cf_quota quota;
    struct cf_list dirty;
    struct cf_list over;
    cf_usec look_at; /* the earliest of all, or earlier */
    size_t used;     /* highest place in use and 1 */
    size_t max;
    struct cf_loose_stream *places[];
};

/* --- life --- */

enum cf_err cf_loose_streams_create(int epoll, size_t max, const struct cf_loose_hooks *hooks, struct cf_loose_streams **ret) {
    struct cf_loose_streams *streams = calloc(1, sizeof *streams + max * sizeof(streams->places[0]));
    if (streams == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    uint64_t seed;
    cf_entropy_fill(cf_system_entropy(), &seed, sizeof seed);
    streams->epoll = epoll;
    streams->max = max;
    streams->hooks = *hooks;
    streams->look_at = CF_USEC_NEVER;
    cf_quota_init(&streams->quota, cf_system_mem(), seed, max, CF_LOOSE_PER_ADDRESS_MAX);
    cf_list_init(&streams->dirty);
    cf_list_init(&streams->over);
    *ret = streams;
    return CF_OK;
}

static void free_stream(struct cf_loose_stream *stream) {
    struct cf_loose_streams *streams = stream->all;
    cf_list_remove(&stream->dirty);
    cf_list_remove(&stream->over);
    cf_quota_give(&streams->quota, &stream->remote);
    streams->places[stream->place] = NULL;
    cf_tcp_close(&stream->fd);
    free(stream);
}

void cf_loose_streams_destroy(struct cf_loose_streams **streams) {
    struct cf_loose_streams *s = *streams;
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->used; i++) {
        if (s->places[i] != NULL) {
            cf_loose_stream_close(s->places[i]);
        }
    }
    cf_loose_streams_bury(s);
    cf_quota_fini(&s->quota);
    free(s);
    *streams = NULL;
}

/* Closed at once and freed later: somebody may be in the middle of it. */
void cf_loose_stream_close(struct cf_loose_stream *stream) {
    cf_tcp_close(&stream->fd);
    cf_list_remove(&stream->dirty);
    if (!cf_link_is_in(&stream->over)) {
        cf_list_append(&stream->all->over, &stream->over);
    }
}

void cf_loose_streams_bury(struct cf_loose_streams *streams) {
    CF_LIST_EACH (&streams->over, link, following) {
        struct cf_loose_stream *stream = CF_OF(link, struct cf_loose_stream, over);
        void *owner = stream->owner;
        free_stream(stream);
        streams->hooks.closed(streams->hooks.ctx, owner);
    }
}

/* --- in --- */

static void read_some(struct cf_loose_stream *stream) {
    uint8_t buffer[READ_BYTES] CF_SCRATCH;
    size_t len = 0;
    if (cf_tcp_read(stream->fd, buffer, sizeof buffer, &len) != CF_OK) {
        cf_loose_stream_close(stream);
    } else if (len > 0) {
        stream->all->hooks.octets(stream->all->hooks.ctx, stream->owner, (struct cf_span){buffer, len});
    }
}

/* --- out --- */

static void poll_for(struct cf_loose_stream *stream, bool is_blocked) {
    struct epoll_event interest = {.events = EPOLLIN | (is_blocked ? EPOLLOUT : 0U), .data.u32 = CF_LOOSE_TAG | stream->place};
    stream->is_blocked = is_blocked;
    (void)epoll_ctl(stream->all->epoll, EPOLL_CTL_MOD, stream->fd, &interest);
}

static void write_some(struct cf_loose_stream *stream) {
    for (struct cf_span rest = cf_octet_ring_peek(&stream->queue); rest.len > 0; rest = cf_octet_ring_peek(&stream->queue)) {
        size_t len = 0;
        if (cf_tcp_write(stream->fd, rest, &len) != CF_OK) {
            cf_loose_stream_close(stream);
            return;
        }
        cf_octet_ring_drop(&stream->queue, len);
        if (len < rest.len) {
            break;
        }
    }
    bool is_blocked = stream->queue.len > 0;
    if (is_blocked != stream->is_blocked) {
        poll_for(stream, is_blocked);
    }
}

size_t cf_loose_stream_room(const struct cf_loose_stream *stream) {
    return cf_octet_ring_room(&stream->queue);
}

void cf_loose_stream_write(struct cf_loose_stream *stream, struct cf_span octets) {
    if (stream->fd < 0) {
        return;
    }
    cf_octet_ring_put(&stream->queue, octets);
    if (!stream->is_blocked && !cf_link_is_in(&stream->dirty)) {
        cf_list_append(&stream->all->dirty, &stream->dirty);
    }
}

void cf_loose_streams_flush(struct cf_loose_streams *streams) {
    for (struct cf_link *link = cf_list_pop(&streams->dirty); link != NULL; link = cf_list_pop(&streams->dirty)) {
        write_some(CF_OF(link, struct cf_loose_stream, dirty));
    }
}

void cf_loose_streams_on_ready(struct cf_loose_streams *streams, uint32_t tag, bool is_readable, bool is_writable) {
    uint32_t place = tag & ~CF_LOOSE_TAG;
    struct cf_loose_stream *stream = place < streams->used ? streams->places[place] : NULL;
    if (stream != NULL && stream->fd >= 0 && is_writable) {
        write_some(stream);
    }
    if (stream != NULL && stream->fd >= 0 && is_readable) {
        read_some(stream);
    }
}

/* --- coming --- */

static struct cf_loose_stream *make(struct cf_loose_streams *streams, int fd) {
    size_t place = 0;
    while (place < streams->max && streams->places[place] != NULL) {
        place++;
    }
    struct epoll_event interest = {.events = EPOLLIN, .data.u32 = CF_LOOSE_TAG | (uint32_t)place};
    struct cf_loose_stream *stream = place == streams->max ? NULL : calloc(1, sizeof *stream);
    if (stream == NULL || epoll_ctl(streams->epoll, EPOLL_CTL_ADD, fd, &interest) < 0) {
        free(stream);
        return NULL;
    }
    stream->all = streams;
    stream->fd = fd;
    stream->place = (uint32_t)place;
    stream->queue = (struct cf_octet_ring){.at = stream->octets, .size = sizeof stream->octets};
    streams->places[place] = stream;
    streams->used = place < streams->used ? streams->used : place + 1;
    return stream;
}

struct cf_loose_stream *cf_loose_streams_add(struct cf_loose_streams *streams, int fd, const struct cf_addr *remote, void *owner,
                                             cf_usec now) {
    struct cf_loose_stream *stream = NULL;
    if (cf_quota_take(&streams->quota, remote, false)) {
        stream = make(streams, fd);
        if (stream == NULL) {
            cf_quota_give(&streams->quota, remote);
        }
    }
    if (stream == NULL) {
        cf_tcp_close(&fd);
        return NULL;
    }
    cf_tcp_set_up(fd);
    stream->remote = *remote;
    stream->owner = owner;
    stream->look_at = now + CF_LOOSE_PATIENCE;
    streams->look_at = cf_usec_min(streams->look_at, stream->look_at);
    return stream;
}

/* --- time --- */

cf_usec cf_loose_streams_deadline(const struct cf_loose_streams *streams) {
    return streams->look_at;
}

static void look(struct cf_loose_stream *stream, cf_usec now) {
    const struct cf_loose_hooks *hooks = &stream->all->hooks;
    if (hooks->is_used(hooks->ctx, stream->owner)) {
        stream->look_at = now + CF_LOOSE_PATIENCE;
    } else {
        cf_loose_stream_close(stream);
    }
}

void cf_loose_streams_on_deadline(struct cf_loose_streams *streams, cf_usec now) {
    if (now < streams->look_at) {
        return;
    }
    streams->look_at = CF_USEC_NEVER;
    for (size_t i = 0; i < streams->used; i++) {
        struct cf_loose_stream *stream = streams->places[i];
        if (stream != NULL && stream->fd >= 0 && now >= stream->look_at) {
            look(stream, now);
        }
        if (stream != NULL && stream->fd >= 0) {
            streams->look_at = cf_usec_min(streams->look_at, stream->look_at);
        }
    }
}
