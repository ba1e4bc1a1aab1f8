/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Grammar of the header fields beyond those that cf_sip_parse() has looked at: every value that a machine above will read is read
 * once, so that a broken request is refused with 400 before it changes any state, and not half-way (RFC 3261 section 16.3 step 1
 * for proxies, section 8.2 for user agents). Fields without which a request can be served as well (Date, Subject, Allow,
 * Supported, P-Asserted-Identity, unknown ones...) are not looked at: RFC 3261 section 8.2 wants such a field ignored if it is
 * broken. A policy: a pure function; linear in the length of the message.
 */
#ifndef CF_CORE_SIP_CHECK_H
#define CF_CORE_SIP_CHECK_H

#include "core/sip/message.h"

/**
 * Check a message that cf_sip_parse() took. CF_ERR_MALFORMED or CF_ERR_LIMIT: @p ret_error has the offset from the start of
 * msg->raw and the name of the header. Also an error: a second field where one decides (Event, Refer-To, Replaces...), and "*"
 * beside other contacts.
 */
CF_MUST_USE enum cf_err cf_sip_check(const struct cf_sip_message *msg, struct cf_parse_error *ret_error);

#endif
