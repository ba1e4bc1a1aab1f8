/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connectivity checks (RFC 8445) on the transports that have ICE. */
#include "core/media/internal.h"

enum cf_media_discard cf_engine_take_stun(struct cf_engine *engine, const struct cf_engine_arrival *arrival) {
    (void)engine;
    (void)arrival;
    return CF_MEDIA_DISCARD_NOT_MEDIA; /* no transport has an agent yet */
}

bool cf_engine_is_checked(const struct cf_engine *engine, const struct cf_engine_arrival *arrival) {
    (void)engine;
    return cf_addr_eq(arrival->from, cf_engine_transport_remote(arrival->transport, arrival->port));
}
