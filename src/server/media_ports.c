/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where media is received: ports of one member, ports for all, addresses that are told. */
#include "server/media_ports.h"

#include "core/focus/port_stock.h"
#include "shell/log/log.h"
#include "shell/system/interfaces.h"
#include "shell/system/system.h"
#include <stdlib.h>

/* A transport names its sockets: those that wait go to its worker, before the command that uses them. */
static void hand_over(struct cf_media_ports *ports, uint32_t socket, uint8_t worker) {
    struct cf_worker_message message CF_SCRATCH;
    message.kind = CF_WORKER_OPEN;
    message.socket = socket;
    if (cf_socket_ledger_claim(&ports->sockets, socket, worker, &message.udp) &&
        !cf_worker_link_put(&ports->workers[worker], &message)) {
        cf_udp_close(&message.udp);
    }
}

void cf_media_ports_hand_over(struct cf_media_ports *ports, const struct cf_media_transport_set *set, uint8_t worker) {
    hand_over(ports, set->rtp_socket, worker);
    hand_over(ports, set->rtcp_socket, worker);
    for (size_t i = 0; i < set->base_count; i++) {
        hand_over(ports, set->bases[i].socket, worker);
    }
}

static void hold(struct cf_media_ports *ports, const struct cf_udp *udp) {
    cf_socket_ledger_hold(&ports->sockets, cf_port_socket(&udp->local), udp);
}

/* RTP on @p port and, if asked for, RTCP on the next one. False if either can't be bound. */
static bool bind_pair(struct cf_media_ports *ports, struct cf_addr local, bool with_rtcp, struct cf_port_pair *ret) {
    struct cf_udp rtp;
    struct cf_udp rtcp;
    if (cf_udp_open(&local, CF_UDP_USE_MEDIA, &rtp) != CF_OK) {
        return false;
    }
    ret->rtp = rtp.local;
    ret->rtcp = (struct cf_addr){.family = CF_FAMILY_NONE};
    if (with_rtcp) {
        local.port++;
        if (cf_udp_open(&local, CF_UDP_USE_CONTROL, &rtcp) != CF_OK) {
            cf_udp_close(&rtp);
            return false;
        }
        ret->rtcp = rtcp.local;
        hold(ports, &rtcp);
    }
    hold(ports, &rtp);
    return true;
}

/* Pairs of the range, which begin at even ports. */
static unsigned pairs_of(const struct cf_media_ports *ports) {
    unsigned first = (ports->range.first + 1U) & ~1U;
    return (ports->range.last + 1U - first) / 2;
}

static bool take_open(struct cf_media_ports *ports, size_t worker, enum cf_family family, bool with_rtcp,
                      struct cf_port_pair *ret) {
    bool is_there = cf_port_stock_take(&ports->stocks[worker], family, with_rtcp, ret);
    ports->stocked -= is_there;
    return is_there;
}

/* Ports are taken in turn, so that one rests as long as the range allows. */
static bool take(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    struct cf_media_ports *ports = ctx;
    struct cf_addr local = family == CF_FAMILY_IP6 ? ports->local6 : ports->local4;
    unsigned first = (ports->range.first + 1U) & ~1U;
    unsigned pairs = pairs_of(ports);
    if (local.family == CF_FAMILY_NONE) {
        return false;
    }
    if (take_open(ports, worker, family, with_rtcp, ret)) {
        return true;
    }
    for (unsigned i = 0; i < pairs; i++) {
        local.port = (uint16_t)(first + 2 * (ports->next++ % pairs));
        if (bind_pair(ports, local, with_rtcp, ret)) {
            return true;
        }
    }
    cf_log(CF_LOG_ERROR, "media", "no free port in media.ports");
    return false;
}

static void close_port(struct cf_media_ports *ports, const struct cf_addr *addr) {
    struct cf_worker_message message CF_SCRATCH;
    uint8_t worker;
    if (addr->family == CF_FAMILY_NONE) {
        return;
    }
    message.kind = CF_WORKER_CLOSE;
    message.socket = cf_port_socket(addr);
    if (cf_socket_ledger_release(&ports->sockets, message.socket, &worker)) {
        (void)cf_worker_link_put(&ports->workers[worker], &message);
    }
}

/* A port that stays open stays with the worker that reads it. Most of the range is left to whichever worker needs it. */
static bool keep_open(struct cf_media_ports *ports, const struct cf_port_pair *pair) {
    uint8_t worker = 0;
    bool is_owned =
        cf_socket_ledger_owner(&ports->sockets, cf_port_socket(&pair->rtp), &worker) || ports->source.worker_count == 1;
    bool is_kept = is_owned && ports->stocked < pairs_of(ports) / 4 && cf_port_stock_put(&ports->stocks[worker], pair);
    ports->stocked += is_kept;
    return is_kept;
}

static void give_back(void *ctx, const struct cf_port_pair *pair) {
    struct cf_media_ports *ports = ctx;
    if (!keep_open(ports, pair)) {
        close_port(ports, &pair->rtp);
        close_port(ports, &pair->rtcp);
    }
}

/* --- one port a worker for all members with ICE --- */

static enum cf_err open_place(struct cf_media_ports *ports, size_t worker, struct cf_addr local) {
    struct cf_port_source *source = &ports->source;
    struct cf_worker_message message CF_SCRATCH;
    enum cf_err err = cf_udp_open(&local, CF_UDP_USE_MEDIA, &message.udp);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "media", "media.ice-port: port %u can't be used: %s", local.port, cf_err_text(err));
        return err;
    }
    struct cf_port_place *place = &source->places[worker][source->place_count];
    *place = (struct cf_port_place){.socket = CF_MEDIA_SOCKET_SHARED + (uint32_t)source->place_count, .addr = message.udp.local};
    message.kind = CF_WORKER_OPEN;
    message.socket = place->socket;
    if (!cf_worker_link_put(&ports->workers[worker], &message)) {
        cf_udp_close(&message.udp);
        return CF_ERR_LIMIT;
    }
    return CF_OK;
}

/* The port of the first worker, for the others those that follow it; any port, if it is 0. */
static enum cf_err open_place_of_all(struct cf_media_ports *ports, struct cf_addr local) {
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < ports->source.worker_count && err == CF_OK; i++) {
        struct cf_addr own = local;
        own.port = (uint16_t)(local.port == 0 ? 0 : local.port + i);
        err = open_place(ports, i, own);
    }
    ports->source.place_count += err == CF_OK;
    return err;
}

/* At @p local, or at each address of its family if it stands for all of them: what is sent has to come from where checks went to.
 */
static enum cf_err open_places(struct cf_media_ports *ports, const struct cf_addr *local, uint16_t port) {
    struct cf_addr list[CF_MEDIA_SHARED_MAX] = {*local};
    size_t room = CF_MEDIA_SHARED_MAX - ports->source.place_count;
    size_t count = local->family == CF_FAMILY_NONE || room == 0 ? 0 : 1;
    enum cf_err err = CF_OK;
    if (count > 0 && cf_addr_is_unspecified(local)) {
        count = cf_system_interfaces((enum cf_family)local->family, list, room);
    }
    for (size_t i = 0; i < count && err == CF_OK; i++) {
        list[i].port = port;
        err = open_place_of_all(ports, list[i]);
    }
    return err;
}

static enum cf_err set_advertised(struct cf_media_ports *ports, const struct cf_config *config) {
    /* What SIP says that we are reached at is where media is reached, too, unless that is said. */
    struct cf_str rest = cf_config_list(config->media_advertise.text[0] != '\0' ? &config->media_advertise : &config->advertise);
    struct cf_str text;
    struct cf_port_source *source = &ports->source;
    while (cf_config_list_next(&rest, &text) && source->advertised_count < CF_PORT_ADVERTISED_MAX) {
        if (cf_addr_parse_ip(text, &source->advertised[source->advertised_count]) != CF_OK) {
            cf_log(CF_LOG_ERROR, "config", "media.advertise or server.advertise: %.*s is not an address", CF_STR_ARG(text));
            return CF_ERR_CONFIG;
        }
        source->advertised_count++;
    }
    return CF_OK;
}

enum cf_err cf_media_ports_share(struct cf_media_ports *ports, const struct cf_config *config) {
    enum cf_err err = set_advertised(ports, config);
    if (err != CF_OK || cf_str_eq(cf_config_str(&config->ice), CF_STR("off"))) {
        return err;
    }
    err = open_places(ports, &ports->local4, (uint16_t)config->ice_port);
    return err == CF_OK ? open_places(ports, &ports->local6, (uint16_t)config->ice_port) : err;
}

/* Who is reached by the network for media is not told of a port on loopback. */
static bool is_within_reach(const struct cf_port_source *source, const struct cf_addr *addr) {
    bool is_any_loopback = false;
    for (size_t i = 0; i < source->place_count; i++) {
        is_any_loopback = is_any_loopback || cf_addr_is_loopback(&source->places[0][i].addr);
    }
    return is_any_loopback || !cf_addr_is_loopback(addr);
}

static void add_stream_port(struct cf_port_source *source, const struct cf_addr *addr) {
    if (is_within_reach(source, addr) && source->stream_count < CF_MEDIA_SHARED_MAX) {
        uint32_t family = addr->family == CF_FAMILY_IP6 ? 1 : 0;
        source->streams[source->stream_count++] =
            (struct cf_port_place){.socket = CF_MEDIA_SOCKET_STREAMS + family, .addr = *addr};
    }
}

void cf_media_ports_add_stream(struct cf_media_ports *ports, const struct cf_addr *addr) {
    struct cf_port_source *source = &ports->source;
    if (!cf_addr_is_unspecified(addr)) {
        add_stream_port(source, addr);
        return;
    }
    for (size_t i = 0; i < source->place_count; i++) {
        struct cf_addr place = source->places[0][i].addr;
        place.port = addr->port;
        if (place.family == addr->family) {
            add_stream_port(source, &place);
        }
    }
}

/* --- life --- */

enum cf_err cf_media_ports_init(struct cf_media_ports *ports, const struct cf_config *config, const struct cf_addr *local4,
                                const struct cf_addr *local6, struct cf_worker_link *workers) {
    *ports = (struct cf_media_ports){.workers = workers,
                                     .local4 = *local4,
                                     .local6 = *local6,
                                     .range = config->media_ports,
                                     .next = (uint16_t)cf_entropy_u32(cf_system_entropy())};
    ports->source = (struct cf_port_source){.take = take, .give = give_back, .ctx = ports, .worker_count = config->media_workers};
    ports->stocks = calloc(ports->source.worker_count, sizeof *ports->stocks);
    return ports->stocks == NULL ? CF_ERR_NO_MEMORY : cf_socket_ledger_init(&ports->sockets);
}

void cf_media_ports_fini(struct cf_media_ports *ports) {
    cf_socket_ledger_fini(&ports->sockets);
    free(ports->stocks);
    ports->stocks = NULL;
}
