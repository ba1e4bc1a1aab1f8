/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notifier's end of a subscription. Section numbers without an RFC are those of RFC 6665. */
#include "core/dialog/notifier.h"

#include "core/dialog/message_out.h"
#include "core/sip/builder.h"
#include "core/sip/event_field.h"

#define EXPIRES_DEFAULT_SEC 3600U
#define EXPIRES_MAX_SEC 86400U

/* A NOTIFY that could not be sent, or was refused for now, is tried again after this. */
#define RETRY CF_SEC(1)

/* Longest Retry-After that a subscriber can impose. */
#define RETRY_AFTER_MAX_SEC 60U

/* A last NOTIFY that can't be sent is given up after so many attempts. */
#define LAST_ATTEMPTS_MAX 3

/* Facts: bits of cf_notifier.flags; the attempts at a last NOTIFY are counted above them. */
enum {
    IS_REFER = 1 << 0,     /* made by REFER */
    WANTS_FULL = 1 << 1,   /* the whole state is to be told */
    WANTS_CHANGE = 1 << 2, /* something has changed */
    IS_ENDING = 1 << 3,    /* the next NOTIFY is the last */
    IS_LAST_SENT = 1 << 4, /* it is on its way */
    IS_ASKED = 1 << 5,     /* WANTED is out: cf_notifier_notify() is to come */
    IS_ENDED = 1 << 6,     /* ENDED was said */
    IS_GONE = 1 << 7,      /* GONE was said */
    ATTEMPT = 1 << 8,
};

static bool is(const struct cf_notifier *n, uint32_t flags) {
    return (n->flags & flags) != 0;
}

static void set(struct cf_notifier *n, uint32_t flags, bool value) {
    n->flags = value ? n->flags | flags : n->flags & ~flags;
}

static void push(struct cf_notifier *n, const struct cf_notifier_event *event) {
    /* Every entry pushes fewer; more are there only if the caller has not polled. */
    cf_assert(n->event_count < sizeof n->events / sizeof *n->events);
    n->events[n->event_count++] = *event;
}

bool cf_notifier_poll(struct cf_notifier *notifier, struct cf_notifier_event *ret_event) {
    if (notifier->event_count == 0) {
        return false;
    }
    *ret_event = notifier->events[0];
    notifier->event_count--;
    memmove(&notifier->events[0], &notifier->events[1], notifier->event_count * sizeof notifier->events[0]);
    return true;
}

/* Nobody subscribes any more; a last NOTIFY may follow. */
static void say_ended(struct cf_notifier *n, enum cf_notifier_cause cause, uint16_t status) {
    if (!is(n, IS_ENDED)) {
        set(n, IS_ENDED, true);
        n->state = CF_SUBSCRIPTION_TERMINATED;
        struct cf_notifier_event event = {.kind = CF_NOTIFIER_ENDED, .cause = cause, .status = status};
        push(n, &event);
    }
}

/* Over, without a further word. */
static void drop(struct cf_notifier *n, enum cf_notifier_cause cause, uint16_t status) {
    say_ended(n, cause, status);
    set(n, WANTS_FULL | WANTS_CHANGE | IS_ENDING | IS_ASKED, false);
    if (!is(n, IS_GONE)) {
        set(n, IS_GONE, true);
        struct cf_notifier_event event = {.kind = CF_NOTIFIER_GONE};
        push(n, &event);
    }
}

/* Over after one more NOTIFY. */
static void begin_end(struct cf_notifier *n, enum cf_notifier_cause cause, enum cf_subscription_reason reason,
                      uint32_t retry_after_sec) {
    if (is(n, IS_ENDING | IS_LAST_SENT | IS_GONE)) {
        return;
    }
    n->reason = reason;
    n->retry_after_sec = retry_after_sec;
    n->expires_at = CF_USEC_NEVER;
    say_ended(n, cause, 0);
    set(n, IS_ENDING, true);
}

/* Ask for a NOTIFY if one is due: one at a time, and changes not more often than the rules allow. */
static void ask_if_due(struct cf_notifier *n, cf_usec now) {
    bool is_urgent = is(n, WANTS_FULL | IS_ENDING);
    bool is_busy = is(n, IS_ASKED | IS_GONE | IS_LAST_SENT) || cf_outgoing_is_out(&n->notify) || cf_tx_id_is_set(n->subscribe_in);
    if (is_busy || !is(n, WANTS_FULL | WANTS_CHANGE | IS_ENDING) || (!is_urgent && n->next_at > now)) {
        return;
    }
    set(n, IS_ASKED, true);
    struct cf_notifier_event event = {.kind = CF_NOTIFIER_WANTED, .is_full = is(n, WANTS_FULL), .is_last = is(n, IS_ENDING)};
    push(n, &event);
}

/* The Event of the subscription: package and id, nothing else. */
static enum cf_err take_event(struct cf_notifier *n, const struct cf_sip_message *request, bool is_shared) {
    struct cf_writer w;
    cf_writer_init(&w, n->event, sizeof n->event);
    if (request->method == CF_SIP_METHOD_REFER) {
        set(n, IS_REFER, true);
        cf_put_lit(&w, "refer");
        if (is_shared) {
            /* RFC 3515 section 2.4.6: there may be more of them in the dialog. */
            cf_sip_put_param_dec(&w, CF_STR("id"), request->cseq.number);
        }
    } else {
        struct cf_sip_event event;
        if (cf_sip_event_parse(cf_sip_value(request, CF_SIP_HEADER_EVENT), &event) != CF_OK) {
            return CF_ERR_MALFORMED;
        }
        cf_put(&w, event.package);
        if (event.id.at != NULL) {
            cf_sip_put_param(&w, CF_STR("id"), event.id);
        }
    }
    n->event_len = (uint8_t)w.len;
    return cf_writer_ok(&w) ? CF_OK : CF_ERR_MALFORMED;
}

/* The duration that the request gets, or 423. */
static bool choose_expires(const struct cf_notifier *n, const struct cf_sip_message *request, uint32_t *ret_sec) {
    uint32_t max_sec = n->rules.expires_max_sec > 0 ? n->rules.expires_max_sec : EXPIRES_MAX_SEC;
    uint32_t sec = n->rules.expires_sec > 0 ? n->rules.expires_sec : EXPIRES_DEFAULT_SEC;
    if (request->method != CF_SIP_METHOD_REFER && (request->has & CF_SIP_HAS_EXPIRES) != 0) {
        sec = request->expires_sec;
        /* Section 4.2.1.1: an hour is never too brief. */
        if (sec > 0 && sec < 3600 && sec < n->rules.expires_min_sec) {
            return false;
        }
    }
    *ret_sec = sec < max_sec ? sec : max_sec;
    return true;
}

static void refuse(struct cf_notifier *n, struct cf_tx_id tx, const struct cf_sip_message *request, uint16_t status,
                   struct cf_str fields, cf_usec now) {
    struct cf_answer answer = {.status = status, .fields = fields};
    enum cf_err err = cf_usage_answer(&n->usage, n->dialog, tx, request, &answer, now);
    (void)err; /* the request comes again, or times out */
}

static void refuse_interval(struct cf_notifier *n, struct cf_tx_id tx, const struct cf_sip_message *request, cf_usec now) {
    char fields[32];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    cf_sip_put_field_dec(&w, CF_SIP_HEADER_MIN_EXPIRES, n->rules.expires_min_sec);
    refuse(n, tx, request, 423, cf_writer_str(&w), now);
}

enum cf_err cf_notifier_init(struct cf_notifier *notifier, const struct cf_usage *usage, const struct cf_notifier_rules *rules,
                             const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_notifier *n = notifier;
    struct cf_flow_info info;
    uint32_t expires_sec;
    *n = (struct cf_notifier){.usage = *usage, .rules = *rules, .expires_at = CF_USEC_NEVER, .subscribe_in = event->tx};
    enum cf_err err = take_event(n, event->message, false);
    if (err == CF_OK) {
        const struct cf_endpoint_tag tag = cf_endpoint_tag_of(usage->endpoint, event->message);
        err = cf_dialog_init_callee(&n->own, usage->mem, &tag, event->message);
    }
    if (err == CF_OK && usage->dialogs != NULL) {
        err = cf_dialog_table_add(usage->dialogs, &n->entry, &n->own, usage->owner);
    }
    if (err != CF_OK) {
        cf_notifier_fini(n);
        return err;
    }
    n->dialog = &n->own;
    if (cf_endpoint_flow_info(usage->endpoint, event->flow, &info)) {
        cf_dialog_set_flow(n->dialog, event->flow, &info);
    }
    if (!choose_expires(n, event->message, &expires_sec)) {
        refuse_interval(n, event->tx, event->message, now);
        n->subscribe_in = (struct cf_tx_id){{0, 0}};
        drop(n, CF_NOTIFIER_CAUSE_LOCAL, 423);
        return CF_OK;
    }
    struct cf_notifier_event subscribed = {.kind = CF_NOTIFIER_SUBSCRIBED, .message = event->message};
    push(n, &subscribed);
    return CF_OK;
}

enum cf_err cf_notifier_init_shared(struct cf_notifier *notifier, const struct cf_usage *usage,
                                    const struct cf_notifier_rules *rules, struct cf_dialog *dialog,
                                    const struct cf_sip_message *request, cf_usec now) {
    struct cf_notifier *n = notifier;
    uint32_t expires_sec = 0;
    *n = (struct cf_notifier){.usage = *usage, .rules = *rules, .dialog = dialog, .state = CF_SUBSCRIPTION_ACTIVE};
    enum cf_err err = take_event(n, request, true);
    if (err == CF_OK && !choose_expires(n, request, &expires_sec)) {
        err = CF_ERR_MALFORMED;
    }
    if (err != CF_OK) {
        *n = (struct cf_notifier){.dialog = NULL};
        return err;
    }
    n->expires_at = now + CF_SEC((cf_usec)expires_sec);
    set(n, WANTS_FULL, true);
    ask_if_due(n, now);
    return CF_OK;
}

void cf_notifier_detach(struct cf_notifier *notifier) {
    if (notifier->dialog != NULL && notifier->dialog != &notifier->own) {
        cf_outgoing_fini(&notifier->notify, &notifier->usage);
        notifier->dialog = NULL;
        drop(notifier, CF_NOTIFIER_CAUSE_LOST, 0);
    }
}

void cf_notifier_fini(struct cf_notifier *notifier) {
    if (notifier->usage.mem == NULL) {
        return;
    }
    cf_dialog_entry_remove(&notifier->entry);
    cf_outgoing_fini(&notifier->notify, &notifier->usage);
    cf_dialog_fini(&notifier->own);
    *notifier = (struct cf_notifier){.dialog = NULL};
}

/* 2xx to a SUBSCRIBE or REFER: how long, and where we are. */
static enum cf_err confirm(struct cf_notifier *n, struct cf_tx_id tx, const struct cf_sip_message *request, uint32_t expires_sec,
                           struct cf_str fields, cf_usec now) {
    char expires[32];
    struct cf_writer w;
    cf_writer_init(&w, expires, sizeof expires);
    bool is_refer = request->method == CF_SIP_METHOD_REFER;
    if (!is_refer) {
        cf_sip_put_field_dec(&w, CF_SIP_HEADER_EXPIRES, expires_sec);
    }
    struct cf_answer answer = {
        .status = is_refer ? 202 : 200,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES,
        .fields = cf_writer_str(&w),
        .more = fields,
    };
    return cf_usage_answer(&n->usage, n->dialog, tx, request, &answer, now);
}

enum cf_err cf_notifier_accept(struct cf_notifier *notifier, enum cf_subscription_state state, struct cf_str fields,
                               cf_usec now) {
    struct cf_notifier *n = notifier;
    uint32_t expires_sec = 0;
    const struct cf_sip_message *request =
        cf_tx_id_is_set(n->subscribe_in) ? cf_endpoint_request_of(n->usage.endpoint, n->subscribe_in) : NULL;
    if (request == NULL || !choose_expires(n, request, &expires_sec)) {
        return CF_ERR_NOT_FOUND;
    }
    enum cf_err err = confirm(n, n->subscribe_in, request, expires_sec, fields, now);
    if (err != CF_OK) {
        return err;
    }
    n->subscribe_in = (struct cf_tx_id){{0, 0}};
    n->own.is_confirmed = true;
    n->state = state;
    n->expires_at = now + CF_SEC((cf_usec)expires_sec);
    set(n, WANTS_FULL, true);
    if (expires_sec == 0) {
        begin_end(n, CF_NOTIFIER_CAUSE_UNSUBSCRIBED, CF_SUBSCRIPTION_REASON_TIMEOUT, 0);
    }
    ask_if_due(n, now);
    return CF_OK;
}

enum cf_err cf_notifier_reject(struct cf_notifier *notifier, uint16_t status, struct cf_str fields, cf_usec now) {
    struct cf_notifier *n = notifier;
    const struct cf_sip_message *request =
        cf_tx_id_is_set(n->subscribe_in) ? cf_endpoint_request_of(n->usage.endpoint, n->subscribe_in) : NULL;
    if (request == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    struct cf_answer answer = {.status = status, .fields = fields};
    enum cf_err err = cf_usage_answer(&n->usage, n->dialog, n->subscribe_in, request, &answer, now);
    if (err == CF_OK) {
        n->subscribe_in = (struct cf_tx_id){{0, 0}};
        drop(n, CF_NOTIFIER_CAUSE_LOCAL, status);
    }
    return err;
}

void cf_notifier_changed(struct cf_notifier *notifier, cf_usec now) {
    if (!is(notifier, IS_ENDED)) {
        set(notifier, WANTS_CHANGE, true);
        ask_if_due(notifier, now);
    }
}

void cf_notifier_activate(struct cf_notifier *notifier, cf_usec now) {
    if (notifier->state == CF_SUBSCRIPTION_PENDING) {
        notifier->state = CF_SUBSCRIPTION_ACTIVE;
        set(notifier, WANTS_FULL, true);
        ask_if_due(notifier, now);
    }
}

void cf_notifier_end(struct cf_notifier *notifier, enum cf_subscription_reason reason, uint32_t retry_after_sec, cf_usec now) {
    if (cf_tx_id_is_set(notifier->subscribe_in)) {
        enum cf_err err = cf_notifier_reject(notifier, 480, CF_STR_NONE, now);
        if (err != CF_OK) {
            drop(notifier, CF_NOTIFIER_CAUSE_LOCAL, 0);
        }
        return;
    }
    begin_end(notifier, CF_NOTIFIER_CAUSE_LOCAL, reason, retry_after_sec);
    ask_if_due(notifier, now);
}

/* Event, Subscription-State and the like. */
static void put_fields(const struct cf_notifier *n, const struct cf_notifier_content *content, struct cf_writer *w, cf_usec now) {
    bool is_last = is(n, IS_ENDING);
    cf_usec left = n->expires_at > now ? n->expires_at - now : 0;
    struct cf_subscription_status status = {
        .state = is_last ? CF_SUBSCRIPTION_TERMINATED : n->state,
        .reason = n->reason,
        .has_expires = true,
        .expires_sec = left < CF_SEC(UINT32_MAX) ? (uint32_t)((left + CF_SEC(1) - 1) / CF_SEC(1)) : UINT32_MAX,
        .retry_after_sec = n->retry_after_sec,
    };
    cf_sip_put_field(w, CF_SIP_HEADER_EVENT, cf_notifier_package(n));
    cf_sip_field_begin(w, CF_SIP_HEADER_SUBSCRIPTION_STATE);
    cf_put_subscription_status(w, &status);
    cf_sip_field_end(w);
    if (content->encoding.at != NULL && content->body.len > 0) {
        cf_sip_put_field(w, CF_SIP_HEADER_CONTENT_ENCODING, content->encoding);
    }
}

/* It could not be sent: later again, but a last one not for ever. */
static void put_off(struct cf_notifier *n, cf_usec now) {
    n->next_at = now + RETRY;
    n->flags += is(n, IS_ENDING) ? ATTEMPT : 0;
    if (n->flags / ATTEMPT >= LAST_ATTEMPTS_MAX) {
        drop(n, CF_NOTIFIER_CAUSE_NO_MEMORY, 0);
    }
}

enum cf_err cf_notifier_notify(struct cf_notifier *notifier, const struct cf_notifier_content *content, cf_usec now) {
    struct cf_notifier *n = notifier;
    char fields[CF_NOTIFIER_EVENT_MAX + 256];
    struct cf_writer w;
    if (!is(n, IS_ASKED) || n->dialog == NULL) {
        return CF_ERR_STATE;
    }
    set(n, IS_ASKED, false);
    cf_writer_init(&w, fields, sizeof fields);
    put_fields(n, content, &w, now);
    struct cf_outline outline = {
        .method = CF_SIP_METHOD_NOTIFY,
        .profile = CF_UA_PROFILE_CONTACT,
        .fields = cf_writer_str(&w),
        .more = content->fields,
        .content_type = content->content_type,
        .body = content->content_type.at != NULL ? content->body : CF_STR_NONE,
    };
    enum cf_err err = cf_writer_ok(&w) ? cf_usage_send(&n->usage, n->dialog, &n->notify, &outline, now) : CF_ERR_NO_ROOM;
    if (err != CF_OK) {
        put_off(n, now);
        return err;
    }
    n->next_at = now + n->rules.interval_usec;
    set(n, IS_LAST_SENT, is(n, IS_ENDING));
    set(n, WANTS_FULL | WANTS_CHANGE | IS_ENDING, false);
    return CF_OK;
}

static void on_notify_final(struct cf_notifier *n, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    if (cf_outgoing_on_final(&n->notify, &n->usage, n->dialog, event, now)) {
        return;
    }
    uint32_t retry_after_sec = 0;
    if (is(n, IS_LAST_SENT)) {
        drop(n, CF_NOTIFIER_CAUSE_LOCAL, 0);
    } else if (status < 300) {
        struct cf_notifier_event delivered = {.kind = CF_NOTIFIER_DELIVERED, .status = status, .message = event->message};
        push(n, &delivered);
    } else if (event->message == NULL || status == 408) {
        drop(n, CF_NOTIFIER_CAUSE_UNREACHABLE, status);
    } else if (cf_subscription_is_fatal(status)) {
        drop(n, CF_NOTIFIER_CAUSE_LOST, status);
    } else {
        if (!cf_sip_seconds(event->message, CF_SIP_HEADER_RETRY_AFTER, &retry_after_sec)) {
            retry_after_sec = 0;
        }
        cf_usec pause = CF_SEC((cf_usec)(retry_after_sec < RETRY_AFTER_MAX_SEC ? retry_after_sec : RETRY_AFTER_MAX_SEC));
        n->next_at = now + (pause > RETRY ? pause : RETRY);
        struct cf_notifier_event refused = {.kind = CF_NOTIFIER_REFUSED, .status = status, .message = event->message};
        push(n, &refused);
    }
}

/* Is the SUBSCRIBE for this subscription, and is it its turn? Else it is answered. */
static bool admit(struct cf_notifier *n, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_flow_info info;
    struct cf_sip_event asked;
    struct cf_sip_event ours;
    const struct cf_sip_message *message = event->message;
    bool is_ours = message->method == CF_SIP_METHOD_SUBSCRIBE && cf_dialog_matches(n->dialog, message) &&
                   cf_endpoint_flow_info(n->usage.endpoint, event->flow, &info) && cf_dialog_admits(n->dialog, &info) &&
                   cf_sip_event_parse(cf_sip_value(message, CF_SIP_HEADER_EVENT), &asked) == CF_OK &&
                   cf_sip_event_parse(cf_notifier_package(n), &ours) == CF_OK && cf_sip_event_eq(&asked, &ours);
    if (!is_ours || is(n, IS_ENDED) || cf_tx_id_is_set(n->subscribe_in)) {
        refuse(n, event->tx, message, 481, CF_STR_NONE, now);
        return false;
    }
    /* In a session's dialog the session has looked at the order before. */
    if (n->dialog == &n->own && cf_dialog_take_request(n->dialog, message) == CF_DIALOG_OUT_OF_ORDER) {
        refuse(n, event->tx, message, 500, CF_STR_NONE, now);
        return false;
    }
    cf_dialog_set_flow(n->dialog, event->flow, &info);
    return true;
}

static void on_subscribe(struct cf_notifier *n, const struct cf_endpoint_event *event, cf_usec now) {
    uint32_t expires_sec;
    if (!admit(n, event, now)) {
        return;
    }
    if (!choose_expires(n, event->message, &expires_sec)) {
        refuse_interval(n, event->tx, event->message, now);
        return;
    }
    enum cf_err err = confirm(n, event->tx, event->message, expires_sec, CF_STR_NONE, now);
    if (err == CF_OK) {
        err = cf_dialog_refresh_target(n->dialog, event->message);
    }
    if (err != CF_OK) {
        return; /* it comes again, or the subscription expires */
    }
    set(n, WANTS_FULL, true);
    if (expires_sec == 0) {
        begin_end(n, CF_NOTIFIER_CAUSE_UNSUBSCRIBED, CF_SUBSCRIPTION_REASON_TIMEOUT, 0);
    } else {
        n->expires_at = now + CF_SEC((cf_usec)expires_sec);
        struct cf_notifier_event refreshed = {.kind = CF_NOTIFIER_REFRESHED, .message = event->message};
        push(n, &refreshed);
    }
    ask_if_due(n, now);
}

void cf_notifier_on_event(struct cf_notifier *notifier, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_notifier *n = notifier;
    bool is_of_notify = cf_outgoing_is_out(&n->notify) && cf_tx_id_eq(event->tx, n->notify.tx);
    if (n->dialog == NULL) {
        return;
    }
    switch (event->kind) {
    case CF_ENDPOINT_REQUEST:
        on_subscribe(n, event, now);
        break;
    case CF_ENDPOINT_RESPONSE:
        if (is_of_notify && event->message->status >= 200) {
            on_notify_final(n, event->message->status, event, now);
        }
        break;
    case CF_ENDPOINT_FAILED:
        if (is_of_notify) {
            on_notify_final(n, event->err == CF_ERR_TIMEOUT ? 408 : 503, event, now);
        }
        break;
    case CF_ENDPOINT_FLOW_CLOSED:
        if (cf_flow_id_eq(n->dialog->flow, event->flow)) {
            n->dialog->flow = (struct cf_flow_id){{0, 0}};
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
    ask_if_due(n, now);
}

cf_usec cf_notifier_deadline(const struct cf_notifier *notifier) {
    const struct cf_notifier *n = notifier;
    bool waits = is(n, WANTS_FULL | WANTS_CHANGE | IS_ENDING) && !is(n, IS_ASKED | IS_GONE | IS_LAST_SENT) &&
                 !cf_outgoing_is_out(&n->notify) && !cf_tx_id_is_set(n->subscribe_in);
    cf_usec expires_at = is(n, IS_ENDED) ? CF_USEC_NEVER : n->expires_at;
    return waits ? cf_usec_min(expires_at, n->next_at) : expires_at;
}

void cf_notifier_on_deadline(struct cf_notifier *notifier, cf_usec now) {
    if (!is(notifier, IS_ENDED) && notifier->expires_at <= now) {
        begin_end(notifier, CF_NOTIFIER_CAUSE_EXPIRED, CF_SUBSCRIPTION_REASON_TIMEOUT, 0);
    }
    ask_if_due(notifier, now);
}
