/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By what a request is matched to its server transaction (RFC 3261 section 17.2.3) and to itself over another path (section
 * 8.2.2.2). Pure functions from a parsed message to a key. Private to core/endpoint.
 */
#ifndef CF_CORE_ENDPOINT_SERVER_KEY_H
#define CF_CORE_ENDPOINT_SERVER_KEY_H

#include "core/sip/message.h"

/** Longest key; a message that needs a longer one is refused. */
#define CF_SERVER_KEY_MAX 2048

/**
 * Key of the transaction of @p msg as if its method were @p method: branch, sent-by and method; without the cookie of RFC 3261 in
 * the branch the fields that RFC 2543 compares. ACK and CANCEL find their INVITE with @p method CF_SIP_METHOD_INVITE.
 */
void cf_server_put_key(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_method method);

/** Key of the request whichever way it came: Call-ID, From tag, CSeq. */
void cf_server_put_merge_key(struct cf_writer *w, const struct cf_sip_message *msg);

#endif
