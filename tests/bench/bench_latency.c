/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a packet stays in the server: one source to 50 receivers, AES-GCM, from the call that sends a frame to the moment at
 * which the kernel puts its last packet into the queue of a receiver: the first, the last and three between. At 10, 50 and 80 %
 * of the rate at which frames go when each waits for the one before, which is measured first. Through the server's real media
 * worker, and beside it in the same run through the bare loop (bare_loop.h): what is left there is the time that it takes to make
 * and send a frame for those whose turn is earlier. Frames leave on time whether the ones before have arrived or not. A busy
 * machine shows in the last percents more than in anything else.
 *
 *     bench_latency [SECONDS]
 */
#include "adapt/srtp/srtp.h"
#include "bare_loop.h"
#include "core/rtp/packet.h"
#include "forward_world.h"
#include "shell/thread/thread.h"
#include "worker_world.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define RECEIVERS 50
#define FRAME_MAX 8
#define PROBES 5
#define FRAMES_MAX 400000
#define TICKS_A_FRAME 3000 /* of bench_source_frame() */
#define CLOSED_LOOP 3000   /* frames, to find out what the worker can do */
#define SUITE CF_SRTP_AEAD_AES_128_GCM

/* A receiver that is read. */
struct probe {
    size_t receiver;
    uint32_t first_timestamp; /* of the first frame that came */
    bool has_first;
    size_t arrived; /* frames */
    double *waits;  /* usec, of those */
};

static struct bench_worker world;
static struct bench_source source;
static struct cf_udp sender;
static struct cf_udp receivers[RECEIVERS];
static struct cf_addr addresses[RECEIVERS];
static struct cf_addr server;
static int64_t left_at[FRAMES_MAX]; /* by frame */
static struct probe probes[PROBES] = {{.receiver = 0}, {.receiver = 12}, {.receiver = 24}, {.receiver = 37}, {.receiver = 49}};
static double all[PROBES * FRAMES_MAX];

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t); /* that of SO_TIMESTAMPNS */
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void send_frame(size_t number, size_t packets) {
    static uint8_t octets[FRAME_MAX][BENCH_PACKET_MAX];
    struct cf_datagram out[FRAME_MAX];
    size_t lens[FRAME_MAX];
    bench_source_frame(&source, octets, lens, packets);
    for (size_t i = 0; i < packets; i++) {
        out[i] = (struct cf_datagram){server, {octets[i], lens[i]}};
    }
    left_at[number] = now_ns();
    (void)cf_udp_send(&sender, out, packets);
}

/* When the kernel took in what @p message holds. */
static int64_t came_at(struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        }
    }
    return now_ns();
}

/* A datagram came to @p probe: its timestamp says of which frame it is; the last packet of a frame counts. Is it that? */
static bool take(struct probe *probe, const uint8_t *octets, size_t len, int64_t at) {
    bool is_media = len > BENCH_PAYLOAD_LEN && (octets[1] & 0x7fU) == 97;
    if (!is_media || (octets[1] & 0x80U) == 0) {
        return false; /* RTCP, or more of the frame follows */
    }
    uint32_t timestamp = cf_be32(octets + 4);
    probe->first_timestamp = probe->has_first ? probe->first_timestamp : timestamp;
    probe->has_first = true;
    size_t number = (timestamp - probe->first_timestamp) / TICKS_A_FRAME;
    if (number < FRAMES_MAX && probe->arrived < FRAMES_MAX) {
        probe->waits[probe->arrived++] = (double)(at - left_at[number]) / 1000;
    }
    return true;
}

static size_t take_arrivals(struct probe *probe) {
    static uint8_t octets[CF_UDP_BATCH_MAX][BENCH_PACKET_MAX];
    static _Alignas(struct cmsghdr) char controls[CF_UDP_BATCH_MAX][CMSG_SPACE(sizeof(struct timespec))];
    struct mmsghdr messages[CF_UDP_BATCH_MAX];
    struct iovec parts[CF_UDP_BATCH_MAX];
    for (size_t i = 0; i < CF_UDP_BATCH_MAX; i++) {
        parts[i] = (struct iovec){octets[i], sizeof octets[i]};
        messages[i].msg_hdr = (struct msghdr){
            .msg_iov = &parts[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = sizeof controls[i]};
    }
    int count = recvmmsg(receivers[probe->receiver].fd, messages, CF_UDP_BATCH_MAX, MSG_DONTWAIT, NULL);
    size_t frames = 0;
    for (int i = 0; i < count; i++) {
        frames += take(probe, octets[i], messages[i].msg_len, came_at(&messages[i].msg_hdr));
    }
    return frames;
}

/* Whatever has come to anybody. Returns the frames of the last one. */
static size_t take_all_arrivals(void) {
    size_t last = 0;
    for (size_t i = 0; i < PROBES; i++) {
        last = take_arrivals(&probes[i]);
    }
    return last;
}

/* Begin anew, when all that is still on the way has come. */
static void forget_arrivals(void) {
    const struct timespec rest = {.tv_nsec = 100000000};
    nanosleep(&rest, NULL);
    for (size_t i = 0; i < PROBES; i++) {
        probes[i].arrived = 0; /* there is room for what comes now */
        while (take_arrivals(&probes[i]) > 0) {
        }
        probes[i].arrived = 0;
        probes[i].has_first = false;
    }
}

static void await_arrival(int64_t until) {
    struct pollfd interests[PROBES];
    int64_t left = until - now_ns();
    struct timespec patience = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    for (size_t i = 0; i < PROBES; i++) {
        interests[i] = (struct pollfd){.fd = receivers[probes[i].receiver].fd, .events = POLLIN};
    }
    if (left > 0) {
        (void)ppoll(interests, PROBES, &patience, NULL);
    }
}

/* Frames a second with one after the other. */
static double find_rate(size_t packets) {
    size_t number = 0;
    forget_arrivals();
    int64_t start = now_ns();
    for (; number < CLOSED_LOOP; number++) {
        send_frame(number, packets);
        int64_t end = now_ns() + 100000000;
        while (take_all_arrivals() == 0 && now_ns() < end) {
            await_arrival(end);
        }
    }
    return CLOSED_LOOP * 1e9 / (double)(now_ns() - start);
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

/* The times of all probes, in order of size. Returns how many. */
static size_t sort_waits(void) {
    size_t count = 0;
    for (size_t i = 0; i < PROBES; i++) {
        memcpy(all + count, probes[i].waits, probes[i].arrived * sizeof *all);
        count += probes[i].arrived;
    }
    qsort(all, count, sizeof *all, by_size);
    qsort(probes[PROBES - 1].waits, probes[PROBES - 1].arrived, sizeof *all, by_size);
    return count;
}

static void measure(const char *who, size_t packets, double frames_per_sec, double seconds, unsigned percent) {
    int64_t period = (int64_t)(1e9 / frames_per_sec);
    forget_arrivals();
    int64_t due = now_ns();
    int64_t end = due + (int64_t)(seconds * 1e9);
    size_t sent = 0;
    while (due < end && sent < FRAMES_MAX) {
        send_frame(sent++, packets);
        due += period;
        do {
            await_arrival(due);
            (void)take_all_arrivals();
        } while (now_ns() < due);
    }
    await_arrival(now_ns() + 100000000);
    while (take_all_arrivals() > 0) {
    }
    size_t count = sort_waits();
    const struct probe *last = &probes[PROBES - 1];
    if (count == 0 || last->arrived == 0) {
        fprintf(stderr, "bench_latency: nothing arrived\n");
        exit(1);
    }
    printf("%-6s %6zu %6u %12.0f %10.0f %10.0f %10.0f %12.0f %8.2f\n", who, packets, percent,
           frames_per_sec * (double)(packets * RECEIVERS) / 1000, all[count / 2], all[count * 99 / 100], all[count * 999 / 1000],
           last->waits[last->arrived / 2], 100 - 100 * (double)count / (double)(sent * PROBES));
    fflush(stdout);
}

static void measure_all(const char *who, size_t packets, double seconds) {
    static const unsigned shares[] = {10, 50, 80};
    double rate = find_rate(packets);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        measure(who, packets, rate * shares[i] / 100, seconds, shares[i]);
    }
}

static void add_leg(uint32_t leg, const struct cf_addr *remote) {
    struct cf_udp udp = bench_socket(false);
    server = leg == 0 ? udp.local : server;
    bench_worker_open(&world, leg, &udp);
    struct cf_media_command c = bench_leg_add(leg);
    bench_worker_command(&world, &c);
    c = bench_transport_set(leg, leg, remote, SUITE, &source);
    bench_worker_command(&world, &c);
    c = bench_line_set(leg);
    bench_worker_command(&world, &c);
}

static void run_worker(size_t packets, double seconds) {
    bench_worker_start(&world, CF_SENDER_RING);
    struct cf_media_command room = bench_room_add();
    bench_worker_command(&world, &room);
    add_leg(0, &sender.local);
    for (uint32_t leg = 1; leg <= RECEIVERS; leg++) {
        add_leg(leg, &addresses[leg - 1]);
    }
    measure_all("confer", packets, seconds);
    bench_worker_stop(&world);
}

static void run_bare(size_t packets, double seconds) {
    struct cf_udp in = bench_socket(false);
    struct bare_loop loop = {.in = &in, .receivers = addresses, .count = RECEIVERS, .suite = SUITE};
    struct cf_thread thread = {0};
    server = in.local;
    bench_must(cf_thread_start(&thread, "bare", bare_loop_run, &loop));
    measure_all("bare", packets, seconds);
    struct cf_datagram stop = {server, {(const uint8_t *)"", 1}};
    (void)cf_udp_send(&sender, &stop, 1);
    cf_thread_join(&thread);
    cf_udp_close(&in);
}

static bool is_probed(size_t receiver) {
    for (size_t i = 0; i < PROBES; i++) {
        if (probes[i].receiver == receiver) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 5;
    struct cf_srtp_engine *srtp = NULL;
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    sender = bench_socket(false);
    for (size_t i = 0; i < RECEIVERS; i++) {
        int on = 1;
        receivers[i] = bench_socket(!is_probed(i));
        (void)setsockopt(receivers[i].fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        addresses[i] = receivers[i].local;
    }
    for (size_t i = 0; i < PROBES; i++) {
        probes[i].waits = calloc(FRAMES_MAX, sizeof *probes[i].waits);
        bench_must(probes[i].waits == NULL ? CF_ERR_NO_MEMORY : CF_OK);
    }
    printf("%-6s %6s %6s %12s %10s %10s %10s %12s %8s\n", "delay", "frame", "load %", "kpackets/s", "p50 us", "p99 us",
           "p99.9 us", "p50 of last", "lost %");
    for (size_t packets = 1; packets <= FRAME_MAX; packets *= 8) {
        bench_source_init(&source, cf_srtp_engine_crypto(srtp), SUITE);
        run_worker(packets, seconds);
        bench_source_fini(&source);
        bench_source_init(&source, cf_srtp_engine_crypto(srtp), SUITE);
        run_bare(packets, seconds);
        bench_source_fini(&source);
    }
    for (size_t i = 0; i < PROBES; i++) {
        free(probes[i].waits);
    }
    for (size_t i = 0; i < RECEIVERS; i++) {
        cf_udp_close(&receivers[i]);
    }
    cf_udp_close(&sender);
    cf_srtp_engine_free(srtp);
    return 0;
}
