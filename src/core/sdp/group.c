/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of media sections. */
#include "core/sdp/group.h"

bool cf_sdp_group_parse(struct cf_str value, struct cf_sdp_group *ret) {
    struct cf_str rest = value;
    struct cf_str semantics = cf_sdp_word(&rest);
    if (!cf_sdp_is_token(semantics)) {
        return false;
    }
    *ret = (struct cf_sdp_group){.semantics = semantics, .mids = rest};
    return true;
}

bool cf_sdp_group_has(const struct cf_sdp_group *group, struct cf_str mid) {
    struct cf_str rest = group->mids;
    while (rest.len > 0) {
        if (cf_str_eq(cf_sdp_word(&rest), mid)) {
            return true;
        }
    }
    return false;
}
