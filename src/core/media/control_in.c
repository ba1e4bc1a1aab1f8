/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTCP in: what peers report on our streams and theirs (RFC 3550), and what they ask for (RFC 4585, RFC 5104). A peer can only
 * speak of streams of its own transport, and everything it asks for has a budget.
 */
#include "core/media/internal.h"
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/xr.h"

/* UDP and IP headers, for the reckoning of RTCP bandwidth. */
#define HEADERS_LEN 28

/* A limit is acknowledged at most that often. */
#define NOTIFY_PAUSE CF_MSEC(100)

/* --- reports --- */

static void take_sender_info(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_rtcp_report *report) {
    struct cf_clock_map *clock = stream->has_source ? &stream->source.clock : &stream->line->clock;
    cf_rtp_receiver_on_sr(&stream->receiver, report->info.ntp, engine->now);
    cf_clock_map_on_sr(clock, report->info.ntp, report->info.rtp_timestamp, cf_engine_wall(engine));
    if (stream->has_source) {
        cf_engine_tell_source(engine, stream);
    } else if (stream->line == stream->line->leg->sound) {
        cf_engine_tell_sound(engine, stream->line);
    }
}

static void take_block(struct cf_engine *engine, const struct cf_engine_transport *t, const struct cf_report_block *block) {
    struct cf_engine_line *line = cf_engine_leg_line_of_ours(t->leg, t, block->ssrc);
    if (line == NULL) {
        return;
    }
    cf_ntp ntp = cf_wall_to_ntp(cf_engine_wall(engine));
    cf_usec round_trip = cf_rtcp_round_trip(block->last_sr, block->delay_since_sr, ntp);
    line->report = (struct cf_line_report){
        .any = true,
        .fraction_lost = block->fraction_lost,
        .lost = block->lost,
        .jitter_usec = cf_ticks_to_usec(block->jitter, line->sender.clock_rate_hz),
        .round_trip_usec = round_trip >= 0 ? round_trip : line->report.round_trip_usec,
    };
    if (line->has_sink) {
        cf_sink_on_report(&line->sink, block->fraction_lost, engine->now);
    }
    cf_engine_bandwidth_on_report(engine, line);
}

static void take_report(struct cf_engine *engine, const struct cf_engine_transport *t, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_report report;
    struct cf_report_block block;
    if (cf_rtcp_parse_report(packet, &report) != CF_OK) {
        return;
    }
    struct cf_engine_stream *stream = cf_engine_leg_stream_of_peer(t->leg, t, report.ssrc);
    if (stream != NULL && report.is_sender && report.ssrc == stream->receiver.ssrc) {
        take_sender_info(engine, stream, &report);
    }
    for (size_t i = 0; cf_rtcp_block_at(&report, i, &block); i++) {
        take_block(engine, t, &block);
    }
}

/* The stream has ended: nothing of it is shown any more, and another may begin at once. */
static void take_bye(struct cf_engine *engine, const struct cf_engine_transport *t, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_bye bye;
    uint32_t ssrc;
    if (cf_rtcp_parse_bye(packet, &bye) != CF_OK) {
        return;
    }
    for (size_t i = 0; cf_rtcp_ssrc_at(bye.ssrcs, i, &ssrc); i++) {
        struct cf_engine_stream *stream = cf_engine_leg_stream_of_peer(t->leg, t, ssrc);
        if (stream == NULL || ssrc != stream->receiver.ssrc) {
            continue;
        }
        stream->free_until = engine->now + CF_LINE_SSRC_FREE;
        if (stream->has_source && stream->source.seen) {
            cf_forward_end_source(&t->leg->room->forward, &stream->source, engine->now);
            cf_engine_touch_room(engine, t->leg->room);
            cf_engine_tell_source(engine, stream);
        }
    }
}

/* --- requests --- */

static void want_key(struct cf_engine *engine, struct cf_engine_line *line, int fir_number) {
    if (line != NULL && line->has_sink) {
        cf_sink_on_key_request(&line->sink, fir_number, engine->now);
        cf_engine_touch_room(engine, line->leg->room);
    }
}

static void want_repeat(struct cf_engine *engine, struct cf_engine_line *line, uint16_t sequence) {
    if (engine->repeat_count == CF_ENGINE_REPEATS_MAX) {
        engine->totals.repeats_lost++;
        return;
    }
    engine->repeats[engine->repeat_count++] = (struct cf_engine_repeat){.line = line, .sequence = sequence};
}

static void take_nack(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtcp_feedback *feedback) {
    struct cf_nack nack;
    if (line == NULL || !line->has_sink) {
        return;
    }
    for (size_t i = 0; cf_nack_at(feedback, i, &nack); i++) {
        want_repeat(engine, line, nack.sequence);
        for (uint16_t bit = 0; bit < 16; bit++) {
            if ((nack.following >> bit & 1U) != 0) {
                want_repeat(engine, line, (uint16_t)(nack.sequence + bit + 1));
            }
        }
    }
}

static void take_limit(struct cf_engine *engine, struct cf_engine_line *line, uint64_t bitrate_bps) {
    if (line != NULL && line->has_sink) {
        cf_bitrate_wish_set(&line->sink.wish, bitrate_bps, engine->now);
        cf_engine_bandwidth_on_limit(engine, line->leg, 0);
    }
}

static void take_tmmbr(struct cf_engine *engine, const struct cf_engine_transport *t, const struct cf_rtcp_feedback *feedback) {
    struct cf_tmmb entry;
    for (size_t i = 0; cf_tmmb_at(feedback, i, &entry); i++) {
        struct cf_engine_line *line = cf_engine_leg_line_of_ours(t->leg, t, entry.ssrc);
        take_limit(engine, line, entry.bitrate_bps);
        if (line != NULL && (line->notified_at == 0 || engine->now - line->notified_at >= NOTIFY_PAUSE)) {
            line->notified_at = engine->now;
            cf_engine_send_limit(engine, line, entry.bitrate_bps, feedback->sender_ssrc);
        }
    }
}

static void take_tmmbn(const struct cf_engine_transport *t, const struct cf_rtcp_feedback *feedback) {
    struct cf_engine_stream *stream = cf_engine_leg_stream_of_peer(t->leg, t, feedback->sender_ssrc);
    if (stream != NULL && stream->has_source) {
        cf_bitrate_ask_on_notification(&stream->source.bitrate);
    }
}

static void take_remb(struct cf_engine *engine, const struct cf_engine_transport *t, const struct cf_rtcp_feedback *feedback) {
    struct cf_remb remb;
    uint32_t ssrc;
    if (cf_remb_parse(feedback, &remb) != CF_OK) {
        return;
    }
    bool is_ours = false;
    for (size_t i = 0; cf_rtcp_ssrc_at(remb.ssrcs, i, &ssrc); i++) {
        struct cf_engine_line *line = cf_engine_leg_line_of_ours(t->leg, t, ssrc);
        take_limit(engine, line, remb.bitrate_bps);
        is_ours |= line != NULL && line->has_sink;
    }
    /* It is what all of them together may have. */
    if (is_ours) {
        cf_engine_bandwidth_on_limit(engine, t->leg, remb.bitrate_bps > 0 ? remb.bitrate_bps : 1);
    }
}

static void take_picture_feedback(struct cf_engine *engine, const struct cf_engine_transport *t,
                                  const struct cf_rtcp_feedback *feedback) {
    struct cf_fir fir;
    switch (feedback->format) {
    case CF_PSFB_PLI:
    case CF_PSFB_SLI:
        want_key(engine, cf_engine_leg_line_of_ours(t->leg, t, feedback->media_ssrc), -1);
        break;
    case CF_PSFB_FIR:
        for (size_t i = 0; cf_fir_at(feedback, i, &fir); i++) {
            want_key(engine, cf_engine_leg_line_of_ours(t->leg, t, fir.ssrc), fir.number);
        }
        break;
    case CF_PSFB_AFB:
        take_remb(engine, t, feedback);
        break;
    default:
        break; /* RPSI and others: nothing that a forwarder can do */
    }
}

static void take_feedback(struct cf_engine *engine, const struct cf_engine_transport *t, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_feedback feedback;
    if (cf_rtcp_parse_feedback(packet, &feedback) != CF_OK) {
        return;
    }
    if (feedback.type == CF_RTCP_PSFB) {
        take_picture_feedback(engine, t, &feedback);
    } else if (feedback.format == CF_RTPFB_NACK) {
        take_nack(engine, cf_engine_leg_line_of_ours(t->leg, t, feedback.media_ssrc), &feedback);
    } else if (feedback.format == CF_RTPFB_TMMBR) {
        take_tmmbr(engine, t, &feedback);
    } else if (feedback.format == CF_RTPFB_TMMBN) {
        take_tmmbn(t, &feedback);
    } else if (feedback.format == CF_RTPFB_TRANSPORT_CC) {
        cf_engine_bandwidth_on_feedback(engine, t, &feedback);
    }
}

/* The peer's reference time is answered with the next report. */
static void take_extended(struct cf_engine *engine, struct cf_engine_transport *t, const struct cf_rtcp_packet *packet) {
    struct cf_xr_iter iter;
    struct cf_xr_block block;
    uint32_t ssrc;
    cf_ntp ntp;
    if (cf_xr_iter_init(&iter, packet, &ssrc) != CF_OK) {
        return;
    }
    while (cf_xr_next(&iter, &block)) {
        if (block.type == CF_XR_RRT && cf_xr_parse_rrt(&block, &ntp) == CF_OK) {
            t->reference = (struct cf_engine_reference){.ssrc = ssrc, .middle = (uint32_t)(ntp >> 16), .came_at = engine->now};
        }
    }
}

bool cf_engine_take_control(struct cf_engine *engine, const struct cf_engine_arrival *arrival) {
    struct cf_engine_transport *t = arrival->transport;
    /* Reduced-size packets are taken whether agreed on or not: there is no harm in them. */
    if (cf_rtcp_check(arrival->octets, true) != CF_OK) {
        return false;
    }
    if (t->has_schedule) {
        cf_rtcp_schedule_on_received(&t->schedule, arrival->datagram_len + HEADERS_LEN);
    }
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    cf_rtcp_iter_init(&iter, arrival->octets);
    while (cf_rtcp_next(&iter, &packet)) {
        if (packet.type == CF_RTCP_SR || packet.type == CF_RTCP_RR) {
            take_report(engine, t, &packet);
        } else if (packet.type == CF_RTCP_BYE) {
            take_bye(engine, t, &packet);
        } else if (packet.type == CF_RTCP_RTPFB || packet.type == CF_RTCP_PSFB) {
            take_feedback(engine, t, &packet);
        } else if (packet.type == CF_RTCP_XR) {
            take_extended(engine, t, &packet);
        }
    }
    return true;
}
