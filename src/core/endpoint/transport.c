/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Table of transports. */
#include "core/endpoint/transport.h"

#include "base/bug.h"

static const struct row {
    struct cf_str name;
    uint16_t default_port;
    bool is_stream;
    bool is_framed;
    bool is_secure;
} rows[CF_TRANSPORT_COUNT_] = {
    [CF_TRANSPORT_NONE] = {CF_STR_INIT(""), 0, false, false, false},
    [CF_TRANSPORT_UDP] = {CF_STR_INIT("UDP"), 5060, false, false, false},
    [CF_TRANSPORT_TCP] = {CF_STR_INIT("TCP"), 5060, true, false, false},
    [CF_TRANSPORT_TLS] = {CF_STR_INIT("TLS"), 5061, true, false, true},
    [CF_TRANSPORT_WS] = {CF_STR_INIT("WS"), 80, true, true, false},
    [CF_TRANSPORT_WSS] = {CF_STR_INIT("WSS"), 443, true, true, true},
};

static const struct row *row_of(enum cf_transport transport) {
    cf_assert(transport < CF_TRANSPORT_COUNT_);
    return &rows[transport];
}

struct cf_str cf_transport_name(enum cf_transport transport) {
    return row_of(transport)->name;
}

enum cf_transport cf_transport_of(struct cf_str name) {
    for (unsigned i = CF_TRANSPORT_UDP; i < CF_TRANSPORT_COUNT_; i++) {
        if (cf_str_eq_nocase(name, rows[i].name)) {
            return (enum cf_transport)i;
        }
    }
    return CF_TRANSPORT_NONE;
}

bool cf_transport_is_stream(enum cf_transport transport) {
    return row_of(transport)->is_stream;
}

bool cf_transport_is_framed(enum cf_transport transport) {
    return row_of(transport)->is_framed;
}

bool cf_transport_is_secure(enum cf_transport transport) {
    return row_of(transport)->is_secure;
}

uint16_t cf_transport_default_port(enum cf_transport transport) {
    return row_of(transport)->default_port;
}
