/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receivers.h"

#include "base/reader.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define RUN_MAX 65536 /* octets of a run of datagrams */
#define BATCH 16
#define MEDIA_TYPE 97 /* that of bench_source_frame() */

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

int64_t bench_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void bench_sleep_until(int64_t ns) {
    const struct timespec until = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

void bench_receivers_open(struct bench_receivers *r, size_t count) {
    struct cf_addr local = {.ip = {127, 0, 0, 1}, .family = CF_FAMILY_IP4};
    int on = 1;
    r->count = count;
    for (size_t i = 0; i < count; i++) {
        r->list[i] = (struct bench_receiver){.has_base = false};
        bench_must(cf_udp_open(&local, CF_UDP_USE_MEDIA, &r->list[i].udp));
        bench_must(setsockopt(r->list[i].udp.fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on) < 0 ? CF_ERR_UNSUPPORTED : CF_OK);
        r->addresses[i] = r->list[i].udp.local;
    }
}

static void forget_context(struct bench_receivers *r) {
    if (r->context != NULL) {
        r->crypto->close(r->crypto->ctx, r->context);
        r->context = NULL;
    }
}

void bench_receivers_close(struct bench_receivers *r) {
    forget_context(r);
    for (size_t i = 0; i < r->count; i++) {
        cf_udp_close(&r->list[i].udp);
    }
    r->count = 0;
}

void bench_receivers_begin(struct bench_receivers *r, const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite,
                           const struct cf_sdes_key *key) {
    (void)bench_receivers_drain(r); /* what is left of another one's */
    forget_context(r);
    r->crypto = crypto;
    r->checked = r->bad = r->frames = 0;
    memset(r->delays, 0, sizeof r->delays);
    for (size_t i = 0; i < r->count; i++) {
        r->list[i].has_base = false;
        r->list[i].packets = r->list[i].newest = 0;
    }
    if (suite != CF_SRTP_NONE && key != NULL) {
        const struct cf_srtp_params params = {.suite = suite,
                                              .direction = CF_SRTP_RECEIVE,
                                              .key = {key->key, cf_srtp_suites[suite].key_len},
                                              .salt = {key->salt, cf_srtp_suites[suite].salt_len},
                                              .streams_max = 1};
        bench_must(crypto->open(crypto->ctx, &params, &r->context));
    }
}

void bench_receivers_note_sent(struct bench_receivers *r, uint32_t number) {
    r->left_at[number % BENCH_FRAMES_MAX] = bench_now_ns();
}

static void check(struct bench_receivers *r, uint8_t *octets, size_t len) {
    struct cf_unprotect_job job = {.srtp = r->context, .src = octets, .src_len = len, .dst = octets, .dst_size = len};
    r->crypto->unprotect(r->crypto->ctx, &job, 1);
    r->checked++;
    r->bad += job.err != CF_OK;
}

/* The last packet of a frame has come. Its frame is told by its timestamp; those of a stream begin with the first that comes. */
static void note_frame(struct bench_receivers *r, struct bench_receiver *one, uint32_t timestamp, int64_t now) {
    one->base = one->has_base ? one->base : timestamp;
    one->has_base = true;
    uint32_t number = (timestamp - one->base) / BENCH_FRAME_TICKS;
    int64_t usec = (now - r->left_at[number % BENCH_FRAMES_MAX]) / 1000;
    size_t bucket = usec < 0 ? 0 : (size_t)usec / BENCH_DELAY_USEC;
    r->delays[bucket < BENCH_DELAYS ? bucket : BENCH_DELAYS - 1]++;
    r->frames++;
    one->newest = number + 1;
}

static bool take(struct bench_receivers *r, struct bench_receiver *one, uint8_t *octets, size_t len, int64_t now) {
    if (len < 12 || (octets[1] & 0x7fU) != MEDIA_TYPE) {
        return false; /* RTCP, or a connectivity check */
    }
    one->packets++;
    if ((octets[1] & 0x80U) != 0) {
        note_frame(r, one, cf_be32(octets + 4), now);
    }
    if (r->context != NULL && one == &r->list[0]) {
        check(r, octets, len);
    }
    return true;
}

/* Octets of each datagram of the run in @p message. */
static size_t segment_len(struct msghdr *message, size_t len) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int segment = 0;
            memcpy(&segment, CMSG_DATA(c), sizeof segment);
            return segment > 0 ? (size_t)segment : len;
        }
    }
    return len;
}

static size_t take_run(struct bench_receivers *r, struct bench_receiver *one, struct mmsghdr *message, int64_t now) {
    uint8_t *octets = message->msg_hdr.msg_iov->iov_base;
    size_t segment = segment_len(&message->msg_hdr, message->msg_len);
    size_t media = 0;
    for (size_t at = 0; at < message->msg_len; at += segment) {
        size_t left = message->msg_len - at;
        media += take(r, one, octets + at, left < segment ? left : segment, now);
    }
    return media;
}

size_t bench_receiver_drain(struct bench_receivers *r, size_t index) {
    static uint8_t octets[BATCH][RUN_MAX];
    static char controls[BATCH][CMSG_SPACE(sizeof(int))];
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct bench_receiver *one = &r->list[index];
    size_t media = 0;
    int got = BATCH;
    while (got == BATCH) {
        for (size_t i = 0; i < BATCH; i++) {
            parts[i] = (struct iovec){octets[i], RUN_MAX};
            messages[i].msg_hdr = (struct msghdr){
                .msg_iov = &parts[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = sizeof controls[i]};
        }
        got = recvmmsg(one->udp.fd, messages, BATCH, MSG_DONTWAIT, NULL);
        int64_t now = bench_now_ns();
        for (int i = 0; i < got; i++) {
            media += take_run(r, one, &messages[i], now);
        }
    }
    return media;
}

size_t bench_receivers_drain(struct bench_receivers *r) {
    size_t media = 0;
    for (size_t i = 0; i < r->count; i++) {
        media += bench_receiver_drain(r, i);
    }
    return media;
}

uint64_t bench_receivers_packets(const struct bench_receivers *r) {
    uint64_t packets = 0;
    for (size_t i = 0; i < r->count; i++) {
        packets += r->list[i].packets;
    }
    return packets;
}

void bench_receivers_delays(struct bench_receivers *r, const unsigned *permille, double *ret_usec, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t seen = 0;
        size_t bucket = 0;
        while (bucket + 1 < BENCH_DELAYS && (seen + r->delays[bucket]) * 1000 < r->frames * permille[i]) {
            seen += r->delays[bucket++];
        }
        ret_usec[i] = (double)((bucket + 1) * BENCH_DELAY_USEC);
    }
    memset(r->delays, 0, sizeof r->delays);
    r->frames = 0;
}
