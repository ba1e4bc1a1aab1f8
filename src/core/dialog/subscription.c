/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of subscriptions and why they end. */
#include "core/dialog/subscription.h"

#include "core/sip/event_field.h"

static const struct cf_str reason_names[CF_SUBSCRIPTION_REASON_COUNT_] = {
    [CF_SUBSCRIPTION_REASON_NONE] = CF_STR_INIT(""),
    [CF_SUBSCRIPTION_REASON_DEACTIVATED] = CF_STR_INIT("deactivated"),
    [CF_SUBSCRIPTION_REASON_PROBATION] = CF_STR_INIT("probation"),
    [CF_SUBSCRIPTION_REASON_REJECTED] = CF_STR_INIT("rejected"),
    [CF_SUBSCRIPTION_REASON_TIMEOUT] = CF_STR_INIT("timeout"),
    [CF_SUBSCRIPTION_REASON_GIVEUP] = CF_STR_INIT("giveup"),
    [CF_SUBSCRIPTION_REASON_NORESOURCE] = CF_STR_INIT("noresource"),
    [CF_SUBSCRIPTION_REASON_INVARIANT] = CF_STR_INIT("invariant"),
};

static enum cf_subscription_reason reason_of(struct cf_str name) {
    for (size_t i = 1; i < CF_SUBSCRIPTION_REASON_COUNT_; i++) {
        if (cf_str_eq_nocase(name, reason_names[i])) {
            return (enum cf_subscription_reason)i;
        }
    }
    return CF_SUBSCRIPTION_REASON_NONE;
}

bool cf_subscription_is_fatal(uint16_t status) {
    return status == 404 || status == 405 || status == 410 || status == 416 || (status >= 480 && status <= 485) ||
           status == 489 || status == 501 || status == 604;
}

struct cf_str cf_subscription_reason_name(enum cf_subscription_reason reason) {
    return reason_names[reason];
}

enum cf_err cf_subscription_status_parse(struct cf_str text, struct cf_subscription_status *ret) {
    struct cf_sip_subscription_state field;
    enum cf_err err = cf_sip_subscription_state_parse(text, &field);
    if (err != CF_OK) {
        return err;
    }
    *ret = (struct cf_subscription_status){
        .state = field.state == CF_SIP_SUBSTATE_TERMINATED ? CF_SUBSCRIPTION_TERMINATED
                 : field.state == CF_SIP_SUBSTATE_PENDING  ? CF_SUBSCRIPTION_PENDING
                                                           : CF_SUBSCRIPTION_ACTIVE,
        .reason = reason_of(field.reason),
        .has_expires = field.has_expires,
        .expires_sec = field.expires_sec,
        .retry_after_sec = field.has_retry_after ? field.retry_after_sec : 0,
    };
    return CF_OK;
}

void cf_put_subscription_status(struct cf_writer *w, const struct cf_subscription_status *status) {
    static const enum cf_sip_substate states[] = {
        [CF_SUBSCRIPTION_PENDING] = CF_SIP_SUBSTATE_PENDING,
        [CF_SUBSCRIPTION_ACTIVE] = CF_SIP_SUBSTATE_ACTIVE,
        [CF_SUBSCRIPTION_TERMINATED] = CF_SIP_SUBSTATE_TERMINATED,
    };
    bool is_terminated = status->state == CF_SUBSCRIPTION_TERMINATED;
    struct cf_sip_subscription_state field = {
        .state = states[status->state],
        .reason = is_terminated && status->reason != CF_SUBSCRIPTION_REASON_NONE ? reason_names[status->reason] : CF_STR_NONE,
        .has_expires = !is_terminated && status->has_expires,
        .expires_sec = status->expires_sec,
        .has_retry_after = is_terminated && status->retry_after_sec > 0,
        .retry_after_sec = status->retry_after_sec,
    };
    cf_sip_put_subscription_state(w, &field);
}

struct cf_str cf_event_package(struct cf_str value) {
    struct cf_sip_event event;
    return cf_sip_event_parse(value, &event) == CF_OK ? event.package : CF_STR_NONE;
}
