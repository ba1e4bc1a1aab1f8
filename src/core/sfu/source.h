/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One incoming video stream of a room, an encoding of a scene (scene.h): its packets (stored once), its key frames, what is
 * missing of it, and what it is to be asked for. Sinks that show it or wait for it are in its lists; forward.c puts them there.
 *
 * Machine: _on_packet _on_restart _deadline _poll. Memory is taken at init; nothing is allocated a packet.
 */
#ifndef CF_SFU_SOURCE_H
#define CF_SFU_SOURCE_H

#include "base/list.h"
#include "core/sfu/bitrate.h"
#include "core/sfu/clock_map.h"
#include "core/sfu/keyframe_gate.h"
#include "core/sfu/layer_rates.h"
#include "core/sfu/nack_list.h"
#include "core/sfu/store.h"

/** Packets of one source in one batch of datagrams. */
#define CF_SOURCE_BATCH_MAX 64

/** Least octets of a source's store: a batch must fit, because it is forwarded out of the store. */
#define CF_SOURCE_STORE_MIN ((size_t)CF_SOURCE_BATCH_MAX * 2048)

/** Most packets from a key frame to the newest with which a sink begins: more would be a burst that does harm. */
#define CF_SOURCE_CATCH_UP_MAX 192

/** A key frame that began within this time is still coming in. */
#define CF_SOURCE_KEY_FRESH CF_MSEC(100)

/** Numbers in one NACK request. */
#define CF_SOURCE_NACK_MAX 32

struct cf_scene;

/** What to ask the sender of a source for. */
struct cf_source_ask {
    enum cf_keyframe_cause key_frame;   /**< not NONE: PLI or FIR */
    size_t nack_count;                  /**< of .nacks */
    uint16_t nacks[CF_SOURCE_NACK_MAX]; /**< sequence numbers, ascending */
    bool has_bitrate;                   /**< TMMBR with .bitrate_bps; of a source with .is_far 0: nobody sees it */
    uint64_t bitrate_bps;
};

/** What a source is made of. */
struct cf_source_config {
    uint8_t grade;               /**< 0: the finest encoding of its picture; higher ones are coarser */
    bool is_ranked;              /**< of simulcast: its grade among others of its kind follows from what it shows */
    bool is_far;                 /**< its packets and wishes go by another worker: cf_forward_poll_ask() says who sees it */
    enum cf_video_format format; /**< of its payloads; changes with a restart only */
    bool can_nack;               /**< negotiated: generic NACK */
    bool can_bitrate;            /**< negotiated: TMMBR or REMB */
    bool is_quick;               /**< follows limits at once, upwards too: browsers do */
    struct cf_store_config store;
};

/** Counters of a source. */
struct cf_source_counts {
    uint64_t packets;    /**< taken into the store */
    uint64_t duplicates; /**< dropped */
    uint64_t malformed;  /**< dropped: payload is not of the format */
    uint64_t overflow;   /**< dropped: too many or too long in a batch */
    uint64_t repaired;   /**< packets that came after a NACK or late */
    uint64_t lost;       /**< given up */
    uint64_t key_frames;
};

/** The stream. */
struct cf_source {
    struct cf_source_config config;
    uint32_t name;            /**< unique in its room; another one after each restart */
    uint32_t ssrc;            /**< of its packets */
    struct cf_scene *picture; /**< borrowed: whose encoding it is; NULL: it is in no room */
    struct cf_store store;
    struct cf_layer_rates rates;
    struct cf_video_layers layers; /**< by its dependency descriptors */
    struct cf_nack_list missing;
    struct cf_keyframe_gate gate;
    struct cf_keyframe_budget own_wishes; /**< key frames wanted for losses that we see ourselves */
    struct cf_bitrate_ask bitrate;
    uint64_t far_bps;    /**< what those want who see it by other workers; 0: nobody does. Set by the owner */
    cf_usec seen_at;     /**< when somebody showed it or waited for it last, or it began */
    uint64_t paused_bps; /**< what it sent before it was asked to pause; meaningful if .is_paused */
    bool is_paused;      /**< nobody sees it, and it was asked to send next to nothing */
    bool is_stopped;     /**< ... and then nothing at all, at .stopped_at */
    bool misreads_zero;  /**< it sent more when it was asked for nothing */
    cf_usec paused_at;   /**< meaningful if .is_paused */
    cf_usec stopped_at;  /**< meaningful if .is_stopped */
    cf_usec resumed_at;  /**< when it was asked to go on; 0: never */
    uint32_t pixels;     /**< of its pictures, as its last key frame said; 0: not known */
    struct cf_clock_map clock;
    uint16_t picture_id;   /**< last one, 15 bits, of senders that write 7 */
    uint16_t key_sequence; /**< first packet of the last key frame */
    cf_usec key_arrival;
    bool has_key;            /**< both are meaningful and all since may still be stored */
    bool has_lip_offset;     /**< .lip_offset_usec counts */
    cf_usec lip_offset_usec; /**< our time minus the sender's, by what the mixer plays of the same member */
    bool allowed;            /**< may be shown; false: muted or on hold */
    bool seen;               /**< packets have come */
    cf_usec last_arrival;
    struct cf_list shown_by;   /**< sinks, by .shown_link */
    struct cf_list wanted_by;  /**< sinks, by .wanted_link */
    struct cf_link room_link;  /**< in the room's list of sources */
    struct cf_link ask_link;   /**< in the room's list of sources that may have to be asked for something */
    struct cf_list *askers;    /**< that list; NULL: in no room */
    struct cf_link batch_link; /**< in the room's list of sources with packets in this batch */
    const struct cf_video_packet *batch[CF_SOURCE_BATCH_MAX]; /**< packets of this batch, in the store */
    size_t batch_count;
    struct cf_source_counts counts;
};

/** What became of a packet. */
enum cf_source_result {
    CF_SOURCE_TAKEN,
    CF_SOURCE_DUPLICATE,
    CF_SOURCE_MALFORMED,
    CF_SOURCE_OVERFLOW,
};

/** A source in no room. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_source_init(struct cf_source *source, const struct cf_mem *mem, const struct cf_source_config *config);

/** Free the store. The source must be in no room. */
void cf_source_fini(struct cf_source *source);

/**
 * A packet came: timestamp, sequence, marker, payload and arrival of @p packet are set. A copy is kept and noted for this batch.
 * After a restart set .ssrc and call cf_source_restart() first.
 */
enum cf_source_result cf_source_on_packet(struct cf_source *source, const struct cf_video_packet *packet);

/**
 * The stream began anew under @p name and @p ssrc, with payloads of @p format: nothing that was stored belongs to it. Sinks are
 * forward.c's business.
 */
void cf_source_restart(struct cf_source *source, enum cf_video_format format, uint32_t name, uint32_t ssrc);

/** A receiver wants a key frame. */
void cf_source_want_key(struct cf_source *source, enum cf_keyframe_cause cause, cf_usec now);

/** Somebody waits for it or shows it: if it was paused, it is asked to go on. */
void cf_source_note_viewer(struct cf_source *source, cf_usec now);

/** How much it should send, CF_BITRATE_UNLIMITED for any. */
void cf_source_set_bitrate(struct cf_source *source, uint64_t bitrate_bps, cf_usec now);

/** The batch has been forwarded. */
void cf_source_batch_done(struct cf_source *source);

/**
 * Can a sink begin with the last key frame? It is not older than @p age, the packets since are not too many, and, unless it is
 * just coming in, none of them is missing.
 */
bool cf_source_can_begin(const struct cf_source *source, cf_usec age, cf_usec now);

/** When to poll next. */
cf_usec cf_source_deadline(const struct cf_source *source);

/** True if there is something to ask for now. A mutation: it counts as asked. */
bool cf_source_poll(struct cf_source *source, cf_usec now, struct cf_source_ask *ret_ask);

#endif
