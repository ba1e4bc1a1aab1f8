/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where media is received. Ports of one member are bound here when a description is written, go to the worker of the member's
 * room when a transport names them, and rest open when they are given back (core/focus/port_stock.h). Ports for all members with
 * ICE, one a worker, are opened at the start. Signalling thread.
 */
#ifndef CF_SERVER_MEDIA_PORTS_H
#define CF_SERVER_MEDIA_PORTS_H

#include "core/config/config.h"
#include "core/focus/port_stock.h"
#include "core/focus/ports.h"
#include "server/socket_ledger.h"
#include "server/worker_link.h"

/** The ports; does not move, since the focus has .source. */
struct cf_media_ports {
    struct cf_port_source source; /**< for the focus */
    /* private */
    struct cf_worker_link *workers; /**< borrowed: .source.worker_count of them */
    struct cf_socket_ledger sockets;
    struct cf_port_stock *stocks; /**< owned: one a worker */
    unsigned stocked;             /**< pairs in all of them */
    struct cf_addr local4;
    struct cf_addr local6;
    struct cf_config_range range;
    uint16_t next; /**< where to look for a port first */
};

/**
 * No port yet. @p local4, @p local6: where RTP is received for peers of that family; family NONE: not at all. @p workers outlive
 * it. CF_ERR_NO_MEMORY; may be ended then, too.
 */
CF_MUST_USE enum cf_err cf_media_ports_init(struct cf_media_ports *ports, const struct cf_config *config,
                                            const struct cf_addr *local4, const struct cf_addr *local6,
                                            struct cf_worker_link *workers);

/** Close what no worker has; a zeroed one may be ended too. */
void cf_media_ports_fini(struct cf_media_ports *ports);

/** Open the port for all members with ICE on each worker, and note the addresses that are told instead of ours. CF_ERR_IO and its
 * like, CF_ERR_CONFIG, CF_ERR_LIMIT; logged. */
CF_MUST_USE enum cf_err cf_media_ports_share(struct cf_media_ports *ports, const struct cf_config *config);

/** The transport @p set is going to live on @p worker: sockets of it that wait go there. To be called before it is told of it. */
void cf_media_ports_hand_over(struct cf_media_ports *ports, const struct cf_media_transport_set *set, uint8_t worker);

/** Members with ICE may connect to TCP port @p addr; all addresses, if it is unspecified, that media is received at. */
void cf_media_ports_add_stream(struct cf_media_ports *ports, const struct cf_addr *addr);

#endif
