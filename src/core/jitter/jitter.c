/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adaptive jitter buffer: docs/algorithms/jitter-buffer.md says what and why. */
#include "core/jitter/jitter.h"

#include "base/bug.h"
#include <string.h>

/* Level of items that come from no packet. */
#define LEVEL_UNKNOWN 255

/* A stream whose timestamps are off by more than that is another stream (hold, transfer, restart with the same SSRC). */
#define TIMELINE_JUMP_USEC CF_SEC(2)

/* Packets of the SSRC before this one are stragglers for that long. */
#define STRAGGLER_USEC CF_SEC(2)

/* Until so many arrivals are measured the delay does not go below its start value. */
#define TRUSTED_ARRIVALS 50U

/* The caller pulls at ticks of this length: delay within one of them is chance, not excess. */
#define TICK_USEC CF_MSEC(20)

/* Advice: cut in silence above the first, anywhere above the second; above the third be quick about it. */
#define SHRINK_QUIET_USEC CF_MSEC(20)
#define SHRINK_USEC CF_MSEC(40)
#define SHRINK_SOON_USEC CF_MSEC(80)

/* And so many pulls in a row must have been too long, or short, for advice. */
#define SHRINK_PULLS 25U
#define SHRINK_SOON_PULLS 5U
#define STRETCH_PULLS 2U
#define STRETCH_USEC CF_MSEC(1)

/* Beyond the longest delay by more than that, packets are thrown away instead of being played ever later. */
#define DELAY_EXCESS_USEC CF_MSEC(100)

static cf_usec or_default(cf_usec value, cf_usec otherwise) {
    return value > 0 ? value : otherwise;
}

enum cf_err cf_jitter_init(struct cf_jitter *jitter, const struct cf_mem *mem, uint32_t clock_hz,
                           const struct cf_jitter_config *config) {
    struct cf_jitter_config c = config == NULL ? (struct cf_jitter_config){0} : *config;
    memset(jitter, 0, sizeof(*jitter));
    jitter->clock_hz = clock_hz;
    jitter->config = (struct cf_jitter_config){
        .delay_min_usec = or_default(c.delay_min_usec, CF_MSEC(20)),
        .delay_start_usec = or_default(c.delay_start_usec, CF_MSEC(40)),
        .delay_max_usec = or_default(c.delay_max_usec, CF_MSEC(400)),
        .conceal_max_usec = or_default(c.conceal_max_usec, CF_MSEC(120)),
    };
    cf_jitter_delay_init(&jitter->delay);
    return cf_jitter_store_init(&jitter->store, mem) ? CF_OK : CF_ERR_NO_MEMORY;
}

void cf_jitter_fini(struct cf_jitter *jitter) {
    cf_jitter_store_fini(&jitter->store);
}

static cf_usec to_usec(const struct cf_jitter *jitter, int64_t ticks) {
    return cf_ticks_to_usec((uint64_t)ticks, jitter->clock_hz);
}

static void discard(struct cf_jitter *jitter, enum cf_jitter_discard reason) {
    jitter->stats.packets_discarded[reason]++;
}

static void drop(struct cf_jitter *jitter, int64_t seq, enum cf_jitter_discard reason) {
    cf_jitter_store_drop(&jitter->store, seq);
    discard(jitter, reason);
}

/* Every packet held is at most CF_JITTER_SLOTS - 1 below the highest number seen. */
static void drop_all(struct cf_jitter *jitter, enum cf_jitter_discard reason) {
    for (int64_t seq = jitter->seen_seq - CF_JITTER_SLOTS + 1; jitter->store.count > 0 && seq <= jitter->seen_seq; seq++) {
        if (cf_jitter_store_get(&jitter->store, seq) != NULL) {
            drop(jitter, seq, reason);
        }
    }
}

void cf_jitter_flush(struct cf_jitter *jitter) {
    drop_all(jitter, CF_JITTER_FLUSHED);
    jitter->has_stream = false;
    jitter->playing = false;
    jitter->advice = CF_JITTER_KEEP;
}

static cf_usec delay_target(const struct cf_jitter *jitter) {
    const struct cf_jitter_config *config = &jitter->config;
    cf_usec wanted = cf_jitter_delay_wanted(&jitter->delay);
    cf_usec least = jitter->delay.arrivals < TRUSTED_ARRIVALS ? config->delay_start_usec : config->delay_min_usec;
    return cf_usec_min(wanted > least ? wanted : least, config->delay_max_usec);
}

/* When media time @p ticks is to be heard, as far as arrival times tell. */
static cf_usec play_time(const struct cf_jitter *jitter, int64_t ticks) {
    return to_usec(jitter, ticks) + jitter->delay.base + delay_target(jitter);
}

/* ------------------------------------------------------- packets in ------------------------------------------------------- */

static void begin_stream(struct cf_jitter *jitter, const struct cf_jitter_packet *packet) {
    jitter->has_stream = true;
    jitter->has_odd_seq = false;
    jitter->playing = false;
    jitter->ssrc = packet->ssrc;
    /* Room below for packets that were sent before the first one that arrived. */
    jitter->seen_seq = (INT64_C(1) << 16) + packet->seq;
    jitter->seen_ticks = (INT64_C(1) << 32) + packet->timestamp;
    jitter->seen = 0;
    jitter->next_seq = jitter->seen_seq - CF_JITTER_SLOTS / 2;
    jitter->frame_ticks = packet->ticks;
    jitter->advice = CF_JITTER_KEEP;
    jitter->long_pulls = 0;
    jitter->short_pulls = 0;
    cf_jitter_delay_init(&jitter->delay);
}

static void restart_stream(struct cf_jitter *jitter, const struct cf_jitter_packet *packet) {
    drop_all(jitter, CF_JITTER_RESTART);
    jitter->stats.restarts++;
    begin_stream(jitter, packet);
}

/* False: the packet belongs to the stream before this one. */
static bool follow_ssrc(struct cf_jitter *jitter, const struct cf_jitter_packet *packet, cf_usec now) {
    if (!jitter->has_stream) {
        jitter->ssrc_changed = CF_USEC_NEVER;
        begin_stream(jitter, packet);
        return true;
    }
    if (packet->ssrc == jitter->ssrc) {
        return true;
    }
    if (jitter->ssrc_changed != CF_USEC_NEVER && packet->ssrc == jitter->ssrc_before &&
        now - jitter->ssrc_changed < STRAGGLER_USEC) {
        return false;
    }
    jitter->ssrc_before = jitter->ssrc;
    jitter->ssrc_changed = now;
    restart_stream(jitter, packet);
    return true;
}

/* False: the number is far from all others. Two such packets in a row are a sender that has started anew (RFC 3550 A.1). */
static bool follow_seq(struct cf_jitter *jitter, const struct cf_jitter_packet *packet) {
    int16_t step = (int16_t)(packet->seq - (uint16_t)jitter->seen_seq);
    if (step > -CF_JITTER_SLOTS && step <= CF_JITTER_SLOTS) {
        jitter->has_odd_seq = false;
        return true;
    }
    if (jitter->has_odd_seq && packet->seq == jitter->odd_seq) {
        restart_stream(jitter, packet);
        return true;
    }
    jitter->has_odd_seq = true;
    jitter->odd_seq = (uint16_t)(packet->seq + 1U);
    return false;
}

/* @p seq is the highest number now: those that are too far below it have had their time. */
static void make_way(struct cf_jitter *jitter, int64_t seq) {
    for (int64_t old = jitter->seen_seq - CF_JITTER_SLOTS + 1; old <= seq - CF_JITTER_SLOTS; old++) {
        if (cf_jitter_store_get(&jitter->store, old) != NULL) {
            drop(jitter, old, CF_JITTER_OVERFLOW);
        }
    }
    int64_t least = seq - CF_JITTER_SLOTS + 1;
    jitter->next_seq = jitter->next_seq < least ? least : jitter->next_seq;
}

/* Mark @p seq as received. False if it was before. */
static bool mark_seen(struct cf_jitter *jitter, int64_t seq) {
    int64_t step = seq - jitter->seen_seq;
    if (step > 0) {
        make_way(jitter, seq);
        jitter->seen = step < CF_JITTER_SLOTS ? jitter->seen << step : 0;
        jitter->seen_seq = seq;
    }
    uint64_t bit = UINT64_C(1) << (jitter->seen_seq - seq);
    bool fresh = (jitter->seen & bit) == 0;
    jitter->seen |= bit;
    return fresh;
}

/* Were all packets from @p from up to and without @p to received, so that what isn't held of them is no sound? */
static bool were_all_seen(const struct cf_jitter *jitter, int64_t from, int64_t to) {
    bool all = jitter->seen_seq - from < CF_JITTER_SLOTS;
    for (int64_t seq = from; all && seq < to; seq++) {
        all = seq <= jitter->seen_seq && (jitter->seen >> (jitter->seen_seq - seq) & 1U) != 0;
    }
    return all;
}

static void hold(struct cf_jitter *jitter, const struct cf_jitter_slot *slot, struct cf_span payload) {
    while (!cf_jitter_store_put(&jitter->store, slot, payload)) {
        const struct cf_jitter_slot *oldest = cf_jitter_store_next(&jitter->store, jitter->seen_seq - CF_JITTER_SLOTS + 1);
        cf_assert(oldest != NULL);
        drop(jitter, oldest->seq, CF_JITTER_OVERFLOW);
    }
}

static bool is_valid(const struct cf_jitter *jitter, const struct cf_jitter_packet *packet) {
    if (packet->is_event) {
        return true;
    }
    return packet->payload.len > 0 && packet->payload.len <= CF_JITTER_PAYLOAD_MAX && packet->ticks > 0 &&
           packet->ticks <= jitter->clock_hz;
}

static int64_t extend_seq(const struct cf_jitter *jitter, uint16_t seq) {
    return jitter->seen_seq + (int16_t)(seq - (uint16_t)jitter->seen_seq);
}

static int64_t extend_ticks(const struct cf_jitter *jitter, uint32_t timestamp) {
    return jitter->seen_ticks + (int32_t)(timestamp - (uint32_t)jitter->seen_ticks);
}

bool cf_jitter_lacks(const struct cf_jitter *jitter, uint32_t ssrc, uint16_t seq) {
    int64_t extended = extend_seq(jitter, seq);
    int64_t behind = jitter->seen_seq - extended;
    if (!jitter->has_stream || jitter->ssrc != ssrc || extended < jitter->next_seq || behind >= CF_JITTER_SLOTS) {
        return false;
    }
    return behind < 0 ? behind > -CF_JITTER_SLOTS : (jitter->seen >> behind & 1U) == 0;
}

static void put_sound(struct cf_jitter *jitter, const struct cf_jitter_packet *packet, cf_usec now) {
    cf_usec media = to_usec(jitter, extend_ticks(jitter, packet->timestamp));
    cf_usec off = cf_jitter_delay_lateness(&jitter->delay, media, now);
    if (off > TIMELINE_JUMP_USEC || off < -TIMELINE_JUMP_USEC) {
        restart_stream(jitter, packet);
        media = to_usec(jitter, jitter->seen_ticks);
    }
    struct cf_jitter_slot slot = {.seq = extend_seq(jitter, packet->seq),
                                  .timestamp = extend_ticks(jitter, packet->timestamp),
                                  .ticks = packet->ticks,
                                  .dtx = packet->dtx,
                                  .level = packet->level};
    bool is_newest = slot.seq > jitter->seen_seq;
    if (!mark_seen(jitter, slot.seq)) {
        discard(jitter, CF_JITTER_DUPLICATE);
        return;
    }
    jitter->seen_ticks = is_newest ? slot.timestamp : jitter->seen_ticks;
    if (!packet->is_copy) {
        cf_jitter_delay_on_arrival(&jitter->delay, media, now);
    }
    if (slot.seq < jitter->next_seq) {
        discard(jitter, CF_JITTER_LATE);
        return;
    }
    hold(jitter, &slot, packet->payload);
}

void cf_jitter_put(struct cf_jitter *jitter, const struct cf_jitter_packet *packet, cf_usec now) {
    jitter->stats.packets_in++;
    if (!is_valid(jitter, packet)) {
        discard(jitter, CF_JITTER_INVALID);
        return;
    }
    if (!follow_ssrc(jitter, packet, now) || !follow_seq(jitter, packet)) {
        discard(jitter, CF_JITTER_RESTART);
        return;
    }
    if (packet->is_event) {
        bool fresh = mark_seen(jitter, extend_seq(jitter, packet->seq));
        discard(jitter, fresh ? CF_JITTER_EVENT : CF_JITTER_DUPLICATE);
        return;
    }
    put_sound(jitter, packet, now);
}

/* -------------------------------------------------------- items out ------------------------------------------------------- */

static void silence(struct cf_jitter_item *item, uint32_t ticks) {
    *item = (struct cf_jitter_item){.kind = CF_JITTER_SILENCE, .ticks = ticks, .level = LEVEL_UNKNOWN};
}

/* The time of @p slot is over, and there is something later to play instead. */
static bool is_outdated(const struct cf_jitter *jitter, const struct cf_jitter_slot *slot, cf_usec now) {
    cf_usec over = play_time(jitter, slot->timestamp + slot->ticks) + TICK_USEC;
    return over <= now && cf_jitter_store_next(&jitter->store, slot->seq + 1) != NULL;
}

/* A talkspurt begins when its first packet has waited long enough; what waited too long (a hold-up of the network) is left out.
 */
static bool start_talkspurt(struct cf_jitter *jitter, cf_usec now) {
    const struct cf_jitter_slot *slot = cf_jitter_store_next(&jitter->store, jitter->next_seq);
    while (slot != NULL && is_outdated(jitter, slot, now)) {
        jitter->next_seq = slot->seq + 1;
        drop(jitter, slot->seq, CF_JITTER_LATE);
        slot = cf_jitter_store_next(&jitter->store, jitter->next_seq);
    }
    if (slot == NULL || play_time(jitter, slot->timestamp) > now) {
        return false;
    }
    jitter->playing = true;
    jitter->next_seq = slot->seq;
    jitter->next_ticks = slot->timestamp;
    jitter->owed_ticks = 0;
    jitter->made_up_ticks = 0;
    return true;
}

static void advise(struct cf_jitter *jitter, cf_usec delay, cf_usec target) {
    jitter->long_pulls = delay > target + SHRINK_QUIET_USEC ? jitter->long_pulls + 1 : 0;
    jitter->short_pulls = delay < target - STRETCH_USEC ? jitter->short_pulls + 1 : 0;
    uint32_t patience = delay > target + SHRINK_SOON_USEC ? SHRINK_SOON_PULLS : SHRINK_PULLS;
    jitter->advice = CF_JITTER_KEEP;
    if (jitter->short_pulls >= STRETCH_PULLS) {
        jitter->advice = CF_JITTER_STRETCH;
    } else if (jitter->long_pulls >= patience) {
        jitter->advice = delay > target + SHRINK_USEC ? CF_JITTER_SHRINK : CF_JITTER_SHRINK_IF_QUIET;
    }
}

/* How long @p slot can have waited until now. False if that is hopelessly late. */
static bool measure_delay(struct cf_jitter *jitter, const struct cf_jitter_slot *slot, cf_usec now) {
    cf_usec target = delay_target(jitter);
    cf_usec delay = cf_jitter_delay_lateness(&jitter->delay, to_usec(jitter, slot->timestamp), now);
    jitter->stats.delay_usec = delay;
    jitter->stats.delay_target_usec = target;
    advise(jitter, delay, target);
    return delay <= jitter->config.delay_max_usec + DELAY_EXCESS_USEC;
}

static void play(struct cf_jitter *jitter, const struct cf_jitter_slot *slot, uint8_t *buffer, struct cf_jitter_item *item) {
    item->kind = slot->dtx ? CF_JITTER_SILENCE : CF_JITTER_FRAME;
    item->payload = cf_jitter_store_copy(&jitter->store, slot, buffer);
    item->ticks = slot->ticks;
    item->level = slot->level;
    jitter->next_seq = slot->seq + 1;
    jitter->next_ticks = slot->timestamp + slot->ticks;
    jitter->frame_ticks = slot->ticks;
    jitter->owed_ticks = 0;
    jitter->made_up_ticks = 0;
    jitter->playing = !slot->dtx;
    jitter->stats.packets_played++;
    jitter->stats.ticks_played += slot->ticks;
    cf_jitter_store_drop(&jitter->store, slot->seq);
}

/* Make up @p ticks, unless that has gone on for too long: then false. */
static bool make_up(struct cf_jitter *jitter, uint32_t ticks, struct cf_jitter_item *item) {
    if (to_usec(jitter, jitter->made_up_ticks + ticks) > jitter->config.conceal_max_usec) {
        jitter->playing = false;
        return false;
    }
    item->kind = CF_JITTER_CONCEAL;
    item->ticks = ticks;
    jitter->made_up_ticks += ticks;
    jitter->stats.ticks_concealed += ticks;
    return true;
}

/* Nothing has arrived. Media time stands still: if the packet comes after all it is played, later than planned. */
static bool bridge_underrun(struct cf_jitter *jitter, uint32_t wanted_ticks, struct cf_jitter_item *item) {
    if (!make_up(jitter, wanted_ticks, item)) {
        return false;
    }
    jitter->stats.underruns += jitter->owed_ticks == 0;
    jitter->owed_ticks += wanted_ticks;
    return true;
}

/* Packets before @p later are missing, @p gap ticks of them. */
static bool bridge_loss(struct cf_jitter *jitter, const struct cf_jitter_slot *later, uint32_t gap, uint8_t *buffer,
                        struct cf_jitter_item *item) {
    uint32_t ticks = gap < jitter->frame_ticks ? gap : jitter->frame_ticks;
    if (!make_up(jitter, ticks, item)) {
        return false;
    }
    /* A packet can carry something about the one before it, and only about that one. */
    if (gap <= jitter->frame_ticks + jitter->frame_ticks / 2 && !later->dtx) {
        item->kind = CF_JITTER_FEC;
        item->payload = cf_jitter_store_copy(&jitter->store, later, buffer);
        jitter->stats.fec_frames++;
    } else {
        jitter->stats.concealed_frames++;
    }
    jitter->next_ticks += ticks;
    jitter->next_seq += later->seq > jitter->next_seq + 1;
    return true;
}

/* What was made up while nothing had arrived stands for what turns out to be lost. */
static void settle_underrun(struct cf_jitter *jitter, int64_t gap) {
    int64_t settled = jitter->owed_ticks < gap ? jitter->owed_ticks : gap;
    if (settled > 0) {
        jitter->next_ticks += settled;
    }
    jitter->owed_ticks = 0;
}

/* What plays next, whatever is missing before it. Packets of times that have been played or made up are too late. */
static const struct cf_jitter_slot *next_slot(struct cf_jitter *jitter) {
    const struct cf_jitter_slot *slot = cf_jitter_store_next(&jitter->store, jitter->next_seq);
    while (slot != NULL && slot->timestamp + slot->ticks <= jitter->next_ticks) {
        jitter->next_seq = slot->seq + 1;
        drop(jitter, slot->seq, CF_JITTER_LATE);
        slot = cf_jitter_store_next(&jitter->store, jitter->next_seq);
    }
    return slot;
}

/* The next item of a talkspurt; false if it is over. */
static bool go_on(struct cf_jitter *jitter, uint32_t wanted_ticks, uint8_t *buffer, struct cf_jitter_item *item,
                  const struct cf_jitter_slot **ret_slot) {
    const struct cf_jitter_slot *slot = next_slot(jitter);
    if (slot == NULL) {
        /* Packets come, but no sound: somebody holds a key down. */
        jitter->playing = jitter->seen_seq < jitter->next_seq;
        return jitter->playing && bridge_underrun(jitter, wanted_ticks, item);
    }
    bool lost = !were_all_seen(jitter, jitter->next_seq, slot->seq);
    if (lost) {
        settle_underrun(jitter, slot->timestamp - jitter->next_ticks);
    }
    int64_t gap = slot->timestamp - jitter->next_ticks;
    int64_t tolerance = jitter->frame_ticks / 2;
    if (gap > -tolerance && gap <= tolerance) {
        *ret_slot = slot;
        return true;
    }
    if (lost && gap > 0) {
        return bridge_loss(jitter, slot, gap < jitter->clock_hz ? (uint32_t)gap : jitter->clock_hz, buffer, item);
    }
    /* Timestamps go on without packets: the sender was silent. (Or they went back: it has lost count.) */
    jitter->playing = false;
    return false;
}

void cf_jitter_pull(struct cf_jitter *jitter, cf_usec now, uint32_t wanted_ticks, uint8_t *buffer,
                    struct cf_jitter_item *ret_item) {
    const struct cf_jitter_slot *slot = NULL;
    bool started = false;
    cf_assert(wanted_ticks > 0);
    silence(ret_item, wanted_ticks);
    if (jitter->playing && go_on(jitter, wanted_ticks, buffer, ret_item, &slot) && slot == NULL) {
        return;
    }
    if (slot != NULL && !measure_delay(jitter, slot, now)) {
        jitter->playing = false;
    }
    if (!jitter->playing) {
        started = start_talkspurt(jitter, now);
        slot = started ? cf_jitter_store_get(&jitter->store, jitter->next_seq) : NULL;
    }
    if (slot != NULL) {
        if (started) {
            (void)measure_delay(jitter, slot, now);
        }
        play(jitter, slot, buffer, ret_item);
    }
}

bool cf_jitter_is_idle(const struct cf_jitter *jitter) {
    return jitter->store.count == 0 && !jitter->playing;
}

enum cf_jitter_advice cf_jitter_advice(const struct cf_jitter *jitter) {
    return jitter->advice;
}

void cf_jitter_on_adjusted(struct cf_jitter *jitter, int32_t ticks) {
    if (ticks < 0) {
        jitter->stats.ticks_removed += (uint32_t)-ticks;
    } else {
        jitter->stats.ticks_inserted += (uint32_t)ticks;
    }
    jitter->advice = CF_JITTER_KEEP;
    jitter->long_pulls = 0;
    jitter->short_pulls = 0;
}

size_t cf_jitter_held(const struct cf_jitter *jitter) {
    return jitter->store.count;
}

const struct cf_jitter_stats *cf_jitter_stats(const struct cf_jitter *jitter) {
    return &jitter->stats;
}
