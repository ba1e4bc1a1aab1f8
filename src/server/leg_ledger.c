/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/leg_ledger.h"

#include <stdlib.h>

enum cf_err cf_leg_ledger_init(struct cf_leg_ledger *ledger) {
    ledger->used = 0;
    ledger->entries = calloc(CF_LEG_LEDGER_MAX, sizeof *ledger->entries);
    return ledger->entries == NULL ? CF_ERR_NO_MEMORY : CF_OK;
}

void cf_leg_ledger_fini(struct cf_leg_ledger *ledger) {
    free(ledger->entries);
    *ledger = (struct cf_leg_ledger){.entries = NULL};
}

/* FNV-1a; fragments are made by chance, nobody chooses them to collide. */
static uint64_t hash_of(struct cf_str text) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (uint8_t)text.at[i]) * UINT64_C(1099511628211);
    }
    return hash == 0 ? 1 : hash;
}

uint8_t cf_leg_ledger_route(struct cf_leg_ledger *ledger, const struct cf_media_command *command, uint8_t worker_of_room) {
    uint32_t slot = command->leg.slot;
    if (slot >= CF_LEG_LEDGER_MAX) {
        return worker_of_room; /* the engine will refuse it */
    }
    struct cf_leg_ledger_entry *entry = &ledger->entries[slot];
    ledger->used = slot >= ledger->used ? slot + 1 : ledger->used;
    if (command->kind == CF_MEDIA_LEG_ADD) {
        *entry = (struct cf_leg_ledger_entry){.worker = worker_of_room};
    } else if (command->kind == CF_MEDIA_TRANSPORT_SET) {
        const struct cf_media_transport_set *set = &command->as.transport;
        const struct cf_ice_own *own = &set->transport.own_ice;
        entry->fragments[set->index % CF_LEG_LEDGER_FRAGMENTS] =
            own->is_used ? hash_of((struct cf_str){own->ufrag, own->ufrag_len}) : 0;
    } else if (command->kind == CF_MEDIA_LEG_REMOVE) {
        memset(entry->fragments, 0, sizeof entry->fragments);
    }
    return entry->worker;
}

bool cf_leg_ledger_find(const struct cf_leg_ledger *ledger, struct cf_str ufrag, uint8_t *ret_worker) {
    uint64_t hash = hash_of(ufrag);
    for (uint32_t slot = 0; slot < ledger->used; slot++) {
        for (size_t i = 0; i < CF_LEG_LEDGER_FRAGMENTS; i++) {
            if (ledger->entries[slot].fragments[i] == hash) {
                *ret_worker = ledger->entries[slot].worker;
                return true;
            }
        }
    }
    return false;
}
