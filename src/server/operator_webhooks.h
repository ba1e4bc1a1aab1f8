/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the operator about webhooks: webhook, webhooks, unwebhook. On the loop's thread. */
#ifndef CF_SERVER_OPERATOR_WEBHOOKS_H
#define CF_SERVER_OPERATOR_WEBHOOKS_H

#include "server/services.h"

/** Answer @p command with JSON lines, if it is one of these. False: it is not. */
bool cf_operator_webhooks_do(struct cf_services *services, struct cf_str command, cf_wall wall, struct cf_writer *answer);

#endif
