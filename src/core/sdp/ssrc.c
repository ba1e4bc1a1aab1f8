/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of a section. */
#include "core/sdp/ssrc.h"

bool cf_sdp_ssrc_parse(struct cf_str value, struct cf_sdp_ssrc *ret) {
    struct cf_sdp_ssrc ssrc = {0};
    struct cf_str rest = value;
    if (!cf_str_to_u32(cf_sdp_word(&rest), UINT32_MAX, &ssrc.ssrc)) {
        return false;
    }
    if (rest.len > 0) {
        ssrc.value = rest;
        ssrc.attribute = cf_str_cut(&ssrc.value, ':');
    }
    *ret = ssrc;
    return true;
}

bool cf_sdp_ssrc_group_parse(struct cf_str value, struct cf_sdp_ssrc_group *ret) {
    struct cf_sdp_ssrc_group group = {.ssrcs = value};
    group.semantics = cf_sdp_word(&group.ssrcs);
    struct cf_str rest = group.ssrcs;
    while (rest.len > 0) {
        uint32_t ssrc = 0;
        if (!cf_str_to_u32(cf_sdp_word(&rest), UINT32_MAX, &ssrc)) {
            return false;
        }
    }
    if (!cf_sdp_is_token(group.semantics)) {
        return false;
    }
    *ret = group;
    return true;
}

void cf_put_sdp_ssrc(struct cf_writer *w, uint32_t ssrc, struct cf_str cname) {
    cf_put_lit(w, "a=ssrc:");
    cf_put_dec(w, ssrc);
    if (cname.at != NULL) {
        cf_put_lit(w, " cname:");
        cf_put(w, cname);
    }
    cf_put_lit(w, "\r\n");
}
