/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which media worker has which leg, and whose user fragment it is that a TCP connection was opened for. A room lives on one
 * worker (core/focus/ports.h says which), and its legs with it. Signalling thread; memory is taken once.
 */
#ifndef CF_SERVER_LEG_LEDGER_H
#define CF_SERVER_LEG_LEDGER_H

#include "core/media/messages.h"

/** Legs at a time: slots of handles as the engine takes them. */
#define CF_LEG_LEDGER_MAX 65536U

/** User fragments of a leg: of its last transports. */
#define CF_LEG_LEDGER_FRAGMENTS 4

/** What is known of a leg; private. */
struct cf_leg_ledger_entry {
    uint64_t fragments[CF_LEG_LEDGER_FRAGMENTS]; /**< hashes; 0: none */
    uint8_t worker;
};

/** The ledger. */
struct cf_leg_ledger {
    struct cf_leg_ledger_entry *entries; /**< owned; pages that nobody used take no memory */
    uint32_t used;                       /**< highest slot seen + 1 */
};

/** An empty ledger. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_leg_ledger_init(struct cf_leg_ledger *ledger);

/** Free it; a zeroed ledger may be ended too. */
void cf_leg_ledger_fini(struct cf_leg_ledger *ledger);

/** A command for a leg goes to @p worker_of_room (LEG_ADD), or to whom the leg belongs: notes it, and returns the worker. */
uint8_t cf_leg_ledger_route(struct cf_leg_ledger *ledger, const struct cf_media_command *command, uint8_t worker_of_room);

/** The worker of the leg with ICE user fragment @p ufrag of ours. False: there is none. */
bool cf_leg_ledger_find(const struct cf_leg_ledger *ledger, struct cf_str ufrag, uint8_t *ret_worker);

#endif
