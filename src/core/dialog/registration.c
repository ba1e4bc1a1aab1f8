/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's registration. */
#include "core/dialog/registration.h"

#include "core/dialog/message_out.h"
#include "core/sip/builder.h"
#include "core/sip/contact.h"

#define EXPIRES_DEFAULT_SEC 3600U
#define RETRY_BASE_DEFAULT_SEC 30U
#define RETRY_MAX_DEFAULT_SEC 1800U

/* Longest Min-Expires that we follow. */
#define EXPIRES_MAX_SEC 86400U

/* A binding is refreshed so long before its end, or at half time if it is short. */
#define MARGIN_SEC 60U

/* Facts: bits of cf_registration.flags. */
enum {
    IS_ENDING = 1 << 0, /* Expires: 0 is wanted or out */
    IS_GONE = 1 << 1,   /* GONE was said */
    WANTS_NOW = 1 << 2, /* REGISTER as soon as none is out */
};

static bool is(const struct cf_registration *r, uint32_t flags) {
    return (r->flags & flags) != 0;
}

static void push(struct cf_registration *r, const struct cf_registration_event *event) {
    /* Every entry pushes fewer; more are there only if the caller has not polled. */
    cf_assert(r->event_count < sizeof r->events / sizeof *r->events);
    r->events[r->event_count++] = *event;
}

bool cf_registration_poll(struct cf_registration *registration, struct cf_registration_event *ret_event) {
    if (registration->event_count == 0) {
        return false;
    }
    *ret_event = registration->events[0];
    registration->event_count--;
    memmove(&registration->events[0], &registration->events[1], registration->event_count * sizeof registration->events[0]);
    return true;
}

static enum cf_err send(struct cf_registration *r, cf_usec now) {
    char lines[32];
    struct cf_draft draft;
    struct cf_writer w;
    enum cf_err err = cf_draft_begin(&draft, r->usage.mem, r->contact.len + 64);
    if (err != CF_OK) {
        return err;
    }
    cf_sip_put_field(&draft.w, CF_SIP_HEADER_CONTACT, r->contact);
    cf_writer_init(&w, lines, sizeof lines);
    cf_sip_put_field_dec(&w, CF_SIP_HEADER_EXPIRES, is(r, IS_ENDING) ? 0 : r->expires_sec);
    cf_put(&draft.w, cf_writer_str(&w));
    struct cf_outline outline = {
        .method = CF_SIP_METHOD_REGISTER,
        .profile = CF_UA_PROFILE_ABILITIES,
        .fields = cf_writer_str(&draft.w),
        .more = r->fields,
    };
    err = cf_usage_send(&r->usage, &r->dialog, &r->request, &outline, now);
    cf_draft_end(&draft);
    return err;
}

static void say_gone(struct cf_registration *r) {
    if (!is(r, IS_GONE)) {
        r->flags |= IS_GONE;
        r->next_at = CF_USEC_NEVER;
        struct cf_registration_event gone = {.kind = CF_REGISTRATION_GONE};
        push(r, &gone);
    }
}

/* RFC 5626 section 4.5: twice as long after each failure, and not all clients at the same time. */
static uint32_t pause_sec(struct cf_registration *r) {
    uint64_t pause = r->retry_base_sec;
    for (uint32_t i = 0; i < r->failures && pause < r->retry_max_sec; i++) {
        pause *= 2;
    }
    pause = pause < r->retry_max_sec ? pause : r->retry_max_sec;
    uint32_t half = (uint32_t)pause / 2;
    return half + cf_entropy_u32(r->usage.entropy) % (half + 1);
}

/* Statuses that are no better the next time. */
static bool is_final(uint16_t status) {
    return status == 400 || status == 401 || status == 403 || status == 404 || status == 405 || status == 407 || status == 420 ||
           status == 501 || status == 604;
}

static void fail(struct cf_registration *r, uint16_t status, const struct cf_sip_message *message, cf_usec now) {
    uint32_t retry_sec = 0;
    uint32_t asked_sec = 0;
    if (is(r, IS_ENDING)) {
        say_gone(r);
        return;
    }
    if (!is_final(status)) {
        retry_sec = pause_sec(r);
        bool is_asked = message != NULL && cf_sip_seconds(message, CF_SIP_HEADER_RETRY_AFTER, &asked_sec);
        retry_sec = is_asked && asked_sec > retry_sec && asked_sec <= r->retry_max_sec ? asked_sec : retry_sec;
        retry_sec = retry_sec > 0 ? retry_sec : 1;
        r->failures++;
    }
    r->next_at = retry_sec > 0 ? now + CF_SEC((cf_usec)retry_sec) : CF_USEC_NEVER;
    struct cf_registration_event failed = {
        .kind = CF_REGISTRATION_FAILED, .status = status, .retry_sec = retry_sec, .message = message};
    push(r, &failed);
}

static void settle(struct cf_registration *r, cf_usec now) {
    if (!is(r, WANTS_NOW) || is(r, IS_GONE) || cf_outgoing_is_out(&r->request)) {
        return;
    }
    r->flags &= ~(uint32_t)WANTS_NOW;
    r->next_at = CF_USEC_NEVER;
    if (send(r, now) != CF_OK) {
        fail(r, 0, NULL, now);
    }
}

static enum cf_err begin(struct cf_registration *r, const struct cf_registration_account *account, cf_usec now) {
    struct cf_flow_info info;
    struct cf_dialog_start start = {
        .local = account->aor, .remote = account->aor, .target = account->registrar, .routes = account->routes};
    struct cf_str contact = account->contact.at != NULL ? account->contact : r->usage.profile->contact;
    enum cf_err err = cf_dialog_init(&r->dialog, r->usage.mem, r->usage.entropy, &start);
    char *memory = err == CF_OK ? cf_mem_alloc(r->usage.mem, contact.len + account->fields.len + 1) : NULL;
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, contact.len + account->fields.len);
    cf_put(&w, contact);
    if (account->fields.at != NULL) {
        cf_put(&w, account->fields);
    }
    r->strings = cf_writer_str(&w);
    r->contact = cf_str_head(r->strings, contact.len);
    r->fields = cf_str_skip(r->strings, contact.len);
    if (cf_flow_id_is_set(account->flow) && cf_endpoint_flow_info(r->usage.endpoint, account->flow, &info)) {
        cf_dialog_set_flow(&r->dialog, account->flow, &info);
    }
    return send(r, now);
}

enum cf_err cf_registration_init(struct cf_registration *registration, const struct cf_usage *usage,
                                 const struct cf_registration_account *account, cf_usec now) {
    *registration = (struct cf_registration){
        .usage = *usage,
        .expires_sec = account->expires_sec > 0 ? account->expires_sec : EXPIRES_DEFAULT_SEC,
        .retry_base_sec = account->retry_base_sec > 0 ? account->retry_base_sec : RETRY_BASE_DEFAULT_SEC,
        .retry_max_sec = account->retry_max_sec > 0 ? account->retry_max_sec : RETRY_MAX_DEFAULT_SEC,
        .next_at = CF_USEC_NEVER,
    };
    enum cf_err err = begin(registration, account, now);
    if (err != CF_OK) {
        cf_registration_fini(registration);
    }
    return err;
}

void cf_registration_fini(struct cf_registration *registration) {
    struct cf_registration *r = registration;
    if (r->usage.mem == NULL) {
        return;
    }
    cf_outgoing_fini(&r->request, &r->usage);
    cf_dialog_fini(&r->dialog);
    cf_mem_free_str(r->usage.mem, &r->strings);
    *r = (struct cf_registration){.flags = 0};
}

void cf_registration_end(struct cf_registration *registration, cf_usec now) {
    if (!is(registration, IS_ENDING | IS_GONE)) {
        registration->flags |= IS_ENDING | WANTS_NOW;
        settle(registration, now);
    }
}

void cf_registration_refresh(struct cf_registration *registration, cf_usec now) {
    if (!is(registration, IS_ENDING | IS_GONE)) {
        registration->flags |= WANTS_NOW;
        settle(registration, now);
    }
}

/* What a quoted parameter means, if nothing in it is escaped. */
static struct cf_str unquoted(struct cf_str value) {
    return cf_sip_is_quoted(value) ? cf_str_n(value.at + 1, value.len - 2) : value;
}

/* Our binding among those that the registrar lists: how long it lasts and the GRUUs (RFC 3261 section 10.3, RFC 5627
 * section 4.2). */
static void read_binding(const struct cf_registration *r, const struct cf_sip_message *message,
                         struct cf_registration_event *ret) {
    struct cf_sip_contact ours;
    struct cf_sip_values it;
    bool has_expires = (message->has & CF_SIP_HAS_EXPIRES) != 0;
    ret->expires_sec = has_expires ? message->expires_sec : r->expires_sec;
    if (cf_sip_contact_parse(r->contact, &ours) != CF_OK) {
        return;
    }
    cf_sip_values_begin(message, CF_SIP_HEADER_CONTACT, &it);
    for (struct cf_str value; cf_sip_values_next(&it, &value);) {
        struct cf_sip_contact contact;
        bool is_ours =
            cf_sip_contact_parse(value, &contact) == CF_OK && !contact.is_star &&
            (cf_sip_uri_eq(&contact.addr.uri, &ours.addr.uri) ||
             (ours.instance.at != NULL && cf_str_eq_nocase(contact.instance, ours.instance) && contact.reg_id == ours.reg_id));
        if (is_ours) {
            ret->expires_sec = contact.has_expires ? contact.expires_sec : ret->expires_sec;
            ret->pub_gruu = unquoted(cf_sip_param_value(contact.addr.params, CF_STR("pub-gruu")));
            ret->temp_gruu = unquoted(cf_sip_param_value(contact.addr.params, CF_STR("temp-gruu")));
            return;
        }
    }
}

static void on_2xx(struct cf_registration *r, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_registration_event registered = {
        .kind = CF_REGISTRATION_REGISTERED, .status = event->message->status, .flow = event->flow, .message = event->message};
    struct cf_flow_info info;
    r->failures = 0;
    if (is(r, IS_ENDING)) {
        if (!is(r, WANTS_NOW)) {
            say_gone(r);
        }
        return;
    }
    read_binding(r, event->message, &registered);
    if (cf_endpoint_flow_info(r->usage.endpoint, event->flow, &info)) {
        cf_dialog_set_flow(&r->dialog, event->flow, &info);
    }
    uint32_t margin_sec = registered.expires_sec > 2 * MARGIN_SEC ? MARGIN_SEC : registered.expires_sec / 2;
    uint32_t next_sec = registered.expires_sec - margin_sec;
    r->next_at = now + CF_SEC((cf_usec)(next_sec > 0 ? next_sec : 1));
    push(r, &registered);
}

static void on_final(struct cf_registration *r, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    uint32_t min_sec;
    if (cf_outgoing_on_final(&r->request, &r->usage, &r->dialog, event, now)) {
        return;
    }
    if (event->message != NULL && status < 300) {
        on_2xx(r, event, now);
    } else if (status == 423 && event->message != NULL && !is(r, IS_ENDING) &&
               cf_sip_seconds(event->message, CF_SIP_HEADER_MIN_EXPIRES, &min_sec) && min_sec > r->expires_sec &&
               min_sec <= EXPIRES_MAX_SEC) {
        r->expires_sec = min_sec;
        r->flags |= WANTS_NOW;
    } else if (!is(r, IS_ENDING) || !is(r, WANTS_NOW)) {
        fail(r, event->message != NULL ? status : 0, event->message, now);
    }
}

void cf_registration_on_event(struct cf_registration *registration, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_registration *r = registration;
    bool is_of_request = cf_outgoing_is_out(&r->request) && cf_tx_id_eq(event->tx, r->request.tx);
    if (is(r, IS_GONE)) {
        return;
    }
    if (event->kind == CF_ENDPOINT_RESPONSE && is_of_request && event->message->status >= 200) {
        on_final(r, event->message->status, event, now);
    } else if (event->kind == CF_ENDPOINT_FAILED && is_of_request) {
        on_final(r, event->err == CF_ERR_TIMEOUT ? 408 : 503, event, now);
    } else if (event->kind == CF_ENDPOINT_FLOW_CLOSED && cf_flow_id_is_set(event->flow) &&
               cf_flow_id_eq(r->dialog.flow, event->flow)) {
        /* RFC 5626 section 4.4: nobody reaches us any more until we have registered over another connection. */
        r->dialog.flow = (struct cf_flow_id){{0, 0}};
        if (!cf_outgoing_is_out(&r->request) && !is(r, IS_ENDING)) {
            r->next_at = now + CF_SEC((cf_usec)(cf_entropy_u32(r->usage.entropy) % 5));
        }
    }
    settle(r, now);
}

cf_usec cf_registration_deadline(const struct cf_registration *registration) {
    return registration->next_at;
}

void cf_registration_on_deadline(struct cf_registration *registration, cf_usec now) {
    if (registration->next_at <= now) {
        registration->flags |= WANTS_NOW;
    }
    settle(registration, now);
}
