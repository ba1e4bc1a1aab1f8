/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebRTC stream and track. */
#include "core/sdp/msid.h"

static bool is_id(struct cf_str s) {
    return s.len <= CF_SDP_MSID_MAX && cf_sdp_is_token(s);
}

bool cf_sdp_msid_parse(struct cf_str value, struct cf_sdp_msid *ret) {
    struct cf_sdp_msid msid = {0};
    struct cf_str rest = value;
    msid.stream = cf_sdp_word(&rest);
    if (!is_id(msid.stream)) {
        return false;
    }
    if (rest.len > 0) {
        msid.track = cf_sdp_word(&rest);
        if (!is_id(msid.track) || rest.len > 0) {
            return false;
        }
    }
    *ret = msid;
    return true;
}

void cf_put_sdp_msid(struct cf_writer *w, const struct cf_sdp_msid *msid) {
    cf_put_lit(w, "a=msid:");
    cf_put(w, msid->stream);
    if (msid->track.at != NULL) {
        cf_put_char(w, ' ');
        cf_put(w, msid->track);
    }
    cf_put_lit(w, "\r\n");
}
