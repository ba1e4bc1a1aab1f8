/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test_links.h"

#include "core/rtcp/report.h"
#include "core/rtcp/transport_cc.h"
#include "core/rtp/rtx.h"
#include "core/rtp/send_time.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_srtp.h"

#include "lib/test.h"
#include "lib/test_workers.h"
#include <stdio.h>
#include <stdlib.h>

#define STEP CF_MSEC(1)
#define FRAME (CF_SEC(1) / 30)
#define VP8 97
#define RTX 98
#define NUMBER_ID 5
#define RID_ID 6
#define REPAIRED_RID_ID 7
#define RID_PACKETS 20 /* that have it, until the sender knows that it was heard */
#define CAMERA_SSRC 0x1000U
#define REPAIR_SSRC 0x7777U
#define PACKET 1000U
#define WAITING_MAX 4096
#define DESCRIPTOR 6
#define HEADERS 44 /* of IP and UDP, and a tag */
#define MARK (DESCRIPTOR + 10)
#define SCREEN 2 /* encoding */

/* Payloads: a VP8 descriptor with picture id, TL0PICIDX and layer, VP8's first ten octets, then whose they are. */
size_t links_pauses[2];
const uint64_t links_rates[LINKS_ENCODINGS] = {1500000, 150000, 500000};
static const uint16_t widths[LINKS_ENCODINGS] = {1280, 320, 640};
static const char *const rids[LINKS_ENCODINGS] = {"f", "q", "h"};
static const uint8_t rid_order[LINKS_ENCODINGS] = {1, 2, 0};
struct links_options links_options;

static size_t encoding_count(void) {
    return links_options.has_simulcast || links_options.has_screen ? 3 : 2;
}

static uint64_t rate_of(size_t index) {
    return links_options.has_screen && index == SCREEN ? LINKS_SCREEN_BPS : links_rates[index];
}

struct waiting {
    cf_usec at;
    uint8_t receiver;
    uint16_t len;
    uint8_t octets[1300];
};

struct test_mem links_mem;
static struct test_srtp srtp;
static struct test_entropy entropy;
static struct cf_engine engines[LINKS_WORKERS_MAX];
static size_t worker_count;
static const struct cf_handle room = {.slot = 1, .generation = 1};
cf_usec links_now;
struct links_encoding links_encodings[LINKS_ENCODINGS];
uint16_t links_camera_number; /* transport-wide, of the main encoding's packets */
uint64_t links_numbers_told;  /* of them as received */
struct links_receiver links_receivers[LINKS_RECEIVERS];
static struct waiting *waiting;
static size_t waiting_count;
static struct cf_rng rng;

/* --- the engine --- */

struct cf_handle links_leg_of(size_t number) {
    return (struct cf_handle){.slot = (uint32_t)(10 + number), .generation = 1};
}

struct cf_engine *links_engine_of(size_t number) {
    return &engines[number % worker_count];
}

static struct cf_addr address_of(size_t number) {
    return (struct cf_addr){.ip = {10, 0, 0, (uint8_t)(number + 1)}, .port = 4000, .family = CF_FAMILY_IP4};
}

static void deliver(struct cf_engine *engine);

static void command(const struct cf_media_command *c) {
    for (size_t i = 0; i < worker_count; i++) {
        if (!cf_handle_is_set(c->leg) || &engines[i] == links_engine_of(c->leg.slot - 10U)) {
            cf_engine_command(&engines[i], c, links_now);
            deliver(&engines[i]);
        }
    }
}

static void set_simulcast(struct cf_media_line *line) {
    for (size_t i = 0; i < LINKS_ENCODINGS; i++) {
        line->simulcast_in.at[i] = (struct cf_media_encoding){.rid_len = 1, .rid = {*rids[rid_order[i]]}};
    }
    line->simulcast_in.count = LINKS_ENCODINGS;
    line->extensions[CF_EXTENSION_RID] = (struct cf_media_extension){.id = RID_ID, .can_receive = true};
    line->extensions[CF_EXTENSION_REPAIRED_RID] = (struct cf_media_extension){.id = REPAIRED_RID_ID, .can_receive = true};
    if (links_options.is_browser) {
        line->payloads[0].feedback ^= CF_FEEDBACK_CCM_TMMBR | CF_FEEDBACK_GOOG_REMB;
    }
}

static struct cf_media_line line_of(bool is_camera, uint16_t transport) {
    uint32_t feedback =
        CF_FEEDBACK_NACK | CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_CCM_FIR | CF_FEEDBACK_TRANSPORT_CC | CF_FEEDBACK_CCM_TMMBR;
    struct cf_media_line line = {.kind = CF_MEDIA_VIDEO,
                                 .profile = CF_PROFILE_AVPF,
                                 .is_active = true,
                                 .can_send = !is_camera,
                                 .can_receive = is_camera,
                                 .transport = transport,
                                 .remote_bandwidth_bps = CF_BANDWIDTH_NONE};
    line.payloads[line.payload_count++] = (struct cf_payload){
        .codec = CF_CODEC_VP8, .send_type = VP8, .receive_type = VP8, .clock_hz = 90000, .feedback = feedback};
    struct cf_payload rtx = {.codec = CF_CODEC_RTX, .send_type = RTX, .receive_type = RTX, .clock_hz = 90000};
    rtx.local.rtx.apt = rtx.remote.rtx.apt = VP8;
    line.payloads[line.payload_count++] = rtx;
    line.extensions[CF_EXTENSION_TRANSPORT_CC] = (struct cf_media_extension){NUMBER_ID, true, true};
    return line;
}

static void set_transport(size_t number, uint16_t index) {
    struct cf_media_command c = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = links_leg_of(number)};
    uint32_t socket = (uint32_t)(10 * number + index);
    c.as.transport = (struct cf_media_transport_set){.index = index,
                                                     .rtp_socket = socket,
                                                     .rtcp_socket = socket,
                                                     .transport = {.remote_rtp = address_of(number), .has_rtcp_mux = true}};
    c.as.transport.transport.remote_rtp.port = (uint16_t)(4000 + index);
    c.as.transport.transport.remote_rtcp = c.as.transport.transport.remote_rtp;
    command(&c);
}

static void add_leg(size_t number) {
    const struct cf_media_command c = {.kind = CF_MEDIA_LEG_ADD, .room = room, .leg = links_leg_of(number)};
    command(&c);
}

static void add_camera(void) {
    add_leg(0);
    for (uint16_t i = 0; i < LINKS_ENCODINGS; i++) {
        links_encodings[i] = (struct links_encoding){.key_at = links_now, .next_at = links_now, .sequence = 100};
    }
    for (uint16_t i = 0; i < (links_options.has_simulcast ? 1 : encoding_count()); i++) {
        set_transport(0, i);
        struct cf_media_command c = {.kind = CF_MEDIA_LINE_SET, .leg = links_leg_of(0)};
        c.as.line = (struct cf_media_line_set){.index = i, .line = line_of(true, i)};
        c.as.line.use.role = i == 0 ? CF_MEDIA_ROLE_CAMERA : i == 1 ? CF_MEDIA_ROLE_THUMBNAIL : CF_MEDIA_ROLE_SLIDES;
        c.as.line.use.pick.kind = CF_MEDIA_PICK_NOBODY;
        if (links_options.has_simulcast) {
            set_simulcast(&c.as.line.line);
        }
        command(&c);
    }
}

static void add_receiver(size_t i, const struct netem_config *config, bool is_phone) {
    struct links_receiver *r = &links_receivers[i];
    *r = (struct links_receiver){.showing = UINT8_MAX, .is_phone = is_phone};
    netem_link_init(&r->link, config, i + 1);
    assert_ok(cf_arrivals_init(&r->arrivals, &links_mem.mem));
    add_leg(i + 1);
    set_transport(i + 1, 0);
    links_agree(i, CF_BANDWIDTH_NONE);
}

void links_agree(size_t i, uint32_t bps) {
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_SET, .leg = links_leg_of(i + 1)};
    c.as.line = (struct cf_media_line_set){.index = 0, .line = line_of(false, 0)};
    c.as.line.line.remote_bandwidth_bps = bps;
    c.as.line.use.pick = (struct cf_media_pick){.kind = CF_MEDIA_PICK_MEMBER, .leg = links_leg_of(0)};
    if (links_receivers[i].is_phone) {
        c.as.line.line.payload_count = 1;
        c.as.line.line.payloads[0].feedback &= ~(uint32_t)CF_FEEDBACK_TRANSPORT_CC;
        c.as.line.line.extensions[CF_EXTENSION_TRANSPORT_CC].id = 0;
    }
    command(&c);
    if (links_options.has_screen) {
        c.as.line.index = 1;
        c.as.line.use.pick = (struct cf_media_pick){.kind = CF_MEDIA_PICK_MEMBER, .leg = links_leg_of(0), .is_slides = true};
        command(&c);
    }
}

const struct cf_engine_bandwidth *links_bandwidth_of(size_t i) {
    const struct cf_engine_leg *leg = cf_media_names_get(&links_engine_of(i + 1)->legs, links_leg_of(i + 1));
    assert_non_null(leg->bandwidth);
    return leg->bandwidth;
}

/* --- what comes out --- */

static void take_arrivals(const struct cf_rtcp_feedback *feedback) {
    struct cf_twcc twcc;
    struct cf_twcc_iter iter;
    struct cf_twcc_status status;
    assert_ok(cf_twcc_parse(feedback, &twcc));
    cf_twcc_iter_init(&iter, &twcc);
    while (cf_twcc_next(&iter, &status)) {
        links_numbers_told += status.is_received;
    }
}

static void want_key(struct links_encoding *e) {
    e->requests++;
    e->key_at = e->key_at == 0 ? links_now + CF_MSEC(40) : e->key_at;
}

static struct links_encoding *encoding_of(uint32_t ssrc) {
    assert_in_range(ssrc, CAMERA_SSRC, CAMERA_SSRC + encoding_count() - 1);
    return &links_encodings[ssrc - CAMERA_SSRC];
}

/* What a browser does: the limit is for all, and the coarser encodings are paid first. */
static void take_remb(const struct cf_rtcp_feedback *feedback) {
    struct cf_remb remb;
    assert_ok(cf_remb_parse(feedback, &remb));
    uint64_t left = remb.bitrate_bps;
    for (size_t i = 0; i < LINKS_ENCODINGS; i++) {
        struct links_encoding *e = &links_encodings[rid_order[i]];
        bool was_silent = e->is_silent;
        e->is_silent = links_rates[rid_order[i]] > left;
        left = e->is_silent ? 0 : left - links_rates[rid_order[i]];
        e->key_at = was_silent && !e->is_silent ? links_now : e->key_at;
    }
}

static void take_bitrates(const struct cf_rtcp_feedback *feedback) {
    struct cf_tmmb entry;
    for (size_t i = 0; cf_tmmb_at(feedback, i, &entry); i++) {
        struct links_encoding *e = encoding_of(entry.ssrc);
        bool was_silent = e->is_silent;
        e->limit_bps = entry.bitrate_bps;
        e->is_silent = links_options.obeys_zero && entry.bitrate_bps == 0;
        e->key_at = was_silent && !e->is_silent ? links_now : e->key_at;
    }
}

static void take_feedback(const struct cf_rtcp_feedback *feedback) {
    struct cf_fir fir;
    if (feedback->type == CF_RTCP_RTPFB && feedback->format == CF_RTPFB_TRANSPORT_CC) {
        take_arrivals(feedback);
    } else if (feedback->type == CF_RTCP_RTPFB && feedback->format == CF_RTPFB_TMMBR) {
        take_bitrates(feedback);
    } else if (feedback->type == CF_RTCP_PSFB && feedback->format == CF_PSFB_AFB && links_options.is_browser) {
        take_remb(feedback);
    } else if (feedback->type == CF_RTCP_PSFB && feedback->format == CF_PSFB_PLI) {
        want_key(encoding_of(feedback->media_ssrc));
    } else if (feedback->type == CF_RTCP_PSFB && feedback->format == CF_PSFB_FIR) {
        for (size_t i = 0; cf_fir_at(feedback, i, &fir); i++) {
            want_key(encoding_of(fir.ssrc));
        }
    }
}

static void take_control(const struct cf_media_output *out) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_feedback feedback;
    cf_rtcp_iter_init(&iter, out->data);
    while (cf_rtcp_next(&iter, &packet)) {
        bool is_feedback = packet.type == CF_RTCP_PSFB || packet.type == CF_RTCP_RTPFB;
        if (is_feedback && cf_rtcp_parse_feedback(&packet, &feedback) == CF_OK) {
            take_feedback(&feedback);
        }
    }
}

static void put_on_link(size_t i, struct cf_span data) {
    cf_usec arrivals[2];
    size_t count = netem_link_send(&links_receivers[i].link, data.len + HEADERS, links_now, arrivals);
    for (size_t k = 0; k < count; k++) {
        assert_true(waiting_count < WAITING_MAX && data.len <= sizeof waiting->octets);
        struct waiting *w = &waiting[waiting_count++];
        w->at = arrivals[k];
        w->receiver = (uint8_t)i;
        w->len = (uint16_t)data.len;
        memcpy(w->octets, data.at, data.len);
    }
}

/* Sender reports of the stream of retransmissions. */
static void take_reports(struct links_receiver *r, struct cf_span compound) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_report report;
    cf_rtcp_iter_init(&iter, compound);
    while (cf_rtcp_next(&iter, &packet)) {
        if (packet.type == CF_RTCP_SR && cf_rtcp_parse_report(&packet, &report) == CF_OK) {
            bool is_repair = r->ssrc != 0 && report.ssrc == cf_rtx_ssrc(r->ssrc);
            r->repair = is_repair ? report.info : r->repair;
            r->sent = report.ssrc == r->ssrc ? report.info : r->sent;
        }
    }
}

static void deliver_own(struct cf_engine *engine) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    for (size_t n = cf_engine_poll_send(engine, &outputs); n > 0; n = cf_engine_poll_send(engine, &outputs)) {
        for (size_t i = 0; i < n; i++) {
            bool is_control = cf_packet_kind_of(outputs[i].data) == CF_PACKET_RTCP;
            if (outputs[i].socket < 10 && is_control) {
                take_control(&outputs[i]);
            } else if (is_control) {
                take_reports(&links_receivers[outputs[i].socket / 10 - 1], outputs[i].data);
            } else {
                put_on_link(outputs[i].socket / 10 - 1, outputs[i].data);
            }
        }
    }
    while (cf_engine_poll_event(engine, &event)) {
        assert_int_not_equal(event.kind, CF_MEDIA_EVENT_FAILED);
        if (event.kind == CF_MEDIA_EVENT_PAUSED) {
            links_pauses[event.as.paused.is_paused]++;
        }
    }
}

static void deliver(struct cf_engine *engine) {
    struct cf_engine_parcel parcel;
    bool more = true;
    deliver_own(engine);
    while (more) {
        more = false;
        for (size_t i = 0; i < worker_count; i++) {
            while (cf_engine_poll_parcel(&engines[i], &parcel)) {
                cf_engine_on_parcel(&engines[parcel.worker], i, parcel.octets, links_now);
                deliver_own(&engines[parcel.worker]);
                more = true;
            }
        }
    }
}

/* --- links_receivers --- */

/* What came on the stream of a receiver, by sequence number: whatever is sent again must be the same. */
#define KEPT 4096U
static struct kept {
    bool any;
    uint16_t sequence;
    uint32_t timestamp;
    size_t len;
    uint8_t payload[1500];
} pictures[LINKS_RECEIVERS][KEPT];

static void keep(const struct links_receiver *r, const struct cf_rtp_view *view) {
    struct kept *k = &pictures[r - links_receivers][view->sequence % KEPT];
    *k = (struct kept){.any = true, .sequence = view->sequence, .timestamp = view->timestamp, .len = view->payload.len};
    assert_true(view->payload.len <= sizeof k->payload);
    memcpy(k->payload, view->payload.at, view->payload.len);
}

/* RFC 4588 section 4: the number of the packet that it was, its timestamp, its payload. */
static void check_repair(struct links_receiver *r, uint32_t timestamp, const struct cf_rtx *rtx) {
    const struct kept *k = &pictures[r - links_receivers][rtx->sequence % KEPT];
    /* The newest may be lost, or on their way. */
    assert_true((uint16_t)(r->highest.highest + KEPT / 4 - rtx->sequence) < KEPT);
    if (k->any && k->sequence == rtx->sequence) {
        assert_true(k->timestamp == timestamp && k->len == rtx->payload.len);
        assert_memory_equal(k->payload, rtx->payload.at, k->len);
        r->rtx_same++;
    }
}

static void take_picture(struct links_receiver *r, const struct cf_rtp_view *view) {
    assert_true(view->payload.len > MARK);
    uint8_t encoding = view->payload.at[MARK];
    assert_true(encoding < LINKS_ENCODINGS);
    uint64_t before = r->highest.highest;
    uint64_t number = cf_sequence_update(&r->highest, view->sequence);
    r->gaps += before != 0 && number > before + 1 ? number - before - 1 : 0;
    r->octets[encoding] += view->payload.len;
    r->switches += r->showing != UINT8_MAX && r->showing != encoding;
    r->showing = encoding;
}

static void take_screen(struct links_receiver *r, const struct cf_rtp_view *view) {
    uint64_t before = r->screen.highest;
    uint64_t number = cf_sequence_update(&r->screen, view->sequence);
    r->screen_gaps += before != 0 && number > before + 1 ? number - before - 1 : 0;
    r->octets[SCREEN] += view->payload.len;
}

static void take_packet(const struct waiting *w) {
    struct links_receiver *r = &links_receivers[w->receiver];
    struct cf_rtp_view view;
    struct cf_span data;
    uint16_t number = 0;
    assert_ok(cf_rtp_parse((struct cf_span){w->octets, w->len}, &view));
    if (r->is_phone) {
        assert_false(cf_rtp_ext_find(&view, NUMBER_ID, &data));
        if (!r->reports.is_started) {
            cf_rtp_receiver_init(&r->reports, view.ssrc, 90000, 0);
        }
        (void)cf_rtp_receiver_on_packet(&r->reports, &view, w->at);
    } else {
        assert_true(cf_rtp_ext_find(&view, NUMBER_ID, &data) && cf_transport_sequence_parse(data, &number));
        cf_arrivals_on_packet(&r->arrivals, number, w->len, w->at);
    }
    r->since_sample += w->len;
    if (view.payload_type == RTX) {
        struct cf_rtx rtx = {.sequence = 0};
        assert_true(links_options.has_screen || r->rtx + r->padding == 0 ||
                    (uint16_t)(view.sequence - r->rtx_sequence) - 1U < 1000);
        r->rtx_sequence = view.sequence;
        if (view.payload.len == 0) {
            assert_true(view.padding_len > 0);
            r->padding++;
            return;
        }
        assert_true(cf_rtx_parse(view.payload, &rtx) && rtx.payload.len > MARK);
        assert_true(links_options.has_screen || view.ssrc == cf_rtx_ssrc(r->ssrc));
        if (!links_options.has_screen) {
            check_repair(r, view.timestamp, &rtx);
        }
        r->rtx++;
        return;
    }
    assert_int_equal(view.payload_type, VP8);
    if (links_options.has_screen && view.payload.at[MARK] == SCREEN) {
        take_screen(r, &view);
        return;
    }
    assert_true(r->ssrc == 0 || r->ssrc == view.ssrc);
    r->ssrc = view.ssrc;
    r->padded += view.padding_len > 0;
    r->uneven += view.timestamp == r->last_timestamp && w->len > r->last_len;
    r->last_timestamp = view.timestamp;
    r->last_len = w->len;
    keep(r, &view);
    take_picture(r, &view);
}

static struct cf_media_input inputs[CF_ENGINE_BATCH_MAX];
static size_t input_count;

/* What came to the engine of leg @p number goes in. */
static void flush_to_engine(size_t number) {
    cf_engine_receive(links_engine_of(number), inputs, input_count, links_now);
    input_count = 0;
    deliver(links_engine_of(number));
}

static void send_to_engine(size_t number, uint16_t transport, struct cf_span octets) {
    static uint8_t copies[CF_ENGINE_BATCH_MAX][1500];
    struct cf_media_input *input = &inputs[input_count];
    assert_true(input_count < CF_ENGINE_BATCH_MAX && octets.len <= sizeof copies[0]);
    *input = (struct cf_media_input){.socket = (uint32_t)(10 * number + transport),
                                     .from = address_of(number),
                                     .at = copies[input_count++],
                                     .len = octets.len};
    input->from.port = (uint16_t)(4000 + transport);
    memcpy(input->at, octets.at, octets.len);
    if (number != 0 || !links_options.is_cut_evenly) {
        flush_to_engine(number);
    }
}

static void tell(size_t i, const struct cf_writer *w) {
    send_to_engine(i + 1, 0, cf_writer_span(w));
}

void links_limit(size_t i, uint64_t bps, bool is_remb) {
    uint8_t octets[128];
    struct cf_writer w;
    const uint32_t ssrc = links_receivers[i].ssrc;
    const struct cf_tmmb entry = {.ssrc = ssrc, .bitrate_bps = bps, .overhead = 40};
    cf_writer_init(&w, octets, sizeof octets);
    cf_put_rtcp_rr(&w, 0xbad0U + (uint32_t)i, NULL, 0);
    if (is_remb) {
        cf_put_rtcp_remb(&w, 0xbad0U + (uint32_t)i, bps, &ssrc, 1);
    } else {
        cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBR, 0xbad0U + (uint32_t)i, &entry, 1);
    }
    tell(i, &w);
}

/* Nonsense of all kinds: limits, arrivals of packets that were never sent, requests. */
static void lie(size_t i) {
    uint8_t octets[1200];
    struct cf_writer w;
    const uint32_t ssrc = links_receivers[i].ssrc;
    cf_usec arrivals[64];
    for (size_t k = 0; k < 64; k++) {
        arrivals[k] = cf_rng_below(&rng, 3) == 0 ? CF_USEC_NEVER : (cf_usec)cf_rng_below(&rng, 1000000) + links_now;
    }
    arrivals[0] = links_now;
    const struct cf_tmmb tmmb = {.ssrc = ssrc, .bitrate_bps = cf_rng_below(&rng, 2) * 50000000U, .overhead = 40};
    const struct cf_fir fir = {.ssrc = ssrc, .number = (uint8_t)cf_rng_u32(&rng)};
    cf_writer_init(&w, octets, sizeof octets);
    cf_put_rtcp_rr(&w, 0xbad0U + (uint32_t)i, NULL, 0);
    cf_put_rtcp_remb(&w, 1, cf_rng_below(&rng, 2) * 90000000U, &ssrc, 1);
    cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBR, 1, &tmmb, 1);
    cf_put_rtcp_fir(&w, 1, &fir, 1);
    cf_put_rtcp_pli(&w, 1, ssrc);
    const struct cf_twcc_report report = {.base = (uint16_t)cf_rng_u32(&rng), .arrivals = arrivals, .count = 64};
    (void)cf_put_rtcp_transport_cc(&w, &report);
    assert_true(cf_writer_ok(&w));
    tell(i, &w);
}

static void step_receiver(size_t i) {
    struct links_receiver *r = &links_receivers[i];
    uint8_t octets[1200];
    struct cf_writer w;
    if (r->lies && links_now % CF_MSEC(5) == 0) {
        lie(i);
    }
    if (r->is_phone && cf_rtp_receiver_is_valid(&r->reports) && links_now >= r->report_at) {
        struct cf_report_block block;
        r->report_at = links_now + CF_SEC(1);
        cf_rtp_receiver_report(&r->reports, links_now, &block);
        cf_writer_init(&w, octets, sizeof octets);
        cf_put_rtcp_rr(&w, 0xbad0U + (uint32_t)i, &block, 1);
        tell(i, &w);
    }
    while (links_now >= cf_arrivals_deadline(&r->arrivals)) {
        cf_writer_init(&w, octets, sizeof octets);
        cf_put_rtcp_rr(&w, 0xbad0U + (uint32_t)i, NULL, 0);
        if (!cf_arrivals_poll(&r->arrivals, &w, 0xbad0U + (uint32_t)i, r->ssrc, links_now)) {
            break;
        }
        tell(i, &w);
    }
}

static void sample(size_t i) {
    struct links_receiver *r = &links_receivers[i];
    assert_true(r->sample_count < LINKS_SAMPLES_MAX);
    r->samples[r->sample_count].link_bps = r->link.config.rate_bps;
    r->samples[r->sample_count].arrived_bps = r->since_sample * 8000000U / LINKS_SAMPLE;
    r->samples[r->sample_count].target_bps = r->is_phone ? 0 : cf_bwe_estimator_target(&links_bandwidth_of(i)->estimator);
    r->samples[r->sample_count++].queue = r->link.free_at > links_now ? r->link.free_at - links_now : 0;
    r->since_sample = 0;
}

/* --- the camera --- */

static uint16_t transport_of(size_t index) {
    return links_options.has_simulcast ? 0 : (uint16_t)index;
}

/* What is lost on the way comes back as RFC 4588 says. */
static void send_held(size_t index) {
    struct links_encoding *e = &links_encodings[index];
    uint8_t octets[1300];
    struct cf_writer w;
    if (e->held_len == 0) {
        return;
    }
    struct cf_rtp_header header = {.timestamp = e->held_timestamp,
                                   .ssrc = REPAIR_SSRC + (uint32_t)index,
                                   .sequence = e->rtx_sequence++,
                                   .payload_type = RTX};
    uint8_t block[8];
    struct cf_writer extension;
    const struct cf_rtp_ext element = {.id = REPAIRED_RID_ID, .data = cf_str_span(cf_str_of(rids[index]))};
    cf_writer_init(&extension, block, sizeof block);
    bool has_rid = links_options.has_simulcast && e->rtx_sequence < 3;
    header.extension_profile = cf_rtp_put_extensions(&extension, &element, has_rid ? 1 : 0);
    header.extension = cf_writer_span(&extension);
    cf_writer_init(&w, octets, sizeof octets);
    cf_rtp_put_header(&w, &header);
    cf_put_u16(&w, e->held_sequence);
    cf_put_bytes(&w, e->held, e->held_len);
    e->held_len = 0;
    send_to_engine(0, transport_of(index), cf_writer_span(&w));
}

/* Packets of the main encoding have transport-wide numbers. */
static void send_payload(size_t index, const struct cf_rtp_header *header, struct cf_span payload) {
    struct links_encoding *e = &links_encodings[index];
    uint8_t octets[MARK + 1 + PACKET + 64];
    uint8_t block[16];
    struct cf_writer w;
    struct cf_writer extension;
    struct cf_rtp_header numbered = *header;
    uint8_t number[2] = {(uint8_t)(links_camera_number >> 8), (uint8_t)links_camera_number};
    struct cf_rtp_ext list[2];
    size_t count = 0;
    if (e->drops && header->sequence % 50 == 7 && !header->marker && e->held_len == 0) {
        memcpy(e->held, payload.at, payload.len);
        e->held_len = payload.len;
        e->held_sequence = header->sequence;
        e->held_timestamp = header->timestamp;
        return;
    }
    cf_writer_init(&extension, block, sizeof block);
    if (index == 0 || links_options.has_simulcast) {
        links_camera_number++;
        list[count++] = (struct cf_rtp_ext){.id = NUMBER_ID, .data = {number, 2}};
    }
    if (links_options.has_simulcast && e->packets++ < RID_PACKETS) {
        list[count++] = (struct cf_rtp_ext){.id = RID_ID, .data = cf_str_span(cf_str_of(rids[index]))};
    }
    numbered.extension_profile = cf_rtp_put_extensions(&extension, list, count);
    numbered.extension = cf_writer_span(&extension);
    cf_writer_init(&w, octets, sizeof octets);
    cf_rtp_put_header(&w, &numbered);
    cf_put_bytes(&w, payload.at, payload.len);
    send_to_engine(0, transport_of(index), cf_writer_span(&w));
}

void links_send_rid(const char *rid, uint8_t payload_type, uint32_t ssrc, uint16_t sequence) {
    uint8_t octets[64];
    uint8_t block[32];
    struct cf_writer w;
    struct cf_writer extension;
    const struct cf_rtp_ext element = {.id = RID_ID, .data = cf_str_span(cf_str_of(rid))};
    struct cf_rtp_header header = {.ssrc = ssrc, .sequence = sequence, .payload_type = payload_type, .timestamp = 1};
    cf_writer_init(&extension, block, sizeof block);
    header.extension_profile = cf_rtp_put_extensions(&extension, &element, rid[0] == '\0' ? 0 : 1);
    header.extension = cf_writer_span(&extension);
    cf_writer_init(&w, octets, sizeof octets);
    cf_rtp_put_header(&w, &header);
    cf_put_u32(&w, 0x10203040U);
    send_to_engine(0, 0, cf_writer_span(&w));
}

/* Octets of the next packet of a frame of which @p left octets are left, for *@p count packets (0: it is found out). */
static size_t share_of(size_t left, size_t *count) {
    if (!links_options.is_cut_evenly) {
        return left < PACKET ? left : PACKET;
    }
    *count = *count == 0 ? (left + PACKET - 1) / PACKET : *count;
    return left / (*count)--;
}

static void send_frame(size_t index) {
    static const uint8_t pattern[] = {0, 2, 1, 2};
    struct links_encoding *e = &links_encodings[index];
    bool key = e->key_at != 0 && links_now >= e->key_at;
    send_held(index);
    e->frame = key ? 0 : e->frame;
    e->key_at = key ? 0 : e->key_at;
    uint8_t tid = pattern[e->frame % 4];
    bool sync = e->frame % 4 == 1 || e->frame % 4 == 2;
    e->tl0 = (uint8_t)(e->tl0 + (tid == 0));
    size_t left = (size_t)(rate_of(index) * FRAME / 8000000) * (key ? 3 : 1);
    size_t count = 0;
    for (bool first = true; left > 0; first = false) {
        uint8_t payload[MARK + 1 + PACKET] = {(uint8_t)(first ? 0x90 : 0x80), 0xe0,   (uint8_t)(0x80U | e->picture_id >> 8),
                                              (uint8_t)e->picture_id,         e->tl0, (uint8_t)(tid << 6 | (sync ? 0x20 : 0))};
        size_t share = share_of(left, &count);
        left -= share;
        if (first) {
            uint16_t width = widths[index];
            uint16_t height = (uint16_t)(width / 16 * 9);
            const uint8_t head[] = {
                0, 0, 0, 0x9d, 0x01, 0x2a, (uint8_t)width, (uint8_t)(width >> 8), (uint8_t)height, (uint8_t)(height >> 8)};
            memcpy(payload + DESCRIPTOR, head, sizeof head);
            payload[DESCRIPTOR] = key ? 0 : 1;
        }
        payload[MARK] = (uint8_t)index;
        const struct cf_rtp_header header = {.timestamp = e->timestamp,
                                             .ssrc = CAMERA_SSRC + (uint32_t)index,
                                             .sequence = e->sequence++,
                                             .payload_type = VP8,
                                             .marker = left == 0};
        send_payload(index, &header, (struct cf_span){payload, MARK + 1 + share});
    }
    e->frame++;
    e->timestamp += 3000;
    e->picture_id = (e->picture_id + 1U) & 0x7fffU;
    e->next_at += FRAME;
    if (input_count > 0) {
        flush_to_engine(0);
    }
}

/* --- the world --- */

void links_begin(const struct netem_config configs[LINKS_RECEIVERS], bool is_first_phone) {
    test_mem_init(&links_mem);
    test_srtp_init(&srtp, &links_mem.mem);
    test_entropy_init(&entropy, 5);
    cf_rng_init(&rng, 6);
    links_now = CF_SEC(100);
    waiting_count = 0;
    links_camera_number = 0;
    links_numbers_told = 0;
    memset(pictures, 0, sizeof pictures);
    waiting = calloc(WAITING_MAX, sizeof *waiting);
    assert_non_null(waiting);
    worker_count = test_workers(LINKS_WORKERS_MAX);
    for (size_t i = 0; i < worker_count; i++) {
        const struct cf_engine_config config = {.crypto = &srtp.crypto,
                                                .entropy = &entropy.entropy,
                                                .resampler = &test_resampler,
                                                .wall = INT64_C(1700000000) * 1000000,
                                                .worker = (uint8_t)i};
        assert_ok(cf_engine_init(&engines[i], &links_mem.mem, &config, links_now));
    }
    const struct cf_media_command c = {.kind = CF_MEDIA_ROOM_ADD,
                                       .room = room,
                                       .as.room_policy = {.no_audio = true,
                                                          .pauses_unseen = links_options.pauses_unseen,
                                                          .workers = (uint16_t)((1U << worker_count) - 1)}};
    command(&c);
    add_camera();
    for (size_t i = 0; i < LINKS_RECEIVERS; i++) {
        add_receiver(i, &configs[i], is_first_phone && i == 0);
    }
}

void links_end(void) {
    for (size_t i = 0; i < worker_count; i++) {
        cf_engine_fini(&engines[i]);
    }
    for (size_t i = 0; i < LINKS_RECEIVERS; i++) {
        cf_arrivals_fini(&links_receivers[i].arrivals);
    }
    free(waiting);
    test_mem_fini(&links_mem);
    links_options = (struct links_options){.has_simulcast = false};
}

void links_run(cf_usec duration) {
    for (cf_usec stop = links_now + duration; links_now < stop; links_now += STEP) {
        size_t kept = 0;
        for (size_t i = 0; i < waiting_count; i++) {
            if (waiting[i].at <= links_now) {
                take_packet(&waiting[i]);
            } else {
                waiting[kept++] = waiting[i];
            }
        }
        waiting_count = kept;
        for (size_t i = 0; i < encoding_count(); i++) {
            struct links_encoding *e = &links_encodings[i];
            if (links_now >= e->next_at && !e->is_silent) {
                send_frame(i);
            }
            e->next_at = e->is_silent && e->next_at <= links_now ? links_now + FRAME : e->next_at;
        }
        for (size_t i = 0; i < LINKS_RECEIVERS; i++) {
            step_receiver(i);
            if (links_now % LINKS_SAMPLE == 0) {
                sample(i);
            }
        }
        for (size_t i = 0; i < worker_count; i++) {
            if (links_now >= cf_engine_deadline(&engines[i])) {
                cf_engine_on_deadline(&engines[i], links_now);
                deliver(&engines[i]);
            }
        }
    }
}

void links_save(size_t i, const char *name) {
    const struct links_receiver *r = &links_receivers[i];
    const char *folder = getenv("CONFER_TEST_PLOTS");
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.csv", folder == NULL ? "" : folder, name);
    FILE *file = folder == NULL ? NULL : fopen(path, "w");
    if (file != NULL) {
        (void)fprintf(file, "time_s,link_bps,queue_ms,target_bps_1,arrived_bps_1\n");
        for (size_t k = 0; k < r->sample_count; k++) {
            (void)fprintf(file, "%.1f,%llu,%.1f,%llu,%llu\n", (double)k / 10, (unsigned long long)r->samples[k].link_bps,
                          (double)r->samples[k].queue / 1e3, (unsigned long long)r->samples[k].target_bps,
                          (unsigned long long)r->samples[k].arrived_bps);
        }
        assert_int_equal(fclose(file), 0);
    }
}
