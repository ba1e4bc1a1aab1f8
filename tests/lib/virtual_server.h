/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signalling server as a node of the virtual world: a real cf_node behind an address, with accounts, a store (SQLite in
 * memory), ports out of a counter, and in place of media workers a book of what was commanded. It can be killed and started
 * again. Programs that use it link adapt_dep too.
 */
#ifndef CF_TESTS_LIB_VIRTUAL_SERVER_H
#define CF_TESTS_LIB_VIRTUAL_SERVER_H

#include "adapt/sqlite/sqlite.h"
#include "core/node/node.h"
#include "core/offer/policy.h"
#include "lib/endpoint_node.h"

/** Wall clock at now == 0: 2026-01-01T00:00:00Z. */
#define VIRTUAL_WALL (INT64_C(1767225600) * 1000000)

/** Where it is, and what it serves. */
#define VIRTUAL_SERVER_IP "192.0.2.1"
#define VIRTUAL_DOMAIN "example.org"

/** Legs that media was commanded for, at a time. */
#define VIRTUAL_LEGS_MAX 2048

/** Phrases that are kept. */
#define VIRTUAL_SAID_MAX 16

/** A leg as a media worker knows it. */
struct virtual_leg {
    struct cf_handle room;
    struct cf_handle leg;
    struct cf_media_leg_policy policy; /**< as last told */
    unsigned lines;                    /**< LINE_SETs */
    struct virtual_transport {
        bool has_ice;
        bool is_controlling;
        uint32_t socket;
        uint8_t bases;
        struct cf_addr local;                /**< ours, as our description says */
        uint8_t candidates;                  /**< of the peer */
        char ufrag[CF_ICE_OWN_TEXT_MAX];     /**< ours */
    } transport;                             /**< the first one, as last told */
    unsigned trickled;                       /**< candidates that came later */
    struct cf_phrase said[VIRTUAL_SAID_MAX]; /**< what it is told, the latest last */
    size_t said_count;
    unsigned hushes;
};

/** A server. Large: allocate it statically. */
struct virtual_server {
    struct endpoint_node net;
    struct cf_node *node;
    struct cf_node_config config; /**< change it between virtual_server_init() and the start, or before a restart */
    struct cf_policy policy;
    struct cf_port_source ports;
    uint16_t next_port;
    int ports_out; /**< taken and not given back */
    struct cf_sqlite db;
    struct virtual_leg legs[VIRTUAL_LEGS_MAX];
    size_t leg_count;
    size_t room_count;                            /**< rooms of the media worker */
    struct cf_phrase announced[VIRTUAL_SAID_MAX]; /**< what rooms are told, the latest last */
    size_t announced_count;
    struct cf_node_out out;
};

/** A server with the accounts of @p names (password = name), not started yet. */
void virtual_server_init(struct virtual_server *s, struct world *w);

/** Start it: what the store has is put back. */
void virtual_server_start(struct virtual_server *s, const char *const *names);

/** kill -9: nothing is said, connections break; the store stays. Then virtual_server_start() again. */
void virtual_server_kill(struct virtual_server *s);

/** End; asserts that all memory and all ports were given back. */
void virtual_server_fini(struct virtual_server *s);

/** Hand out what waits: after commands from outside. */
void virtual_server_drain(struct virtual_server *s);

/** The conference that @p key (conf-id or room name) names; it must be there. */
struct cf_conference *virtual_server_conference(struct virtual_server *s, const char *key);

/** The first conference that is not a room; there must be one. */
struct cf_conference *virtual_server_made(struct virtual_server *s);

/** What the media worker knows of the first device of @p aor in @p conf; NULL: nothing. */
const struct virtual_leg *virtual_server_leg(const struct virtual_server *s, const struct cf_conference *conf, const char *aor);

/** The media worker says @p kind of the first device of @p aor in @p conf. */
void virtual_server_say(struct virtual_server *s, const struct cf_conference *conf, const char *aor,
                        enum cf_media_event_kind kind);

/** What the media worker was told to say to @p leg with @p tag was said. */
void virtual_server_played(struct virtual_server *s, struct cf_handle leg, uint16_t tag);

/** @p aor presses keys in @p conf. */
void virtual_server_press(struct virtual_server *s, const struct cf_conference *conf, const char *aor, const char *keys);

/** The same by tones in the sound. */
void virtual_server_play(struct virtual_server *s, const struct cf_conference *conf, const char *aor, const char *keys);

#endif
