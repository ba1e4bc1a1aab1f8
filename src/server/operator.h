/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the confer command asks of a running server: users, rooms, kick, mute, unmute, lock, unlock, end, stats. One line in, JSON
 * lines out. On the loop's thread.
 */
#ifndef CF_SERVER_OPERATOR_H
#define CF_SERVER_OPERATOR_H

#include "core/node/node.h"

/** Answer @p command. What it changes is drained by the caller afterwards. */
void cf_operator_do(struct cf_node *node, struct cf_str command, cf_usec now, struct cf_writer *answer);

#endif
