/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small stateful proxy (RFC 3261 section 16): requests between users of this server, forked in parallel to all registered
 * devices, one flow of each (RFC 5626 section 7: the next one if that has failed), with Record-Route so that dialogs keep going
 * over the devices' flows (RFC 5626 section 5.3). It forwards to registered devices only: it is no open relay. A machine on top
 * of the endpoint; single-threaded.
 *
 * The Record-Route URI carries a token: the two flows and a keyed hash of them and of the dialog (docs/adr/0185), so that a later
 * request from one end finds the other, and nobody can make one up or use it for another dialog.
 */
#ifndef CF_CORE_PROXY_PROXY_H
#define CF_CORE_PROXY_PROXY_H

#include "core/auth/hash.h"
#include "core/endpoint/endpoint.h"
#include "core/registrar/gruu.h"
#include "core/registrar/ways.h"

/** Kinds of struct cf_owner of the proxy's transactions. */
#define CF_PROXY_OWNER_BRANCH 16U  /**< to a device */
#define CF_PROXY_OWNER_REQUEST 17U /**< from the sender */

/** Most devices that a request is forked to: all that an account may have. */
#define CF_PROXY_BRANCHES_MAX CF_WAYS_MAX

/** Requests being forwarded at a time. */
#define CF_PROXY_CONTEXTS_MAX 10000

/** Settings; kept by reference where they point. */
struct cf_proxy_config {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    const struct cf_hash *hash;
    struct cf_endpoint *endpoint;
    struct cf_location *location; /**< bindings whose flow an edge proxy has lost are removed */
    const struct cf_gruu_maker *gruus;
    const struct cf_endpoint_local *locals; /**< the endpoint's, for Record-Route */
    size_t local_count;
    struct cf_domains domains;
    struct cf_str realm; /**< Proxy-Authorization for it is taken out */
    cf_usec ring_usec;   /**< Timer C: an INVITE without a sign of life for so long is cancelled; 0: 3 minutes */
};

/** A proxy; opaque. */
struct cf_proxy;

/** A proxy, or NULL if memory is out. */
struct cf_proxy *cf_proxy_create(const struct cf_proxy_config *config);

/** Free everything; nothing is sent. NULL is ignored. */
void cf_proxy_destroy(struct cf_proxy *proxy);

/**
 * Forward the request of @p event, which is outside of dialogs, to the devices of @p target, or to the one that it names. Route
 * fields end here: where it goes is decided by registrations only. A request for a sips URI goes to devices only that have
 * registered one over TLS (RFC 5630 section 5.3). Returns 0, or the status to refuse it with: 480 (nobody there; with
 * @p ret_is_unsafe true if somebody was, but not so), 483 (too many hops), 503.
 */
unsigned cf_proxy_forward(struct cf_proxy *proxy, const struct cf_endpoint_event *event, const struct cf_user_target *target,
                          cf_usec now, bool *ret_is_unsafe);

/** Does the top Route of @p message carry a token of ours for its dialog? Outside of dialogs that means nothing: it lets nobody
 * in. */
bool cf_proxy_is_routed(const struct cf_proxy *proxy, const struct cf_sip_message *message);

/**
 * Has @p message been here before, by its Via fields? A registration may lead back to us. With another Request-URI that is a
 * spiral and no loop (RFC 3261 section 16.3 step 4); these are not told apart.
 */
bool cf_proxy_has_forwarded(const struct cf_proxy *proxy, const struct cf_sip_message *message);

/**
 * Forward a request inside a dialog, or an ACK, by its token. Returns 0, or the status to refuse it with (which an ACK never is):
 * 481 (no token of ours for this dialog), 430 (the flow of the other end is gone), 480 (it is there, but not as safely as a sips
 * URI wants; @p ret_is_unsafe is true then), 483, 503.
 */
unsigned cf_proxy_forward_routed(struct cf_proxy *proxy, const struct cf_endpoint_event *event, cf_usec now, bool *ret_is_unsafe);

/** RESPONSE, FAILED and TERMINATED of a branch, or CANCELLED of a request that is being forwarded. */
void cf_proxy_on_event(struct cf_proxy *proxy, const struct cf_endpoint_event *event, cf_usec now);

/** Next deadline, and what to do then. */
cf_usec cf_proxy_deadline(const struct cf_proxy *proxy);
void cf_proxy_on_deadline(struct cf_proxy *proxy, cf_usec now);

#endif
