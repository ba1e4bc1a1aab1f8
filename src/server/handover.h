/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections to the one port that are neither HTTP nor SIP, given to whom they are for: media over TCP to the media worker,
 * clients of the relay to the relay. On the loop's thread.
 */
#ifndef CF_SERVER_HANDOVER_H
#define CF_SERVER_HANDOVER_H

#include "server/media_link.h"
#include "server/relay.h"
#include "server/transports.h"

/** Who takes what. */
struct cf_handover {
    struct cf_media_link *media; /**< NULL: no ICE over TCP */
    struct cf_relay *relay;      /**< owned; NULL: none */
};

/** Offer the ports of web.listen-tls for what the configuration allows, and start the relay for @p realm. Errors were logged. */
CF_MUST_USE enum cf_err cf_handover_open(struct cf_handover *handover, const struct cf_config *config, struct cf_str realm,
                                         const struct cf_transports *transports, struct cf_media_link *media);

/** Stop the relay. */
void cf_handover_close(struct cf_handover *handover);

/** From now on @p transports hands over. */
void cf_handover_start(struct cf_handover *handover, struct cf_transports *transports);

#endif
