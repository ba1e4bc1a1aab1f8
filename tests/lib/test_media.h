/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A media engine and phones around it, in virtual time and one process: phones send sound whose samples are a number of their
 * own and pictures that say whose they are, answer key frame requests, and keep what they get. Packets take no time and can be
 * lost. With several workers (environment variable CONFER_TEST_WORKERS, or test_media_init_spread()) each has an engine, phones
 * live on them in turn, and parcels between the engines take no time either. The laws that always hold (datagrams in = used +
 * discarded; nothing to strangers; nobody hears or sees himself) are asserted all the time.
 */
#ifndef CF_TESTS_LIB_TEST_MEDIA_H
#define CF_TESTS_LIB_TEST_MEDIA_H

#include "core/media/engine.h"
#include "core/rtcp/xr.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_handshake.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"
#include "lib/test_video.h"

/** Phones in a world. */
#define TEST_PHONES_MAX 24

/** Workers over which phones can be spread. */
#define TEST_WORKERS_MAX 4

/** Events that are kept. */
#define TEST_EVENTS_MAX 512

/** Most lines of a phone on which it gets one talker each. */
#define TEST_TALKERS_MAX 5

/** Lines of a phone. */
enum test_line { TEST_SOUND, TEST_PICTURE, TEST_LINES };

/** Payload types of all phones. */
#define TEST_PT_OPUS 96
#define TEST_PT_RED 63
#define TEST_PT_PCMU 0
#define TEST_PT_EVENT 101
#define TEST_PT_VP8 97
#define TEST_PT_H264 98

/** What a phone can do. Zeroed: sound and VP8 pictures without encryption, all feedback. */
struct test_phone_config {
    enum cf_srtp_suite suite;   /**< CF_SRTP_NONE: plain RTP */
    enum cf_keying keying;      /**< CF_KEYING_DTLS, CF_KEYING_ZRTP: shake hands for that suite, needs .has_mux; else SDES */
    bool has_false_certificate; /**< shows another one than signalling said */
    bool no_picture;
    bool no_camera;   /**< sees, but sends no pictures */
    bool is_h264;     /**< instead of VP8 */
    bool is_both;     /**< decodes VP8 and H.264, sends VP8 */
    bool is_pcmu;     /**< instead of Opus */
    bool has_mux;     /**< RTP and RTCP on one port */
    bool has_bundle;  /**< all lines on one transport, with mids */
    bool has_levels;  /**< sends and takes audio levels */
    bool is_liar;     /**< always claims to be as loud as can be; with .has_levels */
    bool has_red;     /**< sends each frame of Opus once more in the packet after it, and takes that (RFC 2198) */
    bool no_events;   /**< says no keys by RFC 4733 */
    bool no_feedback; /**< nothing of AVPF */
    uint8_t talkers;  /**< so many more lines of sound, for one talker each; needs .has_bundle */
    struct cf_media_leg_policy policy;
};

/** What a phone got in RTCP. */
struct test_phone_control {
    size_t sender_reports;
    size_t receiver_reports;
    size_t byes;
    size_t plis;
    size_t firs;
    uint8_t fir_number; /**< of the last one */
    size_t nacks;       /**< sequence numbers */
    size_t tmmbrs;
    size_t tmmbns;
    size_t dlrrs;                           /**< answers to reference times */
    struct cf_xr_dlrr dlrr;                 /**< the last one */
    uint64_t bitrate_bps;                   /**< of the last TMMBR or TMMBN */
    struct cf_sender_info info[TEST_LINES]; /**< of the last sender report of each line */
    struct cf_report_block block;           /**< of the last report on its sound */
};

/** A line that carries one talker at a time. */
struct test_talker_line {
    size_t frames;
    size_t heard[5]; /**< of them with the sound of phone i + 1 */
    uint32_t ssrc;   /**< of the engine */
    uint32_t csrc;   /**< whom the last packet named */
    uint16_t sequence;
    uint32_t timestamp;
    cf_usec at;          /**< when it came */
    int64_t drift;       /**< of media time against the clock, since the first packet, ticks */
    bool is_catching_up; /**< the last packet came with the one before it */
    size_t switches;     /**< times that another one was named than before; each had the marker bit */
    uint8_t level;       /**< that the last packet said; with .has_levels */
    size_t doubled;      /**< packets with redundancy */
};

/** A phone. */
struct test_phone {
    struct test_phone_config config;
    uint8_t number; /**< from 1; names its sound and its pictures */
    struct cf_handle leg;
    size_t worker;                         /**< where it lives */
    uint32_t sockets[TEST_LINES][2];       /**< of the engine, by line and port */
    struct cf_addr address[TEST_LINES][2]; /**< of the phone, by line and port */
    struct cf_srtp_context *send[TEST_LINES];
    struct cf_srtp_context *receive[TEST_LINES];
    struct cf_association associations[TEST_LINES]; /**< the phone's own, with .keying */
    struct cf_media_line_set lines[TEST_LINES];
    struct cf_media_transport_set transports[TEST_LINES];
    uint32_t ssrc[TEST_LINES];
    uint32_t ssrc_of_engine[TEST_LINES]; /**< of packets that came; 0: none */
    bool is_silent;                      /**< sends nothing at all */
    bool is_dead;                        /**< sends nothing and reads nothing */

    bool is_talking;
    int16_t value; /**< of its sound: 1000 times a power of two */
    uint32_t frame;
    size_t voiced; /**< frames that it sent with its sound */
    struct test_frame frame_before;
    uint16_t sequence;
    uint32_t timestamp;
    cf_usec next_sound_at;
    size_t frames_heard; /**< of sound that came */
    int16_t last_value;  /**< of the last one that was of one value */
    size_t heard[5];     /**< of them with the sound of phone i + 1 in it */
    uint16_t last_sequence;
    uint32_t last_timestamp;
    size_t levels_seen;  /**< packets with RFC 6465 levels */
    size_t sources_seen; /**< packets of sound that name contributing sources, with levels or without */
    uint32_t level_ssrcs[15];
    size_t level_count;
    struct test_talker_line talkers[TEST_TALKERS_MAX];

    struct test_camera camera;
    struct test_decoder decoder;
    uint32_t shown_csrc; /**< of the last picture packet */
    cf_usec key_at;      /**< when the camera makes the key frame that it was asked for; 0: not asked */
    struct test_phone_control control;
};

/** The world. */
struct test_media {
    struct test_mem mem;
    struct test_srtp srtp;
    struct test_entropy entropy;
    struct test_handshakes dtls; /**< of engine and phones */
    struct test_handshakes zrtp; /**< of engine and phones */
    struct cf_rng rng;
    struct cf_audio_codec opus;
    struct cf_audio_codec pcmu;
    const struct cf_audio_codec *codecs[2];
    struct cf_engine engine; /**< of the first worker, the home of the room */
    struct cf_engine others[TEST_WORKERS_MAX - 1];
    size_t worker_count;
    struct cf_media_room_policy policy; /**< of the room */
    struct cf_handle next_leg;          /**< how the next phone's leg is called; unset: as no other */
    uint32_t parcel_loss_ppm;
    size_t parcels; /**< that were delivered */
    struct cf_handle room;
    cf_usec now;
    struct test_phone phones[TEST_PHONES_MAX];
    size_t phone_count;
    uint32_t loss_in_ppm;
    uint32_t loss_out_ppm;
    struct test_batch {
        struct cf_media_input inputs[CF_ENGINE_BATCH_MAX];
        uint8_t octets[CF_ENGINE_BATCH_MAX][2048];
        size_t count;
    } batches[TEST_WORKERS_MAX]; /**< what comes to each worker next */
    struct cf_media_event events[TEST_EVENTS_MAX];
    size_t event_count;
    size_t strangers; /**< datagrams that went to an address of no phone */
    bool expects_strangers;
};

/** An engine with one room. */
void test_media_init(struct test_media *w, uint64_t seed);

/** The same with prompts. */
void test_media_init_sounds(struct test_media *w, uint64_t seed, const struct cf_sounds *sounds);

/** The same, with phones on @p workers workers in turn. */
void test_media_init_spread(struct test_media *w, uint64_t seed, size_t workers);

/** The engine of worker @p worker. */
struct cf_engine *test_media_engine(struct test_media *w, size_t worker);

/** All gone; asserts that memory and contexts are. */
void test_media_fini(struct test_media *w);

/** Give the engine a command now. */
void test_media_command(struct test_media *w, const struct cf_media_command *command);

/** Another phone in the room. */
struct test_phone *test_media_add(struct test_media *w, const struct test_phone_config *config);

/** The phone begins to shake hands, or begins anew. Phones with .keying do when they are added. */
void test_media_shake_hands(struct test_media *w, struct test_phone *phone, enum test_line line);

/** Tell the engine .lines and .transports of @p phone, which may have been changed. */
void test_media_agree(struct test_media *w, struct test_phone *phone);

/** The phone's leg is removed. */
void test_media_remove(struct test_media *w, struct test_phone *phone);

/** A datagram comes to @p socket from @p from, with the next batch. */
void test_media_inject(struct test_media *w, uint32_t socket, const struct cf_addr *from, struct cf_span octets);

/** The phone sends RTP (protected if it does that) of its own making. */
void test_media_send_rtp(struct test_media *w, struct test_phone *phone, enum test_line line, const struct cf_rtp_header *header,
                         struct cf_span payload);

/** The phone sends a compound. */
void test_media_send_rtcp(struct test_media *w, struct test_phone *phone, enum test_line line, struct cf_span compound);

/** Deliver what was injected, and drain the engine. */
void test_media_flush(struct test_media *w);

/** Time goes on by @p duration, in steps of a millisecond. */
void test_media_run(struct test_media *w, cf_usec duration);

/** The last event of @p kind, or NULL. */
const struct cf_media_event *test_media_event(const struct test_media *w, enum cf_media_event_kind kind);

/** How many events of @p kind there were. */
size_t test_media_event_count(const struct test_media *w, enum cf_media_event_kind kind);

/** Forget the events. */
void test_media_forget_events(struct test_media *w);

/** The engine's line of @p phone. */
struct cf_engine_line *test_media_line(struct test_media *w, const struct test_phone *phone, enum test_line line);

#endif
