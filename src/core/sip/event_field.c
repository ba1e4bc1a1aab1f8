/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event and Subscription-State. */
#include "core/sip/event_field.h"
#include "core/sip/message.h"

/* token *( SEMI generic-param ) */
static enum cf_err parse_token_params(struct cf_str text, struct cf_str *ret_token, struct cf_str *ret_params) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_str params = CF_STR_NONE;
    cf_sip_scan_lws(&s);
    struct cf_str token = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    enum cf_err err = cf_str_is_empty(token) ? CF_ERR_MALFORMED : cf_sip_scan_params(&s, &params);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret_token = token;
        *ret_params = params;
    }
    return err;
}

enum cf_err cf_sip_event_parse(struct cf_str text, struct cf_sip_event *ret) {
    struct cf_sip_event event = {.id = CF_STR_NONE};
    enum cf_err err = parse_token_params(text, &event.package, &event.params);
    if (err == CF_OK) {
        event.id = cf_sip_param_value(event.params, CF_STR("id"));
        *ret = event;
    }
    return err;
}

bool cf_sip_event_eq(const struct cf_sip_event *a, const struct cf_sip_event *b) {
    return cf_str_eq(a->package, b->package) && (a->id.at == NULL) == (b->id.at == NULL) && cf_str_eq(a->id, b->id);
}

static const struct cf_str state_names[] = {
    [CF_SIP_SUBSTATE_OTHER] = CF_STR_INIT(""),
    [CF_SIP_SUBSTATE_ACTIVE] = CF_STR_INIT("active"),
    [CF_SIP_SUBSTATE_PENDING] = CF_STR_INIT("pending"),
    [CF_SIP_SUBSTATE_TERMINATED] = CF_STR_INIT("terminated"),
};

enum cf_err cf_sip_subscription_state_parse(struct cf_str text, struct cf_sip_subscription_state *ret) {
    struct cf_sip_subscription_state state = {.state = CF_SIP_SUBSTATE_OTHER};
    struct cf_str params = CF_STR_NONE;
    enum cf_err err = parse_token_params(text, &state.state_name, &params);
    if (err != CF_OK) {
        return err;
    }
    for (int i = CF_SIP_SUBSTATE_ACTIVE; i <= CF_SIP_SUBSTATE_TERMINATED; i++) {
        if (cf_str_eq_nocase(state.state_name, state_names[i])) {
            state.state = (enum cf_sip_substate)i;
        }
    }
    state.reason = cf_sip_param_value(params, CF_STR("reason"));
    state.has_expires = cf_sip_seconds_of(cf_sip_param_value(params, CF_STR("expires")), &state.expires_sec);
    state.has_retry_after = cf_sip_seconds_of(cf_sip_param_value(params, CF_STR("retry-after")), &state.retry_after_sec);
    *ret = state;
    return CF_OK;
}

void cf_sip_put_subscription_state(struct cf_writer *w, const struct cf_sip_subscription_state *state) {
    cf_put(w, state->state == CF_SIP_SUBSTATE_OTHER ? state->state_name : state_names[state->state]);
    if (state->reason.at) {
        cf_sip_put_param(w, CF_STR("reason"), state->reason);
    }
    if (state->has_expires) {
        cf_sip_put_param_dec(w, CF_STR("expires"), state->expires_sec);
    }
    if (state->has_retry_after) {
        cf_sip_put_param_dec(w, CF_STR("retry-after"), state->retry_after_sec);
    }
}
