/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads and extensions of the newer video formats. The first octet chooses the format: 0 VP9, 1 AV1, 2 H.265, 3 dependency
 * descriptor (twice: what it brings is used for the second half), 4 frame marking, 5 RED, 6 descriptors of packet after packet,
 * with what a receiver wants of their layers, in any order.
 */
#include "base/bug.h"
#include "core/rtp/av1.h"
#include "core/rtp/dependency.h"
#include "core/rtp/frame_marking.h"
#include "core/rtp/h265.h"
#include "core/rtp/red.h"
#include "core/rtp/vp9.h"
#include "core/sfu/layer_gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_vp9(struct cf_span payload) {
    struct cf_vp9_descriptor d;
    struct cf_vp9_descriptor again;
    uint8_t out[CF_VP9_HEAD_MAX];
    if (cf_vp9_descriptor_parse(payload, &d) != CF_OK) {
        return;
    }
    cf_assert(d.len < payload.len && d.head_len <= d.len);
    cf_assert(cf_vp9_head_print(&d, payload.at[0], out) == d.head_len);
    cf_assert(memcmp(out, payload.at, d.head_len) == 0);
    cf_assert(cf_vp9_descriptor_parse(payload, &again) == CF_OK && again.len == d.len);
}

/* What receivers get says the same but for what was changed. */
static void try_printed(struct cf_span data, const struct cf_dd_structure *structure, const struct cf_dd *dd) {
    struct cf_dd_structure again = *structure;
    struct cf_dd printed;
    uint8_t out[CF_DD_PRINTED_MAX];
    const uint32_t targets = cf_dd_targets(structure, 0, 1);
    if (data.len > CF_DD_LEN_MAX) {
        return;
    }
    size_t len = cf_dd_print(data, &dd->place, (uint16_t)(dd->frame_number + 7U), &targets, out);
    cf_assert(len >= data.len && len <= sizeof out);
    cf_assert(cf_dd_parse((struct cf_span){out, len}, &again, &printed) == CF_OK);
    cf_assert(printed.has_active_targets && printed.active_targets == targets);
    cf_assert(printed.frame_number == (uint16_t)(dd->frame_number + 7U) && printed.indications == dd->indications);
    cf_assert(printed.needs == dd->needs && printed.needs_older == dd->needs_older);
    cf_assert(printed.spatial == dd->spatial && printed.temporal == dd->temporal && printed.has_structure == dd->has_structure);
    cf_assert(printed.frame_start == dd->frame_start && printed.frame_end == dd->frame_end);
}

static void try_dependency(struct cf_span data) {
    struct cf_dd_structure structure = {.any = false};
    struct cf_dd dd;
    struct cf_span halves[2] = {{data.at, data.len - data.len / 2}, {data.at + data.len - data.len / 2, data.len / 2}};
    for (size_t i = 0; i < 2; i++) {
        if (cf_dd_parse(halves[i], &structure, &dd) == CF_OK) {
            cf_assert(structure.any && dd.spatial <= structure.spatial_max && dd.temporal < CF_DD_TEMPORAL_MAX);
            try_printed(halves[i], &structure, &dd);
        }
    }
}

/* --- layers of a receiver --- */

struct gated {
    struct cf_video_layers layers;
    struct cf_layer_gate gate;
    struct cf_layer_trail trail;
    bool left_out[65536]; /* frames, by their numbers; those further back than the newest one's last 63 don't count */
    uint16_t number;      /* of the newest packet's frame */
    uint16_t sequence;    /* of the newest packet */
    bool any;
    bool is_astray; /* a late packet's frame would be newer than the newest one's: until the next one nothing is known */
};

/* The numbers go on to @number; a key frame, a leap or a step back forgets. */
static void go_on(struct gated *g, uint16_t number, bool forgets) {
    uint16_t ahead = (uint16_t)(number - g->number);
    if (forgets || ahead >= CF_DD_NEEDS_MAX) {
        memset(g->left_out, 0, sizeof g->left_out);
    }
    for (uint16_t i = 1; i <= ahead && ahead < CF_DD_NEEDS_MAX; i++) {
        g->left_out[(uint16_t)(g->number + i)] = false;
        g->left_out[(uint16_t)(g->number + i - CF_DD_NEEDS_MAX)] = false;
    }
    g->number = number;
}

/* What goes out is of no frame that was left out, and the newest of it needs none, of the last 64 numbers. */
static void pass(struct gated *g, const struct cf_video_packet *packet, struct cf_layer_limit wanted) {
    const struct cf_layer_limit before = g->gate.present;
    const bool has_number = packet->descriptor_len > 0;
    const bool is_newest = !g->any || (int16_t)(uint16_t)(packet->sequence - g->sequence) > 0;
    uint16_t number = cf_video_frame_number(packet);
    if (is_newest) {
        g->sequence = packet->sequence;
        g->any = true;
        go_on(g, has_number ? number : g->number, packet->key_start);
        g->is_astray = g->is_astray && !has_number;
    } else if (has_number && (int16_t)(uint16_t)(number - g->number) > 0) {
        memset(g->left_out, 0, sizeof g->left_out);
        g->is_astray = true;
    }
    bool passes = cf_layer_gate_admit(&g->gate, &g->trail, packet, wanted);
    for (uint16_t n = 0; passes && is_newest && has_number && n <= CF_DD_NEEDS_MAX; n++) {
        bool is_needed = n == 0 || (packet->needs >> (n - 1U) & 1U) != 0;
        cf_assert(!is_needed || !g->left_out[(uint16_t)(number - n)]);
    }
    if (has_number && !passes && !g->is_astray && (uint16_t)(g->number - number) < CF_DD_NEEDS_MAX) {
        g->left_out[number] = true;
    }
    const struct cf_layer_limit *now = &g->gate.present;
    cf_assert(now->spatial <= before.spatial || packet->key_start || packet->layer.is_spatial_switch);
    cf_assert(now->temporal <= before.temporal || now->temporal <= wanted.temporal);
}

static void try_gate(struct cf_span data) {
    static const uint8_t payload[] = {0x10, 0x30, 0x11};
    static struct gated g;
    struct cf_reader r;
    uint16_t sequence = 0;
    memset(&g, 0, sizeof g);
    cf_reader_init(&r, data);
    cf_layer_gate_begin(&g.gate, &g.trail, (struct cf_layer_limit){CF_LAYER_ANY, CF_LAYER_ANY});
    while (cf_reader_ok(&r) && cf_reader_left(&r) > 0) {
        uint8_t wanted = cf_take_u8(&r);
        sequence = (uint16_t)(sequence + (int8_t)cf_take_u8(&r));
        uint8_t len = cf_take_u8(&r) % (CF_DD_LEN_MAX + 1);
        const struct cf_span descriptor = cf_take(&r, len);
        struct cf_video_packet p = {.sequence = sequence, .descriptor = descriptor.at, .descriptor_len = (uint8_t)descriptor.len};
        cf_assert(cf_video_packet_parse(CF_VIDEO_AV1, (struct cf_span){payload, sizeof payload}, &p) == CF_OK);
        if (p.descriptor_len > 0) {
            cf_video_packet_describe(&p, &g.layers);
        }
        const struct cf_layer_limit limit = {(wanted & 0x80U) != 0 ? CF_LAYER_ANY : wanted & 3U,
                                             (wanted & 0x40U) != 0 ? CF_LAYER_ANY : wanted >> 2 & 7U};
        pass(&g, &p, limit);
    }
}

static void try_red(struct cf_span payload) {
    struct cf_red red;
    size_t octets = 0;
    if (cf_red_parse(payload, &red) != CF_OK) {
        return;
    }
    for (size_t i = 0; i < red.count; i++) {
        octets += red.blocks[i].data.len;
    }
    cf_assert(octets + 4 * red.count - 3 == payload.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    union {
        struct cf_av1_payload av1;
        struct cf_h265_payload h265;
        struct cf_frame_marking marking;
    } u;
    if (size == 0) {
        return 0;
    }
    struct cf_span rest = {data + 1, size - 1};
    switch (data[0] % 7) {
    case 0:
        try_vp9(rest);
        break;
    case 1:
        (void)(cf_av1_payload_parse(rest, &u.av1) == CF_OK);
        break;
    case 2:
        if (cf_h265_payload_parse(rest, &u.h265) == CF_OK) {
            cf_assert(u.h265.tid < 7);
        }
        break;
    case 3:
        try_dependency(rest);
        break;
    case 4:
        (void)cf_frame_marking_parse(rest, &u.marking);
        break;
    case 5:
        try_red(rest);
        break;
    default:
        try_gate(rest);
        break;
    }
    return 0;
}
