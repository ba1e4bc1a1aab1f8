/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server and phones of alice, bob, carol and dave in a virtual world; bob has a second phone. For the focus' simulations. */
#ifndef CF_TESTS_SIM_FOCUS_SCENE_H
#define CF_TESTS_SIM_FOCUS_SCENE_H

#include "lib/test.h"
#include "lib/virtual_phone.h"
#include "lib/virtual_server.h"
#include <stdlib.h>

#define AOR_ALICE "sip:alice@example.org"
#define AOR_BOB "sip:bob@example.org"
#define AOR_CAROL "sip:carol@example.org"
#define AOR_DAVE "sip:dave@example.org"
#define FACTORY "sip:videoconference-factory@example.org"
#define ROOM "sip:room-tea@example.org"

enum {
    ALICE,
    BOB,
    BOB2,
    CAROL,
    DAVE,
    PHONE_COUNT,
};

struct scene {
    struct world *world;
    struct virtual_server server;
    struct virtual_phone phones[PHONE_COUNT];
    struct transcript transcript;
};

static const char *const scene_names[] = {"alice", "bob", "carol", "dave", NULL};

/* One scene, as large as it is: tests run one after the other. */
static struct scene scene;

static inline void scene_make(uint64_t seed) {
    static const struct {
        const char *user;
        const char *ip;
        enum cf_transport transport;
    } who[PHONE_COUNT] = {
        {"alice", "192.0.2.11", CF_TRANSPORT_TCP}, {"bob", "192.0.2.12", CF_TRANSPORT_TCP},
        {"bob", "192.0.2.13", CF_TRANSPORT_UDP},   {"carol", "192.0.2.14", CF_TRANSPORT_TCP},
        {"dave", "192.0.2.15", CF_TRANSPORT_UDP},
    };
    static const struct netem_config link = {.delay_usec = CF_MSEC(10)};
    scene.world = world_create(seed);
    world_default_link(scene.world, &link);
    transcript_init(&scene.transcript);
    virtual_server_init(&scene.server, scene.world);
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_init(&scene.phones[i], scene.world, who[i].user, who[i].ip, who[i].transport, &scene.transcript);
    }
}

static inline void scene_run(cf_usec duration) {
    world_run_for(scene.world, duration);
}

/** Server up, all phones but bob's second registered. */
static inline void scene_begin(uint64_t seed) {
    scene_make(seed);
    virtual_server_start(&scene.server, scene_names);
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        if (i != BOB2) {
            phone_register(&scene.phones[i]);
        }
    }
    scene_run(CF_SEC(1));
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        assert_int_equal(scene.phones[i].is_registered, i != BOB2);
    }
}

static inline void scene_end(void) {
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_fini(&scene.phones[i]);
    }
    virtual_server_fini(&scene.server);
    transcript_fini(&scene.transcript);
    world_destroy(scene.world);
}

/** @p who dials @p uri and is in; the call. */
static inline size_t scene_join(size_t who, const char *uri) {
    size_t call = phone_call(&scene.phones[who], uri, NULL);
    scene_run(CF_MSEC(500));
    assert_true(scene.phones[who].calls[call].is_up);
    return call;
}

/** The same, and watches. */
static inline size_t scene_join_watching(size_t who, const char *uri) {
    size_t call = scene_join(who, uri);
    phone_watch(&scene.phones[who], call);
    scene_run(CF_MSEC(500));
    assert_true(scene.phones[who].view.has_state);
    return call;
}

static inline const char *scene_sees(size_t who, const char *aor) {
    return phone_sees(&scene.phones[who], aor);
}

#define LIST_OF(entries)                                                                                                         \
    "<?xml version=\"1.0\"?><resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list>" entries                      \
    "</list></resource-lists>"
#define ENTRY(uri) "<entry uri=\"" uri "\"/>"

#endif
