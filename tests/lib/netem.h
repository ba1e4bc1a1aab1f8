/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a network does to packets, decided by a seed: delay, jitter, loss in bursts (Gilbert-Elliott), reordering, duplication, a
 * rate limit with a queue; and a NAT. Pure arithmetic on virtual time: lib/virtual_world.h carries the packets.
 */
#ifndef CF_TESTS_LIB_NETEM_H
#define CF_TESTS_LIB_NETEM_H

#include "base/addr.h"
#include "base/rng.h"
#include "base/usec.h"

/** One direction of a link. Zeroed: a perfect link without delay. Probabilities in parts per million. */
struct netem_config {
    cf_usec delay_usec;     /**< always */
    cf_usec jitter_usec;    /**< evenly 0 to this on top; packets may overtake each other by it */
    uint32_t loss_ppm;      /**< while the link is good */
    uint32_t loss_bad_ppm;  /**< while it is bad */
    uint32_t to_bad_ppm;    /**< a good link turns bad with the next packet */
    uint32_t to_good_ppm;   /**< a bad link turns good with the next packet */
    uint32_t duplicate_ppm; /**< a packet comes twice */
    uint32_t reorder_ppm;   /**< a packet is held back ... */
    cf_usec reorder_usec;   /**< ... by this */
    uint64_t rate_bps;      /**< bits a second; 0: no limit */
    size_t queue_bytes;     /**< what waits for the rate limit; more is dropped; 0: no limit */
};

/** A link at work. */
struct netem_link {
    struct netem_config config;
    struct cf_rng rng;
    bool is_bad;
    cf_usec free_at;     /**< when the rate limiter has sent what it has */
    uint64_t passed;     /**< packets, counting those lost or duplicated once */
    uint64_t lost;       /**< by chance */
    uint64_t queue_lost; /**< because the queue was full */
    uint64_t duplicated; /**< came twice */
    uint64_t reordered;  /**< held back */
};

/** A link with its own chance. */
void netem_link_init(struct netem_link *link, const struct netem_config *config, uint64_t seed);

/** A packet of @p len octets enters at @p now. Returns how often it comes out (0, 1, 2) and when. */
size_t netem_link_send(struct netem_link *link, size_t len, cf_usec now, cf_usec ret_arrivals[2]);

/** Delay of reliable bytes on the link (delay, jitter, rate; no loss). */
cf_usec netem_link_stream(struct netem_link *link, size_t len, cf_usec now);

/** Most bindings of a NAT. */
#define NETEM_NAT_MAX 256

/** A binding: what an inside address looks like from outside. */
struct netem_binding {
    struct cf_addr inside;
    uint16_t port;           /**< on the NAT's public address */
    cf_usec used;            /**< last time from inside */
    struct cf_addr peers[8]; /**< whom it has sent to: only they get in */
    size_t peer_count;
};

/** A NAT: one port for each inside address, whoever it sends to; in come only those it has sent to (address and port). */
struct netem_nat {
    struct cf_addr public_ip; /**< port 0 */
    cf_usec timeout_usec;     /**< a binding is forgotten when unused from inside for so long */
    uint16_t next_port;
    size_t count;
    struct netem_binding bindings[NETEM_NAT_MAX];
};

/** A NAT at @p public_ip. */
void netem_nat_init(struct netem_nat *nat, const struct cf_addr *public_ip, cf_usec timeout_usec);

/** A packet from @p inside to @p remote leaves: the source address that the world sees. */
struct cf_addr netem_nat_out(struct netem_nat *nat, const struct cf_addr *inside, const struct cf_addr *remote, cf_usec now);

/** A packet from @p remote comes to @p port of the NAT: false if it is dropped. */
bool netem_nat_in(struct netem_nat *nat, uint16_t port, const struct cf_addr *remote, cf_usec now, struct cf_addr *ret_inside);

#endif
