/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subscriber's end of a subscription. Section numbers without an RFC are those of RFC 6665. */
#include "core/dialog/subscriber.h"

#include "core/dialog/message_out.h"
#include "core/sip/builder.h"
#include "core/sip/event_field.h"

/* Longest Event value. */
#define EVENT_MAX 80

/* A subscription that is refreshed so long before its end, or at half time if it is short. */
#define MARGIN_SEC 60U

/* Shortest pause before a refresh that failed is tried again. */
#define RETRY CF_SEC(4)

/* Facts: bits of cf_subscriber.flags. */
enum {
    IS_REFER = 1 << 0,      /* made by REFER */
    IS_ACCEPTED = 1 << 1,   /* ACCEPTED was said */
    IS_CONFIRMED = 1 << 2,  /* there is a dialog */
    IS_ENDED = 1 << 3,      /* ENDED was said */
    IS_GONE = 1 << 4,       /* GONE was said */
    WANTS_REFRESH = 1 << 5, /* SUBSCRIBE as soon as none is out */
    WANTS_END = 1 << 6,     /* the same with Expires: 0 */
    IS_END_SENT = 1 << 7,   /* it is out, or was answered: the last NOTIFY is to come */
    IS_RETRIED = 1 << 8,    /* the first request was sent again because of 423 */
};

static bool is(const struct cf_subscriber *s, uint32_t flags) {
    return (s->flags & flags) != 0;
}

static void set(struct cf_subscriber *s, uint32_t flags, bool value) {
    s->flags = value ? s->flags | flags : s->flags & ~flags;
}

static void push(struct cf_subscriber *s, const struct cf_subscriber_event *event) {
    /* Every entry pushes fewer; more are there only if the caller has not polled. */
    cf_assert(s->event_count < sizeof s->events / sizeof *s->events);
    s->events[s->event_count++] = *event;
}

bool cf_subscriber_poll(struct cf_subscriber *subscriber, struct cf_subscriber_event *ret_event) {
    if (subscriber->event_count == 0) {
        return false;
    }
    *ret_event = subscriber->events[0];
    subscriber->event_count--;
    memmove(&subscriber->events[0], &subscriber->events[1], subscriber->event_count * sizeof subscriber->events[0]);
    return true;
}

static void say_accepted(struct cf_subscriber *s, const struct cf_sip_message *message) {
    if (!is(s, IS_ACCEPTED | IS_ENDED)) {
        set(s, IS_ACCEPTED, true);
        struct cf_subscriber_event event = {.kind = CF_SUBSCRIBER_ACCEPTED, .message = message};
        push(s, &event);
    }
}

/* Say why it is over, once. */
static void say_ended(struct cf_subscriber *s, const struct cf_subscriber_event *why) {
    if (!is(s, IS_ENDED)) {
        set(s, IS_ENDED, true);
        set(s, WANTS_REFRESH, false);
        s->refresh_at = CF_USEC_NEVER;
        s->expires_at = CF_USEC_NEVER;
        struct cf_subscriber_event event = *why;
        event.kind = CF_SUBSCRIBER_ENDED;
        push(s, &event);
    }
}

/* Over, and nothing more is expected from the notifier. */
static void finish(struct cf_subscriber *s, const struct cf_subscriber_event *why) {
    say_ended(s, why);
    set(s, WANTS_END, false);
    s->silent_at = CF_USEC_NEVER;
}

static void finish_for(struct cf_subscriber *s, enum cf_subscriber_cause cause, uint16_t status) {
    struct cf_subscriber_event why = {.cause = cause, .status = status};
    finish(s, &why);
}

static cf_usec timer_n(const struct cf_subscriber *s, cf_usec now) {
    return now + 64 * cf_ua_profile_timers(s->usage.profile).t1_usec;
}

static enum cf_err send_subscribe(struct cf_subscriber *s, uint32_t expires_sec, struct cf_str content_type, struct cf_str body,
                                  cf_usec now) {
    char lines[EVENT_MAX + 64];
    struct cf_writer w;
    cf_writer_init(&w, lines, sizeof lines);
    cf_sip_put_field(&w, CF_SIP_HEADER_EVENT, s->event);
    cf_sip_put_field_dec(&w, CF_SIP_HEADER_EXPIRES, expires_sec);
    struct cf_outline outline = {
        .method = CF_SIP_METHOD_SUBSCRIBE,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES,
        .fields = cf_writer_str(&w),
        .more = is(s, IS_REFER) ? CF_STR_NONE : s->fields,
        .content_type = content_type,
        .body = body,
    };
    return cf_writer_ok(&w) ? cf_usage_send(&s->usage, &s->dialog, &s->request, &outline, now) : CF_ERR_NO_ROOM;
}

static enum cf_err send_refer(struct cf_subscriber *s, struct cf_str content_type, struct cf_str body, cf_usec now) {
    struct cf_outline outline = {
        .method = CF_SIP_METHOD_REFER,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES,
        .fields = s->fields,
        .content_type = content_type,
        .body = body,
    };
    return cf_usage_send(&s->usage, &s->dialog, &s->request, &outline, now);
}

/* What has become possible: SUBSCRIBE again, the end. */
static void settle(struct cf_subscriber *s, cf_usec now) {
    bool can_send = is(s, IS_CONFIRMED) && !cf_outgoing_is_out(&s->request);
    if (can_send && is(s, WANTS_END)) {
        set(s, WANTS_END, false);
        if (send_subscribe(s, 0, CF_STR_NONE, CF_STR_NONE, now) == CF_OK) {
            set(s, IS_END_SENT, true);
        } else {
            finish_for(s, CF_SUBSCRIBER_CAUSE_NO_MEMORY, 0);
        }
    } else if (can_send && is(s, WANTS_REFRESH)) {
        set(s, WANTS_REFRESH, false);
        if (send_subscribe(s, s->expires_sec, CF_STR_NONE, CF_STR_NONE, now) == CF_OK) {
            s->silent_at = timer_n(s, now); /* section 4.1.2.2: a NOTIFY follows each refresh */
        } else {
            s->refresh_at = now + RETRY;
        }
    }
    bool is_waiting = cf_outgoing_is_out(&s->request) || s->silent_at != CF_USEC_NEVER;
    if (is(s, IS_ENDED) && !is(s, IS_GONE) && !is_waiting) {
        set(s, IS_GONE, true);
        struct cf_subscriber_event gone = {.kind = CF_SUBSCRIBER_GONE};
        push(s, &gone);
    }
}

/* Copies of the strings that later requests repeat. */
static enum cf_err own_strings(struct cf_subscriber *s, struct cf_str event, struct cf_str fields) {
    char *memory = cf_mem_alloc(s->usage.mem, event.len + fields.len + 1);
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, event.len + fields.len);
    cf_put(&w, event);
    if (fields.at != NULL) {
        cf_put(&w, fields);
    }
    s->strings = cf_writer_str(&w);
    s->event = cf_str_head(s->strings, event.len);
    s->fields = cf_str_skip(s->strings, event.len);
    return CF_OK;
}

static enum cf_err begin(struct cf_subscriber *s, const struct cf_subscriber_call *call, cf_usec now) {
    struct cf_flow_info info;
    struct cf_dialog_start start = {.local = call->local, .remote = call->remote, .target = call->target, .routes = call->routes};
    bool is_refer = call->method == CF_SIP_METHOD_REFER;
    set(s, IS_REFER, is_refer);
    s->expires_sec = call->expires_sec;
    enum cf_err err = cf_dialog_init(&s->dialog, s->usage.mem, s->usage.entropy, &start);
    if (err == CF_OK) {
        err = own_strings(s, is_refer ? CF_STR("refer") : call->event, call->fields);
    }
    if (err == CF_OK && s->usage.dialogs != NULL) {
        err = cf_dialog_table_add(s->usage.dialogs, &s->entry, &s->dialog, s->usage.owner);
    }
    if (err != CF_OK) {
        return err;
    }
    if (cf_flow_id_is_set(call->flow) && cf_endpoint_flow_info(s->usage.endpoint, call->flow, &info)) {
        cf_dialog_set_flow(&s->dialog, call->flow, &info);
    }
    return is_refer ? send_refer(s, call->content_type, call->body, now)
                    : send_subscribe(s, s->expires_sec, call->content_type, call->body, now);
}

enum cf_err cf_subscriber_init(struct cf_subscriber *subscriber, const struct cf_usage *usage,
                               const struct cf_subscriber_call *call, cf_usec now) {
    *subscriber = (struct cf_subscriber){
        .usage = *usage, .refresh_at = CF_USEC_NEVER, .expires_at = CF_USEC_NEVER, .silent_at = CF_USEC_NEVER};
    enum cf_err err = begin(subscriber, call, now);
    if (err != CF_OK) {
        cf_subscriber_fini(subscriber);
    }
    return err;
}

void cf_subscriber_fini(struct cf_subscriber *subscriber) {
    struct cf_subscriber *s = subscriber;
    if (s->usage.mem == NULL) {
        return;
    }
    cf_dialog_entry_remove(&s->entry);
    cf_outgoing_fini(&s->request, &s->usage);
    cf_dialog_fini(&s->dialog);
    cf_mem_free_str(s->usage.mem, &s->strings);
    *s = (struct cf_subscriber){.flags = 0};
}

enum cf_err cf_subscriber_refresh(struct cf_subscriber *subscriber, struct cf_str fields, cf_usec now) {
    struct cf_subscriber *s = subscriber;
    if (!is(s, IS_CONFIRMED) || is(s, IS_ENDED)) {
        return CF_ERR_STATE;
    }
    if (fields.at != NULL) {
        struct cf_str old = s->strings;
        enum cf_err err = own_strings(s, s->event, fields);
        if (err != CF_OK) {
            return err;
        }
        cf_mem_free_str(s->usage.mem, &old);
    }
    set(s, WANTS_REFRESH, true);
    settle(s, now);
    return CF_OK;
}

void cf_subscriber_end(struct cf_subscriber *subscriber, cf_usec now) {
    if (!is(subscriber, IS_ENDED)) {
        struct cf_subscriber_event why = {.cause = CF_SUBSCRIBER_CAUSE_LOCAL};
        say_ended(subscriber, &why);
        set(subscriber, WANTS_END, true);
        settle(subscriber, now);
    }
}

/* A new duration: when to refresh, when it is over. */
static void plan(struct cf_subscriber *s, uint32_t expires_sec, cf_usec now) {
    uint32_t margin_sec = expires_sec > 2 * MARGIN_SEC ? MARGIN_SEC : expires_sec / 2;
    if (is(s, IS_ENDED)) {
        return;
    }
    s->expires_at = now + CF_SEC((cf_usec)expires_sec);
    s->refresh_at = now + CF_SEC((cf_usec)(expires_sec - margin_sec));
}

/* The 2xx makes the dialog, unless a NOTIFY was faster (section 4.4.1). */
static enum cf_err take_dialog(struct cf_subscriber *s, const struct cf_endpoint_event *event) {
    struct cf_dialog made;
    struct cf_flow_info info;
    enum cf_err err = CF_OK;
    if (!is(s, IS_CONFIRMED)) {
        err = cf_dialog_init_fork(&made, &s->dialog, event->message);
        if (err != CF_OK) {
            return err;
        }
        cf_dialog_fini(&s->dialog);
        s->dialog = made;
        set(s, IS_CONFIRMED, true);
    } else if (cf_dialog_matches(&s->dialog, event->message)) {
        err = cf_dialog_refresh_target(&s->dialog, event->message);
    }
    if (cf_endpoint_flow_info(s->usage.endpoint, event->flow, &info)) {
        cf_dialog_set_flow(&s->dialog, event->flow, &info);
    }
    return err;
}

static void on_2xx(struct cf_subscriber *s, const struct cf_endpoint_event *event, enum cf_sip_method method, cf_usec now) {
    const struct cf_sip_message *message = event->message;
    bool was_notified = is(s, IS_ACCEPTED);
    enum cf_err err = take_dialog(s, event);
    if (err != CF_OK) {
        finish_for(s, err == CF_ERR_NO_MEMORY ? CF_SUBSCRIBER_CAUSE_NO_MEMORY : CF_SUBSCRIBER_CAUSE_LOST, message->status);
        return;
    }
    say_accepted(s, message);
    if (method == CF_SIP_METHOD_REFER && cf_str_eq_nocase(cf_sip_value(message, CF_SIP_HEADER_REFER_SUB), CF_STR("false"))) {
        finish_for(s, CF_SUBSCRIBER_CAUSE_UNWANTED, message->status);
        return;
    }
    bool has_expires = (message->has & CF_SIP_HAS_EXPIRES) != 0;
    if (method == CF_SIP_METHOD_SUBSCRIBE && !is(s, IS_END_SENT)) {
        plan(s, has_expires && message->expires_sec < s->expires_sec ? message->expires_sec : s->expires_sec, now);
    }
    /* Timer N: a NOTIFY follows every 2xx, and the last one that of Expires: 0. */
    bool is_last_due = is(s, IS_END_SENT) || s->expires_sec == 0;
    if ((!was_notified || is_last_due || is(s, IS_ENDED)) && !is(s, WANTS_END)) {
        s->silent_at = timer_n(s, now);
    }
}

/* 423 to the first request or a refresh: with the interval that is wanted there. */
static bool retry_longer(struct cf_subscriber *s, const struct cf_sip_message *message, cf_usec now) {
    uint32_t min_sec;
    if (is(s, IS_RETRIED | IS_ENDED) || !cf_sip_seconds(message, CF_SIP_HEADER_MIN_EXPIRES, &min_sec) ||
        min_sec <= s->expires_sec) {
        return false;
    }
    set(s, IS_RETRIED, true);
    s->expires_sec = min_sec;
    return send_subscribe(s, s->expires_sec, CF_STR_NONE, CF_STR_NONE, now) == CF_OK;
}

static void on_failure(struct cf_subscriber *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    uint32_t retry_after_sec = 0;
    if (event->message != NULL && status == 423 && retry_longer(s, event->message, now)) {
        return;
    }
    if (event->message != NULL && !cf_sip_seconds(event->message, CF_SIP_HEADER_RETRY_AFTER, &retry_after_sec)) {
        retry_after_sec = 0;
    }
    /* RFC 3261 section 12.2.1.2: no answer at all ends a dialog. A connection that broke is made again. */
    bool is_unanswered = event->message == NULL && status == 408;
    if (is(s, IS_ENDED) || !is(s, IS_CONFIRMED) || is_unanswered || cf_subscription_is_fatal(status)) {
        struct cf_subscriber_event why = {
            .cause = event->message == NULL ? CF_SUBSCRIBER_CAUSE_UNREACHABLE
                     : is(s, IS_CONFIRMED)  ? CF_SUBSCRIBER_CAUSE_LOST
                                            : CF_SUBSCRIBER_CAUSE_REJECTED,
            .status = status,
            .retry_after_sec = retry_after_sec,
            .message = event->message,
        };
        finish(s, &why);
        return;
    }
    /* Section 4.1.2.2: it lives until its time is over, and nothing is owed; another attempt before that. */
    s->silent_at = CF_USEC_NEVER;
    cf_usec pause = CF_SEC((cf_usec)retry_after_sec);
    s->refresh_at = now + (pause > RETRY ? pause : RETRY);
}

static void on_final(struct cf_subscriber *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    enum cf_sip_method method = s->request.method;
    if (cf_outgoing_on_final(&s->request, &s->usage, &s->dialog, event, now)) {
        return;
    }
    if (status < 300) {
        on_2xx(s, event, method, now);
    } else {
        on_failure(s, status, event, now);
    }
}

static void respond(struct cf_subscriber *s, const struct cf_endpoint_event *event, uint16_t status, cf_usec now) {
    struct cf_answer answer = {.status = status};
    enum cf_err err = cf_usage_answer(&s->usage, &s->dialog, event->tx, event->message, &answer, now);
    (void)err; /* the NOTIFY comes again */
}

/* Is it a NOTIFY of the kind that we have asked for? Status to refuse it with, or 0. */
static uint16_t inspect(const struct cf_subscriber *s, const struct cf_sip_message *notify, struct cf_subscription_status *ret) {
    struct cf_sip_event theirs;
    struct cf_sip_event ours;
    if (notify->method != CF_SIP_METHOD_NOTIFY) {
        return 481;
    }
    if (cf_sip_event_parse(cf_sip_value(notify, CF_SIP_HEADER_EVENT), &theirs) != CF_OK ||
        cf_subscription_status_parse(cf_sip_value(notify, CF_SIP_HEADER_SUBSCRIPTION_STATE), ret) != CF_OK) {
        return 400;
    }
    if (cf_sip_event_parse(s->event, &ours) != CF_OK) {
        return 500;
    }
    if (is(s, IS_REFER)) {
        theirs.id = CF_STR_NONE; /* RFC 3515 section 2.4.6: it may be there or not */
    }
    return cf_sip_event_eq(&theirs, &ours) ? 0 : 489;
}

/* The dialog of a NOTIFY: ours, or the one that it makes. Status to refuse it with, or 0. */
static uint16_t take_notify(struct cf_subscriber *s, const struct cf_endpoint_event *event) {
    struct cf_flow_info info;
    struct cf_dialog made;
    if (!cf_endpoint_flow_info(s->usage.endpoint, event->flow, &info)) {
        return 481;
    }
    if (!is(s, IS_CONFIRMED)) {
        bool is_ours =
            cf_str_eq(event->message->call_id, s->dialog.call_id) && cf_str_eq(event->message->to_tag, s->dialog.local_tag);
        enum cf_err err = is_ours ? cf_dialog_init_notified(&made, &s->dialog, event->message) : CF_ERR_NOT_FOUND;
        if (err != CF_OK) {
            return err == CF_ERR_NOT_FOUND ? 481 : err == CF_ERR_MALFORMED ? 400 : 500;
        }
        cf_dialog_fini(&s->dialog);
        s->dialog = made;
        set(s, IS_CONFIRMED, true);
    }
    if (!cf_dialog_matches(&s->dialog, event->message) || !cf_dialog_admits(&s->dialog, &info)) {
        return 481;
    }
    if (cf_dialog_take_request(&s->dialog, event->message) == CF_DIALOG_OUT_OF_ORDER) {
        return 500;
    }
    cf_dialog_set_flow(&s->dialog, event->flow, &info);
    return 0;
}

static void on_notify(struct cf_subscriber *s, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_subscription_status notified;
    uint16_t status = inspect(s, event->message, &notified);
    if (status == 0) {
        status = take_notify(s, event);
    }
    if (status != 0) {
        respond(s, event, status, now);
        return;
    }
    respond(s, event, 200, now);
    enum cf_err err = cf_dialog_refresh_target(&s->dialog, event->message);
    (void)err; /* the old target is as good as none */
    bool is_terminated = notified.state == CF_SUBSCRIPTION_TERMINATED;
    say_accepted(s, event->message);
    if (!is(s, IS_END_SENT) || is_terminated) {
        s->silent_at = CF_USEC_NEVER;
    }
    if (!is(s, IS_ENDED)) {
        struct cf_subscriber_event told = {.kind = CF_SUBSCRIBER_NOTIFIED, .notified = notified, .message = event->message};
        push(s, &told);
    }
    if (is_terminated) {
        struct cf_subscriber_event why = {.cause = CF_SUBSCRIBER_CAUSE_TERMINATED,
                                          .retry_after_sec = notified.retry_after_sec,
                                          .notified = notified,
                                          .message = event->message};
        finish(s, &why);
    } else if (notified.has_expires) {
        /* Section 4.1.3: the notifier may shorten it this way; for a REFER it is the only place where it is said. */
        bool is_shorter = s->expires_at == CF_USEC_NEVER || now + CF_SEC((cf_usec)notified.expires_sec) < s->expires_at;
        if (is_shorter) {
            s->expires_sec = is(s, IS_REFER) ? notified.expires_sec : s->expires_sec;
            plan(s, notified.expires_sec, now);
        }
    }
}

void cf_subscriber_on_event(struct cf_subscriber *subscriber, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_subscriber *s = subscriber;
    bool is_of_request = cf_outgoing_is_out(&s->request) && cf_tx_id_eq(event->tx, s->request.tx);
    if (is(s, IS_GONE)) {
        return;
    }
    switch (event->kind) {
    case CF_ENDPOINT_REQUEST:
        on_notify(s, event, now);
        break;
    case CF_ENDPOINT_RESPONSE:
        if (is_of_request && event->message->status >= 200) {
            on_final(s, event->message->status, event, now);
        }
        break;
    case CF_ENDPOINT_FAILED:
        if (is_of_request) {
            on_final(s, event->err == CF_ERR_TIMEOUT ? 408 : 503, event, now);
        }
        break;
    case CF_ENDPOINT_FLOW_CLOSED:
        if (cf_flow_id_eq(s->dialog.flow, event->flow)) {
            s->dialog.flow = (struct cf_flow_id){{0, 0}};
        }
        break;
    case CF_ENDPOINT_ACK:
    case CF_ENDPOINT_CANCELLED:
    case CF_ENDPOINT_NOT_ACKED:
    case CF_ENDPOINT_TERMINATED:
    case CF_ENDPOINT_SEND_DATAGRAM:
    case CF_ENDPOINT_SEND_STREAM:
    case CF_ENDPOINT_OPEN_STREAM:
    case CF_ENDPOINT_CLOSE_STREAM:
    case CF_ENDPOINT_RESOLVE:
    case CF_ENDPOINT_RECEIVED:
        break;
    }
    settle(s, now);
}

/*
 * Timer N begins with the request (section 4.1.2.4) and would end with its Timer F: no answer at all is told by that, and it is
 * silence only if there was one.
 */
static cf_usec silence_deadline(const struct cf_subscriber *s) {
    return cf_outgoing_is_out(&s->request) ? CF_USEC_NEVER : s->silent_at;
}

cf_usec cf_subscriber_deadline(const struct cf_subscriber *subscriber) {
    return cf_usec_min(subscriber->refresh_at, cf_usec_min(subscriber->expires_at, silence_deadline(subscriber)));
}

void cf_subscriber_on_deadline(struct cf_subscriber *subscriber, cf_usec now) {
    struct cf_subscriber *s = subscriber;
    if (silence_deadline(s) <= now) {
        finish_for(s, CF_SUBSCRIBER_CAUSE_SILENT, 0);
    }
    if (s->expires_at <= now) {
        finish_for(s, CF_SUBSCRIBER_CAUSE_EXPIRED, 0);
    }
    if (s->refresh_at <= now) {
        s->refresh_at = CF_USEC_NEVER;
        /* What a REFER has begun ends by itself in the normal case; refreshing would keep it for ever. */
        set(s, WANTS_REFRESH, !is(s, IS_REFER) && s->expires_sec > 0);
    }
    settle(s, now);
}
