/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The relay's thread. */
#include "server/relay_worker.h"

#include "adapt/openssl/stun_hash.h"
#include "server/relay_clients.h"
#include "shell/log/log.h"
#include "shell/system/system.h"
#include "shell/thread/thread.h"
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define READY_MAX 64
#define BATCH 32

/* What the poll carries: connections have CF_LOOSE_TAG, sockets of allocations this, with their slots; the rest are sockets of
 * clients, and the mailbox. */
#define SLOT_TAG (UINT32_C(1) << 30)
#define INBOX UINT32_C(0x3fffffff)

struct cf_relay_worker {
    struct cf_thread thread;
    struct cf_mailbox *inbox;
    struct cf_relay_setup setup;
    struct cf_turn turn;
    bool has_turn;
    struct cf_relay_clients *clients;
    struct cf_udp *slots; /* of allocations; fd < 0: none */
    uint16_t next_port;
    int epoll;
    bool stops;
    uint8_t buffer[BATCH * CF_TURN_MESSAGE_MAX];
};

/* --- sockets of allocations --- */

static bool watch(const struct cf_relay_worker *w, int fd, uint32_t name) {
    struct epoll_event interest = {.events = EPOLLIN, .data.u32 = name};
    return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &interest) == 0;
}

/* Is @port one of ours that fits? */
static bool is_fit(const struct cf_relay_worker *w, const struct cf_turn_wish *wish, uint16_t port) {
    return port >= w->setup.first_port && port <= w->setup.last_port && (!wish->is_even || port % 2 == 0);
}

/* Ports are taken in turn, so that one rests as long as the range allows. */
static bool open_slot(void *ctx, uint32_t slot, const struct cf_turn_wish *wish, struct cf_addr *ret) {
    struct cf_relay_worker *w = ctx;
    struct cf_addr local = wish->family == CF_FAMILY_IP6 ? w->setup.local6 : w->setup.local4;
    unsigned count = w->setup.last_port - w->setup.first_port + 1U;
    unsigned tries = wish->port != 0 ? 1 : count;
    struct cf_udp *udp = &w->slots[slot];
    for (unsigned i = 0; local.family != CF_FAMILY_NONE && i < tries; i++) {
        local.port = wish->port != 0 ? wish->port : (uint16_t)(w->setup.first_port + w->next_port++ % count);
        if (!is_fit(w, wish, local.port) || cf_udp_open(&local, CF_UDP_USE_MEDIA, udp) != CF_OK) {
            continue;
        }
        if (watch(w, udp->fd, SLOT_TAG | slot)) {
            *ret = udp->local;
            return true;
        }
        cf_udp_close(udp);
        return false;
    }
    return false;
}

static void close_slot(void *ctx, uint32_t slot) {
    struct cf_relay_worker *w = ctx;
    cf_udp_close(&w->slots[slot]);
    w->slots[slot].fd = -1;
}

/* --- out --- */

static void drain(struct cf_relay_worker *w) {
    struct cf_turn_output out;
    while (cf_turn_poll(&w->turn, &out)) {
        struct cf_datagram datagram = {out.is_to_peer ? out.peer : out.client.addr, out.data};
        /* What the kernel's queue does not take is lost, as on the network. */
        if (out.is_to_peer) {
            (void)cf_udp_send(&w->slots[out.slot], &datagram, 1);
        } else if (out.client.is_stream) {
            cf_relay_clients_send(w->clients, out.client.socket, out.data);
        } else {
            (void)cf_udp_send(&w->setup.listen[out.client.socket], &datagram, 1);
        }
    }
}

/* --- in --- */

static void on_message(void *ctx, const struct cf_turn_client *client, struct cf_span message) {
    struct cf_relay_worker *w = ctx;
    cf_turn_on_message(&w->turn, client, message, cf_system_now());
    drain(w);
}

static void on_closed(void *ctx, const struct cf_turn_client *client) {
    struct cf_relay_worker *w = ctx;
    cf_turn_on_closed(&w->turn, client);
}

static bool is_used(void *ctx, const struct cf_turn_client *client) {
    const struct cf_relay_worker *w = ctx;
    return cf_turn_knows(&w->turn, client);
}

static void receive_clients(struct cf_relay_worker *w, uint32_t index) {
    struct cf_datagram datagrams[BATCH];
    size_t count = cf_udp_receive(&w->setup.listen[index], w->buffer, CF_TURN_MESSAGE_MAX, datagrams, BATCH);
    for (size_t i = 0; i < count; i++) {
        const struct cf_turn_client client = {.socket = index, .addr = datagrams[i].remote};
        on_message(w, &client, datagrams[i].bytes);
    }
}

static void receive_peers(struct cf_relay_worker *w, uint32_t slot) {
    struct cf_datagram datagrams[BATCH];
    size_t count = w->slots[slot].fd < 0 ? 0 : cf_udp_receive(&w->slots[slot], w->buffer, CF_TURN_MESSAGE_MAX, datagrams, BATCH);
    for (size_t i = 0; i < count; i++) {
        cf_turn_on_datagram(&w->turn, slot, &datagrams[i].remote, datagrams[i].bytes, cf_system_now());
        drain(w);
    }
}

static void take_messages(struct cf_relay_worker *w) {
    struct cf_relay_message message CF_SCRATCH;
    cf_mailbox_hush(w->inbox);
    while (cf_mailbox_take(w->inbox, &message)) {
        if (message.stops) {
            w->stops = true;
        } else {
            cf_relay_clients_add(w->clients, message.fd, message.tls, &message.remote,
                                 (struct cf_span){message.octets, message.len}, cf_system_now());
        }
    }
}

static void take(struct cf_relay_worker *w, const struct epoll_event *ready) {
    uint32_t name = ready->data.u32;
    if ((name & CF_LOOSE_TAG) != 0) {
        bool is_readable = (ready->events & ~(uint32_t)EPOLLOUT) != 0;
        cf_loose_streams_on_ready(cf_relay_clients_loose(w->clients), name, is_readable, (ready->events & EPOLLOUT) != 0);
    } else if (name == INBOX) {
        take_messages(w);
    } else if ((name & SLOT_TAG) != 0) {
        receive_peers(w, name & ~SLOT_TAG);
    } else {
        receive_clients(w, name);
    }
}

/* --- time --- */

static struct timespec *time_left(struct cf_relay_worker *w, struct timespec *room) {
    cf_usec deadline = cf_usec_min(cf_turn_deadline(&w->turn), cf_loose_streams_deadline(cf_relay_clients_loose(w->clients)));
    if (deadline == CF_USEC_NEVER) {
        return NULL;
    }
    cf_usec left = deadline - cf_system_now();
    left = left < 0 ? 0 : left;
    *room = (struct timespec){.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
    return room;
}

static void turn_once(struct cf_relay_worker *w) {
    struct epoll_event ready[READY_MAX];
    struct timespec left;
    struct cf_loose_streams *loose = cf_relay_clients_loose(w->clients);
    int count = epoll_pwait2(w->epoll, ready, READY_MAX, time_left(w, &left), NULL);
    cf_usec now = cf_system_now();
    cf_turn_set_wall(&w->turn, cf_system_wall(), now);
    for (int i = 0; i < count; i++) {
        take(w, &ready[i]);
    }
    cf_loose_streams_flush(loose);
    cf_loose_streams_on_deadline(loose, now);
    cf_loose_streams_bury(loose);
    cf_turn_on_deadline(&w->turn, now);
}

static void *run(void *ctx) {
    struct cf_relay_worker *w = ctx;
    while (!w->stops) {
        turn_once(w);
    }
    return NULL;
}

/* --- life --- */

static void log_stats(const struct cf_turn_stats *stats) {
    cf_log(CF_LOG_INFO, "turn", "%llu datagrams relayed to peers, %llu to clients; not permitted %llu, above the rate %llu",
           (unsigned long long)stats->to_peers, (unsigned long long)stats->to_clients, (unsigned long long)stats->not_permitted,
           (unsigned long long)stats->above_rate);
}

static void destroy(struct cf_relay_worker *w) {
    cf_relay_clients_destroy(&w->clients);
    if (w->has_turn) {
        log_stats(&w->turn.stats);
        cf_turn_fini(&w->turn);
    }
    for (size_t i = 0; i < w->setup.listen_count; i++) {
        cf_udp_close(&w->setup.listen[i]);
    }
    free(w->slots);
    if (w->epoll >= 0) {
        close(w->epoll);
    }
    cf_mem_wipe(&w->setup, sizeof w->setup);
    free(w);
}

static enum cf_err make_turn(struct cf_relay_worker *w) {
    struct cf_turn_config *config = &w->setup.turn;
    config->mem = cf_system_mem();
    config->hash = cf_openssl_stun_hash();
    config->entropy = cf_system_entropy();
    config->sockets = (struct cf_turn_sockets){.has_ip4 = w->setup.local4.family != CF_FAMILY_NONE,
                                               .has_ip6 = w->setup.local6.family != CF_FAMILY_NONE,
                                               .open = open_slot,
                                               .close = close_slot,
                                               .ctx = w};
    w->slots = calloc(config->limits.allocations, sizeof *w->slots);
    if (w->slots == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < config->limits.allocations; i++) {
        w->slots[i].fd = -1;
    }
    enum cf_err err = cf_turn_init(&w->turn, config);
    w->has_turn = err == CF_OK;
    return err;
}

static enum cf_err make(struct cf_relay_worker *w) {
    const struct cf_relay_hooks hooks = {.message = on_message, .closed = on_closed, .is_used = is_used, .ctx = w};
    w->next_port = (uint16_t)cf_entropy_u32(cf_system_entropy());
    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (w->epoll < 0 || !watch(w, cf_mailbox_fd(w->inbox), INBOX)) {
        return CF_ERR_IO;
    }
    for (size_t i = 0; i < w->setup.listen_count; i++) {
        if (!watch(w, w->setup.listen[i].fd, (uint32_t)i)) {
            return CF_ERR_IO;
        }
    }
    enum cf_err err = make_turn(w);
    return err == CF_OK ? cf_relay_clients_create(w->epoll, &hooks, &w->clients) : err;
}

enum cf_err cf_relay_worker_start(struct cf_mailbox *inbox, const struct cf_relay_setup *setup, struct cf_relay_worker **ret) {
    struct cf_relay_worker *w = calloc(1, sizeof *w);
    if (w == NULL) {
        struct cf_relay_setup taken = *setup;
        for (size_t i = 0; i < taken.listen_count; i++) {
            cf_udp_close(&taken.listen[i]);
        }
        return CF_ERR_NO_MEMORY;
    }
    w->inbox = inbox;
    w->setup = *setup;
    enum cf_err err = make(w);
    err = err == CF_OK ? cf_thread_start(&w->thread, "turn", run, w) : err;
    if (err != CF_OK) {
        destroy(w);
        return err;
    }
    *ret = w;
    return CF_OK;
}

void cf_relay_worker_join(struct cf_relay_worker **worker) {
    if (*worker != NULL) {
        cf_thread_join(&(*worker)->thread);
        destroy(*worker);
        *worker = NULL;
    }
}
