/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the web side share. Not for others. */
#ifndef CF_SERVER_WEB_INTERNAL_H
#define CF_SERVER_WEB_INTERNAL_H

#include "adapt/http_parser/http_reader.h"
#include "adapt/wslay/ws.h"
#include "base/heap.h"
#include "core/http/quota.h"
#include "server/static_files.h"
#include "server/web.h"
#include "server/web_routes.h"
#include "shell/file/file.h"

/** Octets that a connection reads at a time. */
#define CF_WEB_CHUNK 16384

/* What is spoken on a connection. */
enum cf_web_phase {
    CF_WEB_PHASE_TELLING, /* not known yet */
    CF_WEB_PHASE_HTTP,
    CF_WEB_PHASE_WS,
};

struct cf_web_peer {
    struct cf_web *web;
    struct cf_connection *connection; /* NULL: gone */
    struct cf_link link;              /* in web->peers or web->gone */
    struct cf_timer timer;
    struct cf_addr remote;
    uint32_t ws_local;
    uint32_t sip_local;
    enum cf_web_phase phase;
    struct cf_tls_context *const *tls; /* while it is bare on a port of TLS; else NULL */
    uint8_t first[CF_FIRST_BYTES_MAX];
    size_t first_len;
    struct cf_http_reader *reader; /* HTTP */
    struct cf_ws *ws;              /* WS */
    struct cf_flow_id flow;        /* WS */
    cf_usec heard;                 /* WS: last octets */
    cf_usec inside_since;          /* WS: start of a message that is not whole; 0: none */
};

struct cf_web {
    const struct cf_config *config;
    struct cf_web_hooks hooks;
    struct cf_quota quota;
    struct cf_static_files files;
    struct cf_list peers;
    struct cf_list gone; /* to be freed once nobody is inside of them */
    struct cf_heap timers;
    char folder[CF_FILE_PATH_MAX];
    uint8_t body[CF_API_ANSWER_MAX];
};

/** The peer is not ours any more: its connection is closed, or somebody else's. */
void cf_web_forget(struct cf_web_peer *peer);

/** Close, and forget. */
void cf_web_hang_up(struct cf_web_peer *peer);

/** HTTP came. */
void cf_web_on_http_bytes(struct cf_web_peer *peer, struct cf_span bytes, cf_usec now);

/** Octets came before it is known what is spoken. */
void cf_web_on_first_bytes(struct cf_web_peer *peer, struct cf_span bytes, cf_usec now);

#endif
