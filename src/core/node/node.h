/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The node: all signalling of a server as one pure machine. It owns the endpoint, the location service, the registrar, the proxy
 * and the focus, finds out who sends a request and to whom of them it goes. Bytes, time, media events go in; bytes, media
 * commands and rows for the store come out. The shell is the server's; tests run it in virtual time with user agents around it.
 *
 * Use: bytes and connections go straight into cf_node_endpoint() (cf_endpoint_on_*), everything else by the functions here; after
 * every input drain cf_node_poll(). Single-threaded.
 */
#ifndef CF_CORE_NODE_NODE_H
#define CF_CORE_NODE_NODE_H

#include "core/auth/authenticator.h"
#include "core/endpoint/endpoint.h"
#include "core/focus/focus.h"
#include "core/registrar/registrar.h"

/** Most addresses of trusted proxies. */
#define CF_NODE_PROXIES_MAX 16

/** Settings that may change while the node lives. Texts are kept by reference. */
struct cf_node_live {
    struct cf_addr proxies[CF_NODE_PROXIES_MAX]; /**< whose word about identities is believed */
    size_t proxy_count;
    struct cf_str product;    /**< Server and User-Agent */
    struct cf_str algorithms; /**< of digest challenges, see core/auth/authenticator.h */
    cf_usec nonce_life_usec;
    uint32_t failures_max;
    uint32_t expires_least_sec;
    uint32_t expires_most_sec;
    size_t devices_max;
};

/** Settings. What is pointed to is kept by reference and may not change while the node lives, unless said otherwise. */
struct cf_node_config {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    const struct cf_hash *hash;
    const struct cf_endpoint_local *locals; /**< addresses of the endpoint */
    size_t local_count;
    struct cf_endpoint_limits endpoint_limits; /**< zeros: defaults */
    struct cf_str domains;                     /**< separated by blanks, the first is canonical and the realm */
    bool is_registrar;                         /**< register users and ask for passwords; else trust .live.proxies */
    struct cf_str proxy_uri;                   /**< where requests go out through if not registrar; absent: straight */
    struct cf_node_live live;
    struct cf_span gruu_key;      /**< CF_GRUU_KEY_LEN octets that outlive a restart, copied; empty: drawn */
    struct cf_focus_config focus; /**< the node fills in what it owns: mem to location, domain, proxy, product */
};

/** A node; opaque. */
struct cf_node;

/** A node, or NULL if memory is out. @p wall: wall clock at @p now. */
struct cf_node *cf_node_create(const struct cf_node_config *config, cf_usec now, cf_wall wall);

/** Free everything; nothing is sent. NULL is ignored. */
void cf_node_destroy(struct cf_node *node);

/** Where bytes go in. */
struct cf_endpoint *cf_node_endpoint(struct cf_node *node);

/** Accounts: to be filled at start, and changed by the operator. */
struct cf_accounts *cf_node_accounts(struct cf_node *node);

/** Guests: their keys have to be set, and what was revoked, at start; without keys there are none. */
struct cf_guests *cf_node_guests(struct cf_node *node);

/** For the HTTP interface: who logs in there, and from where nobody may. */
struct cf_authenticator *cf_node_authenticator(struct cf_node *node);

/** For the operator's views. */
struct cf_location *cf_node_location(struct cf_node *node);

/** Put back a stored registration; a phone behind UDP is reached where it was. Errors as cf_location_restore(). */
CF_MUST_USE enum cf_err cf_node_restore_binding(struct cf_node *node, struct cf_str aor, const struct cf_binding_values *values,
                                                cf_usec expires, cf_usec now);

/** For restoring stored rows and for the operator's views. */
struct cf_focus *cf_node_focus(struct cf_node *node);

/** The realm of the challenges: secrets are made with it. */
struct cf_str cf_node_realm(const struct cf_node *node);

/** An event of the media worker. */
void cf_node_on_media(struct cf_node *node, const struct cf_media_event *event, cf_usec now);

/** Other settings from now on, for the focus those of cf_focus_set_live(). What has begun under the old ones goes on. */
void cf_node_set_live(struct cf_node *node, const struct cf_node_live *live, const struct cf_focus_config *focus);

/** Next deadline, and what to do then. */
cf_usec cf_node_deadline(const struct cf_node *node);
void cf_node_on_deadline(struct cf_node *node, cf_usec now);

/** What the node wants done. */
enum cf_node_out_kind {
    CF_NODE_OUT_ENDPOINT, /**< .event: one of those for the shell */
    CF_NODE_OUT_FOCUS,    /**< .focus: media commands, conference rows */
    CF_NODE_OUT_LOCATION, /**< .location: a registration row */
};

/** Something to do; valid until the next call on the node. */
struct cf_node_out {
    enum cf_node_out_kind kind;
    struct cf_endpoint_event event;
    struct cf_focus_out focus;
    struct cf_location_change location;
};

/** Next thing to do. False: nothing left. */
bool cf_node_poll(struct cf_node *node, cf_usec now, struct cf_node_out *ret);

/** Requests refused because of who sent them, since start. */
uint64_t cf_node_auth_failures(const struct cf_node *node);

#endif
