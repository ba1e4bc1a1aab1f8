/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against guessing PINs. */
#include "core/conf/pin_guard.h"

#include "base/hash.h"

#define PIN_MIN 4
#define ROOM_LEAK (CF_PIN_GUARD_LEAK / 6)
#define ALL_LEAK (CF_PIN_GUARD_LEAK / 60)

bool cf_pin_is_valid(struct cf_str pin) {
    return cf_str_is_digits(pin, PIN_MIN, CF_PIN_MAX);
}

static struct cf_pin_counter *slot_of(const struct cf_pin_guard *guard, struct cf_pin_counter *slots, struct cf_str name) {
    return &slots[cf_hash(guard->seed, name) % CF_PIN_GUARD_SLOTS];
}

static void leak(struct cf_pin_counter *counter, cf_usec now, cf_usec each) {
    if (counter->failures == 0 || now <= counter->since) {
        return;
    }
    cf_usec forgotten = (now - counter->since) / each;
    counter->failures = forgotten >= (cf_usec)counter->failures ? 0 : counter->failures - (uint32_t)forgotten;
    counter->since += forgotten * each;
}

static void count(struct cf_pin_counter *counter, cf_usec now) {
    counter->since = counter->failures == 0 ? now : counter->since;
    counter->failures++;
}

/* As long for any two texts: how far they agree must not be measurable. */
static bool is_same(struct cf_str a, struct cf_str b) {
    unsigned difference = a.len == b.len ? 0 : 1;
    for (size_t i = 0; i < CF_PIN_MAX; i++) {
        unsigned x = i < a.len ? (unsigned char)a.at[i] : 0;
        unsigned y = i < b.len ? (unsigned char)b.at[i] : 0;
        difference |= x ^ y;
    }
    return difference == 0;
}

enum cf_pin_verdict cf_pin_guard_try(struct cf_pin_guard *guard, cf_usec now, struct cf_str caller, struct cf_str room,
                                     struct cf_str pin, struct cf_str entered) {
    struct cf_pin_counter *of_caller = slot_of(guard, guard->callers, caller);
    struct cf_pin_counter *of_room = slot_of(guard, guard->rooms, room);
    leak(of_caller, now, CF_PIN_GUARD_LEAK);
    leak(of_room, now, ROOM_LEAK);
    leak(&guard->all, now, ALL_LEAK);
    if (of_caller->failures >= CF_PIN_GUARD_CALLER_MAX || of_room->failures >= CF_PIN_GUARD_ROOM_MAX ||
        guard->all.failures >= CF_PIN_GUARD_ALL_MAX) {
        guard->barred++;
        return CF_PIN_BARRED;
    }
    if (is_same(pin, entered)) {
        return CF_PIN_RIGHT;
    }
    guard->wrong++;
    count(of_caller, now);
    count(of_room, now);
    count(&guard->all, now);
    return CF_PIN_WRONG;
}
