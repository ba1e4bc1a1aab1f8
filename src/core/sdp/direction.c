/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media direction. */
#include "core/sdp/direction.h"

static const struct cf_str names[] = {
    [CF_DIRECTION_INACTIVE] = CF_STR_INIT("inactive"),
    [CF_DIRECTION_SENDONLY] = CF_STR_INIT("sendonly"),
    [CF_DIRECTION_RECVONLY] = CF_STR_INIT("recvonly"),
    [CF_DIRECTION_SENDRECV] = CF_STR_INIT("sendrecv"),
};

bool cf_direction_of_name(struct cf_str name, enum cf_direction *ret) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (cf_str_eq(name, names[i])) {
            *ret = (enum cf_direction)i;
            return true;
        }
    }
    return false;
}

struct cf_str cf_direction_name(enum cf_direction direction) {
    return names[direction];
}

void cf_put_direction(struct cf_writer *w, enum cf_direction direction) {
    cf_put_lit(w, "a=");
    cf_put(w, names[direction]);
    cf_put_lit(w, "\r\n");
}
