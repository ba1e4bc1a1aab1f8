/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in the two audio level extensions: client-to-mixer (RFC 6464), the level of the packet itself, and mixer-to-client (RFC
 * 6465), one level for each contributing source in the order of the CSRC list. Levels are in -dBov: 0 is the loudest, 127
 * silence. A level is a claim of the peer: what is done about lies is the business of who is choosing speakers.
 */
#ifndef CF_CORE_RTP_AUDIO_LEVEL_H
#define CF_CORE_RTP_AUDIO_LEVEL_H

#include "core/rtp/packet.h"

/** Silence, -127 dBov. */
#define CF_AUDIO_LEVEL_SILENCE 127U

/** A client-to-mixer level. */
struct cf_audio_level {
    uint8_t level; /**< 0 (loudest) .. 127 (silence), -dBov */
    bool is_voice; /**< the V bit: the sender takes it for speech. Meaningful only if vad=on was negotiated */
};

/** Parse the data of the extension: one octet (more are ignored, for the two-byte form's padding habits). False if empty. */
bool cf_audio_level_parse(struct cf_span data, struct cf_audio_level *ret_level);

/** The one octet of the extension. */
uint8_t cf_audio_level_octet(struct cf_audio_level level);

/**
 * Level of contributing source @p index of the mixer-to-client extension @p data. False if the list is shorter; @p ret_level
 * untouched then.
 */
bool cf_mixer_level_at(struct cf_span data, size_t index, uint8_t *ret_level);

/** Append the data of a mixer-to-client extension: @p count levels (0..127) as one octet each. */
void cf_put_mixer_levels(struct cf_writer *w, const uint8_t *levels, size_t count);

#endif
