/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * REFER to the focus (RFC 3515, RFC 4579 sections 5.7 to 5.9): add somebody, remove somebody (method=BYE), make somebody
 * administrator (Linphone's admin= parameter). What is asked for is done or refused at once; the subscription that comes with a
 * REFER tells that in one NOTIFY, unless it is not wanted (Refer-Sub: false, or norefersub of RFC 7614).
 */
#include "core/focus/focus_impl.h"
#include "core/sip/builder.h"

#define AOR_MAX CF_ROSTER_AOR_MAX
#define FRAGMENT_MAX 128

/* What a Refer-To asks for. */
struct wish {
    struct cf_sip_name_addr target;
    char aor_text[AOR_MAX];
    struct cf_str aor; /* canonical */
    bool removes;
    bool has_admin;
    bool is_admin;
};

static bool read_wish(const struct cf_sip_message *message, struct wish *ret) {
    struct cf_writer w;
    struct cf_str admin;
    if (cf_sip_name_addr_parse(cf_sip_value(message, CF_SIP_HEADER_REFER_TO), &ret->target) != CF_OK) {
        return false;
    }
    cf_writer_init(&w, ret->aor_text, sizeof ret->aor_text);
    cf_sip_put_aor(&w, &ret->target.uri);
    ret->aor = cf_writer_str(&w);
    ret->removes = cf_str_eq_nocase(cf_sip_param_value(ret->target.uri.params, CF_STR("method")), CF_STR("BYE"));
    ret->has_admin = cf_sip_param_find(ret->target.params, CF_STR("admin"), &admin);
    ret->is_admin = ret->has_admin && cf_str_eq(admin, CF_STR("1"));
    return cf_writer_ok(&w) && cf_sip_uri_is_sip(&ret->target.uri);
}

/* Only people whom we may call: attacks T16. A trusted proxy decides for itself. */
static bool may_be_called(const struct cf_focus *focus, const struct wish *wish) {
    return focus->config.proxy.len > 0 || cf_domains_has(&focus->config.domains, wish->target.uri.host);
}

static unsigned fulfil(struct cf_focus *focus, struct cf_conference *conf, const struct wish *wish, struct cf_str actor_aor,
                       cf_usec now) {
    struct cf_conference_actor actor = {.aor = actor_aor};
    struct cf_denial denial = {.reason = CF_DENIAL_NONE};
    bool is_in = cf_roster_find(&conf->roster, wish->aor) != NULL;
    if (wish->removes) {
        denial = cf_conference_on_remove(conf, now, &actor, wish->aor);
    } else if (!is_in) {
        struct cf_resource_entry entry = {.uri = wish->aor};
        if (!may_be_called(focus, wish)) {
            return 403;
        }
        denial = cf_conference_on_add(conf, now, &actor, &entry);
    }
    if (cf_denial_is_none(denial) && wish->has_admin && !wish->removes && (is_in || wish->is_admin)) {
        denial = cf_conference_on_set_admin(conf, now, &actor, wish->aor, wish->is_admin);
    }
    return cf_denial_is_none(denial) ? 202 : cf_denial_status(denial.reason);
}

unsigned cf_leg_on_refer(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now) {
    struct wish wish;
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf == NULL) {
        return 481;
    }
    return read_wish(message, &wish) ? fulfil(leg->room->focus, conf, &wish, leg->aor, now) : 400;
}

void cf_referral_destroy(struct cf_referral *referral) {
    struct cf_focus *focus = referral->room->focus;
    cf_notifier_fini(&referral->notifier);
    cf_heap_cancel(&focus->timers, &referral->timer.timer);
    cf_list_remove(&referral->in_room);
    cf_handle_remove(&focus->referrals, referral->handle);
    cf_mem_free(focus->config.mem, referral, sizeof *referral);
}

static void notify(struct cf_referral *referral, cf_usec now) {
    char fragment[FRAGMENT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, fragment, sizeof fragment);
    cf_sip_put_status_line(&w, referral->status, CF_STR_NONE);
    struct cf_notifier_content content = {.content_type = CF_STR("message/sipfrag;version=2.0"), .body = cf_writer_str(&w)};
    enum cf_err err = cf_notifier_notify(&referral->notifier, &content, now);
    (void)err;
}

static void on_event(struct cf_referral *referral, const struct cf_notifier_event *event, cf_usec now) {
    switch (event->kind) {
    case CF_NOTIFIER_SUBSCRIBED: {
        enum cf_err err = cf_notifier_accept(&referral->notifier, CF_SUBSCRIPTION_ACTIVE, CF_STR_NONE, now);
        (void)err;
        /* The outcome is known: one NOTIFY says it and ends the subscription (RFC 3515 section 2.4.7). */
        cf_notifier_end(&referral->notifier, CF_SUBSCRIPTION_REASON_NORESOURCE, 0, now);
        break;
    }
    case CF_NOTIFIER_WANTED:
        notify(referral, now);
        break;
    case CF_NOTIFIER_REFRESHED:
    case CF_NOTIFIER_DELIVERED:
    case CF_NOTIFIER_REFUSED:
    case CF_NOTIFIER_ENDED:
    case CF_NOTIFIER_GONE:
        break;
    }
}

void cf_referral_settle(struct cf_referral *referral, cf_usec now) {
    struct cf_notifier_event event;
    struct cf_room *room = referral->room;
    bool is_gone = false;
    while (!is_gone && cf_notifier_poll(&referral->notifier, &event)) {
        on_event(referral, &event, now);
        is_gone = event.kind == CF_NOTIFIER_GONE;
    }
    if (is_gone) {
        cf_referral_destroy(referral);
        cf_room_settle(room);
        return;
    }
    cf_focus_set_timer(room->focus, &referral->timer, cf_notifier_deadline(&referral->notifier));
}

static struct cf_referral *create(struct cf_room *room, unsigned status) {
    struct cf_focus *focus = room->focus;
    struct cf_referral *referral = cf_mem_alloc(focus->config.mem, sizeof *referral);
    if (referral == NULL) {
        return NULL;
    }
    *referral = (struct cf_referral){.room = room, .timer = {.kind = CF_FOCUS_TIMER_REFERRAL}, .status = status};
    cf_list_append(&room->referrals, &referral->in_room);
    referral->handle = cf_handle_add(&focus->referrals, referral);
    if (!cf_handle_is_set(referral->handle)) {
        cf_referral_destroy(referral);
        return NULL;
    }
    return referral;
}

/* RFC 4488, RFC 7614: no subscription if the sender does not want one. */
static bool wants_subscription(const struct cf_sip_message *message) {
    struct cf_sip_values values;
    struct cf_str tag;
    if (cf_str_eq_nocase(cf_sip_value(message, CF_SIP_HEADER_REFER_SUB), CF_STR("false"))) {
        return false;
    }
    cf_sip_values_begin(message, CF_SIP_HEADER_REQUIRE, &values);
    while (cf_sip_values_next(&values, &tag)) {
        if (cf_str_eq_nocase(tag, CF_STR("norefersub")) || cf_str_eq_nocase(tag, CF_STR("nosub"))) {
            return false;
        }
    }
    return true;
}

static bool subscribe(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event, cf_usec now) {
    static const struct cf_notifier_rules rules = {.expires_sec = 60, .expires_max_sec = 60};
    struct cf_room *room = cf_room_of(focus, conf);
    struct cf_referral *referral = room == NULL ? NULL : create(room, 200);
    if (referral == NULL) {
        return false;
    }
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_REFERRAL, referral->handle);
    if (cf_notifier_init(&referral->notifier, &usage, &rules, event, now) != CF_OK) {
        cf_referral_destroy(referral);
        return false;
    }
    cf_referral_settle(referral, now);
    return true;
}

void cf_focus_on_refer(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                       const struct cf_caller *caller, cf_usec now) {
    struct wish wish;
    unsigned status = read_wish(event->message, &wish) ? fulfil(focus, conf, &wish, caller->aor, now) : 400;
    if (status != 202) {
        cf_focus_answer(focus, event, status, CF_STR_NONE, CF_STR_NONE, now);
    } else if (!wants_subscription(event->message)) {
        cf_focus_answer(focus, event, 200, CF_STR_NONE, CF_STR("Refer-Sub: false\r\n"), now);
    } else if (!subscribe(focus, conf, event, now)) {
        cf_focus_answer(focus, event, 202, CF_STR_NONE, CF_STR_NONE, now);
    }
}
