/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Table from handles to objects. */
#include "base/handle.h"

#include "base/bug.h"

void cf_handle_table_init(struct cf_handle_table *table, const struct cf_mem *mem, size_t limit) {
    cf_assert(limit < UINT32_MAX);
    *table = (struct cf_handle_table){.mem = mem, .limit = limit};
}

void cf_handle_table_fini(struct cf_handle_table *table) {
    cf_mem_free(table->mem, table->slots, table->slots_max * sizeof(*table->slots));
    table->slots = NULL;
    table->slots_max = 0;
    table->slots_used = 0;
    table->count = 0;
}

static bool take_slot(struct cf_handle_table *table, uint32_t *ret_slot) {
    if (table->first_free != 0) {
        *ret_slot = table->first_free - 1;
        table->first_free = table->slots[*ret_slot].next_free;
        return true;
    }
    void *slots = table->slots;
    bool grown = cf_mem_grow(table->mem, &slots, &table->slots_max, table->slots_used + 1, sizeof(*table->slots));
    table->slots = slots;
    if (!grown) {
        return false;
    }
    *ret_slot = (uint32_t)table->slots_used++;
    table->slots[*ret_slot].generation = 1;
    return true;
}

struct cf_handle cf_handle_add(struct cf_handle_table *table, void *object) {
    struct cf_handle none = {0, 0};
    uint32_t slot = 0;
    cf_assert(object != NULL);
    if (table->count >= table->limit || !take_slot(table, &slot)) {
        return none;
    }
    table->count++;
    table->slots[slot].object = object;
    return (struct cf_handle){slot, table->slots[slot].generation};
}

void *cf_handle_get(const struct cf_handle_table *table, struct cf_handle handle) {
    if (handle.generation == 0 || handle.slot >= table->slots_used) {
        return NULL;
    }
    const struct cf_handle_slot *slot = &table->slots[handle.slot];
    return slot->generation == handle.generation ? slot->object : NULL;
}

void cf_handle_remove(struct cf_handle_table *table, struct cf_handle handle) {
    if (cf_handle_get(table, handle) == NULL) {
        return;
    }
    struct cf_handle_slot *slot = &table->slots[handle.slot];
    slot->object = NULL;
    slot->generation = slot->generation == UINT32_MAX ? 1 : slot->generation + 1;
    slot->next_free = table->first_free;
    table->first_free = handle.slot + 1;
    table->count--;
}

void *cf_handle_at(const struct cf_handle_table *table, size_t index) {
    return index < table->slots_used ? table->slots[index].object : NULL;
}
