/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node: making its parts and draining them. */
#include "core/node/node.h"

#include "core/node/node_impl.h"

#define BINDINGS_MAX 200000

static uint64_t seed_of(const struct cf_node *node) {
    return ((uint64_t)cf_entropy_u32(node->config.entropy) << 32) | cf_entropy_u32(node->config.entropy);
}

static void make_users(struct cf_node *node) {
    const struct cf_node_config *config = &node->config;
    struct cf_location_config location = {
        .mem = config->mem, .seed = seed_of(node), .devices_max = config->live.devices_max, .bindings_max = BINDINGS_MAX};
    struct cf_authenticator_config authenticator = {.mem = config->mem,
                                                    .hash = config->hash,
                                                    .entropy = config->entropy,
                                                    .accounts = &node->accounts,
                                                    .guests = &node->guests,
                                                    .realm = cf_node_realm(node),
                                                    .algorithms = config->live.algorithms,
                                                    .nonce_life_usec = config->live.nonce_life_usec,
                                                    .failures_max = config->live.failures_max};
    cf_accounts_init(&node->accounts, config->mem, seed_of(node));
    cf_guests_init(&node->guests, config->mem, config->hash, cf_node_realm(node), seed_of(node));
    cf_location_init(&node->location, &location);
    cf_authenticator_init(&node->authenticator, &authenticator);
    node->registrar = (struct cf_registrar){.location = &node->location,
                                            .domains = node->domains,
                                            .gruus = {.hash = config->hash, .entropy = config->entropy},
                                            .expires_least_sec = config->live.expires_least_sec,
                                            .expires_most_sec = config->live.expires_most_sec};
}

static void make_gruu_key(struct cf_node *node) {
    uint8_t *key = node->registrar.gruus.key;
    if (node->config.gruu_key.len == CF_GRUU_KEY_LEN) {
        memcpy(key, node->config.gruu_key.at, CF_GRUU_KEY_LEN);
    } else {
        cf_entropy_fill(node->config.entropy, key, CF_GRUU_KEY_LEN);
    }
}

static struct cf_endpoint *make_endpoint(const struct cf_node_config *config, cf_usec now) {
    struct cf_endpoint_config endpoint = {.mem = config->mem,
                                          .entropy = config->entropy,
                                          .limits = config->endpoint_limits,
                                          .locals = config->locals,
                                          .local_count = config->local_count,
                                          .product = config->live.product};
    return cf_endpoint_create(&endpoint, now);
}

static struct cf_proxy *make_proxy(struct cf_node *node) {
    struct cf_proxy_config proxy = {.mem = node->config.mem,
                                    .entropy = node->config.entropy,
                                    .hash = node->config.hash,
                                    .endpoint = node->endpoint,
                                    .location = &node->location,
                                    .gruus = &node->registrar.gruus,
                                    .locals = node->config.locals,
                                    .local_count = node->config.local_count,
                                    .domains = node->domains,
                                    .realm = cf_node_realm(node)};
    return cf_proxy_create(&proxy);
}

static struct cf_focus *make_focus(struct cf_node *node, cf_usec now, cf_wall wall) {
    struct cf_focus_config focus = node->config.focus;
    focus.mem = node->config.mem;
    focus.entropy = node->config.entropy;
    focus.endpoint = node->endpoint;
    focus.dialogs = &node->dialogs;
    focus.locals = node->config.locals;
    focus.local_count = node->config.local_count;
    focus.location = node->config.is_registrar ? &node->location : NULL;
    focus.domains = node->domains;
    focus.proxy = node->config.is_registrar ? CF_STR_NONE : node->config.proxy_uri;
    focus.product = node->config.live.product;
    return cf_focus_create(&focus, now, wall);
}

struct cf_node *cf_node_create(const struct cf_node_config *config, cf_usec now, cf_wall wall) {
    struct cf_node *node = cf_mem_alloc(config->mem, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    *node = (struct cf_node){.config = *config, .domains = {config->domains}};
    make_users(node);
    make_gruu_key(node);
    cf_dialog_table_init(&node->dialogs, config->mem, config->entropy);
    node->fields = cf_mem_alloc(config->mem, CF_REGISTRAR_FIELDS_MAX);
    node->message = cf_mem_alloc(config->mem, CF_NODE_MESSAGE_MAX);
    node->endpoint = make_endpoint(config, now);
    node->proxy = node->endpoint == NULL ? NULL : make_proxy(node);
    node->focus = node->endpoint == NULL ? NULL : make_focus(node, now, wall);
    if (node->fields == NULL || node->message == NULL || node->proxy == NULL || node->focus == NULL) {
        cf_node_destroy(node);
        return NULL;
    }
    return node;
}

void cf_node_destroy(struct cf_node *node) {
    if (node == NULL) {
        return;
    }
    const struct cf_mem *mem = node->config.mem;
    cf_focus_destroy(node->focus);
    cf_proxy_destroy(node->proxy);
    cf_endpoint_destroy(node->endpoint);
    cf_dialog_table_fini(&node->dialogs);
    cf_authenticator_fini(&node->authenticator);
    cf_location_fini(&node->location);
    cf_guests_fini(&node->guests);
    cf_accounts_fini(&node->accounts);
    cf_mem_free(mem, node->fields, CF_REGISTRAR_FIELDS_MAX);
    cf_mem_free(mem, node->message, CF_NODE_MESSAGE_MAX);
    cf_mem_free(mem, node, sizeof *node);
}

struct cf_endpoint *cf_node_endpoint(struct cf_node *node) {
    return node->endpoint;
}

struct cf_accounts *cf_node_accounts(struct cf_node *node) {
    return &node->accounts;
}

struct cf_guests *cf_node_guests(struct cf_node *node) {
    return &node->guests;
}

struct cf_authenticator *cf_node_authenticator(struct cf_node *node) {
    return &node->authenticator;
}

struct cf_location *cf_node_location(struct cf_node *node) {
    return &node->location;
}

struct cf_focus *cf_node_focus(struct cf_node *node) {
    return node->focus;
}

struct cf_str cf_node_realm(const struct cf_node *node) {
    return cf_domains_first(&node->domains);
}

uint64_t cf_node_auth_failures(const struct cf_node *node) {
    return node->authenticator.failures;
}

void cf_node_set_live(struct cf_node *node, const struct cf_node_live *live, const struct cf_focus_config *focus) {
    node->config.live = *live;
    cf_authenticator_set(&node->authenticator, live->algorithms, live->nonce_life_usec, live->failures_max);
    node->registrar.expires_least_sec = live->expires_least_sec;
    node->registrar.expires_most_sec = live->expires_most_sec;
    node->location.config.devices_max = live->devices_max;
    cf_focus_set_live(node->focus, focus);
}

void cf_node_on_media(struct cf_node *node, const struct cf_media_event *event, cf_usec now) {
    cf_focus_on_media(node->focus, event, now);
}

cf_usec cf_node_deadline(const struct cf_node *node) {
    cf_usec deadline = cf_usec_min(cf_endpoint_deadline(node->endpoint), cf_focus_deadline(node->focus));
    deadline = cf_usec_min(deadline, cf_proxy_deadline(node->proxy));
    return cf_usec_min(deadline, cf_location_deadline(&node->location));
}

void cf_node_on_deadline(struct cf_node *node, cf_usec now) {
    if (cf_endpoint_deadline(node->endpoint) <= now) {
        cf_endpoint_on_deadline(node->endpoint, now);
    }
    cf_proxy_on_deadline(node->proxy, now);
    cf_focus_on_deadline(node->focus, now);
    cf_location_on_deadline(&node->location, now);
}

static void dispatch(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    if (event->kind == CF_ENDPOINT_REQUEST) {
        cf_node_on_request(node, event, now);
    } else if (event->kind == CF_ENDPOINT_ACK) {
        cf_node_on_ack(node, event, now);
    } else if (event->kind == CF_ENDPOINT_FLOW_CLOSED) {
        cf_location_on_flow_closed(&node->location, event->flow.h);
        cf_focus_on_flow_closed(node->focus, event, now);
    } else if (event->owner.kind >= CF_PROXY_OWNER_BRANCH) {
        cf_proxy_on_event(node->proxy, event, now);
    } else {
        cf_focus_on_event(node->focus, event->owner, event, now);
    }
}

bool cf_node_poll(struct cf_node *node, cf_usec now, struct cf_node_out *ret) {
    for (;;) {
        /* Rows before the answers: what a phone was told must be there after a crash. */
        if (cf_location_poll(&node->location, &ret->location)) {
            ret->kind = CF_NODE_OUT_LOCATION;
            return true;
        }
        /* Before the next event: a room whose last member has left in this one must be gone when the next one dials it. */
        if (cf_focus_poll(node->focus, now, &ret->focus)) {
            ret->kind = CF_NODE_OUT_FOCUS;
            return true;
        }
        if (!cf_endpoint_poll(node->endpoint, &ret->event)) {
            return false;
        }
        if (cf_endpoint_is_for_shell(ret->event.kind)) {
            ret->kind = CF_NODE_OUT_ENDPOINT;
            return true;
        }
        dispatch(node, &ret->event, now);
    }
}
