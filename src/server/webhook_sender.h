/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who delivers webhooks: a thread with libcurl, between two mailboxes, so that a slow receiver or name server holds up no call.
 * Everything but the thread itself is on the loop's thread.
 */
#ifndef CF_SERVER_WEBHOOK_SENDER_H
#define CF_SERVER_WEBHOOK_SENDER_H

#include "core/config/config.h"
#include "core/hook/hooks.h"
#include "shell/loop/loop.h"

/** A sender; opaque. */
struct cf_webhook_sender;

/** How a delivery went: a status of HTTP, 0: no answer. */
typedef void cf_webhook_result(void *ctx, struct cf_handle hook, unsigned status);

/** Once, before the first thread of the program: libcurl's own state is not made safely later. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_webhook_sender_prepare(void);

/** Start it. @p config is read during the call only. CF_ERR_NO_MEMORY, CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_webhook_sender_start(struct cf_loop *loop, const struct cf_config *config, cf_webhook_result *handler,
                                                void *ctx, struct cf_webhook_sender **ret);

/** Stop it; what is under way is given up. Sets the pointer to NULL; NULL is ignored. */
void cf_webhook_sender_stop(struct cf_webhook_sender **sender);

/** Deliver. @p allows_private: also to addresses that are not public. False: there is no room, ask again. */
CF_MUST_USE bool cf_webhook_sender_send(struct cf_webhook_sender *sender, const struct cf_hook_delivery *delivery,
                                        bool allows_private);

#endif
