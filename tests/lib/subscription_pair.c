/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A subscriber and a notifier. */
#include "lib/subscription_pair.h"

#include "core/sip/builder.h"
#include "lib/test.h"

static const char *const notifier_events[] = {
    [CF_NOTIFIER_SUBSCRIBED] = "SUBSCRIBED",
    [CF_NOTIFIER_REFRESHED] = "REFRESHED",
    [CF_NOTIFIER_WANTED] = "WANTED",
    [CF_NOTIFIER_DELIVERED] = "DELIVERED",
    [CF_NOTIFIER_REFUSED] = "REFUSED",
    [CF_NOTIFIER_ENDED] = "ENDED",
    [CF_NOTIFIER_GONE] = "GONE",
};
static const char *const notifier_causes[] = {
    [CF_NOTIFIER_CAUSE_NONE] = "",
    [CF_NOTIFIER_CAUSE_UNSUBSCRIBED] = " UNSUBSCRIBED",
    [CF_NOTIFIER_CAUSE_EXPIRED] = " EXPIRED",
    [CF_NOTIFIER_CAUSE_LOCAL] = " LOCAL",
    [CF_NOTIFIER_CAUSE_LOST] = " LOST",
    [CF_NOTIFIER_CAUSE_UNREACHABLE] = " UNREACHABLE",
    [CF_NOTIFIER_CAUSE_NO_MEMORY] = " NO_MEMORY",
};
static const char *const subscriber_events[] = {
    [CF_SUBSCRIBER_ACCEPTED] = "ACCEPTED",
    [CF_SUBSCRIBER_NOTIFIED] = "NOTIFIED",
    [CF_SUBSCRIBER_ENDED] = "ENDED",
    [CF_SUBSCRIBER_GONE] = "GONE",
};
static const char *const subscriber_causes[] = {
    [CF_SUBSCRIBER_CAUSE_NONE] = "",
    [CF_SUBSCRIBER_CAUSE_REJECTED] = " REJECTED",
    [CF_SUBSCRIBER_CAUSE_TERMINATED] = " TERMINATED",
    [CF_SUBSCRIBER_CAUSE_LOCAL] = " LOCAL",
    [CF_SUBSCRIBER_CAUSE_LOST] = " LOST",
    [CF_SUBSCRIBER_CAUSE_SILENT] = " SILENT",
    [CF_SUBSCRIBER_CAUSE_EXPIRED] = " EXPIRED",
    [CF_SUBSCRIBER_CAUSE_UNREACHABLE] = " UNREACHABLE",
    [CF_SUBSCRIBER_CAUSE_UNWANTED] = " UNWANTED",
    [CF_SUBSCRIBER_CAUSE_NO_MEMORY] = " NO_MEMORY",
};
static const char *const states[] = {
    [CF_SUBSCRIPTION_PENDING] = "pending",
    [CF_SUBSCRIPTION_ACTIVE] = "active",
    [CF_SUBSCRIPTION_TERMINATED] = "terminated",
};

static struct cf_usage usage_of(struct subscription_pair *p, unsigned side) {
    return (struct cf_usage){.mem = &p->net.sides[side].mem.mem,
                             .entropy = &p->net.sides[side].entropy.entropy,
                             .endpoint = p->net.sides[side].ep,
                             .dialogs = &p->dialogs[side],
                             .profile = &p->profiles[side],
                             .owner = {1, {side, 1}}};
}

static void check(struct subscription_pair *p, enum cf_err err) {
    if (err != CF_OK && err != CF_ERR_NOT_FOUND && !p->is_failing) {
        fail_msg("command failed: %s", cf_err_text(err));
    }
}

/* --- B --- */

static void tell(struct subscription_pair *p) {
    char body[32];
    snprintf(body, sizeof body, "state %u", p->state);
    struct cf_notifier_content content = {.content_type = CF_STR("text/plain"), .body = cf_str_of(body)};
    check(p, cf_notifier_notify(&p->notifier, &content, p->net.now));
}

static void on_notifier_event(struct subscription_pair *p, const struct cf_notifier_event *event) {
    if (event->kind == CF_NOTIFIER_SUBSCRIBED && !p->leaves_request) {
        enum cf_err err = cf_notifier_accept(&p->notifier, p->accepts, CF_STR_NONE, p->net.now);
        check(p, err);
        if (err != CF_OK) {
            cf_notifier_end(&p->notifier, CF_SUBSCRIPTION_REASON_NONE, 0, p->net.now);
        }
    } else if (event->kind == CF_NOTIFIER_WANTED) {
        tell(p);
    } else if (event->kind == CF_NOTIFIER_ENDED) {
        p->notifier_cause = event->cause;
    }
}

static void drain_notifier(struct subscription_pair *p) {
    struct cf_notifier_event event;
    while (p->has_notifier && cf_notifier_poll(&p->notifier, &event)) {
        if (event.kind != CF_NOTIFIER_WANTED && event.kind != CF_NOTIFIER_DELIVERED) {
            transcript_line(&p->net.transcript, p->net.now, "B: %s%s", notifier_events[event.kind], notifier_causes[event.cause]);
        }
        if (event.kind == CF_NOTIFIER_GONE) {
            cf_notifier_fini(&p->notifier);
            p->has_notifier = false;
            p->is_notifier_gone = true;
            return;
        }
        on_notifier_event(p, &event);
    }
}

static void answer(struct subscription_pair *p, unsigned side, const struct cf_endpoint_event *event, unsigned status,
                   const char *fields) {
    char text[4096];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_sip_reply_begin(&w, event->message, status, CF_STR_NONE, CF_STR("nobody"));
    cf_put(&w, cf_str_of(fields));
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
    check(p, cf_endpoint_respond(p->net.sides[side].ep, event->tx, cf_writer_str(&w), p->net.now));
}

static void on_new_request(struct subscription_pair *p, const struct cf_endpoint_event *event) {
    struct cf_usage usage = usage_of(p, 1);
    cf_endpoint_trust_flow(p->net.sides[1].ep, event->flow);
    if (p->has_notifier || p->is_notifier_gone || cf_notifier_init(&p->notifier, &usage, &p->rules, event, p->net.now) != CF_OK) {
        answer(p, 1, event, 481, "");
        return;
    }
    p->has_notifier = true;
}

/* --- A --- */

static void drain_subscriber(struct subscription_pair *p) {
    struct cf_subscriber_event event;
    while (p->has_subscriber && cf_subscriber_poll(&p->subscriber, &event)) {
        if (event.kind == CF_SUBSCRIBER_NOTIFIED) {
            struct cf_str body = event.message->body;
            (void)cf_str_to_u32(cf_str_skip(body, 6), UINT32_MAX, &p->seen);
            transcript_line(&p->net.transcript, p->net.now, "A: NOTIFIED %s %.*s", states[event.notified.state],
                            CF_STR_ARG(body));
        } else {
            transcript_line(&p->net.transcript, p->net.now, "A: %s%s", subscriber_events[event.kind],
                            subscriber_causes[event.cause]);
        }
        if (event.kind == CF_SUBSCRIBER_ENDED) {
            p->subscriber_cause = event.cause;
            p->status = event.status;
        } else if (event.kind == CF_SUBSCRIBER_GONE) {
            cf_subscriber_fini(&p->subscriber);
            p->has_subscriber = false;
            p->is_subscriber_gone = true;
            return;
        }
    }
}

/* --- the pair --- */

static void on_event(void *ctx, unsigned side, const struct cf_endpoint_event *event) {
    struct subscription_pair *p = ctx;
    bool is_request = event->kind == CF_ENDPOINT_REQUEST;
    bool is_ours = is_request ? cf_dialog_table_owner_of(&p->dialogs[side], event->message).kind != 0 : true;
    if (side == 0 && is_request && p->refuse_status != 0) {
        answer(p, 0, event, p->refuse_status, p->refuse_fields);
    } else if (side == 1 && is_request && is_ours && p->refuse_refresh != 0) {
        answer(p, 1, event, p->refuse_refresh, "");
    } else if (side == 0 && is_ours && p->has_subscriber) {
        cf_subscriber_on_event(&p->subscriber, event, p->net.now);
    } else if (side == 1 && is_ours && p->has_notifier) {
        cf_notifier_on_event(&p->notifier, event, p->net.now);
    } else if (side == 1 && is_request) {
        on_new_request(p, event);
    } else if (is_request) {
        answer(p, side, event, 481, "");
    }
    drain_subscriber(p);
    drain_notifier(p);
}

static cf_usec deadline(void *ctx, unsigned side) {
    struct subscription_pair *p = ctx;
    if (side == 0) {
        return p->has_subscriber ? cf_subscriber_deadline(&p->subscriber) : CF_USEC_NEVER;
    }
    return p->has_notifier ? cf_notifier_deadline(&p->notifier) : CF_USEC_NEVER;
}

static void on_deadline(void *ctx, unsigned side) {
    struct subscription_pair *p = ctx;
    if (side == 0) {
        cf_subscriber_on_deadline(&p->subscriber, p->net.now);
    } else {
        cf_notifier_on_deadline(&p->notifier, p->net.now);
    }
    drain_subscriber(p);
    drain_notifier(p);
}

static void init_sides(struct subscription_pair *p) {
    static const char *const contacts[] = {"<sip:alice@192.0.2.1>", "<sip:focus@192.0.2.2>;isfocus"};
    p->accepts = CF_SUBSCRIPTION_ACTIVE;
    for (unsigned side = 0; side < 2; side++) {
        p->profiles[side] = (struct cf_ua_profile){.contact = cf_str_of(contacts[side])};
        cf_dialog_table_init(&p->dialogs[side], &p->net.sides[side].mem.mem, &p->net.sides[side].entropy.entropy);
    }
}

void subscription_pair_init(struct subscription_pair *p, uint64_t seed) {
    struct sip_pair_user user = {on_event, deadline, on_deadline, p};
    *p = (struct subscription_pair){.is_failing = false};
    sip_pair_init(&p->net, &user, seed);
    init_sides(p);
}

bool subscription_pair_init_failing(struct subscription_pair *p, unsigned side, size_t fail_at) {
    struct sip_pair_user user = {on_event, deadline, on_deadline, p};
    *p = (struct subscription_pair){.is_failing = true};
    bool is_made = sip_pair_init_failing(&p->net, &user, side, fail_at);
    init_sides(p);
    return is_made;
}

void subscription_pair_fini(struct subscription_pair *p) {
    if (p->has_subscriber) {
        cf_subscriber_fini(&p->subscriber);
    }
    if (p->has_notifier) {
        cf_notifier_fini(&p->notifier);
    }
    for (unsigned side = 0; side < 2; side++) {
        cf_dialog_table_fini(&p->dialogs[side]);
    }
    sip_pair_fini(&p->net);
}

void subscription_pair_begin(struct subscription_pair *p, uint32_t expires_sec, bool is_refer) {
    struct cf_usage usage = usage_of(p, 0);
    struct cf_subscriber_call call = {.method = is_refer ? CF_SIP_METHOD_REFER : CF_SIP_METHOD_SUBSCRIBE,
                                      .target = CF_STR("sip:focus@192.0.2.2"),
                                      .local = CF_STR("<sip:alice@example.org>"),
                                      .remote = CF_STR("<sip:focus@example.org>"),
                                      .event = CF_STR("conference"),
                                      .fields = is_refer ? CF_STR("Refer-To: <sip:carol@example.org>\r\n") : CF_STR_NONE,
                                      .expires_sec = expires_sec};
    enum cf_err err = cf_subscriber_init(&p->subscriber, &usage, &call, p->net.now);
    check(p, err);
    p->has_subscriber = err == CF_OK;
    subscription_pair_drain(p);
}

void subscription_pair_establish(struct subscription_pair *p, uint32_t expires_sec) {
    subscription_pair_begin(p, expires_sec, false);
    subscription_pair_run_for(p, CF_MSEC(500));
    assert_true(p->has_subscriber && p->has_notifier);
    transcript_reset(&p->net.transcript);
}

void subscription_pair_change(struct subscription_pair *p) {
    p->state++;
    if (p->has_notifier) {
        cf_notifier_changed(&p->notifier, p->net.now);
    }
    subscription_pair_drain(p);
}

void subscription_pair_drain(struct subscription_pair *p) {
    drain_subscriber(p);
    drain_notifier(p);
    sip_pair_drain(&p->net);
}

void subscription_pair_run_for(struct subscription_pair *p, cf_usec duration) {
    subscription_pair_drain(p);
    sip_pair_run_for(&p->net, duration);
}
