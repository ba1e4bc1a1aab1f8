/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test_svc.h"

#include "lib/test.h"

#define TICKS 3000 /* of 90 kHz, 30 pictures a second */
#define FIRST_TEMPLATE 50

void test_svc_init(struct test_svc *svc, unsigned spatial_count, unsigned temporal_count, bool is_key_mode) {
    *svc = (struct test_svc){.spatial_count = spatial_count,
                             .temporal_count = temporal_count,
                             .is_key_mode = is_key_mode,
                             .key_next = true,
                             .sequence = 65500,
                             .frame_number = 65510,
                             .timestamp = 0xffff0000U};
}

/* --- descriptors --- */

struct bits {
    uint8_t *out;
    size_t at;
};

/* What a template is for. */
struct template {
    unsigned s;
    unsigned t;
    bool is_key;
};

static void put(struct bits *b, uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; b->at++) {
        b->out[b->at / 8] |= (uint8_t)((value >> i & 1U) << (7 - b->at % 8));
    }
}

/* How decode target (@ts, @tt) needs frames of @own. */
static enum cf_dd_indication indication(const struct test_svc *svc, const struct template *own, unsigned ts, unsigned tt) {
    bool is_needed = own->t <= tt && own->s <= ts && (own->s == ts || own->is_key || !svc->is_key_mode);
    if (!is_needed) {
        return CF_DD_NOT_PRESENT;
    }
    if (own->s == ts) {
        return own->t > 0 && own->t == tt ? CF_DD_DISCARDABLE : CF_DD_SWITCH;
    }
    return own->is_key ? CF_DD_SWITCH : CF_DD_REQUIRED;
}

/* Templates of a layer: the lowest temporal one has another for key frames. */
static unsigned templates_a_spatial(const struct test_svc *svc) {
    return svc->temporal_count + 1;
}

static struct template template_of(const struct test_svc *svc, unsigned index) {
    unsigned i = index % templates_a_spatial(svc);
    return (struct template){.s = index / templates_a_spatial(svc), .t = i > 1 ? i - 1 : 0, .is_key = i == 0};
}

/* What frames of @own need, as a set of distances: of their own layer's picture, and the same picture, smaller. */
static uint32_t regular_needs(const struct test_svc *svc, const struct template *own) {
    unsigned units = 1U << (svc->temporal_count - 1 - own->t);
    uint32_t needs = own->is_key ? 0 : 1U << (units * svc->spatial_count - 1);
    return needs | (own->s > 0 && (own->is_key || !svc->is_key_mode) ? 1U : 0);
}

static void put_below(struct bits *b, uint32_t value, uint32_t n) {
    unsigned width = 0;
    for (uint32_t x = n; x != 0; x >>= 1) {
        width++;
    }
    uint32_t short_count = (1U << width) - n;
    bool is_short = value < short_count;
    put(b, is_short ? value : value + short_count, is_short ? width - 1 : width);
}

/* Templates in the order of their layers, a target for each layer, a chain for each spatial one. */
static void put_structure(const struct test_svc *svc, struct bits *b) {
    unsigned targets = svc->spatial_count * svc->temporal_count;
    unsigned count = svc->spatial_count * templates_a_spatial(svc);
    put(b, FIRST_TEMPLATE, 6);
    put(b, targets - 1, 5);
    for (unsigned i = 1; i <= count; i++) {
        const struct template a = template_of(svc, i - 1);
        const struct template next = template_of(svc, i);
        put(b, i == count ? 3 : next.s > a.s ? 2 : next.t > a.t ? 1 : 0, 2);
    }
    for (unsigned i = 0; i < count * targets; i++) {
        const struct template own = template_of(svc, i / targets);
        put(b, indication(svc, &own, i % targets / svc->temporal_count, i % targets % svc->temporal_count), 2);
    }
    for (unsigned i = 0; i < count; i++) {
        const struct template own = template_of(svc, i);
        uint32_t needs = regular_needs(svc, &own);
        for (unsigned d = 0; d < 16; d++) {
            if ((needs >> d & 1U) != 0) {
                put(b, 0x10U | d, 5);
            }
        }
        put(b, 0, 1);
    }
    put_below(b, svc->spatial_count, targets + 1);
    for (unsigned i = 0; i < targets; i++) {
        put_below(b, i / svc->temporal_count, svc->spatial_count);
    }
    for (unsigned i = 0; i < count * svc->spatial_count; i++) {
        put(b, 0, 4); /* chains: each frame has its own */
    }
    put(b, 1, 1);
    for (unsigned s = 0; s < svc->spatial_count; s++) {
        put(b, (320U << s) - 1, 16);
        put(b, (180U << s) - 1, 16);
    }
}

/* What a frame needs in truth, as a set of distances. */
static uint32_t needs_of(const struct test_svc_frame *frame) {
    uint32_t needs = 0;
    for (size_t i = 0; i < TEST_SVC_NEEDS_MAX; i++) {
        needs |= frame->needs[i] > 0 ? 1U << (frame->number - frame->needs[i] - 1) : 0;
    }
    return needs;
}

static void put_own_chains(const struct test_svc *svc, const struct test_svc_frame *frame, struct bits *b) {
    for (unsigned s = 0; s < svc->spatial_count; s++) {
        put(b, frame->is_key && frame->spatial == 0 ? 0 : frame->number - svc->chain[s], 8);
    }
}

static size_t print_descriptor(const struct test_svc *svc, const struct test_svc_frame *frame, unsigned layers, bool is_first,
                               uint8_t *out) {
    struct bits b = {.out = out};
    bool is_key = frame->is_key && frame->spatial == 0;
    const unsigned index = frame->spatial * templates_a_spatial(svc) + frame->temporal + !frame->is_key;
    const struct template own = template_of(svc, index);
    uint32_t needs = needs_of(frame);
    bool has_needs = needs != regular_needs(svc, &own);
    bool has_targets = frame->spatial == 0 && is_first;
    memset(out, 0, CF_DD_LEN_MAX);
    put(&b, is_first, 1);
    put(&b, !is_first, 1);
    put(&b, (FIRST_TEMPLATE + index) % 64, 6);
    put(&b, svc->frame_number, 16);
    put(&b, (is_key && is_first ? 0x10U : 0) | (has_targets ? 0x08U : 0) | (has_needs ? 0x02U : 0) | 0x01U, 5);
    if (is_key && is_first) {
        put_structure(svc, &b);
    }
    if (has_targets) {
        put(&b, (1U << layers * svc->temporal_count) - 1, svc->spatial_count * svc->temporal_count);
    }
    for (unsigned d = 0; has_needs && d < 32; d++) {
        if ((needs >> d & 1U) != 0) {
            put(&b, d < 16 ? 1 : 2, 2);
            put(&b, d, d < 16 ? 4 : 8);
        }
    }
    put(&b, 0, has_needs ? 2 : 0);
    put_own_chains(svc, frame, &b);
    assert_true(b.at <= 8 * CF_DD_LEN_MAX);
    return (b.at + 7) / 8;
}

/* --- frames --- */

/* T0 of every fourth (or second) unit, T1 half between, T2 between those. */
static uint8_t temporal_of(const struct test_svc *svc) {
    if (svc->temporal_count == 1) {
        return 0;
    }
    if (svc->temporal_count == 2) {
        return svc->unit % 2;
    }
    return svc->unit % 4 == 0 ? 0 : svc->unit % 4 == 2 ? 1 : 2;
}

static struct test_svc_frame next_frame(struct test_svc *svc, uint8_t spatial, bool is_key) {
    struct test_svc_frame frame = {.number = ++svc->frame,
                                   .unit = svc->unit,
                                   .spatial = spatial,
                                   .temporal = is_key ? 0 : temporal_of(svc),
                                   .is_key = is_key};
    size_t count = 0;
    /* What comes back begins with the layer below, even where it does not need that else. */
    bool is_back = spatial > 0 && svc->latest[spatial][0] == 0;
    if (spatial > 0 && (is_key || is_back || !svc->is_key_mode)) {
        frame.needs[count++] = svc->frame - 1; /* the same picture, smaller */
    }
    /* Of its own size: the last frame of the lowest layer, and what came after that of those between. */
    const uint32_t *latest = svc->latest[spatial];
    for (unsigned t = 0; !is_key && !is_back && t < svc->temporal_count && (t == 0 || t < frame.temporal); t++) {
        if (t == 0 || latest[t] > latest[0]) {
            frame.needs[count++] = latest[t];
        }
    }
    return frame;
}

/* The payload descriptor of VP9 (RFC 9628 section 4.2), in the mode without references: long picture id, layers, and with key
 * frames the sizes of all spatial layers. */
static size_t print_vp9(const struct test_svc *svc, const struct test_svc_frame *frame, bool is_first, uint8_t *out) {
    bool is_intra = frame->is_key && frame->spatial == 0;
    bool has_structure = is_intra && is_first;
    /* Temporal layers above may be followed from where nothing but the lowest one is needed. */
    bool is_up = frame->temporal > 0 && frame->unit % 4 != 3;
    bool is_back = frame->spatial > 0 && !frame->is_key && svc->latest[frame->spatial][0] == 0;
    bool is_inter_layer = frame->spatial > 0 && (frame->is_key || is_back || !svc->is_key_mode);
    size_t len = 0;
    out[len++] =
        (uint8_t)(0xa0U | (frame->is_key || is_back ? 0 : 0x40U) | (is_first ? 0x08U : 0x04U) | (has_structure ? 0x02U : 0));
    cf_set_be16(out + len, (uint16_t)(0x8000U | frame->unit));
    len += 2;
    out[len++] = (uint8_t)(frame->temporal << 5 | (is_up ? 0x10U : 0) | frame->spatial << 1 | is_inter_layer);
    out[len++] = (uint8_t)(frame->unit / 4);
    if (has_structure) {
        out[len++] = (uint8_t)((svc->spatial_count - 1) << 5 | 0x10U);
        for (unsigned s = 0; s < svc->spatial_count; s++, len += 4) {
            cf_set_be16(out + len, (uint16_t)(320U << s));
            cf_set_be16(out + len + 2, (uint16_t)(180U << s));
        }
    }
    memcpy(out + len, frame, sizeof *frame);
    return len + sizeof *frame;
}

/* An aggregation header and one OBU, before it a sequence header where a sequence begins. */
static size_t print_payload(const struct test_svc_frame *frame, bool is_first, uint8_t *out) {
    size_t len = 0;
    bool begins = frame->is_key && frame->spatial == 0 && is_first;
    out[len++] = (uint8_t)((begins ? 0x28U : 0x10U) | (is_first ? 0 : 0x80U) | (is_first ? 0x40U : 0));
    if (begins) {
        out[len++] = 2;
        out[len++] = 1U << 3;
        out[len++] = 0;
    }
    out[len++] = is_first ? 6U << 3 : 0;
    memcpy(out + len, frame, sizeof *frame);
    return len + sizeof *frame;
}

struct test_svc_frame test_svc_read(struct cf_span payload) {
    struct test_svc_frame frame;
    assert_true(payload.len >= sizeof frame);
    memcpy(&frame, payload.at + payload.len - sizeof frame, sizeof frame);
    return frame;
}

void test_svc_pause(struct test_svc *svc, uint8_t from) {
    svc->paused_from = from;
    for (size_t s = from; from > 0 && s < svc->spatial_count; s++) {
        memset(svc->latest[s], 0, sizeof svc->latest[s]);
    }
}

/* Layers come back with a picture of the lowest temporal one. */
static uint8_t layers_sent(const struct test_svc *svc) {
    uint8_t count = 1;
    uint8_t most = svc->paused_from > 0 ? svc->paused_from : (uint8_t)svc->spatial_count;
    while (count < most && (svc->latest[count][0] != 0 || svc->key_next || temporal_of(svc) == 0)) {
        count++;
    }
    return count;
}

static void note_chains(struct test_svc *svc, const struct test_svc_frame *frame) {
    for (unsigned s = frame->spatial; s < svc->spatial_count && frame->temporal == 0; s++) {
        bool is_in = frame->is_key || !svc->is_key_mode || frame->spatial == s;
        svc->chain[s] = is_in ? frame->number : svc->chain[s];
    }
}

size_t test_svc_next(struct test_svc *svc, struct test_svc_packet *packets) {
    bool is_key = svc->key_next;
    uint8_t layers = layers_sent(svc);
    size_t count = 0;
    if (is_key) {
        svc->unit = (svc->unit + 3) / 4 * 4;
        memset(svc->latest, 0, sizeof svc->latest);
    }
    for (uint8_t s = 0; s < layers; s++, svc->frame_number++) {
        const struct test_svc_frame frame = next_frame(svc, s, is_key);
        for (size_t i = 0; i < 2; i++) {
            struct test_svc_packet *packet = &packets[count++];
            packet->sequence = svc->sequence++;
            packet->timestamp = svc->timestamp;
            packet->marker = s + 1U == layers && i == 1;
            packet->payload_len =
                svc->is_vp9 ? print_vp9(svc, &frame, i == 0, packet->payload) : print_payload(&frame, i == 0, packet->payload);
            packet->descriptor_len = svc->is_vp9 ? 0 : print_descriptor(svc, &frame, layers, i == 0, packet->descriptor);
            assert_true(packet->payload_len <= sizeof packet->payload);
        }
        svc->latest[s][frame.temporal] = frame.number;
        note_chains(svc, &frame);
    }
    svc->key_next = false;
    svc->unit++;
    svc->timestamp += TICKS;
    return count;
}
