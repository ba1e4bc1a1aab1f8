/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much a source should send: the most that anyone who sees it can take (TMMBR of RFC 5104 section 4.2, or REMB, from each
 * receiver), so that one slow or lying receiver changes nothing for the others. And the bookkeeping of telling it so: told again
 * until acknowledged (TMMBN), small changes not at all.
 *
 * Policy and a small machine: cf_bitrate_ask: _set _on_notification _deadline _poll.
 */
#ifndef CF_SFU_BITRATE_H
#define CF_SFU_BITRATE_H

#include "base/usec.h"
#include <stdbool.h>

/** No limit is known. */
#define CF_BITRATE_UNLIMITED UINT64_MAX

/** No source is asked to send less than this, whatever receivers say. */
#define CF_BITRATE_MIN_BPS UINT64_C(64000)

/** What an encoding that nobody sees is asked to send at first: next to nothing. */
#define CF_BITRATE_UNSEEN_BPS CF_BITRATE_MIN_BPS

/**
 * An encoding is asked to pause when nobody has seen it for so long: speakers come back. Browsers grow again within a second or
 * two; phones take some ten seconds until their camera is as good as before, so that theirs is left alone for longer
 * (docs/adr/0130).
 */
#define CF_BITRATE_UNSEEN_AFTER CF_SEC(5)
#define CF_BITRATE_UNSEEN_AFTER_SLOW CF_SEC(25)

/**
 * ... and to send nothing at all (TMMBR of 0) when it was paused for so long. 0 means "no limit" to some: who then sends more
 * than before, looked at after the second time, is not asked for that again.
 */
#define CF_BITRATE_STOP_AFTER CF_SEC(15)
#define CF_BITRATE_STOP_CHECK CF_SEC(5)

/** A receiver's limit is forgotten when it was not repeated for so long. TMMBR is sent once, so this is generous. */
#define CF_BITRATE_WISH_TTL CF_SEC(120)

/** What one receiver said it can take. Zeroed: nothing. */
struct cf_bitrate_wish {
    uint64_t bitrate_bps; /**< 0: it said nothing */
    cf_usec until;        /**< forgotten then */
};

/** A receiver said @p bitrate_bps. */
void cf_bitrate_wish_set(struct cf_bitrate_wish *wish, uint64_t bitrate_bps, cf_usec now);

/** What @p wish allows at @p now, CF_BITRATE_UNLIMITED if it said nothing. */
uint64_t cf_bitrate_wish_now(const struct cf_bitrate_wish *wish, cf_usec now);

/**
 * The limit for a source is the highest that any of its receivers can take: start with 0 and add the limit of each. At least
 * CF_BITRATE_MIN_BPS; 0 is left if there are none.
 */
uint64_t cf_bitrate_add(uint64_t highest_bps, uint64_t limit_bps);

/** Requests for one message, and the pause between them. */
#define CF_BITRATE_TRIES_MAX 3
#define CF_BITRATE_REPEAT CF_MSEC(500)

/** What a source was told. Zeroed: nothing. */
struct cf_bitrate_ask {
    bool any;            /**< a limit was wanted once */
    uint64_t wanted_bps; /**< 0: nothing is to be sent; meaningful if .any */
    uint64_t told_bps;   /**< in the last request */
    cf_usec next_at;     /**< meaningful while tries_left is not 0 */
    uint8_t tries_left;
};

/** The source should send at most @p bitrate_bps (CF_BITRATE_UNLIMITED: as negotiated, told as the most that can be written). */
void cf_bitrate_ask_set(struct cf_bitrate_ask *ask, uint64_t bitrate_bps, cf_usec now);

/** The source acknowledged a bound. */
void cf_bitrate_ask_on_notification(struct cf_bitrate_ask *ask);

/** When to poll next. */
cf_usec cf_bitrate_ask_deadline(const struct cf_bitrate_ask *ask);

/** True if the source is to be told *ret_bps now. A mutation: it counts as told. */
bool cf_bitrate_ask_poll(struct cf_bitrate_ask *ask, cf_usec now, uint64_t *ret_bps);

#endif
