/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A receiver of one stream of pictures in tests: puts packets in order, waits a while for what is missing, asks for it, shows
 * whole frames from a key frame on, and notes freezes. It keeps a window of packets only, so that there may be thousands. What
 * no decoder may ever see is asserted: another camera without a key frame, frame numbers that jump, timestamps that go back.
 */
#ifndef CF_TESTS_LIB_TEST_WATCH_H
#define CF_TESTS_LIB_TEST_WATCH_H

#include "lib/test_video.h"

/** Packets that are waited for and kept. A power of two. */
#define TEST_WATCH_WINDOW 512

/** Missing packets asked for at once. */
#define TEST_WATCH_ASK_MAX 32

/** Nothing new is shown for so long, and a round trip, which the buffer of a receiver hides: a freeze. */
#define TEST_WATCH_FREEZE CF_MSEC(200)

/** A packet in the window. */
struct test_watch_slot {
    uint64_t sequence; /**< extended; 0: none */
    struct test_picture picture;
    cf_usec asked_at; /**< of a missing one: the last time; 0: never */
    uint8_t asked;    /**< how often */
};

/** The receiver. Zeroed but for the first three: nothing came. */
struct test_watch {
    cf_usec patience;   /**< how long a missing packet is waited for */
    cf_usec round_trip; /**< pause between two requests for one packet */
    bool can_nack;
    struct test_watch_slot *window; /**< owned */
    uint64_t next;                  /**< first packet that was not looked at; 0: nothing came */
    uint64_t highest;
    cf_usec gap_since;        /**< .next has been missing since; 0: it is not */
    bool is_broken;           /**< frames are no use until a key frame comes */
    bool in_frame;            /**< .last is not the end of its frame */
    struct test_picture last; /**< the last packet that was looked at */
    bool has_last;
    cf_usec shown_at;       /**< the last frame; 0: none */
    cf_usec first_shown_at; /**< the first one */
    cf_usec pli_at;
    uint64_t packets;
    uint64_t lost;     /**< given up */
    uint64_t repaired; /**< came after they had been asked for */
    uint64_t frames;   /**< shown */
    uint64_t keys;     /**< key frames shown */
    uint64_t plis;     /**< key frames asked for */
    uint64_t freezes;
    cf_usec frozen_usec;
    size_t switches; /**< of cameras */
};

/** What a receiver wants to ask for. */
struct test_watch_ask {
    bool key;
    size_t count;
    uint16_t missing[TEST_WATCH_ASK_MAX];
};

void test_watch_init(struct test_watch *watch, cf_usec patience, cf_usec round_trip, bool can_nack);
void test_watch_fini(struct test_watch *watch);

/** A packet came. */
void test_watch_on_packet(struct test_watch *watch, uint16_t sequence, uint32_t timestamp, bool marker, struct cf_span payload,
                          cf_usec now);

/** Time passes; true and what is to be asked for. */
bool test_watch_poll(struct test_watch *watch, cf_usec now, struct test_watch_ask *ret);

/** The camera that is shown; 0: none. */
uint8_t test_watch_camera(const struct test_watch *watch);

#endif
