/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sender statistics. */
#include "core/rtp/sender.h"

void cf_rtp_sender_init(struct cf_rtp_sender *s, uint32_t ssrc, uint32_t clock_rate_hz) {
    cf_assert(clock_rate_hz > 0);
    *s = (struct cf_rtp_sender){.ssrc = ssrc, .clock_rate_hz = clock_rate_hz};
}

bool cf_rtp_sender_report(const struct cf_rtp_sender *s, cf_usec now, cf_ntp ntp, struct cf_sender_info *ret_info) {
    if (s->packet_count == 0) {
        return false;
    }
    cf_usec since = now > s->timestamp_at ? now - s->timestamp_at : 0;
    *ret_info = (struct cf_sender_info){
        .ntp = ntp,
        .rtp_timestamp = s->timestamp + (uint32_t)cf_usec_to_ticks(since, s->clock_rate_hz),
        .packet_count = s->packet_count,
        .octet_count = s->octet_count,
    };
    return true;
}
