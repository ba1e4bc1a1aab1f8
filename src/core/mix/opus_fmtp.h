/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parameters of Opus in a=fmtp (RFC 7587 sections 6.1 and 7): what a receiver can do and wants. Parse and print; unknown
 * parameters and values out of range are ignored, as other implementations send them.
 */
#ifndef CF_CORE_MIX_OPUS_FMTP_H
#define CF_CORE_MIX_OPUS_FMTP_H

#include "base/writer.h"
#include "core/mix/codec.h"

/** What one side says about receiving. */
struct cf_opus_fmtp {
    uint32_t max_playback_rate_hz; /**< maxplaybackrate, 8000..48000 */
    uint32_t max_average_bps;      /**< maxaveragebitrate, 6000..510000; 0: not given */
    uint16_t min_ptime_msec;       /**< minptime; 0: not given */
    bool stereo;                   /**< prefers stereo; we send mono all the same, which is always allowed */
    bool cbr;                      /**< wants constant bit rate */
    bool in_band_fec;              /**< useinbandfec */
    bool dtx;                      /**< usedtx */
};

/** The defaults of RFC 7587: 48000 Hz, everything else off. */
struct cf_opus_fmtp cf_opus_fmtp_default(void);

/** Parse the parameters of an a=fmtp value, such as "maxplaybackrate=16000; useinbandfec=1". Never fails. */
struct cf_opus_fmtp cf_opus_fmtp_parse(struct cf_str text);

/** Print the parameters that are not the default. Nothing if all are. */
void cf_put_opus_fmtp(struct cf_writer *w, const struct cf_opus_fmtp *fmtp);

/** How to encode for a receiver that said @p fmtp and a=ptime @p ptime_msec (0: none), which is rounded to what the mixer can do.
 */
struct cf_audio_params cf_opus_fmtp_params(const struct cf_opus_fmtp *fmtp, uint16_t ptime_msec);

#endif
