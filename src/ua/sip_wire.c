/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/sip_wire.h"

#include "adapt/openssl/tls.h"
#include "server/wire.h"
#include "shell/system/system.h"
#include <stdio.h>
#include <stdlib.h>

#define LOCALS 3

struct cf_sip_wire {
    struct cf_wire *wire;
    struct cf_tls_context *tls;
    struct cf_endpoint_local locals[LOCALS];
    bool is_traced;
    bool is_insecure;
};

const struct cf_endpoint_local *cf_sip_wire_locals(const struct cf_sip_wire *wire, size_t *ret_count) {
    *ret_count = LOCALS;
    return wire->locals;
}

/* The wanted transport first: the Contact is made of it. */
static void list_transports(enum cf_transport first, enum cf_transport *ret) {
    static const enum cf_transport all[LOCALS] = {CF_TRANSPORT_UDP, CF_TRANSPORT_TCP, CF_TRANSPORT_TLS};
    size_t count = 0;
    ret[count++] = first;
    for (size_t i = 0; i < LOCALS; i++) {
        if (all[i] != first) {
            ret[count++] = all[i];
        }
    }
}

static enum cf_err open_locals(struct cf_sip_wire *wire, const struct cf_addr *local, enum cf_transport first) {
    enum cf_transport transports[LOCALS];
    struct cf_addr addr = *local;
    enum cf_err err = CF_OK;
    list_transports(first, transports);
    for (uint32_t i = 0; i < LOCALS; i++) {
        err = transports[i] == CF_TRANSPORT_UDP ? cf_wire_open_udp(wire->wire, i, &addr) : err;
    }
    for (uint32_t i = 0; i < LOCALS; i++) {
        wire->locals[i] = (struct cf_endpoint_local){.transport = transports[i], .addr = addr};
    }
    return err;
}

/* What few need is made when it is needed. */
static struct cf_tls_context *client_tls(void *ctx) {
    struct cf_sip_wire *wire = ctx;
    enum cf_tls_verify verify = wire->is_insecure ? CF_TLS_VERIFY_NONE : CF_TLS_VERIFY_SYSTEM;
    if (wire->tls == NULL && cf_tls_context_client(verify, &wire->tls) != CF_OK) {
        return NULL;
    }
    return wire->tls;
}

enum cf_err cf_sip_wire_open(struct cf_loop *loop, const struct cf_addr *local, enum cf_transport transport, bool is_insecure,
                             bool is_traced, struct cf_sip_wire **ret) {
    struct cf_sip_wire *wire = calloc(1, sizeof *wire);
    if (wire == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_wire_config config = {.loop = loop, .client_tls = client_tls, .ctx = wire};
    wire->is_traced = is_traced;
    wire->is_insecure = is_insecure;
    enum cf_err err = cf_wire_create(&config, &wire->wire);
    err = err == CF_OK ? open_locals(wire, local, transport) : err;
    if (err != CF_OK) {
        cf_sip_wire_close(&wire);
        return err;
    }
    *ret = wire;
    return CF_OK;
}

void cf_sip_wire_close(struct cf_sip_wire **wire) {
    struct cf_sip_wire *w = *wire;
    if (w == NULL) {
        return;
    }
    cf_wire_destroy(&w->wire);
    cf_tls_context_destroy(&w->tls);
    free(w);
    *wire = NULL;
}

enum cf_err cf_sip_wire_start(struct cf_sip_wire *wire, struct cf_endpoint *endpoint, void (*changed)(void *ctx), void *ctx) {
    cf_endpoint_watch(endpoint, wire->is_traced);
    return cf_wire_start(wire->wire, endpoint, changed, ctx);
}

static void trace(const char *direction, struct cf_span bytes) {
    cf_usec now = cf_system_now();
    fprintf(stderr, "\n--- %s %lld.%06lld\n%.*s\n", direction, (long long)(now / 1000000), (long long)(now % 1000000),
            (int)bytes.len, (const char *)bytes.at);
}

void cf_sip_wire_do(struct cf_sip_wire *wire, const struct cf_endpoint_event *event) {
    bool is_out = event->kind == CF_ENDPOINT_SEND_DATAGRAM || event->kind == CF_ENDPOINT_SEND_STREAM;
    if (wire->is_traced && (is_out || event->kind == CF_ENDPOINT_RECEIVED)) {
        trace(is_out ? "out" : "in", event->bytes);
    }
    cf_wire_do(wire->wire, event);
}
