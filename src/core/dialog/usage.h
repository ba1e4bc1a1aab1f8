/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every use of a dialog (RFC 5057: session, notifier, subscriber, registration) needs of its surroundings, and what it says
 * of itself in its messages. Plain structs of borrowed things; whoever makes the usage keeps them alive as long as it.
 */
#ifndef CF_CORE_DIALOG_USAGE_H
#define CF_CORE_DIALOG_USAGE_H

#include "core/endpoint/endpoint.h"
#include "core/sip/option_tags.h"

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
    struct cf_str recv_info;    /**< Recv-Info: packages of INFO that are taken (RFC 6086) */
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

/** The timers of @p profile, with defaults. */
struct cf_sip_timers cf_ua_profile_timers(const struct cf_ua_profile *profile);

/** Fields for cf_ua_profile_put(). */
enum cf_ua_profile_fields {
    CF_UA_PROFILE_CONTACT = 1 << 0,
    CF_UA_PROFILE_ABILITIES = 1 << 1, /**< Supported, Allow, Allow-Events */
    CF_UA_PROFILE_ACCEPT = 1 << 2,
    CF_UA_PROFILE_SESSION = 1 << 3, /**< session_fields, Recv-Info */
    CF_UA_PROFILE_SERVER = 1 << 4,  /**< a response: Server instead of User-Agent */
};

/** Write a set of @p fields of @p profile, and always its product. @p is_sips: a sip URI in Contact is written as sips. */
void cf_ua_profile_put(struct cf_writer *w, const struct cf_ua_profile *profile, unsigned fields, bool is_sips);

/** Most octets that cf_ua_profile_put() writes. */
size_t cf_ua_profile_size(const struct cf_ua_profile *profile);

/** Does a field @p id of @p message (Supported, Require) name @p option? */
static inline bool cf_message_has_option(const struct cf_sip_message *message, enum cf_sip_header id, enum cf_sip_option option) {
    return (cf_sip_options(message, id) & CF_SIP_OPTION_BIT(option)) != 0;
}

/** A message that is being written, in memory of its own for as long as it takes to hand it to the endpoint, which copies. */
struct cf_draft {
    const struct cf_mem *mem;
    struct cf_writer w;
};

/** Room for @p size octets. CF_ERR_NO_MEMORY; CF_ERR_NO_ROOM beyond CF_SIP_MESSAGE_MAX. */
CF_MUST_USE enum cf_err cf_draft_begin(struct cf_draft *draft, const struct cf_mem *mem, size_t size);

/** Free the memory. */
void cf_draft_end(struct cf_draft *draft);

#endif
