/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One source and many receivers at the server's media worker, or at a bare or naive loop in its place: everything on, on
 * loopback, on processors of their own. Receivers come to the one port of the worker, by ICE, as browsers and most phones do; or
 * each to a port of its own, as phones without ICE. Failures end the program.
 */
#ifndef CF_TESTS_BENCH_RIG_H
#define CF_TESTS_BENCH_RIG_H

#include "adapt/srtp/srtp.h"
#include "bare_loop.h"
#include "ice_peers.h"
#include "receivers.h"
#include "shell/thread/thread.h"
#include "worker_world.h"

/** Most packets of a frame. */
#define BENCH_FRAME_MAX 8

/** Who forwards. */
enum bench_forwarder {
    BENCH_WORKER, /**< the server's media worker */
    BENCH_BARE,   /**< the bare loop (bare_loop.h) */
    BENCH_NAIVE,  /**< the naive loop */
};

/** What is set up. */
struct bench_rig_config {
    enum bench_forwarder forwarder;
    enum cf_srtp_suite suite;
    enum cf_sender_kind sender;                    /**< how it sends; the naive loop by sendto() */
    bool has_own_ports;                            /**< a port for each receiver; false: one for all */
    struct cf_media_command (*room)(void);         /**< of the worker; NULL: bench_room_add() */
    struct cf_media_command (*line)(uint32_t leg); /**< of each leg; NULL: bench_line_set() */
};

/** The whole. Large: static. .receivers are open before it starts. */
struct bench_rig {
    struct bench_rig_config config;
    struct bench_receivers receivers;
    struct cf_srtp_engine *srtp; /**< of the source and of the receivers */
    struct cf_udp sender;        /**< of the source */
    struct cf_addr to;           /**< where it sends to */
    struct bench_source source;
    uint32_t frames; /**< sent */
    struct bench_worker world;
    struct bench_ice ice;    /**< of the source and the receivers, without .has_own_ports */
    struct cf_thread thread; /**< of a loop */
    struct bare_loop loop;
    struct cf_udp in;                       /**< of a loop */
    struct cf_udp out[BENCH_RECEIVERS_MAX]; /**< of a loop with .has_own_ports */
};

/** Make what all set-ups use; the calling thread becomes that of the load (machine.h). */
void bench_rig_init(struct bench_rig *rig);

/** Free it. */
void bench_rig_fini(struct bench_rig *rig);

/** Set up; receivers can be reached when it returns. */
void bench_rig_start(struct bench_rig *rig, const struct bench_rig_config *config);

/** End it. */
void bench_rig_stop(struct bench_rig *rig);

/** The source sends a frame of @p packets. */
void bench_rig_send(struct bench_rig *rig, size_t packets);

/** Read what has come to all receivers, and keep their consent fresh. */
void bench_rig_drain(struct bench_rig *rig);

/** Send a frame, and wait until the last receiver has it, by the clock. False: it does not come. */
bool bench_rig_pass(struct bench_rig *rig, size_t packets);

#endif
