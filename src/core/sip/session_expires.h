/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session-Expires and Min-SE (RFC 4028 sections 4 and 5). A format. */
#ifndef CF_CORE_SIP_SESSION_EXPIRES_H
#define CF_CORE_SIP_SESSION_EXPIRES_H

#include "core/sip/params.h"

/** Least session interval that anybody may ask for (RFC 4028 section 5). */
#define CF_SIP_MIN_SE_SEC 90

/** Who refreshes. */
enum cf_sip_refresher {
    CF_SIP_REFRESHER_NONE, /**< it does not say, or says something unknown */
    CF_SIP_REFRESHER_UAC,
    CF_SIP_REFRESHER_UAS,
};

/** Session-Expires: "1800;refresher=uac" */
struct cf_sip_session_expires {
    uint32_t interval_sec; /**< UINT32_MAX if larger */
    enum cf_sip_refresher refresher;
};

/** Parse all of @p text. CF_ERR_MALFORMED. For Min-SE cf_sip_seconds() is enough. */
CF_MUST_USE enum cf_err cf_sip_session_expires_parse(struct cf_str text, struct cf_sip_session_expires *ret);

/** Its value. */
void cf_sip_put_session_expires(struct cf_writer *w, const struct cf_sip_session_expires *value);

#endif
