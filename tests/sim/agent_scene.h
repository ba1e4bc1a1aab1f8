/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server and five user agents in a virtual world, for simulations of the user agent. */
#ifndef CF_TESTS_SIM_AGENT_SCENE_H
#define CF_TESTS_SIM_AGENT_SCENE_H

#include "lib/test.h"
#include "lib/virtual_agent.h"
#include "lib/virtual_server.h"

#define FACTORY "sip:videoconference-factory@example.org"
#define ROOM "sip:room-tea@example.org"
#define AGENTS 5

enum { ALICE, BOB, CAROL, DAVE, ERIN };

static const char *const names[] = {"alice", "bob", "carol", "dave", "erin", NULL};

static struct world *world;
static struct virtual_server server;
static struct virtual_agent agents[AGENTS];

static inline void run(cf_usec duration) {
    world_run_for(world, duration);
}

/* A world with everybody in it; settings may be changed before start(). */
static inline void make(uint64_t seed, const struct netem_config *link, enum cf_transport transport) {
    static const char *const ips[AGENTS] = {"192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14", "192.0.2.15"};
    world = world_create(seed);
    world_default_link(world, link);
    virtual_server_init(&server, world);
    for (size_t i = 0; i < AGENTS; i++) {
        virtual_agent_init(&agents[i], world, names[i], VIRTUAL_DOMAIN, ips[i], VIRTUAL_SERVER_IP, transport);
        agents[i].config.answers = i != ALICE;
    }
}

static inline void start(void) {
    virtual_server_start(&server, names);
    for (size_t i = 0; i < AGENTS; i++) {
        virtual_agent_start(&agents[i]);
        assert_ok(cf_agent_register(agents[i].agent, world_now(world)));
        virtual_agent_drain(&agents[i]);
        /* Challenges of one instant are the same: two clients would share a nonce, and one would have to ask again. */
        run(1);
    }
    run(CF_SEC(5));
    for (size_t i = 0; i < AGENTS; i++) {
        assert_int_equal(agents[i].events[CF_AGENT_REGISTERED], 1);
    }
}

static const struct netem_config good_link = {.delay_usec = CF_MSEC(10)};

static inline void begin(uint64_t seed) {
    make(seed, &good_link, CF_TRANSPORT_UDP);
    start();
}

static inline void end(void) {
    for (size_t i = 0; i < AGENTS; i++) {
        virtual_agent_fini(&agents[i]);
    }
    virtual_server_fini(&server);
    world_destroy(world);
}

static inline void hang_up(size_t who) {
    cf_agent_hang_up(agents[who].agent, 0, world_now(world));
    virtual_agent_drain(&agents[who]);
    run(CF_SEC(2));
}

static inline void call(size_t who, const char *target) {
    virtual_agent_call(&agents[who], target, NULL, NULL);
    run(CF_SEC(2));
    assert_int_equal(agents[who].events[CF_AGENT_CONNECTED], 1);
}

#endif
