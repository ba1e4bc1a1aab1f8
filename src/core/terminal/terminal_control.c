/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTCP of a terminal: reports in the rhythm of RFC 3550, feedback at once, and what the peer asks of us. */
#include "core/rtcp/sdes.h"
#include "core/terminal/terminal_impl.h"

/* Guesses for the schedule: RTCP's share of a megabit, and the size of a compound. */
#define BANDWIDTH_BPS (1000000U / CF_RTCP_SHARE)
#define PACKET_OCTETS 120U

/* UDP and IP headers count as RTCP bandwidth. */
#define HEADERS 28U

#define NACKS_MAX 64U
#define COMPOUND_MAX 1200U

static bool has_feedback(const struct cf_terminal_stream *line, enum cf_feedback message) {
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        if ((line->agreed.payloads[i].feedback & message) != 0) {
            return true;
        }
    }
    return false;
}

static bool is_of(const struct cf_terminal_stream *line, size_t transport) {
    return line != NULL && line->agreed.transport == transport;
}

/* --- in --- */

/* What we send with an SSRC: a line, or one encoding of it. */
struct ours {
    struct cf_terminal_stream *line; /* NULL: nothing */
    size_t index;
    size_t encoding;
};

static struct ours find_ours(struct cf_terminal *t, size_t transport, uint32_t ssrc) {
    struct ours ours = {.line = NULL};
    for (size_t i = 0; i < t->line_count && ours.line == NULL; i++) {
        struct cf_terminal_stream *line = t->lines[i];
        for (size_t k = 0; is_of(line, transport) && k < CF_MEDIA_ENCODINGS_MAX && ours.line == NULL; k++) {
            const struct cf_terminal_sender *out = cf_terminal_sender(line, k);
            bool is_it = k == 0 ? line->ssrc == ssrc : out->is_on && out->rtp.ssrc == ssrc;
            ours = is_it ? (struct ours){line, i, k} : ours;
        }
    }
    return ours;
}

static void tell(struct cf_terminal *t, enum cf_terminal_event_kind kind, const struct ours *ours, uint32_t ssrc, uint64_t bps) {
    const struct cf_terminal_event event = {
        .kind = kind, .line = ours->index, .encoding = ours->encoding, .ssrc = ssrc, .bps = bps};
    cf_terminal_tell_encoding(t, &event);
}

static struct cf_terminal_stream *line_of_source(struct cf_terminal *t, size_t transport, uint32_t ssrc, size_t *ret_index) {
    for (size_t i = 0; i < t->line_count; i++) {
        if (is_of(t->lines[i], transport) && t->lines[i]->in.has_source && t->lines[i]->in.rtp.ssrc == ssrc) {
            *ret_index = i;
            return t->lines[i];
        }
    }
    return NULL;
}

static cf_ntp ntp_at(const struct cf_terminal *t, cf_usec now) {
    return cf_wall_to_ntp(t->config.wall + (now - t->made_at));
}

static void on_report(struct cf_terminal *t, size_t transport, const struct cf_rtcp_packet *packet, cf_usec now) {
    struct cf_rtcp_report report;
    struct cf_report_block block;
    size_t index;
    if (cf_rtcp_parse_report(packet, &report) != CF_OK) {
        t->totals.malformed++;
        return;
    }
    struct cf_terminal_stream *source = line_of_source(t, transport, report.ssrc, &index);
    if (report.is_sender && source != NULL) {
        cf_rtp_receiver_on_sr(&source->in.rtp, report.info.ntp, now);
    }
    for (size_t i = 0; cf_rtcp_block_at(&report, i, &block); i++) {
        struct cf_terminal_stream *line = find_ours(t, transport, block.ssrc).line;
        if (line != NULL) {
            cf_usec trip = cf_rtcp_round_trip(block.last_sr, block.delay_since_sr, ntp_at(t, now));
            line->stats.fraction_lost = block.fraction_lost;
            line->stats.round_trip_usec = trip >= 0 ? trip : line->stats.round_trip_usec;
        }
    }
}

static void want_key(struct cf_terminal *t, size_t transport, uint32_t ssrc) {
    struct ours ours = find_ours(t, transport, ssrc);
    if (ours.line != NULL) {
        ours.line->stats.keys_wanted++;
        tell(t, CF_TERMINAL_KEY_WANTED, &ours, ssrc, 0);
    }
}

static void on_nack(struct cf_terminal *t, size_t transport, const struct cf_rtcp_feedback *feedback) {
    struct cf_nack nack;
    struct ours ours = find_ours(t, transport, feedback->media_ssrc);
    for (size_t i = 0; ours.line != NULL && i < NACKS_MAX && cf_nack_at(feedback, i, &nack); i++) {
        struct cf_terminal_sender *out = cf_terminal_sender(ours.line, ours.encoding);
        cf_terminal_resend(t, ours.line, out, nack.sequence);
        for (unsigned bit = 0; bit < 16; bit++) {
            if ((nack.following >> bit & 1U) != 0) {
                cf_terminal_resend(t, ours.line, out, (uint16_t)(nack.sequence + bit + 1));
            }
        }
    }
}

/* A compound of its own with @p w's feedback behind an empty receiver report. */
static void send_control(struct cf_terminal *t, struct cf_terminal_transport *transport, struct cf_span compound) {
    struct cf_terminal_packet *packet = cf_terminal_reserve(t, &transport->path, CF_ENGINE_PORT_RTCP);
    size_t len = 0;
    if (packet == NULL) {
        return;
    }
    enum cf_err err = t->config.crypto->protect_rtcp(t->config.crypto->ctx, cf_engine_transport_control_send(&transport->path),
                                                     compound, packet->octets, sizeof packet->octets, &len);
    if (err != CF_OK) {
        t->out_count--;
        t->totals.dropped_out++;
        return;
    }
    packet->len = (uint16_t)len;
    cf_rtcp_schedule_on_sent(&transport->schedule, len + HEADERS);
}

/* RFC 5104 section 4.2.2: the bounding set of one is confirmed. */
static void confirm_limit(struct cf_terminal *t, const struct cf_terminal_stream *line, uint32_t owner,
                          const struct cf_tmmb *asked) {
    uint8_t room[64];
    struct cf_writer w;
    struct cf_tmmb entry = {.ssrc = owner, .bitrate_bps = asked->bitrate_bps, .overhead = asked->overhead};
    struct cf_terminal_transport *transport = cf_terminal_transport_of(t, line);
    cf_writer_init(&w, room, sizeof room);
    cf_put_rtcp_rr(&w, line->ssrc, NULL, 0);
    /* It comes from the stream that was limited: that is how it is known. */
    cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBN, asked->ssrc, &entry, 1);
    if (transport != NULL && cf_writer_ok(&w)) {
        send_control(t, transport, cf_writer_span(&w));
    }
}

static void on_tmmb(struct cf_terminal *t, size_t transport, const struct cf_rtcp_feedback *feedback) {
    struct cf_tmmb entry;
    size_t index;
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX && cf_tmmb_at(feedback, i, &entry); i++) {
        if (feedback->format == CF_RTPFB_TMMBR) {
            struct ours ours = find_ours(t, transport, entry.ssrc);
            if (ours.line != NULL) {
                confirm_limit(t, ours.line, feedback->sender_ssrc, &entry);
                tell(t, CF_TERMINAL_BITRATE, &ours, entry.ssrc, entry.bitrate_bps);
            }
        } else {
            struct cf_terminal_stream *line = line_of_source(t, transport, feedback->sender_ssrc, &index);
            if (line != NULL) {
                line->in.limit_bps = UINT64_MAX;
            }
        }
    }
}

static void on_remb(struct cf_terminal *t, size_t transport, const struct cf_rtcp_feedback *feedback) {
    struct cf_remb remb;
    uint32_t ssrc;
    if (cf_remb_parse(feedback, &remb) != CF_OK) {
        return;
    }
    for (size_t i = 0; cf_rtcp_ssrc_at(remb.ssrcs, i, &ssrc); i++) {
        struct ours ours = find_ours(t, transport, ssrc);
        if (ours.line != NULL) {
            tell(t, CF_TERMINAL_BITRATE, &ours, ssrc, remb.bitrate_bps);
        }
    }
}

static void on_picture_feedback(struct cf_terminal *t, size_t transport, const struct cf_rtcp_feedback *feedback) {
    struct cf_fir fir;
    if (feedback->format == CF_PSFB_PLI) {
        want_key(t, transport, feedback->media_ssrc);
    } else if (feedback->format == CF_PSFB_FIR) {
        for (size_t i = 0; i < CF_TERMINAL_LINES_MAX && cf_fir_at(feedback, i, &fir); i++) {
            want_key(t, transport, fir.ssrc);
        }
    } else if (feedback->format == CF_PSFB_AFB) {
        on_remb(t, transport, feedback);
    }
}

static void on_feedback(struct cf_terminal *t, size_t transport, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_feedback feedback;
    if (cf_rtcp_parse_feedback(packet, &feedback) != CF_OK) {
        t->totals.malformed++;
    } else if (feedback.type == CF_RTCP_PSFB) {
        on_picture_feedback(t, transport, &feedback);
    } else if (feedback.format == CF_RTPFB_NACK) {
        on_nack(t, transport, &feedback);
    } else if (feedback.format == CF_RTPFB_TMMBR || feedback.format == CF_RTPFB_TMMBN) {
        on_tmmb(t, transport, &feedback);
    }
}

static void on_bye(struct cf_terminal *t, size_t transport, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_bye bye;
    uint32_t ssrc;
    size_t index;
    if (cf_rtcp_parse_bye(packet, &bye) != CF_OK) {
        t->totals.malformed++;
        return;
    }
    for (size_t i = 0; cf_rtcp_ssrc_at(bye.ssrcs, i, &ssrc); i++) {
        struct cf_terminal_stream *line = line_of_source(t, transport, ssrc, &index);
        if (line != NULL) {
            cf_terminal_tell(t, CF_TERMINAL_BYE, index, ssrc, 0);
        }
    }
}

static void on_compound(struct cf_terminal *t, size_t transport, struct cf_span compound, cf_usec now) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    cf_rtcp_iter_init(&iter, compound);
    while (cf_rtcp_next(&iter, &packet)) {
        if (packet.type == CF_RTCP_SR || packet.type == CF_RTCP_RR) {
            on_report(t, transport, &packet, now);
        } else if (packet.type == CF_RTCP_RTPFB || packet.type == CF_RTCP_PSFB) {
            on_feedback(t, transport, &packet);
        } else if (packet.type == CF_RTCP_BYE) {
            on_bye(t, transport, &packet);
        }
    }
}

void cf_terminal_on_rtcp(struct cf_terminal *t, size_t index, uint32_t socket, const struct cf_addr *from, uint8_t *at,
                         size_t len, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    struct cf_latch_packet source = {.source = *from, .is_authenticated = transport->path.is_secure, .is_newest = true};
    size_t plain_len = 0;
    if (!cf_engine_transport_is_open(&transport->path, CF_ENGINE_PORT_RTCP) ||
        t->config.crypto->unprotect_rtcp(t->config.crypto->ctx, cf_engine_transport_control_receive(&transport->path), at, len,
                                         &plain_len) != CF_OK) {
        t->totals.refused++;
        return;
    }
    if (!cf_terminal_admits(t, index, CF_ENGINE_PORT_RTCP, socket, &source, now)) {
        t->totals.strangers++;
        return;
    }
    struct cf_span compound = {at, plain_len};
    if (cf_rtcp_check(compound, true) != CF_OK) {
        t->totals.malformed++;
        return;
    }
    cf_rtcp_schedule_on_received(&transport->schedule, len + HEADERS);
    on_compound(t, index, compound, now);
}

/* --- out --- */

void cf_terminal_begin_reports(struct cf_terminal *t, size_t index, cf_usec now) {
    struct cf_rtcp_schedule_config config = {.bandwidth_bps = BANDWIDTH_BPS,
                                             .is_avpf = true,
                                             .trr_int_usec = CF_SEC(1),
                                             .packet_octets = PACKET_OCTETS,
                                             .seed = cf_entropy_u32(t->config.entropy)};
    cf_rtcp_schedule_init(&t->transports[index].schedule, &config, now);
}

/* Blocks on all sources of the transport, as many as fit. */
static size_t blocks_of(struct cf_terminal *t, size_t transport, struct cf_report_block *blocks, cf_usec now) {
    size_t count = 0;
    for (size_t i = 0; i < t->line_count && count < CF_RTCP_COUNT_MAX; i++) {
        if (is_of(t->lines[i], transport) && t->lines[i]->in.has_source && cf_rtp_receiver_is_valid(&t->lines[i]->in.rtp)) {
            cf_rtp_receiver_report(&t->lines[i]->in.rtp, now, &blocks[count++]);
        }
    }
    return count;
}

/* Sender reports of all that we send, the blocks with the first; a receiver report if we send nothing. False: no line. */
static bool put_reports(struct cf_terminal *t, size_t transport, struct cf_writer *w, cf_usec now) {
    struct cf_report_block blocks[CF_RTCP_COUNT_MAX];
    struct cf_sender_info info;
    const struct cf_terminal_stream *first = NULL;
    size_t count = blocks_of(t, transport, blocks, now);
    bool is_reported = false;
    for (size_t i = 0; i < t->line_count; i++) {
        struct cf_terminal_stream *line = t->lines[i];
        if (!is_of(line, transport)) {
            continue;
        }
        first = first == NULL ? line : first;
        for (size_t k = 0; k < CF_MEDIA_ENCODINGS_MAX; k++) {
            const struct cf_terminal_sender *out = cf_terminal_sender(line, k);
            if (out->is_on && cf_rtp_sender_report(&out->rtp, now, ntp_at(t, now), &info)) {
                cf_put_rtcp_sr(w, out->rtp.ssrc, &info, blocks, is_reported ? 0 : count);
                is_reported = true;
            }
        }
    }
    if (!is_reported && first != NULL) {
        cf_put_rtcp_rr(w, first->ssrc, blocks, count);
    }
    return first != NULL;
}

static void put_names(struct cf_terminal *t, size_t transport, struct cf_writer *w) {
    bool is_named = false;
    for (size_t i = 0; i < t->line_count; i++) {
        const struct cf_terminal_stream *line = t->lines[i];
        if (!is_of(line, transport) || (!line->out.is_on && is_named)) {
            continue;
        }
        struct cf_sdes_item items[3] = {{.type = CF_SDES_CNAME, .value = t->config.cname},
                                        {.type = CF_SDES_MID, .value = cf_tag_str(&line->agreed.mid)}};
        cf_put_rtcp_sdes(w, line->ssrc, items, line->agreed.mid.len > 0 ? 2 : 1);
        for (size_t k = 1; k < CF_MEDIA_ENCODINGS_MAX && line->more[k - 1].is_on; k++) {
            size_t count = line->agreed.mid.len > 0 ? 2 : 1;
            items[count++] = (struct cf_sdes_item){.type = CF_SDES_RID, .value = cf_media_rid(&line->agreed.simulcast_out.at[k])};
            cf_put_rtcp_sdes(w, line->more[k - 1].rtp.ssrc, items, count);
        }
        is_named = true;
    }
}

static void put_key_request(struct cf_terminal_stream *line, struct cf_writer *w, cf_usec now) {
    struct cf_terminal_receiver *in = &line->in;
    if (has_feedback(line, CF_FEEDBACK_NACK_PLI) || !has_feedback(line, CF_FEEDBACK_CCM_FIR)) {
        cf_put_rtcp_pli(w, line->ssrc, in->rtp.ssrc);
    } else {
        struct cf_fir fir = {.ssrc = in->rtp.ssrc, .number = ++in->fir_number};
        cf_put_rtcp_fir(w, line->ssrc, &fir, 1);
    }
    in->wants_key = false;
    in->key_asked_at = now;
    line->stats.keys_asked++;
}

static void put_nacks(struct cf_terminal_stream *line, struct cf_writer *w, cf_usec now) {
    uint16_t missing[NACKS_MAX];
    size_t lost = 0;
    size_t count = cf_nack_list_poll(&line->in.nacks, now, missing, NACKS_MAX, &lost);
    if (count > 0 && has_feedback(line, CF_FEEDBACK_NACK)) {
        cf_put_rtcp_nack(w, line->ssrc, line->in.rtp.ssrc, missing, count);
        line->stats.nacked += count;
    }
}

static bool is_key_due(const struct cf_terminal_receiver *in, cf_usec now) {
    return in->has_source && in->wants_key && now - in->key_asked_at >= CF_TERMINAL_KEY_AGAIN;
}

static bool is_limit_due(const struct cf_terminal_stream *line) {
    return line->in.has_source && line->in.picture != NULL && line->in.limit_bps != UINT64_MAX;
}

/* Requests of all lines of the transport. */
static void put_requests(struct cf_terminal *t, size_t transport, struct cf_writer *w, bool is_regular, cf_usec now) {
    for (size_t i = 0; i < t->line_count; i++) {
        struct cf_terminal_stream *line = t->lines[i];
        if (!is_of(line, transport) || line->in.picture == NULL || !line->in.has_source) {
            continue;
        }
        if (is_key_due(&line->in, now)) {
            put_key_request(line, w, now);
        }
        put_nacks(line, w, now);
        if (is_regular && is_limit_due(line)) {
            struct cf_tmmb entry = {.ssrc = line->in.rtp.ssrc, .bitrate_bps = line->in.limit_bps};
            cf_put_rtcp_tmmb(w, CF_RTPFB_TMMBR, line->ssrc, &entry, 1);
        }
    }
}

static cf_usec request_deadline(const struct cf_terminal *t, size_t transport) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < t->line_count; i++) {
        const struct cf_terminal_stream *line = t->lines[i];
        if (!is_of(line, transport) || line->in.picture == NULL || !line->in.has_source) {
            continue;
        }
        deadline = cf_usec_min(deadline, cf_nack_list_deadline(&line->in.nacks));
        if (line->in.wants_key) {
            deadline = cf_usec_min(deadline, line->in.key_asked_at + CF_TERMINAL_KEY_AGAIN);
        }
    }
    return deadline;
}

cf_usec cf_terminal_report_deadline(const struct cf_terminal *t, size_t index) {
    if (!t->transports[index].path.is_open) {
        return CF_USEC_NEVER;
    }
    return cf_usec_min(cf_rtcp_schedule_deadline(&t->transports[index].schedule), request_deadline(t, index));
}

static void count_members(struct cf_terminal *t, size_t index, cf_usec now) {
    uint32_t sources = 0;
    bool is_sender = false;
    for (size_t i = 0; i < t->line_count; i++) {
        sources += is_of(t->lines[i], index) && t->lines[i]->in.has_source ? 1 : 0;
        is_sender = is_sender || (is_of(t->lines[i], index) && t->lines[i]->out.is_on);
    }
    cf_rtcp_schedule_on_members(&t->transports[index].schedule, sources + 1, sources + (is_sender ? 1 : 0), is_sender, now);
}

void cf_terminal_report(struct cf_terminal *t, size_t index, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    uint8_t room[COMPOUND_MAX];
    struct cf_writer w;
    if (!transport->path.is_open) {
        return;
    }
    count_members(t, index, now);
    cf_rtcp_schedule_on_deadline(&transport->schedule, now);
    bool is_regular = cf_rtcp_schedule_poll(&transport->schedule) == CF_RTCP_DUE_REGULAR;
    bool is_requested = request_deadline(t, index) <= now;
    if (!is_regular && !is_requested) {
        return;
    }
    cf_writer_init(&w, room, sizeof room);
    if (!put_reports(t, index, &w, now)) {
        return;
    }
    put_names(t, index, &w);
    put_requests(t, index, &w, is_regular, now);
    if (cf_writer_ok(&w)) {
        send_control(t, transport, cf_writer_span(&w));
    } else {
        t->totals.dropped_out++;
    }
}

void cf_terminal_report_bye(struct cf_terminal *t, size_t index, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    uint8_t room[COMPOUND_MAX];
    uint32_t ssrcs[CF_RTCP_COUNT_MAX];
    size_t count = 0;
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    if (!transport->path.is_open || !put_reports(t, index, &w, now)) {
        return;
    }
    put_names(t, index, &w);
    for (size_t i = 0; i < t->line_count && count < CF_RTCP_COUNT_MAX; i++) {
        for (size_t k = 0; is_of(t->lines[i], index) && k < CF_MEDIA_ENCODINGS_MAX && count < CF_RTCP_COUNT_MAX; k++) {
            const struct cf_terminal_sender *out = cf_terminal_sender(t->lines[i], k);
            if (k == 0 || out->is_on) {
                ssrcs[count++] = k == 0 ? t->lines[i]->ssrc : out->rtp.ssrc;
            }
        }
    }
    cf_put_rtcp_bye(&w, ssrcs, count, CF_STR_NONE);
    if (cf_writer_ok(&w)) {
        send_control(t, transport, cf_writer_span(&w));
    }
}
