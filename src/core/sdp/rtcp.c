/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The RTCP port. */
#include "core/sdp/rtcp.h"

#include "core/sdp/connection.h"

bool cf_sdp_rtcp_parse(struct cf_str value, struct cf_sdp_rtcp *ret) {
    struct cf_sdp_rtcp rtcp = {0};
    struct cf_str rest = value;
    uint32_t port = 0;
    if (!cf_str_to_u32(cf_sdp_word(&rest), UINT16_MAX, &port)) {
        return false;
    }
    if (rest.len > 0 && !cf_sdp_connection_parse(rest, &rtcp.connection)) {
        return false;
    }
    rtcp.port = (uint16_t)port;
    *ret = rtcp;
    return true;
}

void cf_put_sdp_rtcp(struct cf_writer *w, const struct cf_addr *rtcp, const struct cf_addr *rtp) {
    cf_put_lit(w, "a=rtcp:");
    cf_put_dec(w, rtcp->port);
    if (!cf_addr_eq_ip(rtcp, rtp)) {
        cf_put_char(w, ' ');
        cf_put_sdp_address(w, rtcp);
    }
    cf_put_lit(w, "\r\n");
}
