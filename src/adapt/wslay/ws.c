/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebSocket frames over wslay. */
#include "adapt/wslay/ws.h"

#include "base/list.h"
#include <stdlib.h>
#include <wslay/wslay.h>

struct message {
    struct cf_link link;
    size_t len;
    uint8_t octets[];
};

struct cf_ws {
    wslay_event_context_ptr context;
    struct cf_span in;       /* what on_bytes() was given and is not read yet */
    struct cf_list messages; /* whole ones, of struct message */
    struct message *given;   /* by cf_ws_poll() */
    uint8_t *out;
    size_t out_len;
    size_t out_max;
    unsigned controls;
    bool is_inside;
    bool is_broken;
    enum cf_err err;
};

static ssize_t receive(wslay_event_context_ptr context, uint8_t *buffer, size_t len, int flags, void *user) {
    struct cf_ws *ws = user;
    (void)flags;
    size_t n = len < ws->in.len ? len : ws->in.len;
    if (n == 0) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    memcpy(buffer, ws->in.at, n);
    ws->in.at += n;
    ws->in.len -= n;
    return (ssize_t)n;
}

static bool grow(struct cf_ws *ws, size_t needed) {
    size_t size = ws->out_max == 0 ? 4096 : ws->out_max;
    while (size < needed) {
        size *= 2;
    }
    uint8_t *bigger = size == ws->out_max ? ws->out : realloc(ws->out, size);
    if (bigger == NULL) {
        return false;
    }
    ws->out = bigger;
    ws->out_max = size;
    return true;
}

static ssize_t transmit(wslay_event_context_ptr context, const uint8_t *octets, size_t len, int flags, void *user) {
    struct cf_ws *ws = user;
    (void)flags;
    if (ws->out_len + len > CF_WS_OUTPUT_MAX || !grow(ws, ws->out_len + len)) {
        ws->is_broken = true;
        ws->err = CF_ERR_LIMIT;
        wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    memcpy(ws->out + ws->out_len, octets, len);
    ws->out_len += len;
    return (ssize_t)len;
}

static void on_frame(wslay_event_context_ptr context, const struct wslay_event_on_frame_recv_start_arg *arg, void *user) {
    struct cf_ws *ws = user;
    (void)context;
    if (wslay_is_ctrl_frame(arg->opcode)) {
        ws->controls++;
    } else {
        ws->is_inside = true;
    }
}

static void on_message(wslay_event_context_ptr context, const struct wslay_event_on_msg_recv_arg *arg, void *user) {
    struct cf_ws *ws = user;
    (void)context;
    if (wslay_is_ctrl_frame(arg->opcode)) {
        return;
    }
    struct message *message = malloc(sizeof *message + arg->msg_length);
    ws->is_inside = false;
    ws->controls = 0;
    if (message == NULL) {
        ws->is_broken = true;
        ws->err = CF_ERR_NO_MEMORY;
        return;
    }
    message->link = (struct cf_link){NULL, NULL};
    message->len = arg->msg_length;
    memcpy(message->octets, arg->msg, arg->msg_length);
    cf_list_append(&ws->messages, &message->link);
}

enum cf_err cf_ws_create(size_t message_max, struct cf_ws **ret) {
    static const struct wslay_event_callbacks callbacks = {.recv_callback = receive,
                                                           .send_callback = transmit,
                                                           .on_frame_recv_start_callback = on_frame,
                                                           .on_msg_recv_callback = on_message};
    struct cf_ws *ws = calloc(1, sizeof *ws);
    if (ws == NULL || wslay_event_context_server_init(&ws->context, &callbacks, ws) != 0) {
        free(ws);
        return CF_ERR_NO_MEMORY;
    }
    wslay_event_config_set_max_recv_msg_length(ws->context, message_max);
    cf_list_init(&ws->messages);
    *ret = ws;
    return CF_OK;
}

void cf_ws_destroy(struct cf_ws **ws) {
    if (*ws == NULL) {
        return;
    }
    CF_LIST_EACH (&(*ws)->messages, link, following) {
        free(CF_OF(link, struct message, link));
    }
    free((*ws)->given);
    free((*ws)->out);
    wslay_event_context_free((*ws)->context);
    free(*ws);
    *ws = NULL;
}

static enum cf_err flush(struct cf_ws *ws) {
    if (!ws->is_broken && wslay_event_send(ws->context) != 0) {
        ws->is_broken = true;
        ws->err = ws->err == CF_OK ? CF_ERR_NO_MEMORY : ws->err;
    }
    return ws->err;
}

static enum cf_err queue(struct cf_ws *ws, uint8_t opcode, struct cf_span bytes) {
    struct wslay_event_msg message = {.opcode = opcode, .msg = bytes.at, .msg_length = bytes.len};
    if (ws->is_broken || wslay_event_get_close_sent(ws->context) || wslay_event_queue_msg(ws->context, &message) != 0) {
        return CF_ERR_STATE;
    }
    return flush(ws);
}

void cf_ws_close(struct cf_ws *ws, enum cf_ws_status status) {
    if (!ws->is_broken && wslay_event_queue_close(ws->context, (uint16_t)status, NULL, 0) == 0) {
        (void)flush(ws);
    }
}

/* wslay has queued a close frame by itself; no more is read. */
static bool is_refused(const struct cf_ws *ws) {
    return !wslay_event_get_read_enabled(ws->context) && !wslay_event_get_close_received(ws->context);
}

enum cf_err cf_ws_on_bytes(struct cf_ws *ws, struct cf_span bytes) {
    if (ws->is_broken) {
        return ws->err;
    }
    ws->in = bytes;
    int result = wslay_event_recv(ws->context);
    ws->in = (struct cf_span){NULL, 0};
    bool is_wrong = result != 0 || is_refused(ws);
    bool is_flood = ws->controls > CF_WS_CONTROLS_MAX;
    if (is_flood && !is_wrong) {
        cf_ws_close(ws, CF_WS_STATUS_POLICY);
    }
    enum cf_err err = flush(ws);
    if (err == CF_OK && (is_wrong || is_flood)) {
        ws->is_broken = true;
        ws->err = err = is_flood ? CF_ERR_LIMIT : CF_ERR_MALFORMED;
    }
    return err;
}

bool cf_ws_poll(struct cf_ws *ws, struct cf_span *ret) {
    free(ws->given);
    struct cf_link *link = cf_list_pop(&ws->messages);
    ws->given = link == NULL ? NULL : CF_OF(link, struct message, link);
    if (ws->given == NULL) {
        return false;
    }
    *ret = (struct cf_span){ws->given->octets, ws->given->len};
    return true;
}

enum cf_err cf_ws_send(struct cf_ws *ws, struct cf_span bytes) {
    return queue(ws, cf_str_is_utf8(cf_span_str(bytes)) ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME, bytes);
}

void cf_ws_ping(struct cf_ws *ws) {
    (void)queue(ws, WSLAY_PING, (struct cf_span){NULL, 0});
}

size_t cf_ws_take_output(struct cf_ws *ws, void *out, size_t size) {
    size_t n = size < ws->out_len ? size : ws->out_len;
    if (n == 0) {
        return 0;
    }
    memcpy(out, ws->out, n);
    ws->out_len -= n;
    memmove(ws->out, ws->out + n, ws->out_len);
    return n;
}

bool cf_ws_is_over(const struct cf_ws *ws) {
    return ws->is_broken || (wslay_event_get_close_sent(ws->context) && wslay_event_get_close_received(ws->context));
}

bool cf_ws_is_inside(const struct cf_ws *ws) {
    return ws->is_inside;
}

void cf_ws_forgive(struct cf_ws *ws) {
    ws->controls = 0;
}
