/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client's registration of one contact (RFC 3261 section 10.2, RFC 5626 section 4.2, RFC 5627 section 4.2): REGISTER with
 * credentials, refresh in time, again after failures with growing pauses (RFC 5626 section 4.5), and away with Expires: 0 at the
 * end. For the user agent, and for a conference server that registers with an outside proxy.
 *
 * A machine: endpoint events in by cf_registration_on_event(), then drain cf_registration_poll(). Single-threaded.
 */
#ifndef CF_CORE_DIALOG_REGISTRATION_H
#define CF_CORE_DIALOG_REGISTRATION_H

#include "core/dialog/outgoing.h"

/** What happened. */
enum cf_registration_event_kind {
    CF_REGISTRATION_REGISTERED, /**< 200: .expires_sec, .message with Service-Route, .pub_gruu and .temp_gruu; also on each
                                   refresh */
    CF_REGISTRATION_FAILED, /**< .status (0: no answer); tried again in .retry_sec, or never again (0): wrong password, forbidden
                             */
    CF_REGISTRATION_GONE,   /**< last event, after cf_registration_end() */
};

/** An event. Views are valid until the endpoint's next poll or input. */
struct cf_registration_event {
    enum cf_registration_event_kind kind;
    uint16_t status;
    uint32_t expires_sec;
    uint32_t retry_sec;
    struct cf_str pub_gruu;  /**< without quotes; absent: none */
    struct cf_str temp_gruu; /**< likewise */
    struct cf_flow_id flow;  /**< REGISTERED: over which the registrar is reached; requests to us come by it */
    const struct cf_sip_message *message;
};

/** What to register. Views are borrowed for the call. */
struct cf_registration_account {
    struct cf_str registrar; /**< Request-URI: "sip:example.org" */
    struct cf_str aor;       /**< From and To: name-addr */
    struct cf_str contact;   /**< Contact with its parameters (+sip.instance, reg-id) but expires; absent: the profile's */
    struct cf_str routes;    /**< outbound proxy as Route values; absent: none */
    struct cf_str fields;    /**< further whole lines */
    struct cf_flow_id flow;  /**< zero: by Route, else by the registrar's URI */
    uint32_t expires_sec;    /**< 0: 3600 */
    uint32_t retry_base_sec; /**< first pause after a failure (RFC 5626 section 4.5); 0: 30 */
    uint32_t retry_max_sec;  /**< longest pause; 0: 1800 */
};

/** A registration. Members are private. */
struct cf_registration {
    struct cf_usage usage;
    struct cf_dialog dialog; /**< no dialog, but Call-ID, CSeq, From and To that stay the same (RFC 3261 section 10.2) */
    struct cf_outgoing request;
    struct cf_str strings; /**< owned: contact and fields */
    struct cf_str contact; /**< view into strings */
    struct cf_str fields;  /**< view into strings */
    uint32_t expires_sec;
    uint32_t retry_base_sec;
    uint32_t retry_max_sec;
    uint32_t failures; /**< in a row */
    cf_usec next_at;   /**< refresh or retry */
    uint32_t flags;    /**< registration.c */
    struct cf_registration_event events[2];
    uint8_t event_count;
};

/** Begin: REGISTER goes out. Errors: nothing was sent and nothing kept. */
CF_MUST_USE enum cf_err cf_registration_init(struct cf_registration *registration, const struct cf_usage *usage,
                                             const struct cf_registration_account *account, cf_usec now);

/** Free everything at once; nothing is sent. A zeroed registration is allowed. */
void cf_registration_fini(struct cf_registration *registration);

/** Remove the binding; CF_REGISTRATION_GONE follows, whatever the registrar says. */
void cf_registration_end(struct cf_registration *registration, cf_usec now);

/** Register now: the network has changed. */
void cf_registration_refresh(struct cf_registration *registration, cf_usec now);

/** An event of the endpoint that is for this registration, or FLOW_CLOSED for all. */
void cf_registration_on_event(struct cf_registration *registration, const struct cf_endpoint_event *event, cf_usec now);

/** When cf_registration_on_deadline() is to be called. */
cf_usec cf_registration_deadline(const struct cf_registration *registration);

/** Time has passed. */
void cf_registration_on_deadline(struct cf_registration *registration, cf_usec now);

/** Take the next event. False: nothing left. */
bool cf_registration_poll(struct cf_registration *registration, struct cf_registration_event *ret_event);

#endif
