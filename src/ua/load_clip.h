/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media for load: encoded once, sent by all members: ten seconds of a voice in Opus, and of a test card in VP8, over and over. */
#ifndef CF_UA_LOAD_CLIP_H
#define CF_UA_LOAD_CLIP_H

#include "base/err.h"
#include "base/str.h"

#define CF_LOAD_SECONDS 10
#define CF_LOAD_SOUNDS (CF_LOAD_SECONDS * 50)
#define CF_LOAD_PICTURES_MAX (CF_LOAD_SECONDS * 60)

/** A piece of encoded media. */
struct cf_load_piece {
    struct cf_span octets; /**< owned by the clip */
    bool is_key;
};

/** The clip. Large: allocate it on the heap, zeroed. */
struct cf_load_clip {
    struct cf_load_piece voice[CF_LOAD_SOUNDS];
    struct cf_load_piece silence; /**< of sound */
    size_t picture_count;
    struct cf_load_piece pictures[CF_LOAD_PICTURES_MAX]; /**< a key frame each second */
};

/** Encode. CF_ERR_NO_MEMORY, CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_load_clip_make(struct cf_load_clip *clip, uint16_t width, uint16_t height, uint8_t fps, uint32_t bps);

/** Free the octets. */
void cf_load_clip_free(struct cf_load_clip *clip);

#endif
