/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media over TCP. */
#include "server/media_streams.h"

#include "base/map.h"
#include "base/reader.h"
#include "core/rtp/framing.h"
#include "server/loose_streams.h"
#include "shell/log/log.h"
#include "shell/system/system.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>

#define KEY_LEN 19

struct stream {
    struct cf_map_node node; /* in .by_address, key: .key */
    struct cf_loose_stream *loose;
    uint32_t socket;
    struct cf_addr from;
    uint8_t key[KEY_LEN];
    struct cf_framing framing;
};

struct cf_media_streams {
    struct cf_media_streams_hooks hooks;
    struct cf_map by_address;
    struct cf_loose_streams *loose;
    uint64_t lost;
};

/* --- finding --- */

static struct cf_str make_key(uint32_t socket, const struct cf_addr *from, uint8_t *key) {
    key[0] = (uint8_t)(socket - CF_MEDIA_SOCKET_STREAMS);
    memcpy(key + 1, from->ip, sizeof from->ip);
    cf_set_be16(key + 17, from->port);
    return cf_str_n((const char *)key, KEY_LEN);
}

static struct stream *find(const struct cf_media_streams *streams, uint32_t socket, const struct cf_addr *from) {
    uint8_t key[KEY_LEN];
    struct cf_map_node *node = cf_map_get(&streams->by_address, make_key(socket, from, key));
    return node == NULL ? NULL : CF_OF(node, struct stream, node);
}

/* --- what is told of connections --- */

static void on_octets(void *ctx, void *owner, struct cf_span octets) {
    struct cf_media_streams *streams = ctx;
    struct stream *stream = owner;
    struct cf_span datagram;
    while (cf_framing_next(&stream->framing, &octets, &datagram)) {
        streams->hooks.datagram(streams->hooks.ctx, stream->socket, &stream->from, datagram);
    }
}

static void on_closed(void *ctx, void *owner) {
    struct cf_media_streams *streams = ctx;
    struct stream *stream = owner;
    uint32_t socket = stream->socket;
    struct cf_addr from = stream->from;
    cf_map_remove(&streams->by_address, &stream->node);
    free(stream);
    streams->hooks.closed(streams->hooks.ctx, socket, &from);
}

static bool is_used(void *ctx, void *owner) {
    const struct cf_media_streams *streams = ctx;
    const struct stream *stream = owner;
    return streams->hooks.is_used(streams->hooks.ctx, stream->socket, &stream->from);
}

/* --- life --- */

enum cf_err cf_media_streams_create(int epoll, const struct cf_media_streams_hooks *hooks, struct cf_media_streams **ret) {
    struct cf_media_streams *streams = calloc(1, sizeof *streams);
    const struct cf_loose_hooks loose = {.octets = on_octets, .closed = on_closed, .is_used = is_used, .ctx = streams};
    if (streams == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (cf_loose_streams_create(epoll, CF_MEDIA_STREAMS_MAX, &loose, &streams->loose) != CF_OK) {
        free(streams);
        return CF_ERR_NO_MEMORY;
    }
    uint64_t seed;
    cf_entropy_fill(cf_system_entropy(), &seed, sizeof seed);
    streams->hooks = *hooks;
    cf_map_init(&streams->by_address, cf_system_mem(), seed);
    *ret = streams;
    return CF_OK;
}

void cf_media_streams_destroy(struct cf_media_streams **streams) {
    struct cf_media_streams *s = *streams;
    if (s == NULL) {
        return;
    }
    cf_loose_streams_destroy(&s->loose);
    if (s->lost > 0) {
        cf_log(CF_LOG_INFO, "media", "%llu packets found no room on slow TCP connections", (unsigned long long)s->lost);
    }
    cf_map_fini(&s->by_address);
    free(s);
    *streams = NULL;
}

struct cf_loose_streams *cf_media_streams_loose(struct cf_media_streams *streams) {
    return streams->loose;
}

static struct stream *make(struct cf_media_streams *streams, const struct cf_addr *from) {
    uint32_t socket = CF_MEDIA_SOCKET_STREAMS + (from->family == CF_FAMILY_IP6 ? 1 : 0);
    struct stream *stream = find(streams, socket, from) != NULL ? NULL : calloc(1, sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    stream->socket = socket;
    stream->from = *from;
    if (cf_map_add(&streams->by_address, &stream->node, make_key(socket, from, stream->key)) != CF_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

void cf_media_streams_add(struct cf_media_streams *streams, int fd, const struct cf_addr *from, struct cf_span octets,
                          cf_usec now) {
    struct stream *stream = make(streams, from);
    if (stream == NULL) {
        cf_tcp_close(&fd);
        return;
    }
    stream->loose = cf_loose_streams_add(streams->loose, fd, from, stream, now);
    if (stream->loose == NULL) {
        cf_map_remove(&streams->by_address, &stream->node);
        free(stream);
        return;
    }
    on_octets(streams, stream, octets);
}

/* --- out --- */

void cf_media_streams_send(struct cf_media_streams *streams, uint32_t socket, const struct cf_addr *to, struct cf_span datagram) {
    struct stream *stream = find(streams, socket, to);
    const uint8_t head[CF_FRAME_HEAD_LEN] = {(uint8_t)(datagram.len >> 8), (uint8_t)datagram.len};
    if (stream == NULL || datagram.len == 0 || datagram.len > CF_FRAME_MAX) {
        return;
    }
    if (sizeof head + datagram.len > cf_loose_stream_room(stream->loose)) {
        streams->lost++;
        return;
    }
    cf_loose_stream_write(stream->loose, (struct cf_span){head, sizeof head});
    cf_loose_stream_write(stream->loose, datagram);
}
