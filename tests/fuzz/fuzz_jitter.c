/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jitter buffer: any sequence of packets, pulls, flushes and adjustments. Whatever comes, every packet is accounted for, every
 * item lasts, and what is held stays within its budget. An operation is an octet; packets take seven more.
 */
#include "base/reader.h"
#include "core/jitter/jitter.h"

#include <stdlib.h>

#define CLOCK_HZ 8000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static void check(const struct cf_jitter *jitter) {
    const struct cf_jitter_stats *stats = cf_jitter_stats(jitter);
    uint64_t out = stats->packets_played + cf_jitter_held(jitter);
    for (size_t i = 0; i < CF_JITTER_DISCARDS_; i++) {
        out += stats->packets_discarded[i];
    }
    cf_assert(stats->packets_in == out);
    cf_assert(cf_jitter_held(jitter) <= CF_JITTER_SLOTS);
}

/* Mostly small steps from the packet before, sometimes anything. */
static void put(struct cf_jitter *jitter, struct cf_reader *r, struct cf_jitter_packet *packet, cf_usec now) {
    static const uint8_t octets[CF_JITTER_PAYLOAD_MAX + 1] = {1};
    uint8_t flags = cf_take_u8(r);
    packet->seq = (uint16_t)(packet->seq + ((flags & 1U) ? cf_take_u16(r) : 1U));
    packet->timestamp += (flags & 2U) ? cf_take_u32(r) : packet->ticks;
    packet->ssrc = (flags & 4U) ? cf_take_u8(r) : packet->ssrc;
    packet->ticks = (flags & 8U) ? cf_take_u16(r) : 160;
    packet->dtx = (flags & 16U) != 0;
    packet->marker = (flags & 32U) != 0;
    packet->is_event = (flags & 128U) != 0;
    packet->payload = (struct cf_span){octets, (flags & 64U) ? cf_take_u16(r) % (sizeof(octets) + 1) : 160};
    cf_jitter_put(jitter, packet, now);
}

static void pull(struct cf_jitter *jitter, uint32_t wanted, cf_usec now) {
    uint8_t buffer[CF_JITTER_PAYLOAD_MAX];
    struct cf_jitter_item item;
    cf_jitter_pull(jitter, now, wanted, buffer, &item);
    cf_assert(item.ticks > 0);
    bool has_payload = item.kind == CF_JITTER_FRAME || item.kind == CF_JITTER_FEC;
    cf_assert(!has_payload || (item.payload.len > 0 && item.payload.len <= sizeof(buffer)));
    if (cf_jitter_advice(jitter) != CF_JITTER_KEEP) {
        cf_jitter_on_adjusted(jitter, cf_jitter_advice(jitter) == CF_JITTER_STRETCH ? 40 : -40);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct cf_mem mem = {heap_alloc, heap_free, NULL};
    struct cf_jitter_packet packet = {.ticks = 160};
    struct cf_jitter jitter;
    struct cf_reader r;
    cf_usec now = CF_SEC(1);
    if (cf_jitter_init(&jitter, &mem, CLOCK_HZ, NULL) != CF_OK) {
        return 0;
    }
    cf_reader_init(&r, (struct cf_span){data, size});
    while (cf_reader_left(&r) > 0 && cf_reader_ok(&r)) {
        uint8_t op = cf_take_u8(&r);
        switch (op & 7U) {
        case 0:
        case 1:
        case 2:
            put(&jitter, &r, &packet, now);
            break;
        case 3:
        case 4:
            now += CF_MSEC(20);
            pull(&jitter, 160, now);
            break;
        case 5:
            pull(&jitter, 1U + (op >> 3) * 10U, now);
            break;
        case 6:
            now += (op >> 3) * CF_MSEC(50);
            break;
        default:
            if (op == 7) {
                cf_jitter_flush(&jitter);
            }
            break;
        }
        check(&jitter);
    }
    cf_jitter_fini(&jitter);
    return 0;
}
