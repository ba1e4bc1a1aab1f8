/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig.h"

#include "machine.h"
#include <stdio.h>
#include <stdlib.h>

#define PATIENCE_NS INT64_C(5000000000)
#define LOOK_NS 50000 /* between two looks at the last receiver */

void bench_rig_init(struct bench_rig *rig) {
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &rig->srtp));
    rig->sender = bench_socket(false);
    bench_pin_load();
}

void bench_rig_fini(struct bench_rig *rig) {
    cf_srtp_engine_free(rig->srtp);
    cf_udp_close(&rig->sender);
}

/* --- the server's worker --- */

static void set_leg(struct bench_rig *rig, uint32_t leg, const struct cf_addr *remote, struct cf_sdes_key *ret_key) {
    bool has_own_port = rig->config.has_own_ports;
    struct cf_media_command c = bench_leg_add(leg);
    bench_worker_command(&rig->world, &c);
    if (has_own_port) {
        struct cf_udp udp = bench_socket(false);
        rig->to = leg == 0 ? udp.local : rig->to;
        bench_worker_open(&rig->world, leg, &udp);
    }
    c = bench_transport_set(leg, leg, remote, rig->config.suite, &rig->source);
    *ret_key = c.as.transport.transport.security.local;
    if (!has_own_port) {
        bench_ice_describe(leg, &rig->to, &c.as.transport);
    }
    bench_worker_command(&rig->world, &c);
    c = rig->config.line == NULL ? bench_line_set(leg) : rig->config.line(leg);
    bench_worker_command(&rig->world, &c);
}

static void on_check(void *ctx, size_t index, struct cf_span octets) {
    bench_ice_take(ctx, index + 1, octets);
}

static void start_worker(struct bench_rig *rig) {
    struct cf_sdes_key keys[2];
    bench_worker_start(&rig->world, rig->config.sender);
    bench_pin_load();
    struct cf_media_command c = rig->config.room == NULL ? bench_room_add() : rig->config.room();
    bench_worker_command(&rig->world, &c);
    if (!rig->config.has_own_ports) {
        struct cf_udp shared = bench_socket(false);
        rig->to = shared.local;
        bench_worker_open(&rig->world, CF_MEDIA_SOCKET_SHARED, &shared);
    }
    for (uint32_t leg = 0; leg <= rig->receivers.count; leg++) {
        set_leg(rig, leg, leg == 0 ? &rig->sender.local : &rig->receivers.addresses[leg - 1], &keys[leg > 1]);
        if (leg == 1) {

            bench_receivers_begin(&rig->receivers, cf_srtp_engine_crypto(rig->srtp), rig->config.suite, &keys[0]);
        }
    }
    if (!rig->config.has_own_ports) {
        rig->ice.sockets[0] = &rig->sender;
        for (size_t i = 0; i < rig->receivers.count; i++) {
            rig->ice.sockets[i + 1] = &rig->receivers.list[i].udp;
        }
        bench_ice_connect(&rig->ice, &rig->world, &rig->to, rig->receivers.count + 1);
        rig->receivers.on_check = on_check;
        rig->receivers.ctx = &rig->ice;
    }
}

/* --- loops --- */

static void start_loop(struct bench_rig *rig) {
    size_t count = rig->receivers.count;
    rig->in = bench_socket(false);
    rig->to = rig->in.local;
    for (size_t i = 0; i < count && rig->config.has_own_ports; i++) {
        rig->out[i] = bench_socket(false);
    }
    rig->loop = (struct bare_loop){.in = &rig->in,
                                   .out = rig->config.has_own_ports ? rig->out : NULL,
                                   .sender = rig->config.sender,
                                   .receivers = rig->receivers.addresses,
                                   .count = count,
                                   .suite = rig->config.suite};
    bench_receivers_begin(&rig->receivers, NULL, CF_SRTP_NONE, NULL);
    bench_must(
        cf_thread_start(&rig->thread, "loop", rig->config.forwarder == BENCH_BARE ? bare_loop_run : naive_loop_run, &rig->loop));
    bench_pin_load();
}

static void stop_loop(struct bench_rig *rig) {
    struct cf_datagram stop = {rig->to, {(const uint8_t *)"", 1}};
    (void)cf_udp_send(&rig->sender, &stop, 1);
    cf_thread_join(&rig->thread);
    for (size_t i = 0; i < rig->receivers.count && rig->config.has_own_ports; i++) {
        cf_udp_close(&rig->out[i]);
    }
    cf_udp_close(&rig->in);
}

void bench_rig_start(struct bench_rig *rig, const struct bench_rig_config *config) {
    rig->config = *config;
    rig->frames = 0;
    bench_source_init(&rig->source, cf_srtp_engine_crypto(rig->srtp), config->suite);
    bench_pin_server(); /* the thread that is started stays there */
    if (config->forwarder == BENCH_WORKER) {
        start_worker(rig);
    } else {
        start_loop(rig);
    }
}

void bench_rig_stop(struct bench_rig *rig) {
    if (rig->receivers.bad > 0) {
        fprintf(stderr, "benchmark: %llu of %llu packets of the first receiver were not authentic\n",
                (unsigned long long)rig->receivers.bad, (unsigned long long)rig->receivers.checked);
        exit(1);
    }
    if (rig->config.forwarder == BENCH_WORKER) {
        bench_worker_stop(&rig->world);
        bench_ice_end(&rig->ice);
    } else {
        stop_loop(rig);
    }
    bench_source_fini(&rig->source);
}

/* --- load --- */

void bench_rig_send(struct bench_rig *rig, size_t packets) {
    static uint8_t octets[BENCH_FRAME_MAX][BENCH_PACKET_MAX];
    struct cf_datagram out[BENCH_FRAME_MAX];
    size_t lens[BENCH_FRAME_MAX];
    bench_source_frame(&rig->source, octets, lens, packets);
    for (size_t i = 0; i < packets; i++) {
        out[i] = (struct cf_datagram){rig->to, {octets[i], lens[i]}};
    }
    bench_receivers_note_sent(&rig->receivers, rig->frames++);
    (void)cf_udp_send(&rig->sender, out, packets);
}

void bench_rig_drain(struct bench_rig *rig) {
    (void)bench_receivers_drain(&rig->receivers);
    bench_ice_read(&rig->ice, 0);
}

bool bench_rig_pass(struct bench_rig *rig, size_t packets) {
    size_t last = rig->receivers.count - 1;
    int64_t start = bench_now_ns();
    bench_rig_send(rig, packets);
    for (size_t seen = 0; seen < packets;) {
        int64_t now = bench_now_ns();
        if (now - start > PATIENCE_NS) {
            return false;
        }
        bench_sleep_until(now + LOOK_NS);
        seen += bench_receiver_drain(&rig->receivers, last);
    }
    return true;
}
