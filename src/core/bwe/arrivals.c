/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/arrivals.h"

#define MASK (CF_ARRIVALS_WINDOW - 1U)
#define FIRST_CYCLE UINT64_C(0x10000)
#define FEEDBACK_SHARE 20U /* one in so many octets that come in is one of feedback */
#define FEEDBACK_LEN 68U   /* a usual message with everything around it */
#define MESSAGE_MAX 256U   /* packets told of in one message: fits a datagram whatever the times */

enum cf_err cf_arrivals_init(struct cf_arrivals *a, const struct cf_mem *mem) {
    uint32_t *ticks = cf_mem_alloc(mem, CF_ARRIVALS_WINDOW * sizeof *ticks);
    if (ticks == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *a = (struct cf_arrivals){.mem = mem, .ticks = ticks, .interval = CF_MSEC(100)};
    return CF_OK;
}

void cf_arrivals_fini(struct cf_arrivals *a) {
    if (a->mem != NULL) {
        cf_mem_free(a->mem, a->ticks, CF_ARRIVALS_WINDOW * sizeof *a->ticks);
    }
    *a = (struct cf_arrivals){.mem = NULL};
}

static void begin_with(struct cf_arrivals *a, uint16_t sequence, cf_usec now) {
    memset(a->ticks, 0, CF_ARRIVALS_WINDOW * sizeof *a->ticks);
    a->jumps += a->next != 0;
    a->next = a->begin = FIRST_CYCLE + sequence;
    a->pending = 0;
    a->origin = a->told_at = now;
    a->octets = 0;
}

/* Make room for @p number as the highest one. */
static void move_on(struct cf_arrivals *a, uint64_t number) {
    for (; a->next <= number; a->next++) {
        a->ticks[a->next & MASK] = 0;
    }
    if (a->next - a->begin > CF_ARRIVALS_WINDOW) {
        a->begin = a->next - CF_ARRIVALS_WINDOW;
    }
}

static uint32_t tick_of(const struct cf_arrivals *a, cf_usec now) {
    return (uint32_t)((now - a->origin) / CF_TWCC_TICK) + 1;
}

void cf_arrivals_on_packet(struct cf_arrivals *a, uint16_t sequence, size_t len, cf_usec now) {
    if (a->next == 0) {
        begin_with(a, sequence, now);
    }
    int16_t ahead = (int16_t)(uint16_t)(sequence - (uint16_t)a->next);
    if (ahead >= (int16_t)CF_ARRIVALS_WINDOW || ahead < -(int16_t)CF_ARRIVALS_WINDOW) {
        begin_with(a, sequence, now);
        ahead = 0;
    }
    uint64_t number = a->next + (uint64_t)(int64_t)ahead;
    if (ahead >= 0) {
        move_on(a, number);
    } else if (a->ticks[number & MASK] != 0) {
        a->duplicates++;
        return;
    } else if (number < a->begin && now - a->last_at < CF_ARRIVALS_LATE) {
        a->begin = number; /* it was said to be missing */
    }
    a->ticks[number & MASK] = tick_of(a, now);
    a->octets += len;
    a->last_at = now;
    if (number < a->begin) {
        return;
    }
    if (a->pending == 0) {
        a->due_at = a->told_at + a->interval > now ? a->told_at + a->interval : now;
    }
    a->pending++;
    a->due_at = a->pending >= CF_ARRIVALS_PENDING_MAX ? now : a->due_at;
}

cf_usec cf_arrivals_deadline(const struct cf_arrivals *a) {
    return a->pending > 0 ? a->due_at : CF_USEC_NEVER;
}

/* The more comes in, the more often. */
static void adapt_interval(struct cf_arrivals *a, cf_usec now) {
    cf_usec elapsed = now - a->told_at;
    if (elapsed <= 0 || a->octets == 0) {
        return;
    }
    cf_usec interval = (cf_usec)((uint64_t)elapsed * FEEDBACK_LEN * FEEDBACK_SHARE / a->octets);
    interval = interval > CF_ARRIVALS_INTERVAL_MIN ? interval : CF_ARRIVALS_INTERVAL_MIN;
    a->interval = cf_usec_min(interval, CF_ARRIVALS_INTERVAL_MAX);
    a->octets = 0;
    a->told_at = now;
}

/* The first number that came, from .begin on; those before it are told of as missing once something after them is. */
static size_t list(const struct cf_arrivals *a, cf_usec *arrivals) {
    uint64_t count = a->next - a->begin;
    count = count < MESSAGE_MAX ? count : MESSAGE_MAX;
    for (size_t i = 0; i < count; i++) {
        uint32_t ticks = a->ticks[(a->begin + i) & MASK];
        arrivals[i] = ticks == 0 ? CF_USEC_NEVER : a->origin + (cf_usec)(ticks - 1) * CF_TWCC_TICK;
    }
    return (size_t)count;
}

bool cf_arrivals_poll(struct cf_arrivals *a, struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, cf_usec now) {
    cf_usec arrivals[MESSAGE_MAX];
    if (now < cf_arrivals_deadline(a)) {
        return false;
    }
    size_t count = list(a, arrivals);
    const struct cf_twcc_report report = {.sender_ssrc = sender_ssrc,
                                          .media_ssrc = media_ssrc,
                                          .feedback_count = a->feedback_count,
                                          .base = (uint16_t)a->begin,
                                          .arrivals = arrivals,
                                          .count = count};
    size_t told = count == 0 ? 0 : cf_put_rtcp_transport_cc(w, &report);
    if (told == 0) {
        /* A message full of nothing: what is missing in it is not worth a message. */
        a->begin += count;
        a->pending = a->begin == a->next ? 0 : a->pending;
        return a->begin != a->next && cf_arrivals_poll(a, w, sender_ssrc, media_ssrc, now);
    }
    a->feedback_count++;
    a->begin += told;
    a->pending = a->begin == a->next ? 0 : 1;
    adapt_interval(a, now);
    return true;
}
