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

static void put(struct bits *b, uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; b->at++) {
        b->out[b->at / 8] |= (uint8_t)((value >> i & 1U) << (7 - b->at % 8));
    }
}

/* How decode target (@ts, @tt) needs frames of layer (@s, @t). */
static enum cf_dd_indication indication(const struct test_svc *svc, unsigned s, unsigned t, unsigned ts, unsigned tt) {
    bool is_needed = t <= tt && (svc->is_key_mode ? s == ts : s <= ts);
    if (!is_needed) {
        return CF_DD_NOT_PRESENT;
    }
    return t > 0 && t == tt ? CF_DD_DISCARDABLE : CF_DD_SWITCH;
}

/* One template a layer, layers in their order; a target for each of them. */
static void put_structure(const struct test_svc *svc, struct bits *b) {
    unsigned layers = svc->spatial_count * svc->temporal_count;
    put(b, FIRST_TEMPLATE, 6);
    put(b, layers - 1, 5);
    for (unsigned i = 1; i <= layers; i++) {
        put(b, i == layers ? 3 : i % svc->temporal_count == 0 ? 2 : 1, 2);
    }
    for (unsigned i = 0; i < layers * layers; i++) {
        unsigned layer = i / layers;
        unsigned target = i % layers;
        put(b,
            indication(svc, layer / svc->temporal_count, layer % svc->temporal_count, target / svc->temporal_count,
                       target % svc->temporal_count),
            2);
    }
    put(b, 0, layers); /* no differences */
    unsigned width = 0;
    for (unsigned n = layers + 1; n > 1; n >>= 1) {
        width++;
    }
    put(b, 0, width); /* no chains: ns() of 0 takes the shorter form */
    put(b, 1, 1);
    for (unsigned s = 0; s < svc->spatial_count; s++) {
        put(b, (320U << s) - 1, 16);
        put(b, (180U << s) - 1, 16);
    }
}

static size_t print_descriptor(const struct test_svc *svc, const struct test_svc_frame *frame, bool is_first, uint8_t *out) {
    struct bits b = {.out = out};
    memset(out, 0, CF_DD_LEN_MAX);
    put(&b, is_first, 1);
    put(&b, !is_first, 1);
    put(&b, (FIRST_TEMPLATE + frame->spatial * svc->temporal_count + frame->temporal) % 64, 6);
    put(&b, svc->frame_number, 16);
    if (frame->is_key && frame->spatial == 0 && is_first) {
        put(&b, 0x10, 5);
        put_structure(svc, &b);
    }
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
    if (spatial > 0 && (is_key || !svc->is_key_mode)) {
        frame.needs[count++] = svc->frame - 1; /* the same picture, smaller */
    }
    /* Of its own size: the last frame of the lowest layer, and what came after that of those between. */
    const uint32_t *latest = svc->latest[spatial];
    for (unsigned t = 0; !is_key && t < svc->temporal_count && (t == 0 || t < frame.temporal); t++) {
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
    bool is_inter_layer = frame->spatial > 0 && (frame->is_key || !svc->is_key_mode);
    size_t len = 0;
    out[len++] = (uint8_t)(0xa0U | (is_intra ? 0 : 0x40U) | (is_first ? 0x08U : 0x04U) | (has_structure ? 0x02U : 0));
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

size_t test_svc_next(struct test_svc *svc, struct test_svc_packet *packets) {
    bool is_key = svc->key_next;
    size_t count = 0;
    if (is_key) {
        svc->unit = (svc->unit + 3) / 4 * 4;
        memset(svc->latest, 0, sizeof svc->latest);
    }
    for (uint8_t s = 0; s < svc->spatial_count; s++, svc->frame_number++) {
        const struct test_svc_frame frame = next_frame(svc, s, is_key);
        for (size_t i = 0; i < 2; i++) {
            struct test_svc_packet *packet = &packets[count++];
            packet->sequence = svc->sequence++;
            packet->timestamp = svc->timestamp;
            packet->marker = s + 1U == svc->spatial_count && i == 1;
            packet->payload_len =
                svc->is_vp9 ? print_vp9(svc, &frame, i == 0, packet->payload) : print_payload(&frame, i == 0, packet->payload);
            packet->descriptor_len = svc->is_vp9 ? 0 : print_descriptor(svc, &frame, i == 0, packet->descriptor);
            assert_true(packet->payload_len <= sizeof packet->payload);
        }
        svc->latest[s][frame.temporal] = frame.number;
    }
    svc->key_next = false;
    svc->unit++;
    svc->timestamp += TICKS;
    return count;
}
