/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker_world.h"

#include "forward_world.h"
#include <sys/socket.h>
#include <time.h>

#define QUEUE_OCTETS 4608
#define PACKETS_PER_SEC 100000 /* whoever measures sends as fast as it takes */

static void start(struct bench_worker *world, const struct cf_media_worker_config *how) {
    struct cf_media_worker_config config = *how;
    bench_must(cf_mailbox_create(sizeof(struct cf_worker_message), 16U << 20, &world->inbox));
    bench_must(cf_mailbox_create(sizeof(struct cf_media_event), 4U << 20, &world->outbox));
    config.inbox = world->inbox;
    config.outbox = world->outbox;
    config.packets_per_sec = PACKETS_PER_SEC;
    bench_must(cf_media_worker_start(&config, &world->worker));
}

void bench_worker_start(struct bench_worker *world, enum cf_sender_kind sender) {
    start(world, &(struct cf_media_worker_config){.sender = sender,
                                                  .receiver = sender == CF_SENDER_RING ? CF_RECEIVER_RING : CF_RECEIVER_CALLS});
}

void bench_worker_start_receiver(struct bench_worker *world) {
    start(world, &(struct cf_media_worker_config){.sender = CF_SENDER_CALLS, .nap_usec = CF_MSEC(1)});
}

void bench_worker_start_one(struct bench_worker *world, enum cf_sender_kind sender, size_t number,
                            struct cf_worker_rings *rings) {
    start(world, &(struct cf_media_worker_config){.sender = sender, .worker = number, .rings = rings});
}

void bench_worker_stop(struct bench_worker *world) {
    const struct cf_worker_message stop = {.kind = CF_WORKER_STOP};
    bench_worker_tell(world, &stop);
    cf_media_worker_join(&world->worker);
    cf_mailbox_destroy(&world->inbox);
    cf_mailbox_destroy(&world->outbox);
}

void bench_worker_tell(struct bench_worker *world, const struct cf_worker_message *message) {
    while (!cf_mailbox_put(world->inbox, message, cf_worker_message_len(message))) {
        cf_mailbox_ring(world->inbox);
    }
    cf_mailbox_ring(world->inbox);
}

void bench_worker_command(struct bench_worker *world, const struct cf_media_command *command) {
    static struct cf_worker_message message;
    message.kind = CF_WORKER_COMMAND;
    memcpy(&message.command, command, cf_media_command_len(command)); /* the rest may not be there */
    bench_worker_tell(world, &message);
}

uint64_t bench_worker_packets_out(struct bench_worker *world, uint32_t first, uint32_t count, size_t lines) {
    struct cf_media_event event;
    struct timespec pause = {.tv_nsec = 1000000};
    uint64_t sent = 0;
    while (cf_mailbox_take(world->outbox, &event)) {
    }
    for (uint32_t leg = first; leg < first + count; leg++) {
        bench_worker_command(world, &(struct cf_media_command){.kind = CF_MEDIA_STATS_GET, .leg = {leg, 1}});
    }
    for (size_t heard = 0; heard < lines;) {
        if (!cf_mailbox_take(world->outbox, &event)) {
            nanosleep(&pause, NULL);
        } else if (event.kind == CF_MEDIA_EVENT_STATS) {
            sent += event.as.stats.packets_out;
            heard++;
        }
    }
    return sent;
}

void bench_worker_open(struct bench_worker *world, uint32_t number, const struct cf_udp *udp) {
    const struct cf_worker_message message = {.kind = CF_WORKER_OPEN, .socket = number, .udp = *udp};
    bench_worker_tell(world, &message);
}

struct cf_udp bench_socket(bool is_unread) {
    struct cf_addr local = {.ip = {127, 0, 0, 1}, .family = CF_FAMILY_IP4};
    int octets = QUEUE_OCTETS;
    struct cf_udp udp;
    bench_must(cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp));
    if (is_unread) {
        (void)setsockopt(udp.fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    }
    return udp;
}
