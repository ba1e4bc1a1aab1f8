/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the lines of a leg are doing. */
#include "core/media/internal.h"

static void add_received(const struct cf_rtp_receiver *r, struct cf_media_line_stats *stats) {
    if (!cf_rtp_receiver_is_valid(r)) {
        return;
    }
    stats->ssrc_in = r->ssrc;
    stats->lost_in = (int32_t)(cf_rtp_receiver_expected(r) - r->received);
    stats->jitter_in_usec = cf_ticks_to_usec(r->jitter_16 / 16, r->clock_rate_hz);
}

static void add_counts(const struct cf_line_counts *counts, struct cf_media_line_stats *stats) {
    stats->packets_in = counts->packets_in;
    stats->packets_used = counts->packets_used;
    stats->octets_in = counts->octets_in;
    memcpy(stats->discards, counts->discards, sizeof stats->discards);
    stats->packets_out = counts->packets_out;
    stats->octets_out = counts->octets_out;
    stats->repeats_out = counts->repeats_out;
    stats->failures_out = counts->failures_out;
    stats->key_frames_asked = counts->key_frames_asked;
}

static void add_sink(const struct cf_sink *sink, struct cf_media_line_stats *stats) {
    stats->key_frames_wanted = (uint32_t)sink->counts.keys_wanted;
    stats->key_frames_refused = (uint32_t)sink->counts.keys_refused;
    if (sink->shown != NULL) {
        stats->shown = CF_OF(sink->shown, struct cf_engine_line, source)->leg->name;
    }
}

static void add_bandwidth(const struct cf_engine_line *line, cf_usec now, struct cf_media_line_stats *stats) {
    const struct cf_engine_bandwidth *b = line->leg->bandwidth;
    if (b == NULL) {
        return;
    }
    uint64_t target = cf_engine_bandwidth_target(line->leg, now);
    stats->target_bps = target == UINT64_MAX ? 0 : target;
    stats->estimate_bps = b->transport == NULL ? 0 : b->estimator.estimate_bps;
    stats->wanted_bps = b->wanted_bps;
    stats->is_paused = line->share.is_paused;
    stats->is_limited = line->share.is_limited;
    if (line->share.is_known) {
        stats->grade_out = line->share.layer.encoding;
        stats->spatial_out = line->share.layer.spatial;
        stats->temporal_out = line->share.layer.temporal;
    }
}

static struct cf_media_line_stats stats_of(const struct cf_engine_line *line, cf_usec now) {
    struct cf_media_line_stats stats = {
        .line = line->index,
        .ssrc_out = line->ssrc,
        .fraction_lost_out = line->report.fraction_lost,
        .lost_out = line->report.lost,
        .jitter_out_usec = line->report.jitter_usec,
        .round_trip_usec = line->report.round_trip_usec,
    };
    add_counts(&line->counts, &stats);
    add_received(&line->receiver, &stats);
    if (line->has_sink) {
        add_sink(&line->sink, &stats);
        add_bandwidth(line, now, &stats);
    }
    return stats;
}

void cf_engine_report_stats(struct cf_engine *engine, const struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL && leg->lines[i]->is_active) {
            struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_STATS);
            event.as.stats = stats_of(leg->lines[i], engine->now);
            cf_event_queue_put(&engine->events, &event);
        }
    }
}
