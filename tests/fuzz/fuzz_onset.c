/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Beginnings of words: packets come at any time, of any length and stream, with redundancy or without, are taken or forgotten.
 * What is taken is what was kept, oldest first, of the stream that is asked for, not too old, and never taken twice; whatever
 * should be there is. A queue without limit of octets beside it says what was kept.
 */
#include "base/bug.h"
#include "base/reader.h"
#include "core/media/onset.h"

#define PAYLOAD_MAX 700U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is expected: the last packets that were kept. */
struct expected {
    cf_usec came_at;
    uint16_t number; /* of the packet, also written all over its octets */
    uint16_t len;
    uint16_t red_len; /* octets of redundancy before it; meaningful if .is_red */
    bool is_red;
};

struct world {
    struct cf_onset onset;
    struct expected queue[CF_ONSET_PACKETS];
    size_t count;
    uint32_t starts;
    cf_usec now;
    cf_usec taken_at;
    uint16_t number;
};

static void forget_first(struct world *w) {
    w->count--;
    memmove(w->queue, w->queue + 1, w->count * sizeof w->queue[0]);
}

static void expect(struct world *w, const struct expected *e, uint32_t starts) {
    w->count = starts == w->starts ? w->count : 0;
    w->starts = starts;
    if ((size_t)e->len + e->red_len > CF_ONSET_OCTETS || w->now == w->taken_at) {
        return;
    }
    if (w->count == CF_ONSET_PACKETS) {
        forget_first(w);
    }
    w->queue[w->count++] = *e;
}

static void keep(struct world *w, struct cf_reader *r, uint32_t starts) {
    static uint8_t octets[2 * PAYLOAD_MAX];
    uint8_t flags = cf_take_u8(r);
    struct expected e = {.came_at = w->now, .number = ++w->number, .len = cf_take_u16(r) % PAYLOAD_MAX, .is_red = flags & 1U};
    e.red_len = e.is_red ? cf_take_u16(r) % PAYLOAD_MAX : 0;
    memset(octets, e.number & 0xff, sizeof octets);
    const struct cf_mix_packet packet = {.seq = e.number, .timestamp = cf_take_u32(r), .payload = {octets + e.red_len, e.len}};
    const struct cf_engine_voice voice = {.packet = &packet,
                                          .red = {.count = e.is_red ? 1 : 0, .body = {octets, (size_t)e.red_len + e.len}}};
    cf_onset_keep(&w->onset, &voice, starts, w->now);
    memset(octets, 0, sizeof octets); /* the caller's octets are gone */
    expect(w, &e, starts);
}

static void check(const struct cf_onset_packet *taken, const struct expected *e) {
    cf_assert(taken->came_at == e->came_at && taken->packet.seq == e->number);
    cf_assert(taken->voice.packet == &taken->packet && taken->packet.payload.len == e->len);
    for (size_t i = 0; i < e->len; i++) {
        cf_assert(taken->packet.payload.at[i] == (e->number & 0xff));
    }
    const struct cf_span body = taken->voice.red.body;
    cf_assert(body.len == (e->is_red ? (size_t)e->red_len + e->len : 0));
    for (size_t i = 0; i < body.len; i++) {
        cf_assert(body.at[i] == (e->number & 0xff));
    }
}

static void take(struct world *w, uint32_t starts) {
    w->count = starts == w->starts ? w->count : 0;
    while (w->count > 0 && w->now - w->queue[0].came_at > CF_ONSET_AGE) {
        forget_first(w);
    }
    const struct cf_onset_packet *taken = cf_onset_take(&w->onset, starts, w->now);
    cf_assert((taken != NULL) == (w->count > 0));
    if (taken != NULL) {
        check(taken, &w->queue[0]);
        forget_first(w);
        w->taken_at = w->now;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct world w;
    struct cf_reader r;
    w = (struct world){.now = CF_SEC(1)};
    cf_reader_init(&r, (struct cf_span){data, size});
    while (cf_reader_ok(&r) && cf_reader_left(&r) > 0) {
        uint8_t what = cf_take_u8(&r);
        uint32_t starts = what >> 4 & 3U;
        w.now += (what & 0x08U) != 0 ? CF_MSEC(cf_take_u8(&r)) : 0;
        switch (what & 7U) {
        case 0:
            cf_onset_forget(&w.onset);
            w.count = 0;
            break;
        case 1:
        case 2:
            take(&w, starts);
            break;
        case 3: /* all of them, as when a word begins */
            for (size_t i = 0; i <= CF_ONSET_PACKETS; i++) {
                take(&w, starts);
            }
            break;
        default:
            keep(&w, &r, starts);
            break;
        }
    }
    return 0;
}
