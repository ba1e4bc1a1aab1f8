/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subscription that a REFER makes (RFC 3515): it tells how it went. What is done at once is told in one NOTIFY; of somebody
 * who is being called "100 Trying" comes first, "180 Ringing" when a device of theirs rings, and the rest when they have answered
 * or failed to. How that stands is read from the roster whenever it changes, so that nothing has to be remembered on the way.
 */
#include "core/focus/referral.h"

#include "core/focus/focus_impl.h"
#include "core/focus/leg.h"
#include "core/focus/room.h"
#include "core/focus/subscription.h"
#include "core/sip/builder.h"
#include "core/sip/event_field.h"

#define FRAGMENT_MAX 128
#define TRYING 100
#define RINGING 180
#define GIVEN_UP 487
#define MARGIN_SEC 30 /* a call that nobody answers ends before the subscription does */

void cf_referral_destroy(struct cf_referral *referral) {
    const struct cf_mem *mem = referral->sub.room->focus->config.mem;
    cf_room_subscription_close(&referral->sub);
    cf_list_remove(&referral->in_leg);
    cf_mem_free_str(mem, &referral->aor);
    cf_mem_free(mem, referral, sizeof *referral);
}

/* How the call to @p aor went so far. */
static unsigned outcome_of(const struct cf_conference *conf, struct cf_str aor) {
    const struct cf_roster_participant *p = conf == NULL ? NULL : cf_roster_find(&conf->roster, aor);
    unsigned outcome = GIVEN_UP;
    for (struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (cf_roster_device_is_in(d)) {
            return 200;
        }
        if (d->status != CF_ENDPOINT_DISCONNECTED && d->status != CF_ENDPOINT_DISCONNECTING) {
            outcome = d->status == CF_ENDPOINT_ALERTING || outcome == RINGING ? RINGING : TRYING;
        } else if (outcome == GIVEN_UP && d->cause.code != 0) {
            outcome = d->cause.code;
        }
    }
    return outcome;
}

static bool is_final(const struct cf_referral *referral) {
    return referral->status >= 200;
}

static void notify(struct cf_referral *referral, cf_usec now) {
    char fragment[FRAGMENT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, fragment, sizeof fragment);
    cf_sip_put_status_line(&w, referral->status, CF_STR_NONE);
    struct cf_notifier_content content = {.content_type = CF_STR("message/sipfrag;version=2.0"), .body = cf_writer_str(&w)};
    enum cf_err err = cf_notifier_notify(&referral->sub.notifier, &content, now);
    (void)err; /* the notifier asks again */
}

/* RFC 3515 section 2.4.7: with the final outcome the subscription ends. */
static void end_if_known(struct cf_referral *referral, cf_usec now) {
    if (is_final(referral)) {
        cf_notifier_end(&referral->sub.notifier, CF_SUBSCRIPTION_REASON_NORESOURCE, 0, now);
    }
}

static void on_event(struct cf_referral *referral, const struct cf_notifier_event *event, cf_usec now) {
    if (event->kind == CF_NOTIFIER_SUBSCRIBED) {
        enum cf_err err = cf_notifier_accept(&referral->sub.notifier, CF_SUBSCRIPTION_ACTIVE, CF_STR_NONE, now);
        if (err != CF_OK) {
            cf_notifier_end(&referral->sub.notifier, CF_SUBSCRIPTION_REASON_NONE, 0, now);
            return;
        }
        end_if_known(referral, now);
    } else if (event->kind == CF_NOTIFIER_WANTED) {
        notify(referral, now);
    }
}

void cf_referral_settle(struct cf_referral *referral, cf_usec now) {
    struct cf_notifier_event event;
    struct cf_room *room = referral->sub.room;
    while (cf_notifier_poll(&referral->sub.notifier, &event)) {
        if (event.kind == CF_NOTIFIER_GONE) {
            cf_referral_destroy(referral);
            cf_room_settle(room);
            return;
        }
        on_event(referral, &event, now);
    }
    cf_focus_set_timer(room->focus, &referral->sub.timer, cf_notifier_deadline(&referral->sub.notifier));
}

void cf_referral_on_roster(struct cf_referral *referral, cf_usec now) {
    unsigned status = is_final(referral) ? 0 : outcome_of(cf_room_conference(referral->sub.room), referral->aor);
    /* Nobody is told that it has stopped ringing where it rang, as long as it may ring elsewhere. */
    if (status <= referral->status) {
        return;
    }
    referral->status = status;
    cf_notifier_changed(&referral->sub.notifier, now);
    end_if_known(referral, now);
    cf_referral_settle(referral, now);
}

static struct cf_referral *create(struct cf_room *room, struct cf_str awaited) {
    struct cf_focus *focus = room->focus;
    struct cf_referral *referral = cf_mem_alloc(focus->config.mem, sizeof *referral);
    if (referral == NULL) {
        return NULL;
    }
    *referral = (struct cf_referral){.sub = {.room = room, .timer = {.kind = CF_FOCUS_TIMER_REFERRAL}}, .status = 200};
    if (!cf_mem_dup_str(focus->config.mem, awaited, &referral->aor) ||
        !cf_room_subscription_open(&referral->sub, &focus->referrals, &room->referrals, referral)) {
        cf_referral_destroy(referral);
        return NULL;
    }
    if (awaited.at != NULL) {
        referral->status = outcome_of(cf_room_conference(room), awaited);
    }
    return referral;
}

static struct cf_notifier_rules rules_of(const struct cf_focus *focus) {
    uint32_t expires_sec = (uint32_t)(focus->config.ring_usec / CF_SEC(1)) + MARGIN_SEC;
    return (struct cf_notifier_rules){.expires_sec = expires_sec, .expires_max_sec = expires_sec};
}

bool cf_referral_open(struct cf_room *room, const struct cf_endpoint_event *event, struct cf_str awaited, cf_usec now) {
    struct cf_referral *referral = create(room, awaited);
    if (referral == NULL) {
        return false;
    }
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_REFERRAL, referral->sub.handle);
    struct cf_notifier_rules rules = rules_of(room->focus);
    if (cf_notifier_init(&referral->sub.notifier, &usage, &rules, event, now) != CF_OK) {
        cf_referral_destroy(referral);
        return false;
    }
    cf_referral_settle(referral, now);
    return true;
}

void cf_referral_open_in_leg(struct cf_leg *leg, const struct cf_sip_message *refer, struct cf_str awaited, cf_usec now) {
    struct cf_referral *referral = create(leg->room, awaited);
    if (referral == NULL) {
        return;
    }
    struct cf_usage usage = cf_room_usage(leg->room, CF_FOCUS_OWNER_REFERRAL, referral->sub.handle);
    struct cf_notifier_rules rules = rules_of(leg->room->focus);
    struct cf_dialog *dialog = cf_session_shared_dialog(&leg->session);
    if (cf_notifier_init_shared(&referral->sub.notifier, &usage, &rules, dialog, refer, now) != CF_OK) {
        cf_referral_destroy(referral);
        return;
    }
    cf_list_append(&leg->referrals, &referral->in_leg);
    end_if_known(referral, now);
    cf_referral_settle(referral, now);
}

bool cf_referral_take_subscribe(struct cf_leg *leg, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_sip_event asked;
    struct cf_sip_event ours;
    if (cf_sip_event_parse(cf_sip_value(event->message, CF_SIP_HEADER_EVENT), &asked) != CF_OK) {
        return false;
    }
    CF_LIST_EACH (&leg->referrals, link, following) {
        struct cf_referral *referral = CF_OF(link, struct cf_referral, in_leg);
        if (cf_sip_event_parse(cf_notifier_package(&referral->sub.notifier), &ours) == CF_OK && cf_sip_event_eq(&asked, &ours)) {
            cf_notifier_on_event(&referral->sub.notifier, event, now);
            cf_referral_settle(referral, now);
            return true;
        }
    }
    return false;
}

void cf_referral_detach_all(struct cf_leg *leg) {
    for (struct cf_link *link = cf_list_pop(&leg->referrals); link != NULL; link = cf_list_pop(&leg->referrals)) {
        struct cf_referral *referral = CF_OF(link, struct cf_referral, in_leg);
        cf_notifier_detach(&referral->sub.notifier);
        cf_referral_destroy(referral);
    }
}
