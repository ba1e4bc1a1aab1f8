/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/sink.h"

void cf_sink_init(struct cf_sink *sink, const struct cf_sink_config *config) {
    *sink = (struct cf_sink){.config = *config, .repeats_left = CF_SINK_REPEATS_MAX};
    cf_rewrite_init(&sink->rewrite, &config->heads);
}

static void forget_wanted(struct cf_sink *sink) {
    cf_list_remove(&sink->wanted_link);
    sink->wanted = NULL;
}

static void forget_shown(struct cf_sink *sink) {
    cf_list_remove(&sink->shown_link);
    sink->shown = NULL;
    sink->frame_open = false;
}

void cf_sink_detach(struct cf_sink *sink) {
    forget_wanted(sink);
    forget_shown(sink);
    sink->frame_at = 0;
}

void cf_sink_want(struct cf_sink *sink, struct cf_source *source, cf_usec now) {
    if (source != sink->wanted) {
        forget_wanted(sink);
    }
    if (source == NULL || source == sink->shown) {
        return;
    }
    if (sink->wanted == NULL) {
        sink->wanted = source;
        cf_list_append(&source->wanted_by, &sink->wanted_link);
    }
    cf_source_note_viewer(source, now);
    cf_usec age = sink->shown == NULL ? CF_SINK_JOIN_AGE : CF_SINK_SWITCH_AGE;
    if (!cf_source_can_begin(source, age, now)) {
        cf_source_want_key(source, CF_KEYFRAME_CAUSE_JOIN, now);
    }
}

static struct cf_layer_limit layer_limit(const struct cf_sink *sink) {
    /* None wraps to any. */
    return (struct cf_layer_limit){.spatial = (uint8_t)(sink->limit.spatial_count - 1U),
                                   .temporal = (uint8_t)(sink->limit.temporal_count - 1U)};
}

void cf_sink_set_limit(struct cf_sink *sink, const struct cf_sink_limit *limit, cf_usec now) {
    uint8_t before = layer_limit(sink).spatial;
    sink->limit = *limit;
    bool is_raised = layer_limit(sink).spatial > before;
    if (is_raised && sink->shown != NULL && cf_layer_rates_go_above(&sink->shown->rates, sink->gate.present.spatial)) {
        cf_source_want_key(sink->shown, CF_KEYFRAME_CAUSE_JOIN, now);
    }
}

/* Is the packet of a layer that the receiver gets? */
static bool admit(struct cf_sink *sink, const struct cf_video_packet *packet) {
    if (!cf_layer_gate_admit(&sink->gate, &sink->trail, packet, layer_limit(sink))) {
        cf_rewrite_skip(&sink->rewrite, packet);
        sink->counts.skipped++;
        return false;
    }
    cf_rewrite_set_top(&sink->rewrite, sink->gate.present, packet);
    return true;
}

/* Give the packet its numbers. False: it is left out, or too late. */
static bool make_item(struct cf_sink *sink, const struct cf_video_packet *packet, struct cf_sink_item *ret) {
    if (!admit(sink, packet)) {
        return false;
    }
    if (!cf_rewrite_packet(&sink->rewrite, packet, &ret->patch)) {
        sink->counts.late++;
        return false;
    }
    ret->sink = sink;
    ret->packet = packet;
    ret->layers = &sink->shown->layers;
    ret->csrc = sink->rewrite.stays[0].csrc;
    ret->is_repeat = false;
    sink->packets++;
    if (ret->patch.sequence == sink->rewrite.heads.sequence) {
        cf_usec still = sink->frame_at == 0 ? 0 : packet->arrival - sink->frame_at;
        if (still >= CF_SINK_FREEZE) {
            sink->counts.freezes++;
            sink->counts.frozen_usec += still;
        }
        sink->frame_open = !ret->patch.marker;
        sink->frame_at = packet->arrival;
    }
    return true;
}

/* Everything that .shown has stored, from @p sequence on. */
static size_t catch_up(struct cf_sink *sink, uint16_t sequence, cf_usec now, struct cf_sink_item *items) {
    const struct cf_store *store = &sink->shown->store;
    size_t count = 0;
    uint16_t packets = (uint16_t)(store->newest - sequence + 1U);
    cf_assert(packets <= CF_SOURCE_CATCH_UP_MAX);
    for (uint16_t i = 0; i < packets; i++) {
        const struct cf_video_packet *packet = cf_store_get(store, (uint16_t)(sequence + i), now);
        if (packet != NULL && make_item(sink, packet, &items[count])) {
            count++;
        }
    }
    return count;
}

size_t cf_sink_try_switch(struct cf_sink *sink, uint32_t batch, cf_usec now, struct cf_sink_item *items) {
    struct cf_source *source = sink->wanted;
    cf_usec age = sink->shown == NULL ? CF_SINK_JOIN_AGE : CF_SINK_SWITCH_AGE;
    bool in_frame = sink->frame_open && now - sink->frame_at < CF_SINK_FRAME_PATIENCE;
    if (source == NULL || in_frame || !cf_source_can_begin(source, age, now)) {
        return 0;
    }
    forget_wanted(sink);
    forget_shown(sink);
    sink->shown = source;
    sink->shown_since = now;
    sink->batch = batch;
    sink->counts.switches++;
    cf_list_append(&source->shown_by, &sink->shown_link);
    uint32_t csrc = sink->view.is_tile || source->picture == NULL ? 0 : cf_scene_ssrc(source->picture);
    cf_rewrite_switch(&sink->rewrite, source->name, csrc, cf_store_get(&source->store, source->key_sequence, now));
    cf_layer_gate_begin(&sink->gate, &sink->trail, layer_limit(sink));
    return catch_up(sink, source->key_sequence, now, items);
}

size_t cf_sink_forward(struct cf_sink *sink, uint32_t batch, cf_usec now, struct cf_sink_item *items) {
    const struct cf_source *source = sink->shown;
    size_t count = 0;
    for (size_t i = 0; i < source->batch_count && sink->batch != batch; i++) {
        count += make_item(sink, source->batch[i], &items[count]) ? 1 : 0;
    }
    return count + cf_sink_try_switch(sink, batch, now, items + count);
}

bool cf_sink_spend_repeat(struct cf_sink *sink, cf_usec now) {
    uint64_t grown = cf_usec_to_ticks(now - sink->repeats_at, CF_SINK_REPEATS_PER_SEC);
    if (grown > 0) {
        uint64_t left = sink->repeats_left + grown;
        sink->repeats_left = (uint32_t)(left < CF_SINK_REPEATS_MAX ? left : CF_SINK_REPEATS_MAX);
        sink->repeats_at = now;
    }
    if (sink->repeats_left == 0) {
        sink->counts.repeats_refused++;
        return false;
    }
    sink->repeats_left--;
    return true;
}

/* --- how the receiver's link is --- */

#define LOSS_WINDOW CF_MSEC(500)
#define LOSS_PACKETS_MIN 20U
/* Who asks again and again in one window, and then for a key frame, can't be helped by retransmission. */
#define LOSS_ASKED_MAX 4U
#define REPORT_LIFE CF_SEC(6)

static uint64_t sent_in_window(const struct cf_sink *sink) {
    return sink->packets - sink->loss.before;
}

static uint32_t permille_of(const struct cf_sink *sink) {
    uint64_t sent = sent_in_window(sink);
    uint64_t permille = sent == 0 ? 0 : (uint64_t)sink->loss.missed * 1000U / sent;
    return permille > 1000U ? 1000U : (uint32_t)permille;
}

static void turn_window(struct cf_sink *sink, cf_usec now) {
    struct cf_sink_loss *loss = &sink->loss;
    if (now - loss->since >= LOSS_WINDOW) {
        bool is_old = now - loss->since >= 2 * LOSS_WINDOW;
        loss->permille = is_old && loss->missed == 0 ? 0 : loss->missed >= LOSS_ASKED_MAX ? 1000U : permille_of(sink);
        loss->since = now;
        loss->before = sink->packets;
        loss->missed = 0;
    }
}

void cf_sink_on_missed(struct cf_sink *sink, cf_usec now) {
    turn_window(sink, now);
    sink->loss.missed++;
}

void cf_sink_on_report(struct cf_sink *sink, uint8_t fraction_lost, cf_usec now) {
    sink->loss.reported = fraction_lost * 1000U / 256U;
    sink->loss.reported_at = now;
}

bool cf_sink_is_lossy(const struct cf_sink *sink, cf_usec now) {
    const struct cf_sink_loss *loss = &sink->loss;
    bool is_reported = loss->reported >= CF_SINK_LOSSY && now - loss->reported_at < REPORT_LIFE;
    bool is_missing = sent_in_window(sink) >= LOSS_PACKETS_MIN && permille_of(sink) >= CF_SINK_LOSSY;
    bool was_missing = loss->permille >= CF_SINK_LOSSY && now - loss->since < 2 * LOSS_WINDOW;
    return is_reported || is_missing || was_missing || loss->missed >= LOSS_ASKED_MAX;
}

/* Does nobody else see @p source? By which other workers somebody does is known where it lives; elsewhere somebody may. */
static bool has_one_viewer(const struct cf_source *source) {
    bool is_alone_here = cf_list_first(&source->shown_by) == cf_list_last(&source->shown_by);
    return is_alone_here && source->far_bps == 0 && !source->config.is_far;
}

/* May a receiver with a bad link have a key frame? Not if others who see the source are to pay for it. */
static bool is_kept_waiting(struct cf_sink *sink, cf_usec now) {
    if (has_one_viewer(sink->shown) || !cf_sink_is_lossy(sink, now)) {
        return false;
    }
    /* The pause begins with the first request, which may be of the moment only: by its end the link may be good again. */
    sink->lossy_key_at = sink->lossy_key_at == 0 ? now : sink->lossy_key_at;
    if (now - sink->lossy_key_at < CF_SINK_LOSSY_PAUSE) {
        return true;
    }
    sink->lossy_key_at = now;
    return false;
}

void cf_sink_on_key_request(struct cf_sink *sink, int fir_number, cf_usec now) {
    bool repeated = fir_number >= 0 && sink->has_fir && sink->fir_number == fir_number;
    if (fir_number >= 0) {
        sink->fir_number = (uint8_t)fir_number;
        sink->has_fir = true;
    }
    sink->counts.keys_wanted++;
    if (repeated || sink->shown == NULL || !cf_keyframe_budget_spend(&sink->budget, now)) {
        sink->counts.keys_refused++;
        return;
    }
    if (is_kept_waiting(sink, now)) {
        sink->counts.keys_lossy++;
        return;
    }
    cf_source_want_key(sink->shown, CF_KEYFRAME_CAUSE_LOSS, now);
}

void cf_sink_look(struct cf_sink *sink, cf_usec now) {
    uint8_t present = sink->gate.present.spatial;
    bool is_low = layer_limit(sink).spatial > present && cf_layer_rates_go_above(&sink->shown->rates, present);
    if (!is_low || sink->low_since == 0) {
        sink->low_since = is_low ? now : 0;
        return;
    }
    if (now - sink->low_since >= CF_SINK_LOW_PATIENCE) {
        sink->low_since = now;
        if (!is_kept_waiting(sink, now) && cf_keyframe_budget_spend(&sink->budget, now)) {
            cf_source_want_key(sink->shown, CF_KEYFRAME_CAUSE_JOIN, now);
        }
    }
}

bool cf_sink_timestamp_at(const struct cf_sink *sink, cf_wall wall, cf_usec now, uint32_t *ret_timestamp) {
    const struct cf_rewrite *rewrite = &sink->rewrite;
    const struct cf_source *source = sink->shown;
    if (rewrite->stays[0].source == 0) {
        return false;
    }
    if (source != NULL && source->clock.any) {
        cf_usec offset = source->has_lip_offset ? source->lip_offset_usec : source->clock.offset_usec;
        *ret_timestamp = cf_clock_map_timestamp_at(&source->clock, wall, offset) + rewrite->stays[0].timestamp_shift;
        return true;
    }
    cf_usec elapsed = now > rewrite->head_arrival ? now - rewrite->head_arrival : 0;
    *ret_timestamp = rewrite->heads.timestamp + (uint32_t)cf_usec_to_ticks(elapsed, CF_VIDEO_CLOCK_HZ);
    return true;
}
