/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/terminal/sent.h"

#include "core/terminal/terminal.h"
#include <string.h>

struct cf_sent_packet {
    uint16_t sequence;
    uint16_t len; /* 0: nothing here */
    uint8_t octets[CF_TERMINAL_PACKET_MAX + CF_SRTP_OVERHEAD_MAX];
};

void cf_sent_fini(struct cf_sent *sent, const struct cf_mem *mem) {
    cf_mem_free(mem, sent->packets, CF_SENT_COUNT * sizeof *sent->packets);
    sent->packets = NULL;
}

void cf_sent_put(struct cf_sent *sent, const struct cf_mem *mem, uint16_t sequence, struct cf_span packet) {
    if (sent->packets == NULL) {
        sent->packets = cf_mem_alloc(mem, CF_SENT_COUNT * sizeof *sent->packets);
    }
    if (sent->packets == NULL || packet.len > sizeof sent->packets[0].octets) {
        return;
    }
    struct cf_sent_packet *slot = &sent->packets[sequence % CF_SENT_COUNT];
    slot->sequence = sequence;
    slot->len = (uint16_t)packet.len;
    memcpy(slot->octets, packet.at, packet.len);
}

struct cf_span cf_sent_get(const struct cf_sent *sent, uint16_t sequence) {
    const struct cf_sent_packet *slot = sent->packets == NULL ? NULL : &sent->packets[sequence % CF_SENT_COUNT];
    if (slot == NULL || slot->len == 0 || slot->sequence != sequence) {
        return (struct cf_span){NULL, 0};
    }
    return (struct cf_span){slot->octets, slot->len};
}
