/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the confer command asks of a running server: users, rooms, kick, mute, unmute, lock, unlock, end, stats, metrics. One line
 * in, JSON lines out, but for metrics: the text that Prometheus reads. On the loop's thread.
 */
#ifndef CF_SERVER_OPERATOR_H
#define CF_SERVER_OPERATOR_H

#include "core/metrics/metrics.h"
#include "core/node/node.h"
#include "server/services.h"

/** Answer @p command. What it changes is drained by the caller afterwards. */
void cf_operator_do(struct cf_services *services, struct cf_str command, cf_usec now, struct cf_writer *answer);

/** All figures at this moment, for Prometheus. */
void cf_operator_measure(const struct cf_services *services, struct cf_metrics *ret);

/** All of them, as Prometheus reads them. */
void cf_operator_put_metrics(const struct cf_services *services, struct cf_writer *w);

#endif
