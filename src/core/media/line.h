/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One m-line of a leg: what was agreed on, the stream that comes in, the stream that goes out, and how both are doing. Sound goes
 * to and comes from the room's mixer, pictures the room's forwarding, of which the line holds its source and its sink by value.
 * What is done with packets is in receive.c, send.c, control_in.c, control_out.c.
 */
#ifndef CF_MEDIA_LINE_H
#define CF_MEDIA_LINE_H

#include "core/media/bandwidth.h"
#include "core/media/messages.h"
#include "core/media/passing.h"
#include "core/media/stream.h"
#include "core/media/tones.h"
#include "core/media/transport.h"
#include "core/mix/mixer.h"
#include "core/rtp/event.h"
#include "core/rtp/extension.h"
#include "core/rtp/sender.h"
#include "core/sfu/forward.h"

/** A line's SSRC of incoming packets changes at most so often. */
#define CF_LINE_SSRC_PAUSE CF_MSEC(200)

/** After an agreement the peer may begin anew with another SSRC for so long, whether the old one is silent or not. */
#define CF_LINE_SSRC_FREE CF_SEC(3)

/** Octets of a ready-made header extension: its four octets of header, and a mid. */
#define CF_LINE_EXTENSION_MAX 56

/** No payload type. */
#define CF_LINE_NO_TYPE 255

/** Counters of a line: datagrams that came for it = used + discards. */
struct cf_line_counts {
    uint64_t packets_in;
    uint64_t packets_used;
    uint64_t octets_in;
    uint64_t copies_used; /**< sound: packets that were lost and came with later ones (RFC 2198) */
    uint64_t discards[CF_MEDIA_DISCARD_COUNT];
    uint32_t key_frames_asked;
    uint64_t failures_out;
    uint64_t repeats_out;
    uint64_t packets_out;
    uint64_t octets_out;
};

/** Where counters were at the last statistics, for rates. */
struct cf_line_mark {
    cf_usec at; /**< 0: there were none */
    uint64_t octets_in;
    uint64_t octets_out;
    uint32_t expected;
    uint32_t received;
};

/** What the peer reported on our stream. */
struct cf_line_report {
    bool any;
    uint8_t fraction_lost;
    int32_t lost;
    cf_usec jitter_usec;
    cf_usec round_trip_usec; /**< -1: not known */
};

/** Packets that a line may send us: a bucket. */
struct cf_line_budget {
    uint32_t left;
    cf_usec at; /**< when .left was last refilled */
};

/**
 * The line. What every packet that goes out looks at lies together: the counters of what is sent, what packets look like, the
 * front of the sink (CF_LINE_HOT_MAX octets in all, held at compile time); the rest is looked at by the way.
 */
struct cf_engine_line {
    struct cf_line_counts counts; /**< those of what goes out last */

    struct cf_engine_leg *leg;             /**< the leg that owns it */
    struct cf_engine_transport *transport; /**< of the same leg; NULL: none (yet) */
    uint32_t ssrc;                         /**< of what goes out */
    uint16_t sequence;                     /**< sound: of the next packet */
    bool has_sent;
    bool is_report_due;                           /**< something was sent since its last report */
    bool has_sink;                                /**< pictures: .sink is made and in the room */
    uint8_t payload_type_out;                     /**< sound; CF_LINE_NO_TYPE: none that we can encode */
    uint8_t picture_types[CF_VIDEO_FORMAT_COUNT]; /**< pictures: payload type by enum cf_video_format; CF_LINE_NO_TYPE */
    uint8_t extension_len;                        /**< 0: none */
    uint8_t descriptor_id;                        /**< pictures: of dependency descriptors, if they are sent; 0 */
    uint8_t twcc_at;                              /**< where the transport-wide number is in .extension; 0: it is not in it */
    uint32_t timestamp_offset;                    /**< sound: random, added to the mixer's time line */
    uint32_t timestamp_next;                      /**< sound: what the next timestamp is if nothing is left out */
    struct cf_rtp_sender sender;
    uint8_t extension[CF_LINE_EXTENSION_MAX]; /**< header extension of every packet, with its own header */
    struct cf_sink sink;                      /**< pictures, with .has_sink */

    uint16_t index;
    bool is_active; /**< agreed on, with a transport */
    struct cf_media_line agreed;
    struct cf_tag mid;       /**< what packets that go out say: the first since the line had one (cf_engine_line_set()) */
    struct cf_media_use use; /**< pictures */

    /* coming in */
    struct cf_engine_stream in;    /**< what comes; with simulcast its first encoding */
    struct cf_engine_stream *more; /**< owned, .more_count of them: the other encodings; NULL: there are none */
    uint8_t more_count;
    struct cf_line_budget budget;
    struct cf_clock_map clock; /**< sound; pictures have theirs in their sources */
    struct cf_dtmf dtmf;
    struct cf_tone_listener *tones; /**< owned; NULL: nobody listens for keys */
    uint8_t payload_type_in;        /**< of the last sound packet; CF_LINE_NO_TYPE */
    cf_usec codec_changed_at;

    /* going out */
    uint32_t levels_serial;                   /**< sound: levels of the room that were sent last */
    uint8_t rtx_types[CF_VIDEO_FORMAT_COUNT]; /**< pictures: payload type of retransmissions; CF_LINE_NO_TYPE */
    uint16_t rtx_sequence;                    /**< of the next retransmission */
    struct cf_line_share share;               /**< what the leg's link has for it */
    struct cf_rtp_sender rtx_sender;          /**< of retransmissions on a stream of their own */

    /* control */
    struct cf_line_report report;
    cf_usec notified_at; /**< last TMMBN */

    /* in the room */
    struct cf_mixer *mixer; /**< sound: that of the room or of its lobby; NULL: it is in none */
    struct cf_handle mix;   /**< sound: in .mixer */
    struct cf_mix_leg_config mix_config;
    bool is_told;                     /**< sound: other workers have been told of it */
    struct cf_engine_passing passing; /**< sound: talkers that are passed on to it */

    struct cf_line_mark mark;
};

/** Octets from the counters of what goes out to the end of the sink's front: five cache lines, if they begin with one. */
#define CF_LINE_HOT_MAX 320
_Static_assert(offsetof(struct cf_engine_line, sink) + CF_SINK_HOT_LEN - offsetof(struct cf_line_counts, failures_out) <=
                   CF_LINE_HOT_MAX,
               "what a packet needs lies together");

/** How many streams may come in on it. */
static inline size_t cf_engine_line_stream_count(const struct cf_engine_line *line) {
    return 1U + line->more_count;
}

/** Stream @p index of them. */
static inline struct cf_engine_stream *cf_engine_line_stream(struct cf_engine_line *line, size_t index) {
    return index == 0 ? &line->in : &line->more[index - 1];
}

/** The stream that comes in, or is repaired, with @p ssrc; NULL: none (yet). */
struct cf_engine_stream *cf_engine_line_stream_of(struct cf_engine_line *line, uint32_t ssrc);

/** Does anything come in on it that is worth a report? */
bool cf_engine_line_is_received(const struct cf_engine_line *line);

/** A line of which nothing is known. */
void cf_engine_line_init(struct cf_engine_line *line, struct cf_engine_leg *leg, uint16_t index);

/**
 * Take over what was agreed on; @p transport may be NULL. @p random_ssrc is used if none was announced and there is none yet.
 * @p codecs (by enum cf_codec, NULL: can't) decide on what is sent. True if packets look otherwise from now on (payload types,
 * header extension, SSRC).
 */
bool cf_engine_line_set(struct cf_engine_line *line, const struct cf_media_line *agreed, struct cf_engine_transport *transport,
                        const struct cf_audio_codec *const *codecs, uint32_t random_ssrc, cf_usec now);

/** Format of pictures that come in with @p payload, CF_VIDEO_NONE if we can't forward them. */
enum cf_video_format cf_engine_line_format_in(const struct cf_payload *payload);

/** Set of formats that the peer can decode. */
uint32_t cf_engine_line_formats_out(const struct cf_engine_line *line);

/** The agreed payload that comes in with @p type, or NULL. */
const struct cf_payload *cf_engine_line_payload_in(const struct cf_engine_line *line, uint8_t type);

/** Has feedback @p messages (enum cf_feedback) been agreed on for any payload of the line? */
bool cf_engine_line_has_feedback(const struct cf_engine_line *line, uint32_t messages);

/** Was @p ssrc announced for the line by the peer? */
bool cf_engine_line_announces(const struct cf_engine_line *line, uint32_t ssrc);

/** May one more packet come in now? A mutation. */
bool cf_engine_line_spend(struct cf_engine_line *line, uint32_t per_sec, cf_usec now);

/** The header extension @p extension of a packet that came, if the peer may send it on the line. False: it is not there. */
bool cf_engine_line_get_extension(const struct cf_engine_line *line, enum cf_extension extension, const struct cf_rtp_view *view,
                                  struct cf_span *ret_data);

/** May packets of the line that come have @p extension? */
static inline bool cf_engine_line_receives(const struct cf_engine_line *line, enum cf_extension extension) {
    return line->agreed.extensions[extension].id != 0 && line->agreed.extensions[extension].can_receive;
}

/** May packets of the line that we send have @p extension? */
static inline bool cf_engine_line_sends(const struct cf_engine_line *line, enum cf_extension extension) {
    return line->agreed.extensions[extension].id != 0 && line->agreed.extensions[extension].can_send;
}

/** May packets of the line that we send carry its mid? */
static inline bool cf_engine_line_sends_mid(const struct cf_engine_line *line) {
    return line->agreed.mid.len != 0 && cf_engine_line_sends(line, CF_EXTENSION_MID);
}

/** Add the line's mid to @p list, of which @p count are there, if packets carry it. Returns how many there are then. */
size_t cf_engine_line_list_mid(const struct cf_engine_line *line, struct cf_rtp_ext *list, size_t count);

/**
 * Print @p list with the header of an extension (RFC 8285) into @p w, which must have room for it. Returns where in it the data
 * of the first one is.
 */
size_t cf_engine_put_extension_block(struct cf_writer *w, const struct cf_rtp_ext *list, size_t count);

/**
 * How the mixer is to treat a leg that sends on @p line and hears the mix on @p mixed; @p codecs as above. Places are the
 * caller's.
 */
struct cf_mix_leg_config cf_engine_line_mix_config(const struct cf_engine_line *line, const struct cf_engine_line *mixed,
                                                   const struct cf_audio_codec *const *codecs, uint32_t user, bool muted);

#endif
