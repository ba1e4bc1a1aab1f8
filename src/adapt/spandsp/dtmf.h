/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two tones of a key (ITU-T Q.23, Q.24), found in sound by spandsp: from -42 dBm0 up, the high tone up to 4 dB stronger or 8
 * dB weaker than the low one, 25 ms or longer. The library's state lies in our memory and takes no other.
 */
#ifndef CF_ADAPT_SPANDSP_DTMF_H
#define CF_ADAPT_SPANDSP_DTMF_H

#include "core/media/tones.h"

/** For struct cf_engine_config. */
extern const struct cf_key_tones cf_dtmf_tones;

#endif
