/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/frame_marking.h"

#define BIT_S 0x80U
#define BIT_E 0x40U
#define BIT_I 0x20U
#define BIT_D 0x10U
#define BIT_B 0x08U
#define MASK_TID 0x07U

bool cf_frame_marking_parse(struct cf_span data, struct cf_frame_marking *ret) {
    if (data.len == 0) {
        return false;
    }
    uint8_t first = data.at[0];
    struct cf_frame_marking m = {
        .start = (first & BIT_S) != 0,
        .end = (first & BIT_E) != 0,
        .independent = (first & BIT_I) != 0,
        .discardable = (first & BIT_D) != 0,
        .has_layers = data.len > 1,
    };
    if (m.has_layers) {
        m.base_sync = (first & BIT_B) != 0;
        m.tid = first & MASK_TID;
        m.lid = data.at[1];
        m.has_tl0picidx = data.len > 2;
        m.tl0picidx = m.has_tl0picidx ? data.at[2] : 0;
    }
    *ret = m;
    return true;
}

size_t cf_frame_marking_print(const struct cf_frame_marking *m, uint8_t *out) {
    out[0] =
        (uint8_t)((m->start ? BIT_S : 0) | (m->end ? BIT_E : 0) | (m->independent ? BIT_I : 0) | (m->discardable ? BIT_D : 0));
    if (!m->has_layers) {
        return 1;
    }
    out[0] = (uint8_t)(out[0] | (m->base_sync ? BIT_B : 0) | (m->tid & MASK_TID));
    out[1] = m->lid;
    out[2] = m->tl0picidx;
    return m->has_tl0picidx ? 3 : 2;
}
