/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Against guessing PINs (attacks T20): wrong ones are counted for the caller, for the room and in all, and beyond a limit none is
 * right any more until time has passed. Counters leak one failure every CF_PIN_GUARD_LEAK for callers, faster for rooms and in
 * all, so that a mistyped PIN is soon forgiven. Callers and rooms share counters by hash: who has the bad luck to share one with
 * an attacker waits too, and memory is bounded whatever the number of names tried.
 *
 * Policy with a little state; no allocation. PINs are compared in constant time.
 */
#ifndef CF_CORE_CONF_PIN_GUARD_H
#define CF_CORE_CONF_PIN_GUARD_H

#include "base/str.h"
#include "base/usec.h"

/** Longest PIN, digits. */
#define CF_PIN_MAX 16

/** Failures in a row that are borne. */
#define CF_PIN_GUARD_CALLER_MAX 5U
#define CF_PIN_GUARD_ROOM_MAX 30U
#define CF_PIN_GUARD_ALL_MAX 300U

/** A caller's failure is forgotten after; a room's in a sixth, one in all in a sixtieth of that. */
#define CF_PIN_GUARD_LEAK CF_SEC(60)

#define CF_PIN_GUARD_SLOTS 256U

/** A leaking counter. */
struct cf_pin_counter {
    uint32_t failures;
    cf_usec since; /**< when the next one begins to be forgotten */
};

/** All of a server. Zeroed but for the seed: no failures. */
struct cf_pin_guard {
    uint64_t seed; /**< of the hash, from entropy */
    struct cf_pin_counter callers[CF_PIN_GUARD_SLOTS];
    struct cf_pin_counter rooms[CF_PIN_GUARD_SLOTS];
    struct cf_pin_counter all;
    uint64_t wrong;  /**< statistics */
    uint64_t barred; /**< attempts that were not even looked at */
};

/** What an attempt came to. */
enum cf_pin_verdict {
    CF_PIN_RIGHT,
    CF_PIN_WRONG,
    CF_PIN_BARRED, /**< too many failures: whatever was entered */
};

/** @p caller tries @p entered on @p room, whose PIN is @p pin (at most CF_PIN_MAX digits, not empty). */
enum cf_pin_verdict cf_pin_guard_try(struct cf_pin_guard *guard, cf_usec now, struct cf_str caller, struct cf_str room,
                                     struct cf_str pin, struct cf_str entered);

/** Is @p pin one that can be set: 4 to CF_PIN_MAX digits? */
bool cf_pin_is_valid(struct cf_str pin);

#endif
