/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making, using and ending flows. */
#include "core/endpoint/impl.h"

#include "core/endpoint/stun.h"

bool cf_local_for(const struct cf_endpoint *ep, enum cf_transport transport, uint8_t family, uint32_t *ret_local) {
    for (uint32_t i = 0; i < ep->local_count; i++) {
        if (ep->locals[i].transport == transport && ep->locals[i].addr.family == family) {
            *ret_local = i;
            return true;
        }
    }
    return false;
}

bool cf_local_is(const struct cf_endpoint *ep, uint32_t local, bool is_stream) {
    return local < ep->local_count && cf_transport_is_reliable(ep->locals[local].transport) == is_stream;
}

bool cf_flows_is_proven(const struct cf_flow *flow) {
    return flow->info.is_trusted || flow->is_proven || flow->info.transport != CF_TRANSPORT_UDP;
}

static enum cf_err add(struct cf_endpoint *ep, const struct cf_flow_new *wanted, struct cf_flow **ret) {
    struct cf_flow *evicted = NULL;
    enum cf_err err = cf_flow_add(&ep->flows, wanted, ep->now, ret, &evicted);
    if (evicted != NULL) {
        cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_EVICTED);
        cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_CLOSED);
        cf_flow_free(&ep->flows, evicted);
    }
    if (err == CF_OK) {
        cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_OPENED);
    } else if (err == CF_ERR_LIMIT) {
        cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_REFUSED);
    }
    return err;
}

enum cf_err cf_flows_udp(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, struct cf_flow **ret) {
    struct cf_flow *flow = cf_flow_udp(&ep->flows, local, remote);
    if (flow != NULL) {
        *ret = flow;
        return CF_OK;
    }
    struct cf_flow_new wanted = {
        .info = {.transport = CF_TRANSPORT_UDP, .local = local, .remote = *remote, .is_connected = true},
    };
    return add(ep, &wanted, ret);
}

/* Open a connection. */
static enum cf_err open_stream(struct cf_endpoint *ep, const struct cf_flow_new *wanted, struct cf_flow **ret) {
    struct cf_kept *host = NULL;
    struct cf_flow *flow = NULL;
    enum cf_err err = add(ep, wanted, &flow);
    if (err != CF_OK) {
        return err;
    }
    err = wanted->host.len > 0 ? cf_keep(&ep->keeper, wanted->host, &host) : CF_OK;
    struct cf_output output = {
        .kind = CF_ENDPOINT_OPEN_STREAM,
        .flow = flow->id,
        .transport = flow->info.transport,
        .local = flow->info.local,
        .remote = flow->info.remote,
        .text = host,
    };
    if (err != CF_OK || !cf_output_put(ep, output)) {
        cf_flow_remove(&ep->flows, flow);
        cf_flow_free(&ep->flows, flow);
        return CF_ERR_NO_MEMORY;
    }
    *ret = flow;
    return CF_OK;
}

enum cf_err cf_flows_to(struct cf_endpoint *ep, const struct cf_target *target, uint32_t local, struct cf_str host,
                        struct cf_flow **ret) {
    if (target->transport == CF_TRANSPORT_UDP) {
        return cf_flows_udp(ep, local, &target->addr, ret);
    }
    struct cf_flow_new wanted = {
        .info = {.transport = target->transport, .local = local, .remote = target->addr, .is_outgoing = true},
        /* Without TLS nobody checks who it is: one connection does for all names. */
        .host = cf_transport_is_secure(target->transport) ? host : CF_STR_NONE,
    };
    struct cf_flow *flow = cf_flow_to(&ep->flows, &wanted);
    if (flow != NULL) {
        *ret = flow;
        return CF_OK;
    }
    return open_stream(ep, &wanted, ret);
}

void cf_flows_send(struct cf_endpoint *ep, struct cf_flow *flow, const struct cf_addr *remote, struct cf_kept *bytes) {
    bool is_udp = flow->info.transport == CF_TRANSPORT_UDP;
    cf_output_put(ep, (struct cf_output){
                          .kind = is_udp ? CF_ENDPOINT_SEND_DATAGRAM : CF_ENDPOINT_SEND_STREAM,
                          .flow = flow->id,
                          .transport = flow->info.transport,
                          .local = flow->info.local,
                          .remote = remote != NULL ? *remote : flow->info.remote,
                          .shell_id = flow->shell_id,
                          .text = cf_kept_take(bytes),
                      });
}

/* Everything that hangs on the flow hears of it and lets go. */
static void drop_transactions(struct cf_endpoint *ep, struct cf_flow *flow) {
    for (struct cf_link *link = cf_list_first(&flow->transactions); link != NULL; link = cf_list_first(&flow->transactions)) {
        struct cf_tx *tx = CF_OF(link, struct cf_tx, on_flow);
        cf_tx_detach(ep, tx);
        if (tx->is_server) {
            cf_server_on_flow_closed(ep, CF_OF(tx, struct cf_server_tx, tx));
        } else {
            cf_client_on_flow_closed(ep, CF_OF(tx, struct cf_client_tx, tx));
        }
    }
}

void cf_flows_close(struct cf_endpoint *ep, struct cf_flow *flow, enum cf_err err, bool tell_shell) {
    bool is_udp = flow->info.transport == CF_TRANSPORT_UDP;
    /* Out of the table first: a request that goes on to the next server must not find this flow again. */
    cf_flow_remove(&ep->flows, flow);
    cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_CLOSED);
    drop_transactions(ep, flow);
    if (is_udp) {
        cf_flow_free(&ep->flows, flow);
        return;
    }
    flow->err = err;
    flow->reports = CF_FLOW_REPORT_CLOSED | (tell_shell ? CF_FLOW_REPORT_CLOSE : 0);
    cf_list_append(&ep->closed_flows, &flow->wait);
}

enum cf_err cf_endpoint_on_accepted(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, uint64_t shell_id,
                                    cf_usec now, struct cf_flow_id *ret_flow) {
    struct cf_flow *flow = NULL;
    cf_assert(cf_local_is(ep, local, true));
    ep->now = now;
    struct cf_flow_new wanted = {
        .info = {.transport = ep->locals[local].transport, .local = local, .remote = *remote, .is_connected = true},
        .shell_id = shell_id,
    };
    enum cf_err err = add(ep, &wanted, &flow);
    if (err == CF_OK) {
        *ret_flow = flow->id;
    }
    return err;
}

void cf_endpoint_on_connected(struct cf_endpoint *ep, struct cf_flow_id id, uint64_t shell_id, cf_usec now) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    ep->now = now;
    if (flow == NULL || flow->info.is_connected) {
        return;
    }
    flow->info.is_connected = true;
    flow->shell_id = shell_id;
    cf_flow_restart(&ep->flows, flow, now);
    CF_LIST_EACH (&flow->transactions, link, following) {
        struct cf_tx *tx = CF_OF(link, struct cf_tx, on_flow);
        cf_assert(!tx->is_server);
        cf_client_on_connected(ep, CF_OF(tx, struct cf_client_tx, tx));
    }
}

void cf_endpoint_on_flow_closed(struct cf_endpoint *ep, struct cf_flow_id id, enum cf_err err, cf_usec now) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    ep->now = now;
    if (flow != NULL && flow->info.transport != CF_TRANSPORT_UDP) {
        cf_flows_close(ep, flow, err, false);
    }
}

void cf_endpoint_close_flow(struct cf_endpoint *ep, struct cf_flow_id id, enum cf_err err, cf_usec now) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    ep->now = now;
    if (flow != NULL) {
        cf_flows_close(ep, flow, err, true);
    }
}

void cf_endpoint_on_unreachable(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, cf_usec now) {
    struct cf_flow *flow = cf_flow_udp(&ep->flows, local, remote);
    ep->now = now;
    if (flow == NULL) {
        return;
    }
    /* Requests of ours only: what came from there was real, and its sender repeats it. */
    CF_LIST_EACH (&flow->transactions, link, following) {
        struct cf_tx *tx = CF_OF(link, struct cf_tx, on_flow);
        if (!tx->is_server) {
            cf_client_on_flow_closed(ep, CF_OF(tx, struct cf_client_tx, tx));
        }
    }
}

enum cf_err cf_endpoint_udp_flow(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, cf_usec now,
                                 struct cf_flow_id *ret_flow) {
    struct cf_flow *flow = NULL;
    cf_assert(cf_local_is(ep, local, false));
    ep->now = now;
    enum cf_err err = cf_flows_udp(ep, local, remote, &flow);
    if (err == CF_OK) {
        *ret_flow = flow->id;
    }
    return err;
}

void cf_endpoint_trust_flow(struct cf_endpoint *ep, struct cf_flow_id id) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    if (flow != NULL && !flow->info.is_trusted) {
        flow->info.is_trusted = true;
        cf_flow_restart(&ep->flows, flow, ep->now);
    }
}

bool cf_endpoint_flow_info(const struct cf_endpoint *ep, struct cf_flow_id id, struct cf_flow_info *ret) {
    const struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    if (flow != NULL) {
        *ret = flow->info;
    }
    return flow != NULL;
}

static void put_ping(struct cf_endpoint *ep, struct cf_writer *w, bool is_udp) {
    uint8_t id[12];
    if (is_udp) {
        cf_entropy_fill(ep->entropy, id, sizeof id);
        cf_stun_put_request(w, id);
    } else {
        cf_put_lit(w, "\r\n\r\n");
    }
}

void cf_endpoint_ping(struct cf_endpoint *ep, struct cf_flow_id id, cf_usec now) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, id);
    uint8_t buffer[CF_STUN_REQUEST_LEN];
    struct cf_writer w;
    struct cf_kept *ping = NULL;
    ep->now = now;
    if (flow == NULL || !flow->info.is_connected) {
        return;
    }
    cf_writer_init(&w, buffer, sizeof buffer);
    put_ping(ep, &w, flow->info.transport == CF_TRANSPORT_UDP);
    if (cf_keep(&ep->keeper, cf_writer_str(&w), &ping) == CF_OK) {
        cf_flows_send(ep, flow, NULL, ping);
        cf_kept_release(&ep->keeper, &ping);
    }
}
