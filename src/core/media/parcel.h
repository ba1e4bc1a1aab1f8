/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one media worker tells another of a room that has members on both (docs/adr/0143): packets, once decrypted, and what is
 * to be known of their senders; the other way, what receivers wish. All of one batch for one worker is a parcel: a row of
 * messages in a buffer, which goes through a ring as one record. Both ends are the same program, so there is no byte order; what
 * comes out is checked all the same.
 *
 * Format file with a buffer. Single thread; memory is taken once, by cf_parcel_reserve().
 */
#ifndef CF_MEDIA_PARCEL_H
#define CF_MEDIA_PARCEL_H

#include "core/media/messages.h"
#include "core/media/passing.h"
#include "core/sdp/codec.h"
#include "core/sfu/clock_map.h"
#include "core/sfu/keyframe_gate.h"
#include "core/sfu/scene.h"

/** Octets of a parcel: a batch of the longest datagrams, and room for what is to be known of their senders. */
#define CF_PARCEL_OCTETS ((size_t)192 * 1024)

/** Packets leave that much of it to other messages: they can be lost, those must not. */
#define CF_PARCEL_RESERVE ((size_t)48 * 1024)

/** Kinds of messages. */
enum cf_parcel_kind {
    CF_PARCEL_HELLO,       /**< I have the room, and want to be told of its senders or not: .hello */
    CF_PARCEL_RESET,       /**< forget what I said of the room: all of it comes again */
    CF_PARCEL_SOURCE,      /**< a stream of pictures of mine, new or changed: .source */
    CF_PARCEL_SOURCE_GONE, /**< it is gone */
    CF_PARCEL_SOUND,       /**< the sound of a leg of mine, new, changed or gone: .sound */
    CF_PARCEL_LEG_GONE,    /**< all of the leg is gone */
    CF_PARCEL_SPEAKER,     /**< .leg speaks; unset: nobody */
    CF_PARCEL_WISH,        /**< back: what those who see a stream of yours want: .wish */
    CF_PARCEL_PICTURE,     /**< a packet of a stream of pictures: .picture and .payload */
    CF_PARCEL_VOICE,       /**< a packet of a leg's sound: .voice and .payload */
    CF_PARCEL_KIND_COUNT,  /**< number of kinds */
};

/** A stream of pictures: the encoding of a scene that it is. Told whole each time. */
struct cf_parcel_source {
    enum cf_scene_kind kind;
    enum cf_video_format format;
    uint8_t grade;
    bool is_ranked;
    bool is_allowed;      /**< it may be shown */
    bool is_seen;         /**< packets have come; false: none, or it said goodbye */
    bool is_paused;       /**< it was asked to pause, nobody saw it */
    uint8_t stream_count; /**< of its line */
    uint32_t ssrc;
    uint32_t name; /**< another one after each restart */
    struct cf_clock_map clock;
};

/** The sound of a leg. */
struct cf_parcel_sound {
    enum cf_codec codec; /**< CF_CODEC_NONE: it has none any more */
    bool sends;
    bool is_muted;
    struct cf_clock_map clock;
};

/** What is wanted of a stream. */
struct cf_parcel_wish {
    enum cf_keyframe_cause key_frame; /**< NONE: no key frame */
    bool has_bitrate;
    uint64_t bitrate_bps; /**< the highest of those who see it or wait for it; 0: nobody does */
};

/** A packet of pictures. */
struct cf_parcel_picture {
    uint32_t timestamp;
    uint16_t sequence;
    bool marker;
    bool has_marking;
    uint8_t descriptor_len; /**< of its dependency descriptor, the last octets of the payload; 0: it has none */
    struct cf_frame_marking marking;
};

/** A packet of sound. The payload is all of what it came in (RFC 2198), if that can be passed on. */
struct cf_parcel_voice {
    uint32_t ssrc;
    uint32_t timestamp;
    uint16_t sequence;
    bool marker;
    bool is_noise;
    bool is_event;
    bool is_copy;
    uint8_t level;       /**< as it says, or as it was measured last; or CF_LEVEL_UNKNOWN */
    uint8_t copy_count;  /**< of redundant blocks */
    uint16_t payload_at; /**< where the packet itself begins */
    enum cf_codec codec;
    uint32_t clock_hz;
    uint32_t starts;                           /**< times that its stream began anew */
    uint32_t copy_heads[CF_PASSED_COPIES_MAX]; /**< see struct cf_engine_passed_red */
};

/** A message. */
struct cf_parcel_message {
    enum cf_parcel_kind kind;
    struct cf_handle room;
    struct cf_handle leg; /**< of all but HELLO and RESET */
    uint16_t line;        /**< of SOURCE, SOURCE_GONE, SOUND, WISH, PICTURE */
    uint8_t stream;       /**< the same, but for SOUND */
    union {
        struct {
            bool wants;
        } hello;
        struct cf_parcel_source source;
        struct cf_parcel_sound sound;
        struct cf_parcel_wish wish;
        struct cf_parcel_picture picture;
        struct cf_parcel_voice voice;
    } as;
    struct cf_span payload; /**< of PICTURE and VOICE; when read, a view of the parcel */
    struct cf_span tail;    /**< put behind the payload; when read it is part of that */
};

/** A parcel that is being filled. Zeroed: it has no memory. */
struct cf_parcel {
    const struct cf_mem *mem;
    uint8_t *at; /**< owned, CF_PARCEL_OCTETS; NULL: none */
    size_t len;
    bool has_state; /**< there is something in it that must not be lost */
};

/** Is it a packet, which may be lost? */
static inline bool cf_parcel_is_packet(enum cf_parcel_kind kind) {
    return kind == CF_PARCEL_PICTURE || kind == CF_PARCEL_VOICE;
}

/** Take memory, unless there is some. CF_ERR_NO_MEMORY. @p mem is kept by reference. */
CF_MUST_USE enum cf_err cf_parcel_reserve(struct cf_parcel *parcel, const struct cf_mem *mem);

/** Free the memory; a zeroed parcel may be freed too. */
void cf_parcel_fini(struct cf_parcel *parcel);

/** Empty it. */
void cf_parcel_clear(struct cf_parcel *parcel);

/** Append @p message. False: there is no room (left), or no memory. */
bool cf_parcel_put(struct cf_parcel *parcel, const struct cf_parcel_message *message);

/** Take the first message off *@p rest. False: there is none, or what is there is none; the rest is void then. */
bool cf_parcel_next(struct cf_span *rest, struct cf_parcel_message *ret_message);

#endif
