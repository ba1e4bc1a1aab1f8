/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room can be called. */
#include "core/conf/room_name.h"

bool cf_room_name_is_valid(struct cf_str name) {
    return cf_str_is_made_of(name, CF_STR("-_."), CF_ROOM_NAME_MAX);
}
