/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that are handed over. */
#include "server/handover.h"

#include "shell/tcp/tcp.h"

enum cf_err cf_handover_open(struct cf_handover *handover, const struct cf_config *config, struct cf_str realm,
                             const struct cf_transports *transports, struct cf_media_link *media) {
    struct cf_addr addr;
    bool has_ice_tcp = config->has_ice_tcp && !cf_str_eq(cf_config_str(&config->ice), CF_STR("off"));
    enum cf_err err = config->has_turn ? cf_relay_start(config, realm, cf_media_link_ports(media), &handover->relay) : CF_OK;
    handover->media = has_ice_tcp ? media : NULL;
    for (size_t at = 0; err == CF_OK && cf_transports_next_shared_port(transports, &at, &addr);) {
        if (has_ice_tcp) {
            cf_media_link_add_stream_port(media, &addr);
        }
        if (handover->relay != NULL) {
            cf_relay_add_port(handover->relay, addr.port);
        }
    }
    return err;
}

void cf_handover_close(struct cf_handover *handover) {
    cf_relay_stop(&handover->relay);
}

static void take(void *ctx, enum cf_first_bytes kind, const struct cf_loose_connection *connection, struct cf_span bytes) {
    struct cf_handover *handover = ctx;
    struct cf_loose_connection loose = *connection;
    /* Frames of ICE inside of TLS are nothing that RFC 6544 has. */
    if (kind == CF_FIRST_BYTES_ICE && handover->media != NULL && loose.tls == NULL) {
        cf_media_link_take_stream(handover->media, loose.fd, &loose.remote, bytes);
        return;
    }
    if (kind == CF_FIRST_BYTES_TURN && handover->relay != NULL) {
        cf_relay_take(handover->relay, connection, bytes);
        return;
    }
    cf_tls_destroy(&loose.tls);
    cf_tcp_close(&loose.fd);
}

void cf_handover_start(struct cf_handover *handover, struct cf_transports *transports) {
    cf_transports_hand_over(transports, take, handover);
}
