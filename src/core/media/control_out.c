/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTCP out: reports of our own for every line (RFC 3550 section 6.4), and requests to peers, which go at once: each leg is a
 * session of two, where RFC 4585 section 3.4 allows immediate feedback; what limits them is the sources' own machines.
 */
#include "core/media/internal.h"
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/sdes.h"

#define HEADERS_LEN 28

/* Clocks of sound and pictures of one peer that differ by more are not the same clock. */
#define SAME_CLOCK_USEC CF_SEC(2)

/* The largest bit rate that is worth naming. */
#define NO_LIMIT_BPS UINT64_C(100000000)

/* What the mixer plays now was captured so much earlier, in the clock of the peer: pictures are told to belong to that sound. */
static void set_lip_offset(struct cf_engine_line *picture) {
    const struct cf_engine_line *sound = picture->leg->sound;
    struct cf_source *source = &picture->source;
    struct cf_mix_leg_stats stats;
    source->has_lip_offset = false;
    if (sound == NULL || !sound->clock.any || !source->clock.any) {
        return;
    }
    cf_usec apart = sound->clock.offset_usec - source->clock.offset_usec;
    bool same_clock = apart > -SAME_CLOCK_USEC && apart < SAME_CLOCK_USEC;
    if (same_clock && cf_mixer_leg_stats(&picture->leg->room->mixer, sound->mix, &stats)) {
        source->has_lip_offset = true;
        source->lip_offset_usec = sound->clock.offset_usec + stats.jitter.delay_usec;
    }
}

static bool get_sender_info(struct cf_engine *engine, const struct cf_engine_line *line, struct cf_sender_info *ret_info) {
    cf_wall wall = cf_engine_wall(engine);
    if (!line->has_sent || !cf_rtp_sender_report(&line->sender, engine->now, cf_wall_to_ntp(wall), ret_info)) {
        return false;
    }
    if (line->has_sink && line->sink.shown != NULL) {
        set_lip_offset(CF_OF(line->sink.shown, struct cf_engine_line, source));
        (void)cf_sink_timestamp_at(&line->sink, wall, engine->now, &ret_info->rtp_timestamp);
    }
    return true;
}

static void put_cname(const struct cf_engine *engine, const struct cf_engine_line *line, struct cf_writer *w) {
    const struct cf_tag *own = &line->leg->policy.cname;
    const struct cf_media_extension *mid = &line->agreed.extensions[CF_EXTENSION_MID];
    struct cf_str name = cf_tag_str(&line->agreed.mid);
    /* Whoever tells lines apart by mid in RTP does so in RTCP (RFC 9143 section 14); Linphone looks for it under another number.
     */
    const struct cf_sdes_item items[] = {{.type = CF_SDES_CNAME, .value = cf_tag_str(own->len > 0 ? own : &engine->cname)},
                                         {.type = CF_SDES_MID, .value = name},
                                         {.type = CF_SDES_MID_LINPHONE, .value = name}};
    cf_put_rtcp_sdes(w, line->ssrc, items, mid->id != 0 && mid->can_send && name.len > 0 ? 3 : 1);
}

/* What every compound begins with. */
static void put_report(struct cf_engine *engine, struct cf_engine_line *line, struct cf_writer *w) {
    struct cf_report_block block;
    struct cf_sender_info info;
    size_t count = cf_rtp_receiver_is_valid(&line->receiver) ? 1 : 0;
    if (count > 0) {
        cf_rtp_receiver_report(&line->receiver, engine->now, &block);
    }
    if (get_sender_info(engine, line, &info)) {
        cf_put_rtcp_sr(w, line->ssrc, &info, &block, count);
    } else {
        cf_put_rtcp_rr(w, line->ssrc, &block, count);
    }
    put_cname(engine, line, w);
}

static void send(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_writer *w) {
    struct cf_engine_transport *t = line->transport;
    cf_assert(cf_writer_ok(w));
    if (!cf_engine_transport_can_send(t, CF_ENGINE_PORT_RTCP)) {
        return;
    }
    bool sent = cf_control_queue_put(&engine->control, engine->config.crypto, cf_engine_transport_control_send(t),
                                     cf_engine_transport_socket(t, CF_ENGINE_PORT_RTCP),
                                     cf_engine_transport_remote(t, CF_ENGINE_PORT_RTCP), cf_writer_span(w));
    if (sent && t->has_schedule) {
        cf_rtcp_schedule_on_sent(&t->schedule, w->len + HEADERS_LEN);
    }
}

void cf_engine_send_report(struct cf_engine *engine, struct cf_engine_line *line, bool is_last) {
    uint8_t buffer[CF_CONTROL_PLAIN_MAX];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    put_report(engine, line, &w);
    if (is_last) {
        cf_put_rtcp_bye(&w, &line->ssrc, 1, CF_STR_NONE);
    }
    line->is_report_due = false;
    send(engine, line, &w);
}

/* A line that neither sends nor receives has nothing to say, but somebody has to speak for the transport. */
static bool has_report(const struct cf_engine_line *line) {
    return line->is_report_due || cf_rtp_receiver_is_valid(&line->receiver);
}

void cf_engine_send_reports(struct cf_engine *engine, struct cf_engine_transport *t) {
    struct cf_engine_leg *leg = t->leg;
    size_t sent = 0;
    for (uint16_t n = 0; n < leg->line_count && sent < CF_ENGINE_REPORTS_MAX; n++) {
        uint16_t at = (uint16_t)((t->reported + 1U + n) % leg->line_count);
        struct cf_engine_line *line = leg->lines[at];
        if (line != NULL && line->is_active && line->transport == t && has_report(line)) {
            cf_engine_send_report(engine, line, false);
            t->reported = at;
            sent++;
        }
    }
    struct cf_engine_line *first = cf_engine_leg_first_line(leg, t);
    if (sent == 0 && first != NULL) {
        cf_engine_send_report(engine, first, false);
    }
}

/* --- requests --- */

static bool has_any_key_request(const struct cf_engine_line *line) {
    return cf_engine_line_has_feedback(line, CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_CCM_FIR);
}

static void put_key_request(struct cf_engine_line *line, enum cf_keyframe_cause cause, struct cf_writer *w) {
    bool has_fir = cf_engine_line_has_feedback(line, CF_FEEDBACK_CCM_FIR);
    bool has_pli = cf_engine_line_has_feedback(line, CF_FEEDBACK_NACK_PLI);
    uint32_t media = line->receiver.ssrc;
    if (has_fir && (cause == CF_KEYFRAME_CAUSE_JOIN || !has_pli)) {
        /* Each request of ours is a new one: repeats come after a pause in which an answer should have come. */
        const struct cf_fir fir = {.ssrc = media, .number = ++line->fir_number};
        cf_put_rtcp_fir(w, line->ssrc, &fir, 1);
    } else {
        cf_put_rtcp_pli(w, line->ssrc, media);
    }
}

static void put_bitrate(struct cf_engine_line *line, uint64_t bitrate_bps, struct cf_writer *w) {
    uint64_t limit = bitrate_bps < NO_LIMIT_BPS ? bitrate_bps : NO_LIMIT_BPS;
    uint32_t media = line->receiver.ssrc;
    if (cf_engine_line_has_feedback(line, CF_FEEDBACK_CCM_TMMBR)) {
        const struct cf_tmmb entry = {.ssrc = media, .bitrate_bps = limit, .overhead = 40};
        cf_put_rtcp_tmmb(w, CF_RTPFB_TMMBR, line->ssrc, &entry, 1);
    } else {
        cf_put_rtcp_remb(w, line->ssrc, limit, &media, 1);
    }
}

static void count_key_request(struct cf_engine *engine, struct cf_engine_line *line) {
    line->counts.key_frames_asked++;
    if (!has_any_key_request(line)) {
        struct cf_media_event event = cf_engine_leg_event(line->leg, CF_MEDIA_EVENT_KEY_FRAME_WANTED);
        event.as.line = line->index;
        cf_event_queue_put(&engine->events, &event);
    }
}

void cf_engine_send_ask(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_source_ask *ask) {
    uint8_t buffer[CF_CONTROL_PLAIN_MAX];
    struct cf_writer w;
    bool wants_key = ask->key_frame != CF_KEYFRAME_CAUSE_NONE;
    if (wants_key) {
        count_key_request(engine, line);
    }
    bool asks_key = wants_key && has_any_key_request(line);
    if (!asks_key && ask->nack_count == 0 && !ask->has_bitrate) {
        return;
    }
    cf_writer_init(&w, buffer, sizeof buffer);
    put_report(engine, line, &w);
    if (asks_key) {
        put_key_request(line, ask->key_frame, &w);
    }
    cf_put_rtcp_nack(&w, line->ssrc, line->receiver.ssrc, ask->nacks, ask->nack_count);
    if (ask->has_bitrate) {
        put_bitrate(line, ask->bitrate_bps, &w);
    }
    send(engine, line, &w);
}

/* --- transport-wide feedback --- */

void cf_engine_send_arrivals(struct cf_engine *engine, struct cf_engine_leg *leg) {
    for (size_t i = 0; i < CF_MEDIA_TRANSPORTS_MAX && leg->has_arrivals; i++) {
        struct cf_engine_transport *t = leg->transports[i];
        struct cf_engine_line *line = t == NULL ? NULL : cf_engine_leg_first_line(leg, t);
        while (line != NULL && engine->now >= cf_arrivals_deadline(&t->arrivals)) {
            uint8_t buffer[CF_CONTROL_PLAIN_MAX];
            struct cf_writer w;
            cf_writer_init(&w, buffer, sizeof buffer);
            put_report(engine, line, &w);
            if (!cf_arrivals_poll(&t->arrivals, &w, line->ssrc, t->numbered_ssrc, engine->now) || !cf_writer_ok(&w)) {
                break;
            }
            send(engine, line, &w);
        }
    }
}

void cf_engine_send_limit(struct cf_engine *engine, struct cf_engine_line *line, uint64_t bitrate_bps, uint32_t owner_ssrc) {
    uint8_t buffer[CF_CONTROL_PLAIN_MAX];
    struct cf_writer w;
    const struct cf_tmmb entry = {.ssrc = owner_ssrc, .bitrate_bps = bitrate_bps, .overhead = 40};
    cf_writer_init(&w, buffer, sizeof buffer);
    put_report(engine, line, &w);
    cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBN, line->ssrc, &entry, 1);
    send(engine, line, &w);
}
