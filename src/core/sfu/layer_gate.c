/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/layer_gate.h"

void cf_layer_gate_begin(struct cf_layer_gate *gate, struct cf_layer_trail *trail, struct cf_layer_limit wanted) {
    *gate = (struct cf_layer_gate){.present = wanted, .before = wanted};
    *trail = (struct cf_layer_trail){.left_out = 0};
}

static bool is_after(uint16_t a, uint16_t b) {
    return (int16_t)(uint16_t)(a - b) > 0;
}

/* What passes from the frame on that begins with @p packet. */
static struct cf_layer_limit next_limit(const struct cf_layer_gate *gate, const struct cf_video_packet *packet,
                                        struct cf_layer_limit wanted) {
    struct cf_layer_limit next = gate->present;
    uint8_t temporal = packet->layer.temporal;
    if (packet->key_start) {
        return wanted;
    }
    next.spatial = wanted.spatial < next.spatial ? wanted.spatial : next.spatial;
    next.temporal = wanted.temporal < next.temporal ? wanted.temporal : next.temporal;
    if (temporal > next.temporal && temporal <= wanted.temporal && packet->layer.is_sync) {
        next.temporal = temporal;
    }
    /* Who gets this frame can go on with those. */
    uint8_t up = packet->layer.switch_temporal < wanted.temporal ? packet->layer.switch_temporal : wanted.temporal;
    if (temporal <= next.temporal && packet->layer.spatial <= next.spatial && up > next.temporal) {
        next.temporal = up;
    }
    return next;
}

/* --- what was left out --- */

#define TRAIL_LEN 64U

/* The trail goes where the newest packet is, wherever that is: what was far before it, or numbered anew since, is not needed any
 * more. One that says nothing goes anywhere, since packets that pass without a look don't move it; a late one leads it back then,
 * and the next one on again. */
static void note_frame(struct cf_layer_trail *trail, uint16_t number, bool is_newest, bool passes) {
    uint16_t ahead = (uint16_t)(number - trail->newest);
    uint16_t back = (uint16_t)-ahead;
    if (is_newest || trail->left_out == 0 || ahead < 0x8000U) {
        trail->left_out = ahead < TRAIL_LEN ? trail->left_out << ahead : back < TRAIL_LEN ? trail->left_out >> back : 0;
        trail->newest = number;
        back = 0;
    }
    if (!passes && back < TRAIL_LEN) {
        trail->left_out |= UINT64_C(1) << back;
    }
}

/* Was something left out that the frame of @p packet needs, or of the frame itself? Only what is known counts. */
static bool lacks_something(const struct cf_layer_trail *trail, const struct cf_video_packet *packet) {
    uint16_t ahead = (uint16_t)(cf_video_frame_number(packet) - trail->newest);
    uint16_t back = (uint16_t)-ahead;
    if (packet->descriptor_len == 0 || trail->left_out == 0) {
        return false;
    }
    /* Bit n of what it needs is its number - 1 - n. */
    if (ahead > 0 && ahead <= TRAIL_LEN) {
        return (packet->needs >> (ahead - 1U) & trail->left_out) != 0;
    }
    return back < TRAIL_LEN && ((packet->needs << 1 | 1U) & trail->left_out >> back) != 0;
}

/* One layer up from @next in the middle of a picture, with a frame of it that can be begun with. Temporal layers are those that
 * its frames can be followed in: the lowest one where it does not say. More of them come as ever. */
static struct cf_layer_limit rise(struct cf_layer_limit next, const struct cf_layer_trail *trail,
                                  const struct cf_video_packet *packet, struct cf_layer_limit wanted) {
    const struct cf_video_layer *layer = &packet->layer;
    bool is_next = layer->spatial == next.spatial + 1U && layer->spatial <= wanted.spatial && layer->temporal <= next.temporal;
    if (!is_next || lacks_something(trail, packet)) {
        return next;
    }
    next.spatial = layer->spatial;
    next.temporal = layer->switch_temporal < next.temporal ? layer->switch_temporal : next.temporal;
    return next;
}

/* --- packets --- */

static void change(struct cf_layer_gate *gate, struct cf_layer_limit next, uint16_t since) {
    if (next.spatial != gate->present.spatial || next.temporal != gate->present.temporal) {
        gate->before = gate->present;
        gate->present = next;
        gate->since = since;
    }
}

/* Where what passes from @packet on, the newest one, is another than before. */
static void turn(struct cf_layer_gate *gate, const struct cf_layer_trail *trail, const struct cf_video_packet *packet,
                 struct cf_layer_limit wanted) {
    struct cf_layer_limit next = gate->present;
    if (packet->frame_start || packet->key_start) {
        next = next_limit(gate, packet, wanted);
    }
    if (packet->layer.is_spatial_switch) {
        next = rise(next, trail, packet, wanted);
    }
    change(gate, next, packet->sequence);
}

/* A frame of a layer that is followed was left out: pictures end with the layer below, until it can be begun with again. */
static void fall(struct cf_layer_gate *gate, const struct cf_video_packet *packet) {
    struct cf_layer_limit next = gate->present;
    if (packet->layer.spatial > 0) {
        next.spatial = (uint8_t)(packet->layer.spatial - 1U);
        change(gate, next, packet->sequence);
    }
}

bool cf_layer_gate_judge(struct cf_layer_gate *gate, struct cf_layer_trail *trail, const struct cf_video_packet *packet,
                         struct cf_layer_limit wanted) {
    bool is_newest = !gate->any || is_after(packet->sequence, gate->newest);
    if (is_newest) {
        gate->newest = packet->sequence;
        gate->any = true;
        /* Nothing from here on needs what was before a key frame, which may number its frames anew. */
        trail->left_out = packet->key_start ? 0 : trail->left_out;
        turn(gate, trail, packet, wanted);
    }
    const struct cf_layer_limit *limit = !is_newest && is_after(gate->since, packet->sequence) ? &gate->before : &gate->present;
    bool passes = packet->layer.spatial <= limit->spatial && packet->layer.temporal <= limit->temporal;
    if (packet->descriptor_len > 0) {
        bool lacks = lacks_something(trail, packet);
        if (is_newest && passes && lacks) {
            fall(gate, packet);
        }
        passes = passes && !lacks;
        note_frame(trail, cf_video_frame_number(packet), is_newest, passes);
        gate->is_careful = trail->left_out != 0;
    }
    return passes;
}
