/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every use of a dialog (RFC 5057: session, notifier, subscriber, registration) needs of its surroundings, and what it says
 * of itself in its messages. Plain structs of borrowed things; whoever makes the usage keeps them alive as long as it.
 */
#ifndef CF_CORE_DIALOG_USAGE_H
#define CF_CORE_DIALOG_USAGE_H

#include "core/endpoint/endpoint.h"

struct cf_client_auth;
struct cf_dialog_table;

/**
 * How we present ourselves: one for all members of a conference, one for an account. Texts are values of header fields as they
 * stand on the wire; an absent one gives no field. May be changed between two calls (a new Contact, a new Subject).
 */
struct cf_ua_profile {
    struct cf_str contact;      /**< Contact, with header parameters: "<sip:focus@example.org;conf-id=X>;isfocus" */
    struct cf_str product;      /**< User-Agent in requests, Server in responses */
    struct cf_str allow;        /**< Allow: "INVITE, ACK, BYE, ..." */
    struct cf_str allow_events; /**< Allow-Events: "conference, refer" */
    struct cf_str accept;       /**< Accept, in answers to OPTIONS and in 415 */
    struct cf_str supported;    /**< Supported: further option tags than timer and 100rel, which follow from the settings below */
    struct cf_str session_fields; /**< whole lines for INVITE, UPDATE and their 2xx: "Subject: Weekly\r\n" */

    /** 100rel (RFC 3262) */
    enum cf_reliable {
        CF_RELIABLE_SUPPORTED, /**< used where the peer supports it and the caller of _respond() wants it */
        CF_RELIABLE_OFF,       /**< neither offered nor accepted: Require: 100rel is answered 420 */
        CF_RELIABLE_REQUIRED,  /**< our INVITEs require it */
    } reliable;
    uint32_t session_expires_sec; /**< wanted interval of session timers (RFC 4028); 0: 1800. At least min_se_sec */
    uint32_t min_se_sec;          /**< smallest interval accepted; 0: 90, the least that is allowed */
    bool is_timer_off;            /**< ask for no session timers; those that a peer asks for are still kept */
    struct cf_sip_timers timers;  /**< all zero: CF_SIP_TIMERS_DEFAULT. The same as the endpoint's */
};

/** The surroundings of a usage; a copy is kept, what it points to is borrowed. */
struct cf_usage {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    struct cf_endpoint *endpoint;
    struct cf_dialog_table *dialogs; /**< where requests inside the dialog find it; NULL: the caller sees to that */
    const struct cf_ua_profile *profile;
    struct cf_client_auth *auth; /**< credentials for challenges to our requests; NULL: none is answered */
    struct cf_owner owner;       /**< whom the endpoint's events are for: the object that holds the usage */
};

#endif
