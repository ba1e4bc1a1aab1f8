/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtcp/transport_cc.h"

/* Symbols of section 3.1.1. */
enum {
    NOT_RECEIVED = 0,
    SMALL_DELTA = 1,
    LARGE_DELTA = 2,
    RESERVED = 3,
};

enum {
    HEADER_LEN = 8,
    VECTOR = 0x8000,     /* a status vector chunk; else a run length chunk */
    VECTOR_TWO = 0x4000, /* ... of two-bit symbols */
    RUN_MAX = 0x1fff,    /* packets of a run */
    ONE_BIT_COUNT = 14,  /* packets of a vector of one-bit symbols */
    TWO_BIT_COUNT = 7,   /* ... and of two-bit ones */
    TICKS_PER_REFERENCE = 256,
};

/* Packets that @p chunk speaks of. */
static uint16_t chunk_count(uint16_t chunk) {
    if ((chunk & VECTOR) == 0) {
        return chunk & RUN_MAX;
    }
    return (chunk & VECTOR_TWO) == 0 ? ONE_BIT_COUNT : TWO_BIT_COUNT;
}

/* The symbol of the packet after which @p left more follow in the chunk. */
static unsigned chunk_symbol(uint16_t chunk, uint16_t left) {
    if ((chunk & VECTOR) == 0) {
        return (chunk >> 13) & 3U;
    }
    return (chunk & VECTOR_TWO) == 0 ? (chunk >> left) & 1U : (chunk >> (2 * left)) & 3U;
}

/* The next symbol of a visit, which must not be at its end. */
static unsigned next_symbol(struct cf_twcc_iter *iter) {
    while (iter->chunk_left == 0 && cf_reader_ok(&iter->chunks)) {
        iter->chunk = cf_take_u16(&iter->chunks); /* 0 at the end: an empty run, and the error is set */
        iter->chunk_left = chunk_count(iter->chunk);
    }
    if (iter->chunk_left == 0) {
        return NOT_RECEIVED;
    }
    iter->chunk_left--;
    iter->left--;
    return chunk_symbol(iter->chunk, iter->chunk_left);
}

/* Look at all symbols: how long are the chunks, are the deltas all there? */
static enum cf_err check(struct cf_twcc *twcc, struct cf_span rest) {
    struct cf_twcc_iter iter = {.left = twcc->count};
    size_t deltas = 0;
    cf_reader_init(&iter.chunks, rest);
    while (iter.left > 0 && cf_reader_ok(&iter.chunks)) {
        unsigned symbol = next_symbol(&iter);
        if (symbol == RESERVED) {
            return CF_ERR_MALFORMED;
        }
        deltas += symbol;
    }
    if (!cf_reader_ok(&iter.chunks) || deltas > rest.len - iter.chunks.at) {
        return CF_ERR_TRUNCATED;
    }
    twcc->chunks = (struct cf_span){rest.at, iter.chunks.at};
    twcc->deltas = (struct cf_span){rest.at + iter.chunks.at, deltas};
    return CF_OK;
}

enum cf_err cf_twcc_parse(const struct cf_rtcp_feedback *feedback, struct cf_twcc *ret_twcc) {
    struct cf_reader r;
    struct cf_twcc twcc;
    cf_reader_init(&r, feedback->fci);
    twcc.base = cf_take_u16(&r);
    twcc.count = cf_take_u16(&r);
    twcc.reference = CF_TWCC_REFERENCE * cf_take_u24(&r);
    twcc.feedback_count = cf_take_u8(&r);
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    if (twcc.count == 0) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = check(&twcc, cf_take_rest(&r));
    if (err == CF_OK) {
        *ret_twcc = twcc;
    }
    return err;
}

void cf_twcc_iter_init(struct cf_twcc_iter *iter, const struct cf_twcc *twcc) {
    *iter = (struct cf_twcc_iter){.sequence = twcc->base, .left = twcc->count, .arrival = twcc->reference};
    cf_reader_init(&iter->chunks, twcc->chunks);
    cf_reader_init(&iter->deltas, twcc->deltas);
}

bool cf_twcc_next(struct cf_twcc_iter *iter, struct cf_twcc_status *ret_status) {
    if (iter->left == 0) {
        return false;
    }
    unsigned symbol = next_symbol(iter);
    struct cf_twcc_status status = {.sequence = iter->sequence++, .is_received = symbol != NOT_RECEIVED};
    if (symbol == SMALL_DELTA) {
        iter->arrival += CF_TWCC_TICK * cf_take_u8(&iter->deltas);
    } else if (symbol == LARGE_DELTA) {
        iter->arrival += CF_TWCC_TICK * (int16_t)cf_take_u16(&iter->deltas);
    }
    status.arrival = status.is_received ? iter->arrival : 0;
    *ret_status = status;
    return true;
}

/* --- printing --- */

/* A message that is being made. */
struct draft {
    uint8_t symbols[CF_TWCC_PRINT_MAX];
    int16_t deltas[CF_TWCC_PRINT_MAX]; /* of those received, by index of .symbols */
    size_t count;
    int64_t reference; /* in units of CF_TWCC_REFERENCE */
};

/* @p value / @p unit rounded down, for negative values too. */
static int64_t divide_down(int64_t value, int64_t unit) {
    return value / unit - (value % unit < 0 ? 1 : 0);
}

/* Times become differences in ticks. They are taken between rounded times, so that errors don't add up. */
static void draft_times(struct draft *d, const struct cf_twcc_report *report) {
    int64_t last = 0;
    bool any = false;
    for (size_t i = 0; i < report->count; i++) {
        d->symbols[i] = NOT_RECEIVED;
        if (report->arrivals[i] == CF_USEC_NEVER) {
            continue;
        }
        int64_t ticks = divide_down(report->arrivals[i], CF_TWCC_TICK);
        if (!any) {
            d->reference = divide_down(report->arrivals[i], CF_TWCC_REFERENCE);
            last = d->reference * TICKS_PER_REFERENCE;
            any = true;
        }
        int64_t delta = ticks - last;
        if (delta < INT16_MIN || delta > INT16_MAX) {
            return;
        }
        d->symbols[i] = delta >= 0 && delta <= UINT8_MAX ? SMALL_DELTA : LARGE_DELTA;
        d->deltas[i] = (int16_t)delta;
        d->count = i + 1; /* what is missing at the end belongs to the next message: it may still come */
        last = ticks;
    }
}

/* Equal symbols from @p from on. */
static size_t run_length(const struct draft *d, size_t from) {
    size_t end = from + 1;
    while (end < d->count && end - from < RUN_MAX && d->symbols[end] == d->symbols[from]) {
        end++;
    }
    return end - from;
}

static bool fits_one_bit(const struct draft *d, size_t from) {
    size_t end = from + ONE_BIT_COUNT < d->count ? from + ONE_BIT_COUNT : d->count;
    for (size_t i = from; i < end; i++) {
        if (d->symbols[i] == LARGE_DELTA) {
            return false;
        }
    }
    return true;
}

/* The chunk that says most about what is at @p from; *ret_used: how much. */
static uint16_t next_chunk(const struct draft *d, size_t from, size_t *ret_used) {
    size_t run = run_length(d, from);
    bool one_bit = fits_one_bit(d, from);
    size_t width = one_bit ? ONE_BIT_COUNT : TWO_BIT_COUNT;
    if (run >= width || from + run == d->count) {
        *ret_used = run;
        return (uint16_t)(d->symbols[from] << 13 | run);
    }
    uint16_t chunk = (uint16_t)(one_bit ? VECTOR : VECTOR | VECTOR_TWO);
    for (size_t i = 0; i < width && from + i < d->count; i++) {
        chunk = (uint16_t)(chunk | d->symbols[from + i] << (one_bit ? width - 1 - i : 2 * (width - 1 - i)));
    }
    *ret_used = width;
    return chunk;
}

size_t cf_put_rtcp_transport_cc(struct cf_writer *w, const struct cf_twcc_report *report) {
    struct draft d;
    d.count = 0;
    cf_assert(report->count > 0 && report->count <= CF_TWCC_PRINT_MAX);
    draft_times(&d, report);
    if (d.count == 0) {
        return 0;
    }
    struct cf_rtcp_mark mark =
        cf_rtcp_begin_feedback(w, CF_RTCP_RTPFB, CF_RTPFB_TRANSPORT_CC, report->sender_ssrc, report->media_ssrc);
    cf_put_u16(w, report->base);
    cf_put_u16(w, (uint16_t)d.count);
    cf_put_u24(w, (uint32_t)d.reference & 0xffffffU);
    cf_put_u8(w, report->feedback_count);
    for (size_t at = 0, used = 0; at < d.count; at += used) {
        cf_put_u16(w, next_chunk(&d, at, &used));
    }
    for (size_t i = 0; i < d.count; i++) {
        if (d.symbols[i] == SMALL_DELTA) {
            cf_put_u8(w, (uint8_t)d.deltas[i]);
        } else if (d.symbols[i] == LARGE_DELTA) {
            cf_put_u16(w, (uint16_t)d.deltas[i]);
        }
    }
    while (cf_writer_ok(w) && (w->len - mark.start) % 4 != 0) {
        cf_put_u8(w, 0); /* no RTCP padding: readers know where the times end, and the length needs words only */
    }
    cf_rtcp_end(w, mark);
    return d.count;
}
