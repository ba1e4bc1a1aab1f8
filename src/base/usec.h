/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three clocks, never mixed:
 *   cf_usec      monotonic microseconds: deadlines, timeouts, arrival times. Passed into every core entry once, as `now`.
 *   media time   RTP timestamps, extended to 64 bits, always with their clock rate beside them.
 *   cf_wall      wall clock, microseconds since 1970-01-01 UTC: what people and NTP see. Never used for deadlines.
 */
#ifndef CF_BASE_USEC_H
#define CF_BASE_USEC_H

#include <stdint.h>

/** Monotonic time or a duration, microseconds. */
typedef int64_t cf_usec;

/** No deadline. */
#define CF_USEC_NEVER INT64_MAX

/** Durations. */
#define CF_MSEC(n) (INT64_C(1000) * (n))
#define CF_SEC(n) (INT64_C(1000000) * (n))

/** Wall clock, microseconds since 1970-01-01 00:00:00 UTC. */
typedef int64_t cf_wall;

/** NTP timestamp, 32.32 fixed point seconds since 1900 (RFC 3550 section 4). */
typedef uint64_t cf_ntp;

/** Seconds from the NTP to the Unix epoch. */
#define CF_NTP_UNIX_OFFSET_SEC INT64_C(2208988800)

/** The earlier of two deadlines. */
static inline cf_usec cf_usec_min(cf_usec a, cf_usec b) {
    return a < b ? a : b;
}

/** @p wall as an NTP timestamp; @p wall must not be before 1970. */
static inline cf_ntp cf_wall_to_ntp(cf_wall wall) {
    uint64_t sec = (uint64_t)(wall / 1000000 + CF_NTP_UNIX_OFFSET_SEC);
    uint64_t usec = (uint64_t)(wall % 1000000);
    return (sec << 32) | ((usec << 32) / 1000000U);
}

/** @p rate_hz ticks that fit into @p duration, rounded down; @p duration must not be negative. */
static inline uint64_t cf_usec_to_ticks(cf_usec duration, uint32_t rate_hz) {
    uint64_t d = (uint64_t)duration;
    return (d / 1000000U) * rate_hz + (d % 1000000U) * rate_hz / 1000000U;
}

/** Duration of @p ticks at @p rate_hz, microseconds, rounded down. */
static inline cf_usec cf_ticks_to_usec(uint64_t ticks, uint32_t rate_hz) {
    return (cf_usec)((ticks / rate_hz) * 1000000U + (ticks % rate_hz) * 1000000U / rate_hz);
}

#endif
