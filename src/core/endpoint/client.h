/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of client transactions share: client.c runs them, client_target.c finds where they go. Private. */
#ifndef CF_CORE_ENDPOINT_CLIENT_H
#define CF_CORE_ENDPOINT_CLIENT_H

#include "core/endpoint/impl.h"

/** Begin to find the way of @p route for @p ctx, whose message is set. Ends in cf_client_start(), now or later, or in a failure.
 */
CF_MUST_USE enum cf_err cf_client_find(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_route *route);

/** Let go of flow and branch and try the next target. False: there is none, @p ctx is as it was but for those. */
bool cf_client_advance(struct cf_endpoint *ep, struct cf_client_tx *ctx);

/** Its flow is open: put our Via on top and send. */
void cf_client_start(struct cf_endpoint *ep, struct cf_client_tx *ctx);

/** Tell that it failed, and end it. */
void cf_client_fail(struct cf_endpoint *ep, struct cf_client_tx *ctx, enum cf_err err);

/** No question of it is out any more. */
void cf_client_forget_query(struct cf_endpoint *ep, struct cf_client_tx *ctx);

#endif
