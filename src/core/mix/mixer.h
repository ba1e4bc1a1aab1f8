/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sound of one room: packets of its legs in, one frame of sound per listener and packet time out. A pure machine with a tick
 * of 20 ms at 48 kHz mono. docs/algorithms/mixing.md.
 *
 * Each leg that sends has a jitter buffer and a decoder. The few loudest (speaker_limit) are heard: their sound is summed once.
 * Listeners that are not among them hear that one sum, encoded once per class, a class being all legs with the same codec,
 * packet time and parameters; each of the loudest hears the sum without himself from an encoder of his own. A leg with RFC 6464
 * levels is decoded only while it is heard.
 *
 * The mixer knows nothing of RTP towards listeners: a frame comes out with the list of legs that get it, the media worker gives
 * it each leg's SSRC, sequence number, timestamp offset, header extensions and encryption. What it needs for that is in struct
 * cf_mix_frame. Single thread; memory is taken when legs are added or changed and, for what only those need who send, by the
 * first packet of a leg; never by later packets or ticks.
 *
 *     cf_mixer_on_packet(m, leg, &packet, now);              per received packet
 *     if (now >= cf_mixer_deadline(m)) {
 *         cf_mixer_on_deadline(m, now);
 *         while (cf_mixer_poll(m, &output)) { send, show }   always drained before the next call that changes something
 *     }
 */
#ifndef CF_CORE_MIX_MIXER_H
#define CF_CORE_MIX_MIXER_H

#include "base/handle.h"
#include "base/list.h"
#include "core/jitter/jitter.h"
#include "core/mix/bus.h"
#include "core/mix/codec.h"
#include "core/mix/places.h"
#include "core/mix/resampler.h"
#include "core/prompt/player.h"
#include "core/speaker/speaker.h"

/** Length of a tick, CF_MIX_TICK_SAMPLES samples. */
#define CF_MIX_TICK_USEC CF_MSEC(20)

/** Most speakers at a time (struct cf_mixer_config speaker_limit), and most classes of listeners in a room. */
#define CF_MIX_SPEAKERS_MAX 8
#define CF_MIX_CLASSES_MAX 16

/** Most entries of a levels output; a packet can carry 15 CSRCs (RFC 3550), Linphone expects no more than 14 levels. */
#define CF_MIX_LEVELS_MAX 14

/** Settings of a room. Zeroed fields: the defaults. */
struct cf_mixer_config {
    const struct cf_resampler *resampler; /**< kept by reference; not NULL */
    size_t leg_limit;                     /**< most legs; 1024 */
    uint8_t speaker_limit;                /**< how many are heard at a time, 1..CF_MIX_SPEAKERS_MAX; 4 */
    cf_usec levels_interval_usec;         /**< between levels outputs; 250 ms; CF_USEC_NEVER: none */
    uint32_t rest_after_ticks;            /**< so long a silence is sent, then it is left out (rest.h); 0: it is all sent */
    struct cf_jitter_config jitter;       /**< of every leg */
    const struct cf_sounds *sounds;       /**< for cf_mixer_say(), kept by reference; NULL: nothing is said to all */
};

/** A leg. */
struct cf_mix_leg_config {
    uint32_t user;                          /**< the caller's name of the leg in all outputs; stays what it was first */
    const struct cf_audio_codec *codec_in;  /**< what it sends; NULL: it never sends. Kept by reference */
    const struct cf_audio_codec *codec_out; /**< what it gets; NULL: it never gets anything. Kept by reference */
    struct cf_audio_params params_out;      /**< how to encode for it */
    uint32_t kind_in;     /**< what its packets are, as a bit that others' .place_kinds may have; 0: nothing that they take */
    uint8_t places;       /**< places, as bits, whose talkers it gets as they came and not in its mix ... */
    uint32_t place_kinds; /**< ... if they send one of these kinds */
    bool sends;           /**< its sound may be used: false on hold, recvonly or inactive, so that hold music is never heard */
    bool receives;        /**< it wants sound: false on hold, sendonly or inactive */
    bool muted;           /**< by a moderator: as !sends, but shown as silent among the levels */
};

/** A received packet, authenticated, header parsed. */
struct cf_mix_packet {
    uint32_t ssrc;
    uint32_t timestamp;
    uint16_t seq;
    bool marker;
    bool comfort_noise;     /**< its payload type is that of RFC 3389: silence */
    bool is_copy;           /**< of an earlier packet that is missing, from redundancy (RFC 2198) */
    bool telephone_event;   /**< its payload type is that of RFC 4733: no sound, only its number counts */
    uint8_t level;          /**< RFC 6464, or CF_LEVEL_UNKNOWN */
    struct cf_span payload; /**< copied */
};

/** Kinds of output. */
enum cf_mix_output_kind {
    CF_MIX_FRAME,   /**< a frame for some legs */
    CF_MIX_SPEAKER, /**< the active speaker has changed */
    CF_MIX_LEVELS,  /**< levels of members for the RFC 6465 extension of the next packets */
    CF_MIX_PLAYED,  /**< something that a leg was told is over */
};

/**
 * One encoded frame. All frames of one codec carry timestamps of one time line, whichever encoder made them: a leg's RTP
 * timestamp is its own random offset plus .timestamp, and its sequence number goes up by one a frame. A leg that got nothing for
 * a while (DTX, hold) sees a timestamp that has gone on without it, as RFC 3551 section 4.1 wants. The marker bit is to be set if
 * .marker, or if .timestamp is not what the leg's last one plus its .ticks was.
 */
struct cf_mix_frame {
    const struct cf_audio_codec *codec;
    struct cf_span payload;
    uint32_t timestamp;    /**< of the first sample, in the codec's RTP clock */
    uint32_t ticks;        /**< duration, in the codec's RTP clock */
    bool marker;           /**< first after silence of this stream */
    bool own;              /**< the mix of one leg that is among the speakers; else of all silent listeners of a class */
    const uint32_t *users; /**< the legs that get it */
    size_t user_count;     /**< at least 1 */
};

/** One level. */
struct cf_mix_level {
    uint32_t user;
    uint32_t ssrc; /**< of its last packet */
    uint8_t level; /**< 0..127; 127: silent or muted */
    bool is_heard; /**< its sound is in the mix: a contributing source; but for those who get it as it came: */
    uint8_t place; /**< CF_MIX_NO_PLACE: nobody does */
    uint32_t kind; /**< of its sound */
};

/** What cf_mixer_poll() gives. */
struct cf_mix_output {
    enum cf_mix_output_kind kind;
    struct cf_mix_frame frame;         /**< CF_MIX_FRAME */
    struct cf_speaker_event speaker;   /**< CF_MIX_SPEAKER */
    const struct cf_mix_level *levels; /**< CF_MIX_LEVELS: those heard first, loudest first, then others in turn */
    size_t level_count;
    struct cf_played played; /**< CF_MIX_PLAYED */
    uint32_t user;           /**< CF_MIX_PLAYED: the leg */
};

/** Where a leg that is heard is passed on to those who take it. */
struct cf_mix_seat {
    uint8_t place;
    uint32_t stay; /**< number of its stay there: another one is another talkspurt, perhaps of somebody else */
    uint8_t level; /**< how loud it is now */
};

/** Counters since init. */
struct cf_mixer_stats {
    uint64_t ticks;
    uint64_t ticks_skipped;     /**< the caller came so late that they were left out */
    uint64_t packets;           /**< cf_mixer_on_packet() */
    uint64_t packets_unheard;   /**< of legs that may not send */
    uint64_t packets_invalid;   /**< the codec could not tell how long they are */
    uint64_t packets_no_memory; /**< there was none for the jitter buffer and decoder of the leg */
    uint64_t decodes;           /**< FEC and concealment included */
    uint64_t decode_errors;
    uint64_t encodes_common;   /**< frames made for silent listeners */
    uint64_t encodes_own;      /**< frames made for one speaker each */
    uint64_t frames_dtx;       /**< frames that needed no packet: DTX, or left out */
    uint64_t ticks_rested;     /**< ticks in which there was nothing to do */
    uint64_t ticks_limited;    /**< ticks in which the sum was too loud and was turned down */
    uint64_t speakers_refused; /**< legs not heard for want of an encoder of their own */
    uint64_t prompts_delayed;  /**< ticks in which a leg waited for one in order to be told something */
};

/** Counters of a leg. */
struct cf_mix_leg_stats {
    struct cf_jitter_stats jitter;
    uint64_t decode_errors;
    uint8_t level; /**< as believed, now */
    bool heard;    /**< among the speakers */
};

struct cf_mix_class;
struct cf_mix_leg;

/** The room. All fields private to mixer.c and tick.c. */
struct cf_mixer {
    const struct cf_mem *mem;
    struct cf_mixer_config config;
    struct cf_handle_table legs;                 /**< of owned struct cf_mix_leg */
    size_t source_count;                         /**< legs that have sent */
    struct cf_list sounding;                     /**< legs with sound to come, or with a stream of their own */
    struct cf_list prompted;                     /**< legs that are told something, or were just now */
    struct cf_player announcer;                  /**< what all are told */
    struct cf_mix_leg *heard[CF_MIX_BUS_INPUTS]; /**< legs in the sum, .heard_count of them */
    size_t heard_count;
    uint32_t place_kinds;        /**< kinds of sound that any listener takes at a place */
    struct cf_mix_places places; /**< of those who are heard and don't leave, as far as listeners have lines for them */
    struct cf_mix_class *classes[CF_MIX_CLASSES_MAX]; /**< owned; NULL: free */
    struct cf_mix_bus bus;                            /**< the sum */
    struct cf_speaker speaker;
    struct cf_mixer_stats stats;
    cf_usec next_tick;
    cf_usec next_levels;
    uint64_t tick;     /**< number of the next tick: the time line of all frames */
    uint32_t resting;  /**< ticks before it that were left out, nobody being heard */
    size_t poll_class; /**< where cf_mixer_poll() goes on */
    bool levels_due;
    size_t levels_turn; /**< slot of the leg whose turn it is */
    struct cf_mix_level levels[CF_MIX_LEVELS_MAX];
    uint8_t payload[CF_AUDIO_PAYLOAD_MAX]; /**< of the last frame */
};

/** An empty room; the first tick is due at @p now. @p mem is kept by reference, @p config copied. */
void cf_mixer_init(struct cf_mixer *mixer, const struct cf_mem *mem, const struct cf_mixer_config *config, cf_usec now);

/** All legs leave. */
void cf_mixer_fini(struct cf_mixer *mixer);

/**
 * A leg joins. CF_ERR_LIMIT (too many legs, or too many different ways to encode), CF_ERR_NO_MEMORY, CF_ERR_UNSUPPORTED for a
 * packet time that is not 10, 20, 40 or 60 ms.
 */
CF_MUST_USE enum cf_err cf_mixer_add_leg(struct cf_mixer *mixer, const struct cf_mix_leg_config *config,
                                         struct cf_handle *ret_leg);

/** A leg leaves. Unknown handles are ignored. */
void cf_mixer_remove_leg(struct cf_mixer *mixer, struct cf_handle leg);

/**
 * Change a leg: direction, mute (cheap, can't fail), codecs or parameters (makes new decoders and encoders). Errors as
 * cf_mixer_add_leg() and CF_ERR_NOT_FOUND; the leg is as before then.
 */
CF_MUST_USE enum cf_err cf_mixer_set_leg(struct cf_mixer *mixer, struct cf_handle leg, const struct cf_mix_leg_config *config);

/**
 * What @p leg alone is told comes from @p player, the caller's, which stays until the leg is removed or is given another; NULL:
 * from none. Unknown handles are ignored.
 */
void cf_mixer_set_player(struct cf_mixer *mixer, struct cf_handle leg, struct cf_player *player);

/** The player of @p leg has something to say: it gets a stream of its own for that. Takes memory; without it prompts wait. To be
 * followed by cf_mixer_wake(). */
void cf_mixer_on_play(struct cf_mixer *mixer, struct cf_handle leg);

/** Tell everybody in the room @p phrase. Errors as cf_player_say(). To be followed by cf_mixer_wake(). */
enum cf_err cf_mixer_say(struct cf_mixer *mixer, const struct cf_phrase *phrase);

/** @p mixer, which has no legs, counts time as @p other does: a leg can go from one to the other without noticing. */
void cf_mixer_follow(struct cf_mixer *mixer, const struct cf_mixer *other);

/** A packet of @p leg has arrived. Unknown handles are ignored. O(1). The first one of a leg takes memory. */
void cf_mixer_on_packet(struct cf_mixer *mixer, struct cf_handle leg, const struct cf_mix_packet *packet, cf_usec now);

/** Is packet @p seq of @p leg missing, and of use? Then a copy of it may be given to the mixer. */
bool cf_mixer_lacks(const struct cf_mixer *mixer, struct cf_handle leg, uint32_t ssrc, uint16_t seq);

/**
 * Somebody has joined, or hears something else from now on: what comes next is due within a tick, even if all was silent. Packets
 * do the same. The deadline may come nearer.
 */
void cf_mixer_wake(struct cf_mixer *mixer, cf_usec now);

/** Nobody was there and no deadline kept, and now somebody comes: ticks go on from @p now, and none was missed. */
void cf_mixer_resume(struct cf_mixer *mixer, cf_usec now);

/** When the next tick is due. That of the next sound, or the next frame of silence: while nobody is heard ticks are left out. */
cf_usec cf_mixer_deadline(const struct cf_mixer *mixer);

/** One tick, if it is due: decode, mix, decide who speaks. Drain cf_mixer_poll() afterwards. O(legs that send). */
void cf_mixer_on_deadline(struct cf_mixer *mixer, cf_usec now);

/** The next output of this tick, encoded now; valid until the next call. False: nothing more. */
bool cf_mixer_poll(struct cf_mixer *mixer, struct cf_mix_output *ret_output);

/** Where @p leg is passed on; false: it is not heard, may not be heard any more, or is gone. O(1). */
bool cf_mixer_seat(const struct cf_mixer *mixer, struct cf_handle leg, struct cf_mix_seat *ret_seat);

/**
 * A leg that has a place, or had it last, would hear itself there: while it has a stream of its own it gets whoever is at the
 * first place for which it has no line instead, and not in its mix. Is that so for @p leg with @p place and one who sends @p kind
 * there? *ret_own: the place that it has itself. O(1).
 */
bool cf_mixer_gets_instead(const struct cf_mixer *mixer, struct cf_handle leg, uint8_t place, uint32_t kind, uint8_t *ret_own);

/** Is @p leg not heard, though it may be, and nowhere in what others hear? O(1). */
bool cf_mixer_is_unheard(const struct cf_mixer *mixer, struct cf_handle leg);

/** How loud the sound of @p leg was that was decoded last, as a level; CF_LEVEL_UNKNOWN: none was in this tick. O(1). */
uint8_t cf_mixer_measured_level(const struct cf_mixer *mixer, struct cf_handle leg);

/** Counters. */
const struct cf_mixer_stats *cf_mixer_stats(const struct cf_mixer *mixer);

/** Counters of a leg; false if it is gone. */
bool cf_mixer_leg_stats(const struct cf_mixer *mixer, struct cf_handle leg, struct cf_mix_leg_stats *ret_stats);

#endif
