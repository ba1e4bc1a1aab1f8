/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's media worker in a benchmark: its thread, its mailboxes, what is told to it. Failures end the program. */
#ifndef CF_TESTS_BENCH_WORKER_WORLD_H
#define CF_TESTS_BENCH_WORKER_WORLD_H

#include "server/media_messages.h"
#include "server/media_worker.h"

/** A worker at work. */
struct bench_worker {
    struct cf_mailbox *inbox;
    struct cf_mailbox *outbox;
    struct cf_media_worker *worker;
};

/** Start it; it sends by @p sender, and receives on ports of one member in the same way. */
void bench_worker_start(struct bench_worker *world, enum cf_sender_kind sender);

/** The same for receivers: it looks at its sockets every millisecond and is not woken by them (docs/adr/0179). */
void bench_worker_start_receiver(struct bench_worker *world);

/** The same as worker @p number of several, which have @p rings between them. */
void bench_worker_start_one(struct bench_worker *world, enum cf_sender_kind sender, size_t number, struct cf_worker_rings *rings);

/** Stop it. */
void bench_worker_stop(struct bench_worker *world);

/** Give it @p message, however long it takes until there is room. */
void bench_worker_tell(struct bench_worker *world, const struct cf_worker_message *message);

/** The same with a command. */
void bench_worker_command(struct bench_worker *world, const struct cf_media_command *command);

/**
 * Packets that it has sent so far, by what it says of the @p count legs from slot @p first on, which have @p lines lines
 * together. When it has said so, all commands before are done. Events that waited are dropped.
 */
uint64_t bench_worker_packets_out(struct bench_worker *world, uint32_t first, uint32_t count, size_t lines);

/** Hand over @p udp as socket @p number. */
void bench_worker_open(struct bench_worker *world, uint32_t number, const struct cf_udp *udp);

/** A socket on loopback; with @p is_unread what comes is dropped at once, as its queue is the smallest there is. */
struct cf_udp bench_socket(bool is_unread);

#endif
