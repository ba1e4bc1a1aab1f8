/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adaptive jitter buffer of one received audio stream: packets in as they arrive, items to play out in order and in time. A pure
 * machine: the caller passes arrival times and asks for the next item whenever it runs out of sound. It copes with jitter, loss,
 * reordering, duplicates, discontinuous transmission, restarts of the sender, clocks that differ and packets of any length from
 * 2.5 to 120 ms. docs/algorithms/jitter-buffer.md. RFC 3550 (sequence and timestamp rules), RFC 3551 section 4.1 (silence).
 *
 * The delay between arrival and play grows at once when packets come late and shrinks when there is silence, or by the caller
 * taking out a few milliseconds where cf_jitter_advice() says so. Nothing is allocated after init; memory for packets is a fixed
 * budget, so that a peer can't make it grow. Every packet is accounted for: in = played + discarded by reason + still held.
 * It does no decoding and knows no codec. Single thread.
 */
#ifndef CF_CORE_JITTER_JITTER_H
#define CF_CORE_JITTER_JITTER_H

#include "base/err.h"
#include "core/jitter/delay.h"
#include "core/jitter/store.h"

/** Settings. Zeroed fields: the defaults. */
struct cf_jitter_config {
    cf_usec delay_min_usec;   /**< shortest delay aimed at; 20 ms */
    cf_usec delay_start_usec; /**< delay before anything has been measured; 40 ms */
    cf_usec delay_max_usec;   /**< longest delay aimed at; 400 ms */
    cf_usec conceal_max_usec; /**< how long a missing stream is made up before it counts as silent; 120 ms */
};

/** A received packet, header already parsed and authenticated. */
struct cf_jitter_packet {
    uint32_t ssrc;
    uint32_t timestamp;     /**< RTP */
    uint32_t ticks;         /**< RTP ticks that the payload lasts, from the codec; not 0 */
    uint16_t seq;           /**< RTP */
    bool marker;            /**< RTP: first after silence */
    bool dtx;               /**< the payload says that silence follows (Opus DTX, RFC 3389 comfort noise): not to be decoded */
    bool is_event;          /**< no sound but part of the numbering (RFC 4733): only its number counts, the payload is not kept */
    bool is_copy;           /**< came with a later packet (RFC 2198): says nothing of how long packets take */
    uint8_t level;          /**< RFC 6464, or whatever the caller wants back with the frame */
    struct cf_span payload; /**< copied */
};

/** What became of a packet that was not played. */
enum cf_jitter_discard {
    CF_JITTER_LATE,      /**< its time had passed */
    CF_JITTER_DUPLICATE, /**< seen before */
    CF_JITTER_OVERFLOW,  /**< the budget of packets, octets or delay was used up */
    CF_JITTER_RESTART,   /**< the sender started anew; this was of the old stream, or the first sign of the new one */
    CF_JITTER_INVALID,   /**< empty, too large or without duration */
    CF_JITTER_FLUSHED,   /**< held when cf_jitter_flush() was called */
    CF_JITTER_EVENT,     /**< a telephone event: nothing to play */
    CF_JITTER_DISCARDS_, /**< number of reasons */
};

/** Counters since init. */
struct cf_jitter_stats {
    uint64_t packets_in;     /**< given to cf_jitter_put() */
    uint64_t packets_played; /**< came out as FRAME, or as SILENCE for DTX */
    uint64_t packets_discarded[CF_JITTER_DISCARDS_];
    uint64_t fec_frames;       /**< items made from the packet after the missing one */
    uint64_t concealed_frames; /**< items made up, because the packet was lost */
    uint64_t underruns;        /**< items made up, because nothing had arrived in time */
    uint64_t restarts;         /**< the sender started anew */
    uint64_t ticks_played;     /**< RTP ticks of the packets played */
    uint64_t ticks_concealed;  /**< RTP ticks made up, FEC included */
    uint64_t ticks_removed;    /**< RTP ticks that the caller took out to shorten the delay */
    uint64_t ticks_inserted;   /**< RTP ticks that the caller put in to lengthen it */
    cf_usec delay_usec;        /**< from the earliest possible arrival until pulled, of the last packet */
    cf_usec delay_target_usec; /**< aimed at, now */
};

/** What to play next. */
enum cf_jitter_kind {
    CF_JITTER_FRAME,   /**< decode .payload */
    CF_JITTER_FEC,     /**< a packet is missing: decode what .payload, the one after it, carries about it */
    CF_JITTER_CONCEAL, /**< a packet is missing: make up something */
    CF_JITTER_SILENCE, /**< the sender is silent, or there is no sender */
};

/** One item. */
struct cf_jitter_item {
    enum cf_jitter_kind kind;
    struct cf_span payload; /**< in the caller's buffer */
    uint32_t ticks;         /**< RTP ticks it lasts */
    uint8_t level;          /**< that of the packet; 255 (unknown) unless FRAME */
};

/** Should the caller change the delay by cutting or stretching sound? */
enum cf_jitter_advice {
    CF_JITTER_KEEP,
    CF_JITTER_SHRINK_IF_QUIET, /**< a bit too long: cut where nobody hears it */
    CF_JITTER_SHRINK,          /**< too long: cut */
    CF_JITTER_STRETCH,         /**< too short: packets are about to come late */
};

/** The buffer. All fields private to jitter.c. */
struct cf_jitter {
    struct cf_jitter_config config;
    uint32_t clock_hz;
    struct cf_jitter_store store; /**< packets by sequence number */
    struct cf_jitter_delay delay; /**< measures arrival times */
    struct cf_jitter_stats stats;
    bool has_stream; /**< .ssrc and the counters below are those of a stream */
    bool playing;    /**< within a talkspurt: .next_ticks goes on without a gap */
    uint32_t ssrc;
    uint32_t ssrc_before; /**< of the stream before this one, late packets of which are ignored for a while */
    cf_usec ssrc_changed; /**< when; CF_USEC_NEVER: it has not */
    uint16_t odd_seq;     /**< sequence number after the last one that did not fit */
    bool has_odd_seq;
    int64_t next_seq;       /**< extended sequence number of what plays next; lower ones have had their time */
    int64_t next_ticks;     /**< extended timestamp of what plays next */
    uint32_t frame_ticks;   /**< of the last packet */
    uint32_t owed_ticks;    /**< made up in an underrun without going on in media time */
    uint32_t made_up_ticks; /**< made up in a row */
    uint64_t seen;          /**< bit i: sequence number .seen_seq - i was received */
    int64_t seen_seq;       /**< highest extended sequence number received */
    int64_t seen_ticks;     /**< extended timestamp of that one */
    enum cf_jitter_advice advice;
    uint32_t long_pulls;  /**< pulls in a row with too long a delay */
    uint32_t short_pulls; /**< pulls in a row with too short a delay */
};

/** An empty buffer for RTP timestamps of @p clock_hz. @p config is copied, NULL: defaults. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_jitter_init(struct cf_jitter *jitter, const struct cf_mem *mem, uint32_t clock_hz,
                                       const struct cf_jitter_config *config);

/** Give back the memory. */
void cf_jitter_fini(struct cf_jitter *jitter);

/** Discard what is held and start anew with the next packet, as after hold. The counters stay. */
void cf_jitter_flush(struct cf_jitter *jitter);

/** Is the packet @p seq of @p ssrc still missing, and would it be played if it came now? */
bool cf_jitter_lacks(const struct cf_jitter *jitter, uint32_t ssrc, uint16_t seq);

/** A packet has arrived at @p now. */
void cf_jitter_put(struct cf_jitter *jitter, const struct cf_jitter_packet *packet, cf_usec now);

/**
 * The next item, for a caller that has run out of sound at @p now and wants about @p wanted_ticks (not 0): items last what their
 * packet lasts, CONCEAL and SILENCE about what is wanted. @p buffer has CF_JITTER_PAYLOAD_MAX octets and receives the payload.
 */
void cf_jitter_pull(struct cf_jitter *jitter, cf_usec now, uint32_t wanted_ticks, uint8_t *buffer,
                    struct cf_jitter_item *ret_item);

/** Nothing held and silent: pulling would give SILENCE whatever the time. */
bool cf_jitter_is_idle(const struct cf_jitter *jitter);

/** Advice as of the last pull. */
enum cf_jitter_advice cf_jitter_advice(const struct cf_jitter *jitter);

/** The caller has followed it: @p ticks more (positive) or fewer (negative) are played than were pulled. */
void cf_jitter_on_adjusted(struct cf_jitter *jitter, int32_t ticks);

/** Packets held. */
size_t cf_jitter_held(const struct cf_jitter *jitter);

/** The counters. */
const struct cf_jitter_stats *cf_jitter_stats(const struct cf_jitter *jitter);

#endif
