/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the operator about meeting links and sessions: guest, link, links, unlink, sessions, revoke, rotate-keys. On the
 * loop's thread. */
#ifndef CF_SERVER_OPERATOR_LINKS_H
#define CF_SERVER_OPERATOR_LINKS_H

#include "server/services.h"

/** Answer @p command with JSON lines, if it is one of these. False: it is not. */
bool cf_operator_links_do(struct cf_services *services, struct cf_str command, cf_wall wall, struct cf_writer *answer);

#endif
