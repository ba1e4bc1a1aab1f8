/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP connections on the loop. */
#include "shell/stream/stream.h"

#include "shell/udp/sockaddr.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <uv.h>

#define BACKLOG 128
#define READ_BYTES 16384

struct cf_listener {
    uv_tcp_t tcp;
    struct cf_loop *loop;
    cf_accept_handler *on_accept;
    void *ctx;
};

struct cf_stream {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    uv_timer_t farewell;
    unsigned handles; /* .tcp and .farewell, as long as they are not closed */
    struct cf_loop_end end;
    const struct cf_stream_events *events;
    void *owner;
    struct cf_addr local;
    struct cf_addr remote;
    bool is_up;
    bool is_closing;
    char buffer[READ_BYTES];
};

/* A write and its copy of the octets. */
struct write_request {
    uv_write_t write;
    char bytes[];
};

static void learn_addresses(struct cf_stream *stream) {
    struct sockaddr_storage name;
    int len = sizeof name;
    if (uv_tcp_getpeername(&stream->tcp, (struct sockaddr *)&name, &len) == 0) {
        stream->remote = cf_addr_of_sockaddr((struct sockaddr *)&name);
    }
    len = sizeof name;
    if (uv_tcp_getsockname(&stream->tcp, (struct sockaddr *)&name, &len) == 0) {
        stream->local = cf_addr_of_sockaddr((struct sockaddr *)&name);
    }
    uv_tcp_nodelay(&stream->tcp, 1);
    stream->is_up = true;
}

static void on_closed(uv_handle_t *handle) {
    struct cf_stream *stream = handle->data;
    if (--stream->handles > 0) {
        return;
    }
    cf_loop_end_forget(&stream->end);
    if (stream->events != NULL) {
        stream->events->on_closed(stream->owner, stream);
    }
    free(stream);
}

static void close_now(struct cf_stream *stream) {
    if (!uv_is_closing((uv_handle_t *)&stream->tcp)) {
        stream->is_closing = true;
        uv_close((uv_handle_t *)&stream->tcp, on_closed);
        uv_close((uv_handle_t *)&stream->farewell, on_closed);
    }
}

/* Nothing more is written: what waits for that, and to close then, is closed now. */
static void at_end(void *ctx) {
    close_now(ctx);
}

static struct cf_stream *new_stream(struct cf_loop *loop) {
    struct cf_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    if (uv_tcp_init(cf_loop_native(loop), &stream->tcp) != 0) {
        free(stream);
        return NULL;
    }
    (void)uv_timer_init(cf_loop_native(loop), &stream->farewell); /* never fails */
    stream->tcp.data = stream->farewell.data = stream;
    stream->handles = 2;
    cf_loop_at_end(loop, &stream->end, at_end, stream);
    return stream;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret) {
    struct cf_stream *stream = handle->data;
    (void)suggested;
    *ret = uv_buf_init(stream->buffer, sizeof stream->buffer);
}

static void on_read(uv_stream_t *tcp, ssize_t len, const uv_buf_t *buffer) {
    struct cf_stream *stream = tcp->data;
    if (len < 0) {
        close_now(stream);
        return;
    }
    if (len > 0 && !stream->is_closing) {
        stream->events->on_bytes(stream->owner, stream, (struct cf_span){(const uint8_t *)buffer->base, (size_t)len});
    }
}

void cf_stream_set_owner(struct cf_stream *stream, const struct cf_stream_events *events, void *owner) {
    stream->events = events;
    stream->owner = owner;
    if (stream->is_up && uv_read_start((uv_stream_t *)&stream->tcp, on_alloc, on_read) != 0) {
        close_now(stream);
    }
}

static void on_connection(uv_stream_t *tcp, int status) {
    struct cf_listener *listener = tcp->data;
    struct cf_stream *stream = status < 0 ? NULL : new_stream(listener->loop);
    if (stream == NULL) {
        return;
    }
    if (uv_accept(tcp, (uv_stream_t *)&stream->tcp) != 0) {
        close_now(stream);
        return;
    }
    learn_addresses(stream);
    listener->on_accept(listener->ctx, stream);
}

static void free_listener(uv_handle_t *handle) {
    free(handle->data);
}

enum cf_err cf_stream_listen(struct cf_loop *loop, const struct cf_addr *local, cf_accept_handler *on_accept, void *ctx,
                             struct cf_listener **ret) {
    struct sockaddr_storage name;
    struct cf_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *listener = (struct cf_listener){.loop = loop, .on_accept = on_accept, .ctx = ctx};
    cf_addr_to_sockaddr(local, &name);
    if (uv_tcp_init(cf_loop_native(loop), &listener->tcp) != 0) {
        free(listener);
        return CF_ERR_IO;
    }
    listener->tcp.data = listener;
    unsigned flags = local->family == CF_FAMILY_IP6 ? UV_TCP_IPV6ONLY : 0;
    int failed = uv_tcp_bind(&listener->tcp, (struct sockaddr *)&name, flags);
    if (failed == 0) {
        failed = uv_listen((uv_stream_t *)&listener->tcp, BACKLOG, on_connection);
    }
    if (failed != 0) {
        cf_listener_close(&listener);
        return failed == UV_EADDRINUSE ? CF_ERR_EXISTS : CF_ERR_IO;
    }
    *ret = listener;
    return CF_OK;
}

void cf_listener_close(struct cf_listener **listener) {
    if (*listener != NULL) {
        uv_close((uv_handle_t *)&(*listener)->tcp, free_listener);
        *listener = NULL;
    }
}

struct cf_addr cf_listener_local(const struct cf_listener *listener) {
    struct sockaddr_storage name;
    int len = sizeof name;
    if (uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&name, &len) != 0) {
        return (struct cf_addr){.family = CF_FAMILY_NONE};
    }
    return cf_addr_of_sockaddr((struct sockaddr *)&name);
}

static void on_connect(uv_connect_t *connect, int status) {
    struct cf_stream *stream = connect->data;
    if (status < 0) {
        close_now(stream);
        return;
    }
    learn_addresses(stream);
    cf_stream_set_owner(stream, stream->events, stream->owner);
    if (!stream->is_closing) {
        stream->events->on_connected(stream->owner, stream);
    }
}

enum cf_err cf_stream_connect(struct cf_loop *loop, const struct cf_addr *remote, const struct cf_stream_events *events,
                              void *owner, struct cf_stream **ret) {
    struct sockaddr_storage name;
    struct cf_stream *stream = new_stream(loop);
    if (stream == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    stream->connect.data = stream;
    cf_addr_to_sockaddr(remote, &name);
    if (uv_tcp_connect(&stream->connect, &stream->tcp, (struct sockaddr *)&name, on_connect) != 0) {
        /* No owner yet: nobody is told but the caller. */
        close_now(stream);
        return CF_ERR_IO;
    }
    stream->events = events;
    stream->owner = owner;
    *ret = stream;
    return CF_OK;
}

static void on_written(uv_write_t *write, int status) {
    struct cf_stream *stream = write->handle->data;
    free(write->data);
    if (status < 0 && status != UV_ECANCELED) {
        close_now(stream);
    }
}

enum cf_err cf_stream_write(struct cf_stream *stream, struct cf_span bytes) {
    if (stream->is_closing || !stream->is_up) {
        return CF_ERR_STATE;
    }
    uv_stream_t *tcp = (uv_stream_t *)&stream->tcp;
    if (uv_stream_get_write_queue_size(tcp) + bytes.len > CF_STREAM_QUEUE_MAX) {
        return CF_ERR_LIMIT;
    }
    uv_buf_t whole = uv_buf_init((char *)(uintptr_t)bytes.at, (unsigned)bytes.len);
    int written = uv_try_write(tcp, &whole, 1);
    size_t done = written > 0 ? (size_t)written : 0;
    if (done == bytes.len) {
        return CF_OK;
    }
    struct write_request *request = malloc(sizeof *request + bytes.len - done);
    if (request == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    request->write.data = request;
    memcpy(request->bytes, bytes.at + done, bytes.len - done);
    uv_buf_t rest = uv_buf_init(request->bytes, (unsigned)(bytes.len - done));
    if (uv_write(&request->write, tcp, &rest, 1, on_written) != 0) {
        free(request);
        return CF_ERR_IO;
    }
    return CF_OK;
}

static void on_farewell_end(uv_timer_t *farewell) {
    close_now(farewell->data);
}

/* A peer that reads nothing would keep what waits for it for ever, since it acknowledges that it has no room; one that reads an
 * octet now and then would, too, but for the timer. */
static void limit_farewell(struct cf_stream *stream, unsigned most_msec) {
    uv_os_fd_t fd;
    const unsigned msec = CF_STREAM_FAREWELL_SEC * 1000;
    if (uv_fileno((uv_handle_t *)&stream->tcp, &fd) == 0) {
        /* Without it a connection stays longer, and nothing else is wrong. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &msec, sizeof msec);
    }
    (void)uv_timer_start(&stream->farewell, on_farewell_end, most_msec, 0);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status) {
    (void)status;
    close_now(shutdown->handle->data);
}

void cf_stream_close(struct cf_stream *stream) {
    cf_stream_close_within(stream, CF_STREAM_FAREWELL_MAX_SEC * 1000);
}

void cf_stream_close_within(struct cf_stream *stream, unsigned msec) {
    if (stream->is_closing) {
        return;
    }
    stream->is_closing = true;
    limit_farewell(stream, msec);
    if (!stream->is_up || uv_shutdown(&stream->shutdown, (uv_stream_t *)&stream->tcp, on_shutdown) != 0) {
        close_now(stream);
    }
}

void cf_stream_abort(struct cf_stream *stream) {
    close_now(stream);
}

enum cf_err cf_stream_release(struct cf_stream *stream, int *ret_fd) {
    uv_os_fd_t own;
    if (stream->is_closing || !stream->is_up || uv_stream_get_write_queue_size((uv_stream_t *)&stream->tcp) > 0) {
        return CF_ERR_STATE;
    }
    /* Closing a handle closes its descriptor; the connection lives as long as a copy of it does. */
    int copy = uv_fileno((uv_handle_t *)&stream->tcp, &own) == 0 ? fcntl(own, F_DUPFD_CLOEXEC, 0) : -1;
    if (copy < 0) {
        return CF_ERR_IO;
    }
    uv_read_stop((uv_stream_t *)&stream->tcp);
    close_now(stream);
    *ret_fd = copy;
    return CF_OK;
}

struct cf_addr cf_stream_local(const struct cf_stream *stream) {
    return stream->local;
}

struct cf_addr cf_stream_remote(const struct cf_stream *stream) {
    return stream->remote;
}
