/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that come by the media path: DTLS-SRTP (RFC 5764) and ZRTP (RFC 6189). */
#include "core/media/internal.h"

enum cf_media_discard cf_engine_take_handshake(struct cf_engine *engine, const struct cf_engine_arrival *arrival,
                                               enum cf_packet_kind kind) {
    (void)engine;
    (void)arrival;
    (void)kind;
    return CF_MEDIA_DISCARD_NOT_MEDIA; /* no transport has a handshake yet */
}
