/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/nack_list.h"

#include <string.h>

static void remove_at(struct cf_nack_list *list, size_t index) {
    list->count--;
    memmove(&list->missing[index], &list->missing[index + 1], (list->count - index) * sizeof list->missing[0]);
}

static enum cf_nack_list_result on_old(struct cf_nack_list *list, uint16_t sequence) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->missing[i].sequence == sequence) {
            remove_at(list, i);
            return CF_NACK_REPAIRED;
        }
    }
    return CF_NACK_LATE;
}

enum cf_nack_list_result cf_nack_list_on_packet(struct cf_nack_list *list, uint16_t sequence, cf_usec now) {
    uint16_t ahead = (uint16_t)(sequence - list->newest);
    if (!list->any || ahead == 1) {
        list->any = true;
        list->newest = sequence;
        return CF_NACK_IN_ORDER;
    }
    if (ahead == 0 || ahead >= 0x8000U) {
        return on_old(list, sequence);
    }
    size_t lost = ahead - 1U;
    if (list->count + lost > CF_NACK_MISSING_MAX) {
        list->count = 0;
        list->newest = sequence;
        return CF_NACK_HOPELESS;
    }
    for (size_t i = 1; i <= lost; i++) {
        list->missing[list->count++] =
            (struct cf_nack_missing){.sequence = (uint16_t)(list->newest + i), .ask_at = now + CF_NACK_PATIENCE};
    }
    list->newest = sequence;
    return CF_NACK_GAP;
}

cf_usec cf_nack_list_deadline(const struct cf_nack_list *list) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < list->count; i++) {
        deadline = cf_usec_min(deadline, list->missing[i].ask_at);
    }
    return deadline;
}

size_t cf_nack_list_poll(struct cf_nack_list *list, cf_usec now, uint16_t *ret, size_t max, size_t *ret_lost) {
    size_t asked = 0;
    size_t lost = 0;
    for (size_t i = 0; i < list->count && asked < max;) {
        struct cf_nack_missing *entry = &list->missing[i];
        if (entry->ask_at > now) {
            i++;
        } else if (entry->tries == CF_NACK_TRIES_MAX) {
            remove_at(list, i);
            lost++;
        } else {
            entry->tries++;
            entry->ask_at = now + CF_NACK_REPEAT;
            ret[asked++] = entry->sequence;
            i++;
        }
    }
    *ret_lost = lost;
    return asked;
}
