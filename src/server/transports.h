/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIP on the wire: sockets and connections of the configuration, their bytes to the endpoint and back, TLS in between. Ports that
 * browsers use as well are web.h's. Wiring: no rule of SIP is here. On the loop's thread.
 */
#ifndef CF_SERVER_TRANSPORTS_H
#define CF_SERVER_TRANSPORTS_H

#include "adapt/openssl/tls.h"
#include "core/config/config.h"
#include "core/node/node.h"
#include "server/services.h"
#include "server/web.h"
#include "shell/loop/loop.h"

/** All transports; opaque. */
struct cf_transports;

/** Open what @p config says, which is kept by reference. @p folder: where a self-signed certificate is or is made. Errors were
 * logged. */
CF_MUST_USE enum cf_err cf_transports_open(struct cf_loop *loop, const struct cf_config *config, const char *folder,
                                           struct cf_transports **ret);

/** Close; sets the pointer to NULL; NULL is ignored. */
void cf_transports_close(struct cf_transports **transports);

/** The addresses that were opened, for the endpoint. */
const struct cf_endpoint_local *cf_transports_locals(const struct cf_transports *transports, size_t *ret_count);

/**
 * The address of @p family that all are bound to; the unspecified one if they are bound to several; family NONE if to none. Its
 * port is 0.
 */
struct cf_addr cf_transports_bound(const struct cf_transports *transports, enum cf_family family);

/**
 * Begin to carry bytes to and from the endpoint of the services' node, and to serve browsers. @p changed is called after every
 * input, to drain the node.
 */
void cf_transports_start(struct cf_transports *transports, struct cf_services *services, void (*changed)(void *ctx), void *ctx);

/** The next port of web.listen-tls from *at on (begin with 0), as it is bound. False: no more. */
bool cf_transports_next_shared_port(const struct cf_transports *transports, size_t *at, struct cf_addr *ret);

/** Whom connections to such ports are given to that are neither HTTP nor SIP; after cf_transports_start(). */
void cf_transports_hand_over(struct cf_transports *transports, cf_hand_over *hand_over, void *ctx);

/** When cf_transports_on_turn() is due. */
cf_usec cf_transports_deadline(const struct cf_transports *transports);

/** After every turn of the loop: what is over is freed, what has waited too long is closed, renewed certificates are loaded. */
void cf_transports_on_turn(struct cf_transports *transports, cf_usec now);

/** Do what an event for the shell asks for. */
void cf_transports_do(struct cf_transports *transports, const struct cf_endpoint_event *event);

/** Load certificate, key and authorities again, and the files of the web page. CF_ERR_CONFIG, logged: the old ones stay. */
CF_MUST_USE enum cf_err cf_transports_reload(struct cf_transports *transports, const struct cf_config *config);

/** Is there a web page to open? */
bool cf_transports_have_page(const struct cf_transports *transports);

#endif
