/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ice_peers.h"

#include "adapt/openssl/stun_hash.h"
#include "receivers.h"
#include "shell/system/system.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 32
#define STUN_MAX 4 /* the first octet of its messages is below that */

static size_t name(char *text, const char *who, uint32_t leg) {
    return (size_t)snprintf(text, TEXT_MAX, "%s+with+a+password+%u", who, leg);
}

void bench_ice_describe(uint32_t leg, const struct cf_addr *place, struct cf_media_transport_set *set) {
    char text[TEXT_MAX];
    struct cf_ice_own *own = &set->transport.own_ice;
    struct cf_ice_remote *theirs = &set->transport.ice;
    set->rtp_socket = set->rtcp_socket = CF_MEDIA_SOCKET_NONE;
    set->base_count = 1;
    set->bases[0] = (struct cf_ice_local){
        .socket = CF_MEDIA_SOCKET_SHARED, .addr = *place, .priority = cf_ice_priority(CF_ICE_HOST, 65535, 1), .component = 1};
    own->is_used = true;
    own->ufrag_len = own->pwd_len = (uint8_t)name(text, "server", leg);
    memcpy(own->ufrag, text, own->ufrag_len);
    memcpy(own->pwd, text, own->pwd_len);
    theirs->is_offered = true;
    theirs->ufrag_len = theirs->pwd_len = (uint16_t)name(text, "member", leg);
    memcpy(theirs->ufrag, text, theirs->ufrag_len);
    memcpy(theirs->pwd, text, theirs->pwd_len);
}

static void begin(struct cf_ice_agent *agent, uint32_t leg, const struct cf_addr *own, const struct cf_addr *place) {
    char ours[TEXT_MAX];
    char theirs[TEXT_MAX];
    (void)name(ours, "member", leg);
    (void)name(theirs, "server", leg);
    const struct cf_ice_config config = {.hash = cf_openssl_stun_hash(),
                                         .entropy = &bench_entropy,
                                         .ufrag = cf_str_of(ours),
                                         .pwd = cf_str_of(ours),
                                         .prefix = leg + 1,
                                         .component_count = 1,
                                         .is_controlling = true};
    bench_must(cf_ice_agent_init(agent, &config, cf_system_now()));
    const struct cf_ice_local local = {.addr = *own, .priority = cf_ice_priority(CF_ICE_HOST, 65535, 1), .component = 1};
    const struct cf_ice_remote_candidate candidate = {.addr = *place, .priority = 2130706431, .component = 1};
    bool is_added = cf_ice_agent_add_local(agent, &local, cf_system_now());
    bench_must(is_added ? CF_OK : CF_ERR_LIMIT);
    bench_must(cf_ice_agent_set_remote(agent, cf_str_of(theirs), cf_str_of(theirs), false, cf_system_now()));
    cf_ice_agent_add_remote(agent, &candidate, cf_system_now());
}

static void drain(struct bench_ice *ice, size_t leg) {
    struct cf_ice_output out;
    struct cf_ice_event event;
    while (cf_ice_agent_poll_send(&ice->agents[leg], &out)) {
        const struct cf_datagram datagram = {out.to, out.data};
        (void)cf_udp_send(ice->sockets[leg], &datagram, 1);
    }
    while (cf_ice_agent_poll_event(&ice->agents[leg], &event)) {
    }
}

void bench_ice_take(struct bench_ice *ice, size_t leg, struct cf_span octets) {
    if (leg >= ice->count) {
        return;
    }
    (void)cf_ice_agent_receive(&ice->agents[leg], 0, &ice->place, octets, cf_system_now());
    drain(ice, leg);
}

void bench_ice_read(struct bench_ice *ice, size_t leg) {
    static uint8_t octets[CF_UDP_BATCH_MAX * BENCH_PACKET_MAX];
    struct cf_datagram got[CF_UDP_BATCH_MAX];
    if (leg >= ice->count) {
        return;
    }
    if (cf_ice_agent_deadline(&ice->agents[leg]) <= cf_system_now()) {
        cf_ice_agent_on_deadline(&ice->agents[leg], cf_system_now());
        drain(ice, leg);
    }
    size_t count = cf_udp_receive(ice->sockets[leg], octets, BENCH_PACKET_MAX, got, CF_UDP_BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        if (got[i].bytes.len > 0 && got[i].bytes.at[0] < STUN_MAX) {
            bench_ice_take(ice, leg, got[i].bytes);
        }
    }
}

/* How many have been found since the last time. */
static size_t count_found(struct bench_worker *world) {
    struct cf_media_event event;
    size_t found = 0;
    while (cf_mailbox_take(world->outbox, &event)) {
        found += event.kind == CF_MEDIA_EVENT_ICE && event.as.ice.state == CF_MEDIA_ICE_CONNECTED && event.as.ice.is_nominated;
    }
    return found;
}

void bench_ice_connect(struct bench_ice *ice, struct bench_worker *world, const struct cf_addr *place, size_t count) {
    cf_usec end = cf_system_now() + CF_SEC(20);
    ice->place = *place;
    ice->count = count;
    ice->agents = calloc(count, sizeof *ice->agents);
    bench_must(ice->agents == NULL ? CF_ERR_NO_MEMORY : CF_OK);
    for (uint32_t leg = 0; leg < count; leg++) {
        begin(&ice->agents[leg], leg, &ice->sockets[leg]->local, place);
        drain(ice, leg);
    }
    for (size_t found = 0; found < count; found += count_found(world)) {
        for (size_t leg = 0; leg < count; leg++) {
            bench_ice_read(ice, leg);
        }
        bench_sleep_until(bench_now_ns() + 1000000);
        if (cf_system_now() > end) {
            fprintf(stderr, "benchmark: only %zu of %zu members were found by ICE\n", found, count);
            exit(1);
        }
    }
}

void bench_ice_end(struct bench_ice *ice) {
    for (size_t leg = 0; leg < ice->count; leg++) {
        cf_ice_agent_fini(&ice->agents[leg]);
    }
    free(ice->agents);
    ice->agents = NULL;
    ice->count = 0;
}
