/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sender of a message that breaks the grammar is told: the first thing that the author of a broken client wants to know.
 */
#ifndef CF_CORE_SIP_COMPLAINT_H
#define CF_CORE_SIP_COMPLAINT_H

#include "core/sip/message.h"

/** Most octets that cf_sip_put_complaint() writes. */
#define CF_SIP_COMPLAINT_MAX 96

/** "Bad Request (Via at 120)": a reason phrase for @p status with what is wrong and its offset (RFC 3261 section 21.4.1). */
void cf_sip_put_complaint(struct cf_writer *w, unsigned status, const struct cf_parse_error *error);

#endif
