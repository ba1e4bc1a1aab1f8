/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages in the log (log.messages): where each came from or went to, over which flow, and its text without secrets. */
#ifndef CF_SERVER_MESSAGE_LOG_H
#define CF_SERVER_MESSAGE_LOG_H

#include "core/endpoint/endpoint.h"

/** Write the message of @p event, if it is one of RECEIVED, SEND_DATAGRAM and SEND_STREAM and carries one. @p local: our address.
 */
void cf_message_log(const struct cf_endpoint_event *event, const struct cf_addr *local);

#endif
