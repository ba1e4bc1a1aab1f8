/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/layer_gate.h"

void cf_layer_gate_begin(struct cf_layer_gate *gate, struct cf_layer_limit wanted) {
    *gate = (struct cf_layer_gate){.present = wanted, .before = wanted};
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

bool cf_layer_gate_judge(struct cf_layer_gate *gate, const struct cf_video_packet *packet, struct cf_layer_limit wanted) {
    bool is_newest = !gate->any || is_after(packet->sequence, gate->newest);
    if (is_newest) {
        gate->newest = packet->sequence;
        gate->any = true;
    }
    if (is_newest && (packet->frame_start || packet->key_start)) {
        struct cf_layer_limit next = next_limit(gate, packet, wanted);
        if (next.spatial != gate->present.spatial || next.temporal != gate->present.temporal) {
            gate->before = gate->present;
            gate->present = next;
            gate->since = packet->sequence;
        }
    }
    const struct cf_layer_limit *limit = !is_newest && is_after(gate->since, packet->sequence) ? &gate->before : &gate->present;
    return packet->layer.spatial <= limit->spatial && packet->layer.temporal <= limit->temporal;
}
