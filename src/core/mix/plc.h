/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packet loss concealment for codecs that have none (G.711, G.722): the last period of the pitch is repeated and faded out, and
 * the first good samples are faded in over it. The idea of ITU-T G.711 appendix I, without its added delay. Pure arithmetic, any
 * rate from 8 to 16 kHz.
 */
#ifndef CF_CORE_MIX_PLC_H
#define CF_CORE_MIX_PLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Highest rate. */
#define CF_PLC_RATE_MAX_HZ 16000

/** Samples remembered at the highest rate: 40 ms. */
#define CF_PLC_HISTORY_MAX (CF_PLC_RATE_MAX_HZ / 25)

/** What was heard last. */
struct cf_plc {
    uint32_t rate_hz;
    int16_t history[CF_PLC_HISTORY_MAX]; /**< the last 40 ms of good sound, oldest first */
    int16_t cycle[CF_PLC_HISTORY_MAX];   /**< the period that is being repeated */
    size_t cycle_len;
    size_t made_up; /**< samples since the last good one; 0: all is well */
};

/** Nothing heard yet. */
void cf_plc_init(struct cf_plc *plc, uint32_t rate_hz);

/** @p pcm of @p count good samples; the first ones are changed if some before them were made up. */
void cf_plc_on_good(struct cf_plc *plc, int16_t *pcm, size_t count);

/** Make up @p count samples at @p pcm: silence 60 ms after the last good one at the latest. */
void cf_plc_fill(struct cf_plc *plc, int16_t *pcm, size_t count);

#endif
