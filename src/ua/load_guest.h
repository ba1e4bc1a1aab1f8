/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests for a load: people without accounts, as many as there are to be, by word of the server's operator. Blocking. */
#ifndef CF_UA_LOAD_GUEST_H
#define CF_UA_LOAD_GUEST_H

#include "ua/load_member.h"

/**
 * Have the server whose state folder is @p state make a guest of the room that URI @p room names, called "Guest NUMBER".
 * CF_ERR_NOT_FOUND: no server is there; CF_ERR_FORBIDDEN: it makes none, what it says was printed; CF_ERR_MALFORMED,
 * CF_ERR_LIMIT: its answer can't be used.
 */
CF_MUST_USE enum cf_err cf_load_guest_make(const char *state, const char *room, size_t number, struct cf_load_identity *ret);

#endif
