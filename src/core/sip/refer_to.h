/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refer-To (RFC 3515 section 2.1) as conferences use it (RFC 4579): whom to refer to, with which method, and what the URI's
 * headers want in the request. A format; views into the text. Also Refer-Sub (RFC 4488).
 */
#ifndef CF_CORE_SIP_REFER_TO_H
#define CF_CORE_SIP_REFER_TO_H

#include "core/sip/message.h"

/** Refer-To: <sip:carol@example.org;method=BYE>;admin=1 */
struct cf_sip_refer_to {
    struct cf_sip_name_addr addr; /**< URI with all its parameters; header parameters (isfocus, admin, text) in addr.params */
    enum cf_sip_method method;    /**< URI parameter method; INVITE if there is none; CF_SIP_METHOD_OTHER if unknown */
    struct cf_str replaces;       /**< URI header Replaces, still escaped; absent if there is none */
};

/** Parse all of @p text. CF_ERR_MALFORMED, CF_ERR_LIMIT. */
CF_MUST_USE enum cf_err cf_sip_refer_to_parse(struct cf_str text, struct cf_sip_refer_to *ret);

/** Does @p msg ask for no implicit subscription (Refer-Sub: false)? */
bool cf_sip_refer_sub_is_off(const struct cf_sip_message *msg);

#endif
