/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who uses the HTTP interface: an API key, the session of an account, or a guest who is moderator (docs/web-api.md). Addresses
 * that fail too often have to wait, the same as those that guess passwords by SIP. On the loop's thread.
 */
#ifndef CF_SERVER_API_AUTH_H
#define CF_SERVER_API_AUTH_H

#include "server/api_call.h"
#include <limits.h>

/** For whoever has a good token, whatever it is for. */
#define CF_API_ANY_SCOPE UINT_MAX

/** Find out who asks, and see that they have one of @p scopes. False: it was answered (401, 403, 429). */
bool cf_api_authorize(struct cf_api_call *call, unsigned scopes);

/** POST /api/session: digest for a token. */
void cf_api_open_session(struct cf_api_call *call);

#endif
