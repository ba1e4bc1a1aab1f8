/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions: tokens that were given to accounts (POST /api/session) and guests (POST /api/join), each of which can be seen and
 * revoked by itself. Tokens prove themselves; what is kept is for that only, so a database that fails keeps nobody out, but
 * whoever comes then is not listed. On the loop's thread.
 */
#ifndef CF_SERVER_SESSIONS_H
#define CF_SERVER_SESSIONS_H

#include "adapt/sqlite/session_store.h"
#include "server/meeting_links.h"

/** Tell the node which sessions were revoked, at start. */
CF_MUST_USE enum cf_err cf_sessions_restore(struct cf_meeting_links *links, cf_wall wall);

/** @p token, of an account or a guest, was given out. Errors are logged. */
void cf_sessions_note(struct cf_meeting_links *links, const struct cf_token *token, cf_wall wall);

/**
 * Session @p id is no good any more. A guest is removed from the room; who has an account has it still, and calls by password.
 * 404: there is none that is good.
 */
CF_MUST_USE struct cf_problem cf_sessions_revoke(struct cf_meeting_links *links, struct cf_str id, cf_usec now, cf_wall wall);

#endif
