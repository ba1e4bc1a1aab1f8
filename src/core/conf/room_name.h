/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room can be called. Policy: pure, any thread. */
#ifndef CF_CORE_CONF_ROOM_NAME_H
#define CF_CORE_CONF_ROOM_NAME_H

#include "base/str.h"

/** Longest name, octets. */
#define CF_ROOM_NAME_MAX 40

/** Is @p name 1 to CF_ROOM_NAME_MAX letters, digits, '-', '_' and '.'? It goes into URIs and documents as it is. */
bool cf_room_name_is_valid(struct cf_str name);

#endif
