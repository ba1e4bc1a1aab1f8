/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What forwarding costs with everything on: the server's real media worker, in its thread, with its mailboxes and sockets on
 * loopback, sending by calls and by a ring (shell/udp/sender.h). One source of 1100-octet packets, in frames of 1, 4 and 8, to N
 * receivers; beside it in the same run the bare loop and the naive loop (bare_loop.h). CPU nanoseconds, user and system, of the
 * forwarding thread per forwarded packet; what the kernel does to deliver on loopback is in it, for all three alike. A frame is
 * sent when the last receiver has the one before, so that the batch is the frame. The least of some windows: a busy machine
 * disturbs little.
 *
 *     bench_worker [WINDOWS [SUITE RECEIVERS FRAME]]   SUITE by its name, "plain" for none: that row alone
 */
#include "adapt/srtp/srtp.h"
#include "bare_loop.h"
#include "forward_world.h"
#include "server/media_messages.h"
#include "server/media_worker.h"
#include "shell/thread/thread.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define PACKETS_A_WINDOW 20000
#define SOURCE_PACKETS_PER_SEC 3500 /* below the budget of a line (cf_engine_config.packets_per_sec) */
#define FRAME_MAX 8
#define QUEUE_OCTETS 4608 /* the least: what nobody reads is dropped at once */

static size_t windows = 5;
static struct cf_udp sender;                         /* of the source */
static struct cf_udp receivers[BARE_RECEIVERS_MAX];  /* nobody reads them but the last */
static struct cf_addr addresses[BARE_RECEIVERS_MAX]; /* of the receivers */
static struct cf_srtp_engine *srtp;

static struct cf_udp open_socket(void) {
    struct cf_addr local = {.ip = {127, 0, 0, 1}, .family = CF_FAMILY_IP4};
    struct cf_udp udp;
    bench_must(cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp));
    return udp;
}

static void open_receivers(size_t count) {
    for (size_t i = 0; i < count; i++) {
        receivers[i] = open_socket();
        addresses[i] = receivers[i].local;
        int octets = QUEUE_OCTETS;
        if (i + 1 < count) {
            (void)setsockopt(receivers[i].fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
        }
    }
}

static void close_receivers(size_t count) {
    for (size_t i = 0; i < count; i++) {
        cf_udp_close(&receivers[i]);
    }
}

/* Wait until the last receiver has @p packets. False: they do not come. */
static bool await_frame(const struct cf_udp *udp, size_t packets) {
    static uint8_t buffer[FRAME_MAX * BENCH_PACKET_MAX];
    struct cf_datagram got[FRAME_MAX];
    struct cf_udp own = *udp;
    for (size_t seen = 0; seen < packets;) {
        struct pollfd interest = {.fd = udp->fd, .events = POLLIN};
        if (poll(&interest, 1, 1000) <= 0) {
            return false;
        }
        seen += cf_udp_receive(&own, buffer, BENCH_PACKET_MAX, got, packets - seen);
    }
    return true;
}

static void send_frame(struct bench_source *source, const struct cf_addr *to, size_t packets) {
    static uint8_t octets[FRAME_MAX][BENCH_PACKET_MAX];
    struct cf_datagram out[FRAME_MAX];
    size_t lens[FRAME_MAX];
    bench_source_frame(source, octets, lens, packets);
    for (size_t i = 0; i < packets; i++) {
        out[i] = (struct cf_datagram){*to, {octets[i], lens[i]}};
    }
    (void)cf_udp_send(&sender, out, packets);
}

/* Sleep until @next, which is moved on by the time of @packets. */
static void pace(struct timespec *next, size_t packets) {
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
    clock_gettime(CLOCK_MONOTONIC, next);
    next->tv_nsec += (long)(packets * 1000000000U / SOURCE_PACKETS_PER_SEC);
    next->tv_sec += next->tv_nsec / 1000000000;
    next->tv_nsec %= 1000000000;
}

/* Nanoseconds of all other threads per forwarded packet. */
static double measure(struct bench_source *source, const struct cf_addr *to, size_t count, size_t packets) {
    double best = 1e12;
    struct timespec next = {0};
    for (size_t window = 0; window <= windows; window++) { /* the first warms up */
        size_t sent = 0;
        double start = bench_process_cpu_ns() - bench_thread_cpu_ns();
        while (sent < PACKETS_A_WINDOW) {
            pace(&next, packets);
            send_frame(source, to, packets);
            if (!await_frame(&receivers[count - 1], packets)) {
                fprintf(stderr, "bench_worker: a frame was lost on the way\n");
                exit(1);
            }
            sent += count * packets;
        }
        double each = (bench_process_cpu_ns() - bench_thread_cpu_ns() - start) / (double)sent;
        best = window > 0 && each < best ? each : best;
    }
    return best;
}

/* --- the server's worker --- */

static void tell(struct cf_mailbox *inbox, const struct cf_worker_message *message) {
    while (!cf_mailbox_put(inbox, message, cf_worker_message_len(message))) {
        cf_mailbox_ring(inbox);
    }
    cf_mailbox_ring(inbox);
}

static void tell_command(struct cf_mailbox *inbox, struct cf_media_command command) {
    struct cf_worker_message message = {.kind = CF_WORKER_COMMAND, .command = command};
    tell(inbox, &message);
}

static struct cf_addr add_leg(struct cf_mailbox *inbox, uint32_t leg, enum cf_srtp_suite suite,
                              const struct bench_source *source) {
    struct cf_udp udp = open_socket();
    struct cf_worker_message message = {.kind = CF_WORKER_OPEN, .socket = leg, .udp = udp};
    tell(inbox, &message);
    tell_command(inbox, bench_leg_add(leg));
    tell_command(inbox, bench_transport_set(leg, leg, leg == 0 ? &sender.local : &addresses[leg - 1], suite, source));
    tell_command(inbox, bench_line_set(leg));
    return udp.local;
}

static double measure_worker(size_t count, size_t packets, enum cf_srtp_suite suite, enum cf_sender_kind kind) {
    struct cf_mailbox *inbox = NULL;
    struct cf_mailbox *outbox = NULL;
    struct cf_media_worker *worker = NULL;
    struct bench_source source;
    bench_source_init(&source, cf_srtp_engine_crypto(srtp), suite);
    bench_must(cf_mailbox_create(sizeof(struct cf_worker_message), 8U << 20, &inbox));
    bench_must(cf_mailbox_create(sizeof(struct cf_media_event), 4U << 20, &outbox));
    const struct cf_media_worker_config config = {.inbox = inbox, .outbox = outbox, .sender = kind, .packets_per_sec = 100000};
    bench_must(cf_media_worker_start(&config, &worker));
    tell_command(inbox, bench_room_add());
    struct cf_addr to = add_leg(inbox, 0, suite, &source);
    for (uint32_t leg = 1; leg <= count; leg++) {
        (void)add_leg(inbox, leg, suite, &source);
    }
    double each = measure(&source, &to, count, packets);
    struct cf_worker_message stop = {.kind = CF_WORKER_STOP};
    tell(inbox, &stop);
    cf_media_worker_join(&worker);
    cf_mailbox_destroy(&inbox);
    cf_mailbox_destroy(&outbox);
    bench_source_fini(&source);
    return each;
}

/* --- the others --- */

static double measure_loop(void *(*run)(void *ctx), size_t count, size_t packets, enum cf_srtp_suite suite) {
    struct cf_udp in = open_socket();
    struct cf_addr to = in.local;
    struct bare_loop loop = {.in = &in, .receivers = addresses, .count = count, .suite = suite};
    struct cf_thread thread = {0};
    struct bench_source source;
    bench_source_init(&source, cf_srtp_engine_crypto(srtp), suite);
    bench_must(cf_thread_start(&thread, "loop", run, &loop));
    double each = measure(&source, &to, count, packets);
    struct cf_datagram stop = {to, {(const uint8_t *)"", 1}};
    (void)cf_udp_send(&sender, &stop, 1);
    cf_thread_join(&thread);
    bench_source_fini(&source);
    cf_udp_close(&in);
    return each;
}

/* Is the row asked for by the arguments of main(), or are all? */
static bool is_wanted(int argc, char **argv, enum cf_srtp_suite suite, size_t count, size_t packets) {
    if (argc < 5) {
        return true;
    }
    struct cf_str name = suite == CF_SRTP_NONE ? cf_str_of("plain") : cf_srtp_suites[suite].name;
    return cf_str_eq(name, cf_str_of(argv[2])) && strtoul(argv[3], NULL, 10) == count && strtoul(argv[4], NULL, 10) == packets;
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {10, 50, 200, 1000};
    static const size_t frames[] = {1, 4, 8};
    static const enum cf_srtp_suite suites[] = {CF_SRTP_NONE, CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AEAD_AES_256_GCM,
                                                CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    windows = argc > 1 ? strtoul(argv[1], NULL, 10) : windows;
    sender = open_socket();
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    printf("%-26s %9s %6s %8s %8s %8s %8s %10s %9s %10s\n", "suite", "receivers", "frame", "calls ns", "ring ns", "bare ns",
           "naive ns", "calls/bare", "ring/bare", "naive/ring");
    for (size_t s = 0; s < sizeof suites / sizeof *suites; s++) {
        for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
            open_receivers(sizes[n]);
            for (size_t f = 0; f < sizeof frames / sizeof *frames; f++) {
                if (!is_wanted(argc, argv, suites[s], sizes[n], frames[f])) {
                    continue;
                }
                double ours = measure_worker(sizes[n], frames[f], suites[s], CF_SENDER_CALLS);
                double ring = measure_worker(sizes[n], frames[f], suites[s], CF_SENDER_RING);
                double bare = measure_loop(bare_loop_run, sizes[n], frames[f], suites[s]);
                double naive = measure_loop(naive_loop_run, sizes[n], frames[f], suites[s]);
                printf("%-26.*s %9zu %6zu %8.0f %8.0f %8.0f %8.0f %10.2f %9.2f %10.2f\n",
                       CF_STR_ARG(cf_srtp_suites[suites[s]].name), sizes[n], frames[f], ours, ring, bare, naive, ours / bare,
                       ring / bare, naive / ring);
                fflush(stdout);
            }
            close_receivers(sizes[n]);
        }
    }
    cf_srtp_engine_free(srtp);
    cf_udp_close(&sender);
    return 0;
}
