/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accept (RFC 3261 section 20.1): what a peer takes as a body. A policy over one message. */
#ifndef CF_CORE_SIP_ACCEPT_H
#define CF_CORE_SIP_ACCEPT_H

#include "core/sip/message.h"

/**
 * Does @p msg accept media type @p type, such as "application/conference-info+xml"? @p is_default is the answer without an
 * Accept field. Ranges ("application" "/" "*") count; what stands there with q=0 is not accepted. An empty Accept accepts
 * nothing. Only the most specific range that fits decides.
 */
bool cf_sip_accepts(const struct cf_sip_message *msg, struct cf_str type, bool is_default);

/** Does @p msg accept bodies with that Content-Encoding? @p is_default without an Accept-Encoding field; "identity" always unless
 * q=0. */
bool cf_sip_accepts_encoding(const struct cf_sip_message *msg, struct cf_str encoding, bool is_default);

#endif
