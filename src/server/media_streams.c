/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media over TCP. */
#include "server/media_streams.h"

#include "base/map.h"
#include "base/reader.h"
#include "core/http/quota.h"
#include "core/rtp/framing.h"
#include "shell/log/log.h"
#include "shell/system/system.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>
#include <sys/epoll.h>

#define KEY_LEN 19
#define READ_BYTES 16384

struct stream {
    struct cf_map_node node; /* in .by_address, key: .key */
    struct cf_link dirty;    /* in .dirty while something waits that was not tried to be written */
    struct cf_link over;     /* in .over: closed, to be buried */
    int fd;
    uint32_t place;
    uint32_t socket;
    struct cf_addr from;
    uint8_t key[KEY_LEN];
    cf_usec look_at;
    bool is_blocked; /* the poll will say when it can be written again */
    struct cf_framing framing;
    struct cf_frame_queue queue;
};

struct cf_media_streams {
    int epoll;
    struct cf_media_streams_hooks hooks;
    struct cf_quota quota;
    struct cf_map by_address;
    struct cf_list dirty;
    struct cf_list over;
    size_t used; /* highest place in use and 1 */
    struct stream *places[CF_MEDIA_STREAMS_MAX];
    cf_usec look_at; /* the earliest of all, or earlier */
    uint64_t lost;
};

/* --- life --- */

enum cf_err cf_media_streams_create(int epoll, const struct cf_media_streams_hooks *hooks, struct cf_media_streams **ret) {
    struct cf_media_streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    uint64_t seed;
    cf_entropy_fill(cf_system_entropy(), &seed, sizeof seed);
    streams->epoll = epoll;
    streams->hooks = *hooks;
    streams->look_at = CF_USEC_NEVER;
    cf_quota_init(&streams->quota, cf_system_mem(), seed, CF_MEDIA_STREAMS_MAX, CF_MEDIA_STREAMS_PER_ADDRESS_MAX);
    cf_map_init(&streams->by_address, cf_system_mem(), seed);
    cf_list_init(&streams->dirty);
    cf_list_init(&streams->over);
    *ret = streams;
    return CF_OK;
}

static void free_stream(struct cf_media_streams *streams, struct stream *stream) {
    cf_map_remove(&streams->by_address, &stream->node);
    cf_list_remove(&stream->dirty);
    cf_list_remove(&stream->over);
    cf_quota_give(&streams->quota, &stream->from);
    streams->places[stream->place] = NULL;
    streams->lost += stream->queue.lost;
    cf_tcp_close(&stream->fd);
    free(stream);
}

void cf_media_streams_destroy(struct cf_media_streams **streams) {
    struct cf_media_streams *s = *streams;
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->used; i++) {
        if (s->places[i] != NULL) {
            free_stream(s, s->places[i]);
        }
    }
    if (s->lost > 0) {
        cf_log(CF_LOG_INFO, "media", "%llu packets found no room on slow TCP connections", (unsigned long long)s->lost);
    }
    cf_map_fini(&s->by_address);
    cf_quota_fini(&s->quota);
    free(s);
    *streams = NULL;
}

/* Closed at once and freed later: somebody may be in the middle of it. */
static void end(struct cf_media_streams *streams, struct stream *stream) {
    cf_tcp_close(&stream->fd);
    cf_list_remove(&stream->dirty);
    if (!cf_link_is_in(&stream->over)) {
        cf_list_append(&streams->over, &stream->over);
    }
}

void cf_media_streams_bury(struct cf_media_streams *streams) {
    for (struct cf_link *link = cf_list_first(&streams->over); link != NULL; link = cf_list_first(&streams->over)) {
        struct stream *stream = CF_OF(link, struct stream, over);
        uint32_t socket = stream->socket;
        struct cf_addr from = stream->from;
        free_stream(streams, stream);
        streams->hooks.closed(streams->hooks.ctx, socket, &from);
    }
}

/* --- finding --- */

static void make_key(uint32_t socket, const struct cf_addr *from, uint8_t *key) {
    key[0] = (uint8_t)(socket - CF_MEDIA_SOCKET_STREAMS);
    memcpy(key + 1, from->ip, sizeof from->ip);
    cf_set_be16(key + 17, from->port);
}

static struct stream *find(const struct cf_media_streams *streams, uint32_t socket, const struct cf_addr *from) {
    uint8_t key[KEY_LEN];
    make_key(socket, from, key);
    struct cf_map_node *node = cf_map_get(&streams->by_address, cf_str_n((const char *)key, sizeof key));
    return node == NULL ? NULL : CF_OF(node, struct stream, node);
}

/* --- in --- */

static void take(struct cf_media_streams *streams, struct stream *stream, struct cf_span octets) {
    struct cf_span datagram;
    while (cf_framing_next(&stream->framing, &octets, &datagram)) {
        streams->hooks.datagram(streams->hooks.ctx, stream->socket, &stream->from, datagram);
    }
}

static void read_some(struct cf_media_streams *streams, struct stream *stream) {
    uint8_t buffer[READ_BYTES] CF_SCRATCH;
    size_t len = 0;
    if (cf_tcp_read(stream->fd, buffer, sizeof buffer, &len) != CF_OK) {
        end(streams, stream);
        return;
    }
    take(streams, stream, (struct cf_span){buffer, len});
}

/* --- out --- */

static void poll_for(const struct cf_media_streams *streams, struct stream *stream, bool is_blocked) {
    struct epoll_event interest = {.events = EPOLLIN | (is_blocked ? EPOLLOUT : 0U),
                                   .data.u32 = CF_MEDIA_STREAM_TAG | stream->place};
    stream->is_blocked = is_blocked;
    (void)epoll_ctl(streams->epoll, EPOLL_CTL_MOD, stream->fd, &interest);
}

static void write_some(struct cf_media_streams *streams, struct stream *stream) {
    for (struct cf_span rest = cf_frame_queue_peek(&stream->queue); rest.len > 0; rest = cf_frame_queue_peek(&stream->queue)) {
        size_t len = 0;
        if (cf_tcp_write(stream->fd, rest, &len) != CF_OK) {
            end(streams, stream);
            return;
        }
        cf_frame_queue_drop(&stream->queue, len);
        if (len < rest.len) {
            break;
        }
    }
    bool is_blocked = stream->queue.len > 0;
    if (is_blocked != stream->is_blocked) {
        poll_for(streams, stream, is_blocked);
    }
}

void cf_media_streams_send(struct cf_media_streams *streams, uint32_t socket, const struct cf_addr *to, struct cf_span datagram) {
    struct stream *stream = find(streams, socket, to);
    bool is_open = stream != NULL && stream->fd >= 0;
    if (is_open && cf_frame_queue_put(&stream->queue, datagram) && !stream->is_blocked && !cf_link_is_in(&stream->dirty)) {
        cf_list_append(&streams->dirty, &stream->dirty);
    }
}

void cf_media_streams_flush(struct cf_media_streams *streams) {
    while (!cf_list_is_empty(&streams->dirty)) {
        struct stream *stream = CF_OF(cf_list_first(&streams->dirty), struct stream, dirty);
        cf_list_remove(&stream->dirty);
        write_some(streams, stream);
    }
}

void cf_media_streams_on_ready(struct cf_media_streams *streams, uint32_t tag, bool is_readable, bool is_writable) {
    uint32_t place = tag & ~CF_MEDIA_STREAM_TAG;
    struct stream *stream = place < streams->used ? streams->places[place] : NULL;
    if (stream != NULL && stream->fd >= 0 && is_writable) {
        write_some(streams, stream);
    }
    if (stream != NULL && stream->fd >= 0 && is_readable) {
        read_some(streams, stream);
    }
}

/* --- coming and going --- */

static size_t free_place(const struct cf_media_streams *streams) {
    size_t place = 0;
    while (place < CF_MEDIA_STREAMS_MAX && streams->places[place] != NULL) {
        place++;
    }
    return place;
}

static struct stream *make(struct cf_media_streams *streams, int fd, const struct cf_addr *from) {
    uint32_t socket = CF_MEDIA_SOCKET_STREAMS + (from->family == CF_FAMILY_IP6 ? 1 : 0);
    size_t place = free_place(streams);
    if (place == CF_MEDIA_STREAMS_MAX || find(streams, socket, from) != NULL) {
        return NULL;
    }
    struct epoll_event interest = {.events = EPOLLIN, .data.u32 = CF_MEDIA_STREAM_TAG | (uint32_t)place};
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    stream->fd = fd;
    stream->place = (uint32_t)place;
    stream->socket = socket;
    stream->from = *from;
    make_key(socket, from, stream->key);
    if (cf_map_add(&streams->by_address, &stream->node, cf_str_n((const char *)stream->key, sizeof stream->key)) != CF_OK) {
        free(stream);
        return NULL;
    }
    if (epoll_ctl(streams->epoll, EPOLL_CTL_ADD, fd, &interest) < 0) {
        cf_map_remove(&streams->by_address, &stream->node);
        free(stream);
        return NULL;
    }
    streams->places[place] = stream;
    streams->used = place < streams->used ? streams->used : place + 1;
    return stream;
}

void cf_media_streams_add(struct cf_media_streams *streams, int fd, const struct cf_addr *from, struct cf_span octets,
                          cf_usec now) {
    struct stream *stream = NULL;
    cf_tcp_set_up(fd);
    if (cf_quota_take(&streams->quota, from)) {
        stream = make(streams, fd, from);
        if (stream == NULL) {
            cf_quota_give(&streams->quota, from);
        }
    }
    if (stream == NULL) {
        cf_tcp_close(&fd);
        return;
    }
    stream->look_at = now + CF_MEDIA_STREAM_PATIENCE;
    streams->look_at = cf_usec_min(streams->look_at, stream->look_at);
    take(streams, stream, octets);
}

/* --- time --- */

cf_usec cf_media_streams_deadline(const struct cf_media_streams *streams) {
    return streams->look_at;
}

void cf_media_streams_on_deadline(struct cf_media_streams *streams, cf_usec now) {
    if (now < streams->look_at) {
        return;
    }
    streams->look_at = CF_USEC_NEVER;
    for (size_t i = 0; i < streams->used; i++) {
        struct stream *stream = streams->places[i];
        if (stream == NULL || stream->fd < 0) {
            continue;
        }
        if (now >= stream->look_at) {
            if (!streams->hooks.is_used(streams->hooks.ctx, stream->socket, &stream->from)) {
                end(streams, stream);
                continue;
            }
            stream->look_at = now + CF_MEDIA_STREAM_PATIENCE;
        }
        streams->look_at = cf_usec_min(streams->look_at, stream->look_at);
    }
}
