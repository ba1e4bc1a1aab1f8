/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is concerned by a request inside a dialog: a map from our tag, which is unique and which nobody can guess, to the owner of
 * the usage. The usages add and remove themselves (struct cf_usage.dialogs). The forks of one INVITE share an entry; the session
 * tells them apart by the peer's tag.
 */
#ifndef CF_CORE_DIALOG_DIALOG_TABLE_H
#define CF_CORE_DIALOG_DIALOG_TABLE_H

#include "base/map.h"
#include "core/dialog/dialog.h"
#include "core/endpoint/endpoint.h"

/** A place in the table; a member of the usage. Zeroed: not in a table. */
struct cf_dialog_entry {
    struct cf_map_node node;
    char tag[CF_DIALOG_TAG_LEN];   /**< our tag, the key */
    struct cf_owner owner;         /**< whom requests are for */
    struct cf_dialog_table *table; /**< NULL: in none */
};

/** All dialogs of an endpoint. */
struct cf_dialog_table {
    struct cf_map map; /**< key: our tag */
};

/** An empty table. */
void cf_dialog_table_init(struct cf_dialog_table *table, const struct cf_mem *mem, const struct cf_entropy *entropy);

/** Free the table, which must be empty. */
void cf_dialog_table_fini(struct cf_dialog_table *table);

/** Put @p dialog into @p table by its tag; it may be freed before the entry is removed. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_dialog_table_add(struct cf_dialog_table *table, struct cf_dialog_entry *entry,
                                            const struct cf_dialog *dialog, struct cf_owner owner);

/** Take @p entry out of its table, if it is in one. */
void cf_dialog_entry_remove(struct cf_dialog_entry *entry);

/**
 * Owner of the usage with our tag @p local_tag; kind 0 if there is none. The usage compares Call-ID and the peer's tag by itself
 * and answers 481 if they are others.
 */
struct cf_owner cf_dialog_table_find(const struct cf_dialog_table *table, struct cf_str local_tag);

/** Whom @p message, a request that came in, is for: found by its To tag. */
struct cf_owner cf_dialog_table_owner_of(const struct cf_dialog_table *table, const struct cf_sip_message *message);

#endif
