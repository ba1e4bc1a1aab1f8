/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What both ends of a subscription (RFC 6665) have in common: its states, why it ends, and the header field that says so. The
 * ends are notifier.h and subscriber.h. A format and a table; no state.
 */
#ifndef CF_CORE_DIALOG_SUBSCRIPTION_H
#define CF_CORE_DIALOG_SUBSCRIPTION_H

#include "base/err.h"
#include "base/writer.h"

/** State of a subscription as Subscription-State says it. */
enum cf_subscription_state {
    CF_SUBSCRIPTION_PENDING,    /**< not authorised yet */
    CF_SUBSCRIPTION_ACTIVE,     /**< authorised */
    CF_SUBSCRIPTION_TERMINATED, /**< over */
};

/** Why it was terminated (RFC 6665 section 4.1.3). */
enum cf_subscription_reason {
    CF_SUBSCRIPTION_REASON_NONE,        /**< none given, or unknown: subscribe again if wanted */
    CF_SUBSCRIPTION_REASON_DEACTIVATED, /**< subscribe again at once */
    CF_SUBSCRIPTION_REASON_PROBATION,   /**< subscribe again later */
    CF_SUBSCRIPTION_REASON_REJECTED,    /**< policy has changed: don't */
    CF_SUBSCRIPTION_REASON_TIMEOUT,     /**< not refreshed in time */
    CF_SUBSCRIPTION_REASON_GIVEUP,      /**< nobody authorised it in time */
    CF_SUBSCRIPTION_REASON_NORESOURCE,  /**< what was watched is gone: don't */
    CF_SUBSCRIPTION_REASON_INVARIANT,   /**< it will never change again: don't */
    CF_SUBSCRIPTION_REASON_COUNT_,
};

/** A Subscription-State field. */
struct cf_subscription_status {
    enum cf_subscription_state state;
    enum cf_subscription_reason reason; /**< TERMINATED */
    bool has_expires;
    uint32_t expires_sec;     /**< ACTIVE, PENDING: what is left */
    uint32_t retry_after_sec; /**< TERMINATED: not before; 0: none given */
};

/** Parse the value of a Subscription-State field; an unknown state is taken as active. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_subscription_status_parse(struct cf_str text, struct cf_subscription_status *ret);

/** Print it. */
void cf_put_subscription_status(struct cf_writer *w, const struct cf_subscription_status *status);

/** Name of @p reason: "timeout"; empty for NONE. */
struct cf_str cf_subscription_reason_name(enum cf_subscription_reason reason);

/** Does an answer of @p status to a SUBSCRIBE that refreshes, or to a NOTIFY, end the subscription (RFC 6665 sections 4.1.2.2 and
 * 4.2.2)? */
bool cf_subscription_is_fatal(uint16_t status);

/** The package of an Event value: "conference" of "conference;id=3"; absent if it is malformed. */
struct cf_str cf_event_package(struct cf_str value);

#endif
