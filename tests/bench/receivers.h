/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers of a load on loopback. They are looked at by the clock, as a network card with moderated interrupts is: nobody
 * sleeps on their sockets, so that what is measured is the sending and not the waking of receivers, which no server pays for
 * where these are other machines. Runs of datagrams come in as they were sent (UDP_GRO): a network card that cuts them does that
 * itself. What comes is counted, each frame's delay is noted, and packets of a sample are decrypted. Failures end the program.
 */
#ifndef CF_TESTS_BENCH_RECEIVERS_H
#define CF_TESTS_BENCH_RECEIVERS_H

#include "forward_world.h"
#include "shell/udp/udp.h"

/** Most receivers. */
#define BENCH_RECEIVERS_MAX 1000

/** Ticks of the RTP clock that frames of bench_source_frame() are apart. */
#define BENCH_FRAME_TICKS 3000

/** Frames of which it is known when they left. */
#define BENCH_FRAMES_MAX 65536

/** Buckets of delays, of 2 us each; the last one holds all that took longer. */
#define BENCH_DELAYS 65536
#define BENCH_DELAY_USEC 2

/** How long frames took. */
struct bench_delays {
    uint64_t frames;
    uint32_t buckets[BENCH_DELAYS];
};

/** One of them. */
struct bench_receiver {
    struct cf_udp udp;
    uint32_t base; /**< timestamp of frame 0 */
    bool has_base;
    bool is_stamped; /**< the kernel says when packets came */
    uint64_t packets;
};

/** All of them. Large: static. */
struct bench_receivers {
    size_t count;
    struct bench_receiver list[BENCH_RECEIVERS_MAX];
    struct cf_addr addresses[BENCH_RECEIVERS_MAX];
    int64_t left_at[BENCH_FRAMES_MAX]; /**< nanoseconds, by number of frame modulo that */
    bool has_stamps;                   /**< some are stamped: delays are theirs alone */
    struct bench_delays delays;        /**< until frames were found, or came if they are stamped */
    struct bench_delays last_delays;   /**< those of the last receiver */
    /* the sample: the first receiver */
    const struct cf_packet_crypto *crypto;
    struct cf_srtp_context *context; /**< owned; NULL: not checked */
    uint64_t checked;
    uint64_t bad;
    /** Connectivity checks that come to receiver @p index go here; NULL: nowhere. */
    void (*on_check)(void *ctx, size_t index, struct cf_span octets);
    void *ctx;
};

/** Open @p count sockets. */
void bench_receivers_open(struct bench_receivers *r, size_t count);

/** Close them. */
void bench_receivers_close(struct bench_receivers *r);

/** Another server: forget its streams, and check packets of the first receiver by @p key of @p suite (NULL: don't). */
void bench_receivers_begin(struct bench_receivers *r, const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite,
                           const struct cf_sdes_key *key);

/** Frame @p number leaves now. */
void bench_receivers_note_sent(struct bench_receivers *r, uint32_t number);

/** Read what has come to receiver @p index; returns media packets. */
size_t bench_receiver_drain(struct bench_receivers *r, size_t index);

/** Read all; returns media packets. */
size_t bench_receivers_drain(struct bench_receivers *r);

/** Media packets of all since the beginning. */
uint64_t bench_receivers_packets(const struct bench_receivers *r);

/** Let the kernel say when packets come to receiver @p index. */
void bench_receiver_stamp(struct bench_receivers *r, size_t index);

/** @p permille of the frames took at most so many microseconds. */
double bench_delay(const struct bench_delays *delays, unsigned permille);

/** Forget all delays. */
void bench_receivers_forget_delays(struct bench_receivers *r);

/** Monotonic nanoseconds; sleep until then. */
int64_t bench_now_ns(void);
void bench_sleep_until(int64_t ns);

#endif
