/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTCP feedback attributes. */
#include "core/sdp/feedback.h"

#include "core/sdp/sdp.h"

static const struct {
    struct cf_str type;
    struct cf_str parameter;
} rows[CF_FEEDBACK_COUNT] = {
#define X(name, type, parameter) [CF_FEEDBACK_INDEX_##name] = {CF_STR_INIT(type), CF_STR_INIT(parameter)},
#include "core/sdp/feedback_table.h"
#undef X
};

static uint32_t message_of(struct cf_str type, struct cf_str parameter) {
    for (unsigned i = 0; i < CF_FEEDBACK_COUNT; i++) {
        if (type.len == rows[i].type.len && cf_str_eq_nocase(type, rows[i].type) &&
            cf_str_eq_nocase(parameter, rows[i].parameter)) {
            return 1U << i;
        }
    }
    return 0;
}

bool cf_sdp_feedback_parse(struct cf_str value, struct cf_sdp_feedback *ret) {
    struct cf_sdp_feedback f = {.payload_type = CF_FEEDBACK_ALL_TYPES, .trr_int_msec = CF_FEEDBACK_NO_INTERVAL};
    struct cf_str rest = value;
    struct cf_str target = cf_sdp_word(&rest);
    struct cf_str type = cf_sdp_word(&rest);
    struct cf_str parameter = cf_sdp_word(&rest);
    uint32_t number = 0;
    if (!cf_str_eq(target, CF_STR("*"))) {
        if (!cf_str_to_u32(target, CF_PAYLOAD_COUNT - 1, &number)) {
            return false;
        }
        f.payload_type = (uint8_t)number;
    }
    if (type.len == 0) {
        return false;
    }
    if (cf_str_eq_nocase(type, CF_STR("trr-int"))) {
        if (!cf_str_to_u32(parameter, UINT32_MAX - 1, &f.trr_int_msec)) {
            return false;
        }
    } else {
        f.message = message_of(type, parameter);
    }
    *ret = f;
    return true;
}

void cf_put_sdp_feedback(struct cf_writer *w, uint8_t payload_type, uint32_t messages) {
    for (unsigned i = 0; i < CF_FEEDBACK_COUNT; i++) {
        if ((messages & (1U << i)) == 0) {
            continue;
        }
        cf_put_lit(w, "a=rtcp-fb:");
        if (payload_type == CF_FEEDBACK_ALL_TYPES) {
            cf_put_char(w, '*');
        } else {
            cf_put_dec(w, payload_type);
        }
        cf_put_char(w, ' ');
        cf_put(w, rows[i].type);
        if (rows[i].parameter.len > 0) {
            cf_put_char(w, ' ');
            cf_put(w, rows[i].parameter);
        }
        cf_put_lit(w, "\r\n");
    }
}

void cf_put_sdp_trr_int(struct cf_writer *w, uint32_t trr_int_msec) {
    cf_put_lit(w, "a=rtcp-fb:* trr-int ");
    cf_put_dec(w, trr_int_msec);
    cf_put_lit(w, "\r\n");
}
