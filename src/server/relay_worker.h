/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relay's thread: runs core/turn over UDP sockets, connections that are handed to it by a mailbox, and a UDP socket for each
 * allocation. Shares nothing. No rule of TURN is here.
 */
#ifndef CF_SERVER_RELAY_WORKER_H
#define CF_SERVER_RELAY_WORKER_H

#include "adapt/openssl/tls.h"
#include "core/turn/turn.h"
#include "shell/mailbox/mailbox.h"
#include "shell/udp/udp.h"

/** Most sockets of clients over UDP. */
#define CF_RELAY_LISTEN_MAX 8

/** Octets that came before a connection was handed over. */
#define CF_RELAY_OCTETS_MAX 2048

/** What goes to the thread. */
struct cf_relay_message {
    bool stops; /**< end; nothing else counts */
    int fd;     /**< a connection; the thread's from now on */
    struct cf_tls *tls;
    struct cf_addr remote;
    size_t len;
    uint8_t octets[CF_RELAY_OCTETS_MAX];
};

/** What a relay is made of; copied. */
struct cf_relay_setup {
    struct cf_turn_config turn; /**< .mem, .hash, .entropy and .sockets are the thread's to fill in */
    struct cf_addr local4;      /**< where relayed addresses are; family NONE: none of that family */
    struct cf_addr local6;
    uint16_t first_port;
    uint16_t last_port;
    size_t listen_count;
    struct cf_udp listen[CF_RELAY_LISTEN_MAX]; /**< the thread's from now on */
};

/** A worker; opaque. */
struct cf_relay_worker;

/** Start the thread. @p inbox carries struct cf_relay_message and outlives it. CF_ERR_IO, CF_ERR_NO_MEMORY: sockets are closed.
 */
CF_MUST_USE enum cf_err cf_relay_worker_start(struct cf_mailbox *inbox, const struct cf_relay_setup *setup,
                                              struct cf_relay_worker **ret);

/** Wait for the end after .stops, and free. Sets the pointer to NULL; NULL is ignored. */
void cf_relay_worker_join(struct cf_relay_worker **worker);

#endif
