/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The real media engine, a camera in two encodings of three temporal layers each, and receivers behind links of their own, in
 * virtual time. Receivers give transport-wide feedback and take retransmissions, or are phones that give receiver reports only,
 * or lie. One world at a time.
 */
#ifndef CF_TESTS_LIB_TEST_LINKS_H
#define CF_TESTS_LIB_TEST_LINKS_H

#include "core/media/engine.h"
#include "core/rtp/sequence.h"
#include "lib/netem.h"
#include "lib/test_mem.h"

/** Receivers, encodings (without simulcast the first two), samples of a receiver and the time between them. */
#define LINKS_RECEIVERS 3
#define LINKS_ENCODINGS 3
/** Workers over which legs can be spread. */
#define LINKS_WORKERS_MAX 4
/** One way delay of all links. */
#define LINKS_DELAY CF_MSEC(25)
#define LINKS_SAMPLE CF_MSEC(100)
#define LINKS_SAMPLES_MAX 1000
/** Rate of a shared screen. */
#define LINKS_SCREEN_BPS 300000U

/** What is special about a world. Set it before links_begin(); links_end() clears it. */
struct links_options {
    bool has_simulcast; /**< three encodings on one line, told apart by rid: first the smallest, as browsers list them */
    bool is_browser;    /**< the camera takes REMB, and that for all of them: those that don't fit are silent, finest first */
    bool obeys_zero;    /**< the camera sends nothing of an encoding that is limited to 0; other limits don't matter to it */
    bool pauses_unseen; /**< see struct cf_media_room_policy */
    bool is_cut_evenly; /**< frames come at once, cut as browsers do: equal shares, of which the last ones are an octet longer */
    bool has_screen;    /**< the third encoding is a screen that the camera's leg shares, LINKS_SCREEN_BPS; receivers have a line
                           more,    on which they see it */
};
extern struct links_options links_options;

/** An encoding of the camera. */
struct links_encoding {
    uint16_t sequence;
    uint32_t timestamp;
    uint16_t picture_id;
    uint8_t tl0;
    uint32_t frame;
    cf_usec key_at; /* 0: none is wanted */
    size_t requests;
    uint64_t limit_bps; /* of the last TMMBR; 0: none */
    uint64_t packets;
    bool is_silent; /* does not fit what the browser may send */
    cf_usec next_at;
    bool drops; /* every fiftieth packet is lost on its way, and comes back as a retransmission with the next frame */
    uint8_t held[1200];
    size_t held_len;
    uint16_t held_sequence;
    uint32_t held_timestamp;
    uint16_t rtx_sequence;
};

/** A receiver. */
struct links_receiver {
    struct netem_link link;
    struct cf_arrivals arrivals;
    uint32_t ssrc; /* of what it gets */
    struct cf_sequence highest;
    uint64_t octets[LINKS_ENCODINGS]; /* that came by the main stream */
    uint64_t since_sample;
    struct cf_sender_info sent;   /**< of the last sender report of its stream */
    struct cf_sender_info repair; /**< of that of retransmissions */
    uint64_t rtx;
    uint16_t rtx_sequence; /* of the last one, or of padding */
    uint64_t rtx_same;     /* of them, of packets that had come: the same octet for octet */
    uint64_t padding;      /* packets of it alone */
    uint64_t padded;       /* packets of pictures that end in some */
    uint64_t uneven;       /* packets of pictures that are longer than the one before in their frame */
    uint32_t last_timestamp;
    uint16_t last_len;
    uint64_t gaps;
    struct cf_sequence screen; /* highest on the line of the screen */
    uint64_t screen_gaps;
    uint8_t showing;
    uint64_t switches;
    uint32_t last_picture;
    bool lies;     /* tells nonsense all the time */
    bool is_phone; /* gives receiver reports and no other feedback */
    struct cf_rtp_receiver reports;
    cf_usec report_at;
    struct {
        uint64_t link_bps;
        uint64_t arrived_bps;
        uint64_t target_bps;
        cf_usec queue;
    } samples[LINKS_SAMPLES_MAX];
    size_t sample_count;
};

/** State of the world, to be looked at. */
extern size_t links_pauses[2]; /**< CF_MEDIA_EVENT_PAUSED: that something goes on, that it is paused */
extern const uint64_t links_rates[LINKS_ENCODINGS];
extern struct test_mem links_mem;
extern cf_usec links_now;
extern struct links_encoding links_encodings[LINKS_ENCODINGS];
extern struct links_receiver links_receivers[LINKS_RECEIVERS];
extern uint16_t links_camera_number; /**< transport-wide, of the main encoding's next packet */
extern uint64_t links_numbers_told;  /**< of them as received */

/** A room with the camera (leg 0) and a receiver (legs 1 ...) behind each of @p configs; the first may be a phone. */
void links_begin(const struct netem_config configs[LINKS_RECEIVERS], bool is_first_phone);
void links_end(void);

/** Let @p duration pass. */
void links_run(cf_usec duration);

/** A packet of the camera with RtpStreamId @p rid and @p payload_type, of a stream that is not agreed on perhaps. */
void links_send_rid(const char *rid, uint8_t payload_type, uint32_t ssrc, uint16_t sequence);

/** Receiver @p i's description says that it gets at most @p bps (b=); CF_BANDWIDTH_NONE: it does not say. */
void links_agree(size_t i, uint32_t bps);

/** Receiver @p i asks for at most @p bps, by REMB or TMMBR. */
void links_limit(size_t i, uint64_t bps, bool is_remb);

/** The engine that leg @p number lives on: with several workers (environment variable CONFER_TEST_WORKERS) they have legs in
 * turn. */
struct cf_engine *links_engine_of(size_t number);

/** Handle of leg @p number. */
struct cf_handle links_leg_of(size_t number);

/** What the engine knows of the link of receiver @p i. */
const struct cf_engine_bandwidth *links_bandwidth_of(size_t i);

/** If the environment has CONFER_TEST_PLOTS, write the samples of receiver @p i to a file <name>.csv in that folder. */
void links_save(size_t i, const char *name);

#endif
