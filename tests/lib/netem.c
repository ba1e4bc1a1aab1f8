/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network by dice. */
#include "lib/netem.h"

#define FIRST_PORT 20000

void netem_link_init(struct netem_link *link, const struct netem_config *config, uint64_t seed) {
    *link = (struct netem_link){.config = *config};
    cf_rng_init(&link->rng, seed);
}

static bool is_lost(struct netem_link *link) {
    const struct netem_config *c = &link->config;
    if (cf_rng_chance(&link->rng, link->is_bad ? c->to_good_ppm : c->to_bad_ppm)) {
        link->is_bad = !link->is_bad;
    }
    return cf_rng_chance(&link->rng, link->is_bad ? c->loss_bad_ppm : c->loss_ppm);
}

/* When the rate limiter lets it out; CF_USEC_NEVER if its queue is full. */
static cf_usec pass_limiter(struct netem_link *link, size_t len, cf_usec now) {
    const struct netem_config *c = &link->config;
    if (c->rate_bps == 0) {
        return now;
    }
    cf_usec begin = link->free_at > now ? link->free_at : now;
    uint64_t waiting = (uint64_t)(begin - now) * c->rate_bps / 8000000U;
    if (c->queue_bytes != 0 && waiting + len > c->queue_bytes) {
        return CF_USEC_NEVER;
    }
    link->free_at = begin + (cf_usec)(len * 8000000U / c->rate_bps);
    return link->free_at;
}

static cf_usec jitter(struct netem_link *link) {
    cf_usec most = link->config.jitter_usec;
    return most > 0 ? (cf_usec)cf_rng_below(&link->rng, (uint32_t)most + 1) : 0;
}

size_t netem_link_send(struct netem_link *link, size_t len, cf_usec now, cf_usec ret_arrivals[2]) {
    const struct netem_config *c = &link->config;
    link->passed++;
    cf_usec out = pass_limiter(link, len, now);
    if (out == CF_USEC_NEVER) {
        link->queue_lost++;
        return 0;
    }
    if (is_lost(link)) {
        link->lost++;
        return 0;
    }
    ret_arrivals[0] = out + c->delay_usec + jitter(link);
    if (cf_rng_chance(&link->rng, c->reorder_ppm)) {
        link->reordered++;
        ret_arrivals[0] += c->reorder_usec;
    }
    if (!cf_rng_chance(&link->rng, c->duplicate_ppm)) {
        return 1;
    }
    link->duplicated++;
    ret_arrivals[1] = out + c->delay_usec + jitter(link);
    return 2;
}

cf_usec netem_link_stream(struct netem_link *link, size_t len, cf_usec now) {
    cf_usec begin = link->free_at > now ? link->free_at : now;
    if (link->config.rate_bps != 0) {
        begin += (cf_usec)(len * 8000000U / link->config.rate_bps);
        link->free_at = begin;
    }
    return (link->config.rate_bps != 0 ? begin : now) + link->config.delay_usec + jitter(link);
}

void netem_nat_init(struct netem_nat *nat, const struct cf_addr *public_ip, cf_usec timeout_usec) {
    *nat = (struct netem_nat){.public_ip = *public_ip, .timeout_usec = timeout_usec, .next_port = FIRST_PORT};
    nat->public_ip.port = 0;
}

static bool is_alive(const struct netem_nat *nat, const struct netem_binding *binding, cf_usec now) {
    return binding->port != 0 && now - binding->used < nat->timeout_usec;
}

/* The binding of @p inside, or a free place, or the oldest one. */
static struct netem_binding *binding_for(struct netem_nat *nat, const struct cf_addr *inside, cf_usec now) {
    struct netem_binding *oldest = &nat->bindings[0];
    for (size_t i = 0; i < nat->count; i++) {
        if (cf_addr_eq(&nat->bindings[i].inside, inside) && is_alive(nat, &nat->bindings[i], now)) {
            return &nat->bindings[i];
        }
        oldest = nat->bindings[i].used < oldest->used ? &nat->bindings[i] : oldest;
    }
    struct netem_binding *binding = nat->count < NETEM_NAT_MAX ? &nat->bindings[nat->count++] : oldest;
    *binding = (struct netem_binding){.inside = *inside, .port = nat->next_port++};
    return binding;
}

static bool knows(const struct netem_binding *binding, const struct cf_addr *remote) {
    for (size_t i = 0; i < binding->peer_count; i++) {
        if (cf_addr_eq(&binding->peers[i], remote)) {
            return true;
        }
    }
    return false;
}

struct cf_addr netem_nat_out(struct netem_nat *nat, const struct cf_addr *inside, const struct cf_addr *remote, cf_usec now) {
    struct netem_binding *binding = binding_for(nat, inside, now);
    struct cf_addr source = nat->public_ip;
    size_t peers_max = sizeof binding->peers / sizeof *binding->peers;
    binding->used = now;
    if (!knows(binding, remote)) {
        binding->peers[binding->peer_count < peers_max ? binding->peer_count++ : peers_max - 1] = *remote;
    }
    source.port = binding->port;
    return source;
}

bool netem_nat_in(struct netem_nat *nat, uint16_t port, const struct cf_addr *remote, cf_usec now, struct cf_addr *ret_inside) {
    for (size_t i = 0; i < nat->count; i++) {
        const struct netem_binding *binding = &nat->bindings[i];
        if (binding->port == port && is_alive(nat, binding, now) && knows(binding, remote)) {
            *ret_inside = binding->inside;
            return true;
        }
    }
    return false;
}
