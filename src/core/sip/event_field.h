/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event and Subscription-State (RFC 6665 sections 8.2.1 and 8.2.3). A format; views into the text. */
#ifndef CF_CORE_SIP_EVENT_FIELD_H
#define CF_CORE_SIP_EVENT_FIELD_H

#include "core/sip/params.h"

/** Event: "conference;id=3" */
struct cf_sip_event {
    struct cf_str package; /**< "conference", with templates: "conference.winfo" */
    struct cf_str id;      /**< absent if there is none */
    struct cf_str params;  /**< all of them; absent if none */
};

/** State of a subscription. */
enum cf_sip_substate {
    CF_SIP_SUBSTATE_OTHER, /**< an extension, see state_name */
    CF_SIP_SUBSTATE_ACTIVE,
    CF_SIP_SUBSTATE_PENDING,
    CF_SIP_SUBSTATE_TERMINATED,
};

/** Subscription-State: "terminated;reason=timeout;retry-after=5" */
struct cf_sip_subscription_state {
    enum cf_sip_substate state;
    struct cf_str state_name;
    struct cf_str reason; /**< absent if there is none */
    bool has_expires;
    uint32_t expires_sec;
    bool has_retry_after;
    uint32_t retry_after_sec;
};

/** Parse all of @p text. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_event_parse(struct cf_str text, struct cf_sip_event *ret);

/** Same package (octet by octet: RFC 6665 section 8.2.1) and same id, or both without? Other parameters don't count. */
bool cf_sip_event_eq(const struct cf_sip_event *a, const struct cf_sip_event *b);

/** Parse all of @p text. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_subscription_state_parse(struct cf_str text, struct cf_sip_subscription_state *ret);

/** Value of Subscription-State for a known state; absent reason and what there is not are left out. */
void cf_sip_put_subscription_state(struct cf_writer *w, const struct cf_sip_subscription_state *state);

#endif
