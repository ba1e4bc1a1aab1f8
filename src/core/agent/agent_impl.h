/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the user agent. Private to core/agent. */
#ifndef CF_CORE_AGENT_AGENT_IMPL_H
#define CF_CORE_AGENT_AGENT_IMPL_H

#include "core/agent/agent.h"
#include "core/dialog/registration.h"
#include "core/dialog/subscriber.h"

/** Kinds of struct cf_owner. */
enum cf_agent_owner {
    CF_AGENT_OWNER_REGISTRATION = 1,
    CF_AGENT_OWNER_LEG = 2,
    CF_AGENT_OWNER_WATCH = 3,
    CF_AGENT_OWNER_REFERRAL = 4,
};

/** One m-line of the call, kept from one negotiation to the next. */
struct cf_agent_line {
    enum cf_media_kind kind;
    enum cf_agent_role role;
    struct cf_port_pair ports; /**< family NONE: none taken */
    uint32_t ssrc;
    struct cf_str device; /**< owned: entity of whom it shows (REMOTE) */
    struct cf_tag label;  /**< empty: none */
    struct cf_tag mid;    /**< empty: none of our choice */
    bool is_wanted;       /**< plan: the device is still there */
};

/** ICE of a line that has ports. */
struct cf_agent_ice {
    struct cf_local_ice local;                       /**< what the latest description or INFO has */
    struct cf_addr reflexive[CF_ICE_COMPONENTS_MAX]; /**< by component; family NONE: none, or the base itself */
    bool is_told[CF_ICE_COMPONENTS_MAX];             /**< the peer knows of .reflexive */
    bool is_end_told;                                /**< and that there are no more */
    bool is_in_info;                                 /**< both by the INFO that is out */
    struct cf_addr nominated[CF_ICE_COMPONENTS_MAX]; /**< of the peer's candidates, by us; family NONE: none */
    /* As agreed last: */
    bool has_checks;
    bool peer_trickles;
    uint8_t component_count;
    struct cf_tag ufrag; /**< ours */
    struct cf_tag pwd;
};

/** An attempt at a call, or the call; several while one follows on another. */
struct cf_agent_leg {
    struct cf_agent *agent;
    struct cf_handle handle;
    struct cf_link in_agent;
    struct cf_session session;
    struct cf_tx_id ringing; /**< the peer's INVITE that waits for us */
    bool is_up;              /**< answered */
    bool is_over;
};

/** A REFER outside of the dialog. */
struct cf_agent_referral {
    struct cf_agent *agent;
    struct cf_handle handle;
    struct cf_link in_agent;
    struct cf_subscriber subscriber;
    struct cf_str about; /**< owned URI */
};

/** A waiting event with room for its text. */
struct cf_agent_waiting {
    struct cf_agent_event event;
    char text[CF_AGENT_TEXT_MAX];
};

/** The agent. */
struct cf_agent {
    struct cf_agent_config config;
    struct cf_endpoint *endpoint;
    struct cf_dialog_table dialogs;
    struct cf_client_auth auth;
    bool has_auth;
    struct cf_ua_profile profile; /**< of everything but registration */
    struct cf_str own;            /**< owned: name-addr for From */
    struct cf_str route;          /**< owned: "<proxy;lr>", or absent */
    struct cf_str registrar;      /**< owned: "sip:host" */
    struct cf_str contact;        /**< owned: Contact for requests and responses */
    struct cf_str subject_fields; /**< owned: "Subject: ...\r\n" */
    struct cf_registration registration;
    bool is_registering;    /**< .registration is in use */
    struct cf_flow_id flow; /**< over which the registrar is reached */
    cf_usec ping_at;
    struct cf_handle_table legs;
    struct cf_list leg_list;         /**< of struct cf_agent_leg.in_agent */
    struct cf_agent_leg *call;       /**< NULL: no call */
    struct cf_resource_list invited; /**< copy of the list of the call */
    struct cf_str redirect;          /**< owned: target of a 302, to be called next */
    size_t redirects;
    uint8_t refused_protections; /**< ways of protecting media that the peer of this call has refused (488) */
    struct cf_agent_line lines[CF_AGENT_LINES_MAX];
    size_t line_count;
    struct cf_agent_ice *ices; /**< owned: CF_AGENT_LINES_MAX; NULL: no ICE */
    bool is_gathered;          /**< nothing more is being found for the ports that there are */
    bool is_waiting;           /**< the call to .redirect waits for that */
    bool restarts_ice;         /**< the next offer has new credentials */
    uint32_t trickle_request;  /**< of the session: INFO with candidates; 0: none is out */
    bool is_held;
    bool is_planned;               /**< the roster has been seen: contents and labels are said */
    bool is_bundled;               /**< as agreed last: all lines use the first one's ports */
    size_t tile_count;             /**< lines of role REMOTE */
    bool is_subject_set;           /**< the subject was for one re-INVITE */
    struct cf_media_params *media; /**< to be taken */
    struct cf_str focus;           /**< owned: URI of the focus; absent: the peer is none */
    struct cf_subscriber watch;
    bool is_watching;
    bool has_watch; /**< .watch is in use */
    struct cf_roster_view roster;
    struct cf_handle_table referrals;
    struct cf_list referral_list;
    size_t referral_count;
    uint32_t refer_request; /**< of the session: REFER inside the dialog; has_refer */
    bool has_refer;
    struct cf_str refer_about; /**< owned */
    bool is_ending;
    bool is_quiet_told;
    struct cf_agent_waiting events[CF_AGENT_EVENTS_MAX];
    size_t event_begin;
    size_t event_count;
    struct cf_agent_losses losses;
};

/* --- agent.c --- */

/** Queue an event; @p text is copied and cut. */
void cf_agent_tell(struct cf_agent *agent, enum cf_agent_event_kind kind, uint16_t status, bool flag, struct cf_str text);
void cf_agent_tell_ended(struct cf_agent *agent, enum cf_session_cause cause, uint16_t status, struct cf_str text);

/** What usages of dialogs need. */
struct cf_usage cf_agent_usage(struct cf_agent *agent, enum cf_agent_owner kind, struct cf_handle handle);

/** Replace an owned string. False: no memory, unchanged. */
bool cf_agent_keep(struct cf_agent *agent, struct cf_str *kept, struct cf_str value);

/** Answer a request outside of dialogs. */
void cf_agent_refuse(struct cf_agent *agent, const struct cf_endpoint_event *event, unsigned status, struct cf_str fields,
                     cf_usec now);

/** The Contact that we give, with @p gruu (absent: by address) as URI. */
bool cf_agent_set_contact(struct cf_agent *agent, struct cf_str gruu);

/* --- agent_ice.c --- */

/** Are reflexive candidates still being found? */
bool cf_agent_must_gather(const struct cf_agent *agent);

/** Where a line can be reached: at @p ports, by the one address that we have and as it looks from outside. NULL: no ICE. */
const struct cf_local_ice *cf_agent_candidates(struct cf_agent *agent, size_t index, const struct cf_port_pair *ports,
                                               bool is_offer);

/** Something was agreed on. */
void cf_agent_note_ice(struct cf_agent *agent, const struct cf_media_params *params);

/**
 * Tell the peer what it does not know of our candidates, if the call is up: by one INFO at a time, so that what one has no room
 * for goes into the next.
 */
void cf_agent_trickle(struct cf_agent *agent, cf_usec now);

/** A request of ours was answered with @p status: was it that INFO? */
void cf_agent_on_trickled(struct cf_agent *agent, uint32_t request, uint16_t status);

/* --- agent_call.c --- */

/** The call that waited for candidates is made now. */
void cf_agent_go_on(struct cf_agent *agent, cf_usec now);

/** An INVITE outside of dialogs. */
void cf_agent_on_invite(struct cf_agent *agent, const struct cf_endpoint_event *event, cf_usec now);

/** Take what a leg's session has to say; the leg may be gone after this. */
void cf_agent_settle_leg(struct cf_agent_leg *leg, cf_usec now);

/** Free at once. */
void cf_agent_free_leg(struct cf_agent_leg *leg);

/* --- agent_media.c --- */

/** Take ports for the first offer of a call: sound, and one line of pictures. Later: nothing, what is there stays. */
CF_MUST_USE enum cf_err cf_agent_plan_offer(struct cf_agent *agent);

/**
 * Our description: an offer with @p offered NULL, else an answer to what is offered there. @p lines has CF_AGENT_LINES_MAX
 * places. CF_ERR_NO_PORT.
 */
CF_MUST_USE enum cf_err cf_agent_describe(struct cf_agent *agent, const struct cf_negotiation *offered, bool is_secure,
                                          struct cf_local_line *lines, struct cf_local_session *ret);

/** What was agreed on: is it bundled? */
void cf_agent_note_bundle(struct cf_agent *agent, const struct cf_media_params *params);

/** Line @p index gets kind and role, and ports if it needs them. CF_ERR_NO_PORT. */
CF_MUST_USE enum cf_err cf_agent_take_line(struct cf_agent *agent, size_t index, enum cf_media_kind kind,
                                           enum cf_agent_role role);

/** The call is over: ports go back. */
void cf_agent_give_ports(struct cf_agent *agent);

/* --- agent_plan.c --- */

/** Lines for what the roster and the layout want. True if something is to be offered anew. */
bool cf_agent_plan(struct cf_agent *agent);

/** Plan, and offer if something has changed. */
void cf_agent_follow_roster(struct cf_agent *agent, cf_usec now);

/* --- agent_watch.c --- */

/** The call is up with the peer of @p message: if that is a focus, subscribe. */
void cf_agent_meet(struct cf_agent *agent, const struct cf_sip_message *message, cf_usec now);

/** The call is over. */
void cf_agent_part(struct cf_agent *agent, cf_usec now);

/** Take what the subscription has to say. */
void cf_agent_settle_watch(struct cf_agent *agent, cf_usec now);

/* --- agent_refer.c --- */

void cf_agent_settle_referral(struct cf_agent_referral *referral, cf_usec now);
void cf_agent_free_referral(struct cf_agent_referral *referral);

/** The REFER inside the dialog was answered. */
void cf_agent_on_referred(struct cf_agent *agent, uint16_t status);

#endif
