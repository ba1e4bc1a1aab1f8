/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of HTTP authentication as SIP uses it (RFC 3261 section 20.7, 20.27, 20.28, 20.44; RFC 7616 section 3): a scheme and
 * parameters separated by commas: `Digest realm="x", nonce="y", qop=auth`. Views, no state.
 */
#ifndef CF_CORE_SIP_AUTH_FIELD_H
#define CF_CORE_SIP_AUTH_FIELD_H

#include "core/sip/message.h"

/** Most parameters that are looked at. */
#define CF_SIP_AUTH_PARAMS_MAX 32

/** A challenge or credentials. */
struct cf_sip_auth {
    struct cf_str scheme; /**< "Digest" */
    struct cf_str params; /**< all of them */
};

/** Split @p text. CF_ERR_MALFORMED without a scheme. */
CF_MUST_USE enum cf_err cf_sip_auth_parse(struct cf_str text, struct cf_sip_auth *ret);

/** Value of parameter @p name (case ignored) as it stands there, with its quotes if it has any; absent if there is none. */
struct cf_str cf_sip_auth_param(const struct cf_sip_auth *auth, struct cf_str name);

/** As cf_sip_auth_param() without quotes. The view is only right for values without quoted pairs; with one it is absent. */
struct cf_str cf_sip_auth_plain(const struct cf_sip_auth *auth, struct cf_str name);

#endif
