/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many members who see each other, around a media engine, in virtual time: each sends a camera in full and as a miniature and has
 * a tile for everybody else, all lines in one bundle, over links of its own with delay, loss and a rate. They answer key frame
 * requests and NACKs, and ask for what they miss. Always asserted: packets in = used + discards; a tile shows whose it is, never
 * oneself; what each stream's decoder must not notice (test_watch.h).
 */
#ifndef CF_TESTS_LIB_TEST_GRID_H
#define CF_TESTS_LIB_TEST_GRID_H

#include "core/media/engine.h"
#include "lib/netem.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"
#include "lib/test_watch.h"

/** Media workers over which members can be spread: environment variable CONFER_TEST_WORKERS, one without it. */
#define GRID_WORKERS_MAX 4

/** Members of a grid. */
#define GRID_MAX 100

/** Lines of a member: its camera (and who speaks), its miniature, then the tiles. */
enum grid_line { GRID_MAIN, GRID_SMALL, GRID_TILES };

/** How a grid is. */
struct grid_config {
    uint64_t seed;
    bool has_full_tiles; /**< tiles show cameras in full; else miniatures */
    bool no_main;        /**< nobody sends its camera in full: cheaper */
    bool can_nack;
    bool pauses_unseen;
    cf_usec patience; /**< of receivers */
    cf_usec round_trip;
    struct netem_config up; /**< of each member, unless changed */
    struct netem_config down;
};

/** A stream that a member sends. */
struct grid_sender {
    struct cf_rng rng; /**< of its own: what others do doesn't change its pictures */
    struct test_camera camera;
    uint32_t ssrc;
    cf_usec key_at; /**< when it makes the key frame that it was asked for; 0: not asked */
    uint64_t key_requests;
    uint64_t nacks;       /**< packets it was asked for again */
    uint64_t bitrate_bps; /**< of the last TMMBR; 0: none */
    struct {
        uint16_t sequence;
        uint8_t len;
        uint8_t octets[127];
    } sent[512]; /**< by sequence, for NACKs */
};

/** A member. */
struct grid_member {
    uint8_t number; /**< from 1 */
    struct cf_handle leg;
    struct cf_addr address;
    uint32_t socket;
    struct grid_sender senders[2]; /**< camera number: 2 * number, and 2 * number + 1 for the miniature */
    struct netem_link up;
    struct netem_link down;
    bool is_in;
    size_t tile_count;                 /**< of others who were there when the tiles were made */
    uint8_t tile_of[GRID_MAX];         /**< whom a tile shows, by index of the tile */
    cf_usec tile_at[GRID_MAX];         /**< when it was asked for */
    struct test_watch tiles[GRID_MAX]; /**< by index of the tile */
    struct test_watch follower;        /**< the main line */
    uint32_t follower_csrc;            /**< of its last packet */
    uint32_t ssrc_of_engine[GRID_MAX + GRID_TILES];
    cf_usec asked_at;
};

/** Something on the way. */
struct grid_event {
    cf_usec at;
    uint64_t order;
    uint8_t member; /**< from or to */
    bool is_up;     /**< to the engine */
    uint16_t len;
    uint8_t octets[250];
};

/** The world. Large: make it static. */
struct grid {
    struct grid_config config;
    struct test_mem mem;
    struct test_srtp srtp;
    struct test_entropy entropy;
    struct cf_rng rng;
    struct cf_engine engines[GRID_WORKERS_MAX]; /**< .worker_count of them; members live on them in turn */
    size_t worker_count;
    struct cf_handle room;
    cf_usec now;
    struct grid_member members[GRID_MAX];
    size_t count;
    struct grid_event *events; /**< owned heap */
    size_t event_count;
    size_t events_max;
    uint64_t order;
    struct grid_batch {
        struct cf_media_input inputs[CF_ENGINE_BATCH_MAX];
        uint8_t octets[CF_ENGINE_BATCH_MAX][256];
        size_t count;
    } batches[GRID_WORKERS_MAX]; /**< what comes to each worker next */
};

void grid_init(struct grid *g, const struct grid_config *config);
void grid_fini(struct grid *g);

/** One more member; those who are in get no tile for it before grid_show_all(). */
struct grid_member *grid_add(struct grid *g);

/** Every member offers again: a tile for everybody else. */
void grid_show_all(struct grid *g);

/** @p member goes. */
void grid_remove(struct grid *g, struct grid_member *member);

/** Time goes on, in steps of a millisecond. */
void grid_run(struct grid *g, cf_usec duration);

/** Member @p number speaks now. */
void grid_speak(struct grid *g, uint8_t number);

/** A datagram of at most 256 octets comes from @p member at once, as if it had sent it. */
void grid_inject(struct grid *g, const struct grid_member *member, struct cf_span octets);

/** Give the engine of the leg's member @p command. */
void grid_command(struct grid *g, const struct cf_media_command *command);

/** The engine's line of @p member. */
struct cf_engine_line *grid_line(struct grid *g, const struct grid_member *member, size_t index);

#endif
