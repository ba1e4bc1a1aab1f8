/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP of one user agent on the wire: a UDP socket, connections that it opens, TLS, DNS. Wiring; on the loop's thread. */
#ifndef CF_UA_SIP_WIRE_H
#define CF_UA_SIP_WIRE_H

#include "core/endpoint/endpoint.h"
#include "shell/loop/loop.h"

/** The wire; opaque. */
struct cf_sip_wire;

/**
 * Open a UDP socket at @p local (port 0: any). The first of the addresses for the endpoint is of @p transport. @p is_insecure:
 * take any certificate. @p is_traced: print every message on standard error.
 */
CF_MUST_USE enum cf_err cf_sip_wire_open(struct cf_loop *loop, const struct cf_addr *local, enum cf_transport transport,
                                         bool is_insecure, bool is_traced, struct cf_sip_wire **ret);

/** Close; sets the pointer to NULL; NULL is ignored. */
void cf_sip_wire_close(struct cf_sip_wire **wire);

/** Addresses for the endpoint. */
const struct cf_endpoint_local *cf_sip_wire_locals(const struct cf_sip_wire *wire, size_t *ret_count);

/** Begin to carry bytes; @p changed is called after every input. */
CF_MUST_USE enum cf_err cf_sip_wire_start(struct cf_sip_wire *wire, struct cf_endpoint *endpoint, void (*changed)(void *ctx),
                                          void *ctx);

/** Do what an event for the shell asks for. */
void cf_sip_wire_do(struct cf_sip_wire *wire, const struct cf_endpoint_event *event);

#endif
