/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What it costs to receive, before anything is done with it: by calls (recvmmsg()), by a ring (shell/udp/receiver.h), and by
 * calls with runs taken as they were sent (UDP_GRO), which the server does not do; each for a camera whose frames come as runs,
 * for one that sends packet by packet, and for the sound of a thousand members, at one port and at a port each. CPU nanoseconds a
 * packet: "in" is what the kernel does until packets are in the queue of the socket, which on loopback is done by the call that
 * sends; "out" is waiting and taking them, with the cutting of runs where that is ours. The methods take turns in one run, the
 * least of the windows counts.
 *
 *     bench_receive [WINDOWS]
 */
#include "forward_world.h"
#include "machine.h"
#include "shell/udp/receiver.h"
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define MEMBERS 1000
#define SLOT 2048
#define RUN_OCTETS 65536
#define RUNS 8 /* taken by one call */
#define RING UINT32_MAX
#define PACKETS_A_WINDOW 64000
#define BATCH_MAX 64

/* Who sends what to how many sockets. */
struct scene {
    const char *name;
    size_t sources;
    size_t sockets;
    size_t burst; /* packets of one source at once */
    size_t octets;
    bool is_run; /* handed to the kernel as one */
};

static const struct scene scenes[] = {
    {"camera, frames of 8 as runs, 1100 octets", 1, 1, 8, 1100, true},
    {"camera, 8 packets in a row, 1100 octets", 1, 1, 8, 1100, false},
    {"camera, single packets, 1100 octets", 1, 1, 1, 1100, false},
    {"sound of 1000, one port, 120 octets, 32 at once", MEMBERS, 1, 32, 120, false},
    {"sound of 1000, a port each, 120 octets, 32 at once", MEMBERS, MEMBERS, 32, 120, false},
};

enum method { BY_CALLS, BY_RING, BY_RUNS, METHODS };
static const char *const method_names[] = {"calls", "ring", "calls with UDP_GRO"};

static struct {
    const struct scene *scene;
    enum method method;
    struct cf_udp sources[MEMBERS];
    struct cf_udp sockets[MEMBERS];
    struct cf_receiver *receiver;
    int epoll;
    size_t next; /* source that sends next */
    uint8_t runs[RUNS][RUN_OCTETS];
    size_t sum; /* octets of what came, so that it is really looked at */
} it;

/* --- set-up --- */

static struct cf_udp open_socket(void) {
    struct cf_addr local = {.ip = {127, 0, 0, 1}, .family = CF_FAMILY_IP4};
    struct cf_udp udp;
    bench_must(cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp));
    return udp;
}

static void watch_socket(uint32_t number) {
    struct epoll_event interest = {.events = EPOLLIN, .data.u32 = number};
    int on = 1;
    struct cf_udp *udp = &it.sockets[number];
    *udp = open_socket();
    if (it.method != BY_RUNS) {
        enum cf_receiver_kind kind = it.method == BY_RING ? CF_RECEIVER_RING : CF_RECEIVER_CALLS;
        bench_must(cf_receiver_add(it.receiver, number, udp, kind));
    } else if (setsockopt(udp->fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on) < 0 ||
               epoll_ctl(it.epoll, EPOLL_CTL_ADD, udp->fd, &interest) < 0) {
        bench_must(CF_ERR_IO);
    }
}

/* False: there is no such receiver here. */
static bool begin(const struct scene *scene, enum method method) {
    struct cf_receiver_config config = {
        .kind = method == BY_RING ? CF_RECEIVER_RING : CF_RECEIVER_CALLS, .ring_tag = RING, .slot = SLOT};
    it.scene = scene;
    it.method = method;
    it.next = 0;
    config.epoll = it.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (cf_receiver_create(&config, &it.receiver) != CF_OK) {
        close(it.epoll);
        return false;
    }
    for (size_t i = 0; i < scene->sources; i++) {
        it.sources[i] = open_socket();
        it.sources[i].can_segment = it.sources[i].can_segment && scene->is_run;
    }
    for (uint32_t i = 0; i < scene->sockets; i++) {
        watch_socket(i);
    }
    return true;
}

static void end(void) {
    for (size_t i = 0; i < it.scene->sources; i++) {
        cf_udp_close(&it.sources[i]);
    }
    cf_receiver_destroy(&it.receiver);
    for (size_t i = 0; i < it.scene->sockets; i++) {
        cf_udp_close(&it.sockets[i]);
    }
    close(it.epoll);
}

/* --- one burst --- */

static void send_burst(void) {
    static const uint8_t octets[SLOT] = {0x80, 0x60};
    struct cf_datagram out[BATCH_MAX];
    size_t together = it.scene->sources == 1 ? it.scene->burst : 1;
    for (size_t sent = 0; sent < it.scene->burst; sent += together) {
        size_t source = it.next++ % it.scene->sources;
        for (size_t i = 0; i < together; i++) {
            out[i] = (struct cf_datagram){it.sockets[source % it.scene->sockets].local, {octets, it.scene->octets}};
        }
        if (cf_udp_send(&it.sources[source], out, together) != together) {
            bench_must(CF_ERR_IO);
        }
    }
}

static size_t segment_of(struct msghdr *message, size_t len) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int octets = 0;
            memcpy(&octets, CMSG_DATA(c), sizeof octets);
            return octets > 0 ? (size_t)octets : len;
        }
    }
    return len;
}

/* Packets of the runs that socket @p number has; each is looked at as the server would. */
static size_t take_runs(uint32_t number) {
    struct mmsghdr messages[RUNS];
    struct iovec parts[RUNS];
    struct sockaddr_storage names[RUNS];
    _Alignas(struct cmsghdr) char controls[RUNS][CMSG_SPACE(sizeof(int))];
    size_t packets = 0;
    for (size_t i = 0; i < RUNS; i++) {
        parts[i] = (struct iovec){it.runs[i], RUN_OCTETS};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &names[i],
                                              .msg_namelen = sizeof names[i],
                                              .msg_iov = &parts[i],
                                              .msg_iovlen = 1,
                                              .msg_control = controls[i],
                                              .msg_controllen = sizeof controls[i]};
    }
    int got = recvmmsg(it.sockets[number].fd, messages, RUNS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) {
        size_t segment = segment_of(&messages[i].msg_hdr, messages[i].msg_len);
        for (size_t at = 0; at < messages[i].msg_len; at += segment) {
            it.sum += it.runs[i][at];
            packets++;
        }
    }
    return packets;
}

static size_t take(uint32_t number) {
    struct cf_received received[BATCH_MAX];
    if (it.method == BY_RUNS) {
        return take_runs(number);
    }
    size_t count = cf_receiver_take(it.receiver, number, number == RING ? NULL : &it.sockets[number], received, BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        it.sum += received[i].at[0];
    }
    cf_receiver_release(it.receiver);
    return count;
}

static void take_burst(void) {
    struct epoll_event ready[BATCH_MAX];
    for (size_t seen = 0; seen < it.scene->burst;) {
        int count = epoll_wait(it.epoll, ready, BATCH_MAX, 1000);
        if (count <= 0) {
            fprintf(stderr, "bench_receive: %s: packets were lost\n", it.scene->name);
            exit(1);
        }
        for (int i = 0; i < count; i++) {
            seen += take(ready[i].data.u32);
        }
    }
}

/* --- windows --- */

struct cost {
    double in;
    double out;
};

/* One window with sockets of its own. */
static bool measure(const struct scene *scene, enum method method, struct cost *ret) {
    double in = 0;
    double out = 0;
    if (!begin(scene, method)) {
        return false;
    }
    for (size_t sent = 0; sent < 2 * PACKETS_A_WINDOW; sent += scene->burst) {
        double start = bench_thread_cpu_ns();
        send_burst();
        double sent_at = bench_thread_cpu_ns();
        take_burst();
        if (sent >= PACKETS_A_WINDOW) { /* the first half warms up */
            in += sent_at - start;
            out += bench_thread_cpu_ns() - sent_at;
        }
    }
    end();
    *ret = (struct cost){in / PACKETS_A_WINDOW, out / PACKETS_A_WINDOW};
    return true;
}

int main(int argc, char **argv) {
    size_t windows = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;
    bench_print_head(argc, argv);
    bench_pin_server();
    printf("%-52s %-20s %6s %6s %6s\n", "ns a packet", "", "in", "out", "both");
    for (size_t s = 0; s < sizeof scenes / sizeof *scenes; s++) {
        struct cost best[METHODS] = {{1e9, 1e9}, {1e9, 1e9}, {1e9, 1e9}};
        for (size_t window = 0; window < windows; window++) {
            for (int m = 0; m < METHODS; m++) {
                struct cost cost = {0, 0};
                if (measure(&scenes[s], (enum method)m, &cost) && cost.in + cost.out < best[m].in + best[m].out) {
                    best[m] = cost;
                }
            }
        }
        for (int m = 0; m < METHODS; m++) {
            if (best[m].in < 1e9) {
                printf("%-52s %-20s %6.0f %6.0f %6.0f\n", m == 0 ? scenes[s].name : "", method_names[m], best[m].in, best[m].out,
                       best[m].in + best[m].out);
            }
        }
        fflush(stdout);
    }
    return it.sum == 0;
}
