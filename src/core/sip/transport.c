/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transports. */
#include "core/sip/transport.h"

static const struct {
    struct cf_str name;
    struct cf_str uri_name;
    uint16_t port;
    bool is_reliable;
    bool is_secure;
} transports[CF_TRANSPORT_COUNT_] = {
    [CF_TRANSPORT_UDP] = {CF_STR_INIT("UDP"), CF_STR_INIT("udp"), 5060, false, false},
    [CF_TRANSPORT_TCP] = {CF_STR_INIT("TCP"), CF_STR_INIT("tcp"), 5060, true, false},
    [CF_TRANSPORT_TLS] = {CF_STR_INIT("TLS"), CF_STR_INIT("tls"), 5061, true, true},
    [CF_TRANSPORT_WS] = {CF_STR_INIT("WS"), CF_STR_INIT("ws"), 80, true, false},
    [CF_TRANSPORT_WSS] = {CF_STR_INIT("WSS"), CF_STR_INIT("wss"), 443, true, true},
    [CF_TRANSPORT_OTHER] = {CF_STR_INIT("OTHER"), CF_STR_INIT("other"), 5060, false, false},
};

enum cf_transport cf_transport_of(struct cf_str name) {
    for (int i = 0; i < CF_TRANSPORT_OTHER; i++) {
        if (cf_str_eq_nocase(name, transports[i].name)) {
            return (enum cf_transport)i;
        }
    }
    return CF_TRANSPORT_OTHER;
}

struct cf_str cf_transport_name(enum cf_transport transport) {
    return transports[transport].name;
}

struct cf_str cf_transport_uri_name(enum cf_transport transport) {
    return transports[transport].uri_name;
}

bool cf_transport_is_reliable(enum cf_transport transport) {
    return transports[transport].is_reliable;
}

bool cf_transport_is_secure(enum cf_transport transport) {
    return transports[transport].is_secure;
}

bool cf_transport_is_websocket(enum cf_transport transport) {
    return transport == CF_TRANSPORT_WS || transport == CF_TRANSPORT_WSS;
}

uint16_t cf_transport_default_port(enum cf_transport transport) {
    return transports[transport].port;
}
