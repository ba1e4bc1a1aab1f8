/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of a received video stream: packets in as they arrive, whole frames out in order, for the user agent and for whoever
 * else decodes. Waits a while for what is missing; a frame that stays broken is given up, and nothing comes out until the next
 * key frame, which is to be asked for then.
 *
 * Machine: _on_packet _poll. Memory is taken at init: the packet store and one frame.
 */
#ifndef CF_SFU_ASSEMBLER_H
#define CF_SFU_ASSEMBLER_H

#include "core/sfu/store.h"

/** How long a missing packet is waited for. */
#define CF_ASSEMBLER_PATIENCE CF_MSEC(200)

/** Longest frame, octets; a longer one counts as broken. */
#define CF_ASSEMBLER_FRAME_MAX ((size_t)512 * 1024)

/** A whole frame. */
struct cf_assembled_frame {
    struct cf_span octets; /**< VP8: the frame; H.264: a byte stream with start codes. Valid until the next call */
    uint32_t timestamp;
    bool is_key;
    cf_usec arrival; /**< of its first packet */
};

/** The machine. */
struct cf_assembler {
    const struct cf_mem *mem;
    enum cf_video_format format;
    struct cf_store store;
    uint8_t *frame;        /**< owned, CF_ASSEMBLER_FRAME_MAX */
    uint16_t next;         /**< first packet of the next frame, if .is_synced */
    bool is_synced;        /**< a key frame has come and nothing was given up since */
    bool wants_key;        /**< something was given up: a key frame is to be asked for */
    bool is_waiting;       /**< .next is there or later ones are, but the frame is not whole */
    cf_usec waiting_since; /**< meaningful while .is_waiting */
    uint64_t frames;       /**< given out */
    uint64_t broken;       /**< given up */
};

/** Nothing received. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_assembler_init(struct cf_assembler *a, const struct cf_mem *mem, enum cf_video_format format);

/** Free the memory; a zeroed assembler may be freed too. */
void cf_assembler_fini(struct cf_assembler *a);

/** The stream began anew, with another SSRC or format. */
void cf_assembler_restart(struct cf_assembler *a, enum cf_video_format format);

/**
 * A packet arrived: timestamp, sequence, marker, payload and arrival are set; the payload is copied. The errors of the payload
 * format; CF_ERR_EXISTS for a duplicate. Drop and count.
 */
CF_MUST_USE enum cf_err cf_assembler_on_packet(struct cf_assembler *a, const struct cf_video_packet *packet);

/** The next whole frame. False if there is none yet. */
bool cf_assembler_poll(struct cf_assembler *a, cf_usec now, struct cf_assembled_frame *ret_frame);

/** True once each time a key frame is to be asked for. */
bool cf_assembler_wants_key(struct cf_assembler *a);

#endif
