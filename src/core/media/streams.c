/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams that come in: which one a packet is of, and who may take over. */
#include "core/media/internal.h"
#include "core/rtp/extension.h"

#define USED CF_MEDIA_USED

/* --- how many there are --- */

enum cf_err cf_engine_make_streams(struct cf_engine *engine, struct cf_engine_line *line, size_t count) {
    uint8_t more = count > 1 ? (uint8_t)(count - 1) : 0;
    struct cf_engine_stream *streams = more == 0 ? NULL : cf_mem_alloc(engine->mem, more * sizeof *streams);
    if (more > 0 && streams == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_engine_free_streams(engine, line);
    line->more = streams;
    line->more_count = more;
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        *cf_engine_line_stream(line, i) = (struct cf_engine_stream){.line = line};
    }
    return CF_OK;
}

/* The encodings that @line receives by its agreement: none if it is not in use. */
static const struct cf_media_simulcast *encodings_of(const struct cf_media_line *line) {
    static const struct cf_media_simulcast none = {.count = 0};
    return line->is_active ? &line->simulcast_in : &none;
}

enum cf_err cf_engine_set_streams(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_media_line *agreed) {
    const struct cf_media_simulcast *encodings = encodings_of(agreed);
    if (cf_media_simulcast_is_same(encodings_of(&line->agreed), encodings)) {
        return CF_OK;
    }
    cf_engine_part(engine, line);
    enum cf_err err = cf_engine_make_streams(engine, line, encodings->count);
    for (size_t i = 0; err == CF_OK && i < encodings->count; i++) {
        cf_engine_line_stream(line, i)->agreed = encodings->at[i];
    }
    return err;
}

void cf_engine_free_streams(struct cf_engine *engine, struct cf_engine_line *line) {
    cf_mem_free(engine->mem, line->more, line->more_count * sizeof *line->more);
    line->more = NULL;
    line->more_count = 0;
}

/* --- which one --- */

/* The line's stream whose rid is @p rid, or NULL. */
static struct cf_engine_stream *stream_of_rid(struct cf_engine_line *line, struct cf_str rid) {
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        struct cf_engine_stream *stream = cf_engine_line_stream(line, i);
        if (cf_str_eq(cf_media_rid(&stream->agreed), rid)) {
            return stream;
        }
    }
    return NULL;
}

struct cf_engine_stream *cf_engine_find_stream(struct cf_engine_line *line, const struct cf_rtp_view *view,
                                               const struct cf_payload *payload) {
    bool is_repair = payload->codec == CF_CODEC_RTX;
    enum cf_extension extension = is_repair ? CF_EXTENSION_REPAIRED_RID : CF_EXTENSION_RID;
    struct cf_engine_stream *stream = NULL;
    struct cf_span rid;
    if (line->in.agreed.rid_len == 0) {
        return &line->in;
    }
    if (cf_engine_line_get_extension(line, extension, view, &rid)) {
        stream = stream_of_rid(line, cf_span_str(rid));
    } else {
        /* It is said until the sender knows that it was heard; from then on the SSRC tells. */
        stream = cf_engine_line_stream_of(line, view->ssrc);
        stream = stream == NULL && line->more_count == 0 ? &line->in : stream;
    }
    bool fits = stream != NULL && (is_repair || cf_media_encoding_has_type(&stream->agreed, view->payload_type));
    return fits ? stream : NULL;
}

/* --- who may take over --- */

static void restart(struct cf_engine *engine, struct cf_engine_stream *stream, enum cf_video_format format) {
    cf_forward_restart_source(&stream->line->leg->room->forward, &stream->source, format, stream->receiver.ssrc, engine->now);
    cf_engine_tell_source(engine, stream);
}

/* A stream that carries another mid or rid than before has moved: what comes without them follows it. */
static void leave_others(const struct cf_engine_stream *stream) {
    const struct cf_engine_leg *leg = stream->line->leg;
    for (size_t i = 0; i < leg->line_count; i++) {
        struct cf_engine_line *line = leg->lines[i];
        for (size_t k = 0; line != NULL && line->transport == stream->line->transport && k < cf_engine_line_stream_count(line);
             k++) {
            struct cf_engine_stream *other = cf_engine_line_stream(line, k);
            if (other != stream && other->receiver.is_started && other->receiver.ssrc == stream->receiver.ssrc) {
                other->receiver = (struct cf_rtp_receiver){.is_started = false};
            }
        }
    }
}

static void begin_source(struct cf_engine *engine, struct cf_engine_stream *stream) {
    struct cf_engine_line *line = stream->line;
    leave_others(stream);
    stream->starts++;
    if (stream == &line->in) {
        /* The roster knows a line by one SSRC. */
        struct cf_media_event event = cf_engine_leg_event(line->leg, CF_MEDIA_EVENT_SSRC);
        event.as.ssrc.line = line->index;
        event.as.ssrc.value = stream->receiver.ssrc;
        cf_event_queue_put(&engine->events, &event);
    }
    stream->changed_at = engine->now;
    stream->repair_ssrc = 0;
    line->clock = (struct cf_clock_map){.clock_rate_hz = stream->receiver.clock_rate_hz};
    line->dtmf = (struct cf_dtmf){.is_seen = false};
    if (stream->has_source) {
        restart(engine, stream, stream->source.config.format);
    }
}

static enum cf_media_discard discard_of(enum cf_rtp_arrival arrival) {
    switch (arrival) {
    case CF_RTP_ARRIVAL_PROBATION:
        return CF_MEDIA_DISCARD_PROBATION;
    case CF_RTP_ARRIVAL_JUMP:
        return CF_MEDIA_DISCARD_JUMP;
    case CF_RTP_ARRIVAL_OK:
    case CF_RTP_ARRIVAL_RESTART:
    default:
        return USED;
    }
}

/* Another SSRC than the one in use: may it take over? If so, it has when this returns USED. */
static enum cf_media_discard take_over(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_rtp_view *view,
                                       uint32_t clock_hz, uint8_t probation) {
    cf_usec now = engine->now;
    bool in_use = cf_rtp_receiver_is_valid(&stream->receiver);
    bool silent = now - stream->receiver.last_packet_at >= CF_LINE_SSRC_PAUSE;
    bool free = silent || now < stream->free_until || cf_engine_line_announces(stream->line, view->ssrc);
    if (in_use && (!free || now - stream->changed_at < CF_LINE_SSRC_PAUSE)) {
        return CF_MEDIA_DISCARD_SSRC;
    }
    if (!stream->candidate.is_started || stream->candidate.ssrc != view->ssrc) {
        cf_rtp_receiver_init(&stream->candidate, view->ssrc, clock_hz, probation);
    }
    enum cf_media_discard outcome = discard_of(cf_rtp_receiver_on_packet(&stream->candidate, view, now));
    if (outcome == USED) {
        stream->receiver = stream->candidate;
        stream->candidate = (struct cf_rtp_receiver){.is_started = false};
        begin_source(engine, stream);
    }
    return outcome;
}

enum cf_media_discard cf_engine_stream_take(struct cf_engine *engine, struct cf_engine_stream *stream,
                                            const struct cf_rtp_view *view, const struct cf_payload *payload, uint8_t probation) {
    struct cf_rtp_receiver *receiver = &stream->receiver;
    /* Key presses and comfort noise are in the time of the sound that they interrupt, or of no interest. */
    bool is_aside = payload->codec == CF_CODEC_TELEPHONE_EVENT || payload->codec == CF_CODEC_CN;
    uint32_t clock_hz = is_aside && receiver->is_started ? receiver->clock_rate_hz : payload->clock_hz;
    if (view->ssrc == stream->line->ssrc) {
        return CF_MEDIA_DISCARD_SSRC;
    }
    if (!receiver->is_started || receiver->ssrc != view->ssrc) {
        return take_over(engine, stream, view, clock_hz, probation);
    }
    if (receiver->clock_rate_hz != clock_hz) {
        cf_rtp_receiver_set_clock(receiver, clock_hz);
        stream->line->clock.clock_rate_hz = clock_hz;
    }
    enum cf_rtp_arrival arrival = cf_rtp_receiver_on_packet(receiver, view, engine->now);
    stream->starts += arrival == CF_RTP_ARRIVAL_RESTART;
    if (arrival == CF_RTP_ARRIVAL_RESTART && stream->has_source) {
        restart(engine, stream, stream->source.config.format);
    }
    return discard_of(arrival);
}

bool cf_engine_stream_follow_format(struct cf_engine *engine, struct cf_engine_stream *stream, enum cf_video_format format) {
    if (stream->source.config.format == format) {
        return true;
    }
    if (stream->source.seen && engine->now - stream->changed_at < CF_LINE_SSRC_PAUSE) {
        return false;
    }
    stream->changed_at = engine->now;
    restart(engine, stream, format);
    return true;
}
