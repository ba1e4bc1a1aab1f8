/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came of a probe: packets of one cluster were sent faster than usual; how fast they arrived is what the link can carry (or
 * more, if it was not the limit). Small machine without deadline; value type.
 */
#ifndef CF_CORE_BWE_PROBE_METER_H
#define CF_CORE_BWE_PROBE_METER_H

#include "base/usec.h"
#include <stdbool.h>
#include <stddef.h>

/** Clusters that are measured at a time. */
#define CF_BWE_CLUSTERS_MAX 4U

/** A probe cluster: what is to be sent. */
struct cf_bwe_cluster {
    uint8_t id;        /**< 1..255; 0: none */
    uint64_t rate_bps; /**< how fast */
    uint32_t octets;   /**< at least so much ... */
    uint32_t packets;  /**< ... in at least so many packets */
};

/** What has arrived of a cluster. */
struct cf_bwe_measured {
    struct cf_bwe_cluster cluster; /**< .id 0: unused */
    cf_usec first_sent;
    cf_usec last_sent;
    cf_usec first_arrival;
    cf_usec last_arrival;
    uint64_t octets;
    uint32_t packets;
    size_t last_sent_len;
    size_t first_arrival_len;
};

/** The machine. Zeroed: nothing to measure. */
struct cf_bwe_probe_meter {
    struct cf_bwe_measured list[CF_BWE_CLUSTERS_MAX];
    unsigned next; /**< index of the one that gives way */
};

/** Packets of @p cluster are going to be sent. The oldest cluster gives way. */
void cf_bwe_probe_meter_begin(struct cf_bwe_probe_meter *meter, const struct cf_bwe_cluster *cluster);

/** A packet of a cluster. */
struct cf_bwe_probe_packet {
    uint8_t cluster;
    size_t len;
    cf_usec sent;
    cf_usec arrival;
};

/**
 * A packet of a cluster arrived. True and the rate if enough of it has: again with each further packet, a little more exact.
 */
bool cf_bwe_probe_meter_on_packet(struct cf_bwe_probe_meter *meter, const struct cf_bwe_probe_packet *packet, uint64_t *ret_bps);

#endif
