/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bandwidth lines. */
#include "core/sdp/bandwidth.h"

static void set(uint32_t *place, struct cf_str text, uint32_t unit_bps) {
    uint64_t number = 0;
    if (*place != CF_BANDWIDTH_NONE || !cf_str_to_u64(text, UINT32_MAX, &number)) {
        return;
    }
    uint64_t bps = number * unit_bps;
    *place = bps < CF_BANDWIDTH_NONE ? (uint32_t)bps : CF_BANDWIDTH_NONE - 1;
}

static void read_line(struct cf_str value, struct cf_sdp_bandwidth *b) {
    struct cf_str number = value;
    struct cf_str type = cf_str_cut(&number, ':');
    struct cf_str text = cf_str_trim(number);
    if (cf_str_eq(type, CF_STR("AS"))) {
        set(&b->as_bps, text, 1000);
    } else if (cf_str_eq(type, CF_STR("TIAS"))) {
        set(&b->tias_bps, text, 1);
    } else if (cf_str_eq(type, CF_STR("CT"))) {
        set(&b->ct_bps, text, 1000);
    } else if (cf_str_eq(type, CF_STR("RS"))) {
        set(&b->rs_bps, text, 1);
    } else if (cf_str_eq(type, CF_STR("RR"))) {
        set(&b->rr_bps, text, 1);
    }
}

void cf_sdp_bandwidth_read(struct cf_sdp_lines lines, struct cf_sdp_bandwidth *ret) {
    *ret =
        (struct cf_sdp_bandwidth){CF_BANDWIDTH_NONE, CF_BANDWIDTH_NONE, CF_BANDWIDTH_NONE, CF_BANDWIDTH_NONE, CF_BANDWIDTH_NONE};
    for (size_t i = 0; i < lines.count; i++) {
        if (lines.at[i].type == 'b') {
            read_line(lines.at[i].value, ret);
        }
    }
}

uint32_t cf_sdp_bandwidth_media_bps(const struct cf_sdp_bandwidth *bandwidth) {
    return bandwidth->as_bps < bandwidth->tias_bps ? bandwidth->as_bps : bandwidth->tias_bps;
}

void cf_put_sdp_bandwidth(struct cf_writer *w, uint32_t as_kbps) {
    cf_put_lit(w, "b=AS:");
    cf_put_dec(w, as_kbps);
    cf_put_lit(w, "\r\n");
}
