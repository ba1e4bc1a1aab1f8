/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Datagrams in: whose they are, unprotect them in one burst, take them or count why not. The order of the checks is the order of
 * their cost and of what they prove: socket, kind, key, address, line, direction, budget, source, payload.
 */
#include "core/media/internal.h"
#include "core/rtcp/rtcp.h"
#include "core/rtp/rtx.h"
#include "core/rtp/send_time.h"

#define USED CF_MEDIA_USED

/* Account for a datagram: once for the engine, once for a line if there is one that it could have been for. */
static void settle(struct cf_engine *engine, const struct cf_engine_transport *t, struct cf_engine_line *line, size_t octets,
                   enum cf_media_discard outcome) {
    uint64_t *of_engine = outcome == USED ? &engine->totals.datagrams_used : &engine->totals.discards[outcome];
    (*of_engine)++;
    if (line == NULL && t != NULL) {
        line = cf_engine_leg_first_line(t->leg, t);
    }
    if (line != NULL) {
        uint64_t *of_line = outcome == USED ? &line->counts.packets_used : &line->counts.discards[outcome];
        (*of_line)++;
        line->counts.packets_in++;
        line->counts.octets_in += octets;
    }
}

static void note_heard(struct cf_engine *engine, struct cf_engine_leg *leg) {
    leg->heard_at = engine->now;
    if (leg->is_heard) {
        return;
    }
    leg->is_heard = true;
    leg->is_silent = false;
    struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_HEARD);
    cf_event_queue_put(&engine->events, &event);
    cf_engine_set_leg_timer(engine, leg);
}

/* --- from where --- */

static struct cf_latch_packet latch_packet(const struct cf_engine_arrival *a) {
    return (struct cf_latch_packet){.source = *a->from, .is_authenticated = a->is_authenticated, .is_newest = a->is_newest};
}

static enum cf_latch_verdict judge(const struct cf_engine *engine, const struct cf_engine_arrival *a) {
    if (a->transport->has_ice) {
        return CF_LATCH_TAKE; /* classify() has looked at it */
    }
    struct cf_latch_packet packet = latch_packet(a);
    return cf_latch_judge(cf_engine_transport_latch(a->transport, a->port), &packet, engine->now);
}

/* The packet turned out to be sound: remember where it came from. */
static void learn(struct cf_engine *engine, const struct cf_engine_arrival *a) {
    struct cf_latch *latch = cf_engine_transport_latch(a->transport, a->port);
    struct cf_latch_packet packet = latch_packet(a);
    if (a->transport->has_ice) {
        return;
    }
    if (cf_latch_on_packet(latch, &packet, engine->now) == CF_LATCH_LEARN) {
        struct cf_media_event event = cf_engine_leg_event(a->transport->leg, CF_MEDIA_EVENT_LATCHED);
        event.as.latched.transport = a->transport->index;
        event.as.latched.is_rtcp = a->port == CF_ENGINE_PORT_RTCP;
        event.as.latched.address = latch->remote;
        cf_event_queue_put(&engine->events, &event);
    }
}

/* --- what is in it --- */

/* Frame marking, if the peer may send it on the line and has: true and what it says. */
static bool get_marking(const struct cf_engine_line *line, const struct cf_rtp_view *view, struct cf_frame_marking *ret) {
    struct cf_span data;
    return cf_engine_line_get_extension(line, CF_EXTENSION_FRAME_MARKING, view, &data) && cf_frame_marking_parse(data, ret);
}

/* The dependency descriptor, if the peer may send it on the line and has. */
static void note_descriptor(const struct cf_engine_line *line, const struct cf_rtp_view *view, struct cf_video_packet *packet) {
    struct cf_span data;
    if (cf_engine_line_get_extension(line, CF_EXTENSION_DEPENDENCY_DESCRIPTOR, view, &data) && data.len <= CF_DD_LEN_MAX) {
        packet->descriptor = data.at;
        packet->descriptor_len = (uint8_t)data.len;
    }
}

enum cf_source_result cf_engine_forward_packet(struct cf_engine *engine, struct cf_engine_stream *stream,
                                               const struct cf_video_packet *packet) {
    struct cf_engine_room *room = stream->line->leg->room;
    enum cf_source_result result = cf_forward_on_packet(&room->forward, &stream->source, packet, engine->now);
    if (result == CF_SOURCE_TAKEN && !cf_link_is_in(&room->batch_link)) {
        cf_list_append(&engine->batch_rooms, &room->batch_link);
    }
    cf_engine_touch_room(engine, room);
    return result;
}

static enum cf_media_discard take_picture(struct cf_engine *engine, struct cf_engine_stream *stream,
                                          const struct cf_rtp_view *view, const struct cf_payload *payload) {
    enum cf_video_format format = cf_engine_line_format_in(payload);
    if (!stream->has_source || format == CF_VIDEO_NONE) {
        return CF_MEDIA_DISCARD_NOT_WANTED;
    }
    if (!cf_engine_stream_follow_format(engine, stream, format)) {
        return CF_MEDIA_DISCARD_BUDGET;
    }
    struct cf_video_packet packet = {.timestamp = view->timestamp,
                                     .sequence = view->sequence,
                                     .marker = view->marker,
                                     .payload = view->payload,
                                     .arrival = engine->now};
    packet.has_marking = get_marking(stream->line, view, &packet.marking);
    note_descriptor(stream->line, view, &packet);
    enum cf_source_result result = cf_engine_forward_packet(engine, stream, &packet);
    if (result == CF_SOURCE_TAKEN) {
        cf_engine_hand_picture(engine, stream, &packet);
    }
    switch (result) {
    case CF_SOURCE_DUPLICATE:
        return CF_MEDIA_DISCARD_DUPLICATE;
    case CF_SOURCE_MALFORMED:
        return CF_MEDIA_DISCARD_MALFORMED;
    case CF_SOURCE_OVERFLOW:
        return CF_MEDIA_DISCARD_BUDGET;
    case CF_SOURCE_TAKEN:
    default:
        return USED;
    }
}

/* --- one packet --- */

/* Note the transport-wide number of a packet, whatever becomes of it here: it has come. */
static void note_arrival(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view, size_t len) {
    struct cf_engine_transport *t = line->transport;
    struct cf_span data;
    uint16_t number;
    if (t->arrivals.mem == NULL || !cf_engine_line_get_extension(line, CF_EXTENSION_TRANSPORT_CC, view, &data) ||
        !cf_transport_sequence_parse(data, &number)) {
        return;
    }
    cf_usec before = cf_arrivals_deadline(&t->arrivals);
    t->numbered_ssrc = view->ssrc;
    cf_arrivals_on_packet(&t->arrivals, number, len, engine->now);
    if (cf_arrivals_deadline(&t->arrivals) < before) {
        cf_engine_set_leg_timer(engine, t->leg);
    }
}

/* A retransmission (RFC 4588): the packet that it brings back, of the stream that it repairs. */
static enum cf_media_discard take_rtx(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_rtp_view *view,
                                      const struct cf_payload *payload) {
    struct cf_engine_line *line = stream->line;
    const struct cf_payload *repaired = cf_engine_line_payload_in(line, payload->local.rtx.apt);
    struct cf_rtx rtx;
    if (repaired == NULL || !stream->receiver.is_started || line->agreed.kind != CF_MEDIA_VIDEO || view->ssrc == line->ssrc) {
        return CF_MEDIA_DISCARD_NOT_WANTED;
    }
    stream->repair_ssrc = view->ssrc;
    if (!cf_rtx_parse(view->payload, &rtx) || rtx.payload.len == 0) {
        return USED; /* padding */
    }
    struct cf_rtp_view original = *view;
    original.ssrc = stream->receiver.ssrc;
    original.sequence = rtx.sequence;
    original.payload = rtx.payload;
    return take_picture(engine, stream, &original, repaired);
}

/* A packet that the line may have, of one of its streams. */
static enum cf_media_discard take_stream_rtp(struct cf_engine *engine, struct cf_engine_line *line,
                                             const struct cf_rtp_view *view, const struct cf_payload *payload,
                                             const struct cf_engine_arrival *a, uint8_t probation) {
    struct cf_engine_stream *stream = cf_engine_find_stream(line, view, payload);
    if (stream == NULL) {
        return CF_MEDIA_DISCARD_ENCODING;
    }
    if (payload->codec == CF_CODEC_RTX) {
        return take_rtx(engine, stream, view, payload);
    }
    enum cf_media_discard outcome = cf_engine_stream_take(engine, stream, view, payload, probation);
    if (outcome != USED) {
        return outcome;
    }
    learn(engine, a);
    return line->agreed.kind == CF_MEDIA_AUDIO ? cf_engine_take_sound(engine, line, view, payload)
                                               : take_picture(engine, stream, view, payload);
}

static enum cf_media_discard take_line_rtp(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                                           const struct cf_engine_arrival *a, enum cf_latch_verdict verdict) {
    /* Who comes from where signalling said, or has the key, is believed from the first packet on, which often begins a key frame.
     */
    uint8_t probation = a->is_authenticated || verdict == CF_LATCH_TAKE ? 0 : CF_RTP_PROBATION;
    const struct cf_payload *payload = cf_engine_line_payload_in(line, view->payload_type);
    if (payload == NULL || payload->clock_hz == 0) {
        return CF_MEDIA_DISCARD_PAYLOAD_TYPE;
    }
    note_arrival(engine, line, view, a->datagram_len);
    if (!line->agreed.can_receive) {
        return CF_MEDIA_DISCARD_DIRECTION;
    }
    uint32_t per_sec = line->agreed.kind == CF_MEDIA_AUDIO ? CF_ENGINE_SOUND_PACKETS_PER_SEC : engine->config.packets_per_sec;
    if (!cf_engine_line_spend(line, per_sec, engine->now)) {
        return CF_MEDIA_DISCARD_BUDGET;
    }
    return take_stream_rtp(engine, line, view, payload, a, probation);
}

static void take_rtp(struct cf_engine *engine, const struct cf_engine_arrival *a) {
    struct cf_engine_transport *t = a->transport;
    struct cf_rtp_view view;
    if (cf_rtp_parse(a->octets, &view) != CF_OK) {
        settle(engine, t, NULL, a->datagram_len, CF_MEDIA_DISCARD_MALFORMED);
        return;
    }
    struct cf_engine_line *line = cf_engine_leg_find_line(t->leg, t, &view);
    enum cf_latch_verdict verdict = judge(engine, a);
    if (verdict == CF_LATCH_DROP) {
        settle(engine, t, line, a->datagram_len, CF_MEDIA_DISCARD_WRONG_ADDRESS);
        return;
    }
    enum cf_media_discard outcome = line == NULL ? CF_MEDIA_DISCARD_PAYLOAD_TYPE : take_line_rtp(engine, line, &view, a, verdict);
    settle(engine, t, line, a->datagram_len, outcome);
    if (outcome == USED) {
        note_heard(engine, t->leg);
    }
}

static enum cf_media_discard discard_of_error(enum cf_err err) {
    if (err == CF_ERR_AUTH) {
        return CF_MEDIA_DISCARD_AUTHENTICATION;
    }
    if (err == CF_ERR_REPLAYED) {
        return CF_MEDIA_DISCARD_REPLAYED;
    }
    return err == CF_ERR_LIMIT || err == CF_ERR_NO_MEMORY ? CF_MEDIA_DISCARD_SSRC : CF_MEDIA_DISCARD_MALFORMED;
}

static void take_rtcp(struct cf_engine *engine, struct cf_engine_arrival *a, uint8_t *datagram) {
    const struct cf_packet_crypto *crypto = engine->config.crypto;
    struct cf_engine_transport *t = a->transport;
    const struct cf_engine_stream *stream = cf_engine_leg_stream_of_peer(t->leg, t, cf_rtcp_sender_ssrc(a->octets));
    struct cf_engine_line *line = stream == NULL ? NULL : stream->line;
    size_t len;
    enum cf_err err = crypto->unprotect_rtcp(crypto->ctx, cf_engine_transport_control_receive(t), datagram, a->octets.len, &len);
    if (err != CF_OK) {
        settle(engine, t, line, a->datagram_len, discard_of_error(err));
        return;
    }
    a->octets = (struct cf_span){datagram, len};
    a->is_authenticated = t->is_secure;
    a->is_newest = true;
    enum cf_media_discard outcome = USED;
    if (judge(engine, a) == CF_LATCH_DROP) {
        outcome = CF_MEDIA_DISCARD_WRONG_ADDRESS;
    } else if (!cf_engine_take_control(engine, a)) {
        outcome = CF_MEDIA_DISCARD_RTCP_MALFORMED;
    } else {
        learn(engine, a);
        note_heard(engine, t->leg);
    }
    settle(engine, t, line, a->datagram_len, outcome);
}

/* --- all of a batch --- */

/* RTP gets a job, RTCP is dealt with at once. */
static void take_media(struct cf_engine *engine, const struct cf_media_input *in, struct cf_engine_transport *t, bool is_rtp,
                       struct cf_engine_arrival *a, size_t *job_count) {
    if (!cf_engine_transport_is_open(t, a->port)) {
        settle(engine, t, NULL, in->len, CF_MEDIA_DISCARD_AUTHENTICATION);
        return;
    }
    a->transport = t;
    if (!is_rtp) {
        take_rtcp(engine, a, in->at);
        a->transport = NULL;
    } else if (t->is_secure) {
        a->job = (*job_count)++;
        engine->jobs[a->job] =
            (struct cf_unprotect_job){.srtp = t->receive, .src = in->at, .src_len = in->len, .dst = in->at, .dst_size = in->len};
    } else {
        a->is_newest = true;
    }
}

/* Handshakes and noise: done with when this returns. */
static void take_other(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_packet_kind kind,
                       struct cf_engine_arrival *a) {
    enum cf_media_discard outcome = CF_MEDIA_DISCARD_NOT_MEDIA;
    a->transport = t;
    if (kind == CF_PACKET_DTLS || kind == CF_PACKET_ZRTP) {
        outcome = cf_engine_take_handshake(engine, a, kind);
    }
    settle(engine, t, NULL, a->datagram_len, outcome);
    a->transport = NULL;
}

/* Connectivity checks name whom they are for. Others may have come to a port of ours by mistake. */
static void take_stun(struct cf_engine *engine, struct cf_engine_arrival *a, const struct cf_engine_transport *of_socket) {
    struct cf_engine_checks *checks = NULL;
    const struct cf_engine_transport *t = cf_engine_checks_addressee(engine, a->octets, &checks);
    bool is_shared = a->socket >= CF_MEDIA_SOCKET_SHARED && a->socket != CF_MEDIA_SOCKET_NONE;
    if (t == NULL || (t != of_socket && !is_shared)) {
        settle(engine, of_socket, NULL, a->datagram_len, CF_MEDIA_DISCARD_NOT_MEDIA);
        return;
    }
    settle(engine, t, NULL, a->datagram_len, cf_engine_checks_receive(engine, checks, a));
}

/*
 * Whose packet is it? A socket of its own tells, but with ICE packets are taken from validated pairs only (attacks T28); on
 * shared sockets the pair is all there is. NULL: nobody's, and why.
 */
static struct cf_engine_transport *find_transport(struct cf_engine *engine, struct cf_engine_arrival *a,
                                                  enum cf_media_discard *ret_reason) {
    const struct cf_engine_socket *socket = a->socket < engine->sockets_max ? &engine->sockets[a->socket] : NULL;
    struct cf_engine_transport *owner = socket == NULL ? NULL : socket->transport;
    uint8_t component = 0;
    *ret_reason = CF_MEDIA_DISCARD_UNKNOWN_SOCKET;
    if (owner != NULL && !owner->has_ice) {
        a->port = socket->port;
        return owner;
    }
    struct cf_engine_transport *routed = cf_engine_checks_route(engine, a->socket, a->from, &component);
    if (routed == NULL && (owner != NULL || a->socket >= CF_MEDIA_SOCKET_SHARED)) {
        *ret_reason = CF_MEDIA_DISCARD_WRONG_ADDRESS;
    }
    a->port = component == 2 ? CF_ENGINE_PORT_RTCP : CF_ENGINE_PORT_RTP;
    return routed;
}

/* Whose datagram is it, of which protocol (RFC 7983), and is there a point in looking into it? */
static void classify(struct cf_engine *engine, const struct cf_media_input *in, struct cf_engine_arrival *a, size_t *job_count) {
    *a = (struct cf_engine_arrival){
        .socket = in->socket, .from = &in->from, .octets = {in->at, in->len}, .datagram_len = in->len, .job = SIZE_MAX};
    struct cf_engine_transport *of_socket = in->socket < engine->sockets_max ? engine->sockets[in->socket].transport : NULL;
    enum cf_packet_kind kind = cf_packet_kind_of(a->octets);
    enum cf_media_discard reason;
    if (kind == CF_PACKET_STUN) {
        take_stun(engine, a, of_socket);
        return;
    }
    struct cf_engine_transport *t = find_transport(engine, a, &reason);
    if (t == NULL) {
        settle(engine, of_socket, NULL, in->len, reason);
        return;
    }
    bool is_rtp = kind == CF_PACKET_RTP && a->port == CF_ENGINE_PORT_RTP;
    if (is_rtp || kind == CF_PACKET_RTCP) {
        take_media(engine, in, t, is_rtp, a, job_count);
    } else {
        take_other(engine, t, kind, a);
    }
}

static void take_unprotected(struct cf_engine *engine, struct cf_engine_arrival *a) {
    if (a->job != SIZE_MAX) {
        const struct cf_unprotect_job *job = &engine->jobs[a->job];
        if (job->err != CF_OK) {
            settle(engine, a->transport, NULL, a->datagram_len, discard_of_error(job->err));
            return;
        }
        a->octets = (struct cf_span){job->dst, job->dst_len};
        a->is_authenticated = true;
        a->is_newest = job->is_newest;
    }
    take_rtp(engine, a);
}

void cf_engine_receive(struct cf_engine *engine, const struct cf_media_input *datagrams, size_t count, cf_usec now) {
    cf_assert(count <= CF_ENGINE_BATCH_MAX);
    const struct cf_packet_crypto *crypto = engine->config.crypto;
    size_t job_count = 0;
    cf_engine_begin(engine, now);
    for (size_t i = 0; i < count; i++) {
        engine->totals.datagrams_in++;
        classify(engine, &datagrams[i], &engine->arrivals[i], &job_count);
    }
    crypto->unprotect(crypto->ctx, engine->jobs, job_count);
    for (size_t i = 0; i < count; i++) {
        if (engine->arrivals[i].transport != NULL) {
            take_unprotected(engine, &engine->arrivals[i]);
        }
    }
}
