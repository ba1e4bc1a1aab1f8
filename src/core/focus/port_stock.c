/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open ports for the next call. */
#include "core/focus/port_stock.h"

static struct cf_port_queue *queue_of(struct cf_port_stock *stock, enum cf_family family, bool with_rtcp) {
    return &stock->queues[family == CF_FAMILY_IP6][with_rtcp];
}

bool cf_port_stock_put(struct cf_port_stock *stock, const struct cf_port_pair *pair) {
    struct cf_port_queue *queue = queue_of(stock, (enum cf_family)pair->rtp.family, pair->rtcp.family != CF_FAMILY_NONE);
    if (queue->count == CF_PORT_STOCK_MAX) {
        return false;
    }
    queue->pairs[(queue->begin + queue->count++) % CF_PORT_STOCK_MAX] = *pair;
    return true;
}

bool cf_port_stock_take(struct cf_port_stock *stock, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    struct cf_port_queue *queue = queue_of(stock, family, with_rtcp);
    if (queue->count == 0) {
        return false;
    }
    *ret = queue->pairs[queue->begin];
    queue->begin = (queue->begin + 1) % CF_PORT_STOCK_MAX;
    queue->count--;
    return true;
}
