/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/history.h"

#define MASK (CF_BWE_HISTORY_SIZE - 1U)
#define FIRST_CYCLE UINT64_C(0x10000)

enum cf_err cf_bwe_history_init(struct cf_bwe_history *history, const struct cf_mem *mem, uint16_t first) {
    struct cf_bwe_slot *slots = cf_mem_alloc(mem, CF_BWE_HISTORY_SIZE * sizeof *slots);
    if (slots == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *history = (struct cf_bwe_history){.mem = mem, .slots = slots};
    history->next = history->oldest = history->settled = FIRST_CYCLE + first;
    return CF_OK;
}

void cf_bwe_history_fini(struct cf_bwe_history *history) {
    if (history->slots != NULL) {
        cf_mem_free(history->mem, history->slots, CF_BWE_HISTORY_SIZE * sizeof *history->slots);
    }
    *history = (struct cf_bwe_history){.slots = NULL};
}

static cf_usec sent_at(const struct cf_bwe_slot *slot, cf_usec now) {
    return now - (cf_usec)(uint32_t)((uint32_t)now - slot->sent_at);
}

/* Nothing before @p number is on its way any more. */
static void settle_before(struct cf_bwe_history *history, uint64_t number) {
    for (; history->settled < number; history->settled++) {
        history->in_flight -= history->slots[history->settled & MASK].len;
    }
}

static void forget_oldest(struct cf_bwe_history *history) {
    history->oldest++;
    settle_before(history, history->oldest);
}

uint16_t cf_bwe_history_add(struct cf_bwe_history *history, size_t len, uint8_t probe, cf_usec now) {
    while (history->oldest < history->next &&
           (history->next - history->oldest == CF_BWE_HISTORY_SIZE ||
            now - sent_at(&history->slots[history->oldest & MASK], now) > CF_BWE_HISTORY_AGE)) {
        forget_oldest(history);
    }
    uint16_t octets = (uint16_t)(len < UINT16_MAX ? len : UINT16_MAX);
    history->slots[history->next & MASK] =
        (struct cf_bwe_slot){.sent_at = (uint32_t)now, .len = octets, .probe = probe, .fate = CF_BWE_IN_FLIGHT};
    history->in_flight += octets;
    return (uint16_t)history->next++;
}

/* The slot of @p sequence, NULL if it is not remembered. */
static struct cf_bwe_slot *find(const struct cf_bwe_history *history, uint16_t sequence) {
    uint16_t back = (uint16_t)((uint16_t)history->next - sequence);
    bool known = back != 0 && back <= history->next - history->oldest;
    return known ? &history->slots[sequence & MASK] : NULL;
}

bool cf_bwe_history_has(const struct cf_bwe_history *history, uint16_t sequence) {
    return find(history, sequence) != NULL;
}

bool cf_bwe_history_settle(struct cf_bwe_history *history, uint16_t sequence, bool is_received, cf_usec now,
                           struct cf_bwe_sent *ret_sent) {
    struct cf_bwe_slot *slot = find(history, sequence);
    enum cf_bwe_fate fate = is_received ? CF_BWE_RECEIVED : CF_BWE_LOST;
    if (slot == NULL || slot->fate >= (uint8_t)fate) {
        return false;
    }
    *ret_sent = (struct cf_bwe_sent){
        .sent_at = sent_at(slot, now), .len = slot->len, .probe = slot->probe, .fate = (enum cf_bwe_fate)slot->fate};
    settle_before(history, history->next - (uint16_t)((uint16_t)history->next - sequence) + 1);
    slot->fate = (uint8_t)fate;
    return true;
}
