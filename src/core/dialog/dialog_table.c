/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Map from our tags to the owners of usages. */
#include "core/dialog/dialog_table.h"

void cf_dialog_table_init(struct cf_dialog_table *table, const struct cf_mem *mem, const struct cf_entropy *entropy) {
    uint64_t seed;
    cf_entropy_fill(entropy, &seed, sizeof seed);
    cf_map_init(&table->map, mem, seed);
}

void cf_dialog_table_fini(struct cf_dialog_table *table) {
    cf_assert(table->map.count == 0);
    cf_map_fini(&table->map);
}

enum cf_err cf_dialog_table_add(struct cf_dialog_table *table, struct cf_dialog_entry *entry, const struct cf_dialog *dialog,
                                struct cf_owner owner) {
    cf_assert(entry->table == NULL && dialog->local_tag.len == sizeof entry->tag);
    memcpy(entry->tag, dialog->local_tag.at, sizeof entry->tag);
    enum cf_err err = cf_map_add(&table->map, &entry->node, cf_str_n(entry->tag, sizeof entry->tag));
    if (err == CF_OK) {
        entry->owner = owner;
        entry->table = table;
    }
    return err;
}

void cf_dialog_entry_remove(struct cf_dialog_entry *entry) {
    if (entry->table != NULL) {
        cf_map_remove(&entry->table->map, &entry->node);
        entry->table = NULL;
    }
}

struct cf_owner cf_dialog_table_find(const struct cf_dialog_table *table, struct cf_str local_tag) {
    struct cf_map_node *node = local_tag.at == NULL ? NULL : cf_map_get(&table->map, local_tag);
    return node == NULL ? (struct cf_owner){.kind = 0} : CF_OF(node, struct cf_dialog_entry, node)->owner;
}

struct cf_owner cf_dialog_table_owner_of(const struct cf_dialog_table *table, const struct cf_sip_message *message) {
    return cf_dialog_table_find(table, message->to_tag);
}
