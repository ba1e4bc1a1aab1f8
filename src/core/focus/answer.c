/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of the focus outside dialogs. */
#include "core/focus/answer.h"

#include "core/focus/focus_impl.h"
#include "core/sip/builder.h"

#define ANSWER_MAX 8192

void cf_focus_answer(struct cf_focus *focus, const struct cf_endpoint_event *event, unsigned status, struct cf_str reason,
                     struct cf_str fields, cf_usec now) {
    char message[ANSWER_MAX];
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(focus->config.endpoint, event->message);
    struct cf_writer w;
    cf_writer_init(&w, message, sizeof message);
    cf_sip_reply_begin(&w, event->message, status, reason, cf_str_n(tag.text, sizeof tag.text));
    if (focus->config.product.len > 0) {
        cf_sip_put_field(&w, CF_SIP_HEADER_SERVER, focus->config.product);
    }
    cf_put(&w, fields);
    cf_sip_end(&w);
    /* A request whose answer does not fit or whose transaction is gone is not answered: its sender times out. */
    if (cf_writer_ok(&w)) {
        enum cf_err err = cf_endpoint_respond(focus->config.endpoint, event->tx, cf_writer_str(&w), now);
        (void)err;
    }
}

/* In the order of denial_table.h, whose comments say the same. */
unsigned cf_denial_status(enum cf_denial_reason reason) {
    switch (reason) {
    case CF_DENIAL_NONE:
        return 200;
    case CF_DENIAL_NOT_FOUND:
    case CF_DENIAL_NOT_MEMBER:
        return 404;
    case CF_DENIAL_GONE:
    case CF_DENIAL_CANCELLED:
        return 410;
    case CF_DENIAL_TOO_EARLY:
    case CF_DENIAL_TOO_LATE:
    case CF_DENIAL_NOT_INVITED:
    case CF_DENIAL_NOT_ADMIN:
    case CF_DENIAL_NOT_ORGANISER:
    case CF_DENIAL_NO_ORGANISER:
    case CF_DENIAL_LOCKED:
    case CF_DENIAL_LIST_TOO_LONG:
    case CF_DENIAL_ACCOUNT_FULL:
        return 403;
    case CF_DENIAL_FULL:
    case CF_DENIAL_TOO_MANY_DEVICES:
        return 486;
    case CF_DENIAL_IN_USE:
    case CF_DENIAL_STATE:
        return 480;
    case CF_DENIAL_TOO_LONG:
        return 400;
    case CF_DENIAL_CONFERENCES_FULL:
    case CF_DENIAL_NO_MEMORY:
        return 503;
    case CF_DENIAL_EXISTS:
    case CF_DENIAL_COUNT_:
        break;
    }
    return 500;
}

unsigned cf_status_in_dialog(unsigned status) {
    switch (status) {
    case 404:
    case 410:
    case 480:
    case 486:
        return 403;
    default:
        return status;
    }
}

void cf_focus_deny(struct cf_focus *focus, const struct cf_endpoint_event *event, struct cf_denial denial, cf_usec now) {
    char reason[128];
    struct cf_writer w;
    unsigned status = cf_denial_status(denial.reason);
    cf_writer_init(&w, reason, sizeof reason);
    cf_put_denial(&w, denial);
    cf_focus_answer(focus, event, status, cf_writer_str(&w), status == 503 ? CF_STR("Retry-After: 10\r\n") : CF_STR_NONE, now);
}
