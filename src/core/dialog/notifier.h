/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notifier's end of one subscription (RFC 6665 section 4.2), whatever the event package: made by SUBSCRIBE, or by REFER (RFC
 * 3515), in a dialog of its own or in that of a session. It answers refreshes and unsubscription, paces NOTIFY (one at a time,
 * not more often than a minimum interval), and ends the subscription when it expires or when the subscriber is gone (481,
 * timeouts). What stands in a NOTIFY is asked for when it can be sent, so that it is never out of date.
 *
 * A machine: endpoint events in by cf_notifier_on_event(), then drain cf_notifier_poll(). It sends by calling the endpoint. After
 * CF_NOTIFIER_GONE: cf_notifier_fini(); earlier is allowed and sends nothing. Single-threaded.
 */
#ifndef CF_CORE_DIALOG_NOTIFIER_H
#define CF_CORE_DIALOG_NOTIFIER_H

#include "core/dialog/dialog_table.h"
#include "core/dialog/outgoing.h"
#include "core/dialog/subscription.h"

/** Longest Event value (package and id) of a subscription, octets; longer ones are refused with 400. */
#define CF_NOTIFIER_EVENT_MAX 80

/** Limits of the event package. Zeros: the defaults in parentheses. */
struct cf_notifier_rules {
    uint32_t expires_sec;     /**< if the subscriber names none (3600) */
    uint32_t expires_min_sec; /**< smaller ones are refused with 423 (0: any) */
    uint32_t expires_max_sec; /**< greater ones are cut (86400) */
    cf_usec interval_usec;    /**< least time between two NOTIFYs (0: none), the first after a SUBSCRIBE and the last excepted */
};

/** What happened. */
enum cf_notifier_event_kind {
    CF_NOTIFIER_SUBSCRIBED, /**< once, by cf_notifier_init(): cf_notifier_accept() or cf_notifier_reject() */
    CF_NOTIFIER_REFRESHED,  /**< SUBSCRIBE .message refreshed it and was answered; a full NOTIFY_WANTED follows */
    CF_NOTIFIER_WANTED,     /**< cf_notifier_notify() now: .is_full: the whole state; .is_last: the last one */
    CF_NOTIFIER_DELIVERED,  /**< the last NOTIFY was answered with 2xx */
    CF_NOTIFIER_REFUSED, /**< the last NOTIFY was answered with .status or not at all (408), but the subscription lives: what it
                            said is lost */
    CF_NOTIFIER_ENDED,   /**< once: nobody subscribes any more, because of .cause */
    CF_NOTIFIER_GONE,    /**< last event */
};

/** Why it ended. */
enum cf_notifier_cause {
    CF_NOTIFIER_CAUSE_NONE,
    CF_NOTIFIER_CAUSE_UNSUBSCRIBED, /**< Expires: 0 */
    CF_NOTIFIER_CAUSE_EXPIRED,      /**< not refreshed */
    CF_NOTIFIER_CAUSE_LOCAL,        /**< cf_notifier_end() or cf_notifier_reject() */
    CF_NOTIFIER_CAUSE_LOST,         /**< NOTIFY was answered with 481 or its like */
    CF_NOTIFIER_CAUSE_UNREACHABLE,  /**< NOTIFY was not answered or could not be sent */
    CF_NOTIFIER_CAUSE_NO_MEMORY,
};

/** An event. Views are valid until the endpoint's next poll or input. */
struct cf_notifier_event {
    enum cf_notifier_event_kind kind;
    enum cf_notifier_cause cause;
    uint16_t status;
    bool is_full;
    bool is_last;
    const struct cf_sip_message *message;
};

/** Body of a NOTIFY; views are borrowed. */
struct cf_notifier_content {
    struct cf_str content_type; /**< absent: no body */
    struct cf_str encoding;     /**< Content-Encoding; absent: none */
    struct cf_str body;
    struct cf_str fields; /**< further whole lines; absent: none */
};

/** One subscription. Members are private. */
struct cf_notifier {
    struct cf_usage usage;
    struct cf_notifier_rules rules;
    struct cf_dialog own;         /**< if the subscription made the dialog */
    struct cf_dialog *dialog;     /**< &own, or the session's; NULL after that has gone */
    struct cf_dialog_entry entry; /**< of its own dialog */
    struct cf_outgoing notify;
    struct cf_tx_id subscribe_in; /**< the first SUBSCRIBE or REFER, until it is answered */
    cf_usec expires_at;
    cf_usec next_at; /**< no NOTIFY before */
    uint32_t flags;  /**< notifier.c */
    enum cf_subscription_state state;
    enum cf_subscription_reason reason;
    uint32_t retry_after_sec;
    uint8_t event_len;
    char event[CF_NOTIFIER_EVENT_MAX]; /**< value of Event in NOTIFY */
    struct cf_notifier_event events[4];
    uint8_t event_count;
};

/**
 * A subscription begun by the event REQUEST of SUBSCRIBE or REFER without a To tag. CF_NOTIFIER_SUBSCRIBED follows, or
 * CF_NOTIFIER_ENDED if it was refused already (423, 489 is the caller's business). A SUBSCRIBE with Expires: 0 is a fetch: one
 * NOTIFY, then it ends. Errors: nothing was sent; CF_ERR_MALFORMED (Contact, Event): answer 400; CF_ERR_NO_MEMORY, CF_ERR_LIMIT:
 * 500.
 */
CF_MUST_USE enum cf_err cf_notifier_init(struct cf_notifier *notifier, const struct cf_usage *usage,
                                         const struct cf_notifier_rules *rules, const struct cf_endpoint_event *event,
                                         cf_usec now);

/**
 * The subscription that REFER @p request inside the dialog of a session makes (Event: refer;id=CSeq); the session answers the
 * REFER with 202. A NOTIFY is wanted at once. The caller passes SUBSCRIBEs with that Event on by cf_notifier_on_event(), and
 * calls cf_notifier_detach() before the session is freed. CF_ERR_MALFORMED.
 */
CF_MUST_USE enum cf_err cf_notifier_init_shared(struct cf_notifier *notifier, const struct cf_usage *usage,
                                                const struct cf_notifier_rules *rules, struct cf_dialog *dialog,
                                                const struct cf_sip_message *request, cf_usec now);

/** The session's dialog is going away: the subscription is over without a word. */
void cf_notifier_detach(struct cf_notifier *notifier);

/** Free everything at once; nothing is sent. A zeroed notifier is allowed. */
void cf_notifier_fini(struct cf_notifier *notifier);

/** Answer the first request with 2xx; @p state ACTIVE or PENDING. CF_ERR_NOT_FOUND: it is answered already. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_notifier_accept(struct cf_notifier *notifier, enum cf_subscription_state state, struct cf_str fields,
                                           cf_usec now);

/** Refuse the first request with @p status and @p fields (whole lines, or absent). */
CF_MUST_USE enum cf_err cf_notifier_reject(struct cf_notifier *notifier, uint16_t status, struct cf_str fields, cf_usec now);

/** What is watched has changed: CF_NOTIFIER_WANTED follows as soon as it may be said. */
void cf_notifier_changed(struct cf_notifier *notifier, cf_usec now);

/** A pending subscription becomes active. */
void cf_notifier_activate(struct cf_notifier *notifier, cf_usec now);

/** Send the NOTIFY that CF_NOTIFIER_WANTED asked for. CF_ERR_STATE if none is wanted; CF_ERR_NO_MEMORY, CF_ERR_NO_ROOM,
 * CF_ERR_LIMIT: it is asked for again later. */
CF_MUST_USE enum cf_err cf_notifier_notify(struct cf_notifier *notifier, const struct cf_notifier_content *content, cf_usec now);

/** End it: a last CF_NOTIFIER_WANTED, then NOTIFY with "terminated"; 480 if the first request was not answered yet. */
void cf_notifier_end(struct cf_notifier *notifier, enum cf_subscription_reason reason, uint32_t retry_after_sec, cf_usec now);

/** An event of the endpoint that is for this subscription. */
void cf_notifier_on_event(struct cf_notifier *notifier, const struct cf_endpoint_event *event, cf_usec now);

/** When cf_notifier_on_deadline() is to be called. */
cf_usec cf_notifier_deadline(const struct cf_notifier *notifier);

/** Time has passed. */
void cf_notifier_on_deadline(struct cf_notifier *notifier, cf_usec now);

/** Take the next event. False: nothing left. */
bool cf_notifier_poll(struct cf_notifier *notifier, struct cf_notifier_event *ret_event);

/** Value of the Event field. */
static inline struct cf_str cf_notifier_package(const struct cf_notifier *notifier) {
    return cf_str_n(notifier->event, notifier->event_len);
}

/** The dialog; NULL after cf_notifier_detach(). */
static inline const struct cf_dialog *cf_notifier_dialog(const struct cf_notifier *notifier) {
    return notifier->dialog;
}

#endif
