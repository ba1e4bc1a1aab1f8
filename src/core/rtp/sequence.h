/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers that wrap: sequence numbers (16 bits) and timestamps (32 bits) compared by their distance, and extended to 64 bits by
 * the one last seen. Value types, no time.
 */
#ifndef CF_CORE_RTP_SEQUENCE_H
#define CF_CORE_RTP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/** Steps from @p from to @p to, the shorter way round: -32768..32767. */
static inline int16_t cf_sequence_diff(uint16_t to, uint16_t from) {
    return (int16_t)(uint16_t)(to - from);
}

/** @p a comes after @p b (less than half the circle ahead)? */
static inline bool cf_sequence_is_after(uint16_t a, uint16_t b) {
    return cf_sequence_diff(a, b) > 0;
}

/** Ticks from @p from to @p to, the shorter way round. */
static inline int32_t cf_timestamp_diff(uint32_t to, uint32_t from) {
    return (int32_t)(to - from);
}

/** @p a is later than @p b (less than half the circle ahead)? */
static inline bool cf_timestamp_is_after(uint32_t a, uint32_t b) {
    return cf_timestamp_diff(a, b) > 0;
}

/** Sequence numbers of one source, unrolled. Zeroed: none seen. */
struct cf_sequence {
    uint64_t highest; /**< highest extended number seen; 0: none yet */
};

/**
 * @p sequence as an extended number near the highest one seen. The first one is in cycle 1 (65536..131071), so that what was sent
 * before it and comes after it has a place too. Does not change @p s.
 */
static inline uint64_t cf_sequence_extend(const struct cf_sequence *s, uint16_t sequence) {
    if (s->highest == 0) {
        return UINT64_C(0x10000) + sequence;
    }
    return s->highest + (uint64_t)(int64_t)cf_sequence_diff(sequence, (uint16_t)s->highest);
}

/** As cf_sequence_extend(), and remember it if it is the highest. */
static inline uint64_t cf_sequence_update(struct cf_sequence *s, uint16_t sequence) {
    uint64_t extended = cf_sequence_extend(s, sequence);
    s->highest = extended > s->highest ? extended : s->highest;
    return extended;
}

/** Timestamps of one source, unrolled. Zeroed: none seen. */
struct cf_timestamp {
    uint64_t highest; /**< highest extended timestamp seen; 0: none yet */
};

/** @p timestamp as an extended one near the highest seen; the first one is in cycle 1 (from 2^32). Does not change @p t. */
static inline uint64_t cf_timestamp_extend(const struct cf_timestamp *t, uint32_t timestamp) {
    if (t->highest == 0) {
        return UINT64_C(0x100000000) + timestamp;
    }
    return t->highest + (uint64_t)(int64_t)cf_timestamp_diff(timestamp, (uint32_t)t->highest);
}

/** As cf_timestamp_extend(), and remember it if it is the highest. */
static inline uint64_t cf_timestamp_update(struct cf_timestamp *t, uint32_t timestamp) {
    uint64_t extended = cf_timestamp_extend(t, timestamp);
    t->highest = extended > t->highest ? extended : t->highest;
    return extended;
}

#endif
