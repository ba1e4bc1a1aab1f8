/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the relay call of each other. Not for others. */
#ifndef CF_CORE_TURN_INTERNAL_H
#define CF_CORE_TURN_INTERNAL_H

#include "core/turn/turn.h"

/** The allocation of @p client, or NULL. */
struct cf_turn_allocation *cf_turn_find(const struct cf_turn *turn, const struct cf_turn_client *client);

/** Make one. CF_ERR_LIMIT: a limit in all; CF_ERR_NO_PORT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_turn_allocate(struct cf_turn *turn, const struct cf_turn_client *client, enum cf_family family,
                                         bool is_even, cf_usec until, struct cf_turn_allocation **ret);

/** End one. */
void cf_turn_free(struct cf_turn *turn, struct cf_turn_allocation *a);

/** It lasts until @p until. */
void cf_turn_extend(struct cf_turn *turn, struct cf_turn_allocation *a, cf_usec until);

/** A request of STUN. */
void cf_turn_on_request(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_stun_message *m, cf_usec now);

/** What is in .out goes to @p client. */
void cf_turn_answer(struct cf_turn *turn, const struct cf_turn_client *client, size_t len);

#endif
