/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that are handed over. */
#include "server/handover.h"

#include "shell/tcp/tcp.h"

void cf_handover_open(struct cf_handover *handover, const struct cf_config *config, const struct cf_transports *transports,
                      struct cf_media_link *media) {
    struct cf_addr addr;
    if (!config->has_ice_tcp || cf_str_eq(cf_config_str(&config->ice), CF_STR("off"))) {
        return;
    }
    handover->media = media;
    for (size_t at = 0; cf_transports_next_shared_port(transports, &at, &addr);) {
        cf_media_link_add_stream_port(media, &addr);
    }
}

static void take(void *ctx, enum cf_first_bytes kind, const struct cf_loose_connection *connection, struct cf_span bytes) {
    struct cf_handover *handover = ctx;
    struct cf_loose_connection loose = *connection;
    /* Frames of ICE inside of TLS are nothing that RFC 6544 has. */
    if (kind == CF_FIRST_BYTES_ICE && handover->media != NULL && loose.tls == NULL) {
        cf_media_link_take_stream(handover->media, loose.fd, &loose.remote, bytes);
        return;
    }
    cf_tls_destroy(&loose.tls);
    cf_tcp_close(&loose.fd);
}

void cf_handover_start(struct cf_handover *handover, struct cf_transports *transports) {
    cf_transports_hand_over(transports, take, handover);
}
