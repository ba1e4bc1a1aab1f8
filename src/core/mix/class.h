/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A class of listeners: legs that get the same codec, packet time and parameters. It has one common stream for all of them that
 * are not heard, and streams of their own for those that are. Streams have encoders; a leg that changes from the common stream to
 * its own takes along a copy of the common encoder's state, and a leg that comes back finds a frame there that depends on nothing
 * before it: decoders notice neither. docs/algorithms/mixing.md.
 */
#ifndef CF_CORE_MIX_CLASS_H
#define CF_CORE_MIX_CLASS_H

#include "core/mix/bus.h"
#include "core/mix/codec.h"
#include "core/mix/resampler.h"
#include "core/mix/rest.h"

/** Streams of their own a class has at most: twice the speakers, so that a new speaker need not wait until an old one let go, and
 * those that are spoken to. */
#define CF_MIX_OWN_MAX 32

/** Longest frame, and longest time of frames in a tick: 60 ms. */
#define CF_MIX_FRAME_TICKS_MAX 3

/** Membership of a leg in its class. */
struct cf_mix_listener {
    uint32_t user;
    size_t index; /**< in the class's listeners, plus 1; 0: not among them */
};

/** One encoder and the sound that is on its way into it. */
struct cf_mix_stream {
    void *encoder;
    void *resampler;               /**< from CF_AUDIO_RATE_HZ; NULL if that is the codec's, or before the first sound */
    struct cf_mix_limiter limiter; /**< of an own stream; the common one is limited in the bus */
    struct cf_mix_rest rest;       /**< silence that is left out */
    bool in_use;
    bool is_filter_empty; /**< of the resampler: what went through last was silence */
    bool is_stale;        /**< frames were left out: the encoder knows nothing of what came last */
    bool is_independent;  /**< the next frame must depend on nothing before it */
    bool was_silent;      /**< the last frame was not sent */
    uint32_t user;        /**< whose own stream it is */
    uint32_t idle_ticks;  /**< since he was last heard */
    int16_t pcm[CF_MIX_TICK_SAMPLES * CF_MIX_FRAME_TICKS_MAX]; /**< at the codec's rate */
};

/** What cf_mix_class_poll() gives, besides the payload. */
struct cf_mix_class_frame {
    size_t payload_len; /**< 0: nothing needs to be sent */
    uint32_t timestamp;
    bool marker;
    bool own;
    const uint32_t *users;
    size_t user_count;
};

/** Listeners of one kind. */
struct cf_mix_class {
    const struct cf_mem *mem;
    const struct cf_audio_codec *codec;
    const struct cf_resampler *resampling;
    struct cf_audio_params params;      /**< normalised */
    size_t legs;                        /**< legs of this class, listening or not */
    uint32_t *users;                    /**< who hears the common stream, .listener_count of them */
    struct cf_mix_listener **listeners; /**< the same as memberships, borrowed */
    size_t users_max;
    size_t listeners_max;
    size_t listener_count;
    struct cf_mix_stream *common;
    struct cf_mix_stream *own[CF_MIX_OWN_MAX]; /**< .own_count of them */
    size_t own_count;
    size_t frame_samples; /**< of a frame, at the codec's rate */
    size_t tick_samples;  /**< of a tick, at the codec's rate */
    size_t filled;        /**< samples in every stream's .pcm */
    size_t offset;        /**< of them encoded */
    uint64_t first_tick;  /**< number of the tick at the start of .pcm */
    uint8_t places;       /**< what its legs get as it came is left out of their mix: places, as bits; 0: nothing */
    uint32_t place_kinds; /**< of these kinds (struct cf_mix_leg_config) */
    int16_t *part;        /**< owned: the last tick of its mix, if not all of the sum; NULL: all of it */
    struct cf_mix_limiter part_limiter;
    uint32_t left_out;   /**< contributions of this tick that are, as a set */
    uint32_t rest_after; /**< ticks of silence after which streams rest; 0: never. The owner's, set after creation */
    size_t next_stream;  /**< that cf_mix_class_poll() looks at: 0 common, 1.. own */
};

/** A class without listeners, or NULL if memory is out. @p params are normalised by the codec. */
struct cf_mix_class *cf_mix_class_create(const struct cf_mem *mem, const struct cf_audio_codec *codec,
                                         const struct cf_audio_params *params, const struct cf_resampler *resampling);

/**
 * Its legs get members at @p places (bits) that send @p kinds as they came: the class, which is new, mixes the others only.
 * Nothing happens without places. CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_mix_class_leave_out(struct cf_mix_class *class, uint8_t places, uint32_t kinds);

/** The last tick of the mix of its silent listeners, and its limiter. */
const int16_t *cf_mix_class_heard(const struct cf_mix_class *class, const struct cf_mix_bus *bus);
const struct cf_mix_limiter *cf_mix_class_limiter(const struct cf_mix_class *class, const struct cf_mix_bus *bus);

/** Give back all memory. */
void cf_mix_class_destroy(struct cf_mix_class *class);

/** Memory for @p legs legs, of which @p own can have streams of their own. False if it is out: nothing has changed for anybody.
 */
bool cf_mix_class_reserve(struct cf_mix_class *class, size_t legs, size_t own);

/** A leg begins (with a frame that depends on nothing before it) or ceases to hear the common stream. There must be memory. */
void cf_mix_class_listen(struct cf_mix_class *class, struct cf_mix_listener *listener);
void cf_mix_class_unlisten(struct cf_mix_class *class, struct cf_mix_listener *listener);

/**
 * A stream of @p user's own that goes on where the common one is; @p before is the tick of the common mix that went into it last.
 * NULL: all are taken.
 */
struct cf_mix_stream *cf_mix_class_open_own(struct cf_mix_class *class, uint32_t user, const int16_t *before,
                                            const struct cf_mix_limiter *limiter);

/** Nobody hears @p stream any more. */
static inline void cf_mix_stream_close(struct cf_mix_stream *stream) {
    stream->in_use = false;
}

/** All frames that began have been encoded: now streams can be changed without losing or hearing twice. */
bool cf_mix_class_is_at_boundary(const struct cf_mix_class *class);

/** Tick number @p tick of the common mix. */
void cf_mix_class_push(struct cf_mix_class *class, const int16_t *pcm, uint64_t tick);

/** The same tick for an own stream, after cf_mix_class_push(). */
void cf_mix_class_push_own(struct cf_mix_class *class, struct cf_mix_stream *stream, const int16_t *pcm);

/**
 * All has been polled: how many ticks, the next of which is @p tick, may be left out altogether, if nobody is heard in them? 0:
 * none. Nobody has a stream of his own.
 */
uint32_t cf_mix_class_rest_left(const struct cf_mix_class *class, uint64_t tick);

/** Ticks were left out: forget frames that are not complete. */
void cf_mix_class_on_gap(struct cf_mix_class *class);

/** Encode the next frame that is complete into @p payload of CF_AUDIO_PAYLOAD_MAX octets. False: none is. */
bool cf_mix_class_poll(struct cf_mix_class *class, uint8_t *payload, struct cf_mix_class_frame *ret_frame);

#endif
