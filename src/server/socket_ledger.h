/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which media worker has which socket. A port is bound when a description is written, before it is known that there will be a
 * leg: until a transport names it the socket waits here, and what comes to it waits in the kernel. Then it goes to the worker of
 * the leg's room. Signalling thread.
 */
#ifndef CF_SERVER_SOCKET_LEDGER_H
#define CF_SERVER_SOCKET_LEDGER_H

#include "core/media/messages.h"
#include "shell/udp/udp.h"

/** The ledger, of a fixed size: pages that nobody used take no memory. Fields are private. */
struct cf_socket_ledger {
    struct cf_udp *sockets; /**< by number */
    bool *is_waiting;       /**< by number: .sockets has it, open */
    uint8_t *owners;        /**< by number: worker + 1; 0: none */
};

/** An empty ledger. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_socket_ledger_init(struct cf_socket_ledger *ledger);

/** Close what waits; a zeroed ledger may be ended too. */
void cf_socket_ledger_fini(struct cf_socket_ledger *ledger);

/** @p udp is socket @p number, below CF_MEDIA_SOCKET_SHARED, and waits; it is the ledger's now. */
void cf_socket_ledger_hold(struct cf_socket_ledger *ledger, uint32_t number, const struct cf_udp *udp);

/** A transport on worker @p worker uses @p number: true and the socket if it waited, which is the worker's now. */
bool cf_socket_ledger_claim(struct cf_socket_ledger *ledger, uint32_t number, uint8_t worker, struct cf_udp *ret_udp);

/** The worker that has socket @p number. False: none, it waits or is not there. */
bool cf_socket_ledger_owner(const struct cf_socket_ledger *ledger, uint32_t number, uint8_t *ret_worker);

/** The port is given back: true and the worker that is to close it, or false: it waited and is closed. */
bool cf_socket_ledger_release(struct cf_socket_ledger *ledger, uint32_t number, uint8_t *ret_worker);

#endif
