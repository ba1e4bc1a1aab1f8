/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What client and server transactions have in common: name, timer, flow, last words. */
#include "core/endpoint/impl.h"

/* In the heap but not running: the place is kept. */
#define PARKED (CF_USEC_NEVER - 1)

enum cf_err cf_tx_init(struct cf_endpoint *ep, struct cf_tx *tx) {
    tx->id.h = cf_handle_add(&ep->txs, tx);
    if (!cf_tx_id_is_set(tx->id)) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_heap_set(&ep->timer_heap, &tx->timer, PARKED);
    if (err != CF_OK) {
        cf_handle_remove(&ep->txs, tx->id.h);
    }
    return err;
}

void cf_tx_set_deadline(struct cf_endpoint *ep, struct cf_tx *tx, cf_usec deadline) {
    enum cf_err err = cf_heap_set(&ep->timer_heap, &tx->timer, cf_usec_min(deadline, PARKED));
    cf_assert(err == CF_OK);
}

void cf_tx_attach(struct cf_endpoint *ep, struct cf_tx *tx, struct cf_flow *flow) {
    cf_assert(tx->flow == NULL);
    tx->flow = flow;
    cf_flow_attach(&ep->flows, flow, &tx->on_flow);
}

void cf_tx_detach(struct cf_endpoint *ep, struct cf_tx *tx) {
    if (tx->flow != NULL) {
        cf_flow_detach(&ep->flows, tx->flow, &tx->on_flow, ep->now);
        tx->flow = NULL;
    }
}

void cf_tx_end(struct cf_endpoint *ep, struct cf_tx *tx) {
    cf_assert(!tx->is_dead);
    tx->is_dead = true;
    cf_tx_detach(ep, tx);
    cf_heap_cancel(&ep->timer_heap, &tx->timer);
    cf_handle_remove(&ep->txs, tx->id.h);
    if (tx->reports == 0) {
        cf_tx_free(ep, tx);
    } else {
        cf_list_append(&ep->reports, &tx->report);
    }
}

struct cf_tx *cf_tx_get(const struct cf_endpoint *ep, struct cf_tx_id id) {
    return cf_handle_get(&ep->txs, id.h);
}

struct cf_server_tx *cf_tx_server(const struct cf_endpoint *ep, struct cf_tx_id id) {
    struct cf_tx *tx = cf_tx_get(ep, id);
    return tx != NULL && tx->is_server ? CF_OF(tx, struct cf_server_tx, tx) : NULL;
}

struct cf_client_tx *cf_tx_client(const struct cf_endpoint *ep, struct cf_tx_id id) {
    struct cf_tx *tx = cf_tx_get(ep, id);
    return tx != NULL && !tx->is_server ? CF_OF(tx, struct cf_client_tx, tx) : NULL;
}

void cf_tx_free(struct cf_endpoint *ep, struct cf_tx *tx) {
    if (tx->is_server) {
        cf_server_free(ep, CF_OF(tx, struct cf_server_tx, tx));
    } else {
        cf_client_free(ep, CF_OF(tx, struct cf_client_tx, tx));
    }
}

bool cf_tx_report(struct cf_endpoint *ep, struct cf_endpoint_event *ret) {
    struct cf_link *link = cf_list_first(&ep->reports);
    if (link == NULL) {
        return false;
    }
    struct cf_tx *tx = CF_OF(link, struct cf_tx, report);
    *ret = (struct cf_endpoint_event){.tx = tx->id, .owner = tx->owner};
    if ((tx->reports & CF_TX_REPORT_FAILED) != 0) {
        tx->reports &= (uint8_t)~CF_TX_REPORT_FAILED;
        ret->kind = CF_ENDPOINT_FAILED;
        ret->err = tx->err;
    } else if ((tx->reports & CF_TX_REPORT_NOT_ACKED) != 0) {
        tx->reports &= (uint8_t)~CF_TX_REPORT_NOT_ACKED;
        ret->kind = CF_ENDPOINT_NOT_ACKED;
        ret->status_class = tx->status_class;
    } else {
        tx->reports = 0;
        ret->kind = CF_ENDPOINT_TERMINATED;
    }
    if (tx->reports == 0) {
        cf_list_remove(&tx->report);
        cf_tx_free(ep, tx);
    }
    return true;
}
