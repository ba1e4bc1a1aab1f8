/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads and extensions of the newer video formats. The first octet chooses the format: 0 VP9, 1 AV1, 2 H.265, 3 dependency
 * descriptor (twice: what it brings is used for the second half), 4 frame marking, 5 RED.
 */
#include "base/bug.h"
#include "core/rtp/av1.h"
#include "core/rtp/dependency.h"
#include "core/rtp/frame_marking.h"
#include "core/rtp/h265.h"
#include "core/rtp/red.h"
#include "core/rtp/vp9.h"

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
    switch (data[0] % 6) {
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
    default:
        try_red(rest);
        break;
    }
    return 0;
}
