/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A user agent (core/agent) as a node of the virtual world, with ports out of a counter and a book of what happened. Programs
 * that use it link adapt_dep too.
 */
#ifndef CF_TESTS_LIB_VIRTUAL_AGENT_H
#define CF_TESTS_LIB_VIRTUAL_AGENT_H

#include "core/agent/agent.h"
#include "core/offer/policy.h"
#include "lib/endpoint_node.h"

/** Kinds of events that are counted. */
#define VIRTUAL_AGENT_KINDS (CF_AGENT_SHELL + 1)

/** An agent. Large: allocate it statically. */
struct virtual_agent {
    struct endpoint_node net;
    struct cf_agent *agent;
    struct cf_agent_config config; /**< change it between virtual_agent_init() and virtual_agent_start() */
    struct cf_policy policy;
    struct cf_port_source ports;
    uint16_t next_port;
    int ports_out;
    char aor[64];
    char instance[64];
    struct cf_agent_event event;
    size_t events[VIRTUAL_AGENT_KINDS]; /**< how often each came */
    uint16_t status;                    /**< of the last REFERRED, ENDED or REGISTER_FAILED */
    enum cf_session_cause cause;        /**< of the last ENDED */
    bool is_focus;                      /**< as the last CONNECTED said */
    char redirected[256];               /**< whereto the last REDIRECTED went */
    struct cf_media_params *media;      /**< agreed on last; NULL: nothing yet */
};

/** An agent of @p user (password = user) at @p ip that reaches its server at @p server_ip by @p transport; not made yet. */
void virtual_agent_init(struct virtual_agent *a, struct world *w, const char *user, const char *domain, const char *ip,
                        const char *server_ip, enum cf_transport transport);

/** Make it. */
void virtual_agent_start(struct virtual_agent *a);

/** Hand out what waits: after every command. */
void virtual_agent_drain(struct virtual_agent *a);

/** End; asserts that memory and ports were given back. */
void virtual_agent_fini(struct virtual_agent *a);

/** Call @p target with @p invited ("sip:a@x sip:b@x", or NULL) and @p subject (or NULL). */
void virtual_agent_call(struct virtual_agent *a, const char *target, const char *invited, const char *subject);

/** How many are present in its roster. */
size_t virtual_agent_present(const struct virtual_agent *a);

#endif
