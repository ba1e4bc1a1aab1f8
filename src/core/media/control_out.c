/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTCP out: reports of our own for every line (RFC 3550 section 6.4), and requests to peers, which go at once: each leg is a
 * session of two, where RFC 4585 section 3.4 allows immediate feedback; what limits them is the sources' own machines.
 */
#include "core/media/internal.h"
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/sdes.h"
#include "core/rtcp/xr.h"

#define HEADERS_LEN 28

/* Clocks of sound and pictures of one peer that differ by more are not the same clock. */
#define SAME_CLOCK_USEC CF_SEC(2)

/* The largest bit rate that is worth naming. */
#define NO_LIMIT_BPS UINT64_C(100000000)

/* In a limit for all streams of a peer: its sound, and a stream whose rate is not known. */
#define SOUND_BPS UINT64_C(64000)
#define REMB_SSRCS_MAX 16U
#define UNKNOWN_RATE_BPS UINT64_C(300000)

/* What the mixer plays now was captured so much earlier, in the clock of the peer: pictures are told to belong to that sound. */
static void set_lip_offset(struct cf_engine_stream *picture) {
    const struct cf_engine_leg *leg = picture->line->leg;
    const struct cf_engine_line *sound = leg->sound;
    struct cf_source *source = &picture->source;
    struct cf_mix_leg_stats stats;
    source->has_lip_offset = false;
    if (sound == NULL || !sound->clock.any || !source->clock.any) {
        return;
    }
    cf_usec apart = sound->clock.offset_usec - source->clock.offset_usec;
    bool same_clock = apart > -SAME_CLOCK_USEC && apart < SAME_CLOCK_USEC;
    if (same_clock && sound->mixer != NULL && cf_mixer_leg_stats(sound->mixer, sound->mix, &stats)) {
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
        set_lip_offset(cf_engine_stream_of(line->sink.shown));
        (void)cf_sink_timestamp_at(&line->sink, wall, engine->now, &ret_info->rtp_timestamp);
    }
    return true;
}

static struct cf_str cname_of(const struct cf_engine *engine, const struct cf_engine_line *line) {
    const struct cf_tag *own = &line->leg->policy.cname;
    return cf_tag_str(own->len > 0 ? own : &engine->cname);
}

static void put_cname(const struct cf_engine *engine, const struct cf_engine_line *line, struct cf_writer *w) {
    struct cf_str name = cf_tag_str(&line->mid);
    /* Whoever tells lines apart by mid in RTP does so in RTCP (RFC 9143 section 14); Linphone looks for it under another number.
     */
    const struct cf_sdes_item items[] = {{.type = CF_SDES_CNAME, .value = cname_of(engine, line)},
                                         {.type = CF_SDES_MID, .value = name},
                                         {.type = CF_SDES_MID_LINPHONE, .value = name}};
    cf_put_rtcp_sdes(w, line->ssrc, items, cf_engine_line_sends_mid(line) ? 3 : 1);
}

/* What every compound begins with. */
static void put_report(struct cf_engine *engine, struct cf_engine_line *line, struct cf_writer *w) {
    struct cf_report_block blocks[CF_MEDIA_ENCODINGS_MAX];
    struct cf_sender_info info;
    size_t count = 0;
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        struct cf_rtp_receiver *receiver = &cf_engine_line_stream(line, i)->receiver;
        if (cf_rtp_receiver_is_valid(receiver)) {
            cf_rtp_receiver_report(receiver, engine->now, &blocks[count++]);
        }
    }
    if (get_sender_info(engine, line, &info)) {
        cf_put_rtcp_sr(w, line->ssrc, &info, blocks, count);
    } else {
        cf_put_rtcp_rr(w, line->ssrc, blocks, count);
    }
    put_cname(engine, line, w);
}

/* The stream of retransmissions is one of its own (RFC 4588 section 4, RFC 3550 section 6): its packets are counted apart, its
 * media time is that of what it repairs. */
static void put_repair_report(struct cf_engine *engine, const struct cf_engine_line *line, struct cf_writer *w) {
    struct cf_sender_info info;
    struct cf_sender_info repaired;
    cf_ntp ntp = cf_wall_to_ntp(cf_engine_wall(engine));
    if (!cf_rtp_sender_report(&line->rtx_sender, engine->now, ntp, &info) || !get_sender_info(engine, line, &repaired)) {
        return;
    }
    info.rtp_timestamp = repaired.rtp_timestamp;
    cf_put_rtcp_sr(w, line->rtx_sender.ssrc, &info, NULL, 0);
    const struct cf_sdes_item cname = {.type = CF_SDES_CNAME, .value = cname_of(engine, line)};
    cf_put_rtcp_sdes(w, line->rtx_sender.ssrc, &cname, 1);
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

/* RFC 3611 section 4.5: once for each reference time. */
static void put_answer(const struct cf_engine *engine, const struct cf_engine_line *line, struct cf_writer *w) {
    struct cf_engine_reference *reference = &line->transport->reference;
    if (reference->middle != 0) {
        const struct cf_xr_dlrr entry = {.ssrc = reference->ssrc,
                                         .last_rr = reference->middle,
                                         .delay = (uint32_t)cf_usec_to_ticks(engine->now - reference->came_at, 65536)};
        cf_put_rtcp_xr_dlrr(w, line->ssrc, &entry, 1);
        reference->middle = 0;
    }
}

void cf_engine_send_report(struct cf_engine *engine, struct cf_engine_line *line, bool is_last) {
    uint8_t buffer[CF_CONTROL_PLAIN_MAX];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    put_report(engine, line, &w);
    put_repair_report(engine, line, &w);
    put_answer(engine, line, &w);
    if (is_last) {
        const uint32_t ssrcs[] = {line->ssrc, line->rtx_sender.ssrc};
        cf_put_rtcp_bye(&w, ssrcs, line->rtx_sender.packet_count > 0 ? 2 : 1, CF_STR_NONE);
    }
    line->is_report_due = false;
    send(engine, line, &w);
}

/* A line that neither sends nor receives has nothing to say, but somebody has to speak for the transport. */
static bool has_report(const struct cf_engine_line *line) {
    return line->is_report_due || cf_engine_line_is_received(line);
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

static void put_key_request(struct cf_engine_stream *stream, enum cf_keyframe_cause cause, struct cf_writer *w) {
    const struct cf_engine_line *line = stream->line;
    bool has_fir = cf_engine_line_has_feedback(line, CF_FEEDBACK_CCM_FIR);
    bool has_pli = cf_engine_line_has_feedback(line, CF_FEEDBACK_NACK_PLI);
    uint32_t media = stream->receiver.ssrc;
    /* A FIR names its source inside only (RFC 5104 section 4.3.1.2): Linphone, which looks outside for the line of a bundle that
     * feedback is about, does not find it. */
    bool is_fir_found = !cf_engine_line_sends_mid(line);
    if (has_fir && (!has_pli || (cause == CF_KEYFRAME_CAUSE_JOIN && is_fir_found))) {
        /* Each request of ours is a new one: repeats come after a pause in which an answer should have come. */
        const struct cf_fir fir = {.ssrc = media, .number = ++stream->fir_number};
        cf_put_rtcp_fir(w, line->ssrc, &fir, 1);
    } else {
        cf_put_rtcp_pli(w, line->ssrc, media);
    }
}

/* Streams that REMB speaks of, and what they all may have together: browsers take it as that, whatever SSRCs it names. */
struct total {
    uint64_t bps;
    bool is_limited; /* some of them are */
    size_t count;
    uint32_t ssrcs[REMB_SSRCS_MAX];
};

/* What a stream needs that somebody looks at: room to grow. */
static uint64_t need_of(const struct cf_source *source, cf_usec now) {
    uint64_t rate = cf_layer_rates_total(&source->rates, now) / 2 * 3;
    return rate > UNKNOWN_RATE_BPS ? rate : UNKNOWN_RATE_BPS;
}

/*
 * An encoding that nobody looks at needs nothing if it is finer than all that are looked at; below them it must be paid for,
 * since senders give to coarser ones first. One that has not begun, for want of a link as a rule, must be able to.
 */
static void add_line(struct cf_engine_line *line, cf_usec now, struct total *total) {
    uint8_t finest = UINT8_MAX;
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        const struct cf_engine_stream *stream = cf_engine_line_stream(line, i);
        if (stream->has_source && !stream->source.is_paused && stream->source.config.grade < finest) {
            finest = stream->source.config.grade;
        }
    }
    for (size_t i = 0; i < cf_engine_line_stream_count(line) && total->count < REMB_SSRCS_MAX; i++) {
        const struct cf_engine_stream *stream = cf_engine_line_stream(line, i);
        const struct cf_source *source = &stream->source;
        if (!stream->has_source) {
            continue;
        }
        uint64_t limit = source->bitrate.wanted_bps;
        bool is_unseen = source->is_paused && source->config.grade < finest;
        bool is_open = source->is_paused || !source->bitrate.any || limit >= NO_LIMIT_BPS;
        if (stream->receiver.is_started) {
            total->ssrcs[total->count++] = stream->receiver.ssrc;
        }
        total->is_limited = total->is_limited || is_unseen || !is_open;
        total->bps += is_unseen ? (finest == UINT8_MAX ? limit : 0) : is_open ? need_of(source, now) : limit;
    }
}

static void put_remb(struct cf_engine *engine, const struct cf_engine_line *line, struct cf_writer *w) {
    struct total total = {.bps = SOUND_BPS};
    for (size_t i = 0; i < line->leg->line_count; i++) {
        struct cf_engine_line *other = line->leg->lines[i];
        if (other != NULL && other->is_active && other->transport == line->transport && other->agreed.kind == CF_MEDIA_VIDEO) {
            add_line(other, engine->now, &total);
        }
    }
    uint64_t bps = total.is_limited && total.bps < NO_LIMIT_BPS ? total.bps : NO_LIMIT_BPS;
    cf_put_rtcp_remb(w, line->ssrc, bps, total.ssrcs, total.count);
}

static void put_bitrate(struct cf_engine *engine, const struct cf_engine_stream *stream, uint64_t bitrate_bps,
                        struct cf_writer *w) {
    const struct cf_engine_line *line = stream->line;
    uint64_t limit = bitrate_bps < NO_LIMIT_BPS ? bitrate_bps : NO_LIMIT_BPS;
    if (cf_engine_line_has_feedback(line, CF_FEEDBACK_CCM_TMMBR)) {
        const struct cf_tmmb entry = {.ssrc = stream->receiver.ssrc, .bitrate_bps = limit, .overhead = 40};
        cf_put_rtcp_tmmb(w, CF_RTPFB_TMMBR, line->ssrc, &entry, 1);
    } else {
        put_remb(engine, line, w);
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

void cf_engine_send_ask(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_source_ask *ask) {
    struct cf_engine_line *line = stream->line;
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
        put_key_request(stream, ask->key_frame, &w);
    }
    cf_put_rtcp_nack(&w, line->ssrc, stream->receiver.ssrc, ask->nacks, ask->nack_count);
    if (ask->has_bitrate) {
        put_bitrate(engine, stream, ask->bitrate_bps, &w);
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
