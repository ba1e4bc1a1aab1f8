/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Silence that need not be sent. When nothing was to be heard on a stream for a while, its frames of silence are left out, all
 * but one now and then: that one tells the receiver, its watch for dead calls and the address translators on the way that the
 * stream is still there. RTP allows pauses of any sender (RFC 3550 section 5.1, RFC 3551 section 4.1: the timestamp goes on, the
 * marker bit is set after a pause). Silence is digital silence: nobody is in the sum. Value type, no allocation; time is the
 * number of the mixer's tick. Signs of life are due when that number is a multiple of CF_MIX_REST_REFRESH_TICKS, for all rooms
 * alike, so that one awakening serves many.
 */
#ifndef CF_CORE_MIX_REST_H
#define CF_CORE_MIX_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** While a stream rests a frame is sent every so many ticks: a second. The first may come sooner. */
#define CF_MIX_REST_REFRESH_TICKS 50U

/** So many ticks of silence are sent to all when somebody comes: all, since they hear one stream. */
#define CF_MIX_REST_FRESH_TICKS 5U

/** The rest of one stream. Zeroed: it is heard. */
struct cf_mix_rest {
    uint32_t silent_ticks; /**< ticks of silence in a row, as far as they count */
    uint64_t sent_tick;    /**< first tick of the frame that was sent last */
};

/** Is @p pcm of @p count samples nothing but zeros? */
bool cf_mix_rest_is_silence(const int16_t *pcm, size_t count);

/** A tick of sound, or of silence, goes into the stream. */
void cf_mix_rest_on_tick(struct cf_mix_rest *rest, bool is_silence);

/**
 * Somebody listens anew to a stream that rests after @p after ticks: the next CF_MIX_REST_FRESH_TICKS are sent even if they are
 * silence, which shows whoever came and the address translators on the way that there is a stream.
 */
void cf_mix_rest_wake(struct cf_mix_rest *rest, uint32_t after);

/** Has it been silent for longer than @p after ticks? 0: it never rests. */
bool cf_mix_rest_is_resting(const struct cf_mix_rest *rest, uint32_t after);

/**
 * May the frame that begins with tick @p tick be left out, if a stream rests after @p after ticks? A mutation: false is "it is
 * sent".
 */
bool cf_mix_rest_spares(struct cf_mix_rest *rest, uint32_t after, uint64_t tick);

/** How many ticks from @p tick on may be left out altogether, if silence goes on; 0: none. */
uint32_t cf_mix_rest_left(const struct cf_mix_rest *rest, uint32_t after, uint64_t tick);

#endif
