/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subscriber's end of one subscription (RFC 6665 section 4.1), whatever the event package: SUBSCRIBE, or REFER outside of a
 * dialog (RFC 3515). It refreshes, answers NOTIFY, finds its dialog by the first NOTIFY or the 2xx, whichever comes first,
 * unsubscribes, and answers challenges. Of several forks the first is kept; NOTIFYs of others are answered with 481, which ends
 * them.
 *
 * A machine: endpoint events in by cf_subscriber_on_event(), then drain cf_subscriber_poll(). After CF_SUBSCRIBER_GONE:
 * cf_subscriber_fini(); earlier is allowed and sends nothing. Single-threaded.
 */
#ifndef CF_CORE_DIALOG_SUBSCRIBER_H
#define CF_CORE_DIALOG_SUBSCRIBER_H

#include "core/dialog/dialog_table.h"
#include "core/dialog/outgoing.h"
#include "core/dialog/subscription.h"

/** What happened. */
enum cf_subscriber_event_kind {
    CF_SUBSCRIBER_ACCEPTED, /**< once: the first request was answered with 2xx .message, or a NOTIFY came before that */
    CF_SUBSCRIBER_NOTIFIED, /**< NOTIFY .message came and was answered with 200; .notified is its Subscription-State */
    CF_SUBSCRIBER_ENDED,    /**< once, because of .cause; .notified.reason and .retry_after_sec say whether to try again */
    CF_SUBSCRIBER_GONE,     /**< last event */
};

/** Why it ended. */
enum cf_subscriber_cause {
    CF_SUBSCRIBER_CAUSE_NONE,
    CF_SUBSCRIBER_CAUSE_REJECTED,    /**< first request answered with .status */
    CF_SUBSCRIBER_CAUSE_TERMINATED,  /**< NOTIFY said so */
    CF_SUBSCRIBER_CAUSE_LOCAL,       /**< cf_subscriber_end() */
    CF_SUBSCRIBER_CAUSE_LOST,        /**< refresh answered with .status, such as 481 */
    CF_SUBSCRIBER_CAUSE_SILENT,      /**< no NOTIFY came after the 2xx (timer N of RFC 6665 section 4.1.2.4) */
    CF_SUBSCRIBER_CAUSE_EXPIRED,     /**< could not be refreshed in time */
    CF_SUBSCRIBER_CAUSE_UNREACHABLE, /**< no answer, no way */
    CF_SUBSCRIBER_CAUSE_UNWANTED,    /**< REFER accepted without a subscription (Refer-Sub: false, RFC 4488) */
    CF_SUBSCRIBER_CAUSE_NO_MEMORY,
};

/** An event. Views are valid until the endpoint's next poll or input. */
struct cf_subscriber_event {
    enum cf_subscriber_event_kind kind;
    enum cf_subscriber_cause cause;
    uint16_t status;
    uint32_t retry_after_sec; /**< ENDED: not before, 0: none given */
    struct cf_subscription_status notified;
    const struct cf_sip_message *message;
};

/** A subscription to make. Views are borrowed for the call. */
struct cf_subscriber_call {
    enum cf_sip_method method; /**< SUBSCRIBE or REFER */
    struct cf_str target;      /**< Request-URI */
    struct cf_str local;       /**< From: name-addr without tag */
    struct cf_str remote;      /**< To: name-addr without tag */
    struct cf_str routes;      /**< Route values; absent: none */
    struct cf_flow_id flow;    /**< zero: by the first Route, else by the target */
    struct cf_str event;       /**< Event: package and perhaps id; ignored for REFER */
    struct cf_str fields; /**< whole lines of every SUBSCRIBE (Accept, Last-Notify-Version...), or of the REFER (Refer-To...) */
    uint32_t expires_sec; /**< wanted; 0: fetch once. Ignored for REFER */
    struct cf_str content_type; /**< body of the first request; absent: none */
    struct cf_str body;
};

/** One subscription. Members are private. */
struct cf_subscriber {
    struct cf_usage usage;
    struct cf_dialog dialog;
    struct cf_dialog_entry entry;
    struct cf_outgoing request; /**< SUBSCRIBE or REFER */
    struct cf_str strings;      /**< owned: event and fields */
    struct cf_str event;        /**< view into strings */
    struct cf_str fields;       /**< view into strings */
    uint32_t expires_sec;       /**< wanted */
    cf_usec refresh_at;
    cf_usec expires_at;
    cf_usec silent_at; /**< a NOTIFY must have come */
    uint32_t flags;    /**< subscriber.c */
    struct cf_subscriber_event events[4];
    uint8_t event_count;
};

/** Begin: the request goes out. Errors: nothing was sent and nothing kept. */
CF_MUST_USE enum cf_err cf_subscriber_init(struct cf_subscriber *subscriber, const struct cf_usage *usage,
                                           const struct cf_subscriber_call *call, cf_usec now);

/** Free everything at once; nothing is sent. A zeroed subscriber is allowed. */
void cf_subscriber_fini(struct cf_subscriber *subscriber);

/** Subscribe again now, with other @p fields if they are not absent: to ask for the whole state. CF_ERR_STATE without a dialog.
 */
CF_MUST_USE enum cf_err cf_subscriber_refresh(struct cf_subscriber *subscriber, struct cf_str fields, cf_usec now);

/** Unsubscribe. */
void cf_subscriber_end(struct cf_subscriber *subscriber, cf_usec now);

/** An event of the endpoint that is for this subscription. */
void cf_subscriber_on_event(struct cf_subscriber *subscriber, const struct cf_endpoint_event *event, cf_usec now);

/** When cf_subscriber_on_deadline() is to be called. */
cf_usec cf_subscriber_deadline(const struct cf_subscriber *subscriber);

/** Time has passed. */
void cf_subscriber_on_deadline(struct cf_subscriber *subscriber, cf_usec now);

/** Take the next event. False: nothing left. */
bool cf_subscriber_poll(struct cf_subscriber *subscriber, struct cf_subscriber_event *ret_event);

#endif
