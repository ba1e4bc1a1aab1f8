/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The opening handshake of WebSocket for SIP, server's side (RFC 6455 section 4.2, RFC 7118 section 4): who may open one, and
 * what is answered. Browsers let every page open a WebSocket to everybody; what says which page it was is Origin, and it is
 * checked here (RFC 6455 section 10.2, attacks T42). Pure functions.
 */
#ifndef CF_CORE_WS_HANDSHAKE_H
#define CF_CORE_WS_HANDSHAKE_H

#include "base/writer.h"
#include "core/http/request.h"

/** SHA-1 (RFC 3174) of @p octets into @p out of 20 octets; what the handshake wants, and nothing else here. */
typedef bool cf_ws_sha1(struct cf_span octets, uint8_t *out);

/** Who may open one. Views, kept by nobody. */
struct cf_ws_rules {
    struct cf_str origins; /**< "https://meet.example.org ..." besides the server's own pages; "*": all; separated by blanks */
    struct cf_str domains; /**< names of this server; a Host must be one of them, an IP address or that of an origin */
    bool is_secure;        /**< the connection is over TLS: our own pages are https */
    cf_ws_sha1 *sha1;
};

/** Paths at which a WebSocket can be opened: "/", "/sip", "/ws". */
bool cf_ws_is_path(struct cf_str path);

/**
 * Judge @p request, an upgrade: 101, with the lines of the answer (Upgrade, Connection, Sec-WebSocket-Accept,
 * Sec-WebSocket-Protocol) written to @p fields; or what to refuse it with: 400 (not a handshake of RFC 6455, or sub-protocol
 * "sip" is not among those offered), 403 (from a page of somebody else's), 404 (path), 421 (a Host that is not ours), 426
 * (another version; the lines name ours).
 */
unsigned cf_ws_judge(const struct cf_http_request *request, const struct cf_ws_rules *rules, struct cf_writer *fields);

#endif
