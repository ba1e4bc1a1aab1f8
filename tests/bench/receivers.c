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
#define CHECKS_BELOW 4 /* the first octet of STUN (RFC 7983) */
#define MEDIA_TYPE 96  /* or one more: that of bench_source_frame() */

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

int64_t bench_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* That of the kernel's timestamps. */
static int64_t real_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
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
    r->has_stamps = false;
}

void bench_receiver_stamp(struct bench_receivers *r, size_t index) {
    int on = 1;
    (void)setsockopt(r->list[index].udp.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    r->list[index].is_stamped = r->has_stamps = true;
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
    r->on_check = NULL;
    (void)bench_receivers_drain(r); /* what is left of another one's */
    forget_context(r);
    r->crypto = crypto;
    r->checked = r->bad = 0;
    bench_receivers_forget_delays(r);
    for (size_t i = 0; i < r->count; i++) {
        r->list[i].has_base = false;
        r->list[i].packets = 0;
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
    r->left_at[number % BENCH_FRAMES_MAX] = real_now_ns();
}

static void check(struct bench_receivers *r, uint8_t *octets, size_t len) {
    struct cf_unprotect_job job = {.srtp = r->context, .src = octets, .src_len = len, .dst = octets, .dst_size = len};
    r->crypto->unprotect(r->crypto->ctx, &job, 1);
    r->checked++;
    r->bad += job.err != CF_OK;
}

static void add_delay(struct bench_delays *delays, int64_t usec) {
    size_t bucket = usec < 0 ? 0 : (size_t)usec / BENCH_DELAY_USEC;
    delays->buckets[bucket < BENCH_DELAYS ? bucket : BENCH_DELAYS - 1]++;
    delays->frames++;
}

/* The last packet of a frame has come. Its frame is told by its timestamp; those of a stream begin with the first that comes. */
static void note_frame(struct bench_receivers *r, struct bench_receiver *one, uint32_t timestamp, int64_t now) {
    one->base = one->has_base ? one->base : timestamp;
    one->has_base = true;
    uint32_t number = (timestamp - one->base) / BENCH_FRAME_TICKS;
    int64_t usec = (now - r->left_at[number % BENCH_FRAMES_MAX]) / 1000;
    if (one->is_stamped || !r->has_stamps) {
        add_delay(&r->delays, usec);
    }
    if (one == &r->list[r->count - 1]) {
        add_delay(&r->last_delays, usec);
    }
}

static bool take(struct bench_receivers *r, struct bench_receiver *one, uint8_t *octets, size_t len, int64_t now) {
    if (len > 0 && octets[0] < CHECKS_BELOW && r->on_check != NULL) {
        r->on_check(r->ctx, (size_t)(one - r->list), (struct cf_span){octets, len});
    }
    if (len < 12 || (octets[1] & 0x7eU) != MEDIA_TYPE) {
        return false; /* RTCP, or a check */
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

/* Octets of each datagram of the run in @p message of @p len octets, and when it came, if the kernel says so. */
static size_t read_controls(struct msghdr *message, size_t len, int64_t *ret_at) {
    size_t segment = len;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int octets = 0;
            memcpy(&octets, CMSG_DATA(c), sizeof octets);
            segment = octets > 0 ? (size_t)octets : len;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            *ret_at = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        }
    }
    return segment;
}

static size_t take_run(struct bench_receivers *r, struct bench_receiver *one, struct mmsghdr *message, int64_t now) {
    uint8_t *octets = message->msg_hdr.msg_iov->iov_base;
    size_t segment = read_controls(&message->msg_hdr, message->msg_len, &now);
    size_t media = 0;
    for (size_t at = 0; at < message->msg_len; at += segment) {
        size_t left = message->msg_len - at;
        media += take(r, one, octets + at, left < segment ? left : segment, now);
    }
    return media;
}

size_t bench_receiver_drain(struct bench_receivers *r, size_t index) {
    static uint8_t octets[BATCH][RUN_MAX];
    static _Alignas(struct cmsghdr) char controls[BATCH][CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct timespec))];
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
        int64_t now = real_now_ns();
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

double bench_delay(const struct bench_delays *delays, unsigned permille) {
    uint64_t seen = 0;
    size_t bucket = 0;
    while (bucket + 1 < BENCH_DELAYS && (seen + delays->buckets[bucket]) * 1000 < delays->frames * permille) {
        seen += delays->buckets[bucket++];
    }
    return (double)((bucket + 1) * BENCH_DELAY_USEC);
}

void bench_receivers_forget_delays(struct bench_receivers *r) {
    memset(&r->delays, 0, sizeof r->delays);
    memset(&r->last_delays, 0, sizeof r->last_delays);
}
