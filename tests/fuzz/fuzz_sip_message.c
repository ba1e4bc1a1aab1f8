/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message of a stranger: parse, check, refuse, answer. One that is taken and written again field by field must be taken again
 * and say the same; every answer must be a response of the status it was made with.
 */
#include "core/sip/builder.h"
#include "core/sip/check.h"
#include "core/sip/complaint.h"
#include "core/sip/contact.h"
#include "core/sip/digest_field.h"
#include "core/sip/event_field.h"
#include "core/sip/reason_field.h"
#include "core/sip/redact.h"
#include "core/sip/refer_to.h"
#include "core/sip/replaces.h"
#include "core/sip/session_expires.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cf_sip_message message;
static struct cf_sip_message again;
static char out[16 * CF_SIP_MESSAGE_MAX];
static struct cf_writer w;

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static void put_all(const struct cf_sip_message *msg) {
    cf_writer_init(&w, out, sizeof out);
    if (msg->is_request) {
        cf_sip_put_request_line(&w, msg->method_name, msg->request_uri.text);
    } else {
        cf_sip_put_status_line(&w, msg->status, msg->reason);
    }
    for (size_t i = 0; i < msg->field_count; i++) {
        const struct cf_sip_field *field = &msg->fields[i];
        if (field->id == CF_SIP_HEADER_OTHER) {
            cf_sip_put_field_named(&w, field->name, field->value);
        } else if (field->id != CF_SIP_HEADER_CONTENT_TYPE && field->id != CF_SIP_HEADER_CONTENT_LENGTH) {
            cf_sip_put_field(&w, (enum cf_sip_header)field->id, field->value);
        }
    }
    cf_sip_put_body(&w, msg->content_type.at ? msg->content_type : CF_STR("a/b"), msg->body);
    require(cf_writer_ok(&w));
}

static bool same(struct cf_str a, struct cf_str b) {
    return (a.at == NULL) == (b.at == NULL) && cf_str_eq(a, b);
}

/* Octets behind a backslash may be NUL, which does not survive being written. */
static bool has_nul(struct cf_str s) {
    return cf_str_find(s, '\0') < s.len;
}

static void reads_back(void) {
    struct cf_parse_error error;
    put_all(&message);
    if (has_nul(cf_str_head(message.raw, message.raw.len - message.body.len))) {
        return;
    }
    enum cf_err err = cf_sip_parse(cf_writer_str(&w), &again, &error);
    if (err == CF_ERR_LIMIT) {
        return;
    }
    require(err == CF_OK && again.is_request == message.is_request && again.status == message.status);
    require(same(again.method_name, message.method_name) && same(again.call_id, message.call_id) &&
            again.cseq.number == message.cseq.number && same(again.from_tag, message.from_tag) &&
            same(again.to_tag, message.to_tag) && same(again.via.branch, message.via.branch) &&
            same(again.via.host, message.via.host) && same(again.from.uri.text, message.from.uri.text) &&
            same(again.to.uri.text, message.to.uri.text) && cf_str_eq(again.body, message.body));
    struct cf_parse_error first = {.code = CF_OK};
    struct cf_parse_error second = {.code = CF_OK};
    require(cf_sip_check(&message, &first) == cf_sip_check(&again, &second));
}

static void answers_are_responses(unsigned status, const struct cf_parse_error *complaint) {
    char phrase[CF_SIP_COMPLAINT_MAX];
    struct cf_addr source = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = 5060};
    struct cf_parse_error error;
    struct cf_writer text;
    cf_writer_init(&text, phrase, sizeof phrase);
    if (status != 0) {
        cf_sip_put_complaint(&text, status, complaint);
    }
    require(cf_writer_ok(&text));
    cf_writer_init(&w, out, sizeof out);
    cf_sip_reply_begin_from(&w, &message, &source, status != 0 ? status : 200, status != 0 ? cf_writer_str(&text) : CF_STR_NONE,
                            CF_STR("t"));
    cf_sip_end(&w);
    require(cf_writer_ok(&w));
    (void)!cf_sip_parse(cf_writer_str(&w), &again, &error);
    require(!again.is_request && (again.has & CF_SIP_HAS_START_LINE));
}

static void read_value(struct cf_str value) {
    struct cf_sip_contact contact;
    struct cf_sip_challenge challenge;
    struct cf_sip_credentials credentials;
    struct cf_sip_event event;
    struct cf_sip_subscription_state state;
    struct cf_sip_refer_to refer;
    struct cf_sip_dialog_ref ref;
    struct cf_sip_session_expires session;
    struct cf_sip_reason reason;
    struct cf_sip_warning warning;
    struct cf_sip_rack rack;
    (void)!cf_sip_contact_parse(value, &contact);
    (void)!cf_sip_challenge_parse(value, &challenge);
    (void)!cf_sip_event_parse(value, &event);
    (void)!cf_sip_subscription_state_parse(value, &state);
    (void)!cf_sip_refer_to_parse(value, &refer);
    (void)!cf_sip_replaces_parse(value, &ref);
    (void)!cf_sip_session_expires_parse(value, &session);
    (void)!cf_sip_reason_parse(value, &reason);
    (void)!cf_sip_warning_parse(value, &warning);
    (void)!cf_sip_rack_parse(value, &rack);
    if (cf_sip_credentials_parse(value, &credentials) == CF_OK && cf_sip_is_digest(credentials.scheme) && !has_nul(value)) {
        struct cf_sip_credentials back;
        cf_writer_init(&w, out, sizeof out);
        cf_sip_put_credentials(&w, &credentials);
        require(cf_sip_credentials_parse(cf_writer_str(&w), &back) == CF_OK);
    }
    cf_writer_init(&w, out, sizeof out);
    cf_sip_put_clean_unquoted(&w, value);
    require(cf_writer_ok(&w) && cf_str_is_utf8(cf_writer_str(&w)));
}

static void read_values(void) {
    struct cf_sip_values it;
    struct cf_str value;
    for (int id = CF_SIP_HEADER_OTHER; id < CF_SIP_HEADER_COUNT_; id++) {
        cf_sip_values_begin(&message, (enum cf_sip_header)id, &it);
        while (cf_sip_values_next(&it, &value)) {
            read_value(value);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_parse_error error = {.code = CF_OK};
    unsigned status = 0;
    enum cf_err err = cf_sip_parse(cf_span_str((struct cf_span){data, size}), &message, &error);
    require(error.code == err && error.offset <= size && (err == CF_OK || error.what));
    if (err == CF_OK) {
        reads_back();
        error.code = CF_OK;
        (void)!cf_sip_check(&message, &error);
    } else {
        status = cf_sip_refusal_status(&message, &error);
    }
    read_values();
    cf_writer_init(&w, out, sizeof out);
    cf_sip_put_redacted(&w, cf_span_str((struct cf_span){data, size}));
    require(cf_writer_ok(&w) || size > CF_SIP_MESSAGE_MAX);
    if (message.is_request && (err == CF_OK || status != 0)) {
        answers_are_responses(status, &error);
    }
    return 0;
}
