/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The web side of the server: connections on the ports of [web], which speak HTTP, SIP over WebSocket (RFC 7118), or over TLS
 * also plain SIP. What a peer speaks is found out by core/http/first_bytes; then the connection is a WebSocket flow of the
 * endpoint, is handed back to the transports as one of SIP over TLS, or is answered here: routes of web_routes.c first, then the
 * files of the page. Bounded in number, per address and in time (attacks T42). On the loop's thread.
 */
#ifndef CF_SERVER_WEB_H
#define CF_SERVER_WEB_H

#include "core/config/config.h"
#include "core/endpoint/endpoint.h"
#include "core/http/first_bytes.h"
#include "server/connection.h"
#include "server/services.h"

/** No local address: what it would be for is not spoken there. */
#define CF_WEB_NO_LOCAL UINT32_MAX

/**
 * A connection turned out to be of @p kind (ICE, TURN) and was taken out of the loop: its descriptor and TLS are the callee's.
 * @p bytes came already.
 */
typedef void cf_hand_over(void *ctx, enum cf_first_bytes kind, const struct cf_loose_connection *connection,
                          struct cf_span bytes);

/** What the web side needs of the others. */
struct cf_web_hooks {
    struct cf_endpoint *endpoint;
    void (*changed)(void *ctx); /**< after every input of the endpoint */
    void *changed_ctx;
    /** @p connection speaks SIP: take it over as one of local address @p local; @p bytes came already. */
    void (*adopt)(void *ctx, struct cf_connection *connection, uint32_t local, struct cf_span bytes);
    void *adopt_ctx;
    struct cf_services *services; /**< what the routes are about */
    cf_hand_over *hand_over;      /**< NULL: such connections are closed */
    void *hand_over_ctx;
};

/** The web side; opaque. */
struct cf_web;

/** Make it. @p config is kept by reference and may change. Errors were logged. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_web_create(const struct cf_config *config, struct cf_web **ret);

/** Free; the connections must be gone or be closed by their owner. Sets the pointer to NULL; NULL is ignored. */
void cf_web_destroy(struct cf_web **web);

/** Whom connections are given to that are neither HTTP nor SIP. */
void cf_web_hand_over(struct cf_web *web, cf_hand_over *hand_over, void *ctx);

/** Begin to serve. */
void cf_web_start(struct cf_web *web, const struct cf_web_hooks *hooks);

/** Read the files of the page again. What can't be read stays as it was; logged. */
void cf_web_reload(struct cf_web *web);

/** Is there a page, or was it not built or installed? */
bool cf_web_has_page(const struct cf_web *web);

/** May one more from @p remote come? Asked before the connection is made. */
bool cf_web_admits(struct cf_web *web, const struct cf_addr *remote);

/** One that was let in from @p remote never came to be a connection: its place is free again. */
void cf_web_dismiss(struct cf_web *web, const struct cf_addr *remote);

/**
 * Take over @p connection, which was admitted and has no TLS yet: on a port of TLS that is put on it with *@p tls when the first
 * octets ask for it; NULL: a port without. @p ws_local, @p sip_local: its local addresses as WebSocket and as SIP over TLS, or
 * CF_WEB_NO_LOCAL. False: no memory, the caller closes it.
 */
bool cf_web_take(struct cf_web *web, struct cf_connection *connection, struct cf_tls_context *const *tls,
                 const struct cf_addr *remote, uint32_t ws_local, uint32_t sip_local);

/** The endpoint wants a message sent over a WebSocket, or it closed. Nothing happens if @p connection is none. */
void cf_web_send(struct cf_connection *connection, struct cf_span message);
void cf_web_close(struct cf_connection *connection);

/** Next deadline, and what to do then. */
cf_usec cf_web_deadline(const struct cf_web *web);
void cf_web_on_deadline(struct cf_web *web, cf_usec now);

#endif
