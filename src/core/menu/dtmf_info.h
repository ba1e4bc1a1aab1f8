/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys by SIP INFO, as phones send them that can't by RFC 4733: bodies of application/dtmf-relay ("Signal=5" and "Duration=160"
 * on lines of their own) and application/dtmf ("5"). No RFC says so; this is what is seen. A format.
 *
 * A key is 0-9 * # A-D; numbers 10 to 15 stand for * # A-D (RFC 4733 section 3.2).
 */
#ifndef CF_CORE_MENU_DTMF_INFO_H
#define CF_CORE_MENU_DTMF_INFO_H

#include "base/err.h"
#include "base/str.h"

/** The key of a body of application/dtmf-relay. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_dtmf_relay_parse(struct cf_str body, char *ret_digit);

/** The key of a body of application/dtmf. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_dtmf_parse(struct cf_str body, char *ret_digit);

#endif
