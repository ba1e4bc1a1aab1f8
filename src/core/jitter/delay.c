/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lateness of arrivals, and the delay that would have caught them. */
#include "core/jitter/delay.h"

#include <string.h>

/* One arrival in 32 may come too late: waiting for the rarest ones costs everybody else delay. */
#define UNCAUGHT_SHARE 32U

/* But if that little more catches all of them, wait for them. */
#define CATCH_ALL_CLASSES 4U

/* Packets that come closer together than this (and than their media time says) were held up together: one event, not many. */
#define BURST_USEC CF_MSEC(5)

/* The answer is looked up again at least every so many arrivals. */
#define LOOK_EVERY 8U

void cf_jitter_delay_init(struct cf_jitter_delay *delay) {
    memset(delay, 0, sizeof(*delay));
}

static void update_base(struct cf_jitter_delay *delay, cf_usec transit, cf_usec now) {
    if (!delay->has_base) {
        for (size_t i = 0; i < CF_JITTER_DELAY_SPANS; i++) {
            delay->earliest[i] = CF_USEC_NEVER;
        }
        delay->has_base = true;
        delay->span_end = now + CF_JITTER_DELAY_SPAN_USEC;
    }
    /* One span at most: time without packets says nothing, what was known before it still holds. */
    if (now >= delay->span_end) {
        delay->span = (uint8_t)((delay->span + 1U) % CF_JITTER_DELAY_SPANS);
        delay->earliest[delay->span] = CF_USEC_NEVER;
        delay->span_end = now + CF_JITTER_DELAY_SPAN_USEC;
    }
    delay->earliest[delay->span] = cf_usec_min(delay->earliest[delay->span], transit);
    delay->base = CF_USEC_NEVER;
    for (size_t i = 0; i < CF_JITTER_DELAY_SPANS; i++) {
        delay->base = cf_usec_min(delay->base, delay->earliest[i]);
    }
}

static bool is_in_burst(const struct cf_jitter_delay *delay, cf_usec media, cf_usec now) {
    cf_usec apart = now - delay->last_arrival;
    return delay->arrivals > 0 && media > delay->last_media && apart < BURST_USEC && apart < (media - delay->last_media) / 2;
}

static void look_up(struct cf_jitter_delay *delay) {
    uint32_t remembered = delay->arrivals < CF_JITTER_DELAY_MEMORY ? delay->arrivals : CF_JITTER_DELAY_MEMORY;
    uint32_t enough = remembered - remembered / UNCAUGHT_SHARE;
    uint32_t caught = 0;
    uint32_t nearly_all = 0;
    while (caught + delay->counts[nearly_all] < enough) {
        caught += delay->counts[nearly_all++];
    }
    uint32_t all = CF_JITTER_DELAY_CLASSES - 1;
    while (all > nearly_all && delay->counts[all] == 0) {
        all--;
    }
    uint32_t chosen = all - nearly_all <= CATCH_ALL_CLASSES ? all : nearly_all;
    delay->wanted = (cf_usec)(chosen + 1) * CF_JITTER_DELAY_CLASS_USEC;
}

static void remember(struct cf_jitter_delay *delay, cf_usec lateness) {
    cf_usec class = lateness / CF_JITTER_DELAY_CLASS_USEC;
    uint8_t found = (uint8_t)(class < CF_JITTER_DELAY_CLASSES - 1 ? class : CF_JITTER_DELAY_CLASSES - 1);
    uint8_t *place = &delay->memory[delay->arrivals % CF_JITTER_DELAY_MEMORY];
    if (delay->arrivals >= CF_JITTER_DELAY_MEMORY) {
        delay->counts[*place]--;
    }
    *place = found;
    delay->counts[found]++;
    delay->arrivals++;
    if (lateness >= delay->wanted || delay->arrivals % LOOK_EVERY == 0) {
        look_up(delay);
    }
}

void cf_jitter_delay_on_arrival(struct cf_jitter_delay *delay, cf_usec media, cf_usec now) {
    update_base(delay, now - media, now);
    if (!is_in_burst(delay, media, now)) {
        remember(delay, now - media - delay->base);
    }
    delay->last_arrival = now;
    delay->last_media = media;
}

cf_usec cf_jitter_delay_lateness(const struct cf_jitter_delay *delay, cf_usec media, cf_usec now) {
    return delay->has_base ? now - media - delay->base : 0;
}

cf_usec cf_jitter_delay_wanted(const struct cf_jitter_delay *delay) {
    return delay->wanted;
}
