/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * REFER to the focus (RFC 3515, RFC 4579 sections 5.7 to 5.9): add somebody, remove somebody (method=BYE), make somebody
 * administrator (Linphone's admin= parameter). What is asked for is begun or refused at once; how it went is told by the
 * subscription that comes with a REFER (referral.c), unless that is not wanted (Refer-Sub: false, or norefersub of RFC 7614).
 */
#include "core/focus/refer.h"

#include "core/focus/answer.h"
#include "core/focus/focus_impl.h"
#include "core/focus/leg.h"
#include "core/focus/referral.h"
#include "core/focus/room.h"
#include "core/sip/builder.h"

#define AOR_MAX CF_ROSTER_AOR_MAX

/* What a Refer-To asks for. */
struct wish {
    struct cf_sip_name_addr target;
    char aor_text[AOR_MAX];
    struct cf_str aor; /* canonical */
    bool removes;
    bool is_other; /* a method that we can't have anybody called with */
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
    struct cf_str method = cf_sip_param_value(ret->target.uri.params, CF_STR("method"));
    if (method.len == 0) {
        /* SIP.js writes no angle brackets: a parameter of its URI is one of the field then (RFC 3261 section 20). */
        method = cf_sip_param_value(ret->target.params, CF_STR("method"));
    }
    ret->removes = cf_str_eq_nocase(method, CF_STR("BYE"));
    ret->is_other = method.len > 0 && !ret->removes && !cf_str_eq_nocase(method, CF_STR("INVITE"));
    ret->has_admin = cf_sip_param_find(ret->target.params, CF_STR("admin"), &admin);
    ret->is_admin = ret->has_admin && cf_str_eq(admin, CF_STR("1"));
    return cf_writer_ok(&w) && cf_sip_uri_is_sip(&ret->target.uri);
}

/* Add or promote: somebody who is in or being called already is not called again. */
static struct cf_denial add(struct cf_focus *focus, struct cf_conference *conf, const struct wish *wish,
                            const struct cf_conference_actor *actor, cf_usec now) {
    struct cf_resource_entry entry = {.uri = wish->aor};
    struct cf_denial denial = {.reason = CF_DENIAL_NONE};
    bool is_demotion = wish->has_admin && !wish->is_admin;
    if (!is_demotion || !cf_conference_is_member(conf, wish->aor)) {
        if (!cf_focus_may_call(focus, wish->aor)) {
            return (struct cf_denial){.reason = CF_DENIAL_NOT_INVITED};
        }
        denial = cf_conference_on_add(conf, now, actor, &entry);
    }
    if (cf_denial_is_none(denial) && wish->has_admin) {
        denial = cf_conference_on_set_admin(conf, now, actor, wish->aor, wish->is_admin);
    }
    return denial;
}

/* The status to answer with. */
static unsigned fulfil(struct cf_focus *focus, struct cf_conference *conf, const struct wish *wish, struct cf_str actor_aor,
                       cf_usec now) {
    struct cf_conference_actor actor = {.aor = actor_aor};
    if (wish->is_other) {
        return 488;
    }
    struct cf_denial denial =
        wish->removes ? cf_conference_on_remove(conf, now, &actor, wish->aor) : add(focus, conf, wish, &actor, now);
    return cf_denial_is_none(denial) ? 202 : cf_denial_status(denial.reason);
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

/* Whose call the subscription waits for; absent: everything is done. */
static struct cf_str awaited(const struct wish *wish) {
    return wish->removes ? CF_STR_NONE : wish->aor;
}

/*
 * Interop: Linphone hangs up the call inside which it has sent a REFER when a NOTIFY says 200, as after a transfer; it doesn't
 * ask for one either.
 */
static bool is_linphone(const struct cf_sip_message *message) {
    struct cf_str contact = cf_sip_value(message, CF_SIP_HEADER_CONTACT);
    return cf_str_find_str(contact, CF_STR("org.linphone.specs")) < contact.len;
}

void cf_leg_on_refer(struct cf_leg *leg, struct cf_tx_id tx, const struct cf_sip_message *message, cf_usec now) {
    struct wish wish;
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_session_reply reply = {.status = 481};
    bool is_told = wants_subscription(message) && !is_linphone(message);
    if (conf != NULL) {
        bool is_read = read_wish(message, &wish);
        unsigned status = is_read ? fulfil(leg->room->focus, conf, &wish, leg->aor, now) : 400;
        reply.status = (uint16_t)cf_status_in_dialog(status);
    }
    if (reply.status == 202 && !is_told) {
        reply.fields = CF_STR("Refer-Sub: false\r\n");
    }
    enum cf_err err = cf_session_respond(&leg->session, tx, &reply, now);
    if (err == CF_OK && reply.status == 202 && is_told) {
        cf_referral_open_in_leg(leg, message, awaited(&wish), now);
    }
}

void cf_focus_on_refer(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                       const struct cf_caller *caller, cf_usec now) {
    struct wish wish;
    bool is_read = read_wish(event->message, &wish);
    unsigned status = is_read ? fulfil(focus, conf, &wish, caller->aor, now) : 400;
    if (status != 202) {
        cf_focus_answer(focus, event, status, CF_STR_NONE, CF_STR_NONE, now);
        return;
    }
    struct cf_room *room = cf_room_of(focus, conf);
    bool is_told = wants_subscription(event->message) && room != NULL;
    if (!is_told || !cf_referral_open(room, event, awaited(&wish), now)) {
        cf_focus_answer(focus, event, 200, CF_STR_NONE, CF_STR("Refer-Sub: false\r\n"), now);
    }
}
