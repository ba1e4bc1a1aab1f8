/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys that are heard: a phone without telephone-event (RFC 4733) plays the two tones of a key into its sound. It is listened to
 * only where keys are asked for, which is at the door and in the lobby, and only if it can say them in no other way: in a room
 * other people's voices and music would be taken for keys sooner or later. Sound is decoded from packets in the order of their
 * numbers; what is missing or late is left out, a key is longer than a packet.
 *
 * The tones are found by a library behind a table (adapt/spandsp/dtmf.h). Memory is taken when a leg begins to wait, and none a
 * packet.
 */
#ifndef CF_MEDIA_TONES_H
#define CF_MEDIA_TONES_H

#include "core/mix/codec.h"
#include "core/offer/params.h"
#include "core/rtp/packet.h"

struct cf_engine;
struct cf_engine_line;

/** Sampling rate of what is listened to: codecs of telephones have no other. */
#define CF_TONES_RATE_HZ 8000

/** How keys are found in sound. Constant, one for the process; objects belong to one thread and take memory when created only. */
struct cf_key_tones {
    /** One that has heard nothing, or NULL if memory is out. */
    void *(*create)(const struct cf_mem *mem);
    void (*destroy)(const struct cf_mem *mem, void *reader);

    /** Hear @p count samples. */
    void (*hear)(void *reader, const int16_t *pcm, size_t count);

    /** @p count samples are missing. */
    void (*miss)(void *reader, size_t count);

    /** The next key that has begun since the last call: 0-9 * # A-D; '\0': none. */
    char (*next)(void *reader);
};

/** What listens to a line. */
struct cf_tone_listener {
    void *reader;
    void *decoders[CF_CODEC_COUNT]; /**< of the codecs that can be listened to; NULL: of another */
    bool has_heard;
    uint32_t ssrc;     /**< with .has_heard: of the last packet */
    uint16_t sequence; /**< its number */
};

/** Begin to listen to @p line, or stop, as it is to be as things stand. Without memory for it the line is not listened to. */
void cf_engine_tend_tones(struct cf_engine *engine, struct cf_engine_line *line);

/** Stop. */
void cf_engine_forget_tones(struct cf_engine *engine, struct cf_engine_line *line);

/** Hear a packet; what was heard is queued as CF_MEDIA_EVENT_TONE. False: nobody listens to that. */
bool cf_engine_hear_tones(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                          const struct cf_payload *payload);

#endif
