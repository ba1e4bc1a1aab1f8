/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feedback on bitrates: TMMBR, TMMBN (RFC 5104 section 4.2), REMB. Numbers are a mantissa and an exponent of two. */
#include "core/rtcp/feedback.h"

enum {
    TMMB_LEN = 8,
    TMMB_MANTISSA_BITS = 17,
    OVERHEAD_MAX = 511,
    REMB_MANTISSA_BITS = 18,
    EXPONENT_MAX = 63,
};

/* mantissa * 2^exponent, saturating: an exponent of six bits reaches beyond 64 bits. */
static uint64_t scale(uint32_t mantissa, unsigned exponent) {
    if (mantissa == 0) {
        return 0;
    }
    return exponent >= 64 || mantissa > UINT64_MAX >> exponent ? UINT64_MAX : (uint64_t)mantissa << exponent;
}

/* The largest number not above @value that @bits of mantissa can say. */
static uint32_t unscale(uint64_t value, unsigned bits, unsigned *ret_exponent) {
    unsigned exponent = 0;
    while (exponent < EXPONENT_MAX && value >> exponent >= UINT64_C(1) << bits) {
        exponent++;
    }
    *ret_exponent = exponent;
    return (uint32_t)(value >> exponent);
}

bool cf_tmmb_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_tmmb *ret_entry) {
    if (index >= feedback->fci.len / TMMB_LEN) {
        return false;
    }
    const uint8_t *at = feedback->fci.at + TMMB_LEN * index;
    uint32_t word = cf_be32(at + 4);
    *ret_entry = (struct cf_tmmb){
        .ssrc = cf_be32(at),
        .bitrate_bps = scale((word >> 9) & 0x1ffffU, word >> 26),
        .overhead = word & OVERHEAD_MAX,
    };
    return true;
}

void cf_put_rtcp_tmmb(struct cf_writer *w, uint8_t format, uint32_t sender_ssrc, const struct cf_tmmb *entries, size_t count) {
    struct cf_rtcp_mark mark = cf_rtcp_begin_feedback(w, CF_RTCP_RTPFB, format, sender_ssrc, 0);
    for (size_t i = 0; i < count; i++) {
        unsigned exponent = 0;
        uint32_t mantissa = unscale(entries[i].bitrate_bps, TMMB_MANTISSA_BITS, &exponent);
        cf_put_u32(w, entries[i].ssrc);
        cf_put_u32(w, (uint32_t)exponent << 26 | mantissa << 9 | (entries[i].overhead & OVERHEAD_MAX));
    }
    cf_rtcp_end(w, mark);
}

enum cf_err cf_remb_parse(const struct cf_rtcp_feedback *feedback, struct cf_remb *ret_remb) {
    struct cf_reader r;
    cf_reader_init(&r, feedback->fci);
    struct cf_str name = cf_span_str(cf_take(&r, 4));
    size_t count = cf_take_u8(&r);
    uint32_t word = cf_take_u24(&r);
    struct cf_span ssrcs = cf_take(&r, 4 * count);
    if (!cf_str_eq(name, CF_STR("REMB"))) {
        return CF_ERR_MALFORMED;
    }
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_remb = (struct cf_remb){.bitrate_bps = scale(word & 0x3ffffU, word >> REMB_MANTISSA_BITS), .ssrcs = ssrcs};
    return CF_OK;
}

void cf_put_rtcp_remb(struct cf_writer *w, uint32_t sender_ssrc, uint64_t bitrate_bps, const uint32_t *ssrcs, size_t count) {
    cf_assert(count > 0 && count <= UINT8_MAX);
    unsigned exponent = 0;
    uint32_t mantissa = unscale(bitrate_bps, REMB_MANTISSA_BITS, &exponent);
    struct cf_rtcp_mark mark = cf_rtcp_begin_feedback(w, CF_RTCP_PSFB, CF_PSFB_AFB, sender_ssrc, 0);
    cf_put_lit(w, "REMB");
    cf_put_u8(w, (uint8_t)count);
    cf_put_u24(w, (uint32_t)exponent << REMB_MANTISSA_BITS | mantissa);
    for (size_t i = 0; i < count; i++) {
        cf_put_u32(w, ssrcs[i]);
    }
    cf_rtcp_end(w, mark);
}
