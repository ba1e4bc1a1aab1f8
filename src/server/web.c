/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections of browsers: what they speak, HTTP, WebSocket. */
#include "server/web_internal.h"

#include "adapt/openssl/hash.h"
#include "core/http/forwarded.h"
#include "core/sip/message.h"
#include "core/ws/handshake.h"
#include "shell/log/log.h"
#include "shell/system/system.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PING_USEC CF_SEC(30)
#define SILENT_USEC CF_SEC(75)  /* a WebSocket that says nothing, not even a pong */
#define MESSAGE_USEC CF_SEC(30) /* a message that never ends */

/* --- life --- */

/* The installed page, or that of the build folder that this program is run from. */
static void find_folder(struct cf_web *web) {
    char path[CF_FILE_PATH_MAX];
    const char *configured = web->config->web_folder.text;
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    web->folder[0] = '\0';
    if (configured[0] != '\0') {
        (void)snprintf(web->folder, sizeof web->folder, "%s", configured);
        return;
    }
    while (len > 0 && path[len - 1] != '/') {
        len--;
    }
    path[len > 0 ? len - 1 : 0] = '\0';
    if (cf_file_join(path, "web", web->folder, sizeof web->folder) != CF_OK || !cf_file_exists(web->folder)) {
        (void)snprintf(web->folder, sizeof web->folder, "%s", CF_WEB_FOLDER);
    }
}

void cf_web_reload(struct cf_web *web) {
    enum cf_err err = cf_static_files_load(&web->files, web->folder);
    if (err != CF_OK) {
        cf_log(CF_LOG_WARNING, "web", "no page is served: %s: %s", web->folder, cf_err_text(err));
    }
}

bool cf_web_has_page(const struct cf_web *web) {
    return web->files.by_name.count > 0;
}

enum cf_err cf_web_create(const struct cf_config *config, struct cf_web **ret) {
    struct cf_web *web = calloc(1, sizeof *web);
    if (web == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    web->config = config;
    uint64_t seed = ((uint64_t)cf_entropy_u32(cf_system_entropy()) << 32) | cf_entropy_u32(cf_system_entropy());
    cf_quota_init(&web->quota, cf_system_mem(), seed, config->web_connections_max, config->web_per_address_max);
    cf_static_files_init(&web->files);
    cf_list_init(&web->peers);
    cf_list_init(&web->gone);
    cf_heap_init(&web->timers, cf_system_mem());
    find_folder(web);
    cf_web_reload(web);
    *ret = web;
    return CF_OK;
}

void cf_web_start(struct cf_web *web, const struct cf_web_hooks *hooks) {
    web->hooks = *hooks;
}

void cf_web_hand_over(struct cf_web *web, cf_hand_over *hand_over, void *ctx) {
    web->hooks.hand_over = hand_over;
    web->hooks.hand_over_ctx = ctx;
}

static void free_peer(struct cf_web_peer *peer) {
    cf_list_remove(&peer->link);
    cf_http_reader_destroy(&peer->reader);
    cf_ws_destroy(&peer->ws);
    free(peer);
}

static void bury(struct cf_web *web) {
    CF_LIST_EACH (&web->gone, link, following) {
        free_peer(CF_OF(link, struct cf_web_peer, link));
    }
}

void cf_web_destroy(struct cf_web **web) {
    if (*web == NULL) {
        return;
    }
    CF_LIST_EACH (&(*web)->peers, link, following) {
        struct cf_web_peer *peer = CF_OF(link, struct cf_web_peer, link);
        cf_quota_give(&(*web)->quota, &peer->remote);
        free_peer(peer);
    }
    bury(*web);
    cf_heap_fini(&(*web)->timers);
    cf_quota_fini(&(*web)->quota);
    cf_static_files_fini(&(*web)->files);
    free(*web);
    *web = NULL;
}

bool cf_web_admits(struct cf_web *web, const struct cf_addr *remote) {
    /* A reverse proxy comes for many. */
    return cf_quota_take(&web->quota, remote, cf_http_is_proxy(cf_config_str(&web->config->web_proxies), remote));
}

void cf_web_dismiss(struct cf_web *web, const struct cf_addr *remote) {
    cf_quota_give(&web->quota, remote);
}

void cf_web_forget(struct cf_web_peer *peer) {
    struct cf_web *web = peer->web;
    if (peer->connection == NULL) {
        return;
    }
    peer->connection = NULL;
    cf_heap_cancel(&web->timers, &peer->timer);
    cf_quota_give(&web->quota, &peer->remote);
    cf_list_remove(&peer->link);
    cf_list_append(&web->gone, &peer->link);
}

void cf_web_hang_up(struct cf_web_peer *peer) {
    struct cf_connection *connection = peer->connection;
    if (connection != NULL) {
        cf_web_forget(peer);
        cf_connection_close(connection);
    }
}

static void set_timer(struct cf_web_peer *peer, cf_usec at) {
    if (cf_heap_set(&peer->web->timers, &peer->timer, at) != CF_OK) {
        cf_web_hang_up(peer);
    }
}

/* --- WebSocket --- */

static void flush(struct cf_web_peer *peer) {
    uint8_t out[CF_WEB_CHUNK];
    for (size_t len = cf_ws_take_output(peer->ws, out, sizeof out); len > 0 && peer->connection != NULL;
         len = cf_ws_take_output(peer->ws, out, sizeof out)) {
        cf_connection_write(peer->connection, (struct cf_span){out, len});
    }
}

/* The flow ends with the connection. */
static void end_ws(struct cf_web_peer *peer, enum cf_err err) {
    struct cf_web *web = peer->web;
    struct cf_flow_id flow = peer->flow;
    cf_web_hang_up(peer);
    cf_endpoint_on_flow_closed(web->hooks.endpoint, flow, err, cf_system_now());
    web->hooks.changed(web->hooks.changed_ctx);
}

/* Is it inside of a message, and since when? */
static void note_inside(struct cf_web_peer *peer, cf_usec now) {
    if (!cf_ws_is_inside(peer->ws)) {
        peer->inside_since = 0;
    } else if (peer->inside_since == 0) {
        peer->inside_since = now;
    }
}

static void on_ws_bytes(struct cf_web_peer *peer, struct cf_span bytes, cf_usec now) {
    struct cf_web *web = peer->web;
    struct cf_span message;
    peer->heard = now;
    cf_endpoint_on_alive(web->hooks.endpoint, peer->flow, now);
    enum cf_err err = cf_ws_on_bytes(peer->ws, bytes);
    while (peer->connection != NULL && cf_ws_poll(peer->ws, &message)) {
        peer->inside_since = 0; /* who has ended one is inside of another, if of any */
        cf_endpoint_on_bytes(web->hooks.endpoint, peer->flow, message, now);
        web->hooks.changed(web->hooks.changed_ctx);
    }
    if (peer->connection == NULL) {
        return;
    }
    flush(peer);
    if (peer->connection != NULL && (err != CF_OK || cf_ws_is_over(peer->ws))) {
        end_ws(peer, err);
        return;
    }
    note_inside(peer, now);
}

static void on_ws_deadline(struct cf_web_peer *peer, cf_usec now) {
    bool is_endless = peer->inside_since != 0 && now - peer->inside_since >= MESSAGE_USEC;
    if (is_endless || now - peer->heard > SILENT_USEC) {
        cf_ws_close(peer->ws, is_endless ? CF_WS_STATUS_POLICY : CF_WS_STATUS_GOING_AWAY);
        flush(peer);
        end_ws(peer, CF_ERR_TIMEOUT);
        return;
    }
    cf_ws_forgive(peer->ws);
    cf_ws_ping(peer->ws);
    flush(peer);
    set_timer(peer, peer->inside_since == 0 ? now + PING_USEC : cf_usec_min(now + PING_USEC, peer->inside_since + MESSAGE_USEC));
}

/* --- HTTP --- */

static void send_response(struct cf_web_peer *peer, const struct cf_http_response *response, bool is_head) {
    uint8_t head[CF_HTTP_RESPONSE_HEAD_MAX + 1536];
    struct cf_writer w;
    cf_writer_init(&w, head, sizeof head);
    cf_http_put_head(&w, response);
    cf_assert(cf_writer_ok(&w));
    cf_connection_write(peer->connection, cf_writer_span(&w));
    if (!is_head && response->status != 304 && response->body.len > 0) {
        cf_connection_write(peer->connection, response->body);
    }
}

static void refuse(struct cf_web_peer *peer, unsigned status, struct cf_str fields) {
    struct cf_str reason = cf_http_reason_of(status);
    struct cf_http_response response = {.status = status,
                                        .type = CF_STR("text/plain; charset=utf-8"),
                                        .fields = fields,
                                        .body = cf_str_span(reason),
                                        .closes = true};
    send_response(peer, &response, false);
    cf_web_hang_up(peer);
}

/* The connection becomes a flow. False: it was refused. */
static bool open_ws(struct cf_web_peer *peer, const struct cf_http_request *request, cf_usec now) {
    char fields[256];
    struct cf_web *web = peer->web;
    struct cf_writer w;
    struct cf_ws_rules rules = {.origins = cf_config_str(&web->config->web_origins),
                                .domains = cf_config_str(&web->config->domains),
                                .is_secure = cf_connection_is_secure(peer->connection),
                                .sha1 = cf_openssl_sha1};
    const struct cf_addr asker = cf_http_asker(request, &peer->remote, cf_config_str(&web->config->web_proxies));
    cf_writer_init(&w, fields, sizeof fields);
    unsigned status = cf_ws_judge(request, &rules, &w);
    if (status == 101 && (cf_ws_create(CF_SIP_MESSAGE_MAX, &peer->ws) != CF_OK ||
                          cf_endpoint_on_accepted(web->hooks.endpoint, peer->ws_local, &asker, cf_connection_id(peer->connection),
                                                  now, &peer->flow) != CF_OK)) {
        status = 503;
        w.len = 0;
    }
    if (status != 101) {
        refuse(peer, status, cf_writer_str(&w));
        return false;
    }
    struct cf_http_response response = {.status = 101, .fields = cf_writer_str(&w)};
    peer->phase = CF_WEB_PHASE_WS;
    peer->heard = now;
    send_response(peer, &response, true);
    set_timer(peer, now + PING_USEC);
    return true;
}

static void answer(struct cf_web_peer *peer, const struct cf_http_request *request, cf_usec now) {
    struct cf_web *web = peer->web;
    struct cf_api_call call;
    bool is_head = cf_str_eq(request->method, CF_STR("HEAD"));
    memset(&call, 0, sizeof call);
    call.request = request;
    call.services = web->hooks.services;
    call.remote = cf_http_asker(request, &peer->remote, cf_config_str(&web->config->web_proxies));
    call.now = now;
    call.wall = cf_system_wall();
    cf_writer_init(&call.body, web->body, sizeof web->body);
    if (cf_http_count(request, CF_STR("Host")) > 1 || (request->is_1_1 && cf_http_host(request).len == 0)) {
        call.response.status = 400;
    } else if (cf_web_routes_have(request->path)) {
        cf_web_routes_answer(&call);
    } else {
        cf_static_files_answer(&web->files, request, &call.response);
    }
    if (call.response.status >= 400 && call.response.body.len == 0) {
        call.response.type = CF_STR("text/plain; charset=utf-8");
        call.response.body = cf_str_span(cf_http_reason_of(call.response.status));
    }
    call.response.closes = !request->keeps_alive;
    send_response(peer, &call.response, is_head);
    web->hooks.changed(web->hooks.changed_ctx);
    if (call.response.closes) {
        cf_web_hang_up(peer);
    } else if (peer->connection != NULL) {
        set_timer(peer, now + web->config->web_handshake_usec);
    }
}

void cf_web_on_http_bytes(struct cf_web_peer *peer, struct cf_span bytes, cf_usec now) {
    struct cf_span rest = bytes;
    while (peer->connection != NULL && rest.len > 0) {
        size_t used = 0;
        enum cf_http_reading reading = cf_http_reader_on_bytes(peer->reader, rest, &used);
        rest = (struct cf_span){rest.at + used, rest.len - used};
        if (reading == CF_HTTP_READING_MORE) {
            return;
        }
        if (reading == CF_HTTP_READING_BROKEN) {
            refuse(peer, cf_http_reader_status(peer->reader), CF_STR_NONE);
            return;
        }
        const struct cf_http_request *request = cf_http_reader_request(peer->reader);
        if (request->is_upgrade) {
            if (open_ws(peer, request, now) && rest.len > 0) {
                on_ws_bytes(peer, rest, now);
            }
            return;
        }
        answer(peer, request, now);
        cf_http_reader_next(peer->reader);
    }
}

static void on_bytes(struct cf_web_peer *peer, struct cf_span bytes) {
    cf_usec now = cf_system_now();
    switch (peer->phase) {
    case CF_WEB_PHASE_TELLING:
        cf_web_on_first_bytes(peer, bytes, now);
        break;
    case CF_WEB_PHASE_HTTP:
        cf_web_on_http_bytes(peer, bytes, now);
        break;
    case CF_WEB_PHASE_WS:
        on_ws_bytes(peer, bytes, now);
        break;
    }
}

static void on_event(void *ctx, struct cf_connection *connection, enum cf_connection_event event, struct cf_span bytes,
                     enum cf_err err) {
    struct cf_web_peer *peer = ctx;
    (void)connection;
    if (peer->connection != NULL && event == CF_CONNECTION_BYTES) {
        on_bytes(peer, bytes);
    } else if (peer->connection != NULL && event == CF_CONNECTION_CLOSED) {
        bool is_ws = peer->phase == CF_WEB_PHASE_WS;
        struct cf_web *web = peer->web;
        cf_web_forget(peer);
        if (is_ws) {
            cf_endpoint_on_flow_closed(web->hooks.endpoint, peer->flow, err, cf_system_now());
            web->hooks.changed(web->hooks.changed_ctx);
        }
    }
}

bool cf_web_take(struct cf_web *web, struct cf_connection *connection, struct cf_tls_context *const *tls,
                 const struct cf_addr *remote, uint32_t ws_local, uint32_t sip_local) {
    struct cf_web_peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL) {
        cf_web_dismiss(web, remote);
        return false;
    }
    *peer = (struct cf_web_peer){
        .web = web, .connection = connection, .tls = tls, .remote = *remote, .ws_local = ws_local, .sip_local = sip_local};
    cf_list_append(&web->peers, &peer->link);
    cf_connection_set_handler(connection, on_event, peer);
    set_timer(peer, cf_system_now() + web->config->web_handshake_usec);
    return true;
}

/* --- from the endpoint --- */

static struct cf_web_peer *find(const struct cf_connection *connection) {
    struct cf_web_peer *peer = cf_connection_context(connection, on_event);
    return peer != NULL && peer->connection != NULL && peer->phase == CF_WEB_PHASE_WS ? peer : NULL;
}

void cf_web_send(struct cf_connection *connection, struct cf_span message) {
    struct cf_web_peer *peer = find(connection);
    if (peer != NULL && cf_ws_send(peer->ws, message) == CF_OK) {
        flush(peer);
    }
}

void cf_web_close(struct cf_connection *connection) {
    struct cf_web_peer *peer = find(connection);
    if (peer != NULL) {
        cf_ws_close(peer->ws, CF_WS_STATUS_GOING_AWAY);
        flush(peer);
        cf_web_hang_up(peer);
    }
}

/* --- time --- */

cf_usec cf_web_deadline(const struct cf_web *web) {
    return cf_heap_deadline(&web->timers);
}

void cf_web_on_deadline(struct cf_web *web, cf_usec now) {
    for (struct cf_timer *timer = cf_heap_pop(&web->timers, now); timer != NULL; timer = cf_heap_pop(&web->timers, now)) {
        struct cf_web_peer *peer = CF_OF(timer, struct cf_web_peer, timer);
        if (peer->phase == CF_WEB_PHASE_WS) {
            on_ws_deadline(peer, now);
        } else if (peer->phase == CF_WEB_PHASE_HTTP && cf_http_reader_is_inside(peer->reader)) {
            refuse(peer, 408, CF_STR_NONE);
        } else {
            cf_web_hang_up(peer);
        }
    }
    bury(web);
}
