/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/media_wire.h"

#include "shell/system/system.h"
#include "shell/udp/udp.h"
#include "ua/stream_wire.h"
#include <stdlib.h>

#define SOCKETS_MAX (2 * CF_TERMINAL_LINES_MAX)
#define BATCH 32
#define SLOT 2048
#define PAIR_TRIES 50

/* All wires are of one thread: they receive into one place. */
static uint8_t buffer[BATCH * SLOT];

struct socket {
    struct cf_media_wire *wire;
    struct cf_udp udp; /* fd < 0: free */
    struct cf_watch *watch;
};

struct cf_media_wire {
    struct cf_loop *loop;
    struct cf_addr local;
    cf_media_wire_handler *handler;
    cf_media_wire_settled *settled;
    void *ctx;
    struct cf_stream_wire *streams; /* NULL: no TCP */
    bool is_udp_blocked;
    struct cf_ice_gather gather;
    cf_media_wire_found *found; /* NULL: nobody asks for reflexive addresses */
    struct cf_port_source source;
    struct socket sockets[SOCKETS_MAX];
};

static void tell_found(struct cf_media_wire *wire) {
    struct cf_ice_reflexive found;
    while (wire->found != NULL && cf_ice_gather_poll_found(&wire->gather, &found)) {
        wire->found(wire->ctx, &found);
    }
}

static bool is_gathering(struct cf_media_wire *wire, const struct cf_addr *base, const struct cf_datagram *datagram) {
    return wire->found != NULL && cf_ice_gather_receive(&wire->gather, base, &datagram->remote, datagram->bytes);
}

static void on_readable(void *ctx) {
    struct socket *s = ctx;
    struct cf_media_wire *wire = s->wire;
    struct cf_datagram datagrams[BATCH];
    uint32_t name = cf_terminal_socket(&s->udp.local);
    size_t count = cf_udp_receive(&s->udp, buffer, SLOT, datagrams, BATCH);
    count = wire->is_udp_blocked ? 0 : count;
    for (size_t i = 0; i < count; i++) {
        if (is_gathering(wire, &s->udp.local, &datagrams[i])) {
            continue;
        }
        wire->handler(wire->ctx, name, &datagrams[i].remote, (uint8_t *)(uintptr_t)datagrams[i].bytes.at, datagrams[i].bytes.len);
    }
    tell_found(wire);
    wire->settled(wire->ctx);
}

static struct socket *free_socket(struct cf_media_wire *wire) {
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (wire->sockets[i].udp.fd < 0) {
            return &wire->sockets[i];
        }
    }
    return NULL;
}

static void close_socket(struct socket *s) {
    cf_ice_gather_remove(&s->wire->gather, &s->udp.local);
    cf_loop_unwatch(&s->watch);
    cf_udp_close(&s->udp);
    s->udp.fd = -1;
}

static struct socket *open_socket(struct cf_media_wire *wire, uint16_t port) {
    struct socket *s = free_socket(wire);
    struct cf_addr local = wire->local;
    local.port = port;
    if (s == NULL || cf_udp_open(&local, CF_UDP_USE_MEDIA, &s->udp) != CF_OK) {
        return NULL;
    }
    if (cf_loop_watch(wire->loop, s->udp.fd, on_readable, s, &s->watch) != CF_OK) {
        close_socket(s);
        return NULL;
    }
    return s;
}

/* One that is kept: not every one that is opened makes a pair. */
static void ask_for(struct cf_media_wire *wire, const struct socket *s) {
    if (wire->found != NULL) {
        /* More than there is room for have host candidates only. */
        (void)cf_ice_gather_add(&wire->gather, &s->udp.local, cf_system_now());
    }
}

static bool take_one(struct cf_media_wire *wire, struct cf_port_pair *ret) {
    struct socket *rtp = open_socket(wire, 0);
    if (rtp != NULL) {
        *ret = (struct cf_port_pair){.rtp = rtp->udp.local};
        ask_for(wire, rtp);
    }
    return rtp != NULL;
}

/* The kernel gives a port; even ones whose neighbour is free make a pair (RFC 3550 section 11). */
static bool take_pair(struct cf_media_wire *wire, struct cf_port_pair *ret) {
    for (int i = 0; i < PAIR_TRIES; i++) {
        struct socket *rtp = open_socket(wire, 0);
        if (rtp == NULL) {
            return false;
        }
        struct socket *rtcp = rtp->udp.local.port % 2 == 0 ? open_socket(wire, (uint16_t)(rtp->udp.local.port + 1)) : NULL;
        if (rtcp != NULL) {
            *ret = (struct cf_port_pair){.rtp = rtp->udp.local, .rtcp = rtcp->udp.local};
            ask_for(wire, rtp);
            ask_for(wire, rtcp);
            return true;
        }
        close_socket(rtp);
    }
    return false;
}

static bool take(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    (void)worker; /* there is one */
    struct cf_media_wire *wire = ctx;
    if (family != (enum cf_family)wire->local.family) {
        return false;
    }
    return with_rtcp ? take_pair(wire, ret) : take_one(wire, ret);
}

static void give(void *ctx, const struct cf_port_pair *pair) {
    struct cf_media_wire *wire = ctx;
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        struct socket *s = &wire->sockets[i];
        if (s->udp.fd >= 0 && (cf_addr_eq(&s->udp.local, &pair->rtp) || cf_addr_eq(&s->udp.local, &pair->rtcp))) {
            close_socket(s);
        }
    }
}

enum cf_err cf_media_wire_create(struct cf_loop *loop, const struct cf_addr *local, cf_media_wire_handler *handler,
                                 cf_media_wire_settled *settled, void *ctx, struct cf_media_wire **ret) {
    struct cf_media_wire *wire = calloc(1, sizeof *wire);
    if (wire == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    wire->loop = loop;
    wire->local = *local;
    wire->handler = handler;
    wire->settled = settled;
    wire->ctx = ctx;
    wire->source = (struct cf_port_source){take, give, wire};
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        wire->sockets[i].wire = wire;
        wire->sockets[i].udp.fd = -1;
    }
    *ret = wire;
    return CF_OK;
}

void cf_media_wire_destroy(struct cf_media_wire **wire) {
    if (*wire == NULL) {
        return;
    }
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        close_socket(&(*wire)->sockets[i]);
    }
    cf_stream_wire_destroy(&(*wire)->streams);
    free(*wire);
    *wire = NULL;
}

enum cf_err cf_media_wire_open_streams(struct cf_media_wire *wire, cf_media_wire_closed *closed) {
    const struct cf_stream_wire_hooks hooks = {
        .datagram = wire->handler, .settled = wire->settled, .closed = closed, .ctx = wire->ctx};
    return cf_stream_wire_create(wire->loop, &hooks, &wire->streams);
}

void cf_media_wire_block_udp(struct cf_media_wire *wire) {
    wire->is_udp_blocked = true;
}

struct cf_port_source *cf_media_wire_ports(struct cf_media_wire *wire) {
    return &wire->source;
}

static struct cf_udp *socket_named(struct cf_media_wire *wire, uint32_t name) {
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (wire->sockets[i].udp.fd >= 0 && cf_terminal_socket(&wire->sockets[i].udp.local) == name) {
            return &wire->sockets[i].udp;
        }
    }
    return NULL;
}

static void send_run(struct cf_media_wire *wire, uint32_t name, const struct cf_datagram *run, size_t count) {
    struct cf_udp *udp = count == 0 || wire->is_udp_blocked ? NULL : socket_named(wire, name);
    if (udp != NULL) {
        /* What the kernel's queue does not take is lost, as on the network. */
        (void)cf_udp_send(udp, run, count);
    }
}

/* --- reflexive addresses --- */

void cf_media_wire_gather(struct cf_media_wire *wire, const struct cf_addr *server, cf_media_wire_found *found) {
    cf_ice_gather_init(&wire->gather, cf_system_entropy(), server);
    wire->found = found;
}

bool cf_media_wire_is_gathered(const struct cf_media_wire *wire) {
    return wire->found != NULL && cf_ice_gather_is_done(&wire->gather);
}

cf_usec cf_media_wire_turn(struct cf_media_wire *wire, cf_usec now) {
    struct cf_addr base;
    struct cf_span datagram;
    if (wire->found == NULL) {
        return CF_USEC_NEVER;
    }
    cf_ice_gather_on_deadline(&wire->gather, now);
    while (cf_ice_gather_poll_send(&wire->gather, &base, &datagram)) {
        const struct cf_datagram request = {wire->gather.server, datagram};
        send_run(wire, cf_terminal_socket(&base), &request, 1);
    }
    return cf_ice_gather_deadline(&wire->gather);
}

void cf_media_wire_flush(struct cf_media_wire *wire, struct cf_terminal *terminal) {
    struct cf_terminal_out out;
    struct cf_datagram run[CF_UDP_BATCH_MAX];
    size_t count = 0;
    uint32_t name = 0;
    while (cf_terminal_poll_send(terminal, &out)) {
        if (out.socket >= CF_TERMINAL_SOCKET_STREAMS) {
            if (wire->streams != NULL) {
                cf_stream_wire_send(wire->streams, out.socket, &out.to, out.data);
            }
            continue;
        }
        if (count == CF_UDP_BATCH_MAX || out.socket != name) {
            send_run(wire, name, run, count);
            count = 0;
        }
        name = out.socket;
        run[count++] = (struct cf_datagram){out.to, out.data};
    }
    send_run(wire, name, run, count);
}
