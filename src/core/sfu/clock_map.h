/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lip sync through the server: what a source's sender reports say about its clock (RFC 3550 section 6.4.1), carried over to our
 * own. Receivers hear the mix, whose reports are in our time, and see forwarded pictures; both must tell the same story about
 * when something happened. For a source, "our time" of a moment is when its sound of that moment leaves the mixer; without sound,
 * when its packets of that moment came in (docs/algorithms/rewriting.md).
 *
 * Small machine without deadline, one a stream. Whatever a peer writes into a report bends its own picture only.
 */
#ifndef CF_SFU_CLOCK_MAP_H
#define CF_SFU_CLOCK_MAP_H

#include "base/usec.h"
#include <stdbool.h>

/** What is known of a stream's clock. Zeroed: nothing; set .clock_rate_hz. */
struct cf_clock_map {
    uint32_t clock_rate_hz;
    bool any;            /**< a sender report has come */
    uint32_t timestamp;  /**< of the last one, media time ... */
    cf_ntp ntp;          /**< ... and the sender's wall time of the same instant */
    cf_usec offset_usec; /**< our wall time of an instant minus the sender's, by arrival; the smallest of late */
};

/** A sender report came in at @p wall. */
void cf_clock_map_on_sr(struct cf_clock_map *map, cf_ntp ntp, uint32_t timestamp, cf_wall wall);

/**
 * Sound with media time @p timestamp leaves the mixer at @p wall: our wall time minus the sender's, for use with all streams of
 * that sender. False if there was no sender report.
 */
bool cf_clock_map_offset_of(const struct cf_clock_map *map, uint32_t timestamp, cf_wall wall, cf_usec *ret_offset_usec);

/** Media time of the instant that is @p wall with us, if our time is @p offset_usec ahead of the sender's. .any must be set. */
uint32_t cf_clock_map_timestamp_at(const struct cf_clock_map *map, cf_wall wall, cf_usec offset_usec);

#endif
