/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/probe_meter.h"

#define INTERVAL_MAX CF_SEC(1)
#define ENOUGH_PERCENT 80U   /* of the packets and octets of a cluster */
#define RATIO_MAX 2U         /* arrived faster than sent: something in between collected them; says nothing */
#define SATURATED_PERCENT 90 /* arrived slower than so much of sent: that is all the link carries ... */
#define UTILIZED_PERCENT 95  /* ... and a little less does not fill its queue */

void cf_bwe_probe_meter_begin(struct cf_bwe_probe_meter *meter, const struct cf_bwe_cluster *cluster) {
    meter->list[meter->next] = (struct cf_bwe_measured){.cluster = *cluster};
    meter->next = (meter->next + 1) % CF_BWE_CLUSTERS_MAX;
}

static struct cf_bwe_measured *find(struct cf_bwe_probe_meter *meter, uint8_t id) {
    for (size_t i = 0; id != 0 && i < CF_BWE_CLUSTERS_MAX; i++) {
        if (meter->list[i].cluster.id == id) {
            return &meter->list[i];
        }
    }
    return NULL;
}

static void add(struct cf_bwe_measured *m, const struct cf_bwe_probe_packet *packet) {
    if (m->packets == 0 || packet->sent < m->first_sent) {
        m->first_sent = packet->sent;
    }
    if (m->packets == 0 || packet->sent >= m->last_sent) {
        m->last_sent = packet->sent;
        m->last_sent_len = packet->len;
    }
    if (m->packets == 0 || packet->arrival < m->first_arrival) {
        m->first_arrival = packet->arrival;
        m->first_arrival_len = packet->len;
    }
    if (m->packets == 0 || packet->arrival > m->last_arrival) {
        m->last_arrival = packet->arrival;
    }
    m->octets += packet->len;
    m->packets++;
}

/* Bits a second; the interval is known to be sensible. */
static uint64_t rate(uint64_t octets, cf_usec interval) {
    return octets * 8000000U / (uint64_t)interval;
}

bool cf_bwe_probe_meter_on_packet(struct cf_bwe_probe_meter *meter, const struct cf_bwe_probe_packet *packet, uint64_t *ret_bps) {
    struct cf_bwe_measured *m = find(meter, packet->cluster);
    if (m == NULL) {
        return false;
    }
    add(m, packet);
    bool enough = m->packets * 100 >= m->cluster.packets * ENOUGH_PERCENT &&
                  m->octets * 100 >= (uint64_t)m->cluster.octets * ENOUGH_PERCENT;
    cf_usec sending = m->last_sent - m->first_sent;
    cf_usec arriving = m->last_arrival - m->first_arrival;
    if (!enough || sending <= 0 || sending > INTERVAL_MAX || arriving <= 0 || arriving > INTERVAL_MAX) {
        return false;
    }
    /* The last packet's sending and the first one's arrival are not in the intervals. */
    uint64_t sent_bps = rate(m->octets - m->last_sent_len, sending);
    uint64_t arrived_bps = rate(m->octets - m->first_arrival_len, arriving);
    if (sent_bps == 0 || arrived_bps > RATIO_MAX * sent_bps) {
        return false;
    }
    bool saturated = arrived_bps < sent_bps / 100 * SATURATED_PERCENT;
    uint64_t least = arrived_bps < sent_bps ? arrived_bps : sent_bps;
    *ret_bps = saturated ? arrived_bps / 100 * UTILIZED_PERCENT : least;
    return true;
}
