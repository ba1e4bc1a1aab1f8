/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AV1 with dependency descriptors, and VP9, through the engine: receivers get whole pictures of the layers that they may have,
 * with descriptors that say so. One takes descriptors, mids and transport-wide numbers, one descriptors alone, one none of them.
 */
#include "base/rng.h"
#include "core/media/internal.h"
#include "core/rtcp/rtcp.h"
#include "core/rtp/send_time.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"
#include "lib/test_svc.h"

#include "lib/test.h"

#define RECEIVERS 3
#define AV1 104
#define RTX 105
#define MID_ID 1
#define NUMBER_ID 8
#define DESCRIPTOR_ID 11
#define FRAMES_MAX 8192
#define DATAGRAM_MAX 512
#define STEP (CF_SEC(1) / 30)

struct receiver {
    bool any;
    uint16_t sequence;
    uint32_t timestamp;
    bool was_marked;
    uint8_t unit_spatial; /* highest layer of this picture */
    size_t padded;
    uint8_t last_spatial; /* and of the one before */
    uint16_t lost;        /* packets that did not come to us: what they were nobody knows, and they leave a gap */
    size_t rises;         /* pictures that went on after their marker, with a higher layer */
    uint16_t frame_number;
    uint16_t number; /* of the transport */
    uint8_t spatial; /* highest layers since they were forgotten */
    uint8_t temporal;
    uint32_t targets; /* that the last descriptor said; 0: it said none */
    uint8_t halves[FRAMES_MAX];
    struct cf_dd_structure structure;
};

static struct test_mem mem;
static struct test_srtp srtp;
static struct test_entropy entropy;
static struct cf_engine engine;
static cf_usec now;
static bool is_vp9;
static size_t keys_asked; /* of the first camera */
static struct test_svc cameras[2];
static struct receiver receivers[RECEIVERS];
static struct cf_sink_limit limits[RECEIVERS];
static bool loses_back; /* the first packet of a layer that comes back does not come */

static struct cf_handle leg_of(size_t number) {
    return (struct cf_handle){.slot = (uint32_t)(10 + number), .generation = 1};
}

static struct cf_addr address_of(size_t number) {
    return (struct cf_addr){.ip = {10, 0, 0, (uint8_t)(number + 1)}, .port = 4000, .family = CF_FAMILY_IP4};
}

static struct cf_engine_line *line_of(size_t number) {
    return ((struct cf_engine_leg *)cf_media_names_get(&engine.legs, leg_of(number)))->lines[0];
}

/* --- what receivers get --- */

/* What its frame needs has come whole. */
static void check_needs(struct receiver *r, const struct test_svc_frame *frame) {
    assert_true(frame->number < FRAMES_MAX);
    for (size_t i = 0; i < TEST_SVC_NEEDS_MAX; i++) {
        assert_true(frame->needs[i] == 0 || r->halves[frame->needs[i]] == 2);
    }
    r->halves[frame->number]++;
    assert_in_range(r->halves[frame->number], 1, 2);
}

static void check_descriptor(size_t number, struct receiver *r, const struct cf_rtp_view *view,
                             const struct test_svc_frame *frame) {
    struct cf_span data;
    struct cf_dd dd;
    if (number == 2 || is_vp9) {
        assert_false(cf_rtp_ext_find(view, DESCRIPTOR_ID, &data));
        return;
    }
    assert_true(cf_rtp_ext_find(view, DESCRIPTOR_ID, &data));
    assert_ok(cf_dd_parse(data, &r->structure, &dd));
    assert_true(dd.spatial == frame->spatial && dd.temporal == frame->temporal);
    assert_true(dd.frame_end == (r->halves[frame->number] == 2));
    uint16_t ahead = (uint16_t)(dd.frame_number - r->frame_number);
    assert_true(!r->any || ahead <= 12);
    r->frame_number = dd.frame_number;
    r->targets = dd.place.has_mask ? dd.active_targets : 0;
    /* It has a use for what it gets. */
    uint64_t used = 0;
    for (unsigned t = 0; t < r->structure.target_count; t++) {
        used |= dd.has_active_targets && (dd.active_targets >> t & 1U) != 0 ? cf_dd_indication(&dd, t) : 0U;
    }
    assert_true(!dd.has_active_targets || used != 0);
}

/* Numbers of the transport go on by one, whatever else is in the extension. */
static void check_number(struct receiver *r, const struct cf_rtp_view *view) {
    struct cf_span data;
    uint16_t sent;
    assert_true(cf_rtp_ext_find(view, MID_ID, &data) && data.len == 2);
    assert_true(cf_rtp_ext_find(view, NUMBER_ID, &data) && cf_transport_sequence_parse(data, &sent));
    assert_true(r->number == 0 || sent == (uint16_t)(r->number + 1U));
    r->number = sent;
}

static void take(size_t number, struct cf_span octets) {
    struct receiver *r = &receivers[number];
    struct cf_rtp_view view;
    assert_ok(cf_rtp_parse(octets, &view));
    if (number == 0) {
        check_number(r, &view);
    }
    if (view.payload_type == RTX) {
        return; /* a probe */
    }
    assert_int_equal(view.payload_type, AV1);
    const struct test_svc_frame frame = test_svc_read(view.payload);
    /* Sequence numbers without a gap of ours; pictures end with a marker, and nothing else does but what was the end before a
     * layer that is followed from here on. */
    bool is_rise = r->any && r->was_marked && view.timestamp == r->timestamp && frame.spatial == r->unit_spatial + 1 &&
                   frame.spatial > r->last_spatial;
    r->rises += is_rise;
    if (r->any) {
        assert_int_equal((uint16_t)(view.sequence - r->sequence), 1 + r->lost);
        assert_true(is_rise || r->was_marked == (view.timestamp != r->timestamp));
    }
    r->lost = 0;
    r->last_spatial = view.timestamp == r->timestamp ? r->last_spatial : r->unit_spatial;
    r->unit_spatial = frame.spatial;
    check_needs(r, &frame);
    check_descriptor(number, r, &view, &frame);
    r->padded += view.padding_len > 0;
    r->any = true;
    r->sequence = view.sequence;
    r->timestamp = view.timestamp;
    r->was_marked = view.marker;
    r->spatial = frame.spatial > r->spatial ? frame.spatial : r->spatial;
    r->temporal = frame.temporal > r->temporal ? frame.temporal : r->temporal;
}

static size_t count_requests(struct cf_span compound) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_feedback feedback;
    size_t count = 0;
    cf_rtcp_iter_init(&iter, compound);
    while (cf_rtcp_next(&iter, &packet)) {
        bool is_request = packet.type == CF_RTCP_PSFB && cf_rtcp_parse_feedback(&packet, &feedback) == CF_OK;
        count += is_request && feedback.format == CF_PSFB_PLI;
    }
    return count;
}

static void deliver(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    for (size_t n = cf_engine_poll_send(&engine, &outputs); n > 0; n = cf_engine_poll_send(&engine, &outputs)) {
        for (size_t i = 0; i < n; i++) {
            size_t number = outputs[i].socket / 10;
            if (number >= 2 && cf_packet_kind_of(outputs[i].data) == CF_PACKET_RTP) {
                take(number - 2, outputs[i].data);
            } else if (number == 0) {
                keys_asked += count_requests(outputs[i].data);
            }
        }
    }
    while (cf_engine_poll_event(&engine, &event)) {
        assert_int_not_equal(event.kind, CF_MEDIA_EVENT_FAILED);
    }
}

/* --- the world --- */

static void command(const struct cf_media_command *c) {
    cf_engine_command(&engine, c, now);
    deliver();
}

static struct cf_media_line describe(size_t number) {
    struct cf_media_line line = {.kind = CF_MEDIA_VIDEO,
                                 .profile = CF_PROFILE_AVPF,
                                 .is_active = true,
                                 .can_send = number >= 2,
                                 .can_receive = number < 2,
                                 .remote_bandwidth_bps = CF_BANDWIDTH_NONE};
    line.payloads[line.payload_count++] = (struct cf_payload){.codec = is_vp9 ? CF_CODEC_VP9 : CF_CODEC_AV1,
                                                              .send_type = AV1,
                                                              .receive_type = AV1,
                                                              .clock_hz = 90000,
                                                              .feedback = CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_TRANSPORT_CC};
    if (number != 4) {
        line.extensions[CF_EXTENSION_DEPENDENCY_DESCRIPTOR] = (struct cf_media_extension){DESCRIPTOR_ID, true, true};
    }
    if (number == 2) {
        struct cf_payload rtx = {.codec = CF_CODEC_RTX, .send_type = RTX, .receive_type = RTX, .clock_hz = 90000};
        rtx.local.rtx.apt = rtx.remote.rtx.apt = AV1;
        line.payloads[line.payload_count++] = rtx;
        line.mid = (struct cf_tag){.len = 2, .text = "vs"};
        line.extensions[CF_EXTENSION_MID] = (struct cf_media_extension){MID_ID, true, true};
        line.extensions[CF_EXTENSION_TRANSPORT_CC] = (struct cf_media_extension){NUMBER_ID, true, true};
    }
    return line;
}

static const struct cf_handle room = {.slot = 1, .generation = 1};

static void add_leg(size_t number) {
    struct cf_media_command c = {.kind = CF_MEDIA_LEG_ADD, .room = room, .leg = leg_of(number)};
    command(&c);
    c = (struct cf_media_command){.kind = CF_MEDIA_TRANSPORT_SET, .leg = leg_of(number)};
    c.as.transport = (struct cf_media_transport_set){.rtp_socket = (uint32_t)(10 * number),
                                                     .rtcp_socket = (uint32_t)(10 * number),
                                                     .transport = {.remote_rtp = address_of(number), .has_rtcp_mux = true}};
    c.as.transport.transport.remote_rtcp = c.as.transport.transport.remote_rtp;
    command(&c);
    c = (struct cf_media_command){.kind = CF_MEDIA_LINE_SET, .leg = leg_of(number)};
    c.as.line.line = describe(number);
    if (number >= 2) {
        c.as.line.use.role = CF_MEDIA_ROLE_NONE;
        c.as.line.use.pick = (struct cf_media_pick){.kind = CF_MEDIA_PICK_MEMBER, .leg = leg_of(0)};
    } else {
        c.as.line.use.pick.kind = CF_MEDIA_PICK_NOBODY;
    }
    command(&c);
}

static void begin(unsigned spatial_count, unsigned temporal_count, bool is_key_mode) {
    now = CF_SEC(1000);
    test_mem_init(&mem);
    test_srtp_init(&srtp, &mem.mem);
    test_entropy_init(&entropy, 5);
    memset(receivers, 0, sizeof receivers);
    memset(limits, 0, sizeof limits);
    const struct cf_engine_config config = {.crypto = &srtp.crypto,
                                            .entropy = &entropy.entropy,
                                            .stun_hash = &test_stun_hash,
                                            .resampler = &test_resampler,
                                            .wall = CF_SEC(1700000000)};
    assert_ok(cf_engine_init(&engine, &mem.mem, &config, now));
    const struct cf_media_command add = {.kind = CF_MEDIA_ROOM_ADD, .room = room, .as.room_policy = {.no_audio = true}};
    command(&add);
    for (size_t i = 0; i < 2 + RECEIVERS; i++) {
        add_leg(i);
    }
    for (size_t i = 0; i < 2; i++) {
        test_svc_init(&cameras[i], spatial_count, temporal_count, is_key_mode);
        cameras[i].is_vp9 = is_vp9;
        cameras[i].frame = i == 0 ? 0 : FRAMES_MAX / 2;
    }
}

static void end(void) {
    cf_engine_fini(&engine);
    test_mem_fini(&mem);
}

/* Prints the datagram of a packet whose payload has @more octets before what is read of it. */
static size_t print(size_t camera, const struct test_svc_packet *packet, size_t more, uint8_t *datagram) {
    const size_t head = packet->payload_len - sizeof(struct test_svc_frame);
    uint8_t block[256];
    struct cf_writer w;
    const struct cf_rtp_ext list = {.id = DESCRIPTOR_ID, .data = {packet->descriptor, packet->descriptor_len}};
    struct cf_rtp_header header = {.timestamp = packet->timestamp,
                                   .ssrc = (uint32_t)(0xcafe0 + camera),
                                   .sequence = packet->sequence,
                                   .marker = packet->marker,
                                   .payload_type = AV1};
    cf_writer_init(&w, block, sizeof block);
    header.extension_profile = cf_rtp_put_extensions(&w, &list, is_vp9 ? 0 : 1);
    header.extension = cf_writer_span(&w);
    struct cf_writer out;
    cf_writer_init(&out, datagram, DATAGRAM_MAX);
    cf_rtp_put_header(&out, &header);
    cf_put(&out, cf_span_str((struct cf_span){packet->payload, head}));
    cf_put(&out, cf_str_n("\1\1\1\1", more));
    cf_put(&out, cf_span_str((struct cf_span){packet->payload + head, sizeof(struct test_svc_frame)}));
    assert_true(cf_writer_ok(&out));
    return out.len;
}

/* They come at once; every other one has @more octets more. */
static void send_together(size_t camera, const struct test_svc_packet *packets, size_t count, size_t more) {
    static uint8_t datagrams[TEST_SVC_UNIT_MAX][DATAGRAM_MAX];
    struct cf_media_input inputs[TEST_SVC_UNIT_MAX];
    for (size_t i = 0; i < count; i++) {
        inputs[i] = (struct cf_media_input){.socket = (uint32_t)(10 * camera),
                                            .from = address_of(camera),
                                            .at = datagrams[i],
                                            .len = print(camera, &packets[i], i % 2 == 1 ? more : 0, datagrams[i])};
    }
    cf_engine_receive(&engine, inputs, count, now);
    deliver();
}

static void send(size_t camera, const struct test_svc_packet *packet) {
    send_together(camera, packet, 1, 0);
}

/* Whatever the estimate of its link says. */
static void hold_limits(void) {
    for (size_t i = 0; i < RECEIVERS; i++) {
        struct cf_engine_line *line = line_of(2 + i);
        cf_forward_set_limit(&line->leg->room->forward, &line->sink, &limits[i], now);
    }
}

static void run(size_t units) {
    for (size_t i = 0; i < units; i++, now += STEP) {
        hold_limits();
        for (size_t k = 0; k < 2; k++) {
            struct test_svc_packet packets[TEST_SVC_UNIT_MAX];
            size_t count = test_svc_next(&cameras[k], packets);
            for (size_t p = 0; p < count; p++) {
                const struct test_svc_frame frame = test_svc_read((struct cf_span){packets[p].payload, packets[p].payload_len});
                bool is_lost = loses_back && frame.spatial > 0 && k == 0;
                loses_back = loses_back && !is_lost;
                for (size_t r = 0; r < RECEIVERS; r++) {
                    receivers[r].lost = (uint16_t)(receivers[r].lost + is_lost);
                }
                if (!is_lost) {
                    send(k, &packets[p]);
                }
            }
        }
        if (cf_engine_deadline(&engine) <= now) {
            cf_engine_on_deadline(&engine, now);
            deliver();
        }
    }
}

/* Receiver @number may have so many layers; 0: all. */
static void limit(size_t number, uint8_t spatial_count, uint8_t temporal_count) {
    limits[number] = (struct cf_sink_limit){.spatial_count = spatial_count, .temporal_count = temporal_count};
    receivers[number].spatial = receivers[number].temporal = 0;
}

static void show(size_t number, size_t camera) {
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_USE, .leg = leg_of(2 + number)};
    c.as.use.use =
        (struct cf_media_use){.role = CF_MEDIA_ROLE_NONE, .pick = {.kind = CF_MEDIA_PICK_MEMBER, .leg = leg_of(camera)}};
    command(&c);
    cameras[camera].key_next = true;
}

/* --- tests --- */

struct mode {
    unsigned spatial_count;
    unsigned temporal_count;
    bool is_key_mode;
};

static const struct mode modes[] = {{1, 2, false}, {1, 3, false}, {2, 1, false}, {2, 2, false},
                                    {3, 3, false}, {2, 3, true},  {3, 3, true}};

static void each_gets_its_layers(void) {
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        const struct mode *m = &modes[i];
        uint8_t top_s = (uint8_t)(m->spatial_count - 1);
        uint8_t top_t = (uint8_t)(m->temporal_count - 1);
        begin(m->spatial_count, m->temporal_count, m->is_key_mode);
        run(30);
        for (size_t k = 0; k < RECEIVERS; k++) {
            assert_true(receivers[k].any && receivers[k].spatial == top_s && receivers[k].temporal == top_t);
            assert_int_equal(receivers[k].targets, 0); /* nothing to say */
        }
        /* Down at once: whole pictures of the lowest layers. */
        limit(0, 1, 1);
        limit(1, (uint8_t)(top_s + 1), 1);
        run(1);
        limit(0, 1, 1);
        limit(1, (uint8_t)(top_s + 1), 1);
        run(30);
        assert_true(receivers[0].spatial == 0 && receivers[0].temporal == 0);
        assert_true(receivers[1].spatial == top_s && receivers[1].temporal == 0);
        assert_int_equal(receivers[0].targets, is_vp9 ? 0 : 1);
        assert_int_equal(receivers[1].targets, is_vp9 ? 0 : cf_dd_targets(&receivers[1].structure, top_s, 0));
        assert_true(receivers[2].spatial == top_s && receivers[2].temporal == top_t);
        /* Up in time within four pictures, in space with a key frame, which is asked for. */
        limit(0, 0, 0);
        size_t asked = keys_asked;
        run(20);
        assert_true(receivers[0].spatial == 0 && receivers[0].temporal == top_t);
        assert_true((keys_asked > asked) == (top_s > 0));
        cameras[0].key_next = true;
        run(8);
        assert_true(receivers[0].spatial == top_s && receivers[0].temporal == top_t);
        uint32_t all = (uint32_t)((UINT64_C(1) << (m->spatial_count * m->temporal_count)) - 1);
        assert_true(receivers[0].targets == (is_vp9 ? 0 : all));
        end();
    }
}

static void each_gets_its_layers_of_av1_and_is_told_so(void **state) {
    (void)state;
    is_vp9 = false;
    each_gets_its_layers();
}

static void each_gets_its_layers_of_vp9(void **state) {
    (void)state;
    is_vp9 = true;
    each_gets_its_layers();
}

/* Layers that come back need nothing of their own: who was without them follows them there, and nowhere else. */
static void follows_layers_that_come_back_without_a_key_frame(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * sizeof modes / sizeof modes[0]; i++) {
        const struct mode *m = &modes[i / 2];
        uint8_t top_s = (uint8_t)(m->spatial_count - 1);
        is_vp9 = i % 2 == 1;
        begin(m->spatial_count, m->temporal_count, m->is_key_mode);
        run(30);
        limit(0, 1, 0);
        limit(1, 1, 1);
        run(10);
        test_svc_pause(&cameras[0], top_s > 0 ? 1 : 0);
        run(20);
        limit(0, 0, 0);
        limit(1, 0, 0);
        test_svc_pause(&cameras[0], 0);
        run(16);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(receivers[k].spatial, top_s);
            assert_int_equal(receivers[k].temporal, m->temporal_count - 1);
            assert_int_equal(receivers[k].rises, top_s); /* one at a time */
        }
        assert_int_equal(receivers[2].rises, 0);
        end();
    }
    is_vp9 = false;
}

/* Where the frame with which one could have risen was lost, none of the others will do. */
static void a_lost_beginning_is_made_up_for_by_a_key_frame(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        is_vp9 = i == 1;
        begin(2, 1, true);
        run(30);
        for (size_t k = 0; k < RECEIVERS; k++) {
            limit(k, 1, 0);
        }
        test_svc_pause(&cameras[0], 1);
        run(1000);
        for (size_t k = 0; k < RECEIVERS; k++) {
            limit(k, 0, 0);
        }
        size_t asked = keys_asked;
        test_svc_pause(&cameras[0], 0);
        loses_back = true;
        run(20);
        assert_false(loses_back);
        assert_int_equal(keys_asked, asked);
        run(40);
        assert_true(keys_asked > asked);
        cameras[0].key_next = true;
        run(2);
        for (size_t k = 0; k < RECEIVERS; k++) {
            assert_int_equal(receivers[k].spatial, 1);
        }
        end();
    }
    is_vp9 = false;
}

/* The first packet's descriptor makes its datagram longer by far: that its payload is an octet longer than the second one's says
 * nothing. Of two with descriptors of one length the shorter one is padded. */
static void packets_are_made_even_by_what_is_sent_of_them(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        bool are_keys = i == 1;
        begin(2, 1, false);
        run(30);
        receivers[0].padded = 0;
        for (size_t unit = 0; unit < 60; unit++, now += STEP) {
            struct test_svc_packet packets[TEST_SVC_UNIT_MAX];
            cameras[0].key_next = are_keys;
            size_t count = test_svc_next(&cameras[0], packets);
            send_together(0, packets, are_keys ? 2 : count, are_keys ? 2 : 1);
            if (are_keys) {
                send_together(0, packets + 2, count - 2, 0);
            }
            if (cf_engine_deadline(&engine) <= now) {
                cf_engine_on_deadline(&engine, now);
                deliver();
            }
        }
        assert_true((receivers[0].padded > 0) == !are_keys);
        assert_int_equal(receivers[1].padded, 0);
        end();
    }
}

/* Whatever is wanted when: take() sees that what each frame needs went out before it. */
static void frames_are_whole_whatever_is_wanted(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 26);
    for (size_t i = 0; i < 2 * sizeof modes / sizeof modes[0]; i++) {
        const struct mode *m = &modes[i / 2];
        size_t raised = 0;
        is_vp9 = i % 2 == 1;
        begin(m->spatial_count, m->temporal_count, m->is_key_mode);
        for (size_t unit = 0; unit < 1200; unit++) {
            if (cf_rng_below(&rng, 10) == 0) {
                limit(cf_rng_below(&rng, RECEIVERS), (uint8_t)cf_rng_below(&rng, m->spatial_count + 1U),
                      (uint8_t)cf_rng_below(&rng, m->temporal_count + 1U));
            }
            if (cf_rng_below(&rng, 20) == 0) {
                test_svc_pause(&cameras[0], (uint8_t)cf_rng_below(&rng, m->spatial_count));
            }
            cameras[0].key_next = cf_rng_below(&rng, 100) == 0;
            run(1);
        }
        for (size_t k = 0; k < RECEIVERS; k++) {
            raised += receivers[k].rises;
        }
        assert_true((raised > 0) == (m->spatial_count > 1));
        end();
    }
    is_vp9 = false;
}

static void frame_numbers_go_on_from_source_to_source(void **state) {
    (void)state;
    is_vp9 = false;
    begin(3, 3, true);
    run(20);
    for (size_t turn = 1; turn <= 6; turn++) {
        for (size_t k = 0; k < RECEIVERS; k++) {
            show(k, turn % 2);
        }
        run(25);
    }
    for (size_t k = 0; k < RECEIVERS; k++) {
        assert_true(receivers[k].spatial == 2 && receivers[k].temporal == 2);
    }
    end();
}

CF_TEST_MAIN(cmocka_unit_test(each_gets_its_layers_of_av1_and_is_told_so), cmocka_unit_test(each_gets_its_layers_of_vp9),
             cmocka_unit_test(follows_layers_that_come_back_without_a_key_frame),
             cmocka_unit_test(packets_are_made_even_by_what_is_sent_of_them),
             cmocka_unit_test(a_lost_beginning_is_made_up_for_by_a_key_frame),
             cmocka_unit_test(frames_are_whole_whatever_is_wanted), cmocka_unit_test(frame_numbers_go_on_from_source_to_source))
