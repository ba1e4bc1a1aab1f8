/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the lines of a leg are doing. */
#include "core/media/internal.h"
#include "core/media/mos.h"

/* The whole engine is told of when some leg is, but not with each. */
#define TOTALS_INTERVAL CF_SEC(1)

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
    stats->freezes_out = (uint32_t)sink->counts.freezes;
    stats->frozen_out_usec = sink->counts.frozen_usec;
    stats->switches_out = (uint32_t)sink->counts.switches;
    if (sink->shown != NULL) {
        stats->shown = cf_engine_stream_of(sink->shown)->line->leg->name;
        stats->grade_out = sink->shown->config.grade;
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

static uint32_t rate_of(uint64_t octets, cf_usec duration) {
    uint64_t rate = duration <= 0 ? 0 : octets * 8 * 1000000 / (uint64_t)duration;
    return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

/* What has changed since the last time. */
static void add_rates(struct cf_engine_line *line, struct cf_media_line_stats *stats, cf_usec now) {
    const struct cf_line_mark *mark = &line->mark;
    bool is_valid = cf_rtp_receiver_is_valid(&line->in.receiver);
    struct cf_line_mark next = {.at = now,
                                .octets_in = line->counts.octets_in,
                                .octets_out = line->counts.octets_out,
                                .expected = is_valid ? cf_rtp_receiver_expected(&line->in.receiver) : 0,
                                .received = is_valid ? line->in.receiver.received : 0};
    if (mark->at != 0) {
        stats->rate_in_bps = rate_of(next.octets_in - mark->octets_in, now - mark->at);
        stats->rate_out_bps = rate_of(next.octets_out - mark->octets_out, now - mark->at);
    }
    uint32_t expected = next.expected - mark->expected;
    uint32_t received = next.received - mark->received;
    /* A stream that began anew counts from its beginning. */
    if (next.expected >= mark->expected && next.received >= mark->received && expected > received) {
        stats->lost_in_permille = (uint16_t)((uint64_t)(expected - received) * 1000 / expected);
    }
    line->mark = next;
}

static enum cf_codec codec_in_use(const struct cf_engine_line *line) {
    const struct cf_payload *payload = cf_engine_line_payload_in(line, line->payload_type_in);
    return payload != NULL ? payload->codec : line->agreed.payload_count > 0 ? line->agreed.payloads[0].codec : CF_CODEC_NONE;
}

static void add_mos(const struct cf_engine_line *line, struct cf_media_line_stats *stats) {
    struct cf_mos_input input = {.codec = codec_in_use(line), .round_trip_usec = stats->round_trip_usec};
    if (cf_rtp_receiver_is_valid(&line->in.receiver)) {
        input.loss_permille = stats->lost_in_permille;
        input.jitter_usec = stats->jitter_in_usec;
        stats->mos_in_centi = cf_mos_centi(&input);
    }
    if (line->report.any) {
        input.loss_permille = stats->fraction_lost_out * 1000U / 256U;
        input.jitter_usec = stats->jitter_out_usec;
        stats->mos_out_centi = cf_mos_centi(&input);
    }
}

static struct cf_media_line_stats stats_of(struct cf_engine_line *line, cf_usec now) {
    struct cf_media_line_stats stats = {
        .line = line->index,
        .is_sound = line->agreed.kind == CF_MEDIA_AUDIO,
        .ssrc_out = line->ssrc,
        .fraction_lost_out = line->report.fraction_lost,
        .lost_out = line->report.lost,
        .jitter_out_usec = line->report.jitter_usec,
        .round_trip_usec = line->report.round_trip_usec,
    };
    add_counts(&line->counts, &stats);
    add_received(&line->in.receiver, &stats);
    add_rates(line, &stats, now);
    if (line->has_sink) {
        add_bandwidth(line, now, &stats);
        add_sink(&line->sink, &stats);
    }
    if (stats.is_sound) {
        stats.shown = line->passing.talker;
        add_mos(line, &stats);
    }
    return stats;
}

void cf_engine_report_totals(struct cf_engine *engine) {
    if (engine->now < engine->totals_at) {
        return;
    }
    engine->totals_at = engine->now + TOTALS_INTERVAL;
    const struct cf_media_event event = {.kind = CF_MEDIA_EVENT_TOTALS, .as.totals = engine->totals};
    cf_event_queue_put(&engine->events, &event);
}

void cf_engine_report_stats(struct cf_engine *engine, struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL && leg->lines[i]->is_active) {
            struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_STATS);
            event.as.stats = stats_of(leg->lines[i], engine->now);
            cf_event_queue_put(&engine->events, &event);
        }
    }
}
