/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's end of the control socket. */
#include "shell/control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

struct cf_control {
    uv_pipe_t pipe;
    struct cf_loop *loop;
    cf_control_handler *handler;
    void *ctx;
    size_t clients;
    char path[108]; /* as long as the system allows */
};

/* A connection: its line, then its answer. */
struct client {
    uv_pipe_t pipe;
    uv_write_t write;
    struct cf_control *control;
    char line[CF_CONTROL_LINE_MAX];
    size_t len;
    char *answer;
};

static void on_client_closed(uv_handle_t *handle) {
    struct client *client = handle->data;
    if (client->control != NULL) {
        client->control->clients--;
    }
    free(client->answer);
    free(client);
}

static void close_client(struct client *client) {
    if (!uv_is_closing((uv_handle_t *)&client->pipe)) {
        uv_close((uv_handle_t *)&client->pipe, on_client_closed);
    }
}

static void on_written(uv_write_t *write, int status) {
    (void)status;
    close_client(write->handle->data);
}

static void answer_client(struct client *client, struct cf_str command) {
    struct cf_writer w;
    client->answer = malloc(CF_CONTROL_ANSWER_MAX);
    if (client->answer == NULL) {
        close_client(client);
        return;
    }
    cf_writer_init(&w, client->answer, CF_CONTROL_ANSWER_MAX);
    client->control->handler(client->control->ctx, command, &w);
    uv_buf_t whole = uv_buf_init(client->answer, (unsigned)w.len);
    uv_read_stop((uv_stream_t *)&client->pipe);
    if (uv_write(&client->write, (uv_stream_t *)&client->pipe, &whole, 1, on_written) != 0) {
        close_client(client);
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret) {
    struct client *client = handle->data;
    (void)suggested;
    *ret = uv_buf_init(client->line + client->len, (unsigned)(sizeof client->line - client->len));
}

static void on_read(uv_stream_t *pipe, ssize_t got, const uv_buf_t *buffer) {
    struct client *client = pipe->data;
    (void)buffer;
    if (got < 0) {
        close_client(client);
        return;
    }
    client->len += (size_t)got;
    struct cf_str line = cf_str_n(client->line, client->len);
    size_t end = cf_str_find(line, '\n');
    if (end < line.len) {
        answer_client(client, cf_str_trim(cf_str_head(line, end)));
    } else if (client->len == sizeof client->line) {
        close_client(client);
    }
}

static void on_connection(uv_stream_t *pipe, int status) {
    struct cf_control *control = pipe->data;
    struct client *client = status < 0 ? NULL : calloc(1, sizeof *client);
    if (client == NULL) {
        return;
    }
    if (uv_pipe_init(cf_loop_native(control->loop), &client->pipe, 0) != 0) {
        free(client);
        return;
    }
    client->pipe.data = client;
    bool is_full = control->clients >= CF_CONTROL_CLIENTS_MAX;
    if (uv_accept(pipe, (uv_stream_t *)&client->pipe) != 0 || is_full) {
        close_client(client);
        return;
    }
    client->control = control;
    control->clients++;
    if (uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read) != 0) {
        close_client(client);
    }
}

static void free_control(uv_handle_t *handle) {
    free(handle->data);
}

static bool is_alive(const char *path) {
    char answer[1];
    size_t len = 0;
    enum cf_err err = cf_control_ask(path, CF_STR("ping"), answer, 0, &len);
    return err == CF_OK || err == CF_ERR_NO_ROOM;
}

enum cf_err cf_control_listen(struct cf_loop *loop, const char *path, cf_control_handler *handler, void *ctx,
                              struct cf_control **ret) {
    struct cf_control *control = calloc(1, sizeof *control);
    if (control == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    control->loop = loop;
    control->handler = handler;
    control->ctx = ctx;
    int len = snprintf(control->path, sizeof control->path, "%s", path);
    if (len < 0 || (size_t)len >= sizeof control->path || uv_pipe_init(cf_loop_native(loop), &control->pipe, 0) != 0) {
        free(control);
        return CF_ERR_IO;
    }
    control->pipe.data = control;
    int failed = uv_pipe_bind(&control->pipe, path);
    if (failed == UV_EADDRINUSE && !is_alive(path)) {
        unlink(path);
        failed = uv_pipe_bind(&control->pipe, path);
    }
    bool is_mine = failed == 0;
    if (failed == 0) {
        /* The folder is the owner's alone, too. */
        failed = chmod(path, 0600) < 0 ? UV_EIO : uv_listen((uv_stream_t *)&control->pipe, CF_CONTROL_CLIENTS_MAX, on_connection);
    }
    if (failed != 0) {
        if (is_mine) {
            unlink(path);
        }
        uv_close((uv_handle_t *)&control->pipe, free_control);
        return failed == UV_EADDRINUSE ? CF_ERR_EXISTS : CF_ERR_IO;
    }
    *ret = control;
    return CF_OK;
}

void cf_control_close(struct cf_control **control) {
    if (*control != NULL) {
        unlink((*control)->path);
        uv_close((uv_handle_t *)&(*control)->pipe, free_control);
        *control = NULL;
    }
}
